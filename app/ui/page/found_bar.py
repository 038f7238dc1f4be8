"""Above the page while words are searched: in how many places they stand, and these places as a list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.core.document import FoundPage
from app.core.page_names import PageNames
from app.ui.icons import Icons, Symbol
from app.ui.page.hits import HitList
from app.ui.theme import SPACE_XS
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.labels import ElidedLabel, PlainLabel
from app.wording.i18n import _
from app.wording.units import count


class FoundBar(QWidget):
    """`next_wanted` is +1 or -1; what is chosen in the list comes from `hits`."""

    next_wanted = Signal(int)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._listed: tuple[str, tuple[FoundPage, ...], PageNames] = ("", (), PageNames())
        self._words = ElidedLabel(role="small")
        self._place = PlainLabel(role="small")
        self.hits = HitList(icons.theme)
        self.listed = IconButton(icons, Symbol.OUTLINE, _("List all matches"), size=16)
        self.listed.setCheckable(True)
        self.listed.setChecked(True)
        self.listed.toggled.connect(self._show_list)
        self.back = IconButton(icons, Symbol.UP, _("Previous match"), shortcut="Shift+Return", size=16)
        self.forward = IconButton(icons, Symbol.DOWN, _("Next match"), shortcut="Return", size=16)
        self.back.clicked.connect(self._go_back)
        self.forward.clicked.connect(self._go_forward)
        row = QHBoxLayout()
        row.setSpacing(SPACE_XS)
        row.addWidget(self._words, 1)
        row.addWidget(self._place)
        for button in (self.listed, self.back, self.forward):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_XS)
        column.addLayout(row)
        column.addWidget(self.hits)

    def show_found(self, words: str, pages: Sequence[FoundPage], names: PageNames, current: int) -> None:
        """`names` are those of all pages of the book; `current` is the row of the place that is shown, -1 for none of
        them; no words hide everything."""
        if self._listed != (words, tuple(pages), names):
            self._listed = (words, tuple(pages), names)
            self.hits.show_pages(pages, names)
        places = sum(page.places for page in pages)
        if not places:
            self._words.setText(_("“{words}” was not found.").format(words=words))
        elif places == 1:
            self._words.setText(_("“{words}” was found in 1 place.").format(words=words))
        else:
            self._words.setText(_("“{words}” was found in {n} places.").format(words=words, n=count(places)))
        self._place.setText(f"{count(current + 1)} / {count(places)}" if current >= 0 and places > 1 else "")
        for button in (self.back, self.forward):
            button.setVisible(places > 1)
        self.listed.setVisible(places > 0)
        self.hits.setVisible(places > 0 and self.listed.isChecked())
        self.hits.show_current(current)
        self.setVisible(bool(words))

    def place(self) -> str:
        """Which of how many is shown."""
        return self._place.text()

    def text(self) -> str:
        return self._words.text() if not self.isHidden() else ""

    @Slot()
    def focus_list(self) -> None:
        """Go into the list, which opens for it."""
        if self.hits.hits.rowCount():
            self.listed.setChecked(True)
            if not self.hits.currentIndex().isValid():
                self.hits.show_current(0)
            self.hits.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot(bool)
    def _show_list(self, shown: bool) -> None:
        self.hits.setVisible(shown and self.hits.hits.rowCount() > 0)

    @Slot()
    def _go_back(self) -> None:
        self.next_wanted.emit(-1)

    @Slot()
    def _go_forward(self) -> None:
        self.next_wanted.emit(1)

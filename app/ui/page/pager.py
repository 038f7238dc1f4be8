"""The pager below the page: back, the page's number to type over and how many there are, forward; and asking about what
is drawn there."""

from __future__ import annotations

import sys
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.core.documents.page_names import PageNames
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import SPACE_L
from app.ui.widgets.buttons import IconButton
from app.ui.widgets.labels import PlainLabel, plain_tip
from app.ui.widgets.layouts import STRETCH, boxed, row
from app.wording.i18n import _
from app.wording.page_names import name_words, place_words, rest_words
from app.wording.units import counted

PAGER_HEIGHT = 37
BACK_KEYS, FORWARD_KEYS = ("Ctrl+[", "Ctrl+]") if sys.platform == "darwin" else ("Alt+Left", "Alt+Right")
ASK_PAGE_KEYS, ASK_PART_KEYS = "Ctrl+Shift+A", "Ctrl+Shift+X"
_FIELD_WIDTH = 56


class Pager(QWidget):
    """The row of the page's number and its buttons.

    `turned` is +1 or -1, and so is `travelled`, for forward and back to where one was. `jumped` carries what the person
    typed, which `PageNames.find` takes; `ask_page_wanted` and `ask_part_wanted` are about the page as it is drawn.
    """

    turned = Signal(int)
    travelled = Signal(int)
    jumped = Signal(str)
    ask_page_wanted = Signal()
    ask_part_wanted = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._theme = icons.theme
        self._label = self._shown = ""
        self.travel_back = IconButton(icons, Symbol.BACK, _("Back"), shortcut=BACK_KEYS, size=16)
        self.travel_forward = IconButton(icons, Symbol.FORWARD, _("Forward"), shortcut=FORWARD_KEYS, size=16)
        self.travel_back.clicked.connect(partial(self.travelled.emit, -1))
        self.travel_forward.clicked.connect(partial(self.travelled.emit, 1))
        self.show_travel(back=False, forward=False)
        self.back = IconButton(icons, Symbol.PREVIOUS, _("Previous page"), shortcut="PgUp", size=14)
        self.forward = IconButton(icons, Symbol.NEXT, _("Next page"), shortcut="PgDown", size=14)
        self.back.clicked.connect(partial(self.turned.emit, -1))
        self.forward.clicked.connect(partial(self.turned.emit, 1))
        self.field = QLineEdit()
        self.field.setProperty("role", "bare")
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setFixedWidth(_FIELD_WIDTH)
        self.field.setAccessibleName(_("Go to page"))
        self.field.returnPressed.connect(self._jump)
        self.field.editingFinished.connect(self._restore)
        self._rest = PlainLabel(role="soft")
        self.ask_page = IconButton(icons, Symbol.PAGE_SHOWN, _("Ask about this page"), shortcut=ASK_PAGE_KEYS, size=16)
        self.ask_page.setToolTip(f"{self.ask_page.toolTip()}\n{_('The model sees the page as an image.')}")
        self.ask_page.clicked.connect(self.ask_page_wanted)
        self.ask_part = IconButton(
            icons, Symbol.PART, _("Ask about a part of this page"), shortcut=ASK_PART_KEYS, size=16
        )
        self.ask_part.setToolTip(f"{self.ask_part.toolTip()}\n{_('A figure, a table, a formula: draw a rectangle.')}")
        self.ask_part.setCheckable(True)
        self.ask_part.clicked.connect(self.ask_part_wanted)
        asking = boxed(row(STRETCH, self.ask_page, self.ask_part))
        travel = boxed(row(self.travel_back, self.travel_forward, STRETCH))
        shown = ((travel, 1), self.back, self.field, self._rest, self.forward, (asking, 1))
        row(*shown, of=self, margins=(SPACE_L, 0, SPACE_L, 0))
        self.setFixedHeight(PAGER_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        QPainter(self).fillRect(0, 0, self.width(), 1, QColor(self._theme.palette.line))

    def show_place(self, names: PageNames, number: int) -> None:
        """Show where one is: `names` are those of the book's pages, `number` is the shown page's."""
        name = names.of(number)
        self._label, self._shown = name.label, name_words(name)
        pages, place = counted(names.pages, _("of 1 page"), _("of {n} pages")), place_words(name)
        if names.labels:
            words = _(
                "The page number in the document, such as {page}, or the number counted from the first page of {n}:"
                " #{number}."
            )
            pages = words.format(page=name.label, n=names.pages, number=number)
        self.field.setAccessibleDescription(f"{place}. {pages}" if names.labels else place)
        self.field.setToolTip(plain_tip(f"{_('Go to page')}  Ctrl+G\n{pages}"))
        self.field.setText(self._shown)
        self._rest.setText(rest_words(name))
        self.field.setFixedWidth(max(_FIELD_WIDTH, self.field.fontMetrics().horizontalAdvance(self._shown) + SPACE_L))
        self.back.setEnabled(number > 1)
        self.forward.setEnabled(number < names.pages)

    def place(self) -> str:
        """Return the page as it is shown: `203 of 412`, `3 (11 of 103)`."""
        return f"{self._shown} {self._rest.text()}".strip()

    def show_travel(self, *, back: bool, forward: bool) -> None:
        """Show where one can go; nothing is shown of it until there is a way back."""
        for button, can in ((self.travel_back, back), (self.travel_forward, forward)):
            button.setVisible(back or forward)
            button.setEnabled(can)

    def show_drawn(self, drawn: bool) -> None:
        """Show whether the book's pages can be drawn, and so asked about as they look."""
        self.ask_page.setVisible(drawn)
        self.ask_part.setVisible(drawn)

    @Slot()
    def _jump(self) -> None:
        wanted = self.field.text().strip()
        if wanted:
            self.jumped.emit(self._label if wanted == self._shown else wanted)

    @Slot()
    def _restore(self) -> None:
        self.field.setText(self._shown)

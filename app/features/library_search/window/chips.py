"""The filters of a search as buttons with menus: what is chosen there is put into the text of the search. A word that
must not be there is a button, too, which takes it out of the text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QActionGroup, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.ui.look.theme import SPACE_L, SPACE_S
from app.ui.widgets.buttons import TextButton, draw_caret
from app.ui.widgets.labels import repolish, set_tip
from app.ui.widgets.layouts import STRETCH, row
from app.ui.widgets.popups import ChoiceMenu
from app.wording.i18n import _

_WIDEST = 190


class FilterChip(TextButton):
    """A filter. `chosen` carries a value, "" for none."""

    chosen = Signal(str)

    def __init__(self, name: str, anything: str) -> None:
        """`anything` are the words for no value."""
        super().__init__(name, role="filter")
        self._name, self._anything = name, anything
        self._value = ""
        self._values: tuple[tuple[str, str], ...] = ()
        self.menu_of_values = ChoiceMenu(self)
        self.clicked.connect(self._open)
        self.show_value("", "")

    def set_values(self, values: Sequence[tuple[str, str]]) -> None:
        """Set the values: pairs of a value and the words for it. Without any there is nothing to choose."""
        self._values = tuple(values)
        self.setEnabled(bool(values) or bool(self._value))

    def show_value(self, value: str, words: str) -> None:
        """Show the value that the search has now."""
        self._value = value
        whole = words.replace("&", "&&") or self._name
        self.setText(self.fontMetrics().elidedText(whole, Qt.TextElideMode.ElideRight, _WIDEST))
        self.setAccessibleName(f"{self._name}: {words or self._anything}")
        set_tip(self, words)
        if self.property("active") != bool(value):
            self.setProperty("active", bool(value))
            repolish(self)

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(SPACE_L, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        draw_caret(QPainter(self), self)

    @Slot()
    def _open(self) -> None:
        menu = self.menu_of_values
        menu.clear()
        group = QActionGroup(menu)
        for value, words in (("", self._anything), *self._values):
            action = menu.addAction(words.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(value == self._value)
            group.addAction(action)
            action.triggered.connect(partial(self.chosen.emit, value))
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))


class UnwantedChips(QWidget):
    """A chip for each word and phrase that must not be there. `removed` carries the one that may be there again."""

    removed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.chips: list[TextButton] = []
        self._row = row(STRETCH, of=self, spacing=SPACE_S)
        self.hide()

    def show_words(self, unwanted: Sequence[str]) -> None:
        for chip in self.chips:
            chip.hide()
            chip.deleteLater()
        self.chips = [self._chip(each) for each in unwanted]
        for place, chip in enumerate(self.chips):
            self._row.insertWidget(place, chip)
        self.setVisible(bool(unwanted))

    def _chip(self, unwanted: str) -> TextButton:
        words = _("Without “{words}”").format(words=unwanted)
        elided = self.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, _WIDEST).replace("&", "&&")
        chip = TextButton(f"{elided} ×", role="filter")
        chip.setProperty("active", True)
        chip.setAccessibleName(_("{words}: search for all again").format(words=words))
        set_tip(chip, words)
        chip.clicked.connect(partial(self.removed.emit, unwanted))
        return chip

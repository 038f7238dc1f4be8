"""A button that shows one of several values and opens the others as a menu."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from app.ui.widgets.buttons import TextButton


class ChoiceButton(TextButton):
    chosen = Signal(str)

    def __init__(self, values: tuple[tuple[str, str], ...], current: str, parent: QWidget | None = None) -> None:
        """`values` are pairs of a value and the words for it."""
        super().__init__("", role="choice", parent=parent)
        self._words = dict(values)
        self._value = current
        self.menu_of_values = QMenu(self)
        self._group = QActionGroup(self.menu_of_values)
        for value, words in values:
            action = QAction(words, self.menu_of_values, checkable=True)
            action.setData(value)
            self._group.addAction(action)
            self.menu_of_values.addAction(action)
        self._group.triggered.connect(self._choose)
        self.clicked.connect(self._open)
        self.set_value(current)

    def rename(self, values: tuple[tuple[str, str], ...]) -> None:
        """Other words for the same values."""
        self._words = dict(values)
        for action in self._group.actions():
            action.setText(self._words[action.data()])
        self.set_value(self._value)

    def value(self) -> str:
        return self._value

    def set_value(self, value: str) -> None:
        self._value = value
        self.setText(f"{self._words.get(value, value)}  ▾")
        for action in self._group.actions():
            action.setChecked(action.data() == value)

    @Slot()
    def _open(self) -> None:
        self.menu_of_values.setMinimumWidth(self.width())
        self.menu_of_values.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        self.set_value(action.data())
        self.chosen.emit(self._value)

"""Buttons: an icon that always has a name, text buttons in three ranks, and one that opens a menu of values."""

from __future__ import annotations

from enum import Enum, auto
from functools import partial

from PySide6.QtCore import QPoint, QPointF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton, QWidget

from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import ICON
from app.ui.widgets.popups import ChoiceMenu

_CARET, CARET_INSET = 4.0, 16.0  # px: half its width; from the right edge to its tip


class ButtonShape(Enum):
    """The shape of a button with an icon: that alone, with a border at rest, or with its name beside it."""

    BARE = auto()
    FRAMED = auto()
    LABELLED = auto()


class IconButton(QToolButton):
    """An icon with a name for screen readers and a tooltip with its shortcut; reached with Tab, with a focus ring."""

    def __init__(
        self,
        icons: Icons,
        symbol: Symbol,
        name: str,
        *,
        shortcut: QKeySequence | QKeySequence.StandardKey | str = "",
        shape: ButtonShape = ButtonShape.BARE,
        size: int = ICON,
    ) -> None:
        """`shortcut` is only shown here: the action that has it answers to it. `size` is the icon's, in pixels."""
        super().__init__()
        self._icons = icons
        self._symbol = symbol
        self._shortcut = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        self.setProperty("role", "icon")
        self.setProperty("framed", shape is ButtonShape.FRAMED)
        self.setIconSize(QSize(size, size))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        if shape is ButtonShape.LABELLED:
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.set_name(name)
        icons.theme.changed.connect(self._recolour)
        self._recolour()

    def set_name(self, name: str) -> None:
        self.setAccessibleName(name)
        self.setText(name)
        self.setToolTip(f"{name}  {self._shortcut}" if self._shortcut else name)
        self.setAccessibleDescription(self._shortcut)  # else the tip, and with it the name once more

    def set_symbol(self, symbol: Symbol, name: str) -> None:
        """Give the button another icon and name: it does something else now."""
        if symbol is not self._symbol:
            self._symbol = symbol
            self.set_name(name)
            self._recolour()

    @Slot()
    def _recolour(self) -> None:
        self.setIcon(self._icons.icon(self._symbol))


class MenuButton(IconButton):
    """A button that opens the menu that it was given, below or above it as there is room, towards the middle of the
    window."""

    def use(self, menu: QMenu) -> None:
        self._menu = menu
        self.clicked.connect(self._open)
        menu.aboutToHide.connect(partial(self.setDown, False))

    @Slot()
    def _open(self) -> None:
        self.setDown(True)
        size, screen = self._menu.sizeHint(), self.screen().availableGeometry()
        leans_left = 2 * self.mapTo(self.window(), self.rect().center()).x() < self.window().width()
        x = 0 if leans_left else self.width() - size.width()
        below, above = self.mapToGlobal(QPoint(x, self.height() + 2)), self.mapToGlobal(QPoint(x, -2))
        fits = below.y() + size.height() <= screen.bottom()
        self._menu.popup(below if fits else above - QPoint(0, size.height()))


class TextButton(QPushButton):
    """A button with words. `role` is "primary" (one in a place), "" or "quiet"."""

    def __init__(self, text: str, *, role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("role", role)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)


class ChoiceButton(TextButton):
    """A button that shows the words for its value, and opens a menu of all. Screen readers hear the value after its
    name."""

    chosen = Signal(str)

    def __init__(self, values: tuple[tuple[str, str], ...], current: str, parent: QWidget | None = None) -> None:
        """`values` are pairs of a value and the words for it."""
        super().__init__("", role="choice", parent=parent)
        self._words = dict(values)
        self._value = current
        self._name = ""
        self.menu_of_values = ChoiceMenu(self)
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
        """Take other words for the same values."""
        self._words = dict(values)
        for action in self._group.actions():
            action.setText(self._words[action.data()])
        self.set_value(self._value)

    def value(self) -> str:
        return self._value

    def set_value(self, value: str) -> None:
        self._value = value
        self.setText(self._words.get(value, value).replace("&", "&&"))
        self.setAccessibleName(self._name)
        for action in self._group.actions():
            action.setChecked(action.data() == value)

    def setAccessibleName(self, name: str) -> None:
        self._name = name
        words = self._words.get(self._value, self._value)
        super().setAccessibleName(f"{name}: {words}" if name else words)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        draw_caret(QPainter(self), self)

    @Slot()
    def _open(self) -> None:
        self.menu_of_values.setMinimumWidth(self.width())
        self.menu_of_values.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    @Slot(QAction)
    def _choose(self, action: QAction) -> None:
        self.set_value(action.data())
        self.chosen.emit(self._value)


def draw_caret(painter: QPainter, button: QWidget) -> None:
    """Draw a caret at the right edge of a button that opens a menu."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(button.palette().buttonText().color(), 1.5))
    tip = QPointF(button.width() - CARET_INSET, button.height() / 2 + _CARET / 2)
    painter.drawPolyline([tip + QPointF(-_CARET, -_CARET), tip, tip + QPointF(_CARET, -_CARET)])

"""Buttons: an icon that always has a name, and text buttons in three ranks."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from app.ui.icons import Icons, Symbol
from app.ui.theme import ICON


class IconButton(QToolButton):
    """An icon with a name for screen readers and a tooltip with its shortcut; reached with Tab, with a focus ring."""

    def __init__(
        self,
        icons: Icons,
        symbol: Symbol,
        name: str,
        *,
        shortcut: QKeySequence | QKeySequence.StandardKey | str = "",
        framed: bool = False,
        size: int = ICON,
        parent: QWidget | None = None,
    ) -> None:
        """`shortcut` is only shown here: the action that has it answers to it. `framed` draws a border at rest;
        `size` is the icon's, in pixels.
        """
        super().__init__(parent)
        self._icons = icons
        self._symbol = symbol
        self._shortcut = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
        self.setProperty("role", "icon")
        self.setProperty("framed", framed)
        self.setIconSize(QSize(size, size))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.set_name(name)
        icons.theme.changed.connect(self._recolour)
        self._recolour()

    def set_name(self, name: str) -> None:
        self.setAccessibleName(name)
        self.setToolTip(f"{name}  {self._shortcut}" if self._shortcut else name)

    @Slot()
    def _recolour(self) -> None:
        self.setIcon(self._icons.icon(self._symbol))


class TextButton(QPushButton):
    """`role` is "primary" (one in a place), "" or "quiet"."""

    def __init__(self, text: str, *, role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setProperty("role", role)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAutoDefault(False)

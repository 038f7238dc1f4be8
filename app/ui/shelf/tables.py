"""The place on the shelf for lists that are made of all documents together."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from app.ui.kit.commands import Command
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import SPACE_S, SPACE_XS
from app.ui.widgets.buttons import ButtonShape, IconButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import STRETCH, column, row
from app.wording.i18n import _

_ICON, _PLUS = 18, 14


class TablesGroup(QWidget):
    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self.buttons: dict[str, IconButton] = {}
        """By the names of their commands, as `makers`."""
        self.makers: dict[str, IconButton] = {}
        title = PlainLabel(_("Tables and timelines"), role="section")
        font = title.font()
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.5)  # as the headings of the lists
        title.setFont(font)
        heading = row(SPACE_S, title, STRETCH)
        self._heading = heading
        self._entries = row(STRETCH, spacing=SPACE_XS)
        column(SPACE_S, heading, self._entries, of=self)

    def offer(self, commands: Iterable[Command]) -> None:
        """Show a button for each of these commands that has a name for it, and behind the heading a plus for each that
        makes one more."""
        for command in commands:
            if command.on_shelf:
                plus = IconButton(self._icons, Symbol.ADD, command.name, shortcut=command.shortcuts, size=_PLUS)
                plus.clicked.connect(command.run)
                self._heading.addWidget(plus)
                self.makers[command.name] = plus
            if command.shelf_name:
                button = IconButton(
                    self._icons,
                    command.symbol or Symbol.SHEET,
                    command.shelf_name,
                    shortcut=command.shortcuts,
                    shape=ButtonShape.LABELLED,
                    size=_ICON,
                )
                button.clicked.connect(command.run)
                self._entries.insertWidget(len(self.buttons), button)
                self.buttons[command.name] = button

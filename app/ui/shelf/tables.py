"""The place on the shelf for lists that are made of all documents together."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from app.ui.kit.commands import Command
from app.ui.look.icons import Icons, Symbol
from app.ui.look.theme import SPACE_M, SPACE_S, SPACE_XS
from app.ui.widgets.buttons import ButtonShape, IconButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import STRETCH, column, row
from app.wording.i18n import _

_ICON = 18


class TablesGroup(QWidget):
    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self.buttons: dict[str, IconButton] = {}
        """By the names of their commands."""
        title = PlainLabel(_("Tables and timelines"), role="section")
        font = title.font()
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.5)  # as the headings of the lists
        title.setFont(font)
        heading = row(SPACE_S, title, STRETCH)
        self._entries = row(STRETCH, spacing=SPACE_XS)
        column(SPACE_M, heading, SPACE_XS, self._entries, of=self)

    def offer(self, commands: Iterable[Command]) -> None:
        """Show a button for each of these commands that has a name for it."""
        for command in commands:
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

"""The page of keyboard shortcuts, made of the window's commands."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TypeAlias

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from app.ui.kit.commands import Command, CommandGroup, Commands, key_caps
from app.ui.kit.frame_state import bound
from app.ui.look.theme import SPACE_L, SPACE_S, SPACE_XL, SPACE_XS, SPACE_XXL, Theme
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.key_caps import KeyCaps
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import DIALOG, STRETCH, boxed, column, row, scroll_down
from app.wording.i18n import _

_SIZE, _COLUMNS = (1120, 720), 3


_Listed: TypeAlias = tuple[CommandGroup, list[Command]]


class ShortcutsDialog(QDialog):
    """A dialog with every command that has keys, by groups."""

    def __init__(self, commands: Commands, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._theme = theme
        groups = [(group, _with_keys(commands, group)) for group in commands.groups]
        columns = [(self._column(part), 1) for part in _balance([each for each in groups if each[1]])]
        page = row(*columns, spacing=SPACE_XXL, margins=(0, 0, SPACE_L, 0))
        close = TextButton(_("Close"), role="primary")
        close.clicked.connect(self.accept)
        column(
            PlainLabel(_("Keyboard shortcuts"), role="heading"),
            (scroll_down(boxed(page), _("Keyboard shortcuts")), 1),
            row(STRETCH, close),
            of=self,
            margins=DIALOG,
            spacing=SPACE_L,
        )
        self.resize(bound(self, *_SIZE))
        close.setDefault(True)
        close.setFocus()

    def _column(self, groups: list[_Listed]) -> QWidget:
        sections = [self._section(group, commands) for group, commands in groups]
        return boxed(column(*sections, STRETCH, spacing=SPACE_XL))

    def _section(self, group: CommandGroup, commands: list[Command]) -> QWidget:
        rows = [self._row(command) for command in commands]
        return boxed(column(PlainLabel(group.name, role="section"), SPACE_XS, *rows, spacing=SPACE_S))

    def _row(self, command: Command) -> QWidget:
        caps = (KeyCaps(self._theme, key_caps(command)), Qt.AlignmentFlag.AlignTop)
        return boxed(row((PlainLabel(command.name.rstrip("…"), wraps=True), 1), caps, spacing=SPACE_L))


def _with_keys(commands: Commands, group: CommandGroup) -> list[Command]:
    return [command for command in commands.shown(group) if command.shortcuts]


def _balance(groups: list[_Listed]) -> list[list[_Listed]]:
    """Arrange the groups in columns that are as even as can be, in their order."""
    cuts = combinations(range(1, len(groups)), min(_COLUMNS, len(groups)) - 1)
    parts = [[groups[start:end] for start, end in pairwise((0, *cut, len(groups)))] for cut in cuts]
    return min(parts, key=lambda part: max(sum(len(commands) + 2 for _group, commands in column) for column in part))

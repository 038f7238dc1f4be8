"""The page of keyboard shortcuts, made of the window's commands."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from app.ui.commands import Command, CommandGroup, Commands, key_caps
from app.ui.frame_state import bound
from app.ui.theme import SPACE_L, SPACE_S, SPACE_XL, SPACE_XS, SPACE_XXL, Theme
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.key_caps import KeyCaps
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import DIALOG, STRETCH, boxed, column, row, scroll_down
from app.wording.i18n import _

_SIZE = (820, 780)


class ShortcutsDialog(QDialog):
    """Every command that has keys, by groups in two columns."""

    def __init__(self, commands: Commands, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._theme = theme
        left, right = _balance([(group, _with_keys(commands, group)) for group in commands.groups])
        page = row(self._column(left), self._column(right), spacing=SPACE_XXL, margins=(0, 0, SPACE_L, 0))
        close = TextButton(_("Close"), role="primary")
        close.clicked.connect(self.accept)
        column(
            PlainLabel(_("Keyboard shortcuts"), role="heading"),
            (scroll_down(boxed(page)), 1),
            row(STRETCH, close),
            of=self,
            margins=DIALOG,
            spacing=SPACE_L,
        )
        self.resize(bound(self, *_SIZE))
        close.setDefault(True)
        close.setFocus()

    def _column(self, groups: list[tuple[CommandGroup, list[Command]]]) -> QWidget:
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


def _balance(
    groups: list[tuple[CommandGroup, list[Command]]],
) -> tuple[list[tuple[CommandGroup, list[Command]]], list[tuple[CommandGroup, list[Command]]]]:
    """Two columns of about the same height, in the order of the groups."""
    groups = [(group, commands) for group, commands in groups if commands]
    heights = [len(commands) + 2 for _group, commands in groups]
    half = min(range(1, len(groups)), key=lambda place: abs(sum(heights[:place]) - sum(heights[place:])), default=1)
    return groups[:half], groups[half:]

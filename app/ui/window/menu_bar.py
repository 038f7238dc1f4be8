"""The menu bar that macOS shows at the top of the screen, made of the window's commands."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenuBar, QWidget

from app.ui.kit.commands import CommandGroup, Commands


def make_menu_bar(commands: Commands, window: QWidget) -> QMenuBar:
    """Make a menu for each group. What the system puts into the program's own menu makes no menu by itself: it is at
    the end of the last one, from where the system takes it."""
    bar = QMenuBar(window)
    menus = [commands.menu(group, bar) for group in commands.groups if not _is_programs_own(group)]
    for menu in menus:
        bar.addMenu(menu)
    for group in filter(_is_programs_own, commands.groups):
        menus[-1].addActions([commands.actions[command.name] for command in group.commands])
    return bar


def _is_programs_own(group: CommandGroup) -> bool:
    return all(command.role is not QAction.MenuRole.NoRole for command in group.commands)

"""What a feature adds to a window: commands, and the panels and dialogs behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from PySide6.QtCore import QObject

from app.ui.commands import PlacedCommands
from app.ui.workspace import Workspace


class WindowFeature(QObject):
    """A feature in one window, made with it. It makes a panel or a dialog when that is opened first: few starts need
    one."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._workspace = workspace

    def commands(self) -> Sequence[PlacedCommands]:
        """The commands of menus, palette and shortcuts; asked for once."""
        return ()


MakeWindowFeature: TypeAlias = Callable[[Workspace], WindowFeature]

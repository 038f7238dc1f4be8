"""The bin in a window: its command, and its list once that is opened."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.ui.kit.commands import Anchor, Command, Group, PlacedCommands
from app.ui.look.icons import Symbol
from app.ui.window_feature import WindowFeature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.features.bin.window.presenter import BinPresenter


class BinWindow(WindowFeature):
    @cached_property
    def bin(self) -> BinPresenter:
        from app.features.bin.window.presenter import BinPresenter  # when it is opened first

        events = self._workspace.events
        made = BinPresenter(self._workspace)
        made.failed.connect(self._workspace.window.tell)
        made.restored.connect(events.restored)
        events.restored.connect(made.renew)  # undone, too, while the list is open
        return made

    @Slot()
    def open(self) -> None:
        """List what was deleted and can be had back."""
        self.bin.open()

    def commands(self) -> Sequence[PlacedCommands]:
        opening = Command(
            _("Bin…"), "", self.open, words=_("trash, deleted, restore, undo"), symbol=Symbol.DELETE, apart=True
        )
        return (PlacedCommands(Group.DESK, Anchor.FINDING, (opening,)),)

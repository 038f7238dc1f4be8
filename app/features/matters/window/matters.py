"""Managing matters in a window: its commands, and what it adds to the menu in which another desk is opened."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.ui.kit.commands import Anchor, Command, Group, MenuEntry, PlacedCommands
from app.ui.look.icons import Symbol
from app.ui.window_feature import WindowFeature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.features.matters.window.presenter import MatterManaging


class MattersWindow(WindowFeature):
    @cached_property
    def managing(self) -> MatterManaging:
        from app.features.matters.window.presenter import MatterManaging  # when it is wanted first

        space = self._workspace
        made = MatterManaging(space)
        made.failed.connect(space.window.tell)
        made.done.connect(space.window.say)
        return made

    @Slot()
    def ask_new(self) -> None:
        """Make a matter, and open it."""
        self.managing.ask_new()

    @Slot()
    def manage(self) -> None:
        """List all matters."""
        self.managing.manage()

    def commands(self) -> Sequence[PlacedCommands]:
        new = Command(_("New matter…"), "", self.ask_new, words=_("case, client, create"), symbol=Symbol.ADD)
        manage = Command(_("Manage matters…"), "", self.manage, words=_("rename, archive, delete, case, client"))
        return (
            PlacedCommands(Group.MATTERS, Anchor.OPENING, (new,)),
            PlacedCommands(Group.MATTERS, Anchor.MANAGING, (manage,)),
        )

    def desk_menu(self) -> Sequence[MenuEntry]:
        count = len(self._workspace.matters.known)
        shows_all = self._workspace.window.shelf.desk.shows_all()
        words = _("Manage matters…") if shows_all else _("All matters ({n})…").format(n=count)
        return (MenuEntry(_("New matter…"), self.ask_new), MenuEntry(words, self.manage))

"""The chronology in a window: its commands, and its panel once it is opened."""

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
    from app.features.chronology.window.presenter import TimelinePresenter


class ChronologyWindow(WindowFeature):
    @cached_property
    def timeline(self) -> TimelinePresenter:
        from app.features.chronology.window.making import make_timeline  # when it is opened first

        return make_timeline(self._workspace)

    @Slot()
    def open_events(self) -> None:
        """Show the dated events of all books, in the place of the conversation."""
        self._open(people=False)

    @Slot()
    def open_people(self) -> None:
        """Show the persons and organisations of all books, in the place of the conversation."""
        self._open(people=True)

    def _open(self, *, people: bool) -> None:
        self._workspace.window.show_view(self.timeline.panel)
        self.timeline.open(people=people)

    def commands(self) -> Sequence[PlacedCommands]:
        chronology = Command(
            _("Chronology"),
            "Ctrl+Shift+T",
            self.open_events,
            words=_("timeline, dates, events, history"),
            symbol=Symbol.CHRONOLOGY,
            shelf_name=_("Chronology"),
        )
        people = Command(_("People"), "", self.open_people, words=_("names, persons, organisations, companies"))
        return (PlacedCommands(Group.DESK, Anchor.FINDING, (chronology, people)),)

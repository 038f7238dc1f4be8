"""Pseudonyms in a window: what is shown before a question goes to a server, and an export with names replaced."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.ui.chat.submission import GoOn, Submission
from app.ui.kit.commands import Anchor, Command, Group, PlacedCommands
from app.ui.look.icons import Symbol
from app.ui.window_feature import WindowFeature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.features.pseudonyms.window.exporting import ReplacedExport
    from app.features.pseudonyms.window.question import OutboundPresenter


class PseudonymsWindow(WindowFeature):
    @cached_property
    def leaving(self) -> OutboundPresenter:
        from app.features.pseudonyms.window.question import OutboundPresenter  # with the first question

        workspace = self._workspace
        made = OutboundPresenter(workspace)
        made.chosen.connect(workspace.preferences.change)
        made.failed.connect(workspace.window.tell)
        return made

    @cached_property
    def export(self) -> ReplacedExport:
        from app.features.pseudonyms.window.exporting import ReplacedExport  # when something is exported so

        made = ReplacedExport(self._workspace)
        made.failed.connect(self._workspace.window.tell)
        return made

    @Slot()
    def export_replaced(self) -> None:
        self.export.begin()

    def look_through(self, submission: Submission, go_on: GoOn) -> None:
        self.leaving.look_through(submission, go_on)

    def commands(self) -> Sequence[PlacedCommands]:
        export = Command(
            _("Export with names replaced…"),
            "",
            self.export_replaced,
            words=_("pseudonyms, anonymous, privacy, share"),
            symbol=Symbol.EXPORT,
            can=self._workspace.exporting.has_words,
        )
        return (PlacedCommands(Group.CONVERSATION, Anchor.EXPORTING, (export,)),)

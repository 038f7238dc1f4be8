"""Governance in a window: the record, the report of what is kept, and deleting by age."""

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
    from app.features.governance.window.personal_data import PersonalDataPresenter
    from app.features.governance.window.record import RecordPresenter
    from app.features.governance.window.retention import RetentionPresenter


class GovernanceWindow(WindowFeature):
    """The feature in a window. `kept` is the presenter of the report that was opened last, None before."""

    kept: PersonalDataPresenter | None = None

    @cached_property
    def record(self) -> RecordPresenter:
        from app.features.governance.window.record import RecordPresenter  # when it is opened first

        workspace = self._workspace
        made = RecordPresenter(workspace)
        made.failed.connect(workspace.window.tell)
        made.saved.connect(workspace.saved_files.show)
        return made

    @cached_property
    def retention(self) -> RetentionPresenter:
        from app.features.governance.window.retention import RetentionPresenter

        workspace = self._workspace
        made = RetentionPresenter(workspace)
        made.failed.connect(workspace.window.tell)
        made.said.connect(workspace.window.say)
        made.deleted.connect(workspace.shelf.list_conversations)
        return made

    @Slot()
    def open_record(self) -> None:
        self.record.open()

    @Slot()
    def open_keeping(self) -> None:
        """Show what is kept of a person or a matter."""
        from app.features.governance.window.personal_data import PersonalDataPresenter  # when it is opened

        workspace = self._workspace
        self.kept = PersonalDataPresenter(workspace)
        self.kept.failed.connect(workspace.window.tell)
        self.kept.saved.connect(workspace.saved_files.show)

    def begin(self) -> None:
        self._workspace.events.settings_changed.connect(self.retention.run)
        self.retention.begin()

    def commands(self) -> Sequence[PlacedCommands]:
        record = Command(
            _("Record…"),
            "",
            self.open_record,
            words=_("audit, log, history, security, who asked what"),
            symbol=Symbol.OUTLINE,
        )
        kept = Command(
            _("What is kept of a person or a matter…"),
            "",
            self.open_keeping,
            words=_("privacy, personal data, access request, where is a name"),
            symbol=Symbol.FIND,
        )
        return (PlacedCommands(Group.DESK, Anchor.FINDING, (record, kept)),)

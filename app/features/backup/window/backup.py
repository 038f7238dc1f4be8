"""Backups in a window: the commands, the row in the settings, the offer at a first start, and the reminder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot

from app.ui.kit.commands import Anchor, Command, Group, PlacedCommands
from app.ui.look.icons import Symbol
from app.ui.settings.feature_row import FeatureRow
from app.ui.window_feature import WindowFeature
from app.wording.i18n import _
from app.wording.settings import SectionKind

if TYPE_CHECKING:
    from app.features.backup.window.presenter import BackupPresenter

_REMIND_MS = 3000
"""The time after the start before a person is reminded: first they see what lay open."""


class BackupWindow(WindowFeature):
    @cached_property
    def backup(self) -> BackupPresenter:
        from app.features.backup.window.presenter import BackupPresenter  # when it is wanted first

        made = BackupPresenter(self._workspace)
        made.restart_wanted.connect(self._workspace.events.restart_wanted)
        return made

    def commands(self) -> Sequence[PlacedCommands]:
        back_up = Command(
            _("Back up everything…"),
            "",
            self.ask,
            words=_("save, copy, archive, another computer, move"),
            symbol=Symbol.SAVE,
            apart=True,
        )
        restore = Command(_("Restore from a backup…"), "", self.ask_restore, words=_("import, another computer, move"))
        return (PlacedCommands(Group.MATTERS, Anchor.MANAGING, (back_up, restore)),)

    def begin(self) -> None:
        QTimer.singleShot(_REMIND_MS, self, self.look)

    def busy_words(self) -> str:
        return self.backup.busy_words()

    def settings_rows(self) -> Sequence[FeatureRow]:
        row = FeatureRow(
            "backup", SectionKind.PRIVACY, _("Backup"), _("Back up…"), self._explain, self.ask, closes_settings=True
        )
        return (row,)

    @Slot()
    def ask(self) -> None:
        """Ask for what a backup needs, and make one."""
        self.backup.ask()

    @Slot()
    def ask_restore(self) -> None:
        """Restore a backup in the place of a desk that has nothing in it."""
        self.backup.ask_restore()

    @Slot()
    def look(self) -> None:
        """Look whether a person wants to be reminded of the next backup."""
        self.backup.look()

    def _explain(self) -> str:
        from app.features.backup.service import backups_of
        from app.features.backup.words import last_words

        words = _("All that Octavo keeps, in one encrypted file, which opens on any computer. Last backup: {day}.")
        return words.format(day=last_words(backups_of(self._workspace.desk).last_at()))

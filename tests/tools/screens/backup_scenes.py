"""Backups: what is asked, how far one is, what is said then, and the restoring at a first start."""

from __future__ import annotations

from unittest import mock

from app.core.conversations.events import Copying, Hashing
from app.core.settings import ThemeChoice
from app.features.backup.data import BackupMade, BackupSizes, Restored
from app.features.backup.window.backup import BackupWindow
from app.features.backup.window.dialogs import BackupDialog, RestoreDialog
from app.features.backup.words import restored_words
from app.store.settings import SettingsStore
from app.ui.kit.jobs import Done
from app.wording.i18n import _
from app.wording.settings import SectionKind
from tests.tools.screens.stage import Stage, japanese
from tests.tools.screens.start_scenes import first_start
from tests.ui.room import LEASE, LETTERS, NOW

_WORDS = "harbour lantern seven marmalade"
_SIZES = BackupSizes(3, 2_140_000_000, 11_800_000_000)


def _desk(stage: Stage, **options: object) -> None:
    stage.add_books()
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    stage.open(**options)  # type: ignore[arg-type]


def _asked(stage: Stage, **options: object) -> None:
    _desk(stage, **options)
    stage.feature(BackupWindow).backup._ask_passphrase(_SIZES)
    dialog = next(each for each in stage.window.findChildren(BackupDialog))
    dialog.chosen.new.line.setText(_WORDS)
    stage.settle()


def backup_asked(stage: Stage) -> None:
    _asked(stage)


def backup_asked_dark(stage: Stage) -> None:
    _asked(stage, theme=ThemeChoice.DARK)


def backup_asked_japanese(stage: Stage) -> None:
    with japanese():
        _asked(stage, size=(1024, 700))


def backup_asked_200(stage: Stage) -> None:
    _asked(stage, size=(1280, 800))


def backup_made(stage: Stage) -> None:
    _desk(stage)
    stage.feature(BackupWindow).backup._on_made(Copying(1_200_000_000, 4_280_000_000, "octavo.db"))


def backup_proved_dark(stage: Stage) -> None:
    _desk(stage, theme=ThemeChoice.DARK, size=(1024, 700))
    stage.feature(BackupWindow).backup._on_made(Hashing(1_900_000_000, 2_140_000_000, "octavo.db"))


def backup_done(stage: Stage) -> None:
    _desk(stage)
    made = BackupMade("/media/anna/Archive/Octavo 2026-11-27.octavo-backup", 2_141_000_000, 3, readings=False)
    stage.feature(BackupWindow).backup._on_made(Done(made))


def _reminded(stage: Stage, **options: object) -> None:
    _desk(stage, **options)
    stage.desk.settings.change("backup_reminder_weeks", 4)
    SettingsStore(stage.desk.shared.matters.home).set_blob("backup.last", str(NOW.timestamp() - 35 * 86_400).encode())
    stage.feature(BackupWindow).backup.look()
    stage.settle()


def backup_reminder(stage: Stage) -> None:
    _reminded(stage)


def backup_reminder_wide(stage: Stage) -> None:
    _reminded(stage, size=(2560, 1440), theme=ThemeChoice.DARK)


def backup_settings(stage: Stage) -> None:
    _desk(stage)
    SettingsStore(stage.desk.shared.matters.home).set_blob("backup.last", str(NOW.timestamp() - 35 * 86_400).encode())
    stage.presenter.model_area.preferences.open_settings()
    stage.settle()
    dialog = stage.presenter.model_area.preferences.dialog
    assert dialog is not None
    dialog.show_section(SectionKind.PRIVACY)
    dialog.search.setText(_("Backup"))
    stage.settle()


def backup_settings_japanese(stage: Stage) -> None:
    with japanese():
        backup_settings(stage)


def _restoring(stage: Stage) -> RestoreDialog:
    first_start(stage)
    stage.feature(BackupWindow).backup._ask_its_passphrase("/media/anna/Archive/Octavo 2026-11-27.octavo-backup")
    dialog = next(each for each in stage.window.findChildren(RestoreDialog))
    dialog.line.line.setText(_WORDS)
    return dialog


def restore_wrong(stage: Stage) -> None:
    _restoring(stage).show_problem(
        "This passphrase does not open “/media/anna/Archive/Octavo 2026-11-27.octavo-backup”. Nothing was restored."
        " Enter the passphrase that was chosen when the backup was made."
    )
    stage.settle()


def restore_running(stage: Stage) -> None:
    dialog = _restoring(stage)
    with mock.patch.object(stage.feature(BackupWindow).backup, "_restore"):
        dialog.given.disconnect()
        dialog.action.click()
    dialog.show_fraction(0.42)
    stage.settle()


def restore_done(stage: Stage) -> None:
    done = Restored("/home/anna/.local/share/octavo", NOW.timestamp(), 3, True, "keyring", True)
    _restoring(stage).show_done(restored_words(done))
    stage.settle()


BACKUP_SCENES = (
    backup_asked,
    backup_asked_dark,
    backup_asked_japanese,
    backup_asked_200,
    backup_made,
    backup_proved_dark,
    backup_done,
    backup_reminder,
    backup_reminder_wide,
    backup_settings,
    backup_settings_japanese,
    restore_wrong,
    restore_running,
    restore_done,
)
BACKUP_SCALED = {"backup-asked-200": "2"}

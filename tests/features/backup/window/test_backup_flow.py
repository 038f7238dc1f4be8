"""Backups in the window: made while it is used, reminded of, restored where nothing is yet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from unittest import mock

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.core.errors import Code
from app.core.machine.paths import Paths
from app.features.backup.service import backups_of
from app.features.backup.window.backup import BackupWindow
from app.features.backup.window.dialogs import BackupDialog, RestoreDialog
from app.features.backup.window.line import BackupLine
from app.store import restoring
from app.store.settings import SettingsStore
from app.ui.kit.bridge import Executor
from app.ui.widgets.dialogs import Confirmation
from app.wording.settings import SectionKind
from tests.said import says
from tests.ui import shelf_of_books
from tests.ui.room import LEASE, NOW, Room, wait

WORDS = "four unrelated plain words"
DAY = 86_400

Found = TypeVar("Found", bound=QObject)


def the(room: Room, kind: type[Found]) -> Found:
    wait(lambda: any(True for each in room.window.findChildren(kind) if getattr(each, "isVisible", bool)()))
    return next(each for each in room.window.findChildren(kind) if getattr(each, "isVisible", bool)())


def furnish(room: Room) -> None:
    room.add_books()
    room.add_conversation("Notice periods", [room.books[LEASE]])
    room.open()


def chosen(room: Room, qtbot: QtBot, target: Path, *, readings: bool = False) -> Callable[[], None]:
    """Type the passphrase twice, and return what choosing a file does."""
    room.feature(BackupWindow).backup.ask()
    dialog = the(room, BackupDialog)
    assert not dialog.action.isEnabled()
    qtbot.keyClicks(dialog.chosen.new.line, WORDS)
    qtbot.keyClicks(dialog.chosen.again.line, WORDS)
    dialog.readings.setChecked(readings)
    with mock.patch("app.ui.widgets.dialogs.SaveDialog") as asked:
        dialog.action.click()
    assert asked.call_args.args[2].startswith("Octavo 20")
    (given,) = asked.return_value.fileSelected.connect.call_args.args
    return lambda: given(str(target))


def test_a_backup_is_made_and_said_to_be(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    furnish(room)
    (room.desk.paths.readings).mkdir(exist_ok=True)
    (room.desk.paths.readings / "a.reading").write_bytes(b"x" * 2_000_000)
    target = tmp_path / "mine.octavo-backup"
    make = chosen(room, qtbot, target, readings=True)
    make()
    line = the(room, BackupLine)
    assert line.words.text() == "Backing up…"
    room.settle()
    assert line.isHidden()
    assert target.stat().st_size > 2_000_000
    notice = room.window.talk.notice
    assert notice.text().startswith(f"The backup “{target.name}” was written and read back: ")
    assert "no matters" in notice.text()
    assert notice.action.text() == "Show in folder"
    assert backups_of(room.desk).last_at() is not None


def test_a_backup_can_be_stopped_and_another_desk_asks_first(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    furnish(room)
    target = tmp_path / "mine.octavo-backup"
    gate = room.hold(Executor.BACKING_UP)
    chosen(room, qtbot, target)()
    room.feature(BackupWindow).backup.ask()
    assert "being made already" in room.window.talk.notice.text()
    room.presenter.shelf_area.matters.open("another")
    dialog = the(room, Confirmation)
    assert "The backup will stop" in dialog.accessibleDescription()
    dialog.reject()
    the(room, BackupLine).stop.click()
    gate.open()
    room.settle()
    assert room.window.talk.notice.text() == "The backup was stopped. No file was written."
    assert not target.exists()
    assert room.feature(BackupWindow).backup.busy_words() == ""


def test_what_goes_wrong_is_said_and_it_can_be_tried_again(qtbot: QtBot, room: Room, tmp_path: Path) -> None:
    furnish(room)
    chosen(room, qtbot, tmp_path / "nowhere" / "mine.octavo-backup")()
    room.settle()
    assert says(room.window.talk.notice.text(), Code.EXPORT_NOT_WRITTEN)
    chosen(room, qtbot, tmp_path / "mine.octavo-backup")()
    room.settle()
    assert (tmp_path / "mine.octavo-backup").exists()


@pytest.mark.parametrize(
    ("weeks", "days_ago", "words"),
    [
        (0, None, ""),
        (0, 400, ""),
        (4, None, "There is no backup of your documents and conversations yet."),
        (4, 27, ""),
        (4, 28, "The last backup was made on 12 February 2026."),
    ],
)
def test_a_person_is_reminded_only_if_that_is_wanted(room: Room, weeks: int, days_ago: int | None, words: str) -> None:
    furnish(room)
    room.desk.settings.change("backup_reminder_weeks", weeks)
    if days_ago is not None:
        SettingsStore(room.desk.shared.matters.home).set_blob(
            "backup.last", str(NOW.timestamp() - days_ago * DAY).encode()
        )
    room.feature(BackupWindow).backup.look()
    room.settle()
    notice = room.window.talk.notice
    assert (notice.text() if notice.isVisible() else "") == words
    if words:
        assert (notice.action.text(), notice.other.text()) == ("Back up…", "Later")
        notice.action.click()
        assert the(room, BackupDialog).isVisible()


def test_the_settings_say_when_the_last_one_was_made(room: Room) -> None:
    furnish(room)
    SettingsStore(room.desk.shared.matters.home).set_blob("backup.last", str(NOW.timestamp() - DAY).encode())
    room.presenter.model_area.preferences.open_settings()
    room.settle()
    dialog = room.presenter.model_area.preferences.dialog
    assert dialog is not None
    dialog.show_section(SectionKind.PRIVACY)
    row = dialog.row("backup")
    assert "Last backup: 11 March 2026." in row.help.text()
    dialog.acted.emit("backup")
    assert the(room, BackupDialog).isVisible()


# ---- restoring


@pytest.fixture
def first(room: Room) -> Room:
    room.reader.documents["handbook.md"] = shelf_of_books.handbook()
    room.open()
    return room


def test_at_the_first_start_a_backup_is_restored_in_the_place_of_nothing(
    qtbot: QtBot, first: Room, tmp_path: Path
) -> None:
    room, file, restarts = first, tmp_path / "mine.octavo-backup", []
    chosen(room, qtbot, file)()
    room.settle()
    room.presenter.events.restart_wanted.connect(lambda: restarts.append(True))
    room.presenter.commands.actions["Restore from a backup…"].trigger()
    asked = the(room, QFileDialog)
    asked.reject()
    asked.fileSelected.emit(str(file))
    dialog = the(room, RestoreDialog)
    assert not dialog.action.isEnabled()
    qtbot.keyClicks(dialog.line.line, "wrong")
    dialog.action.click()
    wait(dialog.problem.isVisible)
    assert says(dialog.problem.text(), Code.BACKUP_PASSPHRASE)
    assert not (room.desk.paths.data / "restored").exists()
    dialog.line.line.clear()
    qtbot.keyClicks(dialog.line.line, WORDS)
    dialog.action.click()
    wait(dialog.done_words.isVisible)
    assert "was restored into" in dialog.done_words.text()
    assert not restarts
    dialog.action.click()
    assert restarts == [True]
    assert restoring.holds_desk(Paths(room.desk.paths.data))
    assert (room.desk.paths.data / "restored" / "octavo.db").exists(), "it comes with the next start"


def test_where_something_is_kept_nothing_is_restored(room: Room) -> None:
    furnish(room)
    room.ask("When?")
    room.feature(BackupWindow).backup.ask_restore()
    room.settle()
    assert says(room.window.talk.notice.text(), Code.DATA_THERE)
    assert not [each for each in room.window.findChildren(QFileDialog) if each.isVisible()]


def test_restoring_can_be_stopped(qtbot: QtBot, first: Room, tmp_path: Path) -> None:
    room, file = first, tmp_path / "mine.octavo-backup"
    chosen(room, qtbot, file)()
    room.settle()
    gate = room.hold(Executor.BACKING_UP)
    room.feature(BackupWindow).backup._ask_its_passphrase(str(file))
    dialog = the(room, RestoreDialog)
    qtbot.keyClicks(dialog.line.line, WORDS)
    dialog.action.click()
    dialog.reject()
    gate.open()
    room.settle()
    assert not (room.desk.paths.data / "restored").exists()
    assert not (room.desk.paths.data / "restoring").exists()

"""The record in the window: listed, narrowed, whole or not, and exported."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from PySide6.QtCore import Qt

from app.core.record import Happening, RecordKind
from app.features.governance.record_files import verify_file
from app.features.governance.window.entries import ASKED, GONE
from app.features.governance.window.governance import GovernanceWindow
from app.features.governance.window.record_dialog import RecordDialog
from tests.there import there
from tests.ui.room import NOW, Room


def _open(room: Room) -> RecordDialog:
    room.open()
    record = room.desk.record
    record.note(Happening(RecordKind.ANSWER, "c", ("ab" * 32,), "Scout", "", "models.example.org", "complete"))
    record.note(Happening(RecordKind.SETTING, detail="use_bin: False"))
    governance = room.feature(GovernanceWindow)
    governance.open_record()
    room.settle()
    dialog = governance.record.dialog
    assert dialog is not None
    return dialog


def test_it_is_listed_and_narrowed(room: Room) -> None:
    dialog = _open(room)
    about = [dialog.table.index(row, 3).data() for row in range(dialog.table.rowCount())]
    assert about[:2] == ["Keep what you delete in the bin: Off", "complete · 1 document · Scout on models.example.org"]
    assert dialog.verdict.text().startswith("Whole:")
    assert dialog.table.headerData(1, Qt.Orientation.Horizontal) == "When"
    dialog.group.chosen.emit(ASKED)
    dialog.group.set_value(ASKED)
    dialog._show()
    assert [entry.kind for entry in dialog.shown] == [RecordKind.ANSWER]
    assert "ab" * 32 in dialog.details.text()
    dialog.group.set_value(GONE)
    dialog._show()
    assert dialog.shown == ()
    assert dialog.view.isHidden()


def test_a_record_that_was_changed_says_where(room: Room) -> None:
    room.desk.record.note(Happening(RecordKind.EXPORT))
    room.desk.database.run("UPDATE record_entries SET detail = 'x' WHERE number = 2")
    assert "Changed at entry 2" in _open(room).verdict.text()


def test_it_is_exported_with_its_proof(room: Room, tmp_path: Path) -> None:
    _open(room)
    file = tmp_path / "record.json"
    room.feature(GovernanceWindow).record.write(str(file))
    room.settle()
    assert verify_file(file, room.desk.record.store).is_sealed
    assert room.feature(GovernanceWindow).record.dialog is None


def test_old_entries_are_left_out_of_the_last_days(room: Room) -> None:
    dialog = _open(room)
    dialog._now = NOW + timedelta(days=9_999)
    dialog.days.set_value("30")
    assert dialog.shown == ()


def test_what_is_kept_of_a_name_is_shown_and_exported(room: Room, tmp_path: Path) -> None:
    room.add_conversation("Zweig and the rent")
    room.open()
    governance = room.feature(GovernanceWindow)
    governance.open_keeping()
    kept = governance.kept
    assert kept is not None
    dialog, file = kept.dialog, tmp_path / "kept.csv"
    assert not dialog.export.isEnabled()
    assert dialog.everywhere.isHidden()
    dialog.name.setText("zweig")
    dialog.look.click()
    room.settle()
    words = [there(dialog.tree.topLevelItem(row)).text(0) for row in range(dialog.tree.topLevelItemCount())]
    assert words == ["Conversations", "Files"]
    group = there(dialog.tree.topLevelItem(0))
    assert [there(group.child(row)).text(0) for row in range(group.childCount())] == [
        "Zweig and the rent · 1 place",
        "→ Delete the conversation or the table and empty the bin.",
    ]
    kept.saved.connect(dialog.setWindowTitle)
    dialog.export_wanted.disconnect()
    dialog.export_wanted.connect(lambda report: kept.write(report, str(file)))
    dialog.export.click()
    room.settle()
    assert "Zweig and the rent" in file.read_text("utf-8")
    assert dialog.windowTitle() == str(file)
    dialog.name.setText("Nemo")
    dialog.look.click()
    room.settle()
    assert there(dialog.tree.topLevelItem(0)).text(0) == "Nothing has the name “Nemo”."

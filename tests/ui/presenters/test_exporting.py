"""A conversation is written into a file, in every format that is offered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.ui.room import LEASE, Room


def _asked(room: Room) -> None:
    room.add_books()
    room.add_conversation("Notice: A/B", [room.books[LEASE]])
    room.open()
    room.ask("When?")


@pytest.mark.parametrize(
    ("ending", "begins"),
    [(".docx", b"PK"), (".pdf", b"%PDF"), (".html", b"<!doctype html>"), (".md", b"# Notice: A/B")],
)
def test_a_conversation_is_exported(qtbot: QtBot, room: Room, tmp_path: Path, ending: str, begins: bytes) -> None:
    _asked(room)
    qtbot.keyClick(room.window, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    dialog = room.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / f"out{ending}"))
    dialog.reject()
    room.settle()
    written = tmp_path / f"out{ending}"
    assert written.read_bytes().startswith(begins)
    assert written.stat().st_mode & 0o777 == 0o600
    assert f"out{ending}" in room.window.talk.notice.text()


def test_one_answer_is_exported(room: Room, qtbot: QtBot, tmp_path: Path) -> None:
    _asked(room)
    room.ask("And why?")
    foot = room.window.talk.view.messages()[-1].foot  # type: ignore[attr-defined]
    qtbot.mouseClick(foot.export_button, Qt.MouseButton.LeftButton)
    dialog = room.window.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.windowTitle() == "Export the answer"
    dialog.fileSelected.emit(str(tmp_path / "out.md"))
    dialog.reject()
    room.settle()
    written = (tmp_path / "out.md").read_text(encoding="utf-8")
    assert "And why?" in written
    assert "When?" not in written


def test_what_cannot_be_written_says_so(room: Room, tmp_path: Path) -> None:
    _asked(room)
    room.presenter.exporting.choose(room.shown())
    for name in ("out.xyz", "missing/out.md"):
        room.presenter.exporting.write(str(tmp_path / name))
        room.settle()
        assert name in room.window.talk.notice.text()
    assert list(tmp_path.glob("out*")) == []


def test_nothing_was_asked_so_nothing_is_exported(room: Room) -> None:
    room.add_conversation("")
    room.open()
    room.presenter.export()
    assert room.window.findChild(QFileDialog) is None

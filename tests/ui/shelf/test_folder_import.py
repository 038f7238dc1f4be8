"""A folder is added: its documents come onto the shelf one after the other, and what could not be read is listed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.core.errors import Code, Problem
from app.ui.folder_import import FailedDialog
from app.ui.shelf.running import RunningCard
from tests.ui import shelf_of_books
from tests.ui.fakes import Gate
from tests.ui.room import Room, wait

_DAMAGED = Problem(Code.DOCUMENT_DAMAGED, {"path": "letters.pdf", "format": "pdf"})


@pytest.fixture
def folder(room: Room, tmp_path: Path) -> Path:
    """With three documents that can be read, one in a folder below, and a picture."""
    room.add_conversation("A")
    made = tmp_path / "Contracts"
    (made / "old").mkdir(parents=True)
    for name in ("handbook.md", "lease.epub", "old/letters.pdf", "song.mp3", ".hidden.pdf"):
        (made / name).write_bytes(b"")
    room.reader.documents |= {
        "handbook.md": shelf_of_books.handbook(),
        "lease.epub": shelf_of_books.lease(),
        "letters.pdf": shelf_of_books.letters(),
    }
    room.open()
    return made


def _card(room: Room) -> RunningCard:
    return room.window.shelf.folder_run


def _titles(room: Room) -> set[str]:
    return {book.title for book in room.desk.library.books()}


def test_all_documents_come_onto_the_shelf_and_none_on_the_desk(room: Room, folder: Path) -> None:
    room.presenter.folders.take([folder])
    room.settle()
    assert len(_titles(room)) == 3
    assert room.shown().books == ()
    assert not _card(room).isVisible()
    words = "3 documents of “Contracts” are on the shelf. Left out: 1 hidden, 1 file of another kind."
    assert room.window.talk.notice.text() == words
    assert room.presenter.openings.rows(room.shown().id) == []


def test_the_shelf_says_how_far_it_is_and_stops(qtbot: QtBot, room: Room, folder: Path) -> None:
    gate = Gate()
    room.reader.steps["lease.epub"] = [gate]
    room.presenter.folders.take([folder])
    wait(gate.reached.is_set)
    card = _card(room)
    assert card.isVisible()
    assert (card.title.text(), card.words.text()) == ("Contracts", "1 of 3 documents")
    assert [row.key for row in room.presenter.openings.rows("")] == [str(folder / "lease.epub")], "one at a time"
    qtbot.mouseClick(card.stop, Qt.MouseButton.LeftButton)
    room.settle()
    assert not card.isVisible()
    assert len(_titles(room)) == 1, "what is there stays"
    assert room.window.talk.notice.text().endswith("You stopped it before all were tried.")


def test_what_could_not_be_read_is_listed_with_its_reason(qtbot: QtBot, room: Room, folder: Path) -> None:
    room.reader.steps["letters.pdf"] = [_DAMAGED]
    room.reader.passwords["lease.epub"] = "secret"
    room.presenter.folders.take([folder])
    room.settle()
    notice = room.window.talk.notice
    assert notice.text().startswith("1 document of “Contracts” is on the shelf. 2 could not be read.")
    assert room.presenter.passwords.dialog is None, "nobody is asked for forty passwords"
    qtbot.mouseClick(notice.action, Qt.MouseButton.LeftButton)
    (dialog,) = room.window.findChildren(FailedDialog)
    lines = [dialog.list.item(number).text() for number in range(dialog.list.count())]
    assert lines[0].startswith("lease.epub\n")
    assert "password" in lines[0]
    assert lines[1].startswith(f"{Path('old', 'letters.pdf')}\n")
    dialog.copy.click()
    assert QGuiApplication.clipboard().text() == "\n\n".join(lines)
    dialog.close()


def test_two_folders_are_added_one_after_the_other(room: Room, folder: Path) -> None:
    gate = Gate()
    room.reader.steps["handbook.md"] = [gate]
    room.presenter.folders.take([folder / "old"])
    room.presenter.openings.take_files([folder])  # as when it is dropped
    wait(gate.reached.is_set)
    assert _card(room).title.text() == "2 folders"
    assert _card(room).words.text() == "1 of 3 documents", "what is in both is added once"
    gate.open()
    room.settle()
    assert len(_titles(room)) == 3


def test_a_folder_that_is_gone_is_said(room: Room, folder: Path) -> None:
    room.presenter.folders.take([folder / "none"])
    room.settle()
    assert room.window.talk.notice.text() == "No document of “none” was added. 1 could not be read."
    assert not _card(room).isVisible()
    room.window.talk.notice.action.click()
    (dialog,) = room.window.findChildren(FailedDialog)
    assert "There is no file" in dialog.list.item(0).text()
    dialog.close()

"""A folder is added: its documents come onto the shelf, and what became of each file is listed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.core.conversations.sources import FileEnded, SourceCounts, SourcePlace
from app.core.documents.document import Book, Document, Format, Member, Page
from app.core.errors import Code, Problem
from app.documents.folders import FolderFiles
from app.services.library import parallel_reading
from app.services.library.folder_adding import AddingReport
from app.ui.adding.dialog import AddingDialog
from app.ui.adding.files import AddedState, FileRole
from app.ui.chat.messages.empty import EmptyAction
from app.ui.shelf.file_import import PasswordDialog
from app.ui.shelf.rows import BookList, GroupRow, ItemRole
from app.ui.shelf.running import RunningCard
from app.wording.folders import report_words, unfinished_words
from tests.said import says
from tests.ui import shelf_of_books
from tests.ui.gate import Gate
from tests.ui.room import Room, wait

_DAMAGED = Problem(Code.DOCUMENT_DAMAGED, {"path": "letters.pdf", "format": "pdf"})
_FOUND = FolderFiles(hidden=1, others=1)
"""The files that are left out of the folder of these tests."""


@pytest.fixture
def folder(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """With three documents that can be read, one in a folder below, and a picture."""
    monkeypatch.setattr(parallel_reading, "readers_at_once", lambda: 1)
    room.add_conversation("A")
    made = tmp_path / "Contracts"
    (made / "old").mkdir(parents=True)
    for size, name in enumerate(("handbook.md", "lease.epub", "old/letters.pdf", "song.mp3", ".hidden.pdf")):
        (made / name).write_bytes(b"x" * size)
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
    return {book.title for book in room.desk.documents.library.books()}


def _list(room: Room) -> AddingDialog:
    (dialog,) = room.window.findChildren(AddingDialog)
    return dialog


def _lines(dialog: AddingDialog) -> list[tuple[str, AddedState]]:
    model = dialog.view.model()
    rows = [model.index(number, 0).data(FileRole) for number in range(model.rowCount())]
    return [(Path(row.name).as_posix(), row.state) for row in rows]


def _report(
    name: str,
    *,
    added: int = 0,
    failed: int = 0,
    unchanged: int = 0,
    stopped: bool = False,
    found: FolderFiles = _FOUND,
) -> str:
    """Return what is said once so many documents of a folder or file were added."""
    path, place = Path("a.txt"), SourcePlace(1, Path("a.txt"))
    book = Book("b", "A book", Format.TEXT, "a" * 64, "/a.txt", 1.0, 1, 9)
    report = AddingReport(
        found=found,
        ended=[FileEnded(path, place, book)] * added,
        unchanged=[place] * unchanged,
        failed=[(path, _DAMAGED)] * failed,
        stopped=stopped,
    )
    return report_words(report, [Path(name)])


def test_all_documents_come_onto_the_shelf_and_none_on_the_desk(room: Room, folder: Path) -> None:
    room.presenter.shelf_area.folders.take([folder])
    room.settle()
    assert len(_titles(room)) == 3
    assert {book.title for book in room.presenter.shown.shelf.values()} == _titles(room)
    assert room.shown().books == ()
    assert not _card(room).isVisible()
    words = "3 documents of “Contracts” are on the shelf. Skipped: 1 hidden, 1 file of another type."
    assert room.window.talk.notice.text() == words
    room.presenter.shelf_area.folders.take([folder])
    room.settle()
    assert room.window.talk.notice.text() == _report("Contracts", unchanged=3)


def test_the_shelf_says_how_far_it_is_and_stops(qtbot: QtBot, room: Room, folder: Path) -> None:
    gate = Gate()
    room.reader.steps["lease.epub"] = [gate]
    room.presenter.shelf_area.folders.take([folder])
    wait(gate.reached.is_set)
    card = _card(room)
    wait(lambda: card.words.text() == "1 of 3 documents")
    assert card.title.text() == "Contracts"
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    assert _lines(_list(room)) == [
        ("handbook.md", AddedState.READ),
        ("lease.epub", AddedState.READING),
        ("old/letters.pdf", AddedState.WAITING),
    ]
    qtbot.mouseClick(card.stop, Qt.MouseButton.LeftButton)
    room.settle()
    assert not card.isVisible()
    assert len(_titles(room)) == 1, "what is there stays"
    assert room.window.talk.notice.text() == _report("Contracts", added=1, stopped=True)
    gate.open()
    qtbot.mouseClick(room.window.talk.notice.action, Qt.MouseButton.LeftButton)
    room.settle()
    assert len(_titles(room)) == 3, "it goes on"


def test_what_came_with_a_folder_can_be_asked_at_once_and_the_count_follows(
    qtbot: QtBot, room: Room, folder: Path
) -> None:
    gate = Gate()
    room.reader.steps["letters.pdf"] = [gate]
    empty = room.window.talk.view.empty
    room.presenter.shelf_area.folders.take([folder])
    wait(gate.reached.is_set)
    wait(lambda: empty.words.title == "2 documents are ready")
    gate.open()
    room.settle()
    assert empty.words.title == "3 documents are ready"
    qtbot.mouseClick(empty.buttons[EmptyAction.ASK_ALL], Qt.MouseButton.LeftButton)
    room.settle()
    assert room.shown().scope is not None
    assert empty.words.title == "Ask about all documents"


def test_the_documents_of_a_folder_that_are_asked_follow_its_import(room: Room, folder: Path) -> None:
    gate = Gate()
    room.reader.steps["letters.pdf"] = [gate]
    room.presenter.shelf_area.folders.take([folder])
    wait(gate.reached.is_set)
    books = room.window.shelf.book_view.model()
    assert isinstance(books, BookList)

    def group() -> GroupRow | None:
        rows = (books.index(number).data(ItemRole) for number in range(books.rowCount()))
        return next((row for row in rows if isinstance(row, GroupRow) and len(books.inside(row)) == 2), None)

    wait(lambda: group() is not None)
    shown = group()
    assert shown is not None
    menu = room.window.shelf.folder_menu.fill(QMenu(), shown)
    next(action for action in menu.actions() if action.text() == "Ask these 2 documents").trigger()
    assert room.window.talk.composer.scope.words == "Asking 2 documents"
    gate.open()
    room.settle()
    assert room.window.talk.composer.scope.words == "Asking 3 documents"
    kept = room.desk.conversations.get(room.shown().id)
    assert kept is not None
    assert kept.scope is not None
    assert set(kept.scope.book_ids) == set(room.presenter.shown.shelf)
    room.presenter.talk_area.asking.planning.toggle()
    room.presenter.shelf_area.added_folders.renew()
    room.settle()
    assert room.shown().scope is None, "only the desk is asked now"


def test_it_is_paused_from_the_card(qtbot: QtBot, room: Room, folder: Path) -> None:
    gate = Gate()
    room.reader.steps["handbook.md"] = [gate]
    room.presenter.shelf_area.folders.take([folder])
    wait(gate.reached.is_set)
    card = _card(room)
    qtbot.mouseClick(card.pause, Qt.MouseButton.LeftButton)
    gate.open()
    wait(lambda: card.words.text() == "1 of 3 documents · paused")
    assert card.pause.accessibleName() == "Go on"
    qtbot.mouseClick(card.pause, Qt.MouseButton.LeftButton)
    room.settle()
    assert len(_titles(room)) == 3


def test_what_could_not_be_read_is_listed_and_tried_again(qtbot: QtBot, room: Room, folder: Path) -> None:
    room.reader.steps["letters.pdf"] = [_DAMAGED]
    room.reader.passwords["lease.epub"] = "secret"
    room.presenter.shelf_area.folders.take([folder])
    room.settle()
    notice = room.window.talk.notice
    assert notice.text() == _report("Contracts", added=1, failed=2)
    assert room.presenter.shelf_area.passwords.dialog is None, "nobody is asked for forty passwords"
    qtbot.mouseClick(notice.action, Qt.MouseButton.LeftButton)
    dialog = _list(room)
    assert _lines(dialog) == [("lease.epub", AddedState.FAILED), ("old/letters.pdf", AddedState.FAILED)]
    said = [dialog.view.model().index(row, 0).data(FileRole).words for row in range(2)]
    assert all(f"“{name}”" in words for name, words in zip(("lease.epub", "letters.pdf"), said, strict=True)), said
    dialog.copy.click()
    text = QGuiApplication.clipboard().text()
    assert "password" in text
    assert "letters.pdf" in text
    dialog.view.setCurrentIndex(dialog.view.model().index(0, 0))
    assert dialog.again.text() == "Enter its password…"
    dialog.again.click()
    (asked,) = dialog.findChildren(PasswordDialog)
    asked.line.setText("secret")
    asked.accept()
    room.settle()
    assert len(_titles(room)) == 2
    assert _lines(dialog) == [("old/letters.pdf", AddedState.FAILED)]
    room.reader.steps.clear()
    dialog.view.setCurrentIndex(dialog.view.model().index(0, 0))
    dialog.again.click()
    room.settle()
    assert len(_titles(room)) == 3
    dialog.close()


def test_the_row_of_a_protected_file_has_a_field_for_its_password(qtbot: QtBot, room: Room, folder: Path) -> None:
    room.reader.passwords["lease.epub"] = "secret"
    room.presenter.shelf_area.folders.take([folder])
    room.settle()
    room.presenter.shelf_area.folders.open_list()
    dialog = _list(room)
    (field,) = [each for each in dialog.view.findChildren(QLineEdit) if each.isVisible()]
    assert "lease.epub" in field.accessibleName()
    qtbot.keyClicks(field, "wrong")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    room.settle()
    (field,) = [each for each in dialog.view.findChildren(QLineEdit) if each.isVisible()]
    assert dialog.focusWidget() is field, "another password can be typed at once"
    assert len(_titles(room)) == 2
    qtbot.keyClicks(field, "secret")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    room.settle()
    assert len(_titles(room)) == 3
    assert not [each for each in dialog.view.findChildren(QLineEdit) if each.isVisible()]
    dialog.close()


def test_two_folders_are_added_one_after_the_other(room: Room, folder: Path) -> None:
    gate = Gate()
    room.reader.steps["letters.pdf"] = [gate]
    room.presenter.shelf_area.folders.take([folder / "old"])
    room.presenter.shelf_area.openings.take_files([folder])  # as when it is dropped
    wait(gate.reached.is_set)
    assert _card(room).title.text() == "old"
    gate.open()
    room.settle()
    assert len(_titles(room)) == 3
    assert room.window.talk.notice.text() == _report("Contracts", added=2), "the third one is the same file"


def test_a_folder_that_is_gone_is_said(room: Room, folder: Path) -> None:
    room.presenter.shelf_area.folders.take([folder / "none"])
    room.settle()
    assert room.window.talk.notice.text() == _report("none", failed=1, found=FolderFiles())
    assert not _card(room).isVisible()
    room.window.talk.notice.action.click()
    dialog = _list(room)
    assert says(dialog.view.model().index(0, 0).data(FileRole).words, Code.FILE_MISSING)
    dialog.close()


def test_what_was_not_read_when_octavo_ended_is_offered(room: Room, folder: Path) -> None:
    source = room.desk.documents.adding.sources.add(folder, 1.0)
    room.desk.documents.adding.sources.put([SourcePlace(source.id, Path("handbook.md"))], 1.0)
    room.presenter.shelf_area.folders.look_for_unfinished()
    room.settle()
    notice = room.window.talk.notice
    assert notice.text() == unfinished_words([SourceCounts(source, waiting=1)])
    notice.action.click()
    room.settle()
    assert len(_titles(room)) == 3


def test_attachments_of_a_mail_come_onto_the_shelf_below_it(room: Room, tmp_path: Path) -> None:
    room.add_conversation("A")
    room.open()
    mail = tmp_path / "mail.eml"
    mail.write_bytes(b"mail")
    member = Member("0", "terms.txt", 9)
    pages = (Page(1, "1", "As attached."),)
    sha256 = hashlib.sha256(b"mail").hexdigest()
    room.reader.documents["mail.eml"] = Document("The rent", Format.EML, sha256, pages, members=(member,))
    room.reader.documents["mail.eml/0"] = Document("Terms", Format.TEXT, "1" * 64, pages)
    room.presenter.shelf_area.openings.take_files([mail])
    room.settle()
    by_title = {book.title: book for book in room.presenter.shown.shelf.values()}
    assert set(by_title) == {"The rent", "Terms"}
    assert by_title["Terms"].parent_id == by_title["The rent"].id
    assert [ref.book_id for ref in room.shown().books] == [by_title["The rent"].id], "attachments are on no desk"
    assert not room.window.talk.notice.isVisible(), "nobody has to hear of it"


def test_a_zip_is_dropped_as_a_folder(room: Room, folder: Path) -> None:
    packed = folder.parent / "papers.zip"
    packed.write_bytes(b"PK")
    room.reader.inside["papers.zip"] = (Member("0", "letters.pdf", 9, "2019"),)
    room.reader.documents["papers.zip/0"] = room.reader.documents["letters.pdf"]
    room.presenter.shelf_area.openings.take_files([packed])
    room.settle()
    assert room.window.talk.notice.text() == _report("papers.zip", added=1, found=FolderFiles())

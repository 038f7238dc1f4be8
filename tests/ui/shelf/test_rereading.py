"""Books of an older reading: they say so, and their files are read again where a person wants it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import BookRef
from app.core.conversations.events import Opening
from app.core.conversations.image import Raster
from app.core.documents.document import READING, Book, Document, Page
from app.core.errors import Code, Problem
from app.core.machine.secret import Password
from app.ui.shelf.rows import BookState
from app.wording.errors import sentence
from app.wording.page_flags import outdated_words
from tests.there import there
from tests.ui import shelf_of_books
from tests.ui.gate import Gate
from tests.ui.room import SURVEY, Room, wait


def _white(page: int, width: int) -> Raster:
    return Raster(width, width, b"\xff" * (3 * width * width))


def _newer(older: Document) -> Document:
    pages = (Page(1, "xi", "The wall bears 10^6 newton."), *older.pages[1:])
    return msgspec.structs.replace(older, pages=pages, reading=READING)


def _settled_with_an_old_book(room: Room) -> tuple[Book, Document]:
    older = msgspec.structs.replace(shelf_of_books.survey(), reading=READING - 1)
    book = room.add_book(older, SURVEY)
    room.add_conversation("A", [book])
    room.reader.draw = _white
    room.open()
    room.presenter.places.pages.first.open_page(book.id, 1)
    room.settle()
    return book, _newer(older)


def _menu_action(room: Room, book: Book, words: str) -> None:
    view = room.window.shelf.book_view
    model = view.model()
    index = next(
        model.index(place, 0) for place in range(model.rowCount()) if model.index(place, 0).data() == book.title
    )
    menu = room.window.shelf.book_menu(index)
    assert menu is not None
    next(action for action in menu.actions() if action.text() == words).trigger()
    menu.close()


def test_a_book_of_an_older_reading_says_so_and_is_read_again_from_its_report(room: Room, qtbot: QtBot) -> None:
    book, newer = _settled_with_an_old_book(room)
    room.reader.documents[f"{book.title}.{book.format}"] = newer
    assert room.row(book).state_text
    assert outdated_words() in room.window.page.note()
    room.presenter.places.navigation.open_report(book.id)
    room.settle()
    dialog = room.presenter.shelf_area.report.dialog
    assert dialog is not None
    assert dialog.outdated.isVisible()
    qtbot.mouseClick(dialog.outdated.reread, Qt.MouseButton.LeftButton)
    room.settle()
    assert room.desk.documents.library.book(book.id).reading == READING
    assert "10^6 newton" in there(room.presenter.shown.page).text
    assert "earlier version" not in room.window.page.note()
    assert room.desk.documents.library.book(book.id).page_names.of(1).label == "xi"
    renewed = room.presenter.shelf_area.report.dialog
    assert renewed is not None
    assert not renewed.outdated.isVisible()
    assert room.shown().books == (BookRef(book.id),)


def test_a_file_that_changed_or_is_gone_leaves_the_book_as_it_is(room: Room) -> None:
    book, newer = _settled_with_an_old_book(room)
    name = f"{book.title}.{book.format}"
    room.reader.documents[name] = msgspec.structs.replace(newer, sha256="9" * 64)
    _menu_action(room, book, "Read the file again")
    room.settle()
    assert (
        sentence(Problem(Code.BOOK_FILE_CHANGED, {"path": book.path, "title": book.title}))
        in room.window.talk.notice.text()
    )
    del room.reader.documents[name]
    _menu_action(room, book, "Read the file again")
    room.settle()
    assert room.desk.documents.library.book(book.id) == book
    assert len(room.desk.documents.library.books()) == 1


def test_a_reading_again_that_is_stopped_changes_nothing_and_waits_for_no_question(room: Room) -> None:
    book, newer = _settled_with_an_old_book(room)
    name = f"{book.title}.{book.format}"
    gate = Gate()
    room.reader.documents[name] = newer
    room.reader.steps[name] = [Opening(1, 2), gate]
    _menu_action(room, book, "Read the file again")
    _menu_action(room, book, "Read the file again")
    rows = room.presenter.shelf_area.shelf.openings.rows(room.shown().id)
    wait(lambda: room.presenter.shelf_area.shelf.openings.rows(room.shown().id)[0].fraction == 0.5)
    assert [(row.state, row.on_desk) for row in rows] == [(BookState.OPENING, False)]
    assert room.presenter.shelf_area.shelf.openings.pending(room.shown().id) == ()
    room.presenter.shelf_area.shelf.openings.stop(book.path)
    room.settle()
    assert room.desk.documents.library.book(book.id) == book


def test_a_locked_file_is_read_again_with_its_password(room: Room) -> None:
    book, newer = _settled_with_an_old_book(room)
    name = f"{book.title}.{book.format}"
    room.reader.documents[name] = newer
    room.reader.passwords[name] = "open"
    _menu_action(room, book, "Read the file again")
    room.settle()
    room.presenter.shelf_area.shelf.openings.unlock(book.path, Password("open"))
    room.settle()
    assert not room.desk.documents.library.book(book.id).is_outdated
    assert len(room.desk.documents.library.books()) == 1


def test_the_folder_of_a_document_is_shown_or_the_nearest_that_is_left(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    folder = tmp_path / "Leases"
    folder.mkdir()
    book = room.fake.books.add(shelf_of_books.letters(), folder / "letters.pdf")
    room.add_conversation("A", [book])
    room.open()
    _menu_action(room, book, "Show in folder")
    folder.rmdir()
    _menu_action(room, book, "Show in folder")
    assert opened == [str(folder), str(tmp_path)]

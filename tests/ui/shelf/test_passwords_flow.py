"""Protected documents in the window: the password is asked for, again where it was wrong, and can be left."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.core.conversations.image import Raster
from app.core.errors import AppError, Code, Problem
from app.ui.page.page_images import undrawn_words
from app.ui.shelf.file_import import PasswordDialog
from tests.ui import shelf_of_books
from tests.ui.room import Room

NAMES = ("letters.pdf", "survey.pdf")


def _drop(room: Room, names: Sequence[str] = NAMES[:1]) -> PasswordDialog:
    room.add_conversation("A")
    room.reader.documents = {"letters.pdf": shelf_of_books.letters(), "survey.pdf": shelf_of_books.survey()}
    room.reader.passwords = dict.fromkeys(names, "secret")
    room.open()
    room.presenter.shelf_area.shelf.openings.open_files(map(shelf_of_books.file, names))
    room.settle()
    return _shown(room)


def _shown(room: Room) -> PasswordDialog:
    dialog = room.presenter.shelf_area.passwords.dialog
    assert dialog is not None
    return dialog


def _answer(room: Room, qtbot: QtBot, words: str) -> None:
    dialog = _shown(room)
    qtbot.keyClicks(dialog.line, words)
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    room.settle()


def test_the_password_opens_the_book(room: Room, qtbot: QtBot) -> None:
    dialog = _drop(room)
    assert dialog.sentence == "“letters.pdf” needs a password:"
    assert dialog.line.echoMode() is QLineEdit.EchoMode.Password
    assert not dialog.action.isEnabled()
    (row,) = room.presenter.shelf_area.shelf.openings.rows(room.shown().id)
    assert row.state_text == "needs a password"
    _answer(room, qtbot, "secret")
    (book,) = room.desk.documents.library.books()
    assert book.title == "Side letters 2019–2024"
    assert room.presenter.shelf_area.passwords.dialog is None
    assert room.presenter.shelf_area.shelf.openings.rows(room.shown().id) == []


def test_a_wrong_one_is_told_and_asked_for_again(room: Room, qtbot: QtBot) -> None:
    _drop(room)
    _answer(room, qtbot, "sacred ")
    assert _shown(room).sentence == "This is not the password of “letters.pdf”. Try again or cancel."
    _answer(room, qtbot, "secret")
    assert len(room.desk.documents.library.books()) == 1


def test_who_has_none_leaves_it_closed(room: Room, qtbot: QtBot) -> None:
    qtbot.keyClick(_drop(room), Qt.Key.Key_Escape)
    assert room.presenter.shelf_area.shelf.openings.rows(room.shown().id) == []
    assert room.presenter.shelf_area.passwords.dialog is None
    assert room.desk.documents.library.books() == ()


def test_several_are_asked_for_one_after_the_other(room: Room, qtbot: QtBot) -> None:
    first = _drop(room, NAMES).sentence
    _answer(room, qtbot, "secret")
    second = _shown(room).sentence
    _answer(room, qtbot, "secret")
    assert {name for name in NAMES for words in (first, second) if name in words} == set(NAMES)
    assert first != second
    assert len(room.desk.documents.library.books()) == 2


def test_pages_that_cannot_be_drawn_without_it_are_text_until_it_is_given_again(room: Room, qtbot: QtBot) -> None:
    def locked(page: int, width: int) -> Raster:
        raise AppError(Code.DOCUMENT_PASSWORD_NEEDED, path="letters.pdf")

    room.reader.draw = locked
    _drop(room)
    _answer(room, qtbot, "secret")
    assert not room.window.page.drawing_shown()
    assert room.window.page.note() == undrawn_words(Problem(Code.DOCUMENT_PASSWORD_NEEDED))
    room.reader.draw = lambda page, width: Raster(1, 1, b"\xff" * 3)
    room.presenter.shelf_area.shelf.openings.open_files([shelf_of_books.file("letters.pdf")])
    room.settle()
    _answer(room, qtbot, "secret")
    assert room.window.page.drawing_shown()
    assert room.window.page.note() == ""

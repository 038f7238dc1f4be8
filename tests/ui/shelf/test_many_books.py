"""A shelf of many books: how much is made anew when something of one book changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from PySide6.QtTest import QSignalSpy

from app.core.conversations.sources import PlaceState, SourcePlace
from app.core.documents.document import Document, Format, Page
from app.store.sources import Sources
from app.ui.shelf.rows import BookList, GroupRow, ItemRole, book_row
from tests.ui.room import Room

_BOOKS = 120
_FOLDER = Path("/home/me/case")


def _fill(room: Room) -> None:
    """Put books into folders of ten, in a folder that was added."""
    source = Sources(room.desk.database).add(_FOLDER, 1.0)
    with room.desk.database.write():
        for number in range(_BOOKS):
            inside = Path(f"part {number // 10}", f"{number}.txt")
            document = Document(
                *(f"Book {number}", Format.TEXT, hashlib.sha256(str(number).encode()).hexdigest()),
                (Page(1, "1", "The tenant pays."),),
            )
            book = room.fake.books.add(document, _FOLDER / inside)
            place = SourcePlace(source.id, inside, book_id=book.id, state=PlaceState.READ)
            Sources(room.desk.database).put((place,), 1.0)


def _list(room: Room) -> BookList:
    model = room.window.shelf.book_view.model()
    assert isinstance(model, BookList)
    return model


def _groups(model: BookList) -> Iterator[GroupRow]:
    rows = (model.index(number, 0).data(ItemRole) for number in range(model.rowCount()))
    return (row for row in rows if isinstance(row, GroupRow))


def test_folders_are_listed_before_what_is_in_them(room: Room) -> None:
    _fill(room)
    reset = QSignalSpy(_list(room).modelReset)
    most: list[int] = []
    _list(room).modelReset.connect(lambda: most.append(_list(room).rowCount()))
    room.open()
    assert reset.count() > 0
    assert max(most) < _BOOKS  # never all books loose, to be put into folders a moment later
    assert {row.text: row.count for row in _groups(_list(room))} | {"case": _BOOKS, "part 3": 10} == {
        row.text: row.count for row in _groups(_list(room))
    }


def test_a_change_of_one_book_makes_one_row(room: Room) -> None:
    _fill(room)
    room.open()
    model = _list(room)
    group = next(row for row in _groups(model) if row.text == "part 3")
    model.fold(group)
    shelf = room.presenter.shelf_area.shelf
    book = next(row.book for row in model.books() if row.book is not None)
    reset, changed = QSignalSpy(model.modelReset), QSignalSpy(model.dataChanged)
    with mock.patch("app.ui.shelf.book_rows.book_row", wraps=book_row) as made:
        shelf.show_books()
        assert made.call_count == 0
        shelf.counting.tokens[book.id] = 12_345
        shelf.show_books()
        assert made.call_count == 1
    assert (reset.count(), changed.count()) == (0, 1)
    assert next(row.tokens for row in model.books() if row.key == book.id) == 12_345


def test_what_was_counted_before_is_read_at_once(room: Room) -> None:
    _fill(room)
    for book in room.fake.books.all():
        room.fake.books.set_tokens(book.id, room.engine.info.vocabulary, 7)
    room.engine._loaded = True
    with mock.patch.object(room.desk.documents.library, "tokens", wraps=room.desk.documents.library.tokens) as asked:
        room.open()
        counted = room.presenter.shelf_area.shelf.counting.tokens
        assert set(counted.values()) == {7}
        assert len(counted) == _BOOKS
        assert asked.call_count == 0


def test_the_shelf_is_drawn_rarely_while_many_books_are_counted(room: Room) -> None:
    _fill(room)
    room.engine._loaded = True
    shown = QSignalSpy(room.presenter.shelf_area.shelf.counting.changed)
    room.open()
    assert len(room.presenter.shelf_area.shelf.counting.tokens) == _BOOKS
    assert 0 < shown.count() < _BOOKS

"""A shelf of thousands: how many of its rows are made in one step of the event loop."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from PySide6.QtCore import QAbstractEventDispatcher

from app.core.documents.document import Document, Format, Page
from app.ui.shelf.rows import book_row
from tests.ui.room import Room

_BOOKS, _SLICE = 1_500, 300
_SPARE = 3 * _SLICE
"""More that a step may make: two slices or three may come in one."""


@contextmanager
def _most_in_a_step(calls: mock.Mock) -> Iterator[list[int]]:
    """Note how often something is called in each step of the event loop."""
    steps, seen = list[int](), 0

    def note() -> None:
        nonlocal seen
        steps.append(calls.call_count - seen)
        seen = calls.call_count

    dispatcher = QAbstractEventDispatcher.instance()
    dispatcher.aboutToBlock.connect(note)
    try:
        yield steps
    finally:
        dispatcher.aboutToBlock.disconnect(note)


def _fill(room: Room) -> list[str]:
    page = Page(1, "1", "The tenant pays.")
    with room.desk.database.write():
        return [
            room.fake.books.add(
                Document(f"Book {n}", Format.TEXT, hashlib.sha256(str(n).encode()).hexdigest(), (page,)),
                Path(f"/home/me/{n}.txt"),
            ).id
            for n in range(_BOOKS)
        ]


def test_rows_are_made_in_slices(room: Room) -> None:
    books = _fill(room)
    with (
        mock.patch("app.ui.shelf.book_rows._AT_ONCE", _SLICE),
        mock.patch("app.ui.shelf.book_rows.book_row", side_effect=book_row) as made,
    ):
        with _most_in_a_step(made) as steps:
            room.open()
        assert sum(steps) >= _BOOKS
        assert max(steps) <= _SLICE + _SPARE
    assert {row.key for row in room.window.shelf.book_view.model().books()} == set(books)  # type: ignore[attr-defined]


def test_rows_whose_tokens_are_known_now_are_made_again_in_slices(room: Room) -> None:
    books = _fill(room)
    room.open()
    room.settle()
    shelf = room.presenter.shelf_area.shelf
    shelf.counting.tokens.update(dict.fromkeys(books, 71))
    with (
        mock.patch("app.ui.shelf.book_rows._AT_ONCE", _SLICE),
        mock.patch("app.ui.shelf.book_rows.book_row", side_effect=book_row) as made,
        _most_in_a_step(made) as steps,
    ):
        shelf.show_books()
        room.settle()
        assert sum(steps) == _BOOKS
        assert max(steps) <= _SLICE + _SPARE
    assert {row.tokens for row in room.window.shelf.book_view.model().books()} == {71}  # type: ignore[attr-defined]

"""A question sheet beside folded panels."""

from __future__ import annotations

from app.features.tables.window.tables import TablesWindow
from tests.ui.room import LEASE, LETTERS, Room


def _open(room: Room, size: tuple[int, int]) -> None:
    room.add_books()
    room.add_conversation("Older", [room.books[LETTERS]], days_ago=1)
    room.add_conversation("A", [room.books[LEASE]])
    room.engine.answers = [("The notice is nine months [Side letters 2019–2024, p. 22].",)]
    room.open(size=size)


def test_a_sheet_brings_the_sides_back_too(room: Room) -> None:
    _open(room, (1024, 700))
    room.feature(TablesWindow).open()
    room.settle()
    unfold = room.feature(TablesWindow).panel.unfold
    assert (unfold.shelf.isVisible(), unfold.page.isVisible()) == (False, True)
    unfold.page.click()
    assert room.window.page.isVisible()
    assert unfold.shelf.isVisible()

"""Rows of the shelf that change places move there, where motion is welcome."""

from __future__ import annotations

import pytest

from app.ui.look import motion
from app.ui.shelf.rows import key_of
from tests.ui.room import Room, wait


def _move(room: Room) -> int:
    """Pin the lowest conversation, and return how far below its place its row is drawn then."""
    view = room.window.shelf.conversation_view
    last = view.model().index(view.model().rowCount() - 1, 0)
    key, top = key_of(last), view.visualRect(last).top()
    room.desk.conversations.pin(key, True)
    room.presenter.shelf_area.shelf.list_conversations()
    wait(lambda: view.visualRect(room.window.shelf._conversations.index_of(key)).top() != top)
    moved = room.window.shelf._conversations.index_of(key)
    assert view.visualRect(moved).top() < top, "its place is the new one at once"
    return view.motion.offset(moved)


def _open(room: Room) -> None:
    for number in range(4):
        room.add_conversation(f"Talk {number}", days_ago=number)
    room.open()


def test_a_row_that_is_elsewhere_moves_there(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(motion.LESS_MOTION)
    _open(room)
    view = room.window.shelf.conversation_view
    assert _move(room) > 0, "it is drawn where it was"
    wait(lambda: not view.motion.runs)
    assert {view.motion.offset(view.model().index(row, 0)) for row in range(view.model().rowCount())} == {0}


def test_a_row_is_there_at_once_where_less_motion_is_asked_for(room: Room) -> None:
    _open(room)
    assert _move(room) == 0

"""A slow disk holds up nobody: the window's thread never waits for the database."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

from tests.tools.power.vfs import below
from tests.ui.room import LEASE, LETTERS, Room


def test_the_windows_thread_never_waits_for_the_disk(tmp_path: Path) -> None:
    done: Counter[tuple[bool, str]] = Counter()

    seen = done

    def note(operation: str, _file: str) -> None:
        seen[threading.current_thread() is threading.main_thread(), operation] += 1

    with below(tmp_path / "desk", disturb=note):
        room = Room(tmp_path / "desk")
        try:
            room.add_books()
            room.add_conversation("Older", [room.books[LETTERS]], days_ago=1)
            room.add_conversation("A", [room.books[LEASE]])
            room.open()
            done.clear()
            room.ask("When must the tenant give notice?")
            room.presenter.places.pages.first.open_page(room.books[LEASE].id, 7)
            room.settle()
            older = next(talk for talk in room.desk.conversations.all() if talk.title == "Older")
            done.clear()  # the test itself has read
            room.presenter.talk_area.conversation.open(older.id)
            room.settle()
            room.ask("And in the letters?")
            room.window.talk.composer.set_text("Not sent yet")
            room.settle()
            done = seen.copy()  # closing is another matter: nobody looks on
        finally:
            room.close()
    assert done[False, "write"]
    assert done[False, "sync"]
    assert not {operation: count for (main, operation), count in done.items() if main and count}

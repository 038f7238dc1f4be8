"""All that answers need to be shown is imported before the window shows them, on another thread."""

from __future__ import annotations

import threading

import pytest

from app.ui.chat.text import render
from app.ui.chat.writing import branches
from tests.ui.room import LEASE, Room


def test_it_is_imported_on_the_thread_that_reads_the_conversation(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.add_books()
    room.engine.answers = [("An answer.",)]
    talk = room.add_conversation("A", [room.books[LEASE]])
    room.add_conversation("B")
    room.open()
    room.presenter.talk_area.conversation.open(talk.id)
    room.settle()
    room.ask("When?")
    seen: list[tuple[bool, list[str]]] = []
    monkeypatch.setattr(
        branches,
        "prepare",
        lambda texts: seen.append((threading.current_thread() is threading.main_thread(), list(texts))),
    )
    room.presenter.talk_area.conversation.open(talk.id)
    room.settle()
    assert seen == [(False, ["An answer."])]


def test_lexers_are_among_it_but_not_any_number_of_them() -> None:
    render._find_lexer.cache_clear()
    render.prepare(["```python\n1\n```", *(f"> ~~~ language{number}\n> 1\n> ~~~" for number in range(100))])
    assert render._find_lexer.cache_info().currsize <= 16
    render._find_lexer.cache_clear()
    render.prepare(["Text.\n```python\n1\n```"])
    assert render._find_lexer.cache_info().currsize == 1
    assert render._find_lexer("python") is not None
    assert render._find_lexer.cache_info().hits == 1

"""A clock that is set back, or was wrong for a while: nothing is lost, and what was said stays in its order."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from app.core.conversations.bin import BinKind
from app.core.conversations.conversation import Question
from app.store.bin import BinStore
from app.store.branches import shown_turns
from app.store.conversations import Conversations
from app.store.db import Database

NOW = 1_800_000_000.0
DAY = 86_400.0


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the clock."""

    def set_clock(moment: float) -> None:
        monkeypatch.setattr(time, "time", lambda: moment)

    return set_clock


def test_turns_stay_in_their_order(database: Database, at: Callable[[float], None]) -> None:
    conversations = Conversations(database)
    at(NOW)
    talk, parent = conversations.create("Talk"), None
    for number in range(4):
        at(NOW - number * DAY)
        asked = conversations.add_question(Question(talk.id, f"{number}?", parent_id=parent))
        parent = conversations.begin_answer(asked.id, "tiny").id
    with database.read() as connection:
        assert [turn.question.text for turn in shown_turns(connection, talk.id)] == ["0?", "1?", "2?", "3?"]


def test_what_was_deleted_while_the_clock_stood_in_the_past_stays_for_its_time(
    database: Database, at: Callable[[float], None]
) -> None:
    at(NOW)
    conversations, bin = Conversations(database), BinStore(database)
    talk = conversations.create("Talk")
    at(0.0)  # a battery that is empty
    entry = bin.put(BinKind.CONVERSATION, talk.id)
    assert entry is not None
    assert entry.deleted_at == NOW
    assert bin.all() == (entry,)
    assert bin.restore(entry.id) is not None

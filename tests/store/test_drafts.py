"""Drafts are written and not asked yet: kept for their conversation alone, and gone with it."""

from __future__ import annotations

import pytest

from app.core.conversations.conversation import Draft, Question
from app.store.conversations import Conversations, Drafts
from app.store.db import Database


@pytest.fixture
def conversations(database: Database) -> Conversations:
    return Conversations(database)


@pytest.fixture
def drafts(database: Database) -> Drafts:
    return Drafts(database)


def rows(database: Database) -> int:
    with database.read() as connection:
        return len(connection.execute("SELECT 1 FROM drafts").fetchall())


def test_each_conversation_has_its_own(drafts: Drafts, conversations: Conversations) -> None:
    one, two = conversations.create("One"), conversations.create("Two")
    drafts.keep(one.id, Draft("When?\n\ud800 \0 期限は？"))
    assert drafts.get(one.id).text == "When?\n\ufffd \0 期限は？"
    assert drafts.get(two.id) == Draft()
    drafts.keep(one.id, Draft("Why?"))
    assert drafts.get(one.id) == Draft("Why?")


def test_an_edited_question_is_kept_beside_what_was_written_before(
    drafts: Drafts, conversations: Conversations
) -> None:
    talk = conversations.create("One")
    asked = conversations.add_question(Question(talk.id, "When?"))
    drafts.keep(talk.id, Draft("And who?", asked.id, "When exactly?"))
    assert drafts.get(talk.id) == Draft("And who?", asked.id, "When exactly?")
    assert drafts.get(talk.id).current == "When exactly?"
    foreign = conversations.create("Two")
    drafts.keep(foreign.id, Draft("", asked.id, "When exactly?"))
    assert drafts.get(foreign.id).question_id == "", "a question of another conversation is not edited here"


def test_what_was_sent_or_deleted_is_gone(drafts: Drafts, conversations: Conversations, database: Database) -> None:
    one, two = conversations.create("One"), conversations.create("Two")
    for talk in (one, two):
        drafts.keep(talk.id, Draft("When?"))
    drafts.keep(one.id, Draft())
    assert rows(database) == 1
    conversations.delete(two.id)
    assert rows(database) == 0
    drafts.keep(two.id, Draft("Late"))
    assert rows(database) == 0, "what was typed while it was deleted belongs to nobody"

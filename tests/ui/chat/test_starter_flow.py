"""The starter in the window: what a search chose says so, and once a conversation what can be done about it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from app.ui.chat.text.chip import ChipButton
from tests.ui.room import LEASE, Room

_WORDS = "Search result"
_ADVICE = "A larger model writes answers from all pages: Ctrl+Shift+M."


def test_the_first_answer_says_all_of_it_and_the_next_ones_only_where_they_come_from(room: Room, starter: Path) -> None:
    room.engine.info = msgspec.structs.replace(room.engine.info, path=str(starter), vision=None)
    room.add_books()
    talk, other = room.add_conversation("A", [room.books[LEASE]]), room.add_conversation("B", days_ago=1)
    room.open()
    room.ask("When must the tenant give notice to end the Term?")
    assert room.answer().text.startswith("Nearest in the book: “")
    assert room.sentences() == [_ADVICE]
    pages = " · ".join(f"p. {page}" for page in dict.fromkeys(cited.label for cited in room.answer().citations))
    assert room.last_answer().foot.describe() == f"Search result · {pages}"
    assert _WORDS in room.last_answer().accessibleDescription()
    chips = room.last_answer().findChildren(ChipButton)
    assert chips
    assert not any("✓" in chip.text() for chip in chips)
    room.ask("Who is the president of France?")
    assert room.answer().text == "Nothing in the book is near this question."
    assert room.sentences() == [_ADVICE]
    assert room.last_answer().foot.describe() == _WORDS
    room.presenter.talk_area.conversation.open(other.id)
    room.settle()
    room.presenter.talk_area.conversation.open(talk.id)
    room.settle()
    assert room.sentences() == [_ADVICE]

"""The thoughts of a model, from the bytes that it writes to the window: shown in its row, kept, exported, sent
again."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Thinking, Token
from app.engine.formats.thinking import AnswerText, Thoughts
from app.export import markdown
from app.export.report import compose
from app.ui.widgets.dialogs import SaveDialog
from tests.engine.thought_streams import ANSWER, STREAMS, THOUGHT
from tests.there import there
from tests.ui.fakes import Step
from tests.ui.gate import Gate
from tests.ui.room import LEASE, Room, wait

_THOUGHT = THOUGHT.strip()


def _steps(family: str) -> tuple[Step, ...]:
    """Return the steps that an engine reports of what a model of this family writes, three bytes at a time."""
    stream, told = STREAMS[family], list[Token | Thinking]()
    raw = stream.text(THOUGHT).encode()
    text = AnswerText(Thoughts(stream.before), told.append)
    for at in range(0, len(raw), 3):
        text.add(text.thoughts.feed(raw[at : at + 3]))
    text.end()
    return tuple(event.text if isinstance(event, Token) else event for event in told)


def _talk(room: Room) -> None:
    room.add_books()
    room.add_conversation("Notice periods", [room.books[LEASE]])
    room.open()


def _coming(room: Room) -> Gate:
    gate = Gate()
    room.engine.answers = [(Thinking(), Thinking("Who pays", 3, 1.5), Thinking("? §", 5, 3.0), gate, "The tenant.")]
    _talk(room)
    room.ask("Who pays?", settle=False)
    wait(gate.reached.is_set)
    wait(lambda: "Thinking · 3 s · 5 tokens" in [answer.thought.words for answer in room.answers_shown()])
    return gate


def test_every_family_is_shown_kept_exported_and_sent_again_alike(room: Room) -> None:
    room.engine.answers = [_steps(family) for family in STREAMS]
    _talk(room)
    for _family in STREAMS:
        room.ask("Who pays?")
        row, answer = room.last_answer().thought, room.answer()
        assert answer.text.strip() == room.last_answer().plain_text().strip() == ANSWER
        assert answer.thought is not None
        assert answer.thought.text == row.untrusted_text == _THOUGHT
        assert answer.thought.tokens > 0
        assert row.words.startswith("Thought for ")
        assert not row.is_open
        assert all("§ 3" in said.text for said in room.engine.prompts[-1].messages if said.role == "assistant")
        assert "船." not in "".join(said.text for said in room.engine.prompts[-1].messages)
    turns = room.desk.conversations.turns(room.presenter.shown.id)
    silent, whole = (compose("Who pays?", turns, {}, thoughts=wanted) for wanted in (False, True))
    assert "Clause 3" not in markdown.write(silent, lambda _picture: "")
    assert markdown.write(whole, lambda _picture: "").count("> The owner wrote “x” – 船.") == len(STREAMS)


def test_a_row_is_opened_while_the_thought_comes_and_stays_open(room: Room) -> None:
    gate = _coming(room)
    message = room.last_answer()
    assert message.progress.text == ""
    assert message.thought.body.isHidden()
    message.thought.fold.click()
    assert message.thought.body.toPlainText() == "Who pays? §"
    gate.open()
    room.settle()
    assert (message.thought.words, message.thought.is_open) == ("Thought for 3 s · 5 tokens", True)
    assert message.plain_text() == "The tenant."
    message.thought.fold.click()
    assert (message.thought.is_open, message.thought.body.toPlainText()) == (False, "")


def test_an_answer_that_is_stopped_in_a_thought_keeps_it(room: Room) -> None:
    _coming(room)
    room.presenter.talk_area.asking.stop()
    room.settle()
    assert room.last_answer().thought.words == "Stopped while thinking · 3 s · 5 tokens"
    assert (room.answer().ending, room.answer().text) == (Ending.CANCELLED, "")
    assert there(room.answer().thought).text == "Who pays? §"


@pytest.mark.parametrize("wanted", [False, True])
def test_a_thought_is_exported_only_where_that_is_wanted(room: Room, tmp_path: Path, wanted: bool) -> None:
    room.engine.answers = [(Thinking(), Thinking("Clause 3?", 3, 1.5), "The tenant.")]
    _talk(room)
    room.ask("Who pays?")
    room.presenter.places.exporting.export()
    dialog = room.window.findChild(SaveDialog)
    assert dialog is not None
    assert not dialog.option.isHidden()
    dialog.option.setChecked(wanted)
    dialog.fileSelected.emit(str(tmp_path / "out.html"))
    dialog.reject()
    wait(lambda: (tmp_path / "out.html").exists())
    assert ("Clause 3?" in (tmp_path / "out.html").read_text(encoding="utf-8")) is wanted


def test_a_thought_that_came_while_another_conversation_was_shown(room: Room) -> None:
    gate = _coming(room)
    shown = room.presenter.shown.id
    room.presenter.places.navigation.new_conversation()
    room.presenter.talk_area.conversation.open(shown)
    wait(lambda: bool(room.window.talk.view.messages()))
    wait(lambda: "Thinking · 3 s · 5 tokens" in [answer.thought.words for answer in room.answers_shown()])
    assert room.last_answer().thought.untrusted_text == "Who pays? §"
    gate.open()
    room.settle()

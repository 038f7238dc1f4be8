"""An answer while it is being written: what is shown ends as the answer, and what is closed stays untouched."""

from __future__ import annotations

import random

import pytest
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import CitationState
from app.core.conversations.verdict import Verdict
from app.ui.chat.messages.answer import AnswerMessage
from app.ui.chat.messages.view import ConversationView
from app.ui.look.theme import PAPER
from tests.ui.chat.talk import answer, asked, cite, colours, judged, read, turn

TEXT = """First a paragraph with *emphasis*, vector<int> and <think>aloud</think> [p. 12].
A second line of it.

1. An item
2. Another with `code`
   - inside

   A paragraph of the item.

| Berth | Rent |
|:--|--:|
| 4 | 1,200 |

> A quotation
> goes on.

```python
def f(x):
    return x  # [p. 7]
```

Setext
======

The end, 日本語の文章と「引用」 [p. 3]."""


def open_answer(view: ConversationView) -> AnswerMessage:
    last = view.messages()[-1]
    assert isinstance(last, AnswerMessage)
    return last


def stream(view: ConversationView, text: str, seed: int) -> None:
    """The text in pieces of 1 to 12 characters."""
    chance, position = random.Random(seed), 0
    while position < len(text):
        step = chance.randint(1, 12)
        view.append(text[position : position + step])
        position += step


def documents(message: AnswerMessage) -> list[object]:
    return [piece.written.document for piece in message.pieces if piece.written is not None]


@pytest.mark.parametrize("seed", range(3))
def test_the_streamed_text_ends_as_the_same_text_shown_at_once(view: ConversationView, qtbot: QtBot, seed: int) -> None:
    view.show_turns((turn(1, "?", TEXT),), {})
    at_once = read(view.messages()[-1])
    view.show_turns((), {})
    view.begin_turn(asked(1, "?"), "a1")
    stream(view, TEXT, seed)
    message = open_answer(view)
    qtbot.waitUntil(lambda: read(message) == at_once)
    assert view.text_of("a1") == TEXT
    view.finish(answer(1, TEXT))
    assert read(open_answer(view)) == at_once
    assert view.text_of("a1") == TEXT


def test_closed_blocks_are_not_written_again(view: ConversationView, qtbot: QtBot) -> None:
    view.begin_turn(asked(1, "?"), "a1")
    message = open_answer(view)
    view.append("First.\n\n- item\n\nThird be")
    qtbot.waitUntil(lambda: len(message.pieces) == 3)
    closed = documents(message)[:2]
    view.append("gins **here")
    view.append("**.\n\nFourth.")
    qtbot.waitUntil(lambda: len(message.pieces) == 4)
    assert documents(message)[:2] == closed
    assert read(message) == "First.\n\n- item\n\nThird begins here.\n\nFourth."


def test_text_is_on_the_screen_at_once(view: ConversationView) -> None:
    view.begin_turn(asked(1, "?"), "a1")
    for piece in ("One", " two", " **thr"):
        view.append(piece)
    assert read(open_answer(view)) == "One two **thr"


def test_marks_become_chips_that_can_be_pressed_when_the_answer_ends(view: ConversationView, qtbot: QtBot) -> None:
    view.begin_turn(asked(1, "?"), "a1")
    view.append("It says so [p. 12], and [p. 1")
    message = open_answer(view)
    qtbot.waitUntil(lambda: len(message.pieces[0].chips()) == 1)
    assert message.stops() == []  # nothing to click before it was checked
    text = "It says so [p. 12], and [p. 13]."
    view.finish(answer(1, text, (cite(text, "[p. 12]", CitationState.VERIFIED, 12),)))
    assert [stop.text() for stop in message.stops()] == ["p. 12", "Copy", "Try again", "Export", "Details"]  # type: ignore[attr-defined]
    assert read(message) == text


def test_a_checked_mark_tells_its_verdict_while_the_answer_goes_on(view: ConversationView, qtbot: QtBot) -> None:
    view.begin_turn(asked(1, "?"), "a1")
    message = open_answer(view)
    text = "First\r\n\r\nIt says so [p. 12]. Then [p. 1"
    view.append(text)
    sentence = judged(text, "It says so [p. 12].", Verdict.VERBATIM, 12)
    view.show_checked([cite(text, "[p. 12]", CitationState.VERIFIED, 12)], [sentence])
    qtbot.waitUntil(lambda: [stop.text() for stop in message.stops()] == ["p. 12 ✓"])  # type: ignore[attr-defined]
    with qtbot.waitSignal(view.citation_clicked) as clicked:
        message.stops()[0].click()  # type: ignore[attr-defined]
    assert clicked.args[0].page == 12
    view.append("3].\n\nAnd more")
    qtbot.waitUntil(lambda: len(message.pieces) == 3)
    text = message.plain_text()
    late = [cite(text, f"[p. {n}]", CitationState.VERIFIED, n) for n in (12, 13)]
    later = judged(text, "Then [p. 13].", Verdict.NOTHING, named="13")
    view.show_checked(late, [sentence, later])  # the paragraph was closed before its second mark was checked
    shown = ["p. 12 ✓", "p. 13 · no page says this"]
    qtbot.waitUntil(lambda: [stop.text() for stop in message.stops()] == shown)  # type: ignore[attr-defined]
    assert read(message) == "First\n\nIt says so [p. 12]. Then [p. 13].\n\nAnd more"


def test_the_reading_is_told_until_the_first_word(view: ConversationView) -> None:
    view.begin_turn(asked(1, "?"), "a1")
    progress = open_answer(view).progress
    view.set_progress("Reading, p. 41", 0.4)
    assert progress.isVisible()
    assert (progress.text, progress.fraction) == ("Reading, p. 41", 0.4)
    view.set_progress("", None)
    assert not progress.isVisible()
    view.set_progress("Reading, p. 96", 1.0)
    view.append("A word")
    assert not progress.isVisible()


def test_an_open_answer_shows_a_caret_and_a_finished_one_does_not(view: ConversationView) -> None:
    def caret() -> bool:
        return PAPER.accent.lower() in colours(open_answer(view))

    view.begin_turn(asked(1, "?"), "a1")
    assert caret()
    view.append("Some words")
    assert caret()
    view.finish(answer(1, "Some words"))
    assert not caret()


def test_a_new_answer_takes_the_place_of_the_old_and_of_what_followed(view: ConversationView) -> None:
    view.show_turns((turn(1, "One?", "Old."), turn(2, "Two?", "Later.")), {})
    view.begin_answer("q1", "a9")
    view.append("New.")
    assert [read(message) for message in view.messages()] == ["One?", "New."]
    view.finish(answer(1, "New."))
    foot = open_answer(view).foot
    assert foot.variants.isVisible()
    assert foot.variants.accessibleName() == "Version 2 of 2"
    assert view.text_of("a1") == "New."


def test_text_that_belongs_to_no_open_answer_is_left_out(view: ConversationView) -> None:
    view.show_turns((turn(1, "One?", "Done."),), {})
    view.append("late")
    view.set_progress("late", 0.5)
    view.finish(answer(7, "of another conversation"))
    assert [read(message) for message in view.messages()] == ["One?", "Done."]


def test_the_end_is_followed_only_while_the_person_is_there(view: ConversationView) -> None:
    view.show_turns(tuple(turn(number, "Ask?", "Answer. " * 60) for number in range(20)), {})
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum()
    view.begin_turn(asked(99, "?"), "a99")
    for _ in range(30):
        view.append("A line.\n\n")
    assert bar.value() == bar.maximum()
    bar.setValue(bar.maximum() - 300)
    place = bar.value()
    top = view.messages()[-1].y()
    for _ in range(30):
        view.append("Another line.\n\n")
    assert bar.value() == place
    assert view.messages()[-1].y() == top
    assert bar.maximum() > place + 600


def test_a_mark_that_is_checked_late_opens_no_block_before_its_own(view: ConversationView, qtbot: QtBot) -> None:
    view.begin_turn(asked(1, "?"), "a1")
    message = open_answer(view)
    text = "First [p. 1].\n\nSecond [p. 2].\n\nThird"
    view.append(text)
    view.show_checked([cite(text, "[p. 1]", CitationState.VERIFIED, 1)])
    qtbot.waitUntil(lambda: len(message.pieces) == 3 and len(message.stops()) == 1)
    first = documents(message)[0]
    view.show_checked([cite(text, f"[p. {n}]", CitationState.VERIFIED, n) for n in (1, 2)])
    qtbot.waitUntil(lambda: len(message.stops()) == 2)
    assert documents(message)[0] is first
    assert read(message) == text


def test_a_long_list_that_is_open_is_not_written_again_from_its_beginning(view: ConversationView, qtbot: QtBot) -> None:
    text = "\n".join(f"- item {n} " + "words " * 12 for n in range(120))
    view.begin_turn(asked(1, "?"), "a1")
    message = open_answer(view)
    view.append(text)
    qtbot.waitUntil(lambda: len(message.pieces) > 3)
    message.expose(message.width(), -(10**7), 10**7)
    before = documents(message)
    view.append(" and more\n- the last")
    qtbot.waitUntil(lambda: read(message).endswith("\n- the last"))
    assert documents(message)[: len(before) - 1] == before[:-1]
    assert [piece.joint for piece in message.pieces] == ["\n\n"] + ["\n"] * (len(message.pieces) - 1)

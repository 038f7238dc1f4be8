"""The model looks at the images of a question: it is told, it can be stopped, and it may go wrong."""

from __future__ import annotations

import pytest

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Looking, Reading, Thinking
from app.core.errors import Code, Problem
from app.ui.chat.messages.answer import AnswerMessage
from app.ui.kit.words import ending_words
from tests.ui.direct_images import png_of
from tests.ui.gate import Gate
from tests.ui.pictured import RED, add_turn, ask_about_colours, draw_blue, remove_book, take, tiles
from tests.ui.room import LETTERS, Room, wait


def _progress(room: Room) -> str:
    """Return the progress of the answer that is open; empty before it is shown."""
    shown = [message for message in room.window.talk.view.messages() if isinstance(message, AnswerMessage)]
    return shown[-1].progress.text if shown else ""


def test_the_looking_is_told_and_goes(room: Room) -> None:
    ask_about_colours(room, last=None)
    looks, reads = Gate(), Gate()
    room.engine.looks = [(Looking(1, 1, 1, 1),), (Looking(5, 17, 1, 1), looks)]
    room.engine.answers = [(Reading(48, 900, 0), reads, "Green.")]
    room.open()
    room.presenter.talk_area.asking.ask_last_again()
    wait(looks.reached.is_set)
    wait(lambda: _progress(room) == "Looking at image 2 of 3 · tile 5 of 17")
    progress = room.last_answer().progress
    assert progress.fraction == pytest.approx((1 + 5 / 17) / 3)
    looks.open()
    wait(lambda: progress.text.startswith("The model is reading"))
    reads.open()
    room.settle()
    assert progress.text == ""
    assert room.last_answer().plain_text() == "Green."
    assert room.answer().usage.encoded_images == 3
    assert len(tiles(room)) == 3


def test_that_the_model_thinks_is_told_until_it_answers(room: Room) -> None:
    ask_about_colours(room, last=None)
    thinks = Gate()
    room.engine.looks = [(Looking(1, 1, 1, 1),)]
    room.engine.answers = [(Reading(900, 900, 0), Thinking(), thinks, "Green.")]
    room.open()
    room.presenter.talk_area.asking.ask_last_again()
    wait(thinks.reached.is_set)
    wait(lambda: _progress(room) == "The model is thinking…")
    thinks.open()
    room.settle()
    assert _progress(room) == ""
    assert room.last_answer().plain_text() == "Green."


def test_thoughts_without_an_answer_end_in_a_sentence(room: Room) -> None:
    ask_about_colours(room, last=None)
    room.engine.looks = [(Looking(1, 1, 1, 1),)]
    room.engine.answers = [(Thinking(), Problem(Code.ANSWER_ALL_THOUGHT))]
    room.open()
    room.presenter.talk_area.asking.ask_last_again()
    room.settle()
    assert room.answer().problem == Problem(Code.ANSWER_ALL_THOUGHT)


def test_one_image_of_one_tile_is_told_without_numbers(room: Room) -> None:
    conversation = room.add_conversation("Colours")
    add_turn(room.desk, conversation, "Which?", (take(room.desk, png_of(64, 40, RED), "red.png"),), None)
    gate = Gate()
    room.engine.looks = [(Looking(1, 1, 1, 1), gate)]
    room.open()
    room.presenter.talk_area.asking.ask_last_again()
    wait(gate.reached.is_set)
    wait(lambda: _progress(room) == "Looking at the image")
    gate.open()
    room.settle()


def test_looking_can_be_stopped(room: Room) -> None:
    ask_about_colours(room, last=None)
    gate = Gate()
    room.engine.looks = [(Looking(5, 17, 1, 1), gate)]
    room.open()
    room.presenter.talk_area.asking.ask_last_again()
    wait(gate.reached.is_set)
    room.window.talk.composer.stop_requested.emit()
    room.settle()
    assert room.answer().ending is Ending.CANCELLED
    assert room.sentences()[-1] == ending_words(room.answer())
    assert room.last_answer().progress.text == ""
    assert room.engine.seen == []


def test_what_fails_while_looking_is_told(room: Room) -> None:
    ask_about_colours(room, last=None)
    room.engine.looks = [(Problem(Code.READER_CRASHED, {"path": "green.png", "signal": 11}),)]
    room.open()
    room.presenter.talk_area.asking.ask_last_again()
    room.settle()
    assert room.answer().ending is Ending.FAILED
    assert "green.png" in room.sentences()[-1]


def test_a_book_may_go_while_the_model_looks_at_its_page(room: Room) -> None:
    room.add_books()
    room.reader.draw = draw_blue
    letters = room.books[LETTERS]
    conversation = room.add_conversation("Colours", [letters])
    page = room.desk.documents.images.from_page(letters.id, 1)
    red = take(room.desk, png_of(640, 400, RED), "red.png")
    add_turn(room.desk, conversation, "Which?", (page, red), None)
    gate = Gate()
    room.engine.looks = [(Looking(1, 17, 1, 1), gate)]
    room.open()
    room.presenter.talk_area.asking.ask_last_again()
    wait(gate.reached.is_set)
    remove_book(room, letters.id)
    wait(lambda: len(tiles(room)) == 1)
    gate.open()
    room.settle()
    assert [tile.text() for tile in tiles(room)] == ["Image 1 · red.png"]
    assert room.answer().ending is Ending.COMPLETE
    room.ask("Which colour was it?")
    assert room.answer().ending is Ending.COMPLETE

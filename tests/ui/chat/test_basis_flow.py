"""The window says what an answer does not rest on: while it is written, once it is kept, in a sheet, in PDF."""

from __future__ import annotations

from pathlib import Path

import pypdfium2

from app.core.conversations.conversation import Ending
from app.ui.kit.words import ending_words
from app.wording.support import nothing_found_words
from tests.ui.direct_images import png_of
from tests.ui.gate import Gate
from tests.ui.room import LEASE, Room, wait
from tests.ui.shelf_of_books import QUOTE

_WORDS = "Answered without any document."
_NOTHING = nothing_found_words()
_INVENTED = "Elephants sleep standing up, as zebras do."
_WORDS_OF_IMAGES = "Answered without any document, only from the images."


def test_from_its_first_word_on_and_for_ever(room: Room) -> None:
    gate = Gate()
    room.add_books()
    asked, other = room.add_conversation("A"), room.add_conversation("Other", [room.books[LEASE]], days_ago=1)
    room.open()
    room.engine.answers = [("In my view ", gate, "May."), ("June.",)]
    room.ask("When?", settle=False)
    wait(gate.reached.is_set)
    wait(lambda: "In my view" in room.words())
    assert room.sentences() == [_WORDS]
    gate.open()
    room.settle()
    assert room.sentences() == [_WORDS]
    assert _WORDS in room.last_answer().accessibleDescription()
    room.presenter.talk_area.conversation.open(other.id)
    room.settle()
    room.engine.answers = [(f"“{QUOTE}” [p. 203].",)]
    room.ask("When?")
    assert room.sentences() == []
    room.presenter.talk_area.conversation.open(asked.id)
    room.settle()
    assert room.sentences() == [_WORDS]


def test_what_was_not_found_in_the_books_is_said_once_the_answer_is_whole(room: Room) -> None:
    gate = Gate()
    room.add_books()
    asked = room.add_conversation("A", [room.books[LEASE]])
    room.open()
    room.engine.answers = [(_INVENTED[:20], gate, _INVENTED[20:]), (_INVENTED[:20], gate, _INVENTED[20:])]
    room.ask("May he sublet?", settle=False)
    wait(gate.reached.is_set)
    wait(lambda: _INVENTED[:20] in room.words())
    assert room.sentences() == [], "the rest of it may stand in the book"
    gate.open()
    room.settle()
    assert room.sentences() == [_NOTHING]
    assert _NOTHING in room.last_answer().accessibleDescription()
    assert "1 not found" in room.last_answer().foot.describe()
    room.presenter.talk_area.conversation.open(room.add_conversation("Other").id)
    room.settle()
    room.presenter.talk_area.conversation.open(asked.id)
    room.settle()
    assert room.sentences() == [_NOTHING]


def test_an_answer_that_was_stopped_may_yet_have_come_to_its_page(room: Room) -> None:
    gate = Gate()
    room.add_books()
    room.add_conversation("A", [room.books[LEASE]])
    room.open()
    room.engine.answers = [(_INVENTED, gate, " And so on.")]
    room.ask("May he sublet?", settle=False)
    wait(gate.reached.is_set)
    room.presenter.talk_area.asking.stop()
    gate.open()
    room.settle()
    assert room.answer().ending is Ending.CANCELLED
    assert room.sentences() == [ending_words(room.answer())]


def test_asked_again_it_rests_on_what_its_question_was_asked_of(room: Room) -> None:
    """The books that lie on the desk meanwhile are not those of the question."""
    gate = Gate()
    room.add_books()
    room.add_conversation("A")
    room.open()
    room.ask("When?")
    room.window.shelf.desk_toggled.emit(room.books[LEASE].id)
    room.settle()
    room.engine.answers = [("Once ", gate, "more.")]
    room.presenter.talk_area.asking.ask_last_again()
    wait(gate.reached.is_set)
    wait(lambda: "Once" in room.words())
    assert room.sentences() == [_WORDS]
    gate.open()
    room.settle()
    assert room.engine.prompts[-1].documents == ()
    assert room.sentences() == [_WORDS]


def test_with_images_it_says_that_they_were_seen(room: Room, tmp_path: Path) -> None:
    picture = tmp_path / "chart.png"
    picture.write_bytes(png_of(400, 300))
    room.add_conversation("A")
    room.open()
    room.presenter.shelf_area.openings.take_files([picture])
    room.settle()
    room.ask("What is this?")
    assert room.sentences() == [_WORDS_OF_IMAGES]


def test_where_nothing_was_answered_there_is_nothing_to_say(room: Room) -> None:
    gate = Gate()
    room.add_conversation("A")
    room.open()
    room.engine.answers = [(gate, "never")]
    room.ask("When?", settle=False)
    wait(gate.reached.is_set)
    room.presenter.talk_area.asking.stop()
    room.settle()
    assert room.answer().ending is Ending.CANCELLED
    assert room.answer().ending is Ending.CANCELLED
    assert room.sentences() == [ending_words(room.answer())]


def test_a_pdf_says_it(room: Room, tmp_path: Path) -> None:
    room.add_books()
    room.add_conversation("A")
    room.open()
    room.ask("When?")
    room.window.shelf.desk_toggled.emit(room.books[LEASE].id)
    room.settle()
    room.ask("And then?")
    room.presenter.places.exporting.export()
    room.presenter.places.exporting.write(str(tmp_path / "out.pdf"))
    room.settle()
    with pypdfium2.PdfDocument(tmp_path / "out.pdf") as document:
        text = document[0].get_textpage().get_text_range()
    assert text.count(_WORDS) == 1

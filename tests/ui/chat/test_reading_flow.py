"""Reading in sight: ahead of a question, paused, resumed, stopped; and what is offered when books do not fit."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.conversations.events import Reading
from app.core.documents.page_names import PageName
from app.core.errors import Code, Problem
from app.core.settings import KvType
from app.engine.protocol import Room as RoomFor
from app.services.asking.fitting import RemedyKind
from app.ui.context.fit_dialog import FitDialog
from app.ui.kit.activity import EngineTask
from app.ui.shelf.pages_dialog import PagesDialog, pages_tokens_words
from app.ui.shelf.rows import BookState, read_to_words
from tests.ui.gate import Gate
from tests.ui.room import LEASE, LETTERS, SURVEY, Room, wait

LEASE_TOKENS = 231_480


def _open(room: Room, *books: int) -> None:
    room.add_books()
    room.add_conversation("A", [room.books[place] for place in books])
    room.open()


def _spine(room: Room) -> tuple[str, str]:
    spine = room.window.talk.spine
    return spine.text(), spine.action.text() if not spine.action.isHidden() else ""


def _misfit(room: Room) -> None:
    room.engine.info = msgspec.structs.replace(room.engine.info, context_tokens=131_072, kv_type=KvType.F16)


def test_books_are_read_ahead_paused_and_read_on(room: Room) -> None:
    room.engine.to_read = LEASE_TOKENS + 48
    begun, middle = Gate(), Gate()
    room.engine.readings = [(Reading(0, LEASE_TOKENS, 0), begun, Reading(100_000, LEASE_TOKENS, 0), middle)]
    _open(room, LEASE)
    assert _spine(room)[1] == "Prepare now"
    room.window.talk.spine.action.click()
    wait(lambda: _spine(room)[1] == "Pause reading")
    room.seconds = 100
    wait(begun.reached.is_set)
    still = _spine(room)[0]
    begun.open()
    wait(middle.reached.is_set)
    wait(lambda: room.row(room.books[LEASE]).state_text == "model is reading, 178 of 412")
    row = room.row(room.books[LEASE])
    assert row.state is BookState.READING
    assert row.left == "2 min 11 s left"
    assert row.fraction == (100_000 - 48) / LEASE_TOKENS
    assert _spine(room) == (still, "Pause reading"), "what moves is on the shelf alone"
    room.window.talk.spine.action.click()
    assert room.engine.pauses == [True]
    assert _spine(room)[1] == "Resume reading"
    wait(lambda: room.row(room.books[LEASE]).state_text == "paused at 178 of 412")
    room.window.talk.spine.action.click()
    assert room.engine.pauses == [True, False]
    middle.open()
    room.settle()
    assert _spine(room)[1] == ""
    assert room.row(room.books[LEASE]).state is BookState.READ
    assert room.turns() == ()


def test_a_question_ends_the_reading_ahead_and_is_answered(room: Room) -> None:
    gate = Gate()
    room.engine.to_read = LEASE_TOKENS
    room.engine.readings = [(Reading(10_000, LEASE_TOKENS, 0), gate)]
    _open(room, LEASE)
    room.presenter.talk_area.ahead.start()
    wait(gate.reached.is_set)
    room.ask("When?")
    assert room.answer().text == "A short answer [p. 1]."
    assert not room.presenter.activity.has(EngineTask.READING_AHEAD)


def test_escape_and_another_desk_end_the_reading_ahead(qtbot: QtBot, room: Room) -> None:
    one, two = Gate(), Gate()
    room.engine.to_read = LEASE_TOKENS
    room.engine.readings = [(one,), (two,)]
    _open(room, LEASE)
    room.presenter.talk_area.ahead.start()
    wait(one.reached.is_set)
    qtbot.keyClick(room.window.talk.composer.editor, Qt.Key.Key_Escape)
    room.settle()
    assert not room.presenter.activity.has(EngineTask.READING_AHEAD)
    room.presenter.talk_area.ahead.start()
    wait(two.reached.is_set)
    room.presenter.shelf_area.shelf.toggle_desk(room.books[SURVEY].id)
    room.settle()
    assert not room.presenter.activity.has(EngineTask.READING_AHEAD)


def test_a_reading_ahead_that_fails_says_why(room: Room) -> None:
    room.engine.to_read = LEASE_TOKENS
    room.engine.readings = [(Problem(Code.ENGINE_CRASHED, {"signal": 9}),)]
    _open(room, LEASE)
    room.presenter.talk_area.ahead.start()
    wait(lambda: "signal 9" in room.window.talk.notice.text())
    room.settle()


def test_a_book_of_which_no_page_is_read_says_nothing_of_it(room: Room) -> None:
    """Its title may be there already; of pages 13 to 20 none is read then, and not the 12 before them."""
    room.engine.to_read = LEASE_TOKENS - 5
    _open(room, LEASE)
    assert room.row(room.books[LEASE]).state_text == ""


def test_a_half_read_book_says_how_far_it_is(room: Room) -> None:
    room.engine.to_read = LEASE_TOKENS // 2
    _open(room, LEASE)
    row = room.row(room.books[LEASE])
    assert (row.state, row.state_text) == (BookState.PARTLY_READ, read_to_words(PageName("206")))


def test_the_reading_of_a_question_can_be_paused_too(qtbot: QtBot, room: Room) -> None:
    gate = Gate()
    room.engine.to_read = LEASE_TOKENS
    room.engine.answers = [(Reading(1_000, LEASE_TOKENS, 0), gate, "Yes.")]
    _open(room, LEASE)
    room.ask("When?", settle=False)
    wait(gate.reached.is_set)
    wait(lambda: _spine(room)[1] == "Pause reading")
    qtbot.keyClick(room.window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert room.engine.pauses == [True]
    assert "Paused · " in room.last_answer().progress.text
    qtbot.keyClick(room.window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert room.engine.pauses == [True, False]
    gate.open()
    room.settle()
    assert room.answer().text == "Yes."
    qtbot.keyClick(room.window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert room.engine.pauses == [True, False], "nothing is read"


def test_books_change_places(qtbot: QtBot, room: Room) -> None:
    _open(room, LEASE, LETTERS, SURVEY)
    lease, letters, survey = (room.books[n].id for n in (LEASE, LETTERS, SURVEY))

    def order() -> list[str]:
        assert room.shown().books == room.desk.conversations.get(room.shown().id).books  # type: ignore[union-attr]
        return [ref.book_id for ref in room.shown().books]

    view = room.window.shelf.book_view
    room.window.shelf.select_book(letters)
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    room.settle()
    assert order() == [letters, lease, survey]
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    room.settle()
    assert order() == [lease, survey, letters]
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    room.settle()
    assert order() == [lease, survey, letters]
    room.presenter.shelf_area.shelf.place_on_desk(letters, 0)
    room.presenter.shelf_area.shelf.place_on_desk(lease, -1)
    room.settle()
    assert order() == [letters, survey]


def test_what_does_not_fit_gets_a_larger_context(room: Room) -> None:
    _misfit(room)
    _open(room, LEASE)
    assert _spine(room)[1] == "Make room…"
    room.window.talk.spine.action.click()
    room.settle()
    dialog = room.window.findChild(FitDialog)
    assert dialog is not None
    words = [button.text() for button, _way in dialog.options]
    assert words == [
        "A context of 262,144 tokens",
        "Some pages of “Harbour Lease, cons…” (231,480 tokens in all)",
        "Take “Harbour Lease, cons…” off the desk (231,480 tokens)",
        "Another model",
    ]
    assert dialog.action.text() == "Load again"
    room.engine.info = msgspec.structs.replace(room.engine.info, context_tokens=262_144)
    dialog.accept()
    room.settle()
    assert room.engine.specs[-1].context_tokens == 262_144
    assert room.desk.settings.load().engine.context_tokens == 262_144
    assert _spine(room)[1] == ""


def test_a_question_that_does_not_fit_offers_what_can_be_done(room: Room) -> None:
    _misfit(room)
    room.engine.roomy = (RoomFor(KvType.F16, 131_072), RoomFor(KvType.Q8_0, 240_640), RoomFor(KvType.Q4_0, 400_384))
    _open(room, LEASE)
    room.ask("When?")
    assert any("Nothing was cut" in sentence for sentence in room.sentences())
    dialog = room.window.findChild(FitDialog)
    assert dialog is not None
    words = [button.text() for button, _way in dialog.options]
    assert words[0] == "A context of 240,640 tokens, the KV cache in q8_0"
    assert room.window.talk.composer.text() == "When?", "it is not lost"
    excerpts = next(button for button, way in dialog.options if way.kind is RemedyKind.EXCERPTS)
    assert excerpts.text() == "Only relevant excerpts"
    excerpts.setChecked(True)
    assert "can miss" in dialog.meaning.text()
    begun, middle = Gate(), Gate()
    read = (Reading(0, 4_000, 0), begun, Reading(1_000, 4_000, 0), middle)
    room.engine.answers = [(*read, "A short answer [p. 1].")]
    dialog.accept()
    begun.open()
    wait(lambda: room.last_answer().progress.text.endswith(" · 25 %"))
    assert room.last_answer().progress.text.startswith("Reading excerpts of ")
    assert _spine(room)[0].startswith("Reading excerpts of "), "not all of the book"
    middle.open()
    room.settle()
    assert room.window.talk.composer.text() == ""
    assert room.turns()[-1].answer_variants == 1, "a failed try is no variant"
    assert room.answer().excerpts
    assert room.answer().text == "A short answer [p. 1]."


def test_for_a_question_that_waits_excerpts_are_proposed_and_for_none_its_pages(room: Room) -> None:
    _misfit(room)
    room.engine.roomy = (RoomFor(KvType.F16, 131_072), RoomFor(KvType.Q8_0, 200_704), RoomFor(KvType.Q4_0, 200_704))
    _open(room, LEASE)
    room.ask("When?")
    dialog = room.window.findChild(FitDialog)
    assert dialog is not None
    (chosen,) = [way.kind for button, way in dialog.options if button.isChecked()]
    assert chosen is RemedyKind.EXCERPTS
    kinds = [way.kind for _button, way in dialog.options if way.helps]
    assert kinds.index(RemedyKind.EXCERPTS) < kinds.index(RemedyKind.PAGES) < kinds.index(RemedyKind.TAKE_OFF)


def test_pages_of_a_book_that_does_not_fit_are_chosen_by_their_tokens(room: Room) -> None:
    _misfit(room)
    room.engine.roomy = (RoomFor(KvType.F16, 131_072), RoomFor(KvType.Q8_0, 200_704), RoomFor(KvType.Q4_0, 200_704))
    _open(room, LEASE)
    room.presenter.talk_area.fitting.offer()
    room.settle()
    dialog = room.window.findChild(FitDialog)
    assert dialog is not None
    assert dialog.options[0][1].kind is RemedyKind.PAGES
    assert dialog.action.text() == "Choose pages…"
    dialog.accept()
    pages = room.window.findChild(PagesDialog)
    assert pages is not None
    wait(lambda: pages.tokens.text() == pages_tokens_words(231_480))
    wait(lambda: "tokens" in pages.outline.item(0).text())
    pages.first.set_page(203)
    pages.last.set_page(204)
    pages.accept()
    room.settle()
    (ref,) = room.shown().books
    assert ref.pages is not None
    assert (ref.pages.first, ref.pages.last) == (203, 204)


def test_the_numbers_of_an_answer_are_one_click_away(room: Room) -> None:
    room.engine.usage = msgspec.structs.replace(
        room.engine.usage, prompt_tokens=12_345, reused_tokens=12_000, evaluated_tokens=345, generated_tokens=80
    )
    _open(room, LEASE)
    room.ask("When?")
    foot = room.last_answer().foot
    assert "tokens/s" not in foot.describe()
    before = room.last_answer().needed
    foot.numbers_button.click()
    room.settle()
    assert "prompt: 12,345 tokens, read: 345 tokens in 1.2 s, 288 tokens/s" in foot.describe()
    assert "written: 80 tokens in 4 s, 20 tokens/s" in foot.describe()
    assert room.last_answer().needed > before

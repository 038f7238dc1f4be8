"""From a question to its answer: streamed, stopped, asked again, edited, broken off, and never mixed up."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Loading, Reading
from app.core.errors import Code, Problem
from app.engine.protocol import EngineState
from app.ui.chat.messages.question import QuestionMessage
from app.ui.chat.presenter import revived_words
from app.ui.context.fit_dialog import FitDialog
from app.ui.kit.activity import EngineTask
from app.ui.kit.words import ending_words
from app.ui.shelf.rows import BookState, measure_of
from app.ui.widgets.model_chip import ChipDot
from app.wording.errors import sentence
from tests.ui.gate import Gate
from tests.ui.room import LEASE, LETTERS, Room, wait

_KILLED = Problem(Code.ENGINE_CRASHED, {"signal": 9})


def _open(room: Room, *books: int) -> None:
    room.add_books()
    room.add_conversation("", [room.books[place] for place in books])
    room.open()


def test_a_question_is_on_disk_before_it_is_shown_and_its_answer_streams(qtbot: QtBot, room: Room) -> None:
    gate = Gate()
    _open(room, LEASE)
    room.engine.answers = [("Twelve months ", gate, "[p. 87].")]
    composer = room.window.talk.composer
    composer.setFocus()
    qtbot.keyClicks(composer.editor, "When must notice be given?")
    qtbot.keyClick(composer.editor, Qt.Key.Key_Return)
    assert composer.text() == "When must notice be given?", "it stays in the field until it is kept"
    wait(gate.reached.is_set)
    wait(lambda: "Twelve months" in room.words())
    stored = room.turns()
    assert [turn.question.text for turn in stored] == ["When must notice be given?"]
    assert stored[0].answer is not None
    assert stored[0].answer.ending is Ending.OPEN
    assert composer.text() == ""
    gate.open()
    room.settle()
    assert room.answer().text == "Twelve months [p. 87]."
    assert room.answer().ending is Ending.COMPLETE
    assert "Twelve months" in room.words()
    assert room.engine.prompts[0].documents[0].untrusted_title == "Harbour Lease, consolidated"
    assert room.window.talk.title.text() == "When must notice be given?"
    assert room.engine.threads == {"bridge-engine"}


def test_stop_keeps_what_was_written(qtbot: QtBot, room: Room) -> None:
    gate = Gate()
    _open(room)
    room.engine.answers = [("Partial", gate, " never")]
    room.ask("Why?", settle=False)
    wait(gate.reached.is_set)
    qtbot.keyClick(room.window.talk.composer.editor, Qt.Key.Key_Escape)
    room.settle()
    assert room.answer().text == "Partial"
    assert room.answer().ending is Ending.CANCELLED
    assert ending_words(room.answer()) in room.sentences()
    assert not room.presenter.talk_area.asking.busy


def test_a_second_question_follows_the_first(room: Room) -> None:
    _open(room)
    room.engine.answers = [("One.",), ("Two.",)]
    room.ask("First?")
    room.ask("Second?")
    assert [(turn.question.text, turn.answer.text) for turn in room.turns() if turn.answer] == [
        ("First?", "One."),
        ("Second?", "Two."),
    ]
    assert [message.text for message in room.engine.prompts[1].messages] == ["First?", "One.", "Second?"]


def test_while_one_answer_runs_no_other_begins(room: Room) -> None:
    gate = Gate()
    _open(room)
    room.engine.answers = [("One", gate)]
    room.ask("First?", settle=False)
    wait(gate.reached.is_set)
    room.presenter.talk_area.asking.ask_last_again()
    gate.open()
    room.settle()
    assert [turn.question.text for turn in room.turns()] == ["First?"]


def test_asked_again_an_answer_gets_a_variant_and_the_earlier_one_comes_back(room: Room) -> None:
    _open(room)
    room.engine.answers = [("One.",), ("Another one.",)]
    room.ask("First?")
    room.presenter.talk_area.asking.ask_last_again()
    room.settle()
    (turn,) = room.turns()
    assert turn.answer is not None
    assert (turn.answer.text, turn.answer_variant, turn.answer_variants) == ("Another one.", 2, 2)
    assert "Another one." in room.words()
    room.window.talk.view.variant_chosen.emit("answer", turn.question.id, -1)
    room.settle()
    assert room.answer().text == "One."
    assert "Another one." not in room.words()
    assert "One." in room.words()


def test_an_edited_question_begins_a_branch_and_the_old_one_is_kept(qtbot: QtBot, room: Room) -> None:
    _open(room)
    room.engine.answers = [("One.",), ("Two.",), ("Three.",)]
    room.ask("First?")
    room.ask("Second?")
    first = room.turns()[0].question
    room.window.talk.view.edit_question.emit(first.id)
    composer = room.window.talk.composer
    assert composer.text() == "First?"
    qtbot.keyClicks(composer.editor, " Really?")
    qtbot.keyClick(composer.editor, Qt.Key.Key_Return)
    room.settle()
    (turn,) = room.turns()
    assert (turn.question.text, turn.question_variant, turn.question_variants) == ("First? Really?", 2, 2)
    assert "Second?" not in room.words()
    room.window.talk.view.variant_chosen.emit("question", turn.question.id, -1)
    room.settle()
    assert [turn.question.text for turn in room.turns()] == ["First?", "Second?"]
    assert "Second?" in room.words()


def test_esc_gives_up_editing(qtbot: QtBot, room: Room) -> None:
    _open(room)
    room.ask("First?")
    room.presenter.talk_area.asking.edit_last()
    assert room.window.talk.composer.text() == "First?"
    qtbot.keyClick(room.window.talk.composer.editor, Qt.Key.Key_Escape)
    assert room.window.talk.composer.text() == ""
    room.ask("Second?")
    assert [turn.question.text for turn in room.turns()] == ["First?", "Second?"]


def test_the_question_that_is_edited_is_named_and_marked(room: Room) -> None:
    _open(room)
    room.ask("First?")
    room.ask("Second?")
    talk = room.window.talk
    questions = [message for message in talk.view.messages() if isinstance(message, QuestionMessage)]
    room.presenter.talk_area.asking.edit(questions[0].question_id)
    assert talk.composer.editing.words == "Editing question 1"
    assert [message._lit for message in questions] == [True, False]
    talk.composer.editing.button.click()
    assert talk.composer.text() == ""
    assert not any(message._lit for message in questions)


def test_a_question_that_is_sent_while_an_answer_runs_is_asked_next(qtbot: QtBot, room: Room) -> None:
    gate = Gate()
    _open(room)
    composer = room.window.talk.composer
    room.engine.answers = [("One ", gate, "done."), ("Two.",), ("Three.",)]
    room.ask("First?", settle=False)
    qtbot.keyClick(composer.editor, Qt.Key.Key_Return)  # nothing is written
    wait(gate.reached.is_set)
    wait(lambda: composer.text() == "")
    for _ in range(2):  # taken back, and sent again
        composer.set_text("Second?")
        qtbot.keyClick(composer.editor, Qt.Key.Key_Return)
        assert composer.hold.words == room.presenter.activity.wait_words(EngineTask.ANSWER)
        assert composer.send_button.text() == "Cancel  Esc"
        if _ == 0:
            qtbot.keyClick(composer.editor, Qt.Key.Key_Escape)
            assert composer.send_button.text() == "Stop  Esc"
            assert composer.text() == "Second?"
    gate.open()
    room.settle()
    assert [(turn.question.text, turn.answer.text if turn.answer else "") for turn in room.turns()] == [
        ("First?", "One done."),
        ("Second?", "Two."),
    ]
    assert composer.text() == ""
    assert not composer.hold.words


def test_an_answer_goes_on_while_another_conversation_is_shown(room: Room) -> None:
    gate = Gate()
    _open(room)
    asked = room.shown()
    other = room.add_conversation("Other", days_ago=1)
    room.presenter.shelf_area.shelf.list_conversations()
    room.engine.answers = [("Streamed ", gate, "to the end.")]
    room.ask("First?", settle=False)
    wait(gate.reached.is_set)
    room.presenter.talk_area.conversation.open(other.id)
    wait(lambda: room.shown().id == other.id)
    assert room.words() == ""
    assert room.presenter.talk_area.asking.busy
    room.presenter.talk_area.conversation.open(asked.id)
    wait(lambda: room.shown().id == asked.id)
    wait(lambda: "Streamed" in room.words())  # tokens are gathered for a moment before they are shown
    room.presenter.talk_area.conversation.open(other.id)
    wait(lambda: room.shown().id == other.id)
    gate.open()
    room.settle()
    assert room.words() == "", "the ending belongs to the other conversation"
    room.presenter.talk_area.conversation.open(asked.id)
    room.settle()
    assert "Streamed to the end." in room.words()


def test_a_dead_engine_is_told_and_comes_back_and_the_next_question_is_answered(room: Room) -> None:
    gate = Gate()
    _open(room)
    room.engine.answers = [("So far", _KILLED), ("Again here.",)]
    room.engine.loads = [(Loading(0.5), gate)]
    room.ask("First?", settle=False)
    wait(gate.reached.is_set)
    wait(lambda: room.window.talk.chip.state.mark is ChipDot.WORKING)
    assert "So far" in room.words()
    assert sentence(_KILLED) in room.sentences()
    gate.open()
    room.settle()
    assert revived_words() in room.sentences()
    assert room.dot() is ChipDot.READY
    first = room.answer()
    assert (first.text, first.ending, first.problem) == ("So far", Ending.FAILED, _KILLED)
    room.ask("Second?")
    assert room.answer().text == "Again here."


def test_an_engine_that_dies_at_rest_is_started_again(room: Room) -> None:
    _open(room)
    room.ask("First?")
    room.engine.die()
    room.presenter.model_area.model.look()
    assert room.dot() is ChipDot.WORKING
    room.settle()
    assert room.dot() is ChipDot.READY
    assert room.engine.state() is EngineState.READY
    assert revived_words() in room.sentences()


def test_an_engine_that_gives_up_is_left_alone_until_asked_for(room: Room) -> None:
    _open(room)
    gave_up = Problem(Code.ENGINE_GAVE_UP, {"attempts": 3})
    room.engine.loads = [(gave_up,)]
    room.engine.die()
    for _ in range(3):
        room.presenter.model_area.model.look()
        room.settle()
    assert room.dot() is ChipDot.DEAD
    assert room.window.talk.notice.text() == sentence(gave_up)
    loads = len(room.engine.specs)
    room.presenter.model_area.model.look()
    room.settle()
    assert len(room.engine.specs) == loads
    room.presenter.model_area.model.load_again()
    room.settle()
    assert room.dot() is ChipDot.READY


def test_a_sentence_says_why_there_is_no_answer(room: Room) -> None:
    _open(room)
    full = Problem(Code.CONTEXT_FULL, {"context_tokens": 8192})
    room.engine.answers = [(full,)]
    room.ask("First?")
    assert room.sentences() == [sentence(full)]
    assert room.answer().ending is Ending.FAILED


def test_reading_is_told_by_book_page_and_time_left(room: Room) -> None:
    begun, gate = Gate(), Gate()
    room.engine.to_read = 279_641
    _open(room, LEASE, LETTERS)
    room.engine.answers = [(Reading(0, 279_641, 0), begun, Reading(252_000, 279_641, 0), gate, "Done.")]
    room.ask("First?", settle=False)
    wait(begun.reached.is_set)
    wait(lambda: "reading" in room.row(room.books[LEASE]).state_text)
    room.seconds = 540
    begun.open()
    wait(gate.reached.is_set)
    wait(lambda: "reading" in room.row(room.books[LETTERS]).state_text)
    row = room.row(room.books[LETTERS])
    assert row.state_text == "model is reading, 41 of 96"
    assert measure_of(row) == "96 pages · 59 s left"
    assert room.last_answer().progress.text == "The model is reading Side letters 2019–2024, p. 41 · 59 s left"
    assert room.window.talk.spine.text() == "53 % used · about 490 pages to read", "it does not move"
    assert row.fraction is not None
    assert 0.4 < row.fraction < 0.5
    assert room.row(room.books[LEASE]).state_text == "✓ ready"
    gate.open()
    room.settle()
    assert room.row(room.books[LETTERS]).state_text == "✓ ready"


def test_the_text_of_an_answer_is_copied(qtbot: QtBot, room: Room) -> None:
    _open(room)
    room.engine.answers = [("**Twelve** months [p. 87].",)]
    room.ask("First?")
    qtbot.keyClick(room.window, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    copied = QGuiApplication.clipboard().mimeData()
    assert copied.text() == "**Twelve** months (p. 87)."
    assert "<strong>Twelve</strong> months (p. 87)." in copied.html()


def test_closing_the_window_mid_answer_keeps_what_was_written(room: Room) -> None:
    gate = Gate()
    _open(room)
    room.engine.answers = [("Partial", gate, " never")]
    room.ask("Why?", settle=False)
    wait(gate.reached.is_set)
    assert room.bridge.close()
    assert (room.answer().text, room.answer().ending) == ("Partial", Ending.CLOSED)


def test_a_book_that_does_not_fit_is_asked_from_excerpts(qtbot: QtBot, room: Room) -> None:
    room.engine.info = msgspec.structs.replace(room.engine.info, context_tokens=8192)
    _open(room, LEASE)
    room.ask("When does the tenant give notice?")
    assert any("Nothing was cut" in words for words in room.sentences())
    dialog = room.window.findChild(FitDialog)
    assert dialog is not None
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    room.settle()
    room.window.activateWindow()
    wait(room.window.isActiveWindow)
    qtbot.keyClick(room.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    room.settle()
    assert room.answer().excerpts
    assert room.answer().passages
    assert room.engine.prompts[-1].documents == ()


def test_what_a_change_of_the_desk_will_cost_is_told_beforehand(room: Room) -> None:
    begun, gate = Gate(), Gate()
    _open(room, LEASE)
    room.engine.to_read = 41_200
    room.presenter.talk_area.context.measure()
    room.settle()
    assert room.window.talk.spine.text() == "44 % used · about 70 pages to read"
    room.engine.readings = [(Reading(0, 41_200, 0), begun, Reading(20_000, 41_200, 0), gate)]
    room.presenter.talk_area.ahead.start()
    wait(begun.reached.is_set)
    wait(lambda: room.row(room.books[LEASE]).state is BookState.READING)
    room.seconds = 100
    begun.open()
    wait(gate.reached.is_set)
    gate.open()
    room.settle()
    room.engine.to_read = 41_200
    room.presenter.talk_area.context.measure()
    room.settle()
    assert room.window.talk.spine.text() == "44 % used · about 70 pages to read, about 3 min"
    room.engine.to_read = 0
    room.presenter.talk_area.context.measure()
    room.settle()
    assert room.window.talk.spine.text() == "44 % used · about 510 pages left"

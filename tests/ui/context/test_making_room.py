"""A conversation that outgrows the context, in the window: the warning, the ways out, and answers that go on."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import Answer, Ending, Question
from app.core.conversations.events import Reading
from app.core.settings import KvType
from app.engine.protocol import Room as ContextRoom
from app.services.asking.fitting import BookSize, Choices, Remedy, RemedyKind
from app.ui.chat.planning import return_words
from app.ui.context.fit_dialog import FitDialog
from app.ui.look.icons import Icons
from app.ui.look.theme import Theme
from app.ui.widgets.middle_panel import MiddlePanel
from app.wording.i18n import use_language
from app.wording.support import parts_words
from tests.ui.gate import Gate
from tests.ui.room import LEASE, LETTERS, SURVEY, Room, wait

LONG = "Word " * 100
"""125 tokens of the scripted engine."""


def _grown(room: Room, turns: int, context_tokens: int, *books: int) -> None:
    """A conversation of so many turns of 250 tokens."""
    room.add_books()
    talk = room.add_conversation("", [room.books[place] for place in books])
    parent = None
    for _turn in range(turns):
        question = room.desk.conversations.add_question(Question(talk.id, LONG, talk.books, parent))
        begun = room.desk.conversations.begin_answer(question.id, "Scout")
        answer = msgspec.structs.replace(begun, text=LONG, ending=Ending.COMPLETE)
        room.desk.conversations.save_answer(answer)
        parent = answer.id
    room.engine.tokens = {}
    room.engine.info = msgspec.structs.replace(room.engine.info, context_tokens=context_tokens)
    room.desk.settings.save(msgspec.structs.replace(room.desk.settings.load(), max_answer_tokens=100))
    room.open()


def _dialog(room: Room) -> FitDialog:
    dialogs = [dialog for dialog in room.window.findChildren(FitDialog) if dialog.isVisible()]
    assert len(dialogs) == 1
    return dialogs[0]


def _choose(room: Room, kind: RemedyKind) -> Remedy:
    dialog = _dialog(room)
    button, way = next((button, way) for button, way in dialog.options if way.kind is kind)
    button.setChecked(True)
    dialog.accept()
    room.settle()
    return way


def _told(room: Room) -> list[str]:
    """Return what the engine was told of the conversation last, message by message."""
    return [message.text.partition("\n\n(")[0] for message in room.engine.prompts[-1].messages]


def test_the_oldest_turns_are_left_out_and_the_question_is_answered(room: Room) -> None:
    _grown(room, 4, 1_100)
    room.ask("And now?")
    assert not room.engine.prompts, "it does not fit"
    dialog = _dialog(room)
    assert [way.kind for _button, way in dialog.options][:2] == [RemedyKind.LARGER, RemedyKind.LEAVE_OUT]
    assert dialog.options[1][0].text() == "Leave out the oldest question and answer (250 tokens)"
    _choose(room, RemedyKind.LEAVE_OUT)
    assert room.answer().text == "A short answer [p. 1]."
    assert len(_told(room)) == 3 * 2 + 1
    assert [turn.is_read for turn in room.turns()] == [False, True, True, True, True]
    assert room.turns()[-1].answer_variants == 1, "the failed try is gone"
    assert room.turns()[-1].question_variants == 1
    assert room.window.talk.composer.text() == ""


def test_what_is_left_out_says_so_and_can_be_read_again(room: Room) -> None:
    _grown(room, 4, 1_100)
    answers = [turn.answer for turn in room.turns() if turn.answer]
    room.desk.conversations.leave_out([answers[0].id, answers[1].id], True)
    room.presenter.talk_area.conversation.open(room.shown().id)
    room.settle()
    view = room.window.talk.view
    view.go_to(room.turns()[0].question.id)
    room.settle()
    first = next(slot for slot in view._column.slots if slot.answer_id == answers[0].id).message
    assert first is not None
    assert first._faded
    assert "Left out: the model no longer reads this." in first.accessibleDescription()
    assert first.action_button.text() == "Include again from here"  # type: ignore[attr-defined]
    first.action_button.click()  # type: ignore[attr-defined]
    room.settle()
    assert [turn.is_read for turn in room.turns()] == [True] * 4
    again = next(slot for slot in view._column.slots if slot.answer_id == answers[0].id).message
    assert again is not None
    assert not again._faded


def test_it_goes_on_in_a_new_conversation_with_the_same_books(room: Room) -> None:
    _grown(room, 4, 30_000, LEASE)
    room.engine.tokens = {"Harbour Lease, consolidated": 28_900}
    before = room.shown().id
    room.ask("And now?")
    _choose(room, RemedyKind.NEW)
    shown = room.shown()
    assert shown.id != before
    assert [ref.book_id for ref in shown.books] == [room.books[LEASE].id]
    assert [turn.question.text for turn in room.turns()] == ["And now?"]
    assert room.answer().text == "A short answer [p. 1]."
    assert _told(room) == ["And now?"]
    assert room.window.talk.composer.text() == ""
    old = room.desk.conversations.turns(before)
    assert [turn.question.text for turn in old][-1] == "And now?"
    assert len(old) == 5, "nothing is lost"


def test_what_is_only_written_comes_along(room: Room) -> None:
    _grown(room, 4, 1_200)
    room.window.talk.composer.set_text("Half a thou")
    room.window.talk.spine.action.click()
    room.settle()
    _choose(room, RemedyKind.NEW)
    assert room.turns() == ()
    assert room.window.talk.composer.text() == "Half a thou"


def test_a_book_is_taken_off_and_the_question_asked_of_the_others(room: Room) -> None:
    _grown(room, 0, 3_000, LEASE, LETTERS)
    room.engine.tokens = {"Harbour Lease, consolidated": 28_900, "Side letters 2019–2024": 1_000}
    room.ask("And now?")
    dialog = _dialog(room)
    offered = [way.book.title for _button, way in dialog.options if way.book]
    assert set(offered) == {"Harbour Lease, consolidated"}, "less of the small one would not help"
    assert "28,900 tokens" in next(b.text() for b, way in dialog.options if way.kind is RemedyKind.TAKE_OFF)
    _choose(room, RemedyKind.TAKE_OFF)
    assert [ref.book_id for ref in room.shown().books] == [room.books[LETTERS].id]
    (turn,) = room.turns()
    assert turn.question.text == "And now?"
    assert turn.question_variants == 1
    assert [ref.book_id for ref in turn.question.books] == [room.books[LETTERS].id]
    assert room.answer().text == "A short answer [p. 1]."


def test_with_more_room_the_question_is_asked_at_once(room: Room) -> None:
    _grown(room, 4, 1_100)
    room.ask("And now?")
    room.engine.info = msgspec.structs.replace(room.engine.info, context_tokens=8_192)
    _choose(room, RemedyKind.LARGER)
    assert room.answer().text == "A short answer [p. 1]."
    assert len(_told(room)) == 9


def test_who_chooses_nothing_has_the_question_in_the_composer(qtbot: QtBot, room: Room) -> None:
    _grown(room, 4, 1_100)
    room.ask("And now?")
    qtbot.keyClick(_dialog(room), Qt.Key.Key_Escape)
    room.settle()
    assert room.window.talk.composer.text() == "And now?"
    assert room.last_answer().action_button.text() == "Make room…"
    room.last_answer().action_button.click()
    room.settle()
    qtbot.keyClick(_dialog(room), Qt.Key.Key_Escape)
    room.settle()
    room.engine.info = msgspec.structs.replace(room.engine.info, context_tokens=8_192)
    room.presenter.model_area.model.load_again()
    room.settle()
    room.ask("Now?")
    assert [turn.question.text for turn in room.turns()][-1] == "Now?"
    assert room.turns()[-1].question_variants == 1, "the one that never got an answer gave way"


def test_little_room_is_told_once_before_nothing_fits(room: Room) -> None:
    _grown(room, 3, 1_000)
    spine, notice = room.window.talk.spine, room.window.talk.notice
    assert spine.text().endswith("little room left")
    assert spine.action.text() == "Make room…"
    assert notice.text().startswith("Only 202 tokens are left")
    notice.hide()
    room.presenter.talk_area.context.measure()
    room.settle()
    assert not notice.isVisible(), "once is enough"
    spine.action.click()
    room.settle()
    assert _dialog(room).options[0][1].helps


def test_a_cut_answer_is_continued_in_its_place(room: Room) -> None:
    _grown(room, 1, 8_192)
    kept = room.answer()
    room.desk.conversations.save_answer(msgspec.structs.replace(kept, text="One half,", ending=Ending.LENGTH))
    room.presenter.talk_area.conversation.open(room.shown().id)
    room.settle()
    gate = Gate()
    room.engine.answers = [(Reading(10, 20, 0), gate, " the other half.")]
    message = room.last_answer()
    assert message.action_button.text() == "Continue"
    message.action_button.click()
    wait(gate.reached.is_set)
    wait(lambda: bool(room.last_answer().progress.text))
    assert room.last_answer().plain_text() == "One half,"
    gate.open()
    room.settle()
    assert room.answer().id == kept.id
    assert room.answer().text == "One half, the other half."
    assert room.last_answer().plain_text() == "One half, the other half."
    assert room.last_answer().action_button.isHidden()
    assert room.turns()[-1].answer_variants == 1
    assert room.engine.prompts[-1].messages[-1].text == "One half,"


def test_a_reading_that_was_stopped_is_gone_on_with(qtbot: QtBot, room: Room) -> None:
    gate = Gate()
    _grown(room, 0, 8_192)
    room.engine.answers = [(Reading(10, 20, 0), gate), ("Yes.",)]
    room.ask("Why?", settle=False)
    wait(gate.reached.is_set)
    qtbot.keyClick(room.window.talk.composer.editor, Qt.Key.Key_Escape)
    room.settle()
    before: Answer = room.answer()
    assert (before.text, before.ending) == ("", Ending.CANCELLED)
    assert room.last_answer().action_button.text() == "Resume"
    room.last_answer().action_button.click()
    room.settle()
    assert (room.answer().id, room.answer().text) == (before.id, "Yes.")


def test_the_next_question_takes_the_offer_away(room: Room) -> None:
    _grown(room, 1, 8_192)
    room.desk.conversations.save_answer(msgspec.structs.replace(room.answer(), ending=Ending.LENGTH))
    room.presenter.talk_area.conversation.open(room.shown().id)
    room.settle()
    message = room.last_answer()
    assert not message.action_button.isHidden()
    room.ask("And now?")
    assert message.action_button.isHidden()


def test_esc_stops_only_from_the_conversation(qtbot: QtBot, room: Room) -> None:
    gate = Gate()
    _grown(room, 1, 8_192, LEASE)
    room.engine.tokens = {"Harbour Lease, consolidated": 1_000}
    room.engine.answers = [("Partial", gate, " and the rest.")]
    room.presenter.places.pages.first.open_book(room.books[LEASE].id)
    room.settle()
    room.ask("Why?", settle=False)
    wait(gate.reached.is_set)
    page = room.window.page
    for elsewhere in (page.text, page.header.find_field, room.window.shelf.conversation_view, room.window.talk.chip):
        elsewhere.setFocus()
        qtbot.keyClick(elsewhere, Qt.Key.Key_Escape)
        assert room.presenter.talk_area.asking.busy
    page.header.find_field.setText("notice")
    page.text.setFocus()
    qtbot.keyClick(page.text, Qt.Key.Key_Escape)
    assert page.header.find_field.text() == "", "there it closes what is open"
    view = MiddlePanel(Icons(Theme()), "Leases")
    view.fill()
    view.closed.connect(room.presenter.places.navigation.close_view)
    room.window.add_view(view)
    room.window.show_view(view)
    view.close_button.setFocus()
    qtbot.keyClick(view.close_button, Qt.Key.Key_Escape)
    assert not room.window.shows(view)
    assert room.presenter.talk_area.asking.busy
    for once_more in (room.window.talk.composer.editor, room.window.talk.view):
        once_more.setFocus()
        qtbot.keyClick(once_more, Qt.Key.Key_Escape)
    room.seconds += 1
    gate.open()
    room.settle()
    assert room.answer().text == "Partial and the rest."

    room.engine.answers = [("Partial", second := Gate(), " never")]
    room.ask("Why?", settle=False)
    wait(second.reached.is_set)
    room.window.talk.view.setFocus()
    qtbot.keyClick(room.window.talk.view, Qt.Key.Key_Escape)
    room.settle()
    assert room.answer().ending is Ending.CANCELLED


def test_after_a_restart_what_did_not_fit_can_still_be_made_to(room: Room) -> None:
    _grown(room, 4, 1_100)
    room.ask("And now?")
    _dialog(room).reject()
    kept = room.shown().id
    room.presenter.talk_area.conversation.create(())
    room.settle()
    room.presenter.talk_area.conversation.open(kept)
    room.window.talk.composer.set_text("")
    room.settle()
    room.last_answer().action_button.click()
    room.settle()
    _choose(room, RemedyKind.LEAVE_OUT)
    assert room.answer().text == "A short answer [p. 1]."
    assert [turn.question.text for turn in room.turns()][-1] == "And now?"


def test_an_answer_for_which_there_is_no_room_gets_longer_once_there_is(room: Room) -> None:
    _grown(room, 4, 1_200)
    kept = room.answer()
    room.desk.conversations.save_answer(msgspec.structs.replace(kept, text="Half," * 8, ending=Ending.LENGTH))
    room.engine.info = msgspec.structs.replace(room.engine.info, context_tokens=1_020)
    room.presenter.model_area.model.load_again()
    room.presenter.talk_area.conversation.open(room.shown().id)
    room.settle()
    room.engine.answers = [(" and more.",)]
    room.last_answer().action_button.click()
    room.settle()
    assert not room.engine.prompts
    assert room.answer().text == "Half," * 8, "it is what it was"
    assert room.window.talk.composer.text() == "", "the question was answered"
    _choose(room, RemedyKind.LEAVE_OUT)
    assert (room.answer().id, room.answer().text) == (kept.id, "Half," * 8 + " and more.")


def test_esc_belongs_to_an_input_method_that_composes(qtbot: QtBot, room: Room) -> None:
    gate = Gate()
    _grown(room, 0, 8_192)
    room.engine.answers = [("Partial", gate, " and the rest.")]
    room.ask("Why?", settle=False)
    wait(gate.reached.is_set)
    editor = room.window.talk.composer.editor
    editor.setFocus()
    room.application.sendEvent(editor, QInputMethodEvent("かんじ", []))
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    room.application.sendEvent(editor, QInputMethodEvent("", []))
    gate.open()
    room.settle()
    assert room.answer().text == "Partial and the rest."


def test_books_that_do_not_fit_are_read_in_parts(room: Room) -> None:
    _grown(room, 0, 2_400, SURVEY)
    room.engine.tokens = {"Survey of the quay walls": 3_000}
    gate = Gate()
    room.engine.answers = [("Cracks [p. 3].",), (gate, "Rust [p. 30]."), ("Cracks [p. 3], rust [p. 30].",)]
    room.ask("List all damage.")
    button, _way = next(pair for pair in _dialog(room).options if pair[1].kind is RemedyKind.PARTS)
    button.setChecked(True)
    _dialog(room).accept()
    wait(lambda: "Part 2 of 2" in room.last_answer().progress.text)
    wait(gate.reached.is_set)
    gate.open()
    room.settle()
    (turn,) = room.turns()
    assert turn.question_variants == turn.answer_variants == 1
    answer = room.answer()
    assert (answer.text, [part.state for part in answer.parts]) == ("Cracks [p. 3], rust [p. 30].", ["read", "read"])
    assert parts_words(answer.parts) in room.sentences()[-1]


def test_an_answer_from_parts_that_was_stopped_goes_on_with_the_missing_parts(room: Room) -> None:
    _grown(room, 0, 2_400, SURVEY)
    room.engine.tokens = {"Survey of the quay walls": 3_000}
    room.engine.answers = [("Cracks.",), (Gate(), "Never."), ("Rust.",), ("Both.",)]
    room.ask("List all damage.")
    button, _way = next(pair for pair in _dialog(room).options if pair[1].kind is RemedyKind.PARTS)
    button.setChecked(True)
    _dialog(room).accept()
    wait(lambda: len(room.engine.prompts) == 2)
    room.presenter.talk_area.asking.stop()
    room.settle()
    stopped = room.answer()
    assert (stopped.ending, [part.state for part in stopped.parts]) == (Ending.CANCELLED, ["read", "unread"])
    room.presenter.talk_area.asking.go_on(stopped.id)
    room.settle()
    assert room.answer().text == "Both."
    assert len(room.engine.prompts) == 4


def test_books_that_do_not_fit_are_asked_by_what_matters_of_them(room: Room) -> None:
    """They leave the desk for what the conversation asks besides it; the question is planned, and shown first."""
    _grown(room, 0, 60_000, LEASE, LETTERS, SURVEY)
    room.ask("What of the dry dock?")
    _choose(room, RemedyKind.CHOOSE)
    assert room.shown().books == ()
    scope = room.shown().scope
    assert scope is not None
    assert set(scope.book_ids) == {room.books[place].id for place in (LEASE, LETTERS, SURVEY)}
    scoped = room.window.talk.composer.scope
    assert scoped.words.startswith("Will read ")
    assert scoped.words.endswith(return_words())
    assert room.window.talk.composer.text() == "What of the dry dock?"
    room.ask("What of the dry dock?")
    (turn,) = room.turns()
    assert turn.question.plan is not None
    assert any(words.startswith("From 3 documents: ") for words in room.sentences())


def test_the_words_of_each_choice_are_shown_whole(room: Room) -> None:
    book = BookSize("b", "貸借契約と付属合意書と港の規則をまとめた本", 192_216, (), 10)
    choices = Choices(400_000, 8_192, (book,), (), turns=2, turns_tokens=900)
    room.open()
    use_language("ja")
    try:
        dialog = FitDialog(choices, KvType.F16, asked=True, parent=room.window)
    finally:
        use_language("en")
    dialog.open()
    room.settle()
    for button, _way in dialog.options:
        assert button.width() >= button.sizeHint().width(), button.text()
        assert button.height() >= button.fontMetrics().lineSpacing() * len(button.text().splitlines())
    assert any("\n" in button.text() for button, _way in dialog.options)


def test_what_cannot_help_is_not_chosen_beforehand(room: Room) -> None:
    choices = Choices(400_000, 8_192, (), (), question_tokens=390_000, turns=2, turns_tokens=900)
    room.open()
    dialog = FitDialog(choices, KvType.F16, asked=True, parent=room.window)
    assert {way.kind for _button, way in dialog.options} == {RemedyKind.NEW, RemedyKind.MODEL}
    assert not any(button.isChecked() for button, _way in dialog.options)
    assert not dialog.action.isEnabled()
    dialog.options[1][0].setChecked(True)
    assert dialog.action.isEnabled()


def test_each_choice_says_how_long_the_model_reads_for_it_once_that_is_known(room: Room) -> None:
    book = BookSize("b", "Survey", 100_000, (), 10)
    measured = Choices(
        103_000,
        16_384,
        (book,),
        (ContextRoom(KvType.F16, 131_072),),
        question_tokens=100,
        reserve_tokens=1_000,
        excerpts_tokens=4_000,
        tokens_per_second=50.0,
    )
    room.open()
    told = _told_choices(room, measured)
    assert told[RemedyKind.LARGER].endswith(" · about 34 min")
    assert told[RemedyKind.PARTS] == "All pages, read in parts · about 33 min"
    assert told[RemedyKind.EXCERPTS] == "Only relevant excerpts · about 2 min"
    assert "about" not in told[RemedyKind.TAKE_OFF]
    unmeasured = msgspec.structs.replace(measured, tokens_per_second=0.0)
    assert not any(" · about " in words for words in _told_choices(room, unmeasured).values())


def _told_choices(room: Room, choices: Choices) -> dict[RemedyKind, str]:
    dialog = FitDialog(choices, KvType.F16, asked=True, parent=room.window)
    return {way.kind: " ".join(button.text().split("\n")) for button, way in dialog.options}

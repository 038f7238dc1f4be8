"""The switch that says in whose words answers are written: its forms and keys, and what goes into a question."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.core.conversations.conversation import MatterScope
from app.core.settings import AnswerWords
from app.services.asking.weighing import SentenceWeighing
from app.services.models import judgement
from app.store.judges import Judge, JudgedLanguage
from app.ui.chat.submission import AnswerWay
from app.ui.chat.writing.composer import Composer
from app.ui.chat.writing.words_switch import WordsSwitch
from app.ui.look.theme import LAMP, PAPER, Theme
from tests.ui.chat.talk import colours
from tests.ui.gate import Gate
from tests.ui.room import LEASE, Room, wait

Key = Qt.Key
_SAYS = "Whoever quits must write to the Harbour Office by registered post, since an e-mail does not count [p. 88]."
_WANTED = "Answer with whole sentences of the documents"


# ---- the switch


@pytest.fixture
def switch(composer: Composer) -> WordsSwitch:
    composer.words.show_choice(False)
    return composer.words


@pytest.fixture
def told(switch: WordsSwitch) -> list[bool]:
    """The choices of a person, in turn."""
    chosen: list[bool] = []
    switch.chosen.connect(chosen.append)
    return chosen


def _state(switch: WordsSwitch) -> tuple[bool, bool, bool]:
    return switch.freely.isChecked(), switch.verbatim.isChecked(), switch.folded.isChecked()


def test_it_is_there_only_where_there_is_something_to_choose(composer: Composer) -> None:
    assert composer.words.isHidden()
    composer.show_tools()
    assert composer.words.isHidden()
    composer.words.show_choice(True)
    assert composer.words.isVisible()
    assert _state(composer.words) == (False, True, True)
    composer.words.show_choice(None)
    assert composer.words.isHidden()


def test_a_click_chooses_and_a_second_one_says_nothing_new(switch: WordsSwitch, told: list[bool]) -> None:
    QTest.mouseClick(switch.verbatim, Qt.MouseButton.LeftButton)
    assert _state(switch) == (False, True, True)
    QTest.mouseClick(switch.verbatim, Qt.MouseButton.LeftButton)
    QTest.mouseClick(switch.freely, Qt.MouseButton.LeftButton)
    assert _state(switch) == (True, False, False)
    assert told == [True, False]


def test_what_is_shown_was_not_chosen(switch: WordsSwitch, told: list[bool]) -> None:
    switch.show_choice(True)
    switch.show_choice(False)
    assert (switch.is_verbatim, told) == (False, [])


def test_tab_comes_by_once_and_arrows_go_between_the_two(
    composer: Composer, switch: WordsSwitch, told: list[bool]
) -> None:
    composer.set_text("When?")
    composer.image_button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(composer.image_button, Key.Key_Tab)
    assert QApplication.focusWidget() is switch.freely
    QTest.keyClick(switch.freely, Key.Key_Right)
    assert QApplication.focusWidget() is switch.verbatim
    assert told == [True]
    QTest.keyClick(switch.verbatim, Key.Key_Left)
    assert (QApplication.focusWidget(), told) == (switch.freely, [True, False])
    QTest.keyClick(switch.freely, Key.Key_Tab)
    assert QApplication.focusWidget() is composer.send_button


def test_escape_in_it_is_that_of_the_composer(composer: Composer, switch: WordsSwitch) -> None:
    left: list[str] = []
    composer.left.connect(lambda: left.append("left"))
    QTest.keyClick(switch.freely, Key.Key_Escape)
    assert left == ["left"]


def test_a_click_leaves_the_cursor_in_the_field(composer: Composer, switch: WordsSwitch) -> None:
    QTest.mouseClick(switch.verbatim, Qt.MouseButton.LeftButton)
    assert QApplication.focusWidget() is composer.editor


def test_it_folds_into_one_button_and_then_into_a_sign(
    composer: Composer, switch: WordsSwitch, told: list[bool]
) -> None:
    composer.set_instructed(True)
    seen = []
    for width in (725, 520, 400):
        composer.resize(width, composer.height())
        seen.append((switch.freely.isVisible(), switch.verbatim.isVisible(), switch.folded.isVisible()))
        assert switch.geometry().right() < composer.send_button.x()
        assert switch.x() > composer.image_button.geometry().right()
    assert seen == [(True, True, False), (False, False, True), (False, False, True)]
    assert switch.width() == switch.height()
    QTest.mouseClick(switch.folded, Qt.MouseButton.LeftButton)
    QTest.keyClick(switch.folded, Key.Key_Return)
    QTest.keyClick(switch.folded, Key.Key_Space)
    assert told == [True, False, True]
    composer.resize(725, composer.height())
    assert _state(switch) == (False, True, True)


def test_where_there_is_no_room_at_all_it_covers_nothing(composer: Composer, switch: WordsSwitch) -> None:
    composer.set_instructed(True)
    composer.resize(400, composer.height())
    assert switch.isVisible()
    composer.set_busy(True)  # `Stop  Esc` is wider
    assert switch.isHidden()
    composer.set_busy(False)
    assert switch.isVisible()


def test_screen_readers_are_told_what_it_is(switch: WordsSwitch) -> None:
    found = QAccessible.queryAccessibleInterface(switch)
    assert (found.role(), found.text(QAccessible.Text.Name)) == (QAccessible.Role.Grouping, "How the answer is written")
    parts = [QAccessible.queryAccessibleInterface(part) for part in (switch.freely, switch.verbatim)]
    assert [part.role() for part in parts] == [QAccessible.Role.RadioButton] * 2
    assert [part.text(QAccessible.Text.Name) for part in parts] == ["Write freely", "In the documents’ words"]
    assert [bool(part.state().checked) for part in parts] == [True, False]
    folded = QAccessible.queryAccessibleInterface(switch.folded)
    assert folded.text(QAccessible.Text.Name) == "In the documents’ words"
    assert folded.state().checkable
    for part in (switch.freely, switch.verbatim, switch.folded):
        assert part.toolTip() == part.accessibleDescription() != ""


def test_what_is_on_has_the_accent_in_both_themes(theme: Theme, switch: WordsSwitch) -> None:
    switch.show_choice(True)
    for palette in (PAPER, LAMP):
        theme.use(palette)
        assert palette.accent.lower() in colours(switch.verbatim)
        assert palette.accent.lower() not in colours(switch.freely)


# ---- what goes into a question


def _open(room: Room, words: AnswerWords = AnswerWords.AUTOMATIC) -> WordsSwitch:
    room.desk.settings.change("answer_words", words)
    room.add_books()
    room.add_conversation("A", [room.books[LEASE]])
    room.open()
    return room.window.talk.composer.words


def _held(room: Room) -> list[bool]:
    """Whether each question of the shown conversation is answered in the documents' words."""
    return [turn.question.form.verbatim for turn in room.turns()]


def _trust(room: Room) -> None:
    """The model passed the test of sentences, so it chooses sentences as it writes."""
    sound = JudgedLanguage("en", 0.0, 0.0, 1.0, 1.0)
    judge = Judge(judgement.model_key(room.engine.info), judgement.VERSION, (sound,))
    room.desk.asking.weighing.judges.keep(judge)


def test_what_is_chosen_is_kept_and_goes_into_the_next_question(room: Room) -> None:
    switch = _open(room)
    _trust(room)
    assert switch.isVisible()
    assert not switch.is_verbatim
    QTest.mouseClick(switch.verbatim, Qt.MouseButton.LeftButton)
    room.ask("When?")
    assert room.desk.settings.load().answer_words is AnswerWords.DOCUMENTS
    QTest.mouseClick(switch.freely, Qt.MouseButton.LeftButton)
    room.ask("And then?")
    assert room.desk.settings.load().answer_words is AnswerWords.FREE
    assert _held(room) == [True, False]
    assert [_WANTED in prompt.messages[-1].text for prompt in room.engine.prompts] == [True, False]


def test_a_question_that_is_asked_again_keeps_its_form_and_an_edited_one_takes_the_new(room: Room) -> None:
    switch = _open(room, AnswerWords.DOCUMENTS)
    room.ask("When?")
    switch.freely.click()
    room.settle()
    room.presenter.talk_area.asking.ask_last_again()
    room.settle()
    assert _held(room) == [True]
    room.presenter.talk_area.asking.edit_last()
    room.ask("When exactly?")
    assert _held(room) == [False]


def test_a_setting_that_is_changed_elsewhere_is_shown(room: Room) -> None:
    switch = _open(room)
    room.presenter.model_area.preferences.change("answer_words", AnswerWords.DOCUMENTS)
    room.settle()
    assert switch.is_verbatim
    room.presenter.model_area.preferences.change("answer_words", AnswerWords.AUTOMATIC)
    room.settle()
    assert not switch.is_verbatim


def test_a_model_that_failed_its_test_answers_in_the_documents_words_from_then_on(room: Room) -> None:
    room.engine.weighs, room.engine.weights = True, {"": 0.0}  # it is never sure
    room.engine.answers = [(_SAYS,)]
    switch = _open(room)
    room.ask("When?")
    room.settle()
    assert switch.is_verbatim
    room.ask("And then?")
    assert _held(room) == [False, True]
    assert room.desk.settings.load().answer_words is AnswerWords.AUTOMATIC, "nobody chose anything"


def test_a_question_that_waits_for_the_model_is_answered_as_that_model_needs_it(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SentenceWeighing, "may_judge", lambda _weighing: False)
    gate = Gate()
    room.engine.loads = [(gate,)]
    room.add_books()
    room.add_conversation("A", [room.books[LEASE]])
    room.choose_model()
    room.open(settle=False)
    wait(gate.reached.is_set)
    wait(lambda: bool(room.presenter.shown.books))
    room.window.talk.composer.set_text("When?")
    room.window.talk.composer.submit()
    assert room.presenter.talk_area.asking.holds
    assert room.window.talk.composer.words.isHidden()
    gate.open()
    room.settle()
    assert _held(room) == [True]
    assert room.window.talk.composer.words.is_verbatim


def test_without_books_there_is_nothing_to_choose(room: Room) -> None:
    room.desk.settings.change("answer_words", AnswerWords.DOCUMENTS)
    room.add_books()
    room.add_conversation("A")
    room.open()
    switch = room.window.talk.composer.words
    assert switch.isHidden()
    room.ask("Why?")
    assert _held(room) == [False]
    room.presenter.talk_area.asking.planning.ask_of(MatterScope())
    room.settle()
    assert switch.isVisible()
    room.presenter.talk_area.asking.planning.ask_of(None)
    room.presenter.shelf_area.shelf.toggle_desk(room.books[LEASE].id)
    room.settle()
    assert switch.isVisible()


def test_the_starter_and_a_server_cannot_be_held_to_it(room: Room, starter: Path) -> None:
    switch = _open(room, AnswerWords.DOCUMENTS)
    assert switch.isVisible()
    scout = room.engine.info
    elsewhere = {"path": "https://models.example.org", "host": "models.example.org"}
    for other in ({"path": str(starter)}, elsewhere):
        room.engine.info = msgspec.structs.replace(scout, vision=None, **other)
        room.presenter.model_area.model.load_again()
        room.settle()
        assert switch.isHidden()
    room.engine.info = scout
    room.presenter.model_area.model.load_again()
    room.settle()
    assert switch.isVisible()


def test_what_is_read_in_parts_is_written_freely(room: Room) -> None:
    _open(room, AnswerWords.DOCUMENTS)
    _trust(room)
    room.ask("When?")
    assert _WANTED in room.engine.prompts.pop().messages[-1].text
    room.presenter.talk_area.asking.ask_again(room.turns()[-1].question.id, AnswerWay.PARTS)
    room.settle()
    assert room.answer().parts
    assert room.answer().problem is None
    assert not any(_WANTED in message.text for prompt in room.engine.prompts for message in prompt.messages)

"""One engine for all who want it: each place of the window says who has it, who waits for it, and what came of it."""

from __future__ import annotations

from typing import NoReturn

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Loading, Opening, Reading, Thinking
from app.core.errors import AppError, Code, Problem
from app.core.settings import EngineSettings
from app.core.work import Cancel, Work
from app.services.models.plans import PlacedModel
from app.ui.kit.activity import EngineTask
from app.ui.widgets.model_chip import ChipDot
from app.wording.errors import sentence
from tests.ui.fakes import AsWished
from tests.ui.gate import Gate
from tests.ui.room import LEASE, Room, wait

_OTHER = "/models/other.gguf"
_REFUSED = Problem(Code.MODEL_UNREADABLE, {"path": "scout.gguf"})


def _open(room: Room, *books: int) -> None:
    room.add_books()
    room.add_conversation("A", [room.books[place] for place in books])
    room.open()


def test_another_model_waits_for_the_answer_and_the_chip_says_so(room: Room) -> None:
    answering, loading = Gate(), Gate()
    _open(room, LEASE)
    room.engine.answers = [("Twelve ", answering, "months.")]
    room.engine.loads = [(loading,)]
    chip = room.window.talk.chip
    room.ask("When?", settle=False)
    wait(answering.reached.is_set)
    room.presenter.model_area.model.load(_OTHER)
    assert chip.state.name == "Scout · Q4_K_M", "the model that writes is still this one"
    assert chip.state.detail == room.presenter.activity.wait_words(EngineTask.ANSWER)
    answering.open()
    wait(loading.reached.is_set)
    wait(lambda: chip.state.name == "Loading the model")
    loading.open()
    room.settle()
    assert chip.state.mark is ChipDot.READY
    assert room.answer().ending is Ending.COMPLETE
    assert room.engine.specs[-1].model_path == _OTHER


def test_of_two_models_chosen_one_after_the_other_the_first_says_nothing_any_more(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = Gate(), Gate()
    _open(room)
    place = AsWished.place

    def refuse_first(
        placer: AsWished, model_path: str, projector_path: str, wanted: EngineSettings, cancel: Cancel
    ) -> Work[Opening, PlacedModel]:
        if model_path != _OTHER:
            first.wait()
            raise AppError(Code.MODEL_OUT_OF_MEMORY, path=model_path, needed_bytes=70 * 10**9, free_bytes=41 * 10**9)
        return (yield from place(placer, model_path, projector_path, wanted, cancel))

    monkeypatch.setattr(AsWished, "place", refuse_first)
    room.engine.loads = [(second,)]
    room.presenter.model_area.model.load("/models/first.gguf")
    wait(first.reached.is_set)
    room.presenter.model_area.model.load(_OTHER)
    first.open()
    wait(second.reached.is_set)
    assert room.dot() is ChipDot.WORKING
    assert room.window.talk.notice.isHidden()
    second.open()
    room.settle()
    assert room.dot() is ChipDot.READY
    assert room.window.talk.notice.isHidden()


def test_a_model_that_is_refused_leaves_the_one_of_before_in_the_chip(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that does not fit is refused before anything is loaded."""
    _open(room)
    refusal = AppError(Code.MODEL_OUT_OF_MEMORY, path=_OTHER, needed_bytes=70 * 10**9, free_bytes=41 * 10**9)

    def refuse(*_asked: object) -> NoReturn:
        raise refusal

    monkeypatch.setattr(AsWished, "place", refuse)
    room.presenter.model_area.model.load(_OTHER)
    room.settle()
    assert room.window.talk.notice.text() == sentence(refusal.problem)
    chip = room.window.talk.chip
    assert (chip.state.mark, chip.state.name) == (ChipDot.READY, "Scout · Q4_K_M")
    assert room.desk.models.loaded() is not None


def test_the_model_that_a_question_loads_is_in_the_chip_after_a_load_had_failed(room: Room) -> None:
    room.add_books()
    room.add_conversation("A")
    room.engine.loads = [(_REFUSED,)]
    room.open()
    chip = room.window.talk.chip
    assert (chip.state.mark, chip.state.tooltip) == (ChipDot.DEAD, sentence(_REFUSED))
    room.engine.loads = [(Loading(0.5),)]
    room.ask("When?")
    assert room.answer().ending is Ending.COMPLETE
    assert (chip.state.mark, chip.state.name) == (ChipDot.READY, "Scout · Q4_K_M")


def test_a_load_that_fails_for_a_question_leaves_no_progress_in_the_chip(room: Room) -> None:
    _open(room)
    room.engine.die()
    room.engine.loads = [(Loading(0.5), _REFUSED), (_REFUSED,)]
    room.ask("When?")
    assert room.answer().problem == _REFUSED
    assert room.dot() is ChipDot.DEAD
    assert room.window.talk.chip.state.fraction is None


@pytest.mark.parametrize("late", [Thinking(), "Twelve "], ids=["thought", "text"])
def test_a_pause_that_comes_when_the_reading_has_just_ended_can_be_ended(
    qtbot: QtBot, room: Room, late: Thinking | str
) -> None:
    """The engine waits while it writes, too."""
    reading, writing = Gate(), Gate()
    room.engine.to_read = 231_480
    room.engine.answers = [(Reading(1_000, 231_480, 0), reading, late, writing, "months.")]
    _open(room, LEASE)
    action = room.window.talk.spine.action
    room.ask("When?", settle=False)
    wait(reading.reached.is_set)
    wait(lambda: action.text() == "Pause reading")
    qtbot.keyClick(room.window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    reading.open()
    wait(writing.reached.is_set)
    wait(lambda: not room.last_answer().progress.text.startswith("Paused · The model is reading"))
    assert action.text() == "Resume reading"
    assert action.isVisible()
    qtbot.keyClick(room.window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert room.engine.pauses == [True, False]
    writing.open()
    room.settle()
    assert room.answer().ending is Ending.COMPLETE


def test_nothing_is_read_ahead_while_a_model_loads(room: Room) -> None:
    gate = Gate()
    room.engine.to_read = 231_480
    _open(room, LEASE)
    action = room.window.talk.spine.action
    assert action.text() == "Prepare now"
    room.engine.loads = [(gate,)]
    room.presenter.model_area.model.load_again()
    wait(gate.reached.is_set)
    assert action.isHidden()
    gate.open()
    room.settle()
    assert action.isVisible()

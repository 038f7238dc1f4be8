"""The starter in the window: what a search chose says so, and once a conversation what can be done about it."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.conversations.events import Loading
from app.models.hub.catalogue import catalogue
from app.services.asking import search_answer
from app.services.models.plans import Hardware
from app.ui.chat.messages.notes import ModelLine
from app.ui.chat.text.chip import ChipButton
from app.ui.kit.activity import EngineTask
from app.ui.models.dialogs import OrderDialog
from tests.ui.gate import Gate
from tests.ui.room import LEASE, Room, wait

_WORDS = "Search result"
_ADVICE = "For written answers: get a model…"


def test_the_first_answer_says_all_of_it_and_the_next_ones_only_where_they_come_from(room: Room, starter: Path) -> None:
    room.engine.info = msgspec.structs.replace(room.engine.info, path=str(starter), vision=None)
    room.add_books()
    talk, other = room.add_conversation("A", [room.books[LEASE]]), room.add_conversation("B", days_ago=1)
    room.open()
    room.ask("When must the tenant give notice to end the Term?")
    assert room.answer().text.startswith(f"{search_answer.introduction()} “")
    assert room.sentences() == [_ADVICE]
    pages = " · ".join(f"p. {page}" for page in dict.fromkeys(cited.label for cited in room.answer().citations))
    assert room.last_answer().foot.describe() == f"Search result · {pages}"
    assert _WORDS in room.last_answer().accessibleDescription()
    assert room.window.talk.spine.isHidden(), "nothing is read, so nothing can be full"
    chips = room.last_answer().findChildren(ChipButton)
    assert chips
    assert not any("✓" in chip.text() for chip in chips)
    room.ask("Who is the president of France?")
    assert room.answer().text == search_answer.nothing_near()
    assert room.sentences() == [_ADVICE]
    assert room.last_answer().foot.describe() == _WORDS
    room.presenter.talk_area.conversation.open(other.id)
    room.settle()
    room.presenter.talk_area.conversation.open(talk.id)
    room.settle()
    assert room.sentences() == [_ADVICE]


def test_a_search_answers_while_the_starter_is_still_loaded(room: Room, starter: Path) -> None:
    room.engine.info = msgspec.structs.replace(room.engine.info, path=str(starter), vision=None)
    room.add_books()
    room.add_conversation("A", [room.books[LEASE]])
    loading = Gate()
    room.engine.loads = [(Loading(0.1), loading)]
    room.open(settle=False)
    wait(loading.reached.is_set)
    wait(lambda: bool(room.presenter.shown.books))
    room.ask("When must the tenant give notice to end the Term?", settle=False)
    wait(lambda: any(turn.answer is not None and turn.answer.is_whole for turn in room.turns()))
    assert room.answer().text.startswith(f"{search_answer.introduction()} “")
    assert room.presenter.activity.holder is EngineTask.LOADING
    loading.open()
    room.settle()
    room.ask("Who is the president of France?")
    assert room.answer().text == search_answer.nothing_near()


def test_a_question_without_documents_waits_for_the_starter(room: Room, starter: Path) -> None:
    room.engine.info = msgspec.structs.replace(room.engine.info, path=str(starter), vision=None)
    room.add_conversation("A")
    loading = Gate()
    room.engine.loads = [(Loading(0.1), loading)]
    room.open(settle=False)
    wait(loading.reached.is_set)
    room.ask("What is a mooring?", settle=False)
    assert room.presenter.talk_area.asking.holds
    loading.open()
    room.settle()
    assert room.engine.prompts


def test_a_search_result_and_the_chips_menu_lead_to_the_terms_of_the_recommended_model(
    room: Room, starter: Path, qtbot: QtBot
) -> None:
    words = "For written answers: get Qwen3 4B (2.5 GB)…"
    room.engine.info = msgspec.structs.replace(room.engine.info, path=str(starter), vision=None)
    room.fake.downloads.catalogue = tuple(o for o in catalogue().offers if o.untrusted_name == "Qwen3 4B")
    room.presenter.welcome.advice.hardware = Hardware((), 16)
    room.add_books()
    room.add_conversation("A", [room.books[LEASE]])
    room.open()
    room.ask("When must the tenant give notice to end the Term?")
    assert room.sentences() == [words]
    [line] = room.last_answer().findChildren(ModelLine)
    assert line in room.last_answer().stops()
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    room.settle()
    window = room.presenter.model_area.models.window
    assert window is not None
    [dialog] = [each for each in window.findChildren(OrderDialog) if each.isVisible()]
    assert "Qwen3 4B" in dialog.windowTitle()
    dialog.reject()
    chip = room.window.talk.chip
    chip.open_menu()
    assert chip.menu.actions()[0].text() == words
    chip.menu.actions()[0].trigger()
    chip.menu.close()
    room.settle()
    assert [each for each in window.findChildren(OrderDialog) if each.isVisible()]


def test_where_no_model_is_recommended_the_line_leads_to_all_models(room: Room, starter: Path, qtbot: QtBot) -> None:
    room.engine.info = msgspec.structs.replace(room.engine.info, path=str(starter), vision=None)
    room.add_books()
    room.add_conversation("A", [room.books[LEASE]])
    room.open()
    room.ask("When must the tenant give notice to end the Term?")
    [line] = room.last_answer().findChildren(ModelLine)
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton)
    room.settle()
    assert room.presenter.model_area.models.window is not None

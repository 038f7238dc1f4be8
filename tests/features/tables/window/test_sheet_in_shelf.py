"""A sheet that runs has a place in the shelf, whatever is shown in the middle."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import BookRef, Ending
from app.core.conversations.events import Reading
from app.features.tables.columns import columns_of
from app.features.tables.service import sheets_of
from app.features.tables.window.tables import TablesWindow
from app.ui.shelf.running import RunningCard
from tests.ui.fakes import Gate
from tests.ui.room import LEASE, Room, wait

_QUESTIONS = ("What about the dry dock?", "When must notice be given?")


@pytest.fixture
def running(room: Room) -> RunningCard:
    """At its second question, while the conversation is shown."""
    room.add_books()
    room.add_conversation("Talk", [room.books[LEASE]])
    room.open()
    card = room.feature(TablesWindow).card
    assert not card.isVisible()
    gate = Gate()
    room.engine.answers = [("Nothing.",), (Reading(100, 200, 90), gate, "Twelve months.")]
    room.feature(TablesWindow).open()
    room.feature(TablesWindow).sheets.start(_QUESTIONS, "Obligations")
    wait(gate.reached.is_set)
    room.presenter.places.navigation.close_view()
    wait(lambda: card.shown is not None and "Question 2" in card.shown.words)
    return card


def test_it_says_what_runs_and_how_far(running: RunningCard) -> None:
    assert running.isVisible()
    assert running.title.text() == "Obligations"
    assert running.words.text() == "Question 2 of 2"
    assert running.bar.value() == running.bar.maximum() / 2
    assert (running.accessibleName(), running.accessibleDescription()) == ("Obligations", running.words.text())


def test_a_click_opens_the_sheet(qtbot: QtBot, room: Room, running: RunningCard) -> None:
    qtbot.mouseClick(running, Qt.MouseButton.LeftButton)
    wait(lambda: room.feature(TablesWindow).is_shown and room.feature(TablesWindow).panel.shows_answers)
    assert running.isVisible(), "one place for what runs, wherever one looks"
    room.feature(TablesWindow).sheets.prepare()
    running.setFocus()
    qtbot.keyClick(running, Qt.Key.Key_Return)
    wait(lambda: room.feature(TablesWindow).panel.shows_answers)


def test_it_can_be_stopped_there(qtbot: QtBot, room: Room, running: RunningCard) -> None:
    qtbot.mouseClick(running.stop, Qt.MouseButton.LeftButton)
    room.settle()
    assert not running.isVisible()
    assert not room.feature(TablesWindow).sheets.running


@pytest.fixture
def interrupted(room: Room) -> RunningCard:
    """One question is answered, and Octavo ended during the second."""
    room.add_books()
    room.add_conversation("Talk", [room.books[LEASE]])
    kept, rows = room.desk.conversations, [(BookRef(room.books[LEASE].id),)]
    sheet = sheets_of(room.desk).create(columns_of(_QUESTIONS), rows, title="Obligations")
    answered, _open = (kept.begin_answer(cell.question.id, "Scout") for cell in sheet.cells)
    kept.save_answer(replace(answered, text="Nothing.", ending=Ending.COMPLETE))
    kept.close_open_answers()
    room.engine.answers = [("Twelve months.",)]
    room.open()
    return room.feature(TablesWindow).interrupted.card


def test_one_that_was_interrupted_stands_there_and_can_be_gone_on_with(
    qtbot: QtBot, room: Room, interrupted: RunningCard
) -> None:
    assert (interrupted.title.text(), interrupted.words.text()) == ("Obligations", "Interrupted: 1 of 2 answered")
    assert interrupted.isVisible()
    assert interrupted.pause.accessibleName() == "Go on"
    qtbot.mouseClick(interrupted.pause, Qt.MouseButton.LeftButton)
    room.settle()
    tables = room.feature(TablesWindow)
    assert (tables.is_shown, tables.panel.shows_answers) == (True, True)
    assert not interrupted.isVisible()
    assert len(room.engine.prompts) == 1, "what is left is asked, and nothing else"
    assert [entry.answered for entry in sheets_of(room.desk).all()] == [2]


def test_an_interrupted_one_is_opened_or_left_and_goes_with_its_sheet(
    qtbot: QtBot, room: Room, interrupted: RunningCard
) -> None:
    qtbot.mouseClick(interrupted, Qt.MouseButton.LeftButton)
    room.settle()
    tables = room.feature(TablesWindow)
    assert (tables.panel.shows_answers, tables.sheets.running, interrupted.isVisible()) == (True, False, True)
    (entry,) = sheets_of(room.desk).all()
    tables.panel.setup.delete_wanted.emit(entry.id)
    room.settle()
    assert not interrupted.isVisible()
    room.presenter.shelf_area.undoing.undo()
    room.settle()
    assert interrupted.isVisible()
    qtbot.mouseClick(interrupted.stop, Qt.MouseButton.LeftButton)
    room.settle()
    assert not interrupted.isVisible()
    assert len(sheets_of(room.desk).all()) == 1

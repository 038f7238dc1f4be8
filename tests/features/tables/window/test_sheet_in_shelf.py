"""A sheet that runs has a place in the shelf, whatever is shown in the middle."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.conversations.events import Reading
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

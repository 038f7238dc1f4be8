"""A sheet that runs has a place in the shelf, whatever is shown in the middle."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import BookRef, Ending
from app.core.conversations.events import Reading
from app.features.tables.columns import columns_of
from app.features.tables.service import sheets_of
from app.features.tables.window.tables import TablesWindow
from app.ui.shelf.running import RunningCard
from app.ui.shelf.tables import TablesGroup
from app.ui.widgets.dialogs import LineDialog
from tests.features.tables.window.new_table import ask
from tests.ui.gate import Gate
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
    room.settle()
    ask(room, _QUESTIONS, LEASE, title="Obligations")
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
def interrupted(room: Room) -> TablesGroup:
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
    return room.window.shelf.tables


def _row(group: TablesGroup) -> tuple[str, str, str]:
    (entry,) = group.kept.rows
    return entry.title, entry.words, entry.action


@pytest.mark.parametrize("by_key", [True, False])
def test_one_that_was_interrupted_stands_among_the_tables_and_is_resumed_there(
    qtbot: QtBot, room: Room, interrupted: TablesGroup, by_key: bool
) -> None:
    assert _row(interrupted) == ("Obligations", "interrupted, 1 of 2", "Resume")
    index, view = interrupted.kept.index(0), interrupted.view
    assert view.isVisible()
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Obligations, interrupted, 1 of 2"
    assert index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "Resume: Space"
    if by_key:
        view.setCurrentIndex(index)
        qtbot.keyClick(view, Qt.Key.Key_Space)
    else:
        corner = view.visualRect(index).bottomRight() - QPoint(20, 16)
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=corner)
    room.settle()
    tables = room.feature(TablesWindow)
    assert (tables.is_shown, tables.panel.shows_answers) == (True, True)
    assert _row(interrupted) == ("Obligations", "", "")
    assert len(room.engine.prompts) == 1, "what is left is asked, and nothing else"
    assert [entry.answered for entry in sheets_of(room.desk).all()] == [2]


def test_an_interrupted_one_is_opened_and_goes_with_its_sheet(
    qtbot: QtBot, room: Room, interrupted: TablesGroup
) -> None:
    title = interrupted.view.visualRect(interrupted.kept.index(0)).topLeft() + QPoint(50, 12)
    qtbot.mouseClick(interrupted.view.viewport(), Qt.MouseButton.LeftButton, pos=title)
    room.settle()
    tables = room.feature(TablesWindow)
    assert (tables.panel.shows_answers, tables.sheets.running) == (True, False)
    assert interrupted.view.isVisible()
    (entry,) = sheets_of(room.desk).all()
    tables.kept.delete_wanted.emit(entry.id)
    room.settle()
    assert not interrupted.view.isVisible()
    room.presenter.shelf_area.undoing.undo()
    room.settle()
    assert _row(interrupted) == ("Obligations", "interrupted, 1 of 2", "Resume")


def test_a_saved_table_is_called_otherwise(room: Room, interrupted: TablesGroup) -> None:
    (entry,) = sheets_of(room.desk).all()
    tables = room.feature(TablesWindow)
    tables.kept.open_wanted.emit(entry.id)
    room.settle()
    menu = tables.kept.menu_of(entry.id)
    assert [action.text() for action in menu.actions()] == ["Open", "Resume", "Rename", "", "Delete"]
    menu.actions()[2].trigger()
    dialog = room.window.findChild(LineDialog)
    assert dialog is not None
    dialog.line.setText("義務の一覧")
    dialog.accept()
    room.settle()
    assert _row(interrupted)[0] == "義務の一覧"
    assert tables.panel.title.text() == "義務の一覧"
    assert [entry.title for entry in sheets_of(room.desk).all()] == ["義務の一覧"]


def test_many_tables_take_no_more_than_their_part_of_the_shelf(room: Room) -> None:
    room.add_books()
    for number in range(12):
        sheets_of(room.desk).create(columns_of(_QUESTIONS), [(BookRef(room.books[LEASE].id),)], title=f"Table {number}")
    room.open(size=(1024, 700))
    group, books = room.window.shelf.tables, room.window.shelf.book_view
    assert group.kept.rowCount() == 12
    assert group.view.height() < group.view.sizeHint().height(), "it is scrolled"
    assert books.height() > group.view.height()

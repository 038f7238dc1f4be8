"""Grids in the window: asked row by row, corrected, commented, extended, paused and gone on with."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import BookRef, Citation
from app.core.conversations.values import AnswerForm, ValueKind
from app.core.errors import AppError, Code
from app.features.tables.cells import CellFinding
from app.features.tables.columns import columns_of
from app.features.tables.data import Sheet
from app.features.tables.service import sheets_of
from app.features.tables.store import SheetStore
from app.features.tables.window.cell_table import ShownCell
from app.features.tables.window.column_dialog import ColumnDialog
from app.features.tables.window.correction_dialog import CorrectionDialog
from app.features.tables.window.document_chooser import DocumentsDialog
from app.features.tables.window.grid_table import GridFilter
from app.features.tables.window.tables import TablesWindow
from app.ui.kit.commands import MenuEntry
from app.ui.widgets.dialogs import Confirmation, LineDialog
from app.ui.widgets.labels import PlainLabel
from app.wording.errors import sentence
from tests.features.tables.window.new_table import editor, tick, write
from tests.there import there
from tests.ui import shelf_of_books
from tests.ui.gate import Gate
from tests.ui.room import LEASE, LETTERS, RULES, SURVEY, Room, wait

_QUESTIONS = ("[date] End: When does the Term end?", "[text] What about the dry dock?")
_QUOTED = (f"Excluded\n“{shelf_of_books.QUOTE}” [p. 203]",)


@pytest.fixture
def grid(room: Room) -> Sheet:
    """Show a grid of two books, whose cells were not asked yet."""
    room.add_books()
    room.engine.answers = [("2031-03-31",), _QUOTED, ("Not in this document",)]
    room.add_conversation("Talk", [room.books[LEASE]])
    room.open()
    rows = [(BookRef(room.books[title].id),) for title in (LEASE, LETTERS)]
    made = sheets_of(room.desk).create(columns_of(_QUESTIONS), rows, title="Leases")
    room.feature(TablesWindow).open()
    room.settle()
    room.feature(TablesWindow).sheets.open(made.id)
    room.settle()
    return made


def value(room: Room, row: int, column: int) -> ShownCell:
    found = room.feature(TablesWindow).panel.grid_table.cell_at(
        room.feature(TablesWindow).panel.grid_table.index(row, column)
    )
    assert found is not None
    return found


def findings(room: Room) -> list[CellFinding]:
    table = room.feature(TablesWindow).panel.grid_table
    return [value(room, row, column).read.finding for row in range(table.rowCount()) for column in range(2)]


def opened(room: Room) -> int:
    page = room.presenter.shown.page
    return page.number if page is not None else 0


def dialog(room: Room, kind: type[QDialog]) -> QDialog:
    found = room.window.findChildren(kind)
    assert len(found) == 1
    return found[0]


def test_a_grid_is_asked_row_by_row_and_says_how_far_it_is(qtbot: QtBot, room: Room, grid: Sheet) -> None:
    panel, gate = room.feature(TablesWindow).panel, Gate()
    assert room.feature(TablesWindow).panel.shows_grid
    assert panel.status.text() == "0 of 4 cells"
    room.engine.answers = [("2031-03-31",), _QUOTED, (gate, "Not in this document")]
    qtbot.mouseClick(panel.go_on, Qt.MouseButton.LeftButton)
    wait(gate.reached.is_set)
    wait(lambda: value(room, 1, 0).is_running)
    assert panel.status.text().startswith("2 of 4 cells · about")
    assert panel.stop.isVisible()
    assert not panel.question.isEnabled()
    gate.open()
    room.settle()
    assert findings(room) == [*(CellFinding.NOTHING, CellFinding.COMPARE), *(CellFinding.ABSENT, CellFinding.ABSENT)]
    assert panel.counts.accessibleName() == "1 to compare · 1 not found · 2 not in the document"
    assert not panel.go_on.isVisible()
    assert grid.id == sheets_of(room.desk).all()[0].id


def test_a_click_opens_the_page_with_its_words(qtbot: QtBot, room: Room, grid: Sheet) -> None:
    room.feature(TablesWindow).sheets.go_on()
    room.settle()
    view = room.feature(TablesWindow).panel.grid_view
    cell = view.visualRect(room.feature(TablesWindow).panel.grid_table.index(0, 1))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=cell.center())
    room.settle()
    assert opened(room) == 203
    tip = view._tip(value(room, 0, 1))
    assert tip.startswith("compare\np. 203 of Harbour Lease")
    assert shelf_of_books.QUOTE in tip
    del grid


def test_it_is_paused_and_only_the_rest_is_asked(qtbot: QtBot, room: Room, grid: Sheet) -> None:
    panel, gate = room.feature(TablesWindow).panel, Gate()
    room.engine.answers = [("2031-03-31",), (gate, "no more")]
    room.feature(TablesWindow).sheets.go_on()
    wait(gate.reached.is_set)
    qtbot.mouseClick(panel.stop, Qt.MouseButton.LeftButton)
    room.settle()
    assert findings(room)[:2] == [CellFinding.NOTHING, CellFinding.STOPPED]
    asked = len(room.engine.prompts)
    room.engine.answers = [("Not in this document",)]
    qtbot.mouseClick(panel.go_on, Qt.MouseButton.LeftButton)
    room.settle()
    assert len(room.engine.prompts) == asked + 3
    assert findings(room)[0] is CellFinding.NOTHING
    del grid


def test_a_person_corrects_comments_and_asks_again(room: Room, grid: Sheet) -> None:
    view = room.feature(TablesWindow).panel.grid_view
    room.feature(TablesWindow).sheets.go_on()
    room.settle()
    view.correction_wanted.emit(value(room, 0, 0))
    correction = dialog(room, CorrectionDialog)
    assert isinstance(correction, CorrectionDialog)
    assert (correction.line.text(), correction.read_as.text()) == ("2031-03-31", "31 Mar 2031")
    assert correction.read_as.property("role") == "small"
    for typed, said in (
        ("in spring", "Not a date, so it will be kept as text. Write a date like 30 December 2028."),
        ("3/4/2031", "3 Apr 2031 or 4 Mar 2031? Write the month as a word. As it is, it will be kept as text."),
    ):
        correction.line.setText(typed)
        assert correction.read_as.text() == said
        assert correction.line.accessibleDescription() == said
        assert correction.read_as.property("role") == "failure-small", "told in red"
        assert correction.height() >= there(correction.layout()).totalHeightForWidth(correction.width()), (
            "nothing is cut off"
        )
    correction.line.setText("1.5.2030")
    assert correction.read_as.text() == "1 May 2030"
    assert correction.read_as.property("role") == "small"
    correction.accept()
    room.settle()
    shown = value(room, 0, 0)
    assert (shown.read.finding, shown.words, shown.read.answered.text) == (
        *(CellFinding.CORRECTED, "1 May 2030"), "2031-03-31",
    )  # fmt: skip
    assert (shown.place, shown.read.citation) == ("", None), "no mark is left of the answer's"
    view.comment_wanted.emit(shown)
    (comment,) = (each for each in room.window.findChildren(LineDialog) if each.isVisible())
    comment.line.setText("Side letter")
    comment.accept()
    room.settle()
    assert value(room, 0, 0).read.cell.comment == "Side letter"
    room.engine.answers = [_QUOTED]
    view.again_wanted.emit(value(room, 1, 1))
    room.settle()
    assert value(room, 1, 1).words == "Excluded"
    assert findings(room)[0] is CellFinding.CORRECTED
    del grid


def test_a_question_and_a_document_are_added_and_they_alone_are_asked(qtbot: QtBot, room: Room, grid: Sheet) -> None:
    panel = room.feature(TablesWindow).panel
    room.feature(TablesWindow).sheets.go_on()
    room.settle()
    qtbot.mouseClick(panel.question, Qt.MouseButton.LeftButton)
    written = dialog(room, ColumnDialog)
    assert isinstance(written, ColumnDialog)
    assert "Each document is asked separately." in [label.text() for label in written.findChildren(PlainLabel)]
    assert not written.action.isEnabled()
    written.question.setPlainText("Who insures?")
    written.kind.set_value(ValueKind.CHOICE.value)
    written.kind.chosen.emit(ValueKind.CHOICE.value)
    assert not written.action.isEnabled(), "there is nothing to choose from"
    written.choices.setText("tenant, landlord")
    written.accept()
    room.settle()
    assert panel.status.text() == "4 of 6 cells"
    qtbot.mouseClick(panel.documents, Qt.MouseButton.LeftButton)
    room.settle()
    chosen = dialog(room, DocumentsDialog)
    assert isinstance(chosen, DocumentsDialog)
    offered = [book for _item, book in chosen.chooser.tree.documents()]
    assert all("Harbour" not in book.title for book in offered)
    assert not chosen.action.isEnabled()
    chosen.chooser.choose([BookRef(offered[0].id)])
    chosen.accept()
    room.settle()
    assert panel.status.text() == "4 of 9 cells"
    asked = len(room.engine.prompts)
    room.engine.answers = [("Not in this document",)]
    qtbot.mouseClick(panel.go_on, Qt.MouseButton.LeftButton)
    room.settle()
    assert len(room.engine.prompts) == asked + 5
    kept = sheets_of(room.desk).get(grid.id)
    assert kept is not None
    assert kept.finished
    assert kept.columns[2].form == AnswerForm(ValueKind.CHOICE, ("tenant", "landlord"))


def test_a_question_is_removed_after_a_question(room: Room, grid: Sheet) -> None:
    view = room.feature(TablesWindow).panel.grid_view
    view.column_unwanted.emit(1)
    dialog(room, Confirmation).accept()
    room.settle()
    assert [column.number for column in room.feature(TablesWindow).panel.grid_table.columns] == [2]
    view.row_unwanted.emit(1)
    (confirmation,) = (each for each in room.window.findChildren(Confirmation) if each.isVisible())
    confirmation.accept()
    room.settle()
    assert room.feature(TablesWindow).panel.grid_table.rowCount() == 1
    del grid


def test_a_removed_document_takes_its_row_along(room: Room, grid: Sheet) -> None:
    table = room.feature(TablesWindow).panel.grid_table
    room.window.shelf.book_remove_wanted.emit(room.books[LETTERS].id)
    room.settle()
    assert (table.rowCount(), room.feature(TablesWindow).panel.shows_grid) == (1, True)
    room.window.shelf.book_remove_wanted.emit(room.books[LEASE].id)
    room.settle()
    assert not room.feature(TablesWindow).panel.shows_answers
    del grid


def test_a_head_is_clicked_to_sort_and_a_filter_hides_the_others(qtbot: QtBot, room: Room, grid: Sheet) -> None:
    room.feature(TablesWindow).sheets.go_on()
    room.settle()
    panel, table = room.feature(TablesWindow).panel, room.feature(TablesWindow).panel.grid_table
    for descending in (False, True):
        panel.grid_view.sort_by(0)
        assert (table.arrangement.column, table.arrangement.descending) == (1, descending)
    panel.grid_view.sort_by(0)
    assert table.arrangement.column == 0
    (action,) = (each for each in panel.filter._menu.actions() if each.data() == GridFilter.ABSENT)
    action.trigger()
    assert table.rowCount() == 1
    assert panel.filter.isChecked()
    qtbot.keyClicks(panel.search, "nowhere")
    assert table.rowCount() == 0
    assert panel.nothing.isVisible()
    del grid


def test_the_keyboard_reaches_all_of_it(qtbot: QtBot, room: Room, grid: Sheet) -> None:
    room.feature(TablesWindow).sheets.go_on()
    room.settle()
    view = room.feature(TablesWindow).panel.grid_view
    view.setFocus()
    view.setCurrentIndex(QModelIndex())
    view.clearFocus()
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    room.settle()
    assert opened(room) == 203
    names = [action.text() for action in view.menu_of(value(room, 0, 1)).actions() if action.text()]
    assert names[:5] == ["Open the page", "Correct…", "Comment…", "Ask again", "Copy the answer"]
    del grid


def test_f2_corrects_the_cell_and_renames_no_conversation(qtbot: QtBot, room: Room, grid: Sheet) -> None:
    room.feature(TablesWindow).sheets.go_on()
    room.settle()
    view = room.feature(TablesWindow).panel.grid_view
    cell = view.visualRect(room.feature(TablesWindow).panel.grid_table.index(0, 1))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=cell.center())
    room.settle()
    qtbot.keyClick(view, Qt.Key.Key_F2)
    room.settle()
    assert room.feature(TablesWindow).is_shown
    assert room.feature(TablesWindow).panel.shows_grid
    correction = dialog(room, CorrectionDialog)
    assert isinstance(correction, CorrectionDialog)
    assert correction.line.text() == "Excluded"
    correction.reject()
    del grid


def test_a_value_that_cannot_be_kept_stays_in_its_dialog(
    room: Room, grid: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.feature(TablesWindow).sheets.go_on()
    room.settle()
    full = AppError(Code.DISK_FULL, path="/home/me/octavo.db")

    def refuse(*_arguments: object, **_options: object) -> None:
        raise full

    monkeypatch.setattr(SheetStore, "correct", refuse)
    room.feature(TablesWindow).panel.grid_view.correction_wanted.emit(value(room, 0, 1))
    correction = dialog(room, CorrectionDialog)
    assert isinstance(correction, CorrectionDialog)
    correction.line.setText("Included")
    correction.accept()
    room.settle()
    assert correction.isVisible()
    assert (correction.problem.text(), correction.line.text()) == (sentence(full.problem), "Included")
    monkeypatch.undo()
    correction.accept()
    room.settle()
    assert value(room, 0, 1).words == "Included"
    del grid


def test_what_others_can_do_with_a_cell_is_in_its_menu(
    room: Room, grid: Sheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, Citation | None, str]] = []

    def offer(_feature: TablesWindow, words: str, citation: Citation | None, question_id: str) -> tuple[MenuEntry, ...]:
        given = (words, citation, question_id)
        asked.append(given)
        return (MenuEntry("Remember", lambda: asked.append(given), can=bool(words)),)

    monkeypatch.setattr(TablesWindow, "words_menu", offer)
    room.feature(TablesWindow).sheets.go_on()
    room.settle()
    view, shown = room.feature(TablesWindow).panel.grid_view, value(room, 0, 1)
    action = next(action for action in view.menu_of(shown).actions() if action.text() == "Remember")
    cell = (f"{shown.column.title}: {shown.words}", shown.read.citation, shown.read.cell.question.id)
    assert (asked, action.isEnabled()) == ([cell], True)
    action.trigger()
    assert asked == [cell, cell]
    del grid


def test_a_template_and_chosen_documents_make_a_grid(room: Room, tmp_path: Path) -> None:
    room.add_books()
    room.engine.answers = [("Not in this document",)]
    room.open()
    room.feature(TablesWindow).open()
    room.settle()
    editor(room).template_chosen.emit("invoices")
    room.settle()
    assert editor(room).each.isChecked()
    tick(room, LETTERS)
    assert editor(room).start.text() == "Ask 10 cells"
    editor(room).start.click()
    room.settle()
    assert room.feature(TablesWindow).panel.shows_grid
    table = room.feature(TablesWindow).panel.grid_table
    assert (table.rowCount(), len(table.columns)) == (1, 10)
    assert set(findings(room)) == {CellFinding.ABSENT}
    path = tmp_path / "invoices.csv"
    room.feature(TablesWindow).sheets.write(sheets_of(room.desk).all()[0].id, str(path))
    room.settle()
    assert len(list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))) == 2


def test_the_chosen_documents_stay_until_the_table_is_made_or_they_are_removed(room: Room) -> None:
    room.add_books()
    room.engine.answers = [("Not in this document",)]
    room.add_conversation("Other", [room.books[SURVEY]], days_ago=1)
    room.add_conversation("Talk", [room.books[LEASE]])
    room.open()
    tables = room.feature(TablesWindow)
    tables.open()
    room.settle()
    tick(room, LETTERS, SURVEY, RULES)
    for conversation in room.desk.conversations.all():
        room.presenter.places.navigation.close_view()
        room.presenter.places.navigation.open_conversation(conversation.id)
        room.settle()
        tables.open()
        room.settle()
    chosen = editor(room).documents
    assert {ref.book_id for ref in chosen.chosen} == {room.books[title].id for title in (LETTERS, SURVEY, RULES)}
    room.window.shelf.book_remove_wanted.emit(room.books[RULES].id)
    room.settle()
    assert {ref.book_id for ref in chosen.chosen} == {room.books[title].id for title in (LETTERS, SURVEY)}
    write(room, "What about the dry dock?")
    editor(room).start.click()
    room.settle()
    assert tables.panel.grid_table.rowCount() == 2
    assert not chosen.chosen, "the next table begins with none"

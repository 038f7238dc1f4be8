"""A question sheet from its questions to its table: asked one by one, stopped, gone on with, kept, exported."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.core.conversations.cell import CellBegun, CellState
from app.core.conversations.events import Reading
from app.core.errors import Code, Problem
from app.features.tables.service import sheets_of
from app.features.tables.window.cell_table import ShownCell
from app.features.tables.window.list_cells import answer_html
from app.features.tables.window.list_table import ListColumn, ListTable
from app.features.tables.window.tables import TablesWindow
from app.ui.look.theme import PAPER
from app.ui.palette.palette_dialog import PaletteDialog
from app.wording.errors import sentence
from app.wording.i18n import use_language
from tests.features.tables.window.new_table import asked, editor, open_editor, tick, write
from tests.ui import shelf_of_books
from tests.ui.gate import Gate
from tests.ui.room import LEASE, LETTERS, Room, wait

_QUESTIONS = ("What about the dry dock?", "When must notice be given?", "Who insures?")
_QUOTED = f"“{shelf_of_books.QUOTE}” [p. 203]."
_KILLED = Problem(Code.ENGINE_CRASHED, {"signal": 9})


def _table(room: Room) -> ListTable:
    table = room.feature(TablesWindow).panel.list_view.model()
    assert isinstance(table, ListTable)
    return table


def _rows(room: Room) -> list[ShownCell]:
    return list(_table(room).cells())


def _states(room: Room) -> list[CellState]:
    return [row.state for row in _rows(room)]


def _start(qtbot: QtBot, room: Room, *questions: str) -> None:
    """Type the questions, tick the documents on the desk, and start, as a person does."""
    setup = editor(room)
    setup.together.click()
    for question in questions or _QUESTIONS:
        field = room.window.focusWidget() if asked(room) else setup.questions.views[0].question
        assert field is not None
        qtbot.keyClicks(field, question)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.mouseClick(setup.documents.desk, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(setup.start, Qt.MouseButton.LeftButton)


def _click_chip(qtbot: QtBot, room: Room, row: int) -> None:
    view = room.feature(TablesWindow).panel.list_view
    cell = view.visualRect(_table(room).index(row, ListColumn.PAGES))
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=cell.topLeft() + QPoint(24, 20))


def test_questions_are_typed_counted_and_asked_one_by_one(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE)
    assert not editor(room).start.isEnabled()
    assert editor(room).count.text() == "Write at least one question."
    gate = Gate()
    room.engine.answers = [(_QUOTED,), (Reading(100, 200, 90), gate, "Twelve ", "months [p. 87]."), ("Nobody.",)]
    _start(qtbot, room)
    wait(gate.reached.is_set)
    wait(lambda: CellState.ANSWERED in _states(room))
    wait(lambda: "reading" in _rows(room)[1].progress)
    assert _states(room) == [CellState.ANSWERED, CellState.ANSWERING, CellState.WAITING]
    assert [row.state_words[0] for row in _rows(room)] == ["●", "◐", "○"], "a sign beside the colour"
    spoken = _table(room).index(0, ListColumn.QUESTION).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken.startswith(f"1. {_QUESTIONS[0]} answered"), "no sign is spoken, and the question ends once"
    assert room.feature(TablesWindow).panel.status.text().startswith("Question 2 of 3")
    assert room.feature(TablesWindow).panel.stop.isVisible()
    assert not room.feature(TablesWindow).panel.go_on.isVisible()
    gate.open()
    room.settle()
    assert _states(room) == [CellState.ANSWERED] * 3
    assert [row.text for row in _rows(room)][:2] == [_QUOTED, "Twelve months [p. 87]."]
    asked = zip(room.engine.prompts, _QUESTIONS, strict=True)
    assert all(prompt.said == (question,) for prompt, question in asked)
    assert all(len(prompt.messages) == 1 for prompt in room.engine.prompts)
    assert {name.partition("_")[0] for name in room.engine.threads} == {"bridge-engine", "cell"}
    assert room.feature(TablesWindow).panel.status.text() == "3 of 3 answered"
    assert not room.feature(TablesWindow).panel.stop.isVisible()
    assert not room.feature(TablesWindow).panel.go_on.isVisible()


def test_all_questions_that_a_server_answers_side_by_side_say_so(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE)
    gate = Gate()
    room.engine.answers = [(gate, "One."), ("Two.",), ("Three.",)]
    _start(qtbot, room)
    wait(gate.reached.is_set)
    wait(lambda: CellState.ANSWERING in _states(room))
    begun = CellBegun(2, 3, _rows(room)[1].cell.question.id)
    room.feature(TablesWindow).sheets.run._on_event(begun)
    assert _states(room) == [CellState.ANSWERING, CellState.ANSWERING, CellState.WAITING]
    assert room.feature(TablesWindow).panel.status.text().startswith("Question 1 of 3 · 2 at the same time")
    gate.open()
    room.settle()
    assert _states(room) == [CellState.ANSWERED] * 3


def test_a_click_on_a_chip_or_on_a_mark_opens_the_page(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE)
    room.engine.answers = [(_QUOTED,)]
    _start(qtbot, room, _QUESTIONS[0])
    room.settle()
    (row,) = _rows(room)
    assert [chip.label for chip in row.chips] == ["p. 203 · compare"]
    _click_chip(qtbot, room, 0)
    room.settle()
    assert room.presenter.shown.place == (room.books[LEASE].id, 203)
    room.presenter.places.pages.first.open_page(room.books[LEASE].id, 1)
    room.settle()
    view = room.feature(TablesWindow).panel.list_view
    view.setFocus()
    view.selectRow(0)
    menu = view.menu_of(row)
    menu.actions()[0].trigger()
    room.settle()
    assert room.presenter.shown.place == (room.books[LEASE].id, 203)
    menu.close()


def test_return_opens_the_menu_of_a_row(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE)
    room.engine.answers = [(_QUOTED,)]
    _start(qtbot, room, _QUESTIONS[0])
    room.settle()
    view = room.feature(TablesWindow).panel.list_view
    view.selectRow(0)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    menu = room.application.activePopupWidget()
    assert menu is not None
    names = [action.text() for action in menu.actions() if action.text()]
    assert names[:2] == ["p. 203 · compare", "Copy the answer"]
    next(action for action in menu.actions() if action.text() == "Copy the answer").trigger()
    assert room.application.clipboard().text() == _QUOTED
    menu.close()


def test_a_question_that_fails_says_why_and_go_on_asks_it_again(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE)
    room.engine.answers = [("One.",), ("Two, half", _KILLED), ("Three.",)]
    _start(qtbot, room)
    room.settle()
    assert _states(room) == [CellState.ANSWERED, CellState.FAILED, CellState.ANSWERED]
    assert _rows(room)[1].text == "Two, half"
    assert _rows(room)[1].progress == sentence(_KILLED)
    room.engine.answers = [("Two, whole.",)]
    qtbot.mouseClick(room.feature(TablesWindow).panel.go_on, Qt.MouseButton.LeftButton)
    room.settle()
    assert [row.text for row in _rows(room)] == ["One.", "Two, whole.", "Three."]
    assert not room.feature(TablesWindow).panel.go_on.isVisible()


@pytest.mark.parametrize("by_key", [True, False])
def test_stop_keeps_what_was_answered(qtbot: QtBot, room: Room, by_key: bool) -> None:
    open_editor(room, LEASE)
    gate = Gate()
    room.engine.answers = [("One.",), ("Two, half", gate, "never"), ("Three.",)]
    _start(qtbot, room)
    wait(gate.reached.is_set)
    wait(lambda: room.feature(TablesWindow).panel.stop.isVisible())
    if by_key:
        room.presenter.commands.actions["Stop"].trigger()
    else:
        qtbot.mouseClick(room.feature(TablesWindow).panel.stop, Qt.MouseButton.LeftButton)
    room.settle()
    assert _states(room) == [CellState.ANSWERED, CellState.STOPPED, CellState.WAITING]
    assert _rows(room)[1].text == "Two, half"
    assert room.feature(TablesWindow).panel.go_on.isVisible()


def test_f2_in_a_list_of_answers_renames_no_conversation(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE)
    room.engine.answers = [("One.",), ("Two.",), ("Three.",)]
    _start(qtbot, room)
    room.settle()
    panel = room.feature(TablesWindow).panel
    for inside in (panel.list_view, panel.close_button):
        inside.setFocus()
        qtbot.keyClick(inside, Qt.Key.Key_F2)
        room.settle()
        assert room.feature(TablesWindow).is_shown


def test_while_a_sheet_is_asked_a_question_is_refused_and_stays_written(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE)
    gate = Gate()
    room.engine.answers = [(gate, "One."), ("Two.",), ("Three.",), ("At last.",)]
    _start(qtbot, room)
    wait(gate.reached.is_set)
    room.presenter.places.navigation.focus_composer()
    composer = room.window.talk.composer
    qtbot.keyClicks(composer.editor, "And I?")
    qtbot.keyClick(composer.editor, Qt.Key.Key_Return)
    assert "questions of a table are being answered" in room.window.talk.notice.text()
    assert composer.text() == "And I?"
    assert room.turns() == ()
    gate.open()
    room.settle()
    qtbot.keyClick(composer.editor, Qt.Key.Key_Return)
    room.settle()
    assert room.answer().text == "At last."


def test_while_an_answer_is_written_no_sheet_is_asked(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE)
    gate = Gate()
    room.engine.answers = [(gate, "Yes."), ("One.",)]
    write(room, _QUESTIONS[0])
    tick(room, LEASE)
    room.ask("Well?", settle=False)
    wait(gate.reached.is_set)
    assert not editor(room).start.isEnabled()
    assert "Another question is being answered" in editor(room).count.text()
    gate.open()
    room.settle()
    assert editor(room).start.isEnabled()


def test_a_sheet_is_kept_and_opened_again_in_the_middle_of_its_running(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE, LETTERS)
    gate = Gate()
    room.engine.answers = [("One.",), ("Two, ", gate, "whole."), ("Three.",)]
    _start(qtbot, room)
    wait(gate.reached.is_set)
    qtbot.mouseClick(room.feature(TablesWindow).panel.close_button, Qt.MouseButton.LeftButton)
    assert not room.feature(TablesWindow).is_shown
    room.feature(TablesWindow).sheets.prepare()
    view, kept = room.window.shelf.tables.view, room.window.shelf.tables.kept
    wait(lambda: [entry.title for entry in kept.rows] == [_QUESTIONS[0]])
    view.setFocus()
    view.setCurrentIndex(kept.index(0))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    wait(lambda: room.feature(TablesWindow).panel.shows_answers)
    wait(lambda: _rows(room)[1].text == "Two, ")
    assert _states(room) == [CellState.ANSWERED, CellState.ANSWERING, CellState.WAITING]
    gate.open()
    room.settle()
    assert [row.text for row in _rows(room)] == ["One.", "Two, whole.", "Three."]


def test_a_template_fills_the_questions_and_names_the_sheet(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE)
    setup = editor(room)
    tick(room, LEASE)
    actions = {action.text(): action for action in setup.template.menu_of_values.actions()}
    assert len(actions) == 11
    actions["Glossary"].trigger()
    room.settle()
    assert len(asked(room)) == 6
    assert (setup.count.text(), setup.start.text()) == ("6 questions · 1 document", "Ask 6 questions")
    assert setup.name.text() == "Glossary"
    qtbot.mouseClick(setup.start, Qt.MouseButton.LeftButton)
    room.settle()
    assert room.feature(TablesWindow).panel.title.text() == "Glossary"
    assert len(_rows(room)) == 6


def test_questions_come_from_a_file_and_a_wrong_one_is_told(room: Room, tmp_path: Path) -> None:
    open_editor(room, LEASE)
    listed = tmp_path / "questions.txt"
    listed.write_text("# mine\nWhy?\n\nHow?\n", encoding="utf-8")
    room.feature(TablesWindow).sheets.beginning.choose_file()
    dialog = room.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(listed))
    dialog.reject()
    room.settle()
    assert asked(room) == ("Why?", "How?")
    listed.write_bytes("Où ?".encode("latin-1"))
    room.feature(TablesWindow).sheets.beginning.take_file(str(listed))
    room.settle()
    assert "UTF-8" in room.feature(TablesWindow).panel.notice.text()
    assert asked(room) == ("Why?", "How?")


@pytest.mark.parametrize(
    ("ending", "begins"), [(".docx", b"PK"), (".xlsx", b"PK"), (".pdf", b"%PDF"), (".md", b"# "), (".html", b"<!")]
)
def test_a_sheet_is_exported(qtbot: QtBot, room: Room, tmp_path: Path, ending: str, begins: bytes) -> None:
    open_editor(room, LEASE)
    room.engine.answers = [(_QUOTED,)]
    _start(qtbot, room, _QUESTIONS[0])
    room.settle()
    qtbot.mouseClick(room.feature(TablesWindow).panel.export, Qt.MouseButton.LeftButton)
    dialog = room.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / f"sheet{ending}"))
    dialog.reject()
    room.settle()
    written = tmp_path / f"sheet{ending}"
    assert written.read_bytes().startswith(begins)
    assert written.stat().st_mode & 0o777 == 0o600
    assert written.name in room.feature(TablesWindow).panel.notice.text()


def test_a_sheet_is_deleted_and_comes_back(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE)
    _start(qtbot, room, _QUESTIONS[0])
    room.settle()
    (entry,) = sheets_of(room.desk).all()
    menu = room.feature(TablesWindow).kept.menu_of(entry.id)
    menu.actions()[-1].trigger()
    menu.close()
    room.settle()
    assert sheets_of(room.desk).all() == ()
    assert not room.window.shelf.tables.view.isVisible()
    qtbot.mouseClick(room.feature(TablesWindow).panel.notice.action, Qt.MouseButton.LeftButton)
    room.settle()
    assert sheets_of(room.desk).all() == (entry,)
    assert room.window.shelf.tables.view.isVisible()


def test_a_sheet_that_is_asked_can_be_deleted(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE)
    gate = Gate()
    room.engine.answers = [("One, half", gate, "never")]
    _start(qtbot, room)
    wait(gate.reached.is_set)
    room.feature(TablesWindow).sheets.prepare()
    (entry,) = sheets_of(room.desk).all()
    room.feature(TablesWindow).kept.delete_wanted.emit(entry.id)
    room.settle()
    assert sheets_of(room.desk).all() == ()
    assert not room.feature(TablesWindow).sheets.running
    assert len(room.engine.prompts) == 1


def test_another_model_stops_the_sheet_and_an_engine_that_died_does_not(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE)
    gate = Gate()
    room.engine.answers = [(_KILLED,), (gate, "Two."), ("Three.",)]
    _start(qtbot, room)
    wait(gate.reached.is_set)
    room.engine.die()
    room.presenter.model_area.model.look()
    assert room.feature(TablesWindow).sheets.running
    room.presenter.model_area.model.load_again()
    room.settle()
    assert _states(room) == [CellState.FAILED, CellState.STOPPED, CellState.WAITING]


def test_books_that_do_not_fit_are_told_once(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE)
    room.engine.tokens = {"Harbour Lease, consolidated": 900_000}
    _start(qtbot, room)
    room.settle()
    assert _states(room) == [CellState.FAILED, CellState.WAITING, CellState.WAITING]
    assert "Nothing was cut" in room.feature(TablesWindow).panel.notice.text()
    assert room.feature(TablesWindow).panel.go_on.isVisible()


def test_a_sheet_that_ends_before_it_is_shown_has_its_rows(qtbot: QtBot, room: Room) -> None:
    """It is read from the store while it runs."""
    open_editor(room, LEASE)
    room.engine.tokens = {"Harbour Lease, consolidated": 900_000}
    _start(qtbot, room)
    room.settle()
    ended = sheets_of(room.desk).get(sheets_of(room.desk).all()[0].id)
    assert ended is not None
    unanswered = tuple(msgspec.structs.replace(cell, answer=None) for cell in ended.cells)
    read_before = msgspec.structs.replace(ended, cells=unanswered)
    assert room.feature(TablesWindow).sheets.run.newest(read_before) == ended


def test_a_removed_book_takes_the_shown_sheet_along(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE)
    _start(qtbot, room, _QUESTIONS[0])
    room.settle()
    room.window.shelf.book_remove_wanted.emit(room.books[LEASE].id)
    room.settle()
    assert sheets_of(room.desk).all() == ()
    assert not room.feature(TablesWindow).panel.shows_answers
    assert room.books[LEASE].id not in {book.id for _item, book in editor(room).documents.tree.documents()}


def test_ctrl_k_finds_it_and_a_conversation_takes_its_place_again(qtbot: QtBot, room: Room) -> None:
    room.add_books()
    room.add_conversation("Talk", [room.books[LEASE]])
    room.open()
    room.presenter.places.anything.find()
    palette = room.window.findChild(PaletteDialog)
    assert palette is not None
    qtbot.keyClicks(palette.line, "question sheet")
    qtbot.keyClick(palette.line, Qt.Key.Key_Return)
    assert room.feature(TablesWindow).is_shown
    room.settle()
    assert room.window.focusWidget() is editor(room).questions.views[0].question
    room.window.shelf.conversation_opened.emit(room.shown().id)
    room.settle()
    assert not room.feature(TablesWindow).is_shown


def test_what_an_answer_says_as_html_is_shown_and_not_done(qtbot: QtBot, room: Room) -> None:
    hostile = "<img src='http://example.org/x.png'> ![x](file:///etc/passwd) <b>bold</b> [a](#0) [p. 203]"
    open_editor(room, LEASE)
    room.engine.answers = [(hostile,)]
    _start(qtbot, room, "<b>Why?</b>")
    room.settle()
    (row,) = _rows(room)
    written = answer_html(row, PAPER)
    assert "<img" not in written
    assert "<b>" not in written
    assert written.count('href="#') == 1, "the mark that Octavo checked, and none that an answer made up"
    assert row.question == "<b>Why?</b>"


def test_in_japanese_the_templates_and_the_words_are_japanese(room: Room) -> None:
    use_language("ja")
    try:
        open_editor(room, LEASE)
        titles = [action.text() for action in editor(room).template.menu_of_values.actions()]
        assert "用語集" in titles
    finally:
        use_language("en")

"""The rows of questions of a new table, by mouse and by key; what is half written is not lost."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import BookRef
from app.core.conversations.values import AnswerForm, ValueKind
from app.features.tables.columns import columns_of
from app.features.tables.data import GridColumn
from app.features.tables.rows import QuestionRow, TableDraft, column_of
from app.features.tables.service import sheets_of
from app.features.tables.window.question_row import QuestionRowView
from app.features.tables.window.setup import SheetSetup
from app.features.tables.window.tables import TablesWindow
from app.ui.frame.panes import Side
from app.wording.i18n import use_language
from tests.features.tables.window.new_table import asked, editor, open_editor, tick, write
from tests.ui.room import LEASE, LETTERS, Room, wait

_ALT = Qt.KeyboardModifier.AltModifier
_LINES = ("[date] End of term: When does the lease end?", "Who insures?", "Why?")


def _view(room: Room, place: int) -> QuestionRowView:
    return editor(room).questions.views[place]


def _paste(qtbot: QtBot, room: Room, text: str, place: int = 0) -> None:
    mime = QMimeData()
    mime.setText(text)
    room.application.clipboard().setMimeData(mime)
    _view(room, place).question.setFocus()
    qtbot.keyClick(_view(room, place).question, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)


def _compose(room: Room, field: QWidget, words: str) -> None:
    """As an input method does."""
    event = QInputMethodEvent()
    event.setCommitString(words)
    room.application.sendEvent(field, event)


def _kind(view: QuestionRowView, kind: ValueKind) -> None:
    next(action for action in view.kind.menu_of_values.actions() if action.data() == kind.value).trigger()


def test_rows_are_filled_by_key_and_asked(qtbot: QtBot, room: Room) -> None:
    setup = open_editor(room, LEASE)
    room.engine.answers = [("Not in this document",)]
    assert room.window.focusWidget() is _view(room, 0).question
    qtbot.keyClicks(_view(room, 0).question, "When does it end?")
    qtbot.keyClick(_view(room, 0).question, Qt.Key.Key_Tab)
    qtbot.keyClicks(_view(room, 0).name, "End")
    _kind(_view(room, 0), ValueKind.DATE)
    qtbot.keyClick(_view(room, 0).name, Qt.Key.Key_Return)
    assert room.window.focusWidget() is _view(room, 1).question, "Return makes the next row"
    qtbot.keyClick(_view(room, 1).question, Qt.Key.Key_Return)
    assert len(setup.questions.views) == 2, "and no row behind an empty one"
    _compose(room, _view(room, 1).question, "だれが保険をかけますか。")
    _kind(_view(room, 1), ValueKind.CHOICE)
    assert _view(room, 1).choices.isVisible()
    assert _view(room, 1).fault.text() == "Name 2 to 20 answers between commas."
    tick(room, LEASE, LETTERS)
    assert (setup.start.isEnabled(), setup.count.text()) == (False, "One row cannot be asked yet.")
    _compose(room, _view(room, 1).choices, "借主、貸主")
    assert not _view(room, 1).fault.isVisible()
    assert setup.start.text() == "Ask 4 cells"
    qtbot.mouseClick(setup.start, Qt.MouseButton.LeftButton)
    room.settle()
    (entry,) = sheets_of(room.desk).all()
    sheet = sheets_of(room.desk).get(entry.id)
    assert sheet is not None
    assert [msgspec.structs.replace(column, number=0) for column in sheet.columns] == [
        GridColumn("When does it end?", "End", AnswerForm(ValueKind.DATE)),
        GridColumn("だれが保険をかけますか。", "", AnswerForm(ValueKind.CHOICE, ("借主", "貸主"))),
    ]
    assert (entry.title, len(sheet.rows)) == ("When does it end?", 2), "its name is the first question"
    assert asked(room) == ()


def test_a_new_table_has_the_room_of_the_page_until_it_is_asked(qtbot: QtBot, room: Room) -> None:
    panes = room.window.panes
    open_editor(room, LEASE)
    assert not panes.shows(Side.PAGE)
    write(room, "When does it end?")
    tick(room, LEASE)
    qtbot.mouseClick(editor(room).start, Qt.MouseButton.LeftButton)
    room.settle()
    assert panes.shows(Side.PAGE)


def test_a_name_is_given_and_stands_on_the_shelf(room: Room) -> None:
    setup = open_editor(room, LEASE)
    write(room, "Who " + "really " * 20 + "insures?")
    assert setup.name.placeholderText().startswith("Who really")
    assert setup.name.placeholderText().endswith("…")
    _compose(room, setup.name, "賃貸借の一覧")
    tick(room, LEASE)
    setup.start.click()
    room.settle()
    assert [entry.title for entry in room.window.shelf.tables.kept.rows] == ["賃貸借の一覧"]
    assert room.feature(TablesWindow).panel.title.text() == "賃貸借の一覧"


def test_many_lines_that_are_pasted_make_many_rows(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE)
    _paste(qtbot, room, "# mine\n" + "\n".join(_LINES) + "\n[dat] Half?\n")
    assert [view.row for view in editor(room).questions.views] == [
        QuestionRow("When does the lease end?", "End of term", ValueKind.DATE),
        *(QuestionRow("Who insures?"), QuestionRow("Why?"), QuestionRow("[dat] Half?")),
    ]
    assert "“dat” is no kind of answer" in _view(room, 3).fault.text()
    assert _view(room, 3).question.accessibleDescription() == _view(room, 3).fault.text()
    assert room.window.focusWidget() is _view(room, 3).question
    assert tuple(map(column_of, editor(room).questions.written[:3])) == columns_of(_LINES)


def test_a_line_that_is_typed_is_understood_when_one_goes_on(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE)
    qtbot.keyClicks(_view(room, 0).question, _LINES[0])
    assert _view(room, 0).question.text() == _LINES[0], "not while it is written"
    qtbot.keyClick(_view(room, 0).question, Qt.Key.Key_Return)
    assert _view(room, 0).row == QuestionRow("When does the lease end?", "End of term", ValueKind.DATE)


@pytest.mark.parametrize("by_key", [True, False])
def test_a_row_is_moved_removed_and_put_back(qtbot: QtBot, room: Room, by_key: bool) -> None:
    setup = open_editor(room, LEASE)
    write(room, *_LINES)
    _view(room, 0).question.setFocus()
    if by_key:
        qtbot.keyClick(_view(room, 0).question, Qt.Key.Key_Down, _ALT)
    else:
        _view(room, 0).down.trigger()
    assert asked(room) == ("Who insures?", "When does the lease end?", "Why?")
    assert room.window.focusWidget() is _view(room, 1).question, "the person goes with the row"
    assert _view(room, 1).kind.value() == "date"
    if by_key:
        qtbot.keyClick(_view(room, 1).question, Qt.Key.Key_Delete, _ALT)
    else:
        _view(room, 1)._menu.actions()[-1].trigger()
    assert asked(room) == ("Who insures?", "Why?")
    assert setup.questions.undo.isVisible()
    if by_key:
        field = room.window.focusWidget()
        assert isinstance(field, QWidget)
        qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    else:
        qtbot.mouseClick(setup.questions.undo, Qt.MouseButton.LeftButton)
    assert asked(room) == ("Who insures?", "When does the lease end?", "Why?")
    assert not setup.questions.undo.isVisible()
    qtbot.keyClick(_view(room, 1).question, Qt.Key.Key_Up)
    assert room.window.focusWidget() is _view(room, 0).question
    qtbot.mouseClick(setup.questions.add, Qt.MouseButton.LeftButton)
    assert room.window.focusWidget() is _view(room, 3).question
    qtbot.keyClick(_view(room, 3).question, Qt.Key.Key_Backspace)
    assert len(setup.questions.views) == 3, "Backspace takes an empty row away"


def test_further_instructions_are_folded_until_they_are_wanted(qtbot: QtBot, room: Room) -> None:
    open_editor(room, LEASE)
    write(room, "When?")
    view = _view(room, 0)
    assert not view.more.isVisible()
    view.unfold()
    assert room.window.focusWidget() is view.more
    qtbot.keyClicks(view.more, "Name the latest.")
    assert editor(room).questions.rows.columns == (GridColumn("When? Name the latest.", "When?"),)


def _begun(qtbot: QtBot, room: Room) -> TableDraft:
    setup = open_editor(room, LEASE)
    _paste(qtbot, room, "[日付] 終期：いつ終わりますか。\nWho ins")
    qtbot.keyClicks(_view(room, 1).name, "Ins")
    qtbot.keyClicks(setup.name, "Half")
    setup.together.click()
    tick(room, LETTERS)
    assert setup.draft.rows[0] == QuestionRow("いつ終わりますか。", "終期", ValueKind.DATE)
    return setup.draft


def test_what_is_half_written_stays_while_one_looks_elsewhere(qtbot: QtBot, room: Room) -> None:
    draft = _begun(qtbot, room)
    qtbot.mouseClick(room.feature(TablesWindow).panel.close_button, Qt.MouseButton.LeftButton)
    room.presenter.places.navigation.new_conversation()
    room.settle()
    room.feature(TablesWindow).open()
    room.settle()
    assert editor(room).draft == draft
    assert draft.books == (BookRef(room.books[LETTERS].id),)


@pytest.mark.parametrize("crash", [True, False])
def test_what_is_half_written_is_there_in_the_next_window(qtbot: QtBot, room: Room, crash: bool) -> None:
    draft = _begun(qtbot, room)
    tables = room.feature(TablesWindow)
    if crash:
        drafts = tables.sheets.beginning.drafts
        wait(lambda: not drafts._timer.isActive())
        room.settle()
    else:
        tables.end()
    again = _another(tables)
    wait(lambda: again.draft == draft)
    assert [row.question for row in again.questions.written] == ["いつ終わりますか。", "Who ins"]


def _another(tables: TablesWindow) -> SheetSetup:
    """The editor of a window that is opened after this one."""
    setup = TablesWindow(tables._workspace).panel.setup
    assert setup.draft != tables.panel.setup.draft
    return setup


def test_a_table_that_was_asked_is_no_draft(qtbot: QtBot, room: Room) -> None:
    _begun(qtbot, room)
    editor(room).start.click()
    room.settle()
    room.feature(TablesWindow).end()
    again = TablesWindow(room.feature(TablesWindow)._workspace).panel.setup
    room.settle()
    assert again.draft == TableDraft()


def test_in_japanese_all_is_said_in_japanese(room: Room) -> None:
    use_language("ja")
    try:
        setup = open_editor(room, LEASE)
        write(room, "[日付] 終期：いつ終わりますか。")
        words = (setup.each.text(), setup.together.text(), setup.count.text(), _view(room, 0).kind.text())
        assert all(any(ord(letter) > 0x3000 for letter in each) for each in words), words
    finally:
        use_language("en")


@pytest.mark.parametrize("size", [(1440, 900), (1024, 700)])
def test_every_field_is_wide_enough_to_write_in(room: Room, size: tuple[int, int]) -> None:
    open_editor(room, LEASE, size=size)
    write(room, *_LINES)
    room.settle()
    view, setup = _view(room, 0), editor(room)
    assert view.question.width() >= 160
    assert view.name.width() >= 80
    assert setup.documents.tree.height() >= 100
    assert setup.documents.mapTo(setup, setup.documents.rect().bottomRight()).x() <= setup.width()

"""Files become books, books lie on desks, conversations come and go."""

from __future__ import annotations

import mmap
from array import array
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import BookRef, PageRange
from app.core.conversations.events import Opening
from app.core.errors import Code, Problem
from app.core.settings import KvType
from app.engine.kv.saved_states import SavedState, SavedStates, StateKey
from app.engine.protocol import BookSpan
from app.ui.kit.bridge import Executor
from app.ui.shelf.pages_dialog import PagesDialog
from app.ui.shelf.rows import BookRow, BookState, HeadingRow, ItemRole
from app.ui.shelf.saved_readings import ReadingsDialog
from app.wording.errors import sentence
from tests.ui import shelf_of_books
from tests.ui.gate import Gate
from tests.ui.room import LEASE, LETTERS, SURVEY, Room, pause, wait


def _rows(room: Room) -> list[BookRow | HeadingRow]:
    model = room.window.shelf.book_view.model()
    return [model.index(number, 0).data(ItemRole) for number in range(model.rowCount())]


_CONTROL = Qt.KeyboardModifier.ControlModifier


def _titles(room: Room) -> list[str]:
    return [row.text if isinstance(row, HeadingRow) else row.title for row in _rows(room)]


def test_at_the_first_start_the_handbook_lies_open_and_on_the_desk(room: Room) -> None:
    room.reader.documents["handbook.md"] = shelf_of_books.handbook()
    room.open()
    (book,) = room.desk.documents.library.books()
    assert room.shown().books == (BookRef(book.id),)
    assert room.presenter.shown.place == (book.id, 1)
    assert "Octavo handbook" in room.window.page.text.page_text()
    assert room.window.talk.composer.editor.placeholderText() == "Ask about the handbook"
    assert room.row(book).tokens == 5_120


def test_a_later_start_shows_the_newest_conversation_and_opens_no_handbook(room: Room) -> None:
    room.add_books()
    room.add_conversation("Older", days_ago=3)
    room.add_conversation("Newest", [room.books[LETTERS]])
    room.open()
    assert room.shown().title == "Newest"
    assert room.presenter.shown.place == (room.books[LETTERS].id, 1)
    assert len(room.desk.documents.library.books()) == 5


def test_a_file_shows_its_progress_and_then_lies_on_the_desk(room: Room) -> None:
    gate = Gate()
    room.add_conversation("A")
    room.reader.documents["lease.epub"] = shelf_of_books.lease()
    room.reader.steps["lease.epub"] = [Opening(0, 0), Opening(173, 412), gate]
    room.open()
    room.presenter.shelf_area.openings.take_files([shelf_of_books.file("lease.epub")])
    wait(gate.reached.is_set)
    wait(lambda: any(isinstance(row, BookRow) and row.fraction for row in _rows(room)))
    row = _rows(room)[1]
    assert isinstance(row, BookRow)
    assert (row.title, row.state_text, row.state) == ("lease", "importing 42 %", BookState.OPENING)
    gate.open()
    room.settle()
    (book,) = room.desk.documents.library.books()
    assert room.shown().books == (BookRef(book.id),)
    assert room.desk.conversations.get(room.shown().id).books == (BookRef(book.id),)  # type: ignore[union-attr]
    assert room.presenter.shown.place == (book.id, 1)
    assert _titles(room) == ["On the desk", "Harbour Lease, consolidated"]


def test_a_scan_tells_which_of_its_pages_is_recognised(room: Room) -> None:
    gate = Gate()
    room.add_conversation("A")
    room.reader.documents["scan.pdf"] = shelf_of_books.letters()
    room.reader.steps["scan.pdf"] = [Opening(96, 96), Opening(2, 40, recognising=True), gate]
    room.open()
    room.presenter.shelf_area.openings.take_files([shelf_of_books.file("scan.pdf")])
    wait(gate.reached.is_set)
    wait(lambda: any(isinstance(row, BookRow) and row.fraction == 0.05 for row in _rows(room)))
    row = _rows(room)[1]
    assert isinstance(row, BookRow)
    assert row.state_text == "recognising text, page 3 of 40"
    gate.open()
    room.settle()


def test_a_file_that_cannot_be_opened_says_why_and_can_be_taken_away(room: Room) -> None:
    room.add_conversation("A")
    locked = Problem(Code.DOCUMENT_ENCRYPTED, {"path": "secret.pdf"})
    room.reader.steps["secret.pdf"] = [locked]
    room.open()
    room.presenter.shelf_area.shelf.openings.open_files([shelf_of_books.file("secret.pdf")])
    room.settle()
    assert room.window.talk.notice.text() == sentence(locked)
    assert _titles(room) == ["On the desk", "secret"]
    room.window.shelf.opening_cancelled.emit(str(shelf_of_books.file("secret.pdf")))
    assert _titles(room) == []
    assert room.desk.documents.library.books() == ()


def test_opening_can_be_stopped(room: Room) -> None:
    gate = Gate()
    room.add_conversation("A")
    room.reader.documents["lease.epub"] = shelf_of_books.lease()
    room.reader.steps["lease.epub"] = [gate]
    room.open()
    room.presenter.shelf_area.shelf.openings.open_files([shelf_of_books.file("lease.epub")] * 2)
    wait(gate.reached.is_set)
    room.window.shelf.opening_cancelled.emit(str(shelf_of_books.file("lease.epub")))
    room.settle()
    assert _titles(room) == []
    assert room.desk.documents.library.books() == ()


def test_several_files_are_opened_one_after_the_other(room: Room) -> None:
    room.add_conversation("A")
    room.reader.documents = {"lease.epub": shelf_of_books.lease(), "survey.pdf": shelf_of_books.survey()}
    room.open(files=[shelf_of_books.file("lease.epub"), Path("/home/me/none.pdf"), shelf_of_books.file("survey.pdf")])
    assert len(room.desk.documents.library.books()) == 2
    assert len(room.shown().books) == 2
    assert "none.pdf" in room.window.talk.notice.text()


def test_the_spine_follows_a_change_of_the_desk_before_it_is_on_disk(room: Room) -> None:
    room.add_books()
    room.add_conversation("A")
    room.open()
    gate = room.hold(Executor.STORE)
    wait(gate.reached.is_set)
    room.window.shelf.desk_toggled.emit(room.books[LEASE].id)
    wait(lambda: room.window.talk.spine.text().startswith("44 % used"))
    assert room.row(room.books[LEASE]).on_desk
    kept = room.desk.conversations.all()
    assert [conversation.books for conversation in kept] == [()], "it is not on disk yet"
    gate.open()
    room.settle()
    assert room.desk.conversations.all()[0].books == room.shown().books != ()


def test_books_go_on_and_off_the_desk_and_the_spine_follows(room: Room) -> None:
    room.add_books()
    room.add_conversation("A")
    room.open()
    assert room.window.talk.spine.tip() == "48 of 524,288 tokens"
    room.window.shelf.desk_toggled.emit(room.books[LEASE].id)
    room.settle()
    assert room.row(room.books[LEASE]).on_desk
    assert room.window.talk.spine.text() == "44 % used · about 510 pages left"
    assert room.window.talk.spine.tip() == "231,528 of 524,288 tokens"
    room.window.shelf.desk_toggled.emit(room.books[LEASE].id)
    room.settle()
    assert room.shown().books == ()
    assert not room.row(room.books[LEASE]).on_desk


def test_pages_of_a_book_are_chosen_in_a_dialog(qtbot: QtBot, room: Room) -> None:
    room.add_books()
    room.add_conversation("A", [room.books[LEASE]])
    room.open()
    room.window.shelf.pages_wanted.emit(room.books[LEASE].id)
    dialog = room.window.findChild(PagesDialog)
    assert dialog is not None
    dialog.first.setText("203")
    dialog.last.setText("204")
    qtbot.mouseClick(dialog.action, Qt.MouseButton.LeftButton)
    room.settle()
    assert room.shown().books == (BookRef(room.books[LEASE].id, PageRange(203, 204)),)
    assert room.row(room.books[LEASE]).pages == PageRange(203, 204)
    room.ask("What?")
    assert len(room.engine.prompts[0].documents[0].pages) == 2


def test_a_removed_book_leaves_every_place(room: Room) -> None:
    room.add_books()
    room.add_conversation("A", [room.books[LEASE], room.books[SURVEY]])
    room.open()
    room.presenter.places.pages.first.open_book(room.books[LEASE].id)
    room.settle()
    room.window.shelf.book_remove_wanted.emit(room.books[LEASE].id)
    room.settle()
    assert room.books[LEASE].id not in {book.id for book in room.desk.documents.library.books()}
    assert room.shown().books == (BookRef(room.books[SURVEY].id),)
    assert room.presenter.shown.place is None
    assert "Harbour Lease, consolidated" not in _titles(room)


def test_a_conversation_is_deleted_and_the_next_one_is_shown(room: Room) -> None:
    room.add_conversation("Older", days_ago=1)
    doomed = room.add_conversation("Doomed")
    room.open()
    room.presenter.places.navigation.delete()
    room.settle()
    assert room.desk.conversations.get(doomed.id) is None
    assert room.shown().title == "Older"
    room.window.shelf.conversation_delete_wanted.emit(room.shown().id)
    room.settle()
    assert room.shown().title == "", "where none is left, a new one begins"


def test_a_conversation_is_deleted_while_it_is_answered(room: Room) -> None:
    gate = Gate()
    doomed = room.add_conversation("Doomed")
    room.open()
    room.engine.answers = [("Partial", gate)]
    room.ask("Why?", settle=False)
    wait(gate.reached.is_set)
    room.presenter.talk_area.conversation.delete(doomed.id)
    room.settle()
    assert room.desk.conversations.get(doomed.id) is None
    assert not room.presenter.talk_area.asking.busy
    assert room.shown().id != doomed.id


def test_f2_on_the_shelf_is_for_the_row_that_has_the_focus(qtbot: QtBot, room: Room) -> None:
    room.add_books()
    room.add_conversation("Older", room.books)
    room.add_conversation("Open")
    room.open()
    room.window.activateWindow()
    shelf, title = room.window.shelf, room.window.talk.title
    assert title.text() == "Open"
    shelf.conversation_view.setFocus()
    qtbot.keyClick(shelf.conversation_view, Qt.Key.Key_Down)
    qtbot.keyClick(shelf.conversation_view, Qt.Key.Key_F2)
    (editor,) = shelf.conversation_view.findChildren(QLineEdit)
    assert editor.text() == "Older"
    editor.setText("Renamed")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    room.settle()
    assert {each.title for each in room.desk.conversations.all()} == {"Open", "Renamed"}
    shelf.book_view.setFocus()
    qtbot.keyClick(shelf.book_view, Qt.Key.Key_F2)
    (editor,) = shelf.book_view.findChildren(QLineEdit)
    assert editor.text() in {book.title for book in room.books}
    assert not title.line.isVisible()


def test_f2_renames_and_new_conversations_do_not_pile_up(qtbot: QtBot, room: Room) -> None:
    room.add_conversation("Old")
    room.open()
    room.window.activateWindow()
    room.window.shelf.conversation_view.setFocus()
    qtbot.keyClick(room.window.shelf.conversation_view, Qt.Key.Key_F2)
    editor = room.window.shelf.conversation_view.findChild(QLineEdit)
    assert editor is not None
    editor.setText("New name")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    room.settle()
    assert room.window.talk.title.text() == "New name"
    room.ask("Something?")
    for _ in range(3):
        room.presenter.places.navigation.new_conversation()
        room.settle()
    assert len(room.desk.conversations.all()) == 2


def test_an_empty_conversation_that_was_left_is_taken_for_the_next_new_one(room: Room) -> None:
    old = room.add_conversation("Old")
    room.open()
    room.ask("Something?")
    for _ in range(3):
        room.presenter.places.navigation.new_conversation()
        room.settle()
        room.presenter.places.navigation.open_conversation(old.id)
        room.settle()
    room.presenter.places.navigation.new_conversation()
    room.settle()
    assert sorted(each.title for each in room.desk.conversations.all()) == ["", "Old"]
    assert room.shown().id == next(each.id for each in room.desk.conversations.all() if not each.title)


def test_files_are_dropped_anywhere_under_a_visible_veil(qtbot: QtBot, room: Room) -> None:
    room.add_conversation("A")
    room.reader.documents["lease.epub"] = shelf_of_books.lease()
    room.open()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(shelf_of_books.file("lease.epub"))), QUrl("https://example.org/x.pdf")])
    enter = QDragEnterEvent(
        QPointF(500, 800), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    overlay = room.window.overlay
    QCoreApplication.sendEvent(room.window, enter)
    assert enter.isAccepted()
    assert overlay.isVisible()
    assert overlay.size() == room.window.size()
    QCoreApplication.sendEvent(room.window, QDragLeaveEvent())
    assert not overlay.isVisible()
    for end in (
        lambda: qtbot.keyClick(room.window.talk.composer.editor, Qt.Key.Key_Escape),
        lambda: qtbot.mouseClick(overlay, Qt.MouseButton.LeftButton),
        lambda: QCoreApplication.sendEvent(room.window, QEvent(QEvent.Type.WindowDeactivate)),
    ):
        QCoreApplication.sendEvent(room.window, enter)
        assert overlay.isVisible()
        end()
        assert not overlay.isVisible(), "the program that a drag came from may end without a word"
    QCoreApplication.sendEvent(room.window, enter)
    drop = QDropEvent(
        QPointF(500, 800), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    with qtbot.waitSignal(room.window.overlay.files_given) as dropped:
        QCoreApplication.sendEvent(room.window, drop)
    assert dropped.args == [[shelf_of_books.file("lease.epub")]]
    assert not overlay.isVisible()
    room.settle()
    assert len(room.desk.documents.library.books()) == 1
    takers = [child for child in room.window.findChildren(QLineEdit) if child.acceptDrops()]
    assert takers == []


def test_words_dragged_over_the_window_are_not_for_it(room: Room) -> None:
    room.open()
    data = QMimeData()
    data.setText("only words")
    enter = QDragEnterEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    enter.ignore()
    QCoreApplication.sendEvent(room.window, enter)
    assert not enter.isAccepted()
    assert not room.window.overlay.isVisible()
    pause(1)


def test_saved_readings_are_listed_with_their_size_and_deleted(room: Room) -> None:
    room.add_books()
    room.open()
    spec = room.desk.models.readings.spec()
    of_shelf = room.desk.documents.library.books()[0].id
    folder = SavedStates(Path(spec.folder), spec.secret, spec.quota_bytes)
    key = StateKey("model", KvType.F16, 1, "llama.cpp")
    for number, complete in ((1000, True), (700, False)):
        state = mmap.mmap(-1, 50_000)
        books = (BookSpan(of_shelf, f"Book of {number}", 0, number),)
        tokens = array("i", range(number)[:: 1 if complete else -1]).tobytes()
        folder.save(SavedState(key, tokens, 0, b"\0" * 4, 50_000, books, "Scout", complete, 1.0), state)
        state.close()
    room.presenter.model_area.readings.open_list()
    room.settle()
    dialog = room.window.findChild(ReadingsDialog)
    assert dialog is not None
    rows = [dialog.list.item(row).text() for row in range(dialog.list.count())]
    assert {row.splitlines()[0] for row in rows} == {"Book of 1000", "Book of 700"}
    assert sum("incomplete" in row for row in rows) == 1
    assert all(" KB" in row and "Scout" in row for row in rows)
    assert not dialog.action.isEnabled()
    dialog.list.setCurrentRow(next(n for n, row in enumerate(rows) if "Book of 1000" in row))
    dialog.action.click()
    room.settle()
    assert [reading.books[0].untrusted_title for reading in room.desk.models.readings.all()] == ["Book of 700"]


def test_the_newest_conversation_is_seen_with_its_heading(qtbot: QtBot, room: Room) -> None:
    for day in range(60):
        room.add_conversation(f"Of {day} days ago", days_ago=day)
    room.open()
    assert room.window.height() == 900, "no taller for all of them"
    view = room.window.shelf.conversation_view
    for begin in (partial(room.ask, "When?"), partial(qtbot.keyClick, room.window, Qt.Key.Key_N, _CONTROL)):
        view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
        assert not view.visualRect(view.model().index(0, 0)).intersects(view.viewport().rect())
        begin()
        room.settle()
        assert view.currentIndex().row() == 1
        for row in (0, 1):
            assert view.viewport().rect().contains(view.visualRect(view.model().index(row, 0)))


def _save_reading(room: Room, book_id: str) -> None:
    spec = room.desk.models.readings.spec()
    key = StateKey("model", KvType.F16, 1, "llama.cpp")
    books, tokens = (BookSpan(book_id, "Book", 0, 500),), array("i", range(500)).tobytes()
    with mmap.mmap(-1, 50_000) as state:
        SavedStates(Path(spec.folder), spec.secret, spec.quota_bytes).save(
            SavedState(key, tokens, 0, b"\0" * 4, 50_000, books, "Scout", True, 1.0), state
        )


def test_a_document_is_renamed_in_its_row(qtbot: QtBot, room: Room) -> None:
    room.add_books()
    room.add_conversation("A", [room.books[LEASE], room.books[LETTERS]])
    room.open()
    lease, view = room.books[LEASE], room.window.shelf.book_view
    _save_reading(room, lease.id)
    room.window.shelf.book_opened.emit(room.books[LETTERS].id)
    room.settle()
    view.select(room.window.shelf._books.index_of(lease.id))
    qtbot.keyClick(view, Qt.Key.Key_F2)
    editor = view.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == lease.title
    editor.setText("Lease of the harbour")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    room.settle()
    assert "Lease of the harbour" in _titles(room)
    tabs = room.window.page.tabs
    assert [tabs.tabText(index) for index in range(tabs.count())] == ["Lease of the harbour", room.books[LETTERS].title]
    assert room.desk.documents.library.book(lease.id).former_titles == (lease.title,)
    assert room.desk.models.readings.all() == (), "the model knows it by its title"
    assert room.shown().title == "A", "F2 is kept from the window"


def test_what_is_typed_into_a_row_stays_when_the_list_changes(qtbot: QtBot, room: Room) -> None:
    room.add_books()
    room.add_conversation("A", [room.books[LEASE]])
    room.open()
    lists, shelf = room.window.shelf, room.presenter.shelf_area.shelf
    for view, rename, id in (
        (lists.book_view, lists.rename_book, room.books[LEASE].id),
        (lists.conversation_view, lists.rename, room.shown().id),
    ):
        rename(id)
        editor = view.findChild(QLineEdit)
        assert editor is not None
        editor.setText("Half of a na")
        shelf.list_books()
        shelf.list_conversations()
        room.settle()
        assert view.is_editing
        assert editor.text() == "Half of a na"
        qtbot.keyClick(editor, Qt.Key.Key_Escape)
        room.settle()
        assert not view.is_editing
    assert room.shown().title == "A"

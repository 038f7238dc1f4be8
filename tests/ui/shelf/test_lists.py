"""The shelf's models: headings, order, states; and the views that show them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import msgspec
import pytest
from PySide6.QtCore import QModelIndex, QObject, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.core.conversations.chapters import chapters_of
from app.core.conversations.conversation import BookRef, Conversation, PageRange
from app.core.documents.document import Book, Format, Section
from app.ui.kit.commands import MenuEntry
from app.ui.look.icons import Icons
from app.ui.look.theme import Theme
from app.ui.shelf.covers import BookCovers
from app.ui.shelf.pages_dialog import PagesDialog, pages_tokens_words
from app.ui.shelf.panel import ShelfPanel
from app.ui.shelf.rows import BookList, BookRow, BookState, ConversationList, ItemRole, file_of, measure_of
from tests.there import there

_NOW = datetime(2026, 3, 12, 1, 30, tzinfo=timezone(timedelta(hours=9)))


def _conversation(id: str, *, hours_ago: float, title: str = "") -> Conversation:
    moment = (_NOW - timedelta(hours=hours_ago)).timestamp()
    return Conversation(id, title or id, moment, moment)


def _book(id: str, pages: int = 412, outline: tuple[Section, ...] = ()) -> Book:
    return Book(id, f"Book {id}", Format.EPUB, "", "", 0.0, pages, 0, outline=outline)


def _words(model: ConversationList | BookList) -> list[str]:
    return [model.index(row).data() for row in range(model.rowCount())]


@pytest.fixture
def conversations(qapp: object) -> ConversationList:
    model = ConversationList()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    return model


@pytest.fixture
def books(qapp: object) -> BookList:
    model = BookList()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    return model


class _PlainCovers(BookCovers):
    def __init__(self) -> None:
        QObject.__init__(self)

    def image(self, book: Book) -> QImage | None:
        return None


@pytest.fixture
def panel(qtbot: QtBot, conversations: ConversationList, books: BookList) -> ShelfPanel:
    made = ShelfPanel(Icons(Theme()), conversations, books, _PlainCovers())
    qtbot.addWidget(made)
    made.resize(264, 800)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_conversations_stand_under_today_and_earlier_by_the_local_day(conversations: ConversationList) -> None:
    conversations.show_conversations(
        [
            _conversation("yesterday", hours_ago=2),
            _conversation("now", hours_ago=0),
            _conversation("soon", hours_ago=1),
        ],
        _NOW,
    )
    assert _words(conversations) == ["Today", "now", "soon", "Earlier", "yesterday"]
    assert not conversations.index(0).flags() & Qt.ItemFlag.ItemIsSelectable
    assert conversations.index_of("yesterday").row() == 4
    assert not conversations.index_of("gone").isValid()


def test_a_title_is_edited_in_place(qtbot: QtBot, panel: ShelfPanel, conversations: ConversationList) -> None:
    conversations.show_conversations([_conversation("a", hours_ago=0, title="Old title")], _NOW)
    panel.rename("a")
    editor = panel.conversation_view.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "Old title"
    editor.setText("  New\n title ")
    with qtbot.waitSignal(conversations.renamed) as renamed:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert renamed.args == ["a", "New title"]
    for same in ("", "   ", "Old title"):
        with qtbot.assertNotEmitted(conversations.renamed):
            assert not conversations.setData(conversations.index_of("a"), same)


def test_books_stand_on_the_desk_or_on_the_shelf(books: BookList) -> None:
    books.show_books([BookRow("b", "B", _book("b")), BookRow("a", "A", _book("a"), on_desk=True)])
    assert _words(books) == ["On the desk", "A", "Shelf", "B"]


def test_progress_of_a_book_changes_its_row_and_nothing_else(qtbot: QtBot, books: BookList) -> None:
    reading = BookRow("a", "A", _book("a"), on_desk=True, state=BookState.READING, state_text="p. 1", fraction=0.1)
    other = BookRow("b", "B", _book("b"))
    books.show_books([reading, other])
    with qtbot.assertNotEmitted(books.modelReset), qtbot.waitSignal(books.dataChanged) as changed:
        further = BookRow("a", "A", _book("a"), on_desk=True, state=BookState.READING, state_text="p. 2", fraction=0.2)
        books.show_books([further, other])
    assert [index.row() for index in changed.args[:2]] == [1, 1]
    assert books.index(1).data(ItemRole) == further
    assert books.index(1).data(Qt.ItemDataRole.AccessibleDescriptionRole) == "EPUB · 412 pages · p. 2"
    with qtbot.waitSignal(books.modelReset):
        books.show_books([other])


def test_a_book_is_measured_in_pages() -> None:
    assert measure_of(BookRow("a", "A", _book("a"), tokens=231_480)) == "412 pages"
    assert measure_of(BookRow("a", "A", _book("a", pages=1))) == "1 page"
    assert measure_of(BookRow("a", "A", _book("a"), pages=PageRange(3, 40))) == "p. 3–40 of 412"
    assert measure_of(BookRow("/file", "file")) == ""


def test_the_keyboard_opens_and_moves_books(qtbot: QtBot, panel: ShelfPanel, books: BookList) -> None:
    books.show_books([BookRow("a", "A", _book("a")), BookRow("b", "B", _book("b"))])
    view = panel.book_view
    view.setFocus(Qt.FocusReason.TabFocusReason)
    assert view.currentIndex().data() == "A", "the heading is passed over"
    qtbot.keyClick(view, Qt.Key.Key_Down)
    with qtbot.waitSignal(panel.book_opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == ["b"]
    with qtbot.waitSignal(panel.desk_toggled) as toggled:
        qtbot.keyClick(view, Qt.Key.Key_Space)
    assert toggled.args == ["b"]


def test_the_sign_on_a_row_puts_its_book_on_the_desk(qtbot: QtBot, panel: ShelfPanel, books: BookList) -> None:
    books.show_books([BookRow("a", "A", _book("a"))])
    area = panel.book_view.visualRect(books.index_of("a"))
    spot = area.topRight()
    spot.setX(spot.x() - 14)
    spot.setY(spot.y() + 14)
    with qtbot.waitSignal(panel.desk_toggled) as toggled:
        qtbot.mouseClick(panel.book_view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert toggled.args == ["a"]
    with qtbot.waitSignal(panel.book_opened):
        qtbot.mouseClick(panel.book_view.viewport(), Qt.MouseButton.LeftButton, pos=area.center())


def test_menus_offer_what_can_be_done(qtbot: QtBot, panel: ShelfPanel, books: BookList) -> None:
    opening = BookRow("/file", "file", on_desk=True, state=BookState.OPENING)
    books.show_books([BookRow("a", "A", _book("a"), on_desk=True), opening, BookRow("b", "B", _book("b"))])
    panel.offer_for_books(lambda book: (MenuEntry("From a feature", below=(MenuEntry(f"{book.id} & more", list),)),))
    expected = {
        "a": [
            "Open",
            "Rename",
            "Import report…",
            "Read the file again",
            "Show in folder",
            "From a feature",
            "Take off the desk",
            "Choose pages…",
            "Move up",
            "Move down",
            "Move to a matter…",
            "Remove from the shelf",
        ],
        "/file": ["Cancel import"],
        "b": [
            "Open",
            "Rename",
            "Import report…",
            "Read the file again",
            "Show in folder",
            "From a feature",
            "Put on the desk",
            "Move to a matter…",
            "Remove from the shelf",
        ],
    }
    for key, words in expected.items():
        menu = panel.book_menu(books.index_of(key))
        assert menu is not None
        assert [action.text().split("\t")[0] for action in menu.actions() if not action.isSeparator()] == words
        menu.deleteLater()
    menu = panel.book_menu(books.index_of("a"))
    assert menu is not None
    below = next(found for action in menu.actions() if isinstance(found := action.menu(), QMenu))
    assert [action.text() for action in below.actions()] == ["a && more"]
    with qtbot.waitSignal(panel.pages_wanted) as wanted:
        next(action for action in menu.actions() if action.text() == "Choose pages…").trigger()
    assert wanted.args == ["a"]


def test_many_conversations_leave_room_for_the_books(
    panel: ShelfPanel, conversations: ConversationList, books: BookList
) -> None:
    books.show_books([BookRow("a", "A", _book("a"))])
    conversations.show_conversations([_conversation(str(n), hours_ago=n) for n in range(200)], _NOW)
    assert panel.conversation_view.height() <= panel.height() // 2
    assert panel.book_view.height() > 200


def test_a_thousand_rows_are_drawn(panel: ShelfPanel, conversations: ConversationList, books: BookList) -> None:
    books.show_books([BookRow(str(n), f"人物と場所 {n} " * 9, _book(str(n)), on_desk=n % 2 == 0) for n in range(1000)])
    conversations.show_conversations([_conversation(f"{n} 😀" * 30, hours_ago=n) for n in range(1000)], _NOW)
    panel.grab()
    panel.select_book("999")
    assert panel.book_view.selected() == "999"
    panel.grab()


def test_without_books_the_shelf_says_how_to_add_one(qtbot: QtBot, panel: ShelfPanel, books: BookList) -> None:
    assert panel.book_view.isHidden()
    books.show_books([BookRow("a", "A", _book("a"))])
    assert not panel.book_view.isHidden()


def test_pages_are_chosen_by_number_or_by_chapter(qtbot: QtBot) -> None:
    book = _book("a", 20, (Section("One", 1), Section("Two", 10)))
    dialog = PagesDialog(book, chapters_of(book.outline, 20), None)
    qtbot.addWidget(dialog)
    dialog.outline.setCurrentRow(1)
    with qtbot.waitSignal(dialog.chosen) as chosen:
        dialog.accept()
    assert chosen.args == ["a", PageRange(10, 20)]
    backwards = PagesDialog(book, (), PageRange(10, 20))
    backwards.first.set_page(8)
    backwards.last.set_page(2)
    with qtbot.waitSignal(backwards.chosen) as chosen:
        backwards.accept()
    assert chosen.args == ["a", PageRange(2, 8)]
    whole = PagesDialog(book, (), PageRange(1, 5))
    whole.last.setText("20")
    with qtbot.waitSignal(whole.chosen) as chosen:
        whole.accept()
    assert chosen.args == ["a", None]


def test_the_chosen_pages_and_the_chapters_tell_their_tokens(qtbot: QtBot) -> None:
    book = _book("a", 20, (Section("One", 1), Section("Two", 10)))
    chapters = chapters_of(book.outline, 20)
    dialog = PagesDialog(book, chapters, None)
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.count_wanted) as counted:
        dialog.outline.setCurrentRow(1)
    assert counted.args == [BookRef("a", PageRange(10, 20))]
    dialog.show_tokens(6_200)
    assert dialog.tokens.text() == pages_tokens_words(6_200)
    assert dialog.outline.item(0).text() == "One   1–9"
    dialog.show_chapters([msgspec.structs.replace(chapter, tokens=4_000) for chapter in chapters])
    assert dialog.outline.item(1).text() == "Two   10–20 · 4,000 tokens"


def test_books_are_dragged_onto_the_desk_within_it_and_off_it(qtbot: QtBot, books: BookList) -> None:
    books.show_books([BookRow(k, k.upper(), _book(k), on_desk=k in "ab") for k in "abc"])

    def drop(key: str, row: int) -> list[object]:
        data = books.mimeData([books.index_of(key)])
        with qtbot.waitSignal(books.dropped) as dropped:
            books.dropMimeData(data, Qt.DropAction.MoveAction, row, 0, QModelIndex())
        return list(there(dropped.args))

    assert drop("b", 1) == ["b", 0]
    assert drop("a", 3) == ["a", 2]
    assert drop("c", 2) == ["c", 1]
    assert drop("a", 5) == ["a", -1]
    assert not books.flags(books.index(0)) & Qt.ItemFlag.ItemIsDragEnabled, "headings stay"


def test_an_invalid_index_has_no_data(conversations: ConversationList, books: BookList) -> None:
    assert conversations.data(QModelIndex()) is None
    assert books.data(QModelIndex()) is None


@pytest.mark.parametrize(
    ("title", "path", "file"),
    [
        ("Lease of Berth 2", "/home/me/lease-of_berth 2.PDF", ""),
        ("Lease of Berth 2 (draft-2)", "/home/me/lease-of-berth-2-(draft-2).pdf", ""),
        ("Lease of Berth 4", "/home/me/Scan 0012.pdf", "Scan 0012.pdf"),
        ("賃貸借契約書", "/home/me/契約.pdf", "契約.pdf"),
    ],
)
def test_a_row_names_its_file_where_the_title_does_not(title: str, path: str, file: str) -> None:
    book = msgspec.structs.replace(_book("a"), title=title, path=path)
    assert file_of(BookRow("a", title, book)) == file
    assert file_of(BookRow("a", title, msgspec.structs.replace(book, member="a.txt"))) == ""
    assert file_of(BookRow("/file", "file")) == ""

"""Books from folders are in groups on the shelf: nested, folded, with their versions; what is new there is offered."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu

from app.core.conversations.sources import Shelved, Source, SourceCounts
from app.core.documents.document import Book, Format
from app.ui.adding.dialog import AddingDialog
from app.ui.shelf import rows
from app.ui.shelf.folder_menu import FolderMenu
from app.ui.shelf.rows import BookList, BookRow, GroupRow, HeadingRow, ItemRole, measure_of
from tests.ui import shelf_of_books
from tests.ui.room import LEASE, Room

_CASE = SourceCounts(Source(1, Path("/home/me/Case"), 1.0))


def _row(key: str, folder: str | None, *, parent: str = "", newer: str = "", versions: int = 1) -> BookRow:
    path = f"/home/me/Case/{folder or '.'}/{key}.pdf"
    book = Book(key, key.title(), Format.PDF, key, path, 1.0, 12, 9, parent_id=parent)
    where = None if folder is None else Path(folder)
    return BookRow(key, book.title, book, shelved=Shelved(1, where, newer, versions, (Path(path),)))


def _shown(books: BookList) -> list[str]:
    found = [books.index(number).data(ItemRole) for number in range(books.rowCount())]
    lines = list[str]()
    for row in found:
        if isinstance(row, GroupRow):
            lines.append(f"{'  ' * row.level}{'+' if row.folded else '-'} {row.text} {row.count}")
        elif isinstance(row, HeadingRow):
            lines.append(row.text)
        elif isinstance(row, BookRow):
            lines.append(f"{'  ' * row.level}{row.title}")
    return lines


def _find(books: BookList, text: str) -> GroupRow:
    found = [books.index(number).data(ItemRole) for number in range(books.rowCount())]
    return next(row for row in found if isinstance(row, GroupRow) and row.text == text)


def test_books_are_below_their_folders_in_the_order_of_their_files() -> None:
    books = BookList()
    given = [_row("b", "."), _row("a", "."), _row("c", "old/deep"), _row("single", None)]
    books.show_books(given, [_CASE])
    assert _shown(books) == ["Shelf", "Single", "Folders", "- Case 3", "  - old 1", "    - deep 1", "    C", "A", "B"]
    assert books.inside(_find(books, "Case")) == ("b", "a", "c")
    books.fold(_find(books, "old"))
    assert books.inside(_find(books, "old")) == ("c",), "folded or not"
    assert _shown(books)[3:] == ["- Case 3", "  + old 1", "A", "B"]
    books.fold(_find(books, "Case"))
    assert _shown(books) == ["Shelf", "Single", "Folders", "+ Case 3"]
    again = BookList()
    again.remember(books.folds())
    again.show_books(given, [_CASE])
    assert _shown(again) == _shown(books)
    books.show_books(given, [])
    assert _shown(books) == ["Shelf", "B", "A", "C", "Single"], "the folder is forgotten"


def test_a_folder_with_one_document_offers_to_ask_this_document(qapp: QApplication) -> None:
    books, menus = BookList(), list[str]()
    for given in ([_row("a", ".")], [_row("a", "."), _row("b", ".")]):
        books.show_books(given, [_CASE])
        menu = FolderMenu(books).fill(QMenu(), _find(books, "Case"))
        menus += [action.text() for action in menu.actions() if action.text().startswith("Ask")]
    assert menus == ["Ask this document", "Ask these 2 documents"]


def test_attachments_and_earlier_versions_are_below_what_they_belong_to() -> None:
    books = BookList()
    given = [
        _row("attached", ".", parent="mail"),
        _row("mail", "."),
        _row("first", ".", newer="second"),
        _row("second", ".", newer="third", versions=2),
        _row("third", ".", versions=3),
    ]
    books.show_books(given, [_CASE])
    assert _shown(books)[1:] == ["- Case 5", "Mail", "  Attached", "Third", "  Second", "    First"]
    assert measure_of(given[-1]) == "12 pages · 3 versions"


def test_folders_in_a_large_folder_are_folded_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "_OPEN_UP_TO", 1)
    books = BookList()
    books.show_books([_row("a", "."), _row("b", "old")], [_CASE])
    assert _shown(books)[1:] == ["- Case 2", "  + old 1", "A"]


@pytest.fixture
def folder(room: Room, tmp_path: Path) -> Path:
    room.add_conversation("A")
    made = tmp_path / "Contracts"
    (made / "old").mkdir(parents=True)
    (made / "handbook.md").write_bytes(b"handbook")
    (made / "old" / "letters.pdf").write_bytes(b"letters, longer")
    room.reader.documents |= {
        "handbook.md": shelf_of_books.handbook(),
        "letters.pdf": shelf_of_books.letters(),
        "lease.epub": shelf_of_books.lease(),
    }
    room.open()
    room.presenter.shelf_area.folders.take([folder := made])
    room.settle()
    return folder


def _index(room: Room, is_it: Callable[[object], bool]) -> QModelIndex:
    model = room.window.shelf.book_view.model()
    places = (model.index(number, 0) for number in range(model.rowCount()))
    return next(place for place in places if is_it(place.data(ItemRole)))


def _group(room: Room, text: str) -> QModelIndex:
    return _index(room, lambda row: isinstance(row, GroupRow) and row.text == text)


def test_a_folder_that_was_added_is_a_group(room: Room, folder: Path) -> None:
    model = room.window.shelf.book_view.model()
    assert isinstance(model, BookList)
    assert _shown(model) == ["Folders", "- Contracts 2", "  - old 1", "  Side letters 2019–2024", "Octavo handbook"]
    room.window.shelf.book_view.opened.emit(_group(room, "old"))
    assert _shown(model)[2:] == ["  + old 1", "Octavo handbook"]
    book = next(book for book in room.presenter.shown.shelf.values() if book.title == "Octavo handbook")
    room.presenter.shelf_area.shelf.toggle_desk(book.id)
    room.settle()
    assert _shown(model) == ["On the desk", "Octavo handbook", "Folders", "- Contracts 1", "  + old 1"]
    assert _group(room, "old").flags() & Qt.ItemFlag.ItemIsEnabled


def test_what_is_in_sight_stays_while_books_come(room: Room, tmp_path: Path) -> None:
    room.add_books()
    for number in range(9):
        letter = replace(shelf_of_books.letters(), title=f"Letter {number}", sha256=f"{number:064x}")
        room.fake.books.add(letter, Path(f"/home/me/{number}.pdf"))
    room.add_conversation("A", [room.books[LEASE]])
    room.open(size=(1024, 700))
    view = room.window.shelf.book_view
    bar = view.verticalScrollBar()
    assert bar.maximum() > 0
    bar.setValue(bar.maximum())
    row = view.indexAt(QPoint(1, 1)).data(ItemRole)
    added = room.fake.books.add(shelf_of_books.agreement(), Path("/home/me/agreement.docx"))
    room.presenter.shelf_area.shelf.take_added((added,))
    assert view.indexAt(QPoint(1, 1)).data(ItemRole) == row, "though there is a new book above it"


def test_a_watched_folder_offers_what_is_new_once(room: Room, folder: Path) -> None:
    menu = room.window.shelf.book_menu(_group(room, "Contracts"))
    assert menu is not None
    watch = next(action for action in menu.actions() if action.text() == "Watch for new files")
    watch.trigger()
    room.settle()
    assert _group(room, "Contracts").data(ItemRole).watched
    (folder / "lease.epub").write_bytes(b"lease")
    os.utime(folder / "lease.epub", (1e9, 1e9))
    notice = room.window.talk.notice
    room.presenter.shelf_area.added_folders.look()
    room.settle()
    assert notice.text() == "1 new file in “Contracts”."
    assert len(room.desk.documents.library.books()) == 2, "nothing is read unasked"
    notice.hide()
    room.presenter.shelf_area.added_folders.look()
    room.settle()
    assert not notice.isVisible(), "it is offered once"
    (folder / "old" / "letters.pdf").write_bytes(b"other letters, longer")
    os.utime(folder / "old" / "letters.pdf", (1e9, 1e9))
    room.presenter.shelf_area.added_folders.look()
    room.settle()
    assert notice.text() == "1 new file, 1 changed file in “Contracts”."
    notice.action.click()
    room.settle()
    assert "Harbour Lease, consolidated" in {book.title for book in room.presenter.shown.shelf.values()}


def test_the_files_of_a_folder_are_shown_later_too(room: Room, folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")
    room.presenter.shelf_area.folders.take([folder])
    room.settle()
    menu = room.window.shelf.book_menu(_group(room, "Contracts"))
    assert menu is not None
    room.presenter.shelf_area.folders.files.clear()  # as after a new start
    next(action for action in menu.actions() if action.text() == "Show its files…").trigger()
    room.settle()
    (dialog,) = room.window.findChildren(AddingDialog)
    model = dialog.view.model()
    assert [model.index(number, 0).data() for number in range(model.rowCount())] == ["empty.txt"]
    dialog.narrow("all")
    assert model.rowCount() == 3
    room.reader.documents["empty.txt"] = shelf_of_books.lease()
    dialog.narrow("failed")
    dialog.view.setCurrentIndex(model.index(0, 0))
    dialog.again.click()
    room.settle()
    assert len(room.desk.documents.library.books()) == 3
    dialog.close()


def test_a_folder_is_forgotten_and_its_books_stay(room: Room, folder: Path) -> None:
    menu = room.window.shelf.book_menu(_group(room, "Contracts"))
    assert menu is not None
    next(action for action in menu.actions() if action.text().startswith("Forget")).trigger()
    room.settle()
    model = room.window.shelf.book_view.model()
    assert isinstance(model, BookList)
    assert sorted(_shown(model)) == ["Octavo handbook", "Shelf", "Side letters 2019–2024"]

"""The books as a list model: those on the desk of this conversation, then the others on the shelf."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, Qt, Signal

from app.ui.shelf.rows import BookRow, HeadedList, HeadingRow, Index, ItemRole
from app.wording.i18n import _
from app.wording.page_names import range_words
from app.wording.units import count

_MIME = "application/x-octavo-book"


class BookList(HeadedList[BookRow]):
    """`ItemRole` gives a `HeadingRow` or a `BookRow`. Books can be dragged onto the desk, within it, and off it."""

    dropped = Signal(str, int)  # a book's id; before which number of the desk, -1: off the desk

    def show_books(self, rows: Sequence[BookRow]) -> None:
        """Keeps the given order within desk and shelf; a change of states alone keeps selection and scroll position."""
        desk = [row for row in rows if row.on_desk]
        shelf = [row for row in rows if not row.on_desk]
        arranged = self._arrange(((_("On the desk"), desk), (_("Shelf"), shelf)))
        if [_identity(row) for row in arranged] == [_identity(row) for row in self._rows]:
            changed = [number for number, (old, new) in enumerate(zip(self._rows, arranged, strict=True)) if old != new]
            self._rows = arranged
            for number in changed:
                self.dataChanged.emit(self.index(number), self.index(number))
            return
        self._replace(arranged)

    def books(self) -> tuple[BookRow, ...]:
        return tuple(row for _number, row in self.entries())

    def index_of(self, key: str) -> QModelIndex:
        """An invalid index when there is none."""
        return next((self.index(number) for number, row in self.entries() if row.key == key), QModelIndex())

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        row = self._rows[index.row()]
        draggable = isinstance(row, BookRow) and row.book is not None
        return super().flags(index) | (Qt.ItemFlag.ItemIsDragEnabled if draggable else Qt.ItemFlag.NoItemFlags)

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        rows = [self._rows[index.row()] for index in indexes]
        data.setData(_MIME, "".join(row.key for row in rows if isinstance(row, BookRow)).encode())
        return data

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:  # noqa: ARG002
        """Says where a book was dropped; always False, so that the view itself removes no row."""
        if data.hasFormat(_MIME):
            place = row if row >= 0 else len(self._rows)
            shelf = next((n for n, one in enumerate(self._rows) if n and isinstance(one, HeadingRow)), len(self._rows))
            desk = [number for number, one in self.entries() if one.on_desk and one.book is not None]
            off = bool(desk) and shelf < place
            number = -1 if off else sum(other < place for other in desk)
            self.dropped.emit(bytes(data.data(_MIME).data()).decode(), number)
        return False

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ItemRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.text if isinstance(row, HeadingRow) else row.title
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and isinstance(row, BookRow):
            return " · ".join(part for part in (measure_of(row), row.state_text) if part)
        return None


def measure_of(row: BookRow) -> str:
    """How long a book is, in words: "412 pages · 231,480 tokens", or the chosen pages of it."""
    if row.book is None:
        return ""
    pages = _("1 page") if row.book.page_count == 1 else _("{n} pages").format(n=count(row.book.page_count))
    if row.pages is not None:
        names = row.book.page_names
        pages = range_words(names.of(row.pages.first), names.of(row.pages.last))
    if row.tokens is None:
        return pages
    return _("{pages} · {n} tokens").format(pages=pages, n=count(row.tokens))


def _identity(row: HeadingRow | BookRow) -> tuple[str | bool, ...]:
    """What decides a row's place and height."""
    if isinstance(row, HeadingRow):
        return (row.text,)
    return row.key, row.title, row.on_desk, bool(row.state_text), row.fraction is not None

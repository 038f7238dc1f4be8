"""The books as a list model: those on the desk of this conversation, then the others on the shelf."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.messages import _, count
from app.ui.shelf.rows import BookRow, Heading, ItemRole

_Index: TypeAlias = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class BookList(QAbstractListModel):
    """`ItemRole` gives a `Heading` or a `BookRow`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Heading | BookRow] = []

    def show_books(self, rows: Sequence[BookRow]) -> None:
        """Keeps the given order within desk and shelf; a change of states alone keeps selection and scroll position."""
        desk = [row for row in rows if row.on_desk]
        shelf = [row for row in rows if not row.on_desk]
        arranged: list[Heading | BookRow] = []
        for heading, group in ((_("On the desk"), desk), (_("Shelf"), shelf)):
            if group:
                arranged += [Heading(heading), *group]
        if [_identity(row) for row in arranged] == [_identity(row) for row in self._rows]:
            changed = [number for number, (old, new) in enumerate(zip(self._rows, arranged, strict=True)) if old != new]
            self._rows = arranged
            for number in changed:
                self.dataChanged.emit(self.index(number), self.index(number))
            return
        self.beginResetModel()
        self._rows = arranged
        self.endResetModel()

    def books(self) -> tuple[BookRow, ...]:
        return tuple(row for row in self._rows if isinstance(row, BookRow))

    def index_of(self, key: str) -> QModelIndex:
        """An invalid index when there is none."""
        for number, row in enumerate(self._rows):
            if isinstance(row, BookRow) and row.key == key:
                return self.index(number)
        return QModelIndex()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ItemRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.text if isinstance(row, Heading) else row.title
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and isinstance(row, BookRow):
            return " · ".join(part for part in (measure_of(row), row.state_text) if part)
        return None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid() or isinstance(self._rows[index.row()], Heading):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def measure_of(row: BookRow) -> str:
    """How long a book is, in words: "412 pages · 231,480 tokens", or the chosen pages of it."""
    if row.book is None:
        return ""
    pages = _("1 page") if row.book.page_count == 1 else _("{n} pages").format(n=count(row.book.page_count))
    if row.pages is not None:
        pages = _("p. {first}–{last} of {n}").format(
            first=row.pages.first, last=row.pages.last, n=count(row.book.page_count)
        )
    if row.tokens is None:
        return pages
    return _("{pages} · {n} tokens").format(pages=pages, n=count(row.tokens))


def _identity(row: Heading | BookRow) -> tuple[str | bool, ...]:
    """What decides a row's place and height."""
    if isinstance(row, Heading):
        return (row.text,)
    return row.key, row.title, row.on_desk, bool(row.state_text), row.fraction is not None

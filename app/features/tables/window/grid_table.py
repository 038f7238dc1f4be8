"""A grid as a table model: a row for every document, a column for every question; sorted, filtered, grouped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from PySide6.QtCore import QObject, Qt

from app.core.conversations.values import ValueKind, ValueState
from app.core.documents.document import Book
from app.core.documents.untrusted import disarm
from app.features.tables.cells import CellFinding, ReadCell
from app.features.tables.data import GridColumn, GridRow, Sheet
from app.features.tables.window.cell_table import ROOT, CellRole, CellTable, Index, ShownCell
from app.features.tables.words import found_words, kind_words, row_title
from app.ui.kit.words import spoken_words
from app.wording.i18n import _
from app.wording.units import count


class GridFilter(StrEnum):
    """The documents that are shown: those that have such a cell."""

    ALL = "all"
    OTHERWISE = "otherwise"  # its page says otherwise, or no page says it
    COMPARE = "compare"
    ABSENT = "absent"
    OPEN = "open"  # not answered yet, stopped or failed
    CHANGED = "changed"  # corrected or commented by hand


_FOUND = {
    GridFilter.OTHERWISE: (CellFinding.OTHERWISE, CellFinding.NOTHING),
    GridFilter.COMPARE: (CellFinding.COMPARE, CellFinding.UNDECIDED, CellFinding.UNFIT),
    GridFilter.ABSENT: (CellFinding.ABSENT,),
    GridFilter.OPEN: (CellFinding.WAITING, CellFinding.ANSWERING, CellFinding.STOPPED, CellFinding.FAILED),
}


@dataclass(frozen=True)
class Arrangement:
    """The arrangement of the rows. `column` is the number of the column that they are sorted by, 0 for the documents'
    own order. `grouped` puts rows of the same value below a heading. `words` are in what is shown of a document."""

    column: int = 0
    descending: bool = False
    grouped: bool = False
    filter: GridFilter = GridFilter.ALL
    words: str = ""


@dataclass(frozen=True)
class ShownDocument:
    """The head of a row. `words` say how far it is."""

    row: GridRow
    title: str
    words: str
    book: Book | None


@dataclass(frozen=True)
class ShownGroup:
    """The head of a group of rows that have the same value."""

    title: str
    rows: int


class GridTable(CellTable):
    """The grid. `CellRole` gives a `ShownDocument` or a `ShownGroup` for a row's head, a `GridColumn` for a
    column's."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._heads: dict[int, ShownDocument] = {}  # by the numbers of rows
        self._lines: list[GridRow | ShownGroup] = []
        self.arrangement = Arrangement()

    # ---- what is shown

    def arrange(self, arrangement: Arrangement) -> None:
        """Show the rows in another order, or others of them."""
        self.beginResetModel()
        self.arrangement = arrangement
        self._lines = self._arranged()
        self.endResetModel()

    def cell_at(self, index: Index) -> ShownCell | None:
        line = self._lines[index.row()] if index.isValid() else None
        return self._of(line, self.columns[index.column()].number) if isinstance(line, GridRow) else None

    def line(self, row: int) -> GridRow | ShownGroup:
        return self._lines[row]

    @property
    def columns(self) -> tuple[GridColumn, ...]:
        return self.sheet.columns if self.sheet is not None else ()

    @property
    def documents(self) -> int:
        """The number of rows that are shown, without the heads of groups."""
        return sum(isinstance(line, GridRow) for line in self._lines)

    # ---- the model

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal:
            column = self.columns[section] if section < len(self.columns) else None
            if column is None or role not in (CellRole, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                return None
            named = f"{disarm(column.title)}, {kind_words(column.form)}"
            return {CellRole: column, Qt.ItemDataRole.DisplayRole: named}.get(role, disarm(column.question))
        line = self._lines[section] if section < len(self._lines) else None
        head = self._heads.get(line.number) if isinstance(line, GridRow) else line
        if role == CellRole or head is None:
            return head
        return _head_words(head) if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        shown = self.cell_at(index)
        if role == CellRole or shown is None:
            return shown
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            said = (shown.words, shown.place, found_words(shown.read), shown.cell.comment)
            return disarm(spoken_words(shown.column.title, *said))
        return None

    # ---- what is made of a sheet

    def _take(self, sheet: Sheet | None, books: Mapping[str, Book], reads: Mapping[str, ReadCell]) -> None:
        if sheet is None or self.sheet is None or sheet.id != self.sheet.id:
            self.arrangement = Arrangement()
        super()._take(sheet, books, reads)
        self._heads = {row.number: self._head(row) for row in (sheet.rows if sheet is not None else ())}
        self._lines = self._arranged()

    def _tell_of(self, shown: ShownCell) -> None:
        """Say that a cell has changed. Rows keep their places until they are arranged again, so that nothing moves away
        from under the mouse."""
        self._heads[shown.cell.row] = self._head(self._heads[shown.cell.row].row)
        rows = [n for n, line in enumerate(self._lines) if isinstance(line, GridRow) and line.number == shown.cell.row]
        for row in rows:
            index = self.index(row, self.columns.index(shown.column))
            self.dataChanged.emit(index, index)
            self.headerDataChanged.emit(Qt.Orientation.Vertical, row, row)

    def _of(self, row: GridRow, column: int) -> ShownCell | None:
        return self._cells.get((row.number, column))

    def _of_row(self, row: GridRow) -> list[ShownCell]:
        found = (self._of(row, column.number) for column in self.columns)
        return [shown for shown in found if shown is not None]

    def _head(self, row: GridRow) -> ShownDocument:
        cells = [shown.read for shown in self._of_row(row)]
        asked = [read for read in cells if read.finding is not CellFinding.WAITING]
        book = self.books.get(row.books[0].book_id) if row.books else None
        if not asked:
            words = _("waiting")
        elif len(asked) < len(cells) or any(read.finding is CellFinding.ANSWERING for read in cells):
            words = _("{done} of {total}").format(done=count(len(asked)), total=count(len(cells)))
        else:
            pages = sum(self.books[ref.book_id].page_count for ref in row.books if ref.book_id in self.books)
            words = _("1 page") if pages == 1 else _("{n} pages").format(n=count(pages))
        return ShownDocument(row, disarm(row_title(row, self.books)), words, book)

    def _arranged(self) -> list[GridRow | ShownGroup]:
        wanted, sheet = self.arrangement, self.sheet
        rows = [row for row in sheet.rows if self._is_wanted(row)] if sheet is not None else []
        if not wanted.column:
            return list(reversed(rows)) if wanted.descending else list(rows)
        rows.sort(key=lambda row: _key(self._of(row, wanted.column)))
        if wanted.descending:  # what has no value comes last all the same
            having = [row for row in rows if _has_value(self._of(row, wanted.column))]
            rows = [*reversed(having), *rows[len(having) :]]
        if not wanted.grouped:
            return list(rows)
        lines: list[GridRow | ShownGroup] = []
        for words, group in groupby(rows, key=lambda row: self._group(row, wanted.column)):
            of_group = list(group)
            lines += [ShownGroup(words, len(of_group)), *of_group]
        return lines

    def _group(self, row: GridRow, column: int) -> str:
        value = self._of(row, column)
        return (value.words if value is not None else "") or _("No answer yet")

    def _is_wanted(self, row: GridRow) -> bool:
        wanted = self.arrangement
        values = self._of_row(row)
        if not any(_passes(value, wanted.filter) for value in values):
            return False
        said = [self._heads[row.number].title, *(f"{each.words} {each.place}" for each in values)]
        return all(word in " ".join(said).casefold() for word in wanted.words.casefold().split())


def _passes(value: ShownCell, wanted: GridFilter) -> bool:
    if wanted is GridFilter.CHANGED:
        return bool(value.read.cell.correction or value.read.cell.comment)
    return wanted is GridFilter.ALL or value.read.finding in _FOUND[wanted]


def _has_value(value: ShownCell | None) -> bool:
    return value is not None and value.read.value.state is ValueState.HAS


def _key(value: ShownCell | None) -> tuple[int, float, str]:
    """Return what a value is sorted by: dates as dates, amounts as numbers, all else as words."""
    if value is None or not _has_value(value):
        words = value.words if value is not None else ""
        return (1, 0.0 if words else 1.0, words)
    found = value.read.value
    if found.day is not None:
        return (0, float(found.day.toordinal()), "")
    if found.number is not None:
        return (0, float(found.number), found.currency)
    if value.read.kind is ValueKind.YES_NO and found.yes is not None:
        return (0, 0.0 if found.yes else 1.0, "")
    return (0, 0.0, found.text.casefold())


def _head_words(head: ShownDocument | ShownGroup) -> str:
    return f"{head.title}, {head.words}" if isinstance(head, ShownDocument) else f"{head.title}, {count(head.rows)}"

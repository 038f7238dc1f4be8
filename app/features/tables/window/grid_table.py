"""A grid as a table model: a row for every document, a column for every question; sorted, filtered, grouped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from typing import Any, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.core.conversations.values import ValueKind, ValueState
from app.core.documents.document import Book
from app.core.documents.untrusted import disarm
from app.features.tables.cells import CellFinding, ReadCell, read_cell
from app.features.tables.data import GridColumn, GridRow, Sheet, SheetCell
from app.features.tables.words import cell_words, found_words, kind_words, place_words, row_title, short_place_words
from app.ui.chat.citations import shorten_title
from app.wording.i18n import _
from app.wording.units import count

GridRole = int(Qt.ItemDataRole.UserRole)
"""Gives a `ShownValue` of a cell, a `ShownDocument` or a `ShownGroup` of a row's head, a `GridColumn` of a column's."""

_Index: TypeAlias = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class GridFilter(StrEnum):
    """Which documents are shown: those that have such a cell."""

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
    """`column`: the number of the column that rows are sorted by, 0 for the documents' own order. `grouped`: rows of
    the same value stand below it. `words` are in what is shown of a document."""

    column: int = 0
    descending: bool = False
    grouped: bool = False
    filter: GridFilter = GridFilter.ALL
    words: str = ""


@dataclass(frozen=True)
class ShownValue:
    """A cell. `place`: its page with the finding, or what stands in the place of a page; `short`: the page with a sign
    for the finding, where there is less room."""

    read: ReadCell
    column: GridColumn
    words: str
    place: str
    short: str = ""

    @property
    def is_running(self) -> bool:
        return self.read.finding is CellFinding.ANSWERING


@dataclass(frozen=True)
class ShownDocument:
    """The head of a row. `words`: how far it is."""

    row: GridRow
    title: str
    words: str
    book: Book | None


@dataclass(frozen=True)
class ShownGroup:
    """The head of a group of rows that have the same value."""

    title: str
    rows: int


class GridTable(QAbstractTableModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sheet: Sheet | None = None
        self._books: Mapping[str, Book] = {}
        self._values: dict[tuple[int, int], ShownValue] = {}
        self._heads: dict[int, ShownDocument] = {}
        self._lines: list[GridRow | ShownGroup] = []
        self.arrangement = Arrangement()

    # ---- what is shown

    def show_sheet(
        self, sheet: Sheet | None, books: Mapping[str, Book], reads: Mapping[str, ReadCell] | None = None
    ) -> None:
        """`reads`: what its cells say, as far as that is known, by the ids of their questions."""
        self.beginResetModel()
        if sheet is None or self._sheet is None or sheet.id != self._sheet.id:
            self.arrangement = Arrangement()
        self._sheet, self._books = sheet, books
        cells = sheet.cells if sheet is not None else ()
        known = reads or {}
        self._values = {(cell.row, cell.column): self._shown(cell, known.get(cell.question.id)) for cell in cells}
        self._heads = {row.number: self._head(row) for row in (sheet.rows if sheet is not None else ())}
        self._lines = self._arranged()
        self.endResetModel()

    def arrange(self, arrangement: Arrangement) -> None:
        """Show the rows in another order, or others of them."""
        self.beginResetModel()
        self.arrangement = arrangement
        self._lines = self._arranged()
        self.endResetModel()

    def show_cell(self, cell: SheetCell, step: str = "") -> None:
        """Replace a cell; `step` says what is done for it while it is asked. Rows keep their places until they are
        arranged again, so that nothing moves away from under the mouse."""
        if self._sheet is None or (cell.row, cell.column) not in self._values:
            return
        shown = self._shown(cell)
        if step:
            running = replace(shown.read, finding=CellFinding.ANSWERING)
            shown = replace(shown, read=running, words=step, place="", short="")
        self._values[cell.row, cell.column] = shown
        self._heads[cell.row] = self._head(self._heads[cell.row].row)
        at = next(
            (n for n, line in enumerate(self._lines) if isinstance(line, GridRow) and line.number == cell.row), -1
        )
        if at >= 0:
            column = self.column_at(cell.column)
            self.dataChanged.emit(self.index(at, column), self.index(at, column))
            self.headerDataChanged.emit(Qt.Orientation.Vertical, at, at)

    def reads(self) -> list[ReadCell]:
        """All cells, shown or not."""
        return [value.read for value in self._values.values()]

    def value(self, index: _Index) -> ShownValue | None:
        line = self._lines[index.row()] if index.isValid() else None
        if not isinstance(line, GridRow):
            return None
        return self._values.get((line.number, self.columns[index.column()].number))

    def line(self, row: int) -> GridRow | ShownGroup:
        return self._lines[row]

    @property
    def columns(self) -> tuple[GridColumn, ...]:
        return self._sheet.columns if self._sheet is not None else ()

    @property
    def books(self) -> Mapping[str, Book]:
        return self._books

    @property
    def documents(self) -> int:
        """How many rows are shown, without the heads of groups."""
        return sum(isinstance(line, GridRow) for line in self._lines)

    def column_at(self, number: int) -> int:
        return next((place for place, column in enumerate(self.columns) if column.number == number), 0)

    # ---- the model

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal:
            column = self.columns[section] if section < len(self.columns) else None
            if column is None or role not in (GridRole, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                return None
            named = f"{disarm(column.title)}, {kind_words(column.form)}"
            return {GridRole: column, Qt.ItemDataRole.DisplayRole: named}.get(role, disarm(column.question))
        head = self._head_at(section)
        if role == GridRole or head is None:
            return head
        return _head_words(head) if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        value = self.value(index)
        if role == GridRole or value is None:
            return value
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            comment = value.read.cell.comment
            said = (value.words, value.place, found_words(value.read), comment)
            return disarm(". ".join(filter(None, (value.column.title, *said))))
        return None

    def _head_at(self, section: int) -> ShownDocument | ShownGroup | None:
        line = self._lines[section] if section < len(self._lines) else None
        return self._heads.get(line.number) if isinstance(line, GridRow) else line

    # ---- what is made of a sheet

    def _place_of(self, number: int) -> int | None:
        """Where a row is shown."""
        shown = (at for at, line in enumerate(self._lines) if isinstance(line, GridRow) and line.number == number)
        return next(shown, None)

    def _of_row(self, row: GridRow) -> list[ShownValue]:
        found = (self._values.get((row.number, column.number)) for column in self.columns)
        return [value for value in found if value is not None]

    def _shown(self, cell: SheetCell, read: ReadCell | None = None) -> ShownValue:
        read = read if read is not None and read.cell is cell else read_cell(cell)
        column = self.columns[self.column_at(cell.column)]
        evidence = read.evidence
        title = shorten_title(evidence.document) if evidence is not None and len(cell.question.books) > 1 else ""
        place = place_words(read, self._books, title)
        short = short_place_words(read, self._books)
        return ShownValue(read, column, disarm(cell_words(read)), disarm(place), disarm(short))

    def _head(self, row: GridRow) -> ShownDocument:
        cells = [value.read for value in self._of_row(row)]
        asked = [read for read in cells if read.finding is not CellFinding.WAITING]
        book = self._books.get(row.books[0].book_id) if row.books else None
        if not asked:
            words = _("waiting")
        elif len(asked) < len(cells) or any(read.finding is CellFinding.ANSWERING for read in cells):
            words = _("{done} of {total}").format(done=count(len(asked)), total=count(len(cells)))
        else:
            pages = sum(self._books[ref.book_id].page_count for ref in row.books if ref.book_id in self._books)
            words = _("1 page") if pages == 1 else _("{n} pages").format(n=count(pages))
        return ShownDocument(row, disarm(row_title(row, self._books)), words, book)

    def _arranged(self) -> list[GridRow | ShownGroup]:
        wanted, sheet = self.arrangement, self._sheet
        rows = [row for row in sheet.rows if self._is_wanted(row)] if sheet is not None else []
        if not wanted.column:
            return list(reversed(rows)) if wanted.descending else list(rows)
        rows.sort(key=lambda row: _key(self._values.get((row.number, wanted.column))))
        if wanted.descending:  # what has no value comes last all the same
            having = [row for row in rows if _has_value(self._values.get((row.number, wanted.column)))]
            rows = [*reversed(having), *rows[len(having) :]]
        if not wanted.grouped:
            return list(rows)
        lines: list[GridRow | ShownGroup] = []
        for words, group in groupby(rows, key=lambda row: self._group(row, wanted.column)):
            of_group = list(group)
            lines += [ShownGroup(words, len(of_group)), *of_group]
        return lines

    def _group(self, row: GridRow, column: int) -> str:
        value = self._values.get((row.number, column))
        return (value.words if value is not None else "") or _("No answer yet")

    def _is_wanted(self, row: GridRow) -> bool:
        wanted = self.arrangement
        values = self._of_row(row)
        if not any(_passes(value, wanted.filter) for value in values):
            return False
        text = " ".join([self._heads[row.number].title, *(f"{each.words} {each.place}" for each in values)]).casefold()
        return all(word in text for word in wanted.words.casefold().split())


def _passes(value: ShownValue, wanted: GridFilter) -> bool:
    if wanted is GridFilter.CHANGED:
        return bool(value.read.cell.correction or value.read.cell.comment)
    return wanted is GridFilter.ALL or value.read.finding in _FOUND[wanted]


def _has_value(value: ShownValue | None) -> bool:
    return value is not None and value.read.value.state is ValueState.HAS


def _key(value: ShownValue | None) -> tuple[int, float, str]:
    """Dates as dates, amounts as numbers, all else as words."""
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

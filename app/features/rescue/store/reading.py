"""All rows that can be read of a damaged database, by table: down from the roots first, then page by page."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from app.core.work import Work
from app.features.rescue.store.row_format import Row, TreePage, Value, tree_page
from app.features.rescue.store.shapes import SCHEMA, Layout, RowShape, layout_of
from app.store.database_pages import StoredPages
from app.store.migrations import MIGRATIONS

_OBJECTS = ("table", "index", "trigger", "view")
_SCHEMA_COLUMNS = 5
_VERSION_AT = 60  # user_version, in the header of page 1
_SURE = 0.99  # all that the rows of a page refer to is known
_DOUBT = 0.1  # they have fewer values than the table has columns
_REPORTED = 500
"""The number of stored pages between two reports of progress."""

DERIVED = frozenset(("passages", "passage_vectors", "recognitions"))
"""The tables that are made anew of pages of documents, or only matter while a document is opened."""


_Keys: TypeAlias = dict[tuple[str, str], set[Value]]


@dataclass(frozen=True)
class _Rank:
    """The likeliest table or index of a page that nothing leads to, None if it fits none. `points` is how sure that is,
    up to 1; `asks` are the columns whose values that depends on."""

    points: float
    shape: RowShape | None
    asks: frozenset[tuple[str, str]]


class RowTarget(Protocol):
    """The place to which the rows go."""

    def put(self, table: str, rows: list[dict[str, Value]]) -> None:
        """Put rows, by the names of their columns; of what was put twice, the first counts."""

    def values(self, table: str, column: str) -> set[Value]:
        """Return the values that the target has in a column; "rowid": the numbers of rows."""


class DamagedRows:
    """The rows of a damaged database. `layout` is that of the database. `damaged` counts the pages or rows of each
    table that is kept which could not be read; `unknown` the pages of which nothing is left that says their table."""

    def __init__(self, pages: StoredPages) -> None:
        """Find out which tables there are."""
        self._pages = pages
        self._seen = {1}
        self._steps = 0
        self.damaged: dict[str, int] = defaultdict(int)
        self.unknown = 0
        self._led_to = set[int]()
        """The numbers of damaged pages that a page or a row led to."""
        first = pages.read(1)
        schema = list(self._schema(first))
        version = 0 if first is None else struct.unpack_from(">I", first, _VERSION_AT)[0]
        self.layout = _layout(version, schema)
        self._roots = {
            root: self.layout.shapes[name]
            for _type, name, _table, root, _sql in (row.values for row in schema)
            if name in self.layout.shapes and isinstance(root, int) and root > 1
        }
        self._broken = self.layout.shapes.keys() - {shape.name for shape in self._roots.values()} - {SCHEMA}
        """The names of tables and indexes that may have pages that nothing leads to."""

    def run(self, target: RowTarget) -> Work[float, None]:
        """Read all rows; yields how much of the pages was looked at, from 0 to 1."""
        yield from self._from_roots(target)
        yield from self._left_over(target)

    def _from_roots(self, target: RowTarget) -> Iterator[float]:
        """Walk down each tree."""
        before = set(self._pages.damaged)
        for root, shape in self._roots.items():
            ahead = [root]
            while ahead:
                number = ahead.pop()
                if number in self._seen:
                    continue
                self._seen.add(number)
                page = self._tree_page(number)
                if page is None:
                    self._broken |= {shape.name}
                    if shape.kept:
                        self.damaged[shape.name] += 1
                    continue
                ahead += page.below[::-1]
                self._take(page, shape, target)
                yield from self._step()
        self._led_to = self._pages.damaged - before

    def _left_over(self, target: RowTarget) -> Iterator[float]:
        """Read stored pages that nothing leads to any more; their rows say what they belong to."""
        orphans, lost = [], 0
        for number in range(2, self._pages.count + 1):
            if number not in self._seen:
                page = self._tree_page(number)
                if page is not None and page.rows:
                    orphans.append(number)
                lost += number in self._pages.damaged and number not in self._led_to
            yield from self._step()
        if any(self.layout.shapes[name].kept for name in self._broken):
            self.unknown = lost
        known = self._known_keys(target) if orphans else {}
        ranks = dict[int, _Rank]()  # made anew where more is known of what they depend on
        while orphans:
            for number in orphans:
                if number not in ranks:
                    ranks[number] = self._rank(number, known)
                    yield from self._step()
            best = max(orphans, key=lambda number: ranks[number].points)
            least, likeliest = min(_SURE, ranks[best].points), ranks[best].shape
            taken = [number for number in orphans if ranks[number].points >= least]
            if least < _SURE:  # of the likeliest, one kind: others may refer to it
                taken = [number for number in taken if ranks[number].shape is likeliest]
            grown = set[tuple[str, str]]()
            for number in taken:
                grown |= self._take_orphan(number, ranks.pop(number).shape, known, target)
                yield from self._step()
            ranks = {number: rank for number, rank in ranks.items() if grown.isdisjoint(rank.asks)}
            gone = set(taken)
            orphans = [number for number in orphans if number not in gone]

    def _take_orphan(
        self, number: int, shape: RowShape | None, known: _Keys, target: RowTarget
    ) -> set[tuple[str, str]]:
        """Take the rows of a page; returns the columns of which more values are known by it."""
        page = self._tree_page(number)
        grown = set[tuple[str, str]]()
        if page is None or shape is None or not shape.kept:
            return grown
        self._take(page, shape, target)
        for row in page.rows:
            found = {"rowid": row.number} | shape.as_columns(row)
            for name, value in found.items():
                column = shape.name, name
                if column in known and value not in known[column]:
                    known[column].add(value)
                    grown.add(column)
        return grown

    def _step(self) -> Iterator[float]:
        self._steps += 1
        if self._steps % _REPORTED == 0:
            yield min(1.0, self._steps / (2 * self._pages.count))

    def _tree_page(self, number: int) -> TreePage | None:
        page = self._pages.read(number)
        return None if page is None else tree_page(page, number, self._pages)

    def _take(self, page: TreePage, shape: RowShape, target: RowTarget) -> None:
        if not shape.kept or (page.rows and page.kind not in shape.kinds):
            return
        target.put(shape.name, [shape.as_columns(row) for row in page.rows if shape.fits(row)])
        if page.lost:
            self.damaged[shape.name] += page.lost

    # ---- which tables there are

    def _schema(self, first: bytes | None) -> Iterator[Row]:
        """Yield the rows of the schema: down from page 1, or, without that, from wherever they are."""
        top = None if first is None else tree_page(first, 1, self._pages)
        if top is None:
            for number in range(2, self._pages.count + 1):
                page = self._tree_page(number)
                if page is not None and page.rows and all(map(_is_of_schema, page.rows)):
                    self._seen.add(number)
                    yield from page.rows
            return
        ahead = [top]
        while ahead:
            page = ahead.pop()
            yield from filter(_is_of_schema, page.rows)
            for number in page.below:
                if number not in self._seen:
                    self._seen.add(number)
                    ahead += [below] if (below := self._tree_page(number)) is not None else []

    # ---- what a page belongs to that nothing leads to

    def _known_keys(self, target: RowTarget) -> _Keys:
        shapes = self.layout.shapes
        wanted = {column.refers for shape in shapes.values() for column in shape.columns if column.refers is not None}
        return {(table, name): target.values(table, name) for table, name in wanted if shapes[table].kept}

    def _rank(self, number: int, known: _Keys) -> _Rank:
        """Rank the tables and indexes that a page may belong to: those that have lost something and that all rows of
        the page fit."""
        page = self._tree_page(number)
        if page is None:
            return _Rank(0.0, None, frozenset())
        fitting = [
            shape
            for name, shape in sorted(self.layout.shapes.items())
            if page.kind in shape.kinds and all(map(shape.fits, page.rows))
        ]
        # Where none has lost something that is known of, a page that led here is one of an earlier time.
        shapes = [shape for shape in fitting if shape.name in self._broken] or fitting

        def rank(shape: RowShape) -> tuple[tuple[float, int], int, int]:
            typed = sum(bool(column.kind) for column in shape.columns)
            added = len(shape.columns) - max(len(row.values) for row in page.rows)
            return shape.points_at(page.rows, known), -added, typed

        best = max(shapes, key=rank, default=None)
        if best is None:
            return _Rank(0.0, None, frozenset())
        (points, _count), added, _typed = rank(best)
        asks = frozenset(column.refers for shape in shapes for column in shape.columns if column.refers is not None)
        return _Rank(points - _DOUBT * (added < 0), best, asks)


def _is_of_schema(row: Row) -> bool:
    return len(row.values) == _SCHEMA_COLUMNS and row.values[0] in _OBJECTS


def _layout(version: int, schema: list[Row]) -> Layout:
    """Return the layout of the version that the file names or, if that cannot be read, of the newest that it has most
    of."""
    if 0 < version <= len(MIGRATIONS):
        return layout_of(version, DERIVED)
    texts = {(row.values[1], row.values[4]) for row in schema}
    layouts = [layout_of(version, DERIVED) for version in range(len(MIGRATIONS), 0, -1)]
    return max(layouts, key=lambda layout: len(layout.texts & texts) - len(texts - layout.texts))

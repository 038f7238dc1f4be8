"""The tables of a PDF page, each held by one line until the page's lines are in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Protocol, TypeAlias

from app.documents.pdf.columns import LinePiece
from app.documents.pdf.hyphenation import SOFT_HYPHEN
from app.documents.pdf.paragraphs import WIDE
from app.documents.pdf.rulings import Box
from app.documents.pdf.table_rows import lines_of
from app.documents.pdf.tables import Table
from app.documents.tables.rows import BETWEEN_CELLS

Range: TypeAlias = tuple[int, int]  # of PDFium's characters
TableRanges: TypeAlias = tuple[tuple[tuple[Range, ...], ...], ...]
"""Where the words of each cell are, row by row."""


class TableFinder(Protocol):
    def words(self, piece: LinePiece) -> list[LinePiece]:
        """The words of a line, from the left."""

    def joined(self, words: Sequence[LinePiece]) -> list[LinePiece]:
        """Words that follow one another in a line made one piece again."""


class StandIns:
    """The tables of a page: a piece stands in for each of them until the lines are in order."""

    def __init__(self, finder: TableFinder) -> None:
        self._finder = finder
        self._tables: dict[int, Table] = {}  # by where its first word begins
        self._boxes: list[Box] = []

    def is_stand_in(self, piece: LinePiece) -> bool:
        return not piece.text

    def outside(self, shown: list[Box]) -> list[Box]:
        """What does not stand in a table."""

        def is_inside(box: Box) -> bool:
            x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            return any(left <= x <= right and bottom <= y <= top for left, bottom, right, top in self._boxes)

        return [box for box in shown if not is_inside(box)] if self._boxes else shown

    def put(self, pieces: list[LinePiece], found: Sequence[Table]) -> list[LinePiece]:
        """The lines, with a piece without text in the place of the first of a table's, and what is beside it."""
        if not found:
            return pieces
        owners = {word.begin: table for table in found for word in table.words}
        done: set[int] = set()
        kept: list[LinePiece] = []
        for piece in pieces:
            words = [] if self.is_stand_in(piece) else self._finder.words(piece)
            if not any(word.begin in owners for word in words):
                kept.append(piece)
                continue
            for table, run in groupby(words, lambda word: owners.get(word.begin)):
                if table is None:
                    kept += self._finder.joined(list(run))
                elif id(table) not in done:
                    done.add(id(table))
                    kept.append(self._stand_in(table))
        return kept

    def _stand_in(self, table: Table) -> LinePiece:
        words = list(table.words)
        left, right = min(word.left for word in words), max(word.right for word in words)
        first = max(words, key=lambda word: word.baseline)
        self._tables[first.begin] = table
        self._boxes.append((left, min(word.baseline for word in words), right, first.baseline + first.height))
        return LinePiece("", left, right, first.baseline, first.height, first.begin, first.begin)

    def ranges(self) -> tuple[TableRanges, ...]:
        return tuple(
            tuple(tuple(tuple((word.begin, word.end) for word in cell) for cell in row) for row in table.rows)
            for table in self._tables.values()
        )

    def baselines(self) -> tuple[float, ...]:
        """Of all lines in tables."""
        return tuple(line[0].baseline for table in self._tables.values() for line in lines_of(list(table.words)))

    def rows_of(self, piece: LinePiece, rejoin: Callable[[list[LinePiece]], list[LinePiece]]) -> Iterator[LinePiece]:
        """`rejoin` writes lines, of which PDFium may have made several."""
        for row in self._tables[piece.begin].rows:
            words = [word for cell in row for word in cell]
            if not words:
                continue
            texts = [_cell_text(rejoin(self._finder.joined(cell))) for cell in row]
            yield LinePiece(
                BETWEEN_CELLS.join(texts),
                min(word.left for word in words),
                max(word.right for word in words),
                max(word.baseline for word in words),
                words[0].height,
            )


def _cell_text(lines: Sequence[LinePiece]) -> str:
    text = ""
    for line in lines:
        is_one = not text or text.endswith(SOFT_HYPHEN) or (WIDE.match(text[-1]) and WIDE.match(line.text[0]))
        text += line.text if is_one else f" {line.text}"
    return text.removesuffix(SOFT_HYPHEN) + "-" if text.endswith(SOFT_HYPHEN) else text

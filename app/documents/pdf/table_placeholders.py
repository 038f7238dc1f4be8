"""Keeps the place of each table of a PDF page with one piece, until the page's lines are in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import TypeAlias

from app.documents.pdf.characters import CharacterFinder
from app.documents.pdf.columns import LinePiece
from app.documents.pdf.hyphenation import SOFT_HYPHEN
from app.documents.pdf.paragraphs import WIDE
from app.documents.pdf.rulings import Box
from app.documents.pdf.table_rows import lines_of
from app.documents.pdf.tables import Table
from app.language.tables import BETWEEN_CELLS

Range: TypeAlias = tuple[int, int]  # of PDFium's characters
TableRanges: TypeAlias = tuple[tuple[tuple[Range, ...], ...], ...]
"""The ranges of the words of each cell, row by row."""


class TablePlaceholders:
    """The tables of a page, each replaced by one piece without text until the lines are in order."""

    def __init__(self, finder: CharacterFinder) -> None:
        self._finder = finder
        self._tables: dict[int, Table] = {}  # by where its first word begins
        self._boxes: list[Box] = []

    def is_placeholder(self, piece: LinePiece) -> bool:
        return not piece.text

    def outside(self, shown: list[Box]) -> list[Box]:
        """Return the boxes outside tables."""

        def is_inside(box: Box) -> bool:
            x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
            return any(left <= x <= right and bottom <= y <= top for left, bottom, right, top in self._boxes)

        return [box for box in shown if not is_inside(box)] if self._boxes else shown

    def put(self, pieces: list[LinePiece], found: Sequence[Table]) -> list[LinePiece]:
        """Put a placeholder in the place of the first line of each table, and return the lines, with what is beside
        tables."""
        if not found:
            return pieces
        owners = {word.begin: table for table in found for word in table.words}
        done: set[int] = set()
        kept: list[LinePiece] = []
        for piece in pieces:
            words = [] if self.is_placeholder(piece) else self._finder.words(piece)
            if not any(word.begin in owners for word in words):
                kept.append(piece)
                continue
            for table, run in groupby(words, lambda word: owners.get(word.begin)):
                if table is None:
                    kept += self._finder.joined(list(run))
                elif id(table) not in done:
                    done.add(id(table))
                    kept.append(self._placeholder(table))
        return kept

    def _placeholder(self, table: Table) -> LinePiece:
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
        """Return the base lines of all lines in tables."""
        return tuple(line[0].baseline for table in self._tables.values() for line in lines_of(list(table.words)))

    def rows_of(self, piece: LinePiece, rejoin: Callable[[list[LinePiece]], list[LinePiece]]) -> Iterator[LinePiece]:
        """Yield the rows of a placeholder's table as text; `rejoin` joins lines that PDFium divided."""
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

"""Rows of a table as lines of text, in blocks that each begin with the table's header."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from app.core.document import Flag
from app.documents.flow import PAGE_CHARACTERS, Block, Heading
from app.documents.formats.base import MAX_CHARACTERS, Content, refuse_over
from app.documents.hygiene import MAX_LINE_CHARACTERS

MAX_ROWS = 1_048_576  # of one sheet; Excel has no more
MAX_COLUMNS = 16_384
BLOCK_ROWS = 30
MAX_HEADER_CHARACTERS = 600  # a longer header would leave no room for rows, and is not repeated
BETWEEN_CELLS = " | "


class Tables:
    """Counts what all tables of a document come to. Each raises AppError DOCUMENT_LIMIT for too much."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._characters = 0

    @property
    def are_empty(self) -> bool:
        return not self._characters

    def blocks(
        self, untrusted_rows: Iterable[Sequence[str]], untrusted_title: str = "", flags: tuple[Flag, ...] = ()
    ) -> Iterator[Block]:
        """Cells at the end of a row that are empty, and rows of empty cells, are left out."""
        if untrusted_title:
            untrusted_title = " ".join(untrusted_title.split())[:MAX_LINE_CHARACTERS]
            yield Block(untrusted_title, (Heading(untrusted_title, 1),), flags)
        header, rows, height = "", list[str](), 0
        for line in self._lines(untrusted_rows):
            if rows and (len(rows) == BLOCK_ROWS or height + len(line) > PAGE_CHARACTERS):
                yield Block("\n".join(rows if rows[0] is header else _under(header, rows)), flags=flags)
                rows, height = [], len(header)
            header = header or line
            rows.append(line)
            height += len(line) + 1
        if rows:
            yield Block("\n".join(rows if rows[0] is header else _under(header, rows)), flags=flags)

    def _lines(self, untrusted_rows: Iterable[Sequence[str]]) -> Iterator[str]:
        for number, row in enumerate(untrusted_rows, 1):
            refuse_over(MAX_ROWS, number, "rows", self._content)
            refuse_over(MAX_COLUMNS, len(row), "columns", self._content)
            cells = [" ".join(cell.split()) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                line = BETWEEN_CELLS.join(cells)
                self._characters += len(line)
                refuse_over(MAX_CHARACTERS, self._characters, "characters", self._content)
                yield line


def _under(header: str, rows: list[str]) -> list[str]:
    return [header, *rows] if len(header) <= MAX_HEADER_CHARACTERS else rows

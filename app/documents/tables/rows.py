"""Writes the rows of a table as lines of text, in blocks that each begin with the table's header."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from app.core.documents.document import Flag
from app.documents.formats.contract import MAX_CHARACTERS, Content, refuse_over
from app.documents.text.clean import MAX_LINE_CHARACTERS
from app.documents.text.flow import PAGE_CHARACTERS, Block, Comment, Heading
from app.language.tables import BETWEEN_CELLS

MAX_ROWS = 1_048_576  # of one sheet; Excel has no more
MAX_COLUMNS = 16_384
BLOCK_ROWS = 30
MAX_HEADER_CHARACTERS = 600  # a longer header would leave no room for rows, and is not repeated


class RowComment(msgspec.Struct, frozen=True):
    """A comment as `notation.comment` writes it; `row` counts from 1."""

    row: int
    untrusted_text: str


class Tables:
    """The tables of a document, counted together. Methods raise AppError DOCUMENT_LIMIT for too much."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._characters = self._characters_of_comments = 0

    @property
    def are_empty(self) -> bool:
        return not self._characters

    def blocks(
        self,
        untrusted_rows: Iterable[Sequence[str]],
        untrusted_title: str = "",
        flags: tuple[Flag, ...] = (),
        comments: Iterable[RowComment] = (),
    ) -> Iterator[Block]:
        """Yield the blocks of a table. Empty cells at the end of a row, and empty rows, are left out. `comments` are in
        the order of their rows, to which they belong."""
        if untrusted_title:
            untrusted_title = " ".join(untrusted_title.split())[:MAX_LINE_CHARACTERS]
            yield Block(untrusted_title, (Heading(untrusted_title, 1),), flags)
        header, rows, height, last = "", list[str](), 0, 0
        due = deque(comments)
        for number, line in self._lines(untrusted_rows):
            if rows and (len(rows) == BLOCK_ROWS or height + len(line) > PAGE_CHARACTERS):
                yield Block(_text(header, rows), flags=flags, comments=self._up_to(last, due))
                rows, height = [], len(header)
            last = number
            header = header or line
            rows.append(line)
            height += len(line) + 1
        if rows or due:
            yield Block(_text(header, rows), flags=flags, comments=self._up_to(None, due))

    def _up_to(self, row: int | None, due: deque[RowComment]) -> tuple[Comment, ...]:
        """Return the comments up to a row, or all that are left."""
        taken = []
        while due and (row is None or due[0].row <= row):
            taken.append(Comment(due.popleft().untrusted_text))
            self._characters_of_comments += len(taken[-1].untrusted_text)
            refuse_over(MAX_CHARACTERS, self._characters_of_comments, "characters", self._content)
        return tuple(taken)

    def _lines(self, untrusted_rows: Iterable[Sequence[str]]) -> Iterator[tuple[int, str]]:
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
                yield number, line


def _text(header: str, rows: list[str]) -> str:
    """Return the rows below their header, unless it is their first one or too long."""
    repeated = rows and rows[0] is not header and len(header) <= MAX_HEADER_CHARACTERS
    return "\n".join([header, *rows] if repeated else rows)

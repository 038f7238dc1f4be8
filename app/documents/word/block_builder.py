"""Builds the blocks of a word processor's document, paragraph by paragraph, on a walk through its elements."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from itertools import accumulate

import msgspec
from lxml import etree

from app.core.documents.document import Document, Flag, Format
from app.core.documents.facts import NO_FACTS, Facts
from app.documents.formats.contract import (
    MAX_CHARACTERS,
    MAX_OUTLINE_LEVELS,
    Content,
    Progress,
    refuse_damaged,
    refuse_over,
    to_document,
)
from app.documents.formats.xml import local_name
from app.documents.text import notation
from app.documents.text.flow import Block, Comment, Heading, flow
from app.documents.text.hidden import LeftOut
from app.documents.text.runs import PLAIN, Run, RunStyle, written
from app.language.tables import BETWEEN_CELLS

MAX_LIST_LEVELS = 9
MAX_NESTED_TABLES = 16
_PROGRESS_STEP = 200
_AROUND_LINE_END = re.compile(r" *\n[ \n]*")
_BULLETS = {"o"}  # Word's second bullet, a letter of Courier


class ListItem(msgspec.Struct, frozen=True):
    """The place of a paragraph in a list, `level` from 0; `continues` tells that it has no mark of its own."""

    level: int
    untrusted_mark: str = ""
    continues: bool = False


class _Table(msgspec.Struct):
    rows: list[str] = []
    row: list[str] = []
    cell: list[str] = []


class BlockBuilder:
    """Builds blocks. Headings and paragraphs are blocks; a list is one block, a line an item; a table is one block, a
    line a row with " | " between cells, also for a table inside a cell. Asides (notes and text boxes) follow their
    paragraph, item or table."""

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._inline: list[Run] = []  # of the paragraph that is open
        self._lines: list[str] = []  # of the list that is open
        self._depth = 0  # of tables that are open, those too deep for `_tables` counted
        self._tables: list[_Table] = []  # that are open, the outermost first
        self._asides: list[Block] = []  # of what is open
        self._hidden = False
        self._left_out = LeftOut()
        self._comments: list[tuple[int, str]] = []  # with the row or the line that they are on

    def add_text(self, untrusted_text: str, look: RunStyle = PLAIN) -> None:
        self._inline.append((untrusted_text, look))

    def add_formula(self, text: str, look: RunStyle = PLAIN) -> None:
        """Add a formula as `formula` writes it."""
        self.add_text(text, RunStyle(change=look.change, formula=True))

    def hide(self, untrusted_text: str = "") -> None:
        """Leave out hidden text here."""
        self._hidden = True
        self._left_out.add(untrusted_text)

    def leave_out(self, blocks: Iterable[Block]) -> None:
        """Leave out `blocks`, but keep their hidden text and their comments."""
        for block in blocks:
            if Flag.HIDDEN_TEXT in block.flags:
                self.hide(f"{block.untrusted_hidden} ")
            place = self._place
            self._comments += [(place, each.untrusted_text) for each in block.comments]

    def comment(self, untrusted_text: str, untrusted_author: str = "") -> None:
        """Add a comment on this place."""
        if untrusted_text.strip():
            self._comments.append((self._place, notation.comment(untrusted_text, untrusted_author)))

    @property
    def _place(self) -> int:
        """The index of the open table's row or the open list's line."""
        return len(self._tables[0].rows if self._tables else self._lines)

    def add_reference(self, number: int, look: RunStyle = PLAIN) -> None:
        """Add a note's mark."""
        self.add_text(notation.note_mark(number), RunStyle(change=look.change))

    def add_note(self, number: int, blocks: Iterable[Block]) -> None:
        """Add a note's text after the open paragraph, a line for each of its paragraphs."""
        noted = list(blocks)
        text = "\n".join(block.untrusted_text for block in noted if block.untrusted_text).lstrip()
        flags = tuple(dict.fromkeys(flag for block in noted for flag in block.flags))
        hidden = " ".join(block.untrusted_hidden for block in noted if block.untrusted_hidden)
        comments = tuple(Comment(each.untrusted_text) for block in noted for each in block.comments)
        text = f"{notation.note_mark(number)} {text}" if text else ""
        self._asides.append(Block(text, flags=flags, untrusted_hidden=hidden, comments=comments))

    def add_box(self, blocks: Iterable[Block]) -> None:
        """Add a text box after the open paragraph."""
        self._asides += blocks

    def end_paragraph(self, heading_level: int = 0, item: ListItem | None = None) -> None:
        """End the open paragraph. `heading_level` counts from 1; 0 is no heading."""
        text = "\n".join(line.rstrip() for line in written(self._inline).split("\n")).strip("\n").rstrip()
        self._inline = []
        self._left_out.add(" ")
        if self._tables:
            self._tables[-1].cell += text.split()
            return
        if item and not heading_level:
            self._add_item(text.lstrip(), item)
        elif text.strip():
            self._end_list()
            level = min(heading_level, MAX_OUTLINE_LEVELS)
            self._add(text, (Heading(" ".join(text.split()), level),) if level else ())
        if self._asides:
            self._end_list()
            self._put_asides()

    def set_table_depth(self, depth: int) -> None:
        """Open or end tables until `depth` are open; those deeper than MAX_NESTED_TABLES are one."""
        self._depth = depth
        wanted = min(depth, MAX_NESTED_TABLES)
        while len(self._tables) < wanted:
            if not self._tables:
                self._end_list()
            self._tables.append(_Table())
        while len(self._tables) > wanted:
            self._end_table()

    @property
    def in_table(self) -> bool:
        return self._depth > 0

    def open_table(self) -> None:
        self.set_table_depth(self._depth + 1)

    def close_table(self) -> None:
        self.set_table_depth(self._depth - 1)

    def end_cell(self) -> None:
        if self._tables:
            table = self._tables[-1]
            table.row.append(_AROUND_LINE_END.sub("\n", " ".join(table.cell)).strip())
            table.cell = []

    def end_row(self) -> None:
        if not self._tables:
            return
        table = self._tables[-1]
        if table.cell:
            self.end_cell()
        if any(table.row):
            table.rows.append(BETWEEN_CELLS.join(table.row))
        table.row = []

    def finish(self) -> list[Block]:
        self.end_paragraph()
        self.set_table_depth(0)
        self._end_list()
        self._put_asides()
        if self._hidden or self._comments:
            self._add("")
        return self._blocks

    def _add_item(self, text: str, item: ListItem) -> None:
        if not text:
            return
        mark = item.untrusted_mark.strip()
        shown = mark if any(map(str.isalnum, mark)) and mark not in _BULLETS else "-"
        indent = "  " * min(max(item.level, 0), MAX_LIST_LEVELS - 1)
        lines = text.split("\n")
        first = f"{indent}{' ' if item.continues else shown} {lines[0]}"
        self._lines += [first, *(f"{indent}  {line}" for line in lines[1:])]

    def _end_table(self) -> None:
        self.end_row()
        rows = self._tables.pop().rows
        if self._tables:
            self._tables[-1].cell += [f"\n{row}\n" for row in rows]
            return
        if rows:
            self._add("\n".join(rows), parts=rows)
        self._put_asides()

    def _end_list(self) -> None:
        if self._lines:
            lines, self._lines = self._lines, []
            self._add("\n".join(lines), parts=lines)

    def _put_asides(self) -> None:
        self._blocks += self._asides
        self._asides = []

    def _add(self, text: str, headings: tuple[Heading, ...] = (), parts: Sequence[str] = ()) -> None:
        """Add a block; `parts` are the lines or rows of its text."""
        flags = (Flag.HIDDEN_TEXT,) if self._hidden else ()
        places = [0, *accumulate(len(part) + 1 for part in parts)]
        comments = tuple(Comment(comment, places[min(part, len(parts))]) for part, comment in self._comments)
        self._blocks.append(Block(text, headings, flags, untrusted_hidden=self._left_out.take(), comments=comments))
        self._hidden, self._comments = False, []


def paginate(
    blocks: list[Block],
    content: Content,
    format: Format,
    untrusted_title: str,
    untrusted_language: str = "",
    facts: Facts = NO_FACTS,
) -> Document:
    """Lay these blocks out as a document. Raises AppError DOCUMENT_LIMIT, DOCUMENT_NO_TEXT, or DOCUMENT_DAMAGED if
    there is nothing but damage."""
    commented = sum(len(each.untrusted_text) for block in blocks for each in block.comments)
    characters = sum(len(block.untrusted_text) for block in blocks) + commented
    refuse_over(MAX_CHARACTERS, characters, "characters", content)
    flowed = flow(blocks)
    if not flowed.pages and any(Flag.DAMAGED in block.flags for block in blocks):
        refuse_damaged(content, format)
    return to_document(flowed, content, format, untrusted_title, untrusted_language, facts=facts)


class Walker(ABC):
    """Goes through the elements of a document and adds what they hold to `builder`, the innermost one that is open."""

    def __init__(self) -> None:
        self._builders = [BlockBuilder()]

    @property
    def builder(self) -> BlockBuilder:
        return self._builders[-1]

    def read_all(self, body: etree._Element, progress: Progress) -> None:
        """Read the children of `body`, one after another."""
        for done, each in enumerate(body):
            if done % _PROGRESS_STEP == 0:
                progress(done, len(body))
            self.read(each)

    def read(self, root: etree._Element) -> None:
        """Walk with a stack of its own: deeply nested elements must not become deeply nested calls."""
        stack: list[tuple[etree._Element, bool]] = [(root, False)]
        while stack:
            element, entered = stack.pop()
            name = local_name(element)
            if entered:
                self._leave(element, name)
            elif name and self._enter(element, name):
                stack.append((element, True))
                stack.extend((each, False) for each in reversed(element))
                continue
            if element is not root:
                self._add_tail(element)

    def _add_tail(self, element: etree._Element) -> None:  # noqa: B027
        """Add the text after an element; most formats have none there."""

    @abstractmethod
    def _enter(self, element: etree._Element, name: str) -> bool:
        """Enter an element, before its children, and return whether to go into them."""

    @abstractmethod
    def _leave(self, element: etree._Element, name: str) -> None:
        """Leave an element that was entered, after its children."""

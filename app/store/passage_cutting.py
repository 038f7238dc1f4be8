"""Cuts pages into passages: whole paragraphs or rows of a table, each with its heading.

Invariants:

- Contents and indexes are never found as passages. Held by:
  tests/store/test_passage_cutting.py::test_contents_and_indexes_are_known,
  tests/store/test_passages.py::test_a_table_of_contents_is_not_found.
- Whoever changes the rules raises `CUT`; books are then cut again. Held by:
  tests/services/finding/test_search.py::test_a_book_that_was_cut_by_older_rules_is_cut_again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from app.core.conversations.headings import ROW, SENTENCE_END, fold_title, heading_of, is_listing
from app.core.documents.document import Page, Section

CUT = 3
"""The version of these rules: one more whenever the same page may be cut otherwise."""

TARGET = 700
MOST = 1_000
"""The size of a passage that is aimed at and the largest one, in units: a character of Chinese, Japanese or Korean
counts for two. Paragraphs are put together up to TARGET; one that is longer than MOST is cut at its sentences."""

_LEAST = 30  # units: what is shorter is the beginning of what follows

_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff]")
_SPACE = re.compile(r"\s+")
_SENTENCES = re.compile(r"""[.!?…]["'”’»)\]]*\s+|[。！？．]["'”’」』）]*\s*""")
_ENTRY = re.compile(r"\s*(?:[-*•‣▪–・◦]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)])\s")


class PassageCut(msgspec.Struct, frozen=True):
    """A piece text[start:end] of a page. `heading` is the last one before the piece or at its beginning, and the first
    row of its table; a piece that is `listed` belongs to a table of contents or an index, which states nothing
    itself."""

    start: int
    end: int
    heading: str = ""
    listed: bool = False


@dataclass(frozen=True)
class _Paragraph:
    start: int
    end: int
    size: int  # in units
    title: str = ""  # where it is a heading
    row: bool = False


class Cutter:
    """Cuts the pages of one book, in their order: a heading also holds for the next page."""

    def __init__(self, outline: Sequence[Section] = ()) -> None:
        self._titles: dict[int, set[str]] = {}
        for section in outline:
            self._titles.setdefault(section.page, set()).add(fold_title(section.title))
        self._heading = ""

    def cut(self, page: Page) -> Iterator[PassageCut]:
        """Cut a page into passages, one after the other, none empty, nothing left out."""
        listed = is_listing(page.text)
        first_row = ""
        begun: list[_Paragraph] = []
        for paragraph in _paragraphs(page.text, self._titles.get(page.number, set())):
            if begun and _ends(begun, paragraph):
                yield from self._pieces(page.text, begun, first_row, listed)
                begun = []
            if paragraph.title and not listed:
                self._heading = paragraph.title
            if not paragraph.row:
                first_row = ""
            elif not first_row:
                first_row = page.text[paragraph.start : paragraph.end].strip()
            begun.append(paragraph)
        if begun:
            yield from self._pieces(page.text, begun, first_row, listed)

    def _pieces(
        self, text: str, paragraphs: Sequence[_Paragraph], first_row: str, listed: bool
    ) -> Iterator[PassageCut]:
        start, end = paragraphs[0].start, paragraphs[-1].end
        heading = self._heading
        if first_row and first_row not in text[start:end]:
            heading = f"{heading}\n{first_row}".strip()
        for low, high in _at_sentences(text, start, end):
            yield PassageCut(low, high, heading, listed)


def _paragraphs(text: str, titles: set[str]) -> Iterator[_Paragraph]:
    """Yield paragraphs, with lines put together if a paragraph has several: blank lines part them, or lines that end in
    no sentence."""
    parted = re.search(r"\n[^\S\n]*\n", text) is not None
    lines = list(_lines(text))
    begin = 0
    for at, (start, end) in enumerate(lines):
        line = text[start:end]
        title = heading_of(line, titles)
        following = text[slice(*lines[at + 1])] if at + 1 < len(lines) else None
        row = ROW.search(line) is not None
        if following is None or title or row or _goes_no_further(line, following, titles, parted=parted):
            yield _Paragraph(lines[begin][0], end, _size(text[lines[begin][0] : end]), title, row)
            begin = at + 1


def _goes_no_further(line: str, following: str, titles: set[str], *, parted: bool) -> bool:
    if not following.strip():
        return False  # the blank line belongs to what is before it
    if not line.strip() or ROW.search(following) or _ENTRY.match(following) or heading_of(following, titles):
        return True
    return not parted and SENTENCE_END.search(line) is not None


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, start + len(line)
        start += len(line)


def _ends(begun: Sequence[_Paragraph], following: _Paragraph) -> bool:
    """Return whether the passage is whole before this paragraph. A heading stays with what it is the heading of."""
    size = sum(each.size for each in begun)
    if size < _LEAST or all(paragraph.title for paragraph in begun):
        return False
    return bool(following.title) or size + following.size > TARGET


def _at_sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the slice as it is, or, if it is too long, in even parts that end with a sentence, else at white space."""
    while start < end:
        size = _size(text[start:end])
        parts = 1 if size <= MOST else round(size / TARGET)
        wanted = start + (end - start) // parts
        stop = end if parts == 1 else _border(text, wanted, (end - start) // parts // 2)
        yield start, stop
        start = stop


def _border(text: str, wanted: int, window: int) -> int:
    low, high = wanted - window, wanted + window
    for border in (_SENTENCES, _SPACE):
        # A match that ends at `high` may go on behind it; the next passage then begins with white space.
        if ends := [match.end() for match in border.finditer(text, low, high)]:
            return min(ends, key=lambda end: abs(end - wanted))
    return wanted


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text) + len(_WIDE.findall(text))

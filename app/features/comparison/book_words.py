"""The words of a book in an order that can be compared: paragraphs, without numbering, running heads and layout."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from app.core.documents.document import Document, Format, Page
from app.documents.citations.normal_form import ASIDE, ASIDE_END, DIVIDER, GROUP, JOINT, Normal
from app.features.comparison.numbering import Mark, mark_of
from app.language.terms import UNSPACED

_LETTER = rf"[^\W_{UNSPACED}]"
_TOKEN = re.compile(
    rf"{ASIDE}[^{ASIDE_END}]*{ASIDE_END} | …+ | _+ | \d+(?:[.,:/{GROUP}]\d+)+ | {_LETTER}+(?:'{_LETTER}+)*"
    rf"| [{UNSPACED}]+ | \S",
    re.VERBOSE,
)
_BY_SCRIPT = re.compile(r"[\u30a1-\u30fa\u30fc]+|.", re.DOTALL)
_WIDE = re.compile(f"[{UNSPACED}]")
_SKIPPED = frozenset({ASIDE, "…"})
_DASHES = frozenset({"-", JOINT})
_SIGNS = re.compile(r"\S(?:[^\S\n]*\S)*")
_BARS = frozenset({DIVIDER, "|"})
_ROW = " | "
_LEADER = re.compile(r"(?:\.\s?){4,}|…{2,}|\t")
_PAGE_AT_END = re.compile(r"[\d]{1,4}\s*$|[ivxlc]{1,7}\s*$")
_NOTE = re.compile(r"\[(?:\d{1,3}|[a-z]|[ivx]{1,4}|[*†‡]{1,3})\]\s")
_ENDS = re.compile(r"""[.!?:;。！？：；…|]["'”’»)\]」』）]*(?:\s?\[\w{1,4}\])*$""")
_HEADING_CHARACTERS, _WIDE_HEADING_CHARACTERS = 80, 30
_FULL_CHARACTERS, _WIDE_FULL_CHARACTERS = 40, 20
"""The characters that a line which goes over a page has at least: a shorter one without a full stop is a heading."""
_FLOWED_CHARACTERS = 200
"""The same number for pages that Octavo made itself: it cuts nothing but long paragraphs."""
_LONGEST_LINE = 120
_EDGE_LINES = 2
_RUNNING_SHARE = 0.6
_FEW_PAGES = 2
_NUMBERED_WORDS = 3
_CALLED_PAGE = re.compile(r"\b(?:page|seite|p\.|s\.|página|pagina)\s*$", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"(?<![\w.,])(\d{1,4})(?:\s*(?:/|of|von|de|sur)\s*\d{1,4})?\W{0,3}$")
_DIGITS = re.compile(r"\d+")


@dataclass
class Piece:
    """A paragraph, an item of a list or a row of a table. `parts` are its lines as page index, start and end.

    `begin` and `end` are its words, from and to. `firm` tells that something other than a line's end divides it from
    the piece before; `note` that it stands apart from the text, as a note; `heading` that it looks like one; `titled`
    that it is in the outline.
    """

    parts: list[tuple[int, int, int]]
    mark: Mark | None
    firm: bool
    note: bool = False
    row: bool = False
    heading: bool = False
    titled: bool = False
    begin: int = 0
    end: int = 0


@dataclass
class BookWords:
    """The words of a book in four lists of equal length: `keys` has a number for each word, the same for the same word;
    the others say where it is: page index, start, end."""

    pages: Sequence[Page]
    keys: list[int] = field(default_factory=list)
    page: list[int] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)

    def piece_at(self, word: int) -> int:
        """Return the index of the piece that has the word."""
        return bisect_right(self._begins, word) - 1

    def close(self) -> None:
        """Close the book, as all words are in."""
        self._begins = [piece.begin for piece in self.pieces]


class WordNumbers:
    """Gives each word its number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.words: list[str] = []

    def number(self, word: str) -> int:
        known = self._numbers.get(word)
        if known is None:
            known = self._numbers[word] = len(self.words)
            self.words.append(word)
        return known


def read_words(
    document: Document, numbers: WordNumbers, running: frozenset[str], *, cells: bool
) -> Iterator[BookWords]:
    """Read the words of a book, page by page. Yields the same object after each page; it is whole in the end.

    Notes come after all else, wherever they stand. `running` are lines that are left out at the edges of a PDF's pages,
    as `running_lines` returns them. With `cells`, the borders between the cells of a table count.
    """
    book = BookWords(document.pages)
    lines = _Lines(document, numbers, running, cells)
    for index in range(len(document.pages)):
        lines.read(index)
        yield book
    for piece, words in (*lines.texts, *lines.notes):
        piece.begin = len(book.keys)
        for key, page, start, end in words:
            book.keys.append(key)
            book.page.append(page)
            book.start.append(start)
            book.end.append(end)
        piece.end = len(book.keys)
        book.pieces.append(piece)
    book.close()
    yield book


_Word: TypeAlias = tuple[int, int, int, int]
"""A word: its number, the index of its page, where it begins and ends."""
_Worded: TypeAlias = tuple[Piece, list[_Word]]


class _Lines:
    """Takes page after page, and keeps the pieces with their words."""

    def __init__(self, document: Document, numbers: WordNumbers, running: frozenset[str], cells: bool) -> None:
        self._pages = document.pages
        self._paged = document.format is Format.PDF
        self._wrapped = document.format in (Format.TEXT, Format.EML) and not _has_long_lines(document.pages)
        self._by_line = self._paged or (document.format is Format.TEXT and not self._wrapped)
        self._numbers = numbers
        self._cells = cells
        self._titles = {" ".join(section.title.split()) for section in document.outline}
        self._running = running if self._paged else frozenset[str]()
        self._numbered = _numbered_ends(self._pages) if self._paged else dict[int, int]()
        self.texts: list[_Worded] = []
        self.notes: list[_Worded] = []
        self._open: _Worded | None = None

    def read(self, index: int) -> None:
        source = self._pages[index].text
        lines = _lines_of(source)
        words = list(self._words(index))
        at, first = 0, True
        for number, (start, end) in enumerate(lines):
            text = source[start:end]
            own = []
            while at < len(words) and words[at][2] < end:
                own.append(words[at])
                at += 1
            edge = number < _EDGE_LINES or number >= len(lines) - _EDGE_LINES
            if edge and _DIGITS.sub("#", text) in self._running:
                continue
            blank = number > 0 and "\n" in source[lines[number - 1][1] + 1 : start]
            before = source[slice(*lines[number - 1])] if number else ""
            ended = _ENDS.search(before) is not None
            divided = blank or (self._by_line and ended)
            if number == len(lines) - 1:
                text = text[: len(text) - self._numbered.get(index, 0)].rstrip()
            if self._wrapped and self._open is not None and number and not (blank or ended):
                self._extend(self._open, [(index, start, end)], own)
                continue
            piece, skipped, stop = self._piece(index, start, text, divided)
            own = [word for word in own if start + skipped <= word[2] < start + stop]
            if not own and piece.mark is None:
                continue
            self._put(piece, own, text, goes_over=first)
            first = first and piece.note

    def _piece(self, index: int, start: int, text: str, divided: bool) -> tuple[Piece, int, int]:
        """Make a piece of a line. Return it with two places in the line: the words between them are compared, not those
        before the first or behind the second."""
        stop = len(text)
        if (leader := _LEADER.search(text)) and (page := _PAGE_AT_END.search(text, leader.end())):
            stop = page.start()
        part = [(index, start, start + len(text))]
        if (divided or not self._wrapped) and (note := _NOTE.match(text)):
            return Piece(part, None, True, note=True), note.end(), stop
        row = _ROW in text
        titled = " ".join(text.lstrip("# ").split()) in self._titles
        mark = None if row else mark_of(text, titled=titled)
        wide = _is_wide(text)
        short = len(text) <= (_WIDE_HEADING_CHARACTERS if wide else _HEADING_CHARACTERS)
        heading = titled or (short and not row and _ENDS.search(text) is None)
        shown = mark if mark is not None and mark.text else None
        return (
            Piece(part, shown, divided or row or mark is not None, row=row, heading=heading, titled=titled),
            mark.end if mark else 0,
            stop,
        )

    def _put(self, piece: Piece, words: list[_Word], text: str, goes_over: bool) -> None:
        if goes_over and self.texts and not (piece.note or piece.row or piece.mark):
            before = self.texts[-1]
            page, start, end = before[0].parts[-1]
            if page < piece.parts[0][0] and self._goes_on(before[0], self._pages[page].text[start:end], text):
                self._extend(before, piece.parts, words)
                self._open = before
                return
        self._open = (piece, words)
        (self.notes if piece.note else self.texts).append(self._open)

    def _extend(self, open_piece: _Worded, parts: Sequence[tuple[int, int, int]], words: Sequence[_Word]) -> None:
        """Extend a piece by what goes on in the next line, or on the next page."""
        open_piece[0].parts += parts
        open_piece[0].heading = open_piece[0].titled = False
        open_piece[1].extend(words)

    def _goes_on(self, piece: Piece, before: str, text: str) -> bool:
        """Return whether a paragraph whose last line on a page is `before` goes on with the next page's first line,
        `text`."""
        if piece.row or _ENDS.search(before):
            return False
        if not self._paged:
            return len(before) >= _FLOWED_CHARACTERS
        least = _WIDE_FULL_CHARACTERS if _is_wide(before) else _FULL_CHARACTERS
        return len(before) >= least or (text[0].islower() and not piece.heading)

    def _words(self, index: int) -> Iterator[_Word]:
        normal = Normal(self._pages[index].text)
        number, origin_of = self._numbers.number, normal.origin
        waiting = -1  # where a sign began that is written as several words: ½, ①
        for match in _TOKEN.finditer(normal.text):
            written = match.group()
            if written[0] in _SKIPPED or (written in _BARS and not self._cells):
                continue
            for start, end in _by_script(written, match.start()) if _is_wide(written) else (match.span(),):
                begin = start if waiting < 0 else waiting
                origin = origin_of(begin, end)
                if origin is None:
                    waiting = begin
                    continue
                waiting = -1
                if written in _DASHES or written in _BARS:
                    yield from self._bare(index, _plain(written), *origin)
                else:
                    yield number(_plain(normal.text[begin:end])), index, *origin

    def _bare(self, index: int, sign: str, start: int, end: int) -> Iterator[_Word]:
        """Yield the sign once for each line that has it: dashes and bars take along the white space around them, and
        others of their kind on the next line."""
        for found in _SIGNS.finditer(self._pages[index].text, start, end):
            yield self._numbers.number(sign), index, *found.span()


def _plain(written: str) -> str:
    """Return a word in the plain form in which it is compared."""
    if written in _BARS:
        return "|"
    return "-" if written == JOINT else written.replace(GROUP, "")


def _by_script(written: str, at: int) -> Iterator[tuple[int, int]]:
    """Yield where words begin and end in a script without spaces: a run of katakana is one, and any other character."""
    for part in _BY_SCRIPT.finditer(written):
        yield at + part.start(), at + part.end()


def _has_long_lines(pages: Sequence[Page]) -> bool:
    """Return whether lines are paragraphs: those of a text that was wrapped are short."""
    return any(end - start > _LONGEST_LINE for page in pages for start, end in _lines_of(page.text))


def _is_wide(text: str) -> bool:
    """Return whether some of a text is of a script without spaces."""
    return not text.isascii() and _WIDE.search(text) is not None


def _lines_of(source: str) -> list[tuple[int, int]]:
    """Return where the lines begin and end that are not blank, without white space around them."""
    lines: list[tuple[int, int]] = []
    at = 0
    for line in source.split("\n"):
        text = line.strip()
        if text:
            start = at + line.index(text[0])
            lines.append((start, start + len(text)))
        at += len(line) + 1
    return lines


def running_lines(pages: Sequence[Page]) -> frozenset[str]:
    """Return the lines at the edges of most pages, numbers apart: running heads that the reader of a short file did not
    know."""
    counted = Counter[str]()
    full = 0
    for page in pages:
        lines = [_DIGITS.sub("#", page.text[start:end]) for start, end in _lines_of(page.text)]
        full += bool(lines)
        counted.update({*lines[:_EDGE_LINES], *lines[-_EDGE_LINES:]})
    least = max(2, _RUNNING_SHARE * full)
    return frozenset(line for line, times in counted.items() if times >= least)


def _numbered_ends(pages: Sequence[Page]) -> dict[int, int]:
    """Return how many characters at the end of a page are its number, with the words before it; by the page's index.

    In a short file the reader knows few of them, and may have taken them into the last paragraph.
    """
    found: dict[int, list[tuple[int, str, int]]] = defaultdict(list)
    for index, page in enumerate(pages):
        text = page.text[slice(*lines[-1])] if (lines := _lines_of(page.text)) else ""
        if number := _PAGE_NUMBER.search(text):
            found[int(number[1]) - index].append((index, text[: number.start()], len(text) - number.start()))
    numbered = max(found.values(), key=len, default=[])
    words = _common_words([before for _, before, _ in numbered])
    called = _CALLED_PAGE.search(numbered[0][1]) if numbered else None
    if called is None and len(numbered) < max(_FEW_PAGES, _RUNNING_SHARE * len(pages)):
        return {}
    if len(numbered) == 1 and called is not None:
        words = called.group().split()
    ends: dict[int, int] = {}
    for index, before, length in numbered:
        kept = before.rstrip()
        for word in reversed(words):
            kept = kept.removesuffix(word).rstrip()
        ends[index] = length + len(before) - len(kept)
    return ends


def _common_words(texts: Sequence[str]) -> list[str]:
    """Return the last words, of one sentence and not many, that all of the texts end with; none for one text alone."""
    common: list[str] = []
    while len(texts) >= _FEW_PAGES and len(common) < _NUMBERED_WORDS:
        last = {tuple(text.split()[-len(common) - 1 :]) for text in texts}
        words = next(iter(last))
        if len(last) > 1 or len(words) <= len(common) or _ENDS.search(words[0]):
            break
        common = list(words)
    return common

"""Finds running heads, running feet and page numbers: lines at the edges of many pages that are no part of the text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from statistics import median

import msgspec

from app.documents.pdf.page_edges import SAME_PLACE, Counts, EdgeRow, Edges, Number, letters_of

MIN_PAGES = 4
"""The pages below which a document keeps every line: nothing distinguishes a running head from a form's title there."""

MAX_TITLE_CHARACTERS = 150
"""The most characters of a running head, and of a title that one repeats."""

_MIN_REPEATS = 3
_MIN_DENSITY = 0.3  # of the pages from the first repeat to the last
_MIN_APART_SHARE = 0.6
_APART = 1.25  # times the usual distance of the page's lines
_FAR_APART = 1.6  # of the document's distance: there may be few lines on the page
_TOGETHER = 1.6  # likewise: a second line of a head is nearer to the first
# The size up to which a line may be a running head, in usual heights of lines: larger text is a title.
_MAX_SIZE = 1.15
_MAX_NUMBER_SIZE = (1.35, 1.5)  # of a number by itself, at the top and at the bottom
_MAX_SIDES_SIZE = 1.4  # of words beside a number that is now on their left, now on their right
_MIN_KNOWN_LETTERS = 4
_MAX_PREFIX_WORDS = 2  # "Chapter 2." before a chapter's title
# Heads that change with the sections are at one place of at least so many pages, of all or of every second one, and
# most of them repeat each other or an earlier title.
_MIN_CHANGING = 6
_MIN_CHANGING_DENSITY = 0.4
_MIN_KNOWN_SHARE = 0.6
_NEAR_PAGES = 4
_TITLE_PAGES = 60  # a section's title is at most so many pages before its last head
_MIN_TITLES = 3

_HEADING = re.compile(r"[\w§“\"‘«(（「【](?=.*[^\W\d_]{2})[^\\{}=;<>]*$")
_SECTION_NUMBER = re.compile(r"(?:\d+(?:\.\d+)*\.?|[A-Z]\.)\s+")
_LEADS_ON = re.compile(r"\d\W*$")  # an entry of a table of contents, not the title itself


class Title(msgspec.Struct, frozen=True):
    """Text that a running head may repeat; `page` is the index of the page that has it as a line, None for an entry of
    the outline.
    """

    text: str
    page: int | None = None


def find_running(pages: Sequence[Edges], titles: Callable[[], Iterable[Title]]) -> list[frozenset[int]]:
    """Return for each page the indices of its running lines, which are removed from the text.

    A page number is removed if it continues those of at least two other pages nearby, at the same place. Text beside it
    is removed if it also appears elsewhere, as a chapter's title does: `titles` are all other lines and the outline,
    read only if needed. A line without a number is removed if the same words are at the same place of many pages, or if
    others are there that change with the sections: then each repeats another nearby, or an earlier title. Text larger
    than the document's stays; the first page keeps all but its number, and a page that has nothing else keeps
    everything.
    """
    if len(pages) < MIN_PAGES:
        return [frozenset()] * len(pages)
    finder = _Finder(pages, titles)
    return [finder.running_of(index) for index in range(len(pages))]


class _Finder:
    def __init__(self, pages: Sequence[Edges], titles: Callable[[], Iterable[Title]]) -> None:
        self._pages = pages
        self._titles = titles
        self._size = median([page.size for page in pages if page.size] or [0.0])
        self._pitch = median([page.pitch for page in pages if page.pitch] or [0.0])
        self._words: dict[tuple[int, str], int] = Counter()
        counts = Counts()
        for index, edge, _, row in self._rows():
            if row.letters:
                self._words[edge, row.letters] += 1
            for number in row.numbers:
                counts.add(index, edge, number, row.height)
        self._counting: dict[tuple[int, int, int], list[Number]] = {}
        self._sides: dict[tuple[int, str], set[bool]] = defaultdict(set)
        for index, edge, depth, row in self._rows():
            found = [number for number in row.numbers if counts.counts_on(index, edge, number, row.height)]
            if found:
                self._counting[index, edge, depth] = found
                if row.letters:
                    self._sides[edge, row.letters] |= {not letters_of(row.text[: each.start]) for each in found}
        repeats: dict[tuple[int, str], list[_Sight]] = defaultdict(list)
        for index, edge, depth, row in self._rows():
            if not self._is_larger(index, row, _MAX_SIZE):
                repeats[edge, row.text].append(_Sight(index, row, self._is_apart(index, edge, depth)))
        self._running = {key: list(filter(_runs_along, _places(found))) for key, found in repeats.items()}

    def _rows(self) -> Iterator[tuple[int, int, int, EdgeRow]]:
        """Yield index of the page, edge (0 the top, 1 the bottom), place from outside, and row."""
        for index, page in enumerate(self._pages):
            for edge, rows in enumerate(page.both):
                for depth, row in enumerate(rows):
                    if not row.is_kept and len(row.text) <= MAX_TITLE_CHARACTERS:
                        yield index, edge, depth, row

    @cached_property
    def _known(self) -> set[str]:
        return {letters_of(title.text) for title in self._titles()}

    @cached_property
    def _headings(self) -> dict[str, list[int]]:
        """The pages that have a line which may be a section's title."""
        pages: dict[str, list[int]] = defaultdict(list)
        for title in self._titles():
            if title.page is not None and not _LEADS_ON.search(title.text):
                pages[_title(title.text)].append(title.page)
        return pages

    @cached_property
    def _changing(self) -> dict[int, list[list[_Sight]]]:
        """The places of heads that change, by edge."""
        candidates: dict[int, list[_Sight]] = defaultdict(list)
        open_pages: dict[int, set[int]] = defaultdict(set)  # pages where such a head is not removed for another reason
        for index, edge, depth, row in self._rows():
            is_apart = depth == 0 and _HEADING.match(row.text) is not None and self._is_apart(index, edge, 0)
            if is_apart and not self._is_larger(index, row, _MAX_SIZE):
                candidates[edge].append(_Sight(index, row, True))
                if (index, edge, 0) not in self._counting and not self._running[edge, row.text]:
                    open_pages[edge].add(index)
        return {
            edge: [
                place
                for place in _places(candidates[edge])
                if any(sight.page in pages for sight in place) and self._changes(place)
            ]
            for edge, pages in open_pages.items()
        }

    def _changes(self, place: list[_Sight]) -> bool:
        """Return whether the heads at this place change with the sections."""
        if len(place) < _MIN_CHANGING or len(place) < _MIN_CHANGING_DENSITY * (place[-1].page - place[0].page + 1):
            return False
        titles = {_title(sight.row.text) for sight in place if self._names_section(sight)}
        said = sum(self._names_section(sight) or _is_repeated(sight, place) for sight in place)
        return len(titles) >= _MIN_TITLES and said >= _MIN_KNOWN_SHARE * len(place)

    def _names_section(self, sight: _Sight) -> bool:
        """Return whether the words of a head are a line of their own on its page, or on one not too far before."""
        pages = self._headings.get(_title(sight.row.text), ())
        first = bisect_left(pages, sight.page - _TITLE_PAGES)
        return first < len(pages) and pages[first] <= sight.page

    def running_of(self, index: int) -> frozenset[int]:
        page = self._pages[index]
        lines: set[int] = set()
        for edge, rows in enumerate(page.both):
            for depth, row in enumerate(rows):
                if row.is_kept or len(row.text) > MAX_TITLE_CHARACTERS or not self._runs(index, edge, depth):
                    break
                lines.update(row.lines)
        return frozenset(lines) if len(lines) < page.line_count else frozenset()

    def _runs(self, index: int, edge: int, depth: int) -> bool:
        rows = self._pages[index].both[edge]
        row = rows[depth]
        if self._is_number(index, edge, depth):
            return not self._is_larger(index, row, _MAX_NUMBER_SIZE[edge])
        numbered = (index, edge, depth) in self._counting
        limit = _MAX_SIDES_SIZE if numbered and len(self._sides[edge, row.letters]) > 1 else _MAX_SIZE
        if index == 0 or self._is_larger(index, row, limit):
            return False
        if depth and not numbered and abs(rows[0].height - row.height) > _TOGETHER * self._pitch:
            return False
        if _stands_in(self._running.get((edge, row.text), ()), row):
            return True
        if numbered and self._is_apart(index, edge, depth):
            return self._words[edge, row.letters] > 1 or self._is_known(row.text)
        if numbered or depth or not _HEADING.match(row.text):
            return False
        sight = _Sight(index, row, True)
        places = [place for place in self._changing.get(edge, ()) if _stands_in([place], row)]
        return any(self._names_section(sight) or _is_repeated(sight, place) for place in places)

    def _is_number(self, index: int, edge: int, depth: int) -> bool:
        """Return whether the row is only a page number."""
        found = self._counting.get((index, edge, depth))
        if found is None:
            return False
        text = self._pages[index].both[edge][depth].text
        ends = [0, *(number.end for number in found)]
        starts = [*(number.start for number in found), len(text)]
        return not any(any(map(str.isalnum, text[end:start])) for end, start in zip(ends, starts, strict=True))

    def _is_apart(self, index: int, edge: int, depth: int) -> bool:
        """Return whether a gap divides the row from the text; a page number may be between."""
        rows = self._pages[index].both[edge]
        if depth + 1 < len(rows) and self._is_number(index, edge, depth + 1):
            depth += 1
        return rows[depth].gap >= min(_APART * self._pages[index].pitch, _FAR_APART * self._pitch)

    def _is_larger(self, index: int, row: EdgeRow, limit: float) -> bool:
        return row.size > limit * max(self._pages[index].size, self._size)

    def _is_known(self, text: str) -> bool:
        words = text.split()
        tails = (letters_of(" ".join(words[start:])) for start in range(min(len(words), 2 + _MAX_PREFIX_WORDS)))
        return any(len(tail) >= _MIN_KNOWN_LETTERS and tail in self._known for tail in tails)


class _Sight(msgspec.Struct, frozen=True):
    page: int
    row: EdgeRow
    is_apart: bool


def _places(found: Sequence[_Sight]) -> list[list[_Sight]]:
    """Group the rows at one height, in the order of the pages."""
    places: list[list[_Sight]] = []
    for sight in sorted(found, key=lambda each: each.row.height):
        if places and sight.row.height - places[-1][0].row.height <= SAME_PLACE:
            places[-1].append(sight)
        else:
            places.append([sight])
    return [sorted(place, key=lambda each: each.page) for place in places]


def _title(text: str) -> str:
    """Return a section's title without its number."""
    return _SECTION_NUMBER.sub("", " ".join(text.split()).casefold(), count=1)


def _is_repeated(sight: _Sight, place: Sequence[_Sight]) -> bool:
    at = bisect_left(place, sight.page, key=lambda each: each.page)
    around = place[max(0, at - _NEAR_PAGES) : at + _NEAR_PAGES + 1]
    return any(0 < abs(each.page - sight.page) <= _NEAR_PAGES and each.row.text == sight.row.text for each in around)


def _stands_in(places: Iterable[Sequence[_Sight]], row: EdgeRow) -> bool:
    return any(abs(place[0].row.height - row.height) <= SAME_PLACE for place in places)


def _runs_along(place: Sequence[_Sight]) -> bool:
    """Return whether these rows, of the same words, are running."""
    return (
        len(place) >= _MIN_REPEATS
        and len(place) >= _MIN_DENSITY * (place[-1].page - place[0].page + 1)
        and sum(sight.is_apart for sight in place) >= _MIN_APART_SHARE * len(place)
    )

"""Compares the text of two books: what was added, removed, changed or moved, paragraph by paragraph.

Words are compared, and the signs between them; layout is not, nor are running heads, page numbers, hyphens at a line's
end, kinds of quotation marks and dashes, and the numbers that a new clause pushes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from app.core.documents.document import Document, Flag, Format
from app.core.work import Cancel, Stopped, Work
from app.features.comparison.alignment import Match, align
from app.features.comparison.book_words import BookWords, WordNumbers, read_words, running_lines
from app.features.comparison.data import (
    ChangeKind,
    ComparedParagraph,
    Comparing,
    Comparison,
    Doubt,
    Renumbering,
    Reservation,
    Stretch,
    WordState,
)
from app.features.comparison.numbering import settle
from app.features.comparison.pairing import PairedPieces, find_moved, pair
from app.features.comparison.stretches import hunks_of, number_words, passage_of, printed, stretches_of

_STEPS = 4
"""The number of steps beside the pages: aligning, pairing, looking for what moved, marking the words."""

_UNLIKE_SHARE = 0.2
_RESET_SHARE, _FEW_BREAKS = 0.02, 1
"""The share of paragraphs, and the number of them, that have to end elsewhere with the same words for a PDF to be taken
as set anew: more than either."""

_RECORDED = ("[struck: ", "[inserted: ")
_BREAKS = (ChangeKind.SPLIT, ChangeKind.JOINED)

_T = TypeVar("_T")


def compare(first: Document, second: Document, cancel: Cancel) -> Work[Comparing, Comparison]:
    """Compare two books, in some seconds for two of 900 pages. Raises Stopped."""
    total = len(first.pages) + len(second.pages) + _STEPS
    numbers, done = WordNumbers(), 0
    cells = first.format is second.format and first.format is not Format.PDF
    running = running_lines(first.pages) | running_lines(second.pages)
    books: list[BookWords] = []
    for document in (first, second):
        for reading in read_words(document, numbers, running, cells=cells):
            if cancel.requested:
                raise Stopped
            yield Comparing(min(done, total), total)
            done += 1
            book = reading
        done -= 1
        settle(piece.mark for piece in book.pieces if piece.mark is not None)
        books.append(book)
    pages = len(first.pages) + len(second.pages)
    comparer = _Comparer(books[0], books[1], numbers.words, cancel, same_format=first.format is second.format)
    for step, _ in enumerate(comparer.steps(), 1):
        yield Comparing(pages + step, total)
    older = (Reservation(Doubt.OUTDATED, int(second.reading < first.reading)),) * (first.reading != second.reading)
    doubts = (*_doubts(0, first), *_doubts(1, second), *older, *comparer.doubts(first.format))
    return Comparison(tuple(comparer.paragraphs), tuple(comparer.renumbered), doubts)


@dataclass(frozen=True)
class _Item:
    """The pieces, from and to, of both books, and what became of them before their words are looked at."""

    kind: ChangeKind
    first: tuple[int, int]
    second: tuple[int, int]


class _Comparer:
    def __init__(
        self, first: BookWords, second: BookWords, words: Sequence[str], cancel: Cancel, *, same_format: bool
    ) -> None:
        self._first = first
        self._second = second
        self._words = words
        self._cancel = cancel
        self._same_format = same_format
        self._matched = 0
        self.paragraphs: list[ComparedParagraph] = []
        self.renumbered: list[Renumbering] = []

    def steps(self) -> Iterator[None]:
        matches = list(self._followed(align(self._first.keys, self._second.keys)))
        yield
        groups = list(self._followed(pair(self._first, self._second, matches)))
        yield
        moved = find_moved(self._first, self._second, groups)
        yield
        for item in self._followed(self._with_headings(list(_items(groups, moved)))):
            self.paragraphs.append(self._paragraph(item))
        yield

    def _followed(self, things: Iterator[_T]) -> Iterator[_T]:
        for thing in things:
            if self._cancel.requested:
                raise Stopped
            if isinstance(thing, Match):
                self._matched += thing.size
            yield thing

    def doubts(self, format: Format) -> Iterator[Reservation]:
        """Yield the doubts about both books. If a PDF was set anew, its paragraphs' ends count for nothing."""
        ended = [number for number, each in enumerate(self.paragraphs) if each.kind in _BREAKS]
        anew = format is Format.PDF and len(ended) > max(_FEW_BREAKS, _RESET_SHARE * len(self.paragraphs))
        if anew:
            for number in ended:
                self.paragraphs[number] = msgspec.structs.replace(self.paragraphs[number], kind=ChangeKind.SAME)
        if format is Format.PDF or not self._same_format:
            yield Reservation(Doubt.PARAGRAPHS)
        if self._matched < _UNLIKE_SHARE * min(len(self._first.keys), len(self._second.keys)):
            yield Reservation(Doubt.UNLIKE)

    # ---- paragraphs

    def _with_headings(self, items: Sequence[_Item]) -> Iterator[_Item]:
        """Join each heading with what follows it, if the same became of both."""
        waiting: _Item | None = None
        for item in items:
            if waiting is not None:
                if item.kind is waiting.kind and self._follows(waiting, item):
                    item = _Item(item.kind, _both(waiting.first, item.first), _both(waiting.second, item.second))
                else:
                    yield waiting
                waiting = None
            if item.kind is not ChangeKind.CHANGED and self._is_heading(item):
                waiting = item
            else:
                yield item
        if waiting is not None:
            yield waiting

    def _follows(self, item: _Item, after: _Item) -> bool:
        sides = ((item.first, after.first), (item.second, after.second))
        return all(one[1] == other[0] for one, other in sides if one[0] < one[1] and other[0] < other[1])

    def _is_heading(self, item: _Item, *, titled: bool = False) -> bool:
        """Return whether an item looks like a heading, or, with `titled`, the outline of its book has it."""
        book, (begin, end) = (
            (self._second, item.second) if item.second[0] < item.second[1] else (self._first, item.first)
        )
        piece = book.pieces[begin]
        return end - begin == 1 and (piece.titled if titled else piece.heading)

    def _paragraph(self, item: _Item) -> ComparedParagraph:
        heading = self._is_heading(item, titled=True)
        if item.kind in (ChangeKind.REMOVED, ChangeKind.LEFT):
            text = _whole(self._first, item.first)
            passage = passage_of(self._first, item.first, ())
            return ComparedParagraph(item.kind, passage, None, (Stretch(WordState.REMOVED, text),), heading)
        if item.kind is ChangeKind.ADDED:
            text = _whole(self._second, item.second)
            passage = passage_of(self._second, item.second, ())
            return ComparedParagraph(item.kind, None, passage, (Stretch(WordState.ADDED, text),), heading)
        return self._both(item, heading)

    def _both(self, item: _Item, heading: bool) -> ComparedParagraph:
        here, there = _words(self._first, item.first), _words(self._second, item.second)
        hunks = hunks_of(self._first, self._second, here, there, self._words)
        stretches = tuple(stretches_of(self._first, self._second, here, there, hunks))
        numbers = self._numbers(item)
        kind = item.kind
        if kind is ChangeKind.CHANGED and not hunks and not numbers:
            kind = self._ended_elsewhere(item) if self._same_format else ChangeKind.SAME
        if numbers and stretches:
            opening = stretches[0].text.removeprefix(number_words(self._second.pieces[item.second[0]]))
            stretches = (*numbers, Stretch(stretches[0].state, f" {opening.lstrip()}"), *stretches[1:])
        before = passage_of(self._first, item.first, [(each.low, each.high) for each in hunks if each.low < each.high])
        after = passage_of(
            self._second, item.second, [(each.start, each.stop) for each in hunks if each.start < each.stop]
        )
        return ComparedParagraph(kind, before, after, stretches or numbers, heading)

    def _numbers(self, item: _Item) -> tuple[Stretch, ...]:
        """Return the numbers at the beginning of both, if they differ and not for the numbering around them."""
        ours, theirs = self._first.pieces[slice(*item.first)], self._second.pieces[slice(*item.second)]
        changed: list[Stretch] = []
        pairs = zip(ours, theirs, strict=True) if len(ours) == len(theirs) else zip(ours[:1], theirs[:1], strict=True)
        for one, other in pairs:
            before, after = number_words(one), number_words(other)
            if before.strip("().: ") == after.strip("().: ") or not (self._same_format or (before and after)):
                continue
            if all(mark is None or mark.in_series for mark in (one.mark, other.mark)):
                spans = (passage_of(book, pieces, ()).spans[0] for book, pieces in self._sides(item))
                self.renumbered.append(Renumbering(before, after, *spans))
                continue
            changed += [Stretch(WordState.REMOVED, before)] if before else []
            changed += [Stretch(WordState.ADDED, after)] if after else []
        return tuple(changed)

    def _sides(self, item: _Item) -> tuple[tuple[BookWords, tuple[int, int]], tuple[BookWords, tuple[int, int]]]:
        return (self._first, item.first), (self._second, item.second)

    def _ended_elsewhere(self, item: _Item) -> ChangeKind:
        """Return what became of two paragraphs with the same words: whether one of them is several in the other
        book."""
        ours, theirs = (dict(_ends(book, pieces)) for book, pieces in self._sides(item))
        for kind, firm, inside, book, begin in (
            (ChangeKind.SPLIT, theirs, ours, self._first, _words(self._first, item.first)[0]),
            (ChangeKind.JOINED, ours, theirs, self._second, _words(self._second, item.second)[0]),
        ):
            for at, is_firm in firm.items():
                if is_firm and at not in inside and book.page[begin + at - 1] == book.page[begin + at]:
                    return kind
        return ChangeKind.SAME


def _items(groups: Sequence[PairedPieces], moved: dict[int, int]) -> Iterator[_Item]:
    origins = {theirs: mine for mine, theirs in moved.items()}
    for group in groups:
        if group.is_pair:
            yield _Item(ChangeKind.CHANGED, group.first, group.second)
        elif group.first[0] < group.first[1]:
            kind = ChangeKind.LEFT if group.first[0] in moved else ChangeKind.REMOVED
            yield _Item(kind, group.first, group.second)
        elif group.second[0] in origins:
            origin = origins[group.second[0]]
            yield _Item(ChangeKind.MOVED, (origin, origin + 1), group.second)
        else:
            yield _Item(ChangeKind.ADDED, group.first, group.second)


def _ends(book: BookWords, pieces: tuple[int, int]) -> Iterator[tuple[int, bool]]:
    """Yield where pieces begin, in words from the first one's beginning, and whether more than a line's end divides
    them."""
    begin = book.pieces[pieces[0]].begin
    for piece in book.pieces[pieces[0] + 1 : pieces[1]]:
        yield piece.begin - begin, piece.firm


def _both(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    if one[0] == one[1]:
        return other
    return (one[0], other[1]) if other[0] < other[1] else one


def _words(book: BookWords, pieces: tuple[int, int]) -> tuple[int, int]:
    return book.pieces[pieces[0]].begin, book.pieces[pieces[1] - 1].end


def _whole(book: BookWords, pieces: tuple[int, int]) -> str:
    begin, end = _words(book, pieces)
    return printed(book, begin, end, begin, whole=True)


def _doubts(number: int, document: Document) -> Iterator[Reservation]:
    """Yield the doubts about one book."""
    wanted = (
        (Doubt.NO_TEXT, (Flag.NO_TEXT, Flag.DAMAGED, Flag.NOT_RECOGNISED)),
        (Doubt.RECOGNISED, (Flag.RECOGNISED, Flag.TEXT_LAYER)),
        (Doubt.HIDDEN, (Flag.HIDDEN_TEXT, Flag.COMMENTS)),
    )
    for doubt, flags in wanted:
        if pages := tuple(page.number for page in document.pages if not set(flags).isdisjoint(page.flags)):
            yield Reservation(doubt, number, pages)
    recorded = (page.number for page in document.pages if any(sign in page.text for sign in _RECORDED))
    if pages := tuple(recorded):
        yield Reservation(Doubt.RECORDED, number, pages)

"""Two paragraphs in one text: the words that only one of them has, marked; and where these are on the pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.core.documents.page_span import PageSpan
from app.features.comparison.alignment import Match, align
from app.features.comparison.book_words import BookWords, Piece
from app.features.comparison.data import ComparedPassage, Stretch, WordState
from app.language.terms import is_unspaced

_SLIGHT_CHARACTERS = 3
"""The most characters of words between two changes that belong to the change."""

_SENTENCE_ENDS = frozenset(".!?;:。！？；：,、")


class Hunk(NamedTuple):
    """Words `low` to `high` of the first book that became `start` to `stop` of the second; either range may be
    empty."""

    low: int
    high: int
    start: int
    stop: int


def hunks_of(
    first: BookWords, second: BookWords, here: tuple[int, int], there: tuple[int, int], words: Sequence[str]
) -> list[Hunk]:
    """Return the differences between these words of both books. `words` are by their numbers."""
    ours, theirs = first.keys[slice(*here)], second.keys[slice(*there)]
    if ours == theirs:
        return []
    found: list[Hunk] = []
    low, start = here[0], there[0]
    for match in (*align(ours, theirs), Match(len(ours), len(theirs), 0)):
        hunk = Hunk(low, here[0] + match.first, start, there[0] + match.second)
        if (hunk.low < hunk.high or hunk.start < hunk.stop) and not _is_broken_word(first, second, hunk, words):
            found.append(hunk)
        low, start = hunk.high + match.size, hunk.stop + match.size
    return _merged([_slid(first, second, hunk, here, there, words) for hunk in found], first, words)


def _is_broken_word(first: BookWords, second: BookWords, hunk: Hunk, words: Sequence[str]) -> bool:
    """Return whether nothing but a hyphen differs, at a line's end: it may be the word's or the line's."""
    ours = "".join(words[key] for key in first.keys[hunk.low : hunk.high]).replace("-", "")
    theirs = "".join(words[key] for key in second.keys[hunk.start : hunk.stop]).replace("-", "")
    sides = ((first, hunk.low, hunk.high), (second, hunk.start, hunk.stop))
    return ours == theirs and any(_breaks(book, begin, end) for book, begin, end in sides if begin < end)


def _breaks(book: BookWords, begin: int, end: int) -> bool:
    """Return whether a line ends within these words."""
    page = book.page[begin]
    return book.page[end - 1] != page or "\n" in book.pages[page].text[book.start[begin] : book.end[end - 1]]


def _slid(
    first: BookWords, second: BookWords, hunk: Hunk, here: tuple[int, int], there: tuple[int, int], words: Sequence[str]
) -> Hunk:
    """Slide a hunk of words that were only added, or only removed, to the best of the places where it may begin, since
    some repeat: after a sentence."""
    if hunk.low < hunk.high and hunk.start < hunk.stop:
        return hunk
    keys, begin, end = (
        (first.keys, hunk.low, hunk.high) if hunk.low < hunk.high else (second.keys, hunk.start, hunk.stop)
    )
    limit = here if hunk.low < hunk.high else there
    for step in _slides(keys, begin, end, limit):
        at = begin + step
        if at == limit[0] or words[keys[at - 1]] in _SENTENCE_ENDS:
            return Hunk(hunk.low + step, hunk.high + step, hunk.start + step, hunk.stop + step)
    return hunk


def _slides(keys: Sequence[int], begin: int, end: int, limit: tuple[int, int]) -> Iterator[int]:
    """Yield by how many words the stretch may be shifted, the nearest first."""
    yield 0
    step = 0
    while end + step < limit[1] and keys[begin + step] == keys[end + step]:
        step += 1
        yield step
    step = 0
    while begin + step > limit[0] and keys[begin + step - 1] == keys[end + step - 1]:
        step -= 1
        yield step


def _merged(found: list[Hunk], first: BookWords, words: Sequence[str]) -> list[Hunk]:
    """Merge hunks with slight words between them that are the same in both: they would only tear a change up."""
    merged: list[Hunk] = []
    for hunk in found:
        if merged:
            before = merged[-1]
            between = "".join(words[key] for key in first.keys[before.high : hunk.low])
            limit = 1 if any(map(is_unspaced, between)) else _SLIGHT_CHARACTERS
            replaced = before.low < before.high and hunk.low < hunk.high and before.start < before.stop
            if len(between) <= limit and replaced and hunk.start < hunk.stop:
                merged[-1] = Hunk(before.low, hunk.high, before.start, hunk.stop)
                continue
        merged.append(hunk)
    return merged


def stretches_of(
    first: BookWords, second: BookWords, here: tuple[int, int], there: tuple[int, int], hunks: Sequence[Hunk]
) -> Iterator[Stretch]:
    """Yield both texts in one. `here` and `there` are the ranges of all of their words."""
    at = there[0]
    for hunk in hunks:
        yield from _stretch(WordState.SAME, second, at, hunk.start, there[0])
        yield from _stretch(WordState.REMOVED, first, hunk.low, hunk.high, here[0])
        yield from _stretch(WordState.ADDED, second, hunk.start, hunk.stop, there[0])
        at = hunk.stop
    yield from _stretch(WordState.SAME, second, at, there[1], there[0])


def _stretch(state: WordState, book: BookWords, begin: int, end: int, opening: int) -> Iterator[Stretch]:
    if begin < end and (text := printed(book, begin, end, opening, whole=state is WordState.SAME)):
        yield Stretch(state, text)


def printed(book: BookWords, begin: int, end: int, opening: int, *, whole: bool) -> str:
    """Return these words with what is between them, on one line for each paragraph; nothing is before the word
    `opening`.

    A sign that is no word, such as the mark of a note, is also printed at the beginning and at the end if `whole`, so
    that it goes with the words that are the same, not with those that changed.
    """
    written: list[str] = []
    index = book.piece_at(begin)
    for word in range(begin, end):
        while word >= book.pieces[index].end:
            index += 1
        piece, page = book.pieces[index], book.page[word]
        source = book.pages[page].text
        opens = word == piece.begin
        turns = not opens and book.page[word - 1] != page
        part = next(part for part in piece.parts if part[0] == page and part[1] <= book.start[word] < part[2])
        gap = "" if opens or turns else source[book.end[word - 1] : book.start[word]]
        if opens or turns:
            text = source[part[1] : book.end[word]]
        elif word == begin and not whole:
            text = " " * _has_space(gap) + source[book.start[word] : book.end[word]]
        else:
            text = gap + source[book.start[word] : book.end[word]]
        if word + 1 == piece.end or book.page[word + 1] != page:
            text += source[book.end[word] : part[2]]
        elif word + 1 == end and whole:
            text += source[book.end[word] : book.start[word + 1]].rstrip()
        if opens and word > opening:
            written.append("\n" if piece.firm or book.pieces[index - 1].heading else " ")
        elif text[:1].isspace() or (turns and not is_unspaced(text[:1])):
            written.append(" ")
        written.append(" ".join(text.split()))
    return "".join(written)


def _has_space(gap: str) -> bool:
    return any(map(str.isspace, gap))


def passage_of(book: BookWords, pieces: tuple[int, int], changed: Sequence[tuple[int, int]]) -> ComparedPassage:
    """Return a passage. `pieces` are from and to; `changed` are the ranges of words that only this book has."""
    chosen = book.pieces[slice(*pieces)]
    text = "\n".join(
        " ".join(" ".join(book.pages[page].text[start:end].split()) for page, start, end in piece.parts)
        for piece in chosen
    )
    spans = [_span(book, *part) for piece in chosen for part in piece.parts]
    return ComparedPassage(text, tuple(_touching(spans)), tuple(_places(book, changed)))


def _touching(spans: Sequence[PageSpan]) -> Iterator[PageSpan]:
    """Join spans of one page that follow each other."""
    last: PageSpan | None = None
    for span in spans:
        if last is not None and last.page == span.page and last.end <= span.start:
            last = PageSpan(last.page, last.label, last.start, span.end)
            continue
        if last is not None:
            yield last
        last = span
    if last is not None:
        yield last


def _places(book: BookWords, changed: Sequence[tuple[int, int]]) -> Iterator[PageSpan]:
    for begin, end in changed:
        word = begin
        while word < end:
            last = word
            while last + 1 < end and book.page[last + 1] == book.page[word] and book.start[last + 1] >= book.end[last]:
                last += 1
            yield _span(book, book.page[word], book.start[word], book.end[last])
            word = last + 1


def _span(book: BookWords, page: int, start: int, end: int) -> PageSpan:
    return PageSpan(book.pages[page].number, book.pages[page].label, start, end)


def number_words(piece: Piece) -> str:
    """Return the number that the paragraph begins with; empty if it has none."""
    return piece.mark.text if piece.mark is not None else ""

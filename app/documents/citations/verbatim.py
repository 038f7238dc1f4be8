"""Finds runs of words that an answer shares with the books, without quotation marks."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from app.documents.citations.attribution import without_brackets
from app.documents.citations.differences import differ, takes_back
from app.documents.text.terms import is_unspaced

MIN_WORDS = 8
MIN_CHARACTERS = 16
"""A shorter run (in words; in characters of a script without spaces) may be chance."""

_WORD = re.compile(r"[^\W_]+(?:[-\u2010\u2011\u00ad][^\W_]+)*")
_BARE_WORD = re.compile(r"[^\W_]+")
_HYPHEN = re.compile(r"(?<=[^\W_])[-\u2010\u2011\u00ad](?:[^\S\n]*\n\s*)?(?=[^\W_])")
_ANY_HYPHEN = re.compile("[-\u2010\u2011\u00ad]")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]*_]*(?=\s|$)|[。！？]|\n\s*\n|\n\s*[-*•#>|]")


@dataclass(frozen=True)
class VerbatimRun:
    """Characters [start, end) of an answer, whose words follow each other on the page with this index."""

    start: int
    end: int
    page: int


@dataclass(frozen=True)
class _Word:
    text: str
    start: int
    end: int

    @property
    def weight(self) -> float:
        """A run is long enough when its words weigh 1."""
        return 1 / MIN_CHARACTERS if is_unspaced(self.text[0]) else 1 / MIN_WORDS


class Verbatim:
    """The words of all pages, in order. Results are kept, since an answer grows."""

    def __init__(self, pages: Sequence[str]) -> None:
        self._ends: list[int] = []  # of each page's words, in `_words`
        texts: list[str] = []
        length = 0
        for page in pages:
            text = f" {_fold(page)} \n"
            length += len(text)
            texts.append(text)
            self._ends.append(length)
        self._words = "".join(texts)
        self._places: dict[str, int] = {}

    def runs(self, text: str, start: int, end: int, confirms: Callable[[VerbatimRun], bool]) -> Iterator[VerbatimRun]:
        """The longest runs in text[start:end], from left to right, that `confirms` accepts letter by letter on their
        page. A part of a confirmed run is confirmed, too.
        """
        words = list(_words(text, start, end))
        at = 0
        while (first := _long_enough(words, at)) is not None:
            middle = (at + first) // 2
            if self._find(words, middle, first) < 0:  # then nothing that holds these words is a run
                at = middle + 1
                continue
            found = self._longest(words, at, first)
            run = None if found is None else _confirmed_part(words, at, first, *found, confirms)
            if run is None:
                at += 1
            else:
                last, whole = run
                yield whole
                at = last

    def _longest(self, words: Sequence[_Word], begin: int, end: int) -> tuple[int, int] | None:
        """The end and the page of the longest run from `begin` on; None where not even words[begin:end] is one."""
        place = self._find(words, begin, end)
        if place < 0:
            return None
        while end < len(words) and (further := self._find(words, begin, end + 1, place)) >= 0:
            place, end = further, end + 1
        return end, bisect_right(self._ends, place)

    def _find(self, words: Sequence[_Word], begin: int, end: int, place: int = 0) -> int:
        """The offset of words[begin:end], at or after `place`; -1 where they are not found."""
        wanted = f" {' '.join(word.text for word in words[begin:end])} "
        if wanted not in self._places:
            self._places[wanted] = self._words.find(wanted, place)
        return self._places[wanted]


def says_the_same(answer: str, run: VerbatimRun, page: str, span: tuple[int, int]) -> bool:
    """Whether the sentences around the run, in the answer and at `span` on the page, say the same."""
    words = answer[run.start : run.end]
    if takes_back(words, page[: span[0]], page[span[1] :], answer[: run.start], answer[run.end :]):
        return False
    said = _sentences_around(answer, run.start, run.end)
    return not differ(without_brackets(said), _sentences_around(page, *span))


def _sentences_around(text: str, start: int, end: int) -> str:
    """The sentences that text[start:end] is in."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    begin = max((at for at in ends if at <= start), default=0)
    return text[begin : min((at for at in ends if at >= end), default=len(text))]


def _long_enough(words: Sequence[_Word], begin: int) -> int | None:
    """The end of the shortest run from `begin` on that is long enough."""
    weight = 0.0
    for index in range(begin, len(words)):
        weight += words[index].weight
        if weight > 1 - 1e-9:
            return index + 1
    return None


def _confirmed_part(
    words: Sequence[_Word], begin: int, least: int, end: int, page: int, confirms: Callable[[VerbatimRun], bool]
) -> tuple[int, VerbatimRun] | None:
    """The longest part of words[begin:end], from its begin on, that is on the page letter by letter, and its end."""

    def run(last: int) -> VerbatimRun:
        return VerbatimRun(words[begin].start, words[last - 1].end, page)

    if confirms(run(end)):
        return end, run(end)
    if not confirms(run(least)):
        return None
    low, high = least, end  # the first is confirmed, the second is not
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if confirms(run(middle)) else (low, middle)
    return low, run(low)


def _words(text: str, start: int, end: int) -> Iterator[_Word]:
    for match in _WORD.finditer(text, start, end):
        at = match.start()
        for unspaced, letters in groupby(match.group(), is_unspaced):
            run = "".join(letters)
            pieces = run if unspaced else (run,)
            for piece in pieces:
                folded = _ANY_HYPHEN.sub("", unicodedata.normalize("NFKC", piece).casefold())
                if folded:
                    yield _Word(folded, at, at + len(piece))
                at += len(piece)


def _fold(page: str) -> str:
    """The words of a page as `_words` has them, one space between two."""
    text = page if page.isascii() else unicodedata.normalize("NFKC", page)
    words = _BARE_WORD.findall(_HYPHEN.sub("", text).casefold())
    if not any(map(is_unspaced, set(text))):
        return " ".join(words)
    return " ".join(
        piece
        for word in words
        for unspaced, letters in groupby(word, is_unspaced)
        for piece in ([*letters] if unspaced else ["".join(letters)])
    )

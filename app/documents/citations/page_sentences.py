"""The sentences of the books' pages, and how many of a claim's words each of them has."""

from __future__ import annotations

import heapq
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cached_property
from itertools import pairwise

from app.core.conversations.verdict import Evidence
from app.core.documents.document import CitedBook, Page
from app.documents.citations.normal_form import Normal
from app.language.languages import language_of
from app.language.numbers import figures_of
from app.language.sentences import Sentence, SentenceKind, sentences
from app.language.terms import UNSPACED, is_unspaced, terms_of, words_of

MOST_PAGES = 8
"""The number of pages that are looked through for a claim besides those that the answer names: those with most of its
words."""

MOST_EVIDENCE = 3
"""The most sentences of pages that a verdict rests on."""

MIN_ADDED, MIN_ADDED_ELSEWHERE = 0.08, 0.2
"""The least share of a claim's words, by their weight, that a further sentence must add, on the page of the first one
and on another page."""

_MAX_EVIDENCE_CHARACTERS = 600
_DIGITS = re.compile(r"\d")
_GROUPED = re.compile(r"(?<=\d)[.,'’\u00a0\u202f](?=\d{3}(?!\d))")
_GAP = re.compile(rf"(?<=[{UNSPACED}])\s+(?=[{UNSPACED}])")
_LEAST_STEM = 3


@dataclass(frozen=True)
class PageSentence:
    """A sentence of a page, on one line. `lead` is the heading and the introducing line of the list that it is an entry
    of, if it is one; `before` and `after` are the sentences beside it on its page, empty at the page's edges. `first`
    tells that it begins its paragraph or its entry."""

    book: CitedBook
    page: Page
    text: str
    kind: SentenceKind
    lead: str = ""
    before: str = ""
    after: str = ""
    first: bool = True

    @property
    def list_lead(self) -> str:
        """The introducing line of the list, which may say who does what the beginning of an entry says; empty for
        none."""
        line = self.lead.rpartition("\n")[2].strip()
        return line if self.first and line.endswith((":", "：")) else ""

    @cached_property
    def terms(self) -> frozenset[str]:
        return content_terms(self.text)

    @cached_property
    def normal(self) -> Normal:
        return Normal(self.text)

    @property
    def evidence(self) -> Evidence:
        text = self.text
        if len(text) > _MAX_EVIDENCE_CHARACTERS:
            text = f"{text[:_MAX_EVIDENCE_CHARACTERS].rstrip()} …"
        return Evidence(self.book.book_id, self.book.title, self.page.number, self.page.label, text)


class PageSentences:
    """All sentences of some books; pages are cut into sentences when they are first asked for."""

    def __init__(self, books: Sequence[CitedBook]) -> None:
        self._places = [(book, page) for book in books for page in book.pages]
        self._following = {
            (book.book_id, first.number): second
            for book in books
            for first, second in pairwise(book.pages)
            if second.number == first.number + 1
        }
        self._cut: dict[tuple[str, int], tuple[PageSentence, ...]] = {}
        self._found: dict[str, frozenset[int]] = {}

    @cached_property
    def _texts(self) -> list[str]:
        """The text of each page in one form, in which terms are looked for."""
        return [_searchable(page.text) for _book, page in self._places]

    def _pages_with(self, term: str) -> frozenset[int]:
        """Return the places of the pages that seem to have a term: its letters stand in their text."""
        if term not in self._found:
            sought = _sought(term)
            self._found[term] = frozenset(place for place, text in enumerate(self._texts) if sought in text)
        return self._found[term]

    def of(self, book: CitedBook, page: Page) -> tuple[PageSentence, ...]:
        """Return the sentences of a page, in order. One that runs on to the next page is whole here."""
        key = (book.book_id, page.number)
        if key not in self._cut:
            self._cut[key] = tuple(_linked(self._sentences(book, page)))
        return self._cut[key]

    def _sentences(self, book: CitedBook, page: Page) -> Iterator[PageSentence]:
        cut = list(sentences(page.text))
        following = self._following.get((book.book_id, page.number))
        for number, each in enumerate(cut):
            runs_on = number == len(cut) - 1 and each.kind is SentenceKind.FRAGMENT and following is not None
            whole = _joined(each, following) if runs_on and following is not None else each
            lead = each.under if each.kind is SentenceKind.ENTRY else each.under.rpartition("\n")[2]
            yield PageSentence(book, page, whole.line, whole.kind, lead, first=each.first)

    def weight(self, term: str) -> float:
        """Return how much a term says: more, the fewer pages have it."""
        return math.log(1 + (len(self._places) + 1) / (len(self._pages_with(term)) + 1))

    def share(self, claim: frozenset[str], held: Collection[str]) -> float:
        """Return the share of the claim's terms that are in `held`, by their weight, from 0 to 1."""
        total = sum(map(self.weight, claim))
        return sum(self.weight(term) for term in claim if term in held) / total if total else 0.0

    def likeliest(self, claim: frozenset[str]) -> list[tuple[CitedBook, Page]]:
        """Return the pages with most of the claim's terms, by their weight, best first; none that has nothing of it."""
        shares: defaultdict[int, float] = defaultdict(float)
        for term in sorted(claim):
            weight = self.weight(term)
            for place in self._pages_with(term):
                shares[place] += weight
        best = heapq.nsmallest(MOST_PAGES, shares, key=lambda place: (-shares[place], place))
        return [self._places[place] for place in best]

    def nearest(self, claim: frozenset[str], pages: Sequence[tuple[CitedBook, Page]]) -> list[PageSentence]:
        """Return up to `MOST_EVIDENCE` sentences of these pages that have most of the claim together, the best first:
        each next one is the one that adds most, if it adds enough. All are of one book; a question states nothing and
        is left out."""
        pool = [each for place in pages for each in self.of(*place) if each.kind is not SentenceKind.QUESTION]
        chosen: list[PageSentence] = []
        left, whole = claim, self._weight_of(claim)
        while pool and len(chosen) < MOST_EVIDENCE:
            best = max(pool, key=lambda each: (self._weight_of(left & each.terms), -len(each.terms)))
            added = self._weight_of(left & best.terms) / whole if whole else 0.0
            beside = not chosen or best.page is chosen[0].page
            if added <= 0 or (chosen and added < (MIN_ADDED if beside else MIN_ADDED_ELSEWHERE)):
                break
            chosen.append(best)
            left -= best.terms
            pool = [each for each in pool if each is not best and each.book is best.book]
        return chosen

    def _weight_of(self, terms: frozenset[str]) -> float:
        return sum(map(self.weight, terms))


def content_terms(text: str) -> frozenset[str]:
    """Return what a text is about: the stems of its words without those of grammar, pairs of characters of scripts
    without spaces, and its numbers, each whole: 1,475.00 is one term, and the same as 1475."""
    language = language_of(words_of(text))
    numbers = {f"#{number_of(figure.value)}" for figure in figures_of(text, language)}
    without = language.common | frozenset((*language.numbers, *language.tens))
    return frozenset(numbers | {term for term in terms_of(text, without).all if not _DIGITS.search(term)})


def number_of(written: str) -> str:
    """Return a number in one form: 1475.00, 1475 and 1.475E3 are the same; what is no plain number stays as it is
    written."""
    try:
        return f"{Decimal(written.rstrip('.')).normalize():f}"
    except InvalidOperation:
        return written


def _searchable(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _GAP.sub("", _GROUPED.sub("", folded))


def _sought(term: str) -> str:
    """Return the letters of a term as they stand in a text: a stem may end otherwise than its word does."""
    if term.startswith("#"):
        return term[1:]
    return term[:-1] if term.endswith("i") and len(term) > _LEAST_STEM else term


def _joined(sentence: Sentence, following: Page) -> Sentence:
    """Return a sentence with its end on the next page, if that begins in its middle."""
    first = next(sentences(following.text), None)
    begins = first.text.lstrip()[:1] if first is not None else ""
    if first is None or not (begins.islower() or is_unspaced(begins)):
        return sentence
    return replace(sentence, text=f"{sentence.text}\n{first.text}", kind=SentenceKind.SENTENCE)


def _linked(cut: Iterator[PageSentence]) -> Iterator[PageSentence]:
    """Yield each sentence with those beside it."""
    every = list(cut)
    texts = ["", *(each.text for each in every), ""]
    for number, each in enumerate(every):
        yield replace(each, before=texts[number], after=texts[number + 2])


def in_other_script(claim: str, pages: Sequence[tuple[CitedBook, Page]]) -> bool:
    """Return whether a claim is in a script without spaces and all of these pages in one with spaces, or the
    reverse."""
    own = _is_unspaced(claim)
    return bool(pages) and all(_is_unspaced(page.text) != own for _book, page in pages)


def _is_unspaced(text: str) -> bool:
    letters = [sign for sign in unicodedata.normalize("NFKC", text) if sign.isalpha()]
    return sum(map(is_unspaced, letters)) > 0.3 * len(letters)

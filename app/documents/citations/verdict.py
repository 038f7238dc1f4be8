"""The one place that decides what the pages have of each sentence of an answer.

Page marks, quotations, differences, words in common and a model's judgement all end here, in one verdict a sentence
(`app.core.conversations.verdict`); nothing else is shown of them. What words alone can decide is decided at once; what
is left waits for a model, if one may judge (`SentenceVerdict.waits`), and `decide` takes what that says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from app.core.conversations.conversation import Citation
from app.core.conversations.verdict import Evidence, SentenceVerdict, Unweighed, Verdict
from app.core.documents.document import CitedBook, Page
from app.documents.citations.alignment import differs_in_a_value, numbers_in
from app.documents.citations.doubts import is_doubtful
from app.documents.citations.page_sentences import (
    MOST_EVIDENCE,
    PageSentence,
    PageSentences,
    content_terms,
    in_other_script,
)
from app.documents.citations.retractions import in_context
from app.documents.citations.statements import Claim, claims, without_marks
from app.documents.citations.word_for_word import without_lead_in, word_for_word
from app.language.sentences import SentenceKind

CLOSE = 0.6
"""The share of a claim's words in one sentence of a page from which on the two are compared by a person: of sentences
that are nearly the page's but not quite, most are false, and neither tests nor a model sort them."""

FAR = 0.05
"""The share of a claim's words, by their weight, in the nearest sentences of all pages below which no page says it."""

DENIED = 0.8
"""From this share of what a claim denies in one sentence of a page on, a person compares them: the page may say it."""

MUCH_NEARER = 0.15
"""The amount by which that share must be larger on other pages than on those that the answer names, for these to be
taken."""

_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True)
class _Named:
    """The pages that an answer names for a claim. `written` is as the mark has it; `missing` tells that there is no
    such page."""

    pages: tuple[tuple[CitedBook, Page], ...] = ()
    written: str = ""
    missing: bool = False


def weigh_by_words(
    answer: str, citations: Sequence[Citation], books: Sequence[CitedBook]
) -> tuple[SentenceVerdict, ...]:
    """Return one verdict for each sentence of an answer that states something, in order. `citations` are the answer's
    page marks and quotations, as `checker.check` finds them; `books` are the pages that it was written from."""
    return AnswerWeigher(books).weigh(answer, citations)


class AnswerWeigher:
    """Weighs answers against the same books, whose pages are cut into sentences once."""

    def __init__(self, books: Sequence[CitedBook]) -> None:
        self._books = books
        self._pages = PageSentences(books)
        self._places = {(book.book_id, page.number): (book, page) for book in books for page in book.pages}

    def weigh(self, answer: str, citations: Sequence[Citation]) -> tuple[SentenceVerdict, ...]:
        """See `weigh_by_words`."""
        found = [in_context(answer, claim) for claim in claims(answer)]
        marks = self._marks(answer, found, citations)
        verdicts: list[SentenceVerdict] = []
        before: PageSentence | None = None
        following = [*(claim.text for claim in found[1:]), ""][: len(found)]
        for claim, named, after in zip(found, marks, following, strict=True):
            verdict, before = self._weigh(claim, named, before, after)
            verdicts += [verdict] if verdict is not None else []
        return tuple(verdicts)

    def _marks(self, answer: str, found: Sequence[Claim], citations: Sequence[Citation]) -> list[_Named]:
        """Return the pages that each claim names."""
        of: dict[int, list[Citation]] = {}
        for citation in citations:
            owner = owner_of(answer, found, citation)
            if citation.start >= 0 and owner is not None:
                of.setdefault(owner, []).append(citation)
        return [self._named(of.get(number, ())) for number in range(len(found))]

    def _named(self, marks: Sequence[Citation]) -> _Named:
        # The checker names the page that has a mark's quotation if that is another one; the answer did not.
        own = (each for each in marks if not each.named)
        places = [self._places.get((each.book_id, each.page)) for each in own]
        written = ", ".join(dict.fromkeys(each.named or each.label or str(each.page) for each in marks))
        unknown = bool(marks) and all(each.page == 0 and not each.is_unresolved for each in marks)
        return _Named(tuple(place for place in places if place is not None), written, unknown)

    def _weigh(
        self, claim: Claim, named: _Named, before: PageSentence | None, following: str
    ) -> tuple[SentenceVerdict | None, PageSentence | None]:
        """Return the verdict, and the last sentence of a page that the claim is word for word. There is no verdict
        on a denial that no page contradicts."""
        core = claim.denied or without_lead_in(claim.text)
        terms = content_terms(core) or content_terms(claim.text)
        likely = [place for place in self._pages.likeliest(terms) if place not in named.pages]
        own = [each for place in named.pages for each in self._pages.of(*place)]
        others = [each for place in likely for each in self._pages.of(*place)]
        for pool in () if claim.turned else (own, others):
            if (found := word_for_word(claim.text, pool, before, following, claim.lead)) is not None:
                elsewhere = named.written if pool is others else ""
                verdict = _verdict(claim, Verdict.VERBATIM, found.sentences, elsewhere)
                return verdict, found.sentences[-1]
        if claim.denied:
            return self._denied(claim, terms, [*own, *others]), None
        if named.missing:
            return SentenceVerdict(claim.start, claim.end, Verdict.NOTHING, named=named.written), None
        nearer = _most_shared(terms, others) > _most_shared(terms, own) + MUCH_NEARER
        for pool in (own, others) if nearer or not own else (own,):
            elsewhere = named.written if pool is others else ""
            if (close := self._close(claim, terms, pool, [*own, *others], elsewhere)) is not None:
                return close, None
        return self._far(claim, terms, named, likely), None

    def _denied(self, claim: Claim, terms: frozenset[str], pool: Sequence[PageSentence]) -> SentenceVerdict | None:
        """Return a verdict where a sentence of these pages may say what the claim denies that they say."""
        saying = [each for each in pool if each.kind in (SentenceKind.SENTENCE, SentenceKind.ENTRY)]
        near = max(saying, key=lambda each: _shared(terms, each), default=None)
        if near is None or _shared(terms, near) < DENIED:
            return None
        return _verdict(claim, Verdict.COMPARE, (near,))

    def _close(
        self,
        claim: Claim,
        terms: frozenset[str],
        pool: Sequence[PageSentence],
        every: Sequence[PageSentence],
        elsewhere: str,
    ) -> SentenceVerdict | None:
        """Return a verdict if one sentence of these pages has most of the claim's words, else None; `every` are the
        sentences of all pages that may say it."""
        core = without_lead_in(claim.text)
        near = sorted(pool, key=lambda each: _shared(terms, each), reverse=True)[:MOST_EVIDENCE]
        if not near or _shared(terms, near[0]) < CLOSE:
            return None
        for each in near:
            if differs_in_a_value(core, each.text) and not _is_said_elsewhere(core, terms, each, every):
                return _verdict(claim, Verdict.OTHERWISE, (each,), elsewhere)
        return _verdict(claim, Verdict.COMPARE, near[:1], elsewhere)

    def _far(
        self, claim: Claim, terms: frozenset[str], named: _Named, likely: Sequence[tuple[CitedBook, Page]]
    ) -> SentenceVerdict:
        """Return a verdict if no sentence has most of the claim's words."""
        named_there = named.written if named.pages else ""
        if in_other_script(claim.text, [*self._places.values()]):
            place = tuple(_place(*each) for each in named.pages[:1])
            return SentenceVerdict(claim.start, claim.end, Verdict.UNWEIGHED, place, "", Unweighed.OTHER_SCRIPT)
        nearest, share = self._nearest(terms, named.pages)
        others, more = self._nearest(terms, likely)
        elsewhere = not nearest or more > share + MUCH_NEARER
        if elsewhere:
            nearest, share = others, more
        if not nearest or share < FAR:
            return SentenceVerdict(claim.start, claim.end, Verdict.NOTHING, named=named_there)
        verdict = _verdict(claim, Verdict.COMPARE, nearest, named_there if elsewhere else "")
        if claim.turned or is_doubtful(without_lead_in(claim.text), nearest):
            return verdict
        return msgspec.structs.replace(verdict, verdict=Verdict.UNWEIGHED, reason=Unweighed.WAITING)

    def _nearest(
        self, terms: frozenset[str], pages: Sequence[tuple[CitedBook, Page]]
    ) -> tuple[list[PageSentence], float]:
        """Return the sentences of these pages that have most of the claim together, and the share that they have."""
        nearest = self._pages.nearest(terms, pages)
        return nearest, self._pages.share(terms, frozenset[str]().union(*(each.terms for each in nearest)))


def decide(verdict: SentenceVerdict, believed: bool | None) -> SentenceVerdict:
    """Return the verdict on a sentence that waited for a model. `believed` is True if the model says yes, more surely
    than to the false sentences that it was tested on, False if it says no, more surely than to the true ones, and None
    if its answer decides nothing."""
    outcome = {True: Verdict.SEEMS, False: Verdict.NOTHING, None: Verdict.COMPARE}[believed]
    return msgspec.structs.replace(verdict, verdict=outcome, reason=None)


def owner_of(answer: str, found: Sequence[Claim], citation: Citation) -> int | None:
    """Return the index of the claim that a mark belongs to: it is in it, or right behind it, be it behind the full
    stop; or it begins the line that the claim begins. None if there is no such claim."""
    line = answer[answer.rfind("\n", 0, max(0, citation.start)) + 1 : max(0, citation.start)]
    if not _has_words(line):
        led = (index for index, claim in enumerate(found) if claim.start <= citation.start < claim.end)
        if (index := next(led, None)) is not None:
            return index
    before = [
        index
        for index, claim in enumerate(found)
        if claim.start <= citation.start and _has_words(answer[claim.start : citation.start])
    ]
    if not before or _has_words(answer[found[before[-1]].end : citation.start]):
        return None
    return before[-1]


def _has_words(text: str) -> bool:
    return _WORD.search(without_marks(text)) is not None


def _shared(terms: frozenset[str], sentence: PageSentence) -> float:
    return len(terms & sentence.terms) / len(terms) if terms else 0.0


def _most_shared(terms: frozenset[str], pool: Sequence[PageSentence]) -> float:
    return max((_shared(terms, each) for each in pool), default=0.0)


def _is_said_elsewhere(core: str, terms: frozenset[str], but: PageSentence, every: Sequence[PageSentence]) -> bool:
    """Return whether another sentence has the claim's numbers and as many of its words: then it may be the one that is
    meant."""
    wanted, least = frozenset(numbers_in(core)), _shared(terms, but)
    return any(
        _shared(terms, each) >= min(least, CLOSE) and wanted <= frozenset(numbers_in(each.text))
        for each in every
        if each is not but
    )


def _verdict(claim: Claim, verdict: Verdict, sentences: Sequence[PageSentence], named: str = "") -> SentenceVerdict:
    evidence = tuple(each.evidence for each in sentences[:MOST_EVIDENCE])
    return SentenceVerdict(claim.start, claim.end, verdict, evidence, named)


def _place(book: CitedBook, page: Page) -> Evidence:
    return Evidence(book.book_id, book.title, page.number, page.label, "")

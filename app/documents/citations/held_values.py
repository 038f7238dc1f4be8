"""Decides by words alone what the pages have of the value of a cell: no model makes a cell green."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from msgspec import structs

from app.core.conversations.conversation import Citation, CitationState
from app.core.conversations.values import AnswerForm, CellValue, ValueKind, ValueState, read_value, value_span
from app.core.conversations.verdict import Evidence, SentenceVerdict, Verdict
from app.core.documents.document import CitedBook, Page
from app.documents.citations import amounts, value_clauses
from app.documents.citations.checker import locate
from app.documents.citations.page_sentences import MOST_EVIDENCE, PageSentence, PageSentences, content_terms
from app.documents.citations.value_clauses import AskedQuestion, weighs
from app.language.dates import dates_of
from app.language.sentences import SentenceKind

_UNCUT = (CitationState.VERIFIED, CitationState.REPAIRED)
_ON_PAGE = (*_UNCUT, CitationState.CUT)


def weigh_value(
    text: str, form: AnswerForm, question: str, citations: Sequence[Citation], books: Sequence[CitedBook]
) -> tuple[SentenceVerdict, ...]:
    """Return the verdict on the value that an answer `text` of this `form` begins with; none if it has no value, or
    says that there is none and no sentence of the books may have one after all. `citations` are the answer's, as
    `checker.check` finds them."""
    value, pages, asked = read_value(text, form), PageSentences(books), AskedQuestion(question)
    span = value_span(text)
    if value.state is ValueState.ABSENT:
        there = sorted(
            (each for each in _likely(pages, asked) if _may_answer(each, form, asked)),
            key=lambda each: not value_clauses.has_all_words(each, asked),
        )
        return (_verdict(span, Verdict.COMPARE, there),) if there else ()
    if value.state is not ValueState.HAS:
        return ()
    if form.kind is ValueKind.AMOUNT and not value.currency:
        value = structs.replace(value, currency=amounts.currency_asked(question))
    return (ValueWeigher(value, form, asked, pages).weigh(span, citations, books),)


@dataclass(frozen=True)
class ValueWeigher:
    """Weighs one value by what a sentence of a page has in its place, and what other sentences have."""

    value: CellValue
    form: AnswerForm
    question: AskedQuestion
    pages: PageSentences

    def weigh(
        self, span: tuple[int, int], citations: Sequence[Citation], books: Sequence[CitedBook]
    ) -> SentenceVerdict:
        places = {(book.book_id, page.number): (book, page) for book in books for page in book.pages}
        quoted = [(each, places.get((each.book_id, each.page))) for each in citations]
        cut: list[PageSentence] = []
        for citation, place in quoted:
            if citation.state not in _ON_PAGE or place is None:
                continue
            sentences = quoted_sentences(self.pages, *place, citation.quote)
            cut += sentences
            if citation.state in _UNCUT and (found := self.decide(span, sentences, citation)) is not None:
                return found
        if cut:
            return _verdict(span, Verdict.COMPARE, cut)
        for citation, place in quoted:
            if place is not None and citation.state in (CitationState.NEAR, CitationState.PAGE, *_ON_PAGE):
                return self._named(span, citation, *place)
        missing = next((each for each, _place in quoted if each.state is CitationState.NOT_FOUND), None)
        if missing is not None:
            return SentenceVerdict(*span, Verdict.NOTHING, named=missing.label)
        return self._unquoted(span)

    def decide(
        self, span: tuple[int, int], sentences: Sequence[PageSentence], citation: Citation | None = None
    ) -> SentenceVerdict | None:
        """Return the verdict by the words of the first of these sentences that answers the question by itself; None if
        none does.

        A quotation proves only what is in it. If another sentence of the books may answer the question too, or may
        change the answer, both are shown and a person compares.
        """
        for sentence in map(self._untitled, sentences):
            agrees = self.agrees(sentence, citation.quote if citation is not None else "")
            if agrees is None:
                continue
            others = self._others(sentence, agrees)
            if others:
                return _verdict(span, Verdict.COMPARE, (sentence, *others))
            named = citation.named if citation is not None and citation.state is CitationState.REPAIRED else ""
            return _verdict(span, Verdict.VERBATIM if agrees else Verdict.OTHERWISE, (sentence,), named)
        return None

    def _untitled(self, sentence: PageSentence) -> PageSentence:
        """Return a sentence without the line above it if that is the title of its document: below the title alone it
        stands below no heading of its own."""
        first = next(iter(self.pages.of(sentence.book, sentence.book.pages[0])), None)
        is_title = first is not None and first.text == " ".join(sentence.lead.split())
        return replace(sentence, lead="") if is_title and not weighs(sentence.lead, self.question.text) else sentence

    def agrees(self, sentence: PageSentence, quote: str = "") -> bool | None:
        """Return whether a sentence has just this value as the answer (True), or just another one (False); None if
        words do not decide. `quote` is what is quoted of it, which has the value too; empty for all of it."""
        value, asked, text = self.value, self.question, quote or sentence.text
        match self.form.kind:
            case ValueKind.DATE:
                days = value_clauses.date_in(sentence, asked)
                if len(days) != 1 or days[0] not in dates_of(text):
                    return None
                return days[0].startswith(value.text) or (None if value.text.startswith(days[0]) else False)
            case ValueKind.AMOUNT:
                amount = value_clauses.amount_in(sentence, asked)
                if amount is None or amount.number not in _numbers(text):
                    return None
                if amount.is_same(value.number, value.currency):
                    return True
                other_currency = amount.currency != value.currency and amount.currency and value.currency
                return None if amount.number == value.number or other_currency else False
            case ValueKind.YES_NO:
                answered = value_clauses.answer_in(sentence, asked)
                return None if answered is None else answered == value.yes
            case ValueKind.CHOICE:
                choice = value_clauses.choice_in(sentence, asked, self.form.choices)
                return choice == value.text if choice and _has(text, choice) else None
        is_there = _has(text, value.text) and value_clauses.text_is_in(sentence, asked, value.text)
        return True if is_there else None

    def _others(self, sentence: PageSentence, agrees: bool) -> list[PageSentence]:
        """Return the sentences that stand against what a sentence proves, or the value that it denies."""
        asked = self.question
        others = [each for each in _likely(self.pages, asked) if each.text != sentence.text]
        against: dict[str, PageSentence] = {}
        for each in others:
            denies = value_clauses.has_all_words(each, asked) and not self._is_silent(each)
            affirms = value_clauses.has_a_word(each, asked) and self._may_have(each)
            changes = value_clauses.may_change(each, asked, by_consent=self.form.kind is ValueKind.YES_NO)
            if changes or (denies if agrees else affirms):
                against.setdefault(each.text, each)
        return list(against.values())[: MOST_EVIDENCE - 1]

    def _is_silent(self, sentence: PageSentence) -> bool:
        """Return whether another sentence about the same has nothing else in the value's place."""
        if self.form.kind is ValueKind.DATE:
            return all(day.startswith(self.value.text) for day in dates_of(sentence.text))
        if self.form.kind is ValueKind.AMOUNT:
            return not any(sign.isdigit() for sign in sentence.text) or self.agrees(sentence) is True
        return self.agrees(sentence) is True

    def _may_have(self, sentence: PageSentence) -> bool:
        """Return whether another sentence may have the value that the quoted one denies."""
        value = self.value
        match self.form.kind:
            case ValueKind.DATE:
                return any(
                    each.startswith(value.text) or value.text.startswith(each) for each in dates_of(sentence.text)
                )
            case ValueKind.AMOUNT:
                return bool({None, value.number} & set(_numbers(sentence.text)))
            case ValueKind.CHOICE | ValueKind.TEXT:
                return _has(sentence.text, value.text)
        return value_clauses.has_all_words(sentence, self.question)

    def _named(self, span: tuple[int, int], citation: Citation, book: CitedBook, page: Page) -> SentenceVerdict:
        """Return the verdict if a page is named and no sentence of it is quoted as it is."""
        sentences = [each for each in self.pages.of(book, page) if each.kind is not SentenceKind.QUESTION]
        wanted = content_terms(citation.on_page or f"{self.question.text} {self.value.text}")
        nearest = max(sentences, key=lambda each: len(wanted & each.terms), default=None)
        if nearest is not None and wanted & nearest.terms:
            return _verdict(span, Verdict.COMPARE, (nearest,))
        evidence = Evidence(book.book_id, book.title, page.number, page.label, citation.on_page)
        return SentenceVerdict(*span, Verdict.COMPARE, (evidence,))

    def _unquoted(self, span: tuple[int, int]) -> SentenceVerdict:
        """Return the verdict on a value for which nothing is quoted, and no page named."""
        likely = [each for each in _likely(self.pages, self.question) if value_clauses.has_a_word(each, self.question)]
        by_words = (ValueKind.YES_NO,)
        there = [
            each
            for each in likely
            if (
                value_clauses.has_all_words(each, self.question) if self.form.kind in by_words else self._may_have(each)
            )
        ]
        return _verdict(span, Verdict.COMPARE, there) if there else SentenceVerdict(*span, Verdict.NOTHING)


def quoted_sentences(pages: PageSentences, book: CitedBook, page: Page, quote: str) -> list[PageSentence]:
    """Return the sentences of a page that have a quotation, or are in it; else those nearest to it, so that there is
    something to compare."""
    sentences = pages.of(book, page)
    there = [each for each in sentences if locate(each.text, quote) is not None]
    inside = [each for each in sentences if not there and locate(quote, each.text) is not None]
    if there or inside:
        return there or inside
    wanted = content_terms(quote)
    nearest = max(sentences, key=lambda each: len(wanted & each.terms), default=None)
    return [] if nearest is None else [replace(nearest, kind=SentenceKind.FRAGMENT)]


def _likely(pages: PageSentences, question: AskedQuestion) -> Iterable[PageSentence]:
    """Yield the sentences of the pages with most of a question's words; headings and questions state nothing."""
    for place in pages.likeliest(content_terms(question.text)):
        for each in pages.of(*place):
            if each.kind not in (SentenceKind.HEADING, SentenceKind.QUESTION):
                yield each


def _may_answer(sentence: PageSentence, form: AnswerForm, question: AskedQuestion) -> bool:
    """Return whether a sentence may have the value that an answer says is not there: by all words of the question, or
    by half of them beside a date if one is asked for, or a number."""
    if value_clauses.has_all_words(sentence, question):
        return True
    if not value_clauses.has_half_of_words(sentence, question):
        return False
    match form.kind:
        case ValueKind.DATE:
            return bool(dates_of(sentence.text))
        case ValueKind.AMOUNT:
            return bool(_numbers(sentence.text))
    return True


def _numbers(text: str) -> list[Decimal | None]:
    """Return all numbers of a text; None for one that may be read in two ways."""
    return [each.number for each in amounts.amount_spans(amounts.plain(text.casefold()))]


def _has(text: str, words: str) -> bool:
    return " ".join(words.casefold().split()).rstrip(".。") in " ".join(text.casefold().split())


def _verdict(
    span: tuple[int, int], verdict: Verdict, sentences: Sequence[PageSentence], named: str = ""
) -> SentenceVerdict:
    """Return a verdict; its evidence names each sentence once."""
    evidence = tuple(dict.fromkeys(each.evidence for each in sentences))
    return SentenceVerdict(*span, verdict, evidence[:MOST_EVIDENCE], named)

"""The values of an answer in JSON, and the page that has each of them: its words, its date, or its number."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed lacks it

from app.core.conversations.values import AnswerForm, CellValue, ValueKind, ValueState, is_date
from app.core.conversations.verdict import SentenceVerdict, Verdict
from app.core.documents.document import CitedBook
from app.core.documents.json_pointer import pointer
from app.documents.citations.agreement import has_number
from app.documents.citations.checker import locate
from app.documents.citations.held_values import ValueWeigher, quoted_sentences
from app.documents.citations.location import QuotationFinder
from app.documents.citations.page_marks import is_evidence
from app.documents.citations.page_sentences import PageSentence, PageSentences, content_terms
from app.documents.citations.value_clauses import AskedQuestion, has_all_words
from app.documents.citations.word_for_word import leaves_turn_behind, word_for_word
from app.language.dates import dates_of

MOST_LOOKED_THROUGH = 8
"""The number of pages beyond which, in the books together, a short value is sought only on those that have most of its
words."""

LEAST_LONG = 6
"""The length in words, or a third of that in characters of a script without spaces, below which a run of words may be a
name, which is on many pages."""

_BLANK = re.compile(r"[\s,:]*")
_SCALAR = re.compile(r"[^\s,\]}]+")
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\-.\s]+")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class JsonValue:
    """A text or a number at the characters [start, end) of the answer. `pointer` says where it stands in the JSON (RFC
    6901); `name` are the words of the keys above it."""

    pointer: str
    name: str
    text: str
    start: int
    end: int
    is_number: bool = False

    @property
    def is_words(self) -> bool:
        """True if the value is neither a number nor a date, which pages may write in another way."""
        return not (self.is_number or _NUMBER.fullmatch(self.text) or is_date(self.text))


@dataclass(frozen=True)
class PlacedValue:
    """A value with its place. `verdict` is what the pages have of it; `statement` is the sentence of a page that has
    it, empty for none."""

    value: JsonValue
    verdict: SentenceVerdict
    statement: str = ""


def values_of(answer: str) -> tuple[JsonValue, ...]:
    """Return the texts and numbers of an answer, in order; none for one that is no JSON."""
    try:
        json.loads(answer)
        return tuple(_Reader(answer).read("", ()))
    except (ValueError, RecursionError):
        return ()


def place_values(answer: str, question: str, books: Sequence[CitedBook]) -> tuple[PlacedValue, ...]:
    """Return each value of an answer with what the pages have of it.

    Word for word is a text that is a sentence of its page, or a long part of one with the words of its name in it, and
    a value that a sentence with just these words proves. Any other that is on a page is to be compared there: of
    several sentences that have it, with the one that shares most with the names above the value and with the question.
    """
    finder, pages = QuotationFinder(books), PageSentences(books)
    return tuple(_place(value, question, finder, pages, books) for value in values_of(answer))


def _place(
    value: JsonValue, question: str, finder: QuotationFinder, pages: PageSentences, books: Sequence[CitedBook]
) -> PlacedValue:
    span = value.start, value.end
    is_long = value.is_words and is_evidence(value.text)
    sentences = _having_words(value, finder, pages) if is_long else _having(value, question, pages, books)
    if not sentences:
        return PlacedValue(value, SentenceVerdict(*span, Verdict.NOTHING))
    label = AskedQuestion(value.name)
    for sentence, uncut in sentences:
        if is_long and uncut and _is_word_for_word(value, sentence, label):
            return PlacedValue(value, _verdict(span, Verdict.VERBATIM, sentence), sentence.text)
    proved = ValueWeigher(*_held(value), label, pages).decide(span, [each for each, uncut in sentences if uncut])
    if proved is not None and proved.verdict is Verdict.VERBATIM:
        return PlacedValue(value, proved, proved.on_page)
    first = sentences[0][0]
    return PlacedValue(value, _verdict(span, Verdict.COMPARE, first), first.text)


def _having_words(value: JsonValue, finder: QuotationFinder, pages: PageSentences) -> list[tuple[PageSentence, bool]]:
    """Return the sentences that have a long text, each with whether it is uncut there."""
    found = sorted(finder.everywhere(value.text), key=lambda entry: bool(entry[2].fuller))
    return [
        (sentence, not location.fuller)
        for book, page, location in found
        for sentence in quoted_sentences(pages, book, page, value.text)
    ]


def _having(
    value: JsonValue, question: str, pages: PageSentences, books: Sequence[CitedBook]
) -> list[tuple[PageSentence, bool]]:
    """Return the sentences that have a short text, a date or a number, the nearest to its name and the question
    first."""
    has, wanted = _test_of(value), content_terms(f"{value.name} {question}")
    places = [(book, page) for book in books for page in book.pages]
    if len(places) > MOST_LOOKED_THROUGH:
        places = pages.likeliest(content_terms(f"{value.name} {value.text} {question}"))
    found = [each for place in places for each in pages.of(*place) if has(each.text)]
    return [(each, True) for each in sorted(found, key=lambda each: -len(wanted & each.terms))]


def _is_word_for_word(value: JsonValue, sentence: PageSentence, label: AskedQuestion) -> bool:
    if word_for_word(value.text, [sentence]) is not None:
        return True
    long = len(value.text.split()) >= LEAST_LONG or (not value.text.isascii() and len(value.text) >= 3 * LEAST_LONG)
    said = f"{value.name} {value.text}"
    return long and has_all_words(sentence, label, strict=True) and not leaves_turn_behind(said, sentence)


def _held(value: JsonValue) -> tuple[CellValue, AnswerForm]:
    """Return a value in the form of a cell's."""
    if value.is_number or _NUMBER.fullmatch(value.text):
        return CellValue(ValueState.HAS, value.text, number=Decimal(value.text)), AnswerForm(ValueKind.AMOUNT)
    if is_date(value.text):
        return CellValue(ValueState.HAS, value.text), AnswerForm(ValueKind.DATE)
    return CellValue(ValueState.HAS, value.text), AnswerForm(ValueKind.TEXT)


def _verdict(span: tuple[int, int], verdict: Verdict, sentence: PageSentence) -> SentenceVerdict:
    return SentenceVerdict(*span, verdict, (sentence.evidence,))


def _test_of(value: JsonValue) -> Callable[[str], bool]:
    """Return a test for whether a sentence has the value, however it writes it."""
    text = value.text
    if value.is_words:
        return lambda sentence: locate(sentence, text) is not None
    if is_date(text):
        number = Decimal(text) if _NUMBER.fullmatch(text) else None  # a year alone
        return lambda sentence: (
            any(each.startswith(text) for each in dates_of(sentence))
            or (number is not None and has_number(sentence, number))
        )
    return lambda sentence: has_number(sentence, Decimal(text))


class _Reader:
    """Goes through JSON that is known to be sound."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def read(self, where: str, names: tuple[str, ...]) -> Iterator[JsonValue]:
        self._skip()
        match self._text[self._at]:
            case "{":
                yield from self._read_object(where, names)
            case "[":
                yield from self._read_array(where, names)
            case '"':
                start = self._at
                text = self._read_text()
                if text.strip():
                    yield JsonValue(where, _named(names), text, start + 1, self._at - 1)
            case _:
                start = self._at
                written = _SCALAR.match(self._text, start)
                assert written is not None, "it is sound"
                self._at = written.end()
                if _NUMBER.fullmatch(written[0]):
                    yield JsonValue(where, _named(names), written[0], start, self._at, is_number=True)

    def _read_object(self, where: str, names: tuple[str, ...]) -> Iterator[JsonValue]:
        self._at += 1
        while not self._closes("}"):
            key = self._read_text()
            yield from self.read(pointer((key,), where), (*names, key))

    def _read_array(self, where: str, names: tuple[str, ...]) -> Iterator[JsonValue]:
        self._at += 1
        index = 0
        while not self._closes("]"):
            yield from self.read(pointer((index,), where), names)
            index += 1

    def _closes(self, mark: str) -> bool:
        self._skip()
        closed = self._text[self._at] == mark
        self._at += closed
        return closed

    def _read_text(self) -> str:
        text, self._at = scanstring(self._text, self._at + 1)
        return str(text)

    def _skip(self) -> None:
        blank = _BLANK.match(self._text, self._at)
        self._at = self._at if blank is None else blank.end()


def _named(names: Sequence[str]) -> str:
    return " ".join(" ".join(filter(None, _WORD.split(name))) for name in names)

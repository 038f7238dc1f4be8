"""The values of an answer in JSON, and the page that has each of them: its words, its date, or its number."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed lacks it

from app.core.conversation import Citation, CitationState
from app.core.document import CitedBook, Page
from app.core.json_pointer import pointer
from app.core.languages import language_of
from app.core.values import is_date
from app.documents.citations.agreement import has_number
from app.documents.citations.attribution import likeliest_pages
from app.documents.citations.checker import locate
from app.documents.citations.dates import dates_of
from app.documents.citations.location import QuotationFinder
from app.documents.citations.page_marks import is_evidence
from app.documents.citations.placing import PlacedClaim
from app.documents.citations.statements import Claim, Tested
from app.documents.text.sentences import sentences
from app.documents.text.terms import terms_of, words_of

MOST_LIKELY = 8
"""Pages that are looked through for a value that is too short to be looked for in all of them."""

_BLANK = re.compile(r"[\s,:]*")
_SCALAR = re.compile(r"[^\s,\]}]+")
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])|[_\-.\s]+")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class JsonValue:
    """A text or a number: characters [start, end) of the answer. `pointer`: where it stands in the JSON (RFC 6901);
    `name`: the words of the keys above it."""

    pointer: str
    name: str
    text: str
    start: int
    end: int
    is_number: bool = False

    @property
    def is_words(self) -> bool:
        """Whether it is neither a number nor a date, which pages may write in another way."""
        return not (self.is_number or _NUMBER.fullmatch(self.text) or is_date(self.text))

    @property
    def claim(self) -> Claim:
        return Claim(self.start, self.end, f"{self.name}: {self.text}" if self.name else self.text)


@dataclass(frozen=True)
class PlacedValue:
    """`statement`: the sentence of the page that has it; no page where none does. `verbatim`: its words are long enough
    to be found nowhere by chance. `fuller`: what the page says where it was cut so that its sense changes."""

    value: JsonValue
    book: CitedBook | None = None
    page: Page | None = None
    statement: str = ""
    verbatim: bool = False
    fuller: str = ""

    @property
    def citation(self) -> Citation | None:
        """A place that the program found."""
        if self.book is None or self.page is None:
            return None
        where = self.book.book_id, self.book.title, self.page.number, self.page.label
        if not self.verbatim:
            return Citation(*where, self.statement, CitationState.RELATED)
        state = CitationState.CUT if self.fuller else CitationState.VERIFIED
        return Citation(*where, " ".join(self.value.text.split()), state, on_page=self.fuller)

    @property
    def placed_claim(self) -> PlacedClaim:
        """For the model to judge: that a page has the value does not say that it is the one of this name."""
        tested = Tested(self.statement, float(bool(self.statement)), frozenset())
        return PlacedClaim(self.value.claim, tested, self.book, self.page)


def values_of(answer: str) -> tuple[JsonValue, ...]:
    """The texts and numbers of an answer, in order; none of one that is no JSON."""
    try:
        json.loads(answer)
        return tuple(_Reader(answer).read("", ()))
    except (ValueError, RecursionError):
        return ()


def place_values(answer: str, question: str, books: Sequence[CitedBook]) -> tuple[PlacedValue, ...]:
    """Each value of an answer with the page that has it. Of several pages that have a short text, a date or a number,
    the one whose sentence shares most with the names above the value and with the question."""
    values, finder = values_of(answer), QuotationFinder(books)
    long = {value for value in values if value.is_words and is_evidence(value.text)}
    short = [value for value in values if value not in long]
    pages = dict(zip(short, _likely(short, question, books), strict=True))
    return tuple(
        _place_long(value, finder) if value in long else _place_short(value, question, pages[value]) for value in values
    )


def _likely(
    values: Sequence[JsonValue], question: str, books: Sequence[CitedBook]
) -> Sequence[Sequence[tuple[CitedBook, Page]]]:
    """Of each value the pages that are looked through, the likeliest first: all where there are few."""
    every = [(book, page) for book in books for page in book.pages]
    if len(every) <= MOST_LIKELY:
        return [every] * len(values)
    return likeliest_pages([f"{value.claim.text} {question}" for value in values], books, MOST_LIKELY)


def _place_long(value: JsonValue, finder: QuotationFinder) -> PlacedValue:
    found = min(finder.everywhere(value.text), key=lambda entry: bool(entry[2].fuller), default=None)
    if found is None:
        return PlacedValue(value)
    book, page, location = found
    said = next((each.line for each in sentences(page.text) if locate(each.line, value.text)), value.text)
    return PlacedValue(value, book, page, said, verbatim=True, fuller=location.fuller)


def _place_short(value: JsonValue, question: str, pages: Sequence[tuple[CitedBook, Page]]) -> PlacedValue:
    has, wanted = _test_of(value), _terms(f"{value.name} {question}")
    found = [
        (len(wanted & _terms(each.line)), -order, each.line)
        for order, (_book, page) in enumerate(pages)
        for each in sentences(page.text)
        if has(each.line)
    ]
    if not found:
        return PlacedValue(value)
    _shared, order, said = max(found)
    return PlacedValue(value, *pages[-order], said)


def _test_of(value: JsonValue) -> Callable[[str], bool]:
    """Whether a sentence has the value, however it writes it."""
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


def _terms(text: str) -> frozenset[str]:
    return frozenset(terms_of(text, language_of(words_of(text)).common).all)


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

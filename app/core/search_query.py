"""The query that a person types to search the whole desk: words, exact phrases, words that must not be there, and
filters."""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeVar

import msgspec

from app.core.documents.document import Format
from app.core.errors import AppError, Code


class SearchPlace(StrEnum):
    """The places where the kernel finds texts; features have places of their own (`app.core.kept.TextSource`)."""

    DOCUMENTS = "documents"
    CONVERSATIONS = "conversations"


class PageCondition(StrEnum):
    """A condition that a search can put on the pages that it searches."""

    FLAGGED = "flagged"  # a person should look at it before trusting an answer about it
    SCANNED = "scanned"  # it is a picture, with text that was recognised, or without
    HIDDEN = "hidden"  # text that a person would not see was left out of it


_OLD_PLACES = {"sheet": "tables", "sheets": "tables"}
"""Former names of places, which may still be typed."""


class SearchFilter(StrEnum):
    """The names of filters, as they are typed before a colon."""

    KIND = "kind"
    FOLDER = "folder"
    PERSON = "person"
    AFTER = "after"
    BEFORE = "before"
    PAGE = "page"
    IN = "in"


KINDS: Mapping[str, tuple[Format, ...]] = {
    **{format.value: (format,) for format in Format},
    "word": (Format.DOCX, Format.ODT, Format.RTF),
    "excel": (Format.XLSX, Format.XLS, Format.ODS),
    "powerpoint": (Format.PPTX, Format.ODP),
    "mail": (Format.EML, Format.MSG, Format.MBOX),
    "md": (Format.MARKDOWN,),
    "txt": (Format.TEXT,),
}
"""The words that may be typed after `kind:`: the formats' own names, and what people call several of them."""


class SearchQuery(msgspec.Struct, frozen=True):
    """The words and filters of a search. `without` are words and phrases that must not be there. One value of each
    filter has to hold; an empty filter lets everything pass. `after` means this day or later, `before` an earlier day.
    `places` are none for all."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    kinds: tuple[Format, ...] = ()
    folders: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None
    pages: tuple[PageCondition, ...] = ()
    places: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All that is to be found, as one text."""
        return " ".join((*self.words, *self.phrases))

    @property
    def is_empty(self) -> bool:
        return self == SearchQuery()

    def looks_in(self, place: str) -> bool:
        """Return whether the query can mean anything in a place: only documents have kinds, folders, people and
        pages."""
        of_documents = self.kinds or self.folders or self.people or self.pages
        if of_documents and place is not SearchPlace.DOCUMENTS:
            return False
        return place in self.places if self.places else True


class _Term(NamedTuple):
    """A word, a phrase or a filter, and where it is in the text."""

    start: int
    end: int
    without: bool
    filter: str  # "" where it is none
    value: str
    quoted: bool

    @property
    def is_filter(self) -> bool:
        """True if the term is meant as a filter; “Note:” is a word."""
        return bool(self.filter) and (bool(self.value) or self.filter.lower() in set(SearchFilter))

    @property
    def is_unwanted(self) -> bool:
        return self.without and not self.is_filter and bool(self.value or self.filter)


_QUOTED = r'"(?P<{0}a>[^"]*)"?|[“„](?P<{0}b>[^“”„]*)[“”]?|「(?P<{0}c>[^」]*)」?'
_OPTION = r"(?:-|[A-Za-z0-9](?:[=\s]|$))"
"""Begins, after a dash, an option as one types it in a terminal: that is sought, such as -L or --list."""

_TERM = re.compile(
    rf"(?P<minus>-(?=\S)(?!{_OPTION}))?(?:(?P<filter>[A-Za-z]{{2,}}):(?!//)(?:{_QUOTED.format('f')}|(?P<value>\S*))"
    rf"|{_QUOTED.format('p')}|(?P<word>\S+))"
)
_DATE = re.compile(r"(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?)?")
_NEXT_DAY = timedelta(days=1)
_Choice = TypeVar("_Choice", bound=str)


def parse(text: str, places: Collection[str]) -> SearchQuery:
    """Parse the query that is typed. A phrase that is not closed goes to the end. `places` are all that can be
    searched.

    Raises AppError SEARCH_FILTER_UNKNOWN, SEARCH_FILTER_WITHOUT, SEARCH_VALUE_UNKNOWN, SEARCH_VALUE_MISSING,
    SEARCH_DATE_INVALID: nothing of it is passed over.
    """
    words: list[str] = []
    phrases: list[str] = []
    without: list[str] = []
    filters: dict[SearchFilter, list[str]] = {}
    for term in _terms(text):
        if term.is_filter:
            filters.setdefault(_filter_of(term, places), []).append(term.value)
        elif value := term.value or term.filter:
            (without if term.without else phrases if term.quoted else words).append(value)
    values = filters.get
    return SearchQuery(
        tuple(words),
        tuple(phrases),
        tuple(without),
        tuple(dict.fromkeys(kind for value in values(SearchFilter.KIND, []) for kind in _kinds(value))),
        tuple(values(SearchFilter.FOLDER, [])),
        tuple(values(SearchFilter.PERSON, [])),
        max((_days(SearchFilter.AFTER, value)[1] for value in values(SearchFilter.AFTER, [])), default=None),
        min((_days(SearchFilter.BEFORE, value)[0] for value in values(SearchFilter.BEFORE, [])), default=None),
        tuple(_one_of(SearchFilter.PAGE, value, PageCondition) for value in values(SearchFilter.PAGE, [])),
        tuple(_one_of(SearchFilter.IN, _OLD_PLACES.get(value, value), places) for value in values(SearchFilter.IN, [])),
    )


def literally(text: str) -> SearchQuery:
    """Make a query of a text all of which is words, none of it a filter or a phrase."""
    return SearchQuery(words=tuple(text.split()))


def values_of(text: str, wanted: SearchFilter) -> tuple[str, ...]:
    """Return the values that a text that is being typed has for one filter, as they stand there."""
    return tuple(term.value for term in _terms(text) if term.filter.lower() == wanted)


def with_filter(text: str, wanted: SearchFilter, value: str) -> str:
    """Return the text with this one value of a filter; without that filter if `value` is empty."""
    kept = _cut(text, [term for term in _terms(text) if term.filter.lower() == wanted])
    if not value:
        return kept
    quoted = f'"{value}"' if re.search(r"\s", value) else value
    return f"{kept} {wanted.value}:{quoted}".strip()


def unwanted_in(text: str) -> tuple[str, ...]:
    """Return the words and phrases that must not be there, each once, as a text that is being typed has them."""
    return tuple(dict.fromkeys(term.value or term.filter for term in _terms(text) if term.is_unwanted))


def wanted_again(text: str, unwanted: str) -> str:
    """Return the text without the exclusion of this word or phrase."""
    return _cut(text, [term for term in _terms(text) if term.is_unwanted and unwanted == (term.value or term.filter)])


def _cut(text: str, terms: Sequence[_Term]) -> str:
    for term in reversed(terms):
        text = f"{text[: term.start].rstrip()} {text[term.end :].lstrip()}"
    return text.strip()


def _terms(text: str) -> Iterator[_Term]:
    for match in _TERM.finditer(text):
        found = match.groupdict()
        quoted = next((found[name] for name in ("fa", "fb", "fc", "pa", "pb", "pc") if found[name] is not None), None)
        value = quoted if quoted is not None else found["value"] or found["word"] or ""
        value = " ".join(value.split())
        yield _Term(*match.span(), bool(found["minus"]), found["filter"] or "", value, quoted is not None)


def _filter_of(term: _Term, places: Collection[str]) -> SearchFilter:
    try:
        wanted = SearchFilter(term.filter.lower())
    except ValueError:
        written = f"{term.filter}:{term.value}"
        known = ", ".join(SearchFilter)
        raise AppError(Code.SEARCH_FILTER_UNKNOWN, name=term.filter, written=written, known=known) from None
    if term.without:
        raise AppError(Code.SEARCH_FILTER_WITHOUT, name=wanted.value)
    if not term.value:
        known = ", ".join(places) if wanted is SearchFilter.IN else _EXAMPLES[wanted]
        raise AppError(Code.SEARCH_VALUE_MISSING, name=wanted.value, known=known)
    return wanted


def _kinds(value: str) -> tuple[Format, ...]:
    found = KINDS.get(value.lower().removeprefix("."))
    if found is None:
        raise AppError(Code.SEARCH_VALUE_UNKNOWN, name=SearchFilter.KIND.value, value=value, known=", ".join(KINDS))
    return found


def _one_of(name: SearchFilter, value: str, of: Iterable[_Choice]) -> _Choice:
    lowered = value.lower()
    for each in of:
        if lowered in (each, each.removesuffix("s")):
            return each
    raise AppError(Code.SEARCH_VALUE_UNKNOWN, name=name.value, value=value, known=", ".join(of))


def _days(name: SearchFilter, value: str) -> tuple[date, date]:
    """Return the first day of a written year, month or day, and the first day after it."""
    match = _DATE.fullmatch(value)
    try:
        if match is None:
            raise ValueError(value)
        year, month, day = (None if part is None else int(part) for part in match.groups())
        first = date(year or 0, month or 1, day or 1)
        last = first if day else date(first.year, month or 12, calendar.monthrange(first.year, month or 12)[1])
        return first, last + _NEXT_DAY
    except (ValueError, OverflowError):
        raise AppError(Code.SEARCH_DATE_INVALID, name=name.value, value=value) from None


_EXAMPLES: Mapping[SearchFilter, str] = {
    SearchFilter.KIND: "pdf, word, mail",
    SearchFilter.FOLDER: "Contracts",
    SearchFilter.PERSON: '"Jane Roe"',
    SearchFilter.AFTER: "2023, 2024-03, 2024-03-15",
    SearchFilter.BEFORE: "2023, 2024-03, 2024-03-15",
    SearchFilter.PAGE: ", ".join(PageCondition),
}

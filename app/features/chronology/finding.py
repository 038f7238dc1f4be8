"""The dated events and the names of a document, by rules. Whoever changes what they find raises `timelines.RULES`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from app.core.dates import PartialDate
from app.core.documents.document import Page
from app.core.names import FoundName
from app.features.chronology.data import FoundEvent
from app.language.names import NameReader
from app.language.sentences import Sentence, SentenceKind, sentences
from app.language.written_dates import DateReader, WrittenDate, day_comes_first, may_have_dates

MOST_EVENTS, MOST_NAMES = 10_000, 20_000
"""The most events and names that are found in a book, names counted once for each page; what comes after them is left
out."""

MOST_CHARACTERS = 320
"""The longest quotation; a longer sentence is cut around its date."""

_LEAST_WORDS = 2
"""The fewest words beside a date, so that it is the date of something."""

_MAIL = re.compile(r"(?:^(?:From|To|Cc|Date|Subject): .*\n?)+", re.MULTILINE)
_FIELD = re.compile(r"^(Date|Subject): (.*)$", re.MULTILINE)
_QUOTING = re.compile(r"(?:wrote|schrieb|a écrit|escribió|ha scritto|さんは書きました)\s?[:：]$")
_WORD = re.compile(r"[^\W\d_]{2,}")
_BREAK = re.compile(r"(?<=[;,:、；：])\s?|\s")


def find_events(pages: Sequence[Page], title: str, before: PartialDate | None = None) -> Iterator[FoundEvent]:
    """Yield the events in the order of the pages; what stands on several pages alike is an event of the first. `title`
    is that of the document, to which a date belongs that stands alone on its first page. `before` is when it was
    written, as its file says: a date without a year is reckoned from there until the text names one."""
    reader = DateReader(day_comes_first(page.text for page in pages))
    seen: set[tuple[object, str]] = set()
    for page in pages:
        for event in _of_page(page, reader, before, title):
            before = event.span.last or event.span.first
            key = event.span, event.quote
            if key not in seen:
                seen.add(key)
                yield event
            if len(seen) == MOST_EVENTS:
                return


def find_names(pages: Sequence[Page]) -> Iterator[FoundName]:
    """Yield the persons and organisations that each page names, and how often."""
    reader, found = NameReader(page.text for page in pages), 0
    for page in pages:
        for name, count in Counter(reader.read(page.text)).items():
            found += 1
            if found > MOST_NAMES:
                return
            yield FoundName(name.name, name.kind, page.number, count)


def _of_page(page: Page, reader: DateReader, before: PartialDate | None, title: str) -> Iterator[FoundEvent]:
    text = page.text
    if not may_have_dates(text):
        return
    for mail in _MAIL.finditer(text):
        yield from _of_mail(mail.group(), page.number, reader)
    for sentence in sentences(_MAIL.sub("\n", text)):
        for event in _of_sentence(sentence, page.number, reader, before, title):
            yield event
            before = event.span.last or event.span.first


def _of_mail(header: str, page: int, reader: DateReader) -> Iterator[FoundEvent]:
    """Yield the event that a mail is: what it is about, at its date."""
    fields = dict(_FIELD.findall(header))
    subject, written = fields.get("Subject", "").strip(), fields.get("Date", "").strip()
    for date in reader.read(written)[:1]:
        yield FoundEvent(date.span, page, f"Date: {written}", written[date.start : date.end], subject)


def _of_sentence(
    sentence: Sentence, page: int, reader: DateReader, before: PartialDate | None, title: str
) -> Iterator[FoundEvent]:
    line = sentence.line
    if sentence.kind is SentenceKind.QUESTION or _QUOTING.search(line):
        return
    for date in reader.read(line, before):
        quote, words = _cut(line, date), line[date.start : date.end]
        of_document = ""
        if len(_WORD.findall(quote.replace(words, " ", 1))) < _LEAST_WORDS:
            if page > 1 or date.is_reckoned or not title:
                continue
            of_document = title
        yield FoundEvent(date.span, page, quote, words, of_document, date.is_reckoned)


def _cut(line: str, date: WrittenDate) -> str:
    """Cut a line to at most MOST_CHARACTERS around its date, between words."""
    if len(line) <= MOST_CHARACTERS:
        return line
    room = (MOST_CHARACTERS - (date.end - date.start)) // 2
    start, end = max(0, date.start - room), min(len(line), date.end + room)
    if start and (space := _BREAK.search(line, start, date.start)):
        start = space.end()
    if end < len(line) and (spaces := [space.start() for space in _BREAK.finditer(line, date.end, end)]):
        end = spaces[-1]
    return line[start:end].strip()

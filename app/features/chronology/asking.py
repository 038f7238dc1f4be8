"""The chronology by the model: what rules missed, each with a quotation that a program finds on the page.

A book that fits is read once, whole, and asked about some pages after others; each question evaluates its own tokens
only. A book that does not fit is read in parts.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from app.core.conversations.conversation import BookRef, Ending, PageRange
from app.core.conversations.events import Loading, Notice, Reading, Thinking, Token, Tokenizing
from app.core.dates import DateSpan, PartialDate
from app.core.documents.document import Book, CitedBook, Page
from app.core.errors import AppError, Code
from app.core.names import EntityKind, FoundName
from app.core.record import Happening, RecordKind
from app.core.work import Cancel, Stopped, Work, relay
from app.engine.protocol import AnswerTo, Measure
from app.features.chronology.data import FoundEvent, TimelineFinding
from app.features.chronology.finding import MOST_CHARACTERS
from app.features.chronology.service import timelines_of
from app.features.chronology.store import Timeline
from app.language.grammar import grammar_in
from app.language.sentences import sentences
from app.language.terms import is_unspaced, terms_of
from app.services.asking.ask import Ask
from app.services.asking.prompts import PromptQuestion
from app.services.services import Services

_log = logging.getLogger("octavo.timeline")

TimelineProgress: TypeAlias = TimelineFinding | Loading | Tokenizing | Reading | Notice

_ASKED_CHARACTERS = 8_000
"""The most characters of pages that one question is about: the list of their entries must have room in an answer."""

_LEAST_SHARED = 3
"""The number of words said of an event, one of which is in the words of the page."""

_LEAST_TITLE_WORDS, _LEAST_TITLE = 3, 5
"""The fewest words of what is said of an event, or characters where words are not spaced; if there are fewer, the
page's own words say more."""

_SLACK = 64
"""The tokens by which the question about other pages may differ from the one that was measured."""

_REQUEST = """\
List every dated event on pages {first} to {last}, one per line, like this:
"the sentence of the page that says it, word for word" [p. 3] | 2024-03-05 | what happened, in a few words
Write a date as year-month-day, and leave out what the page does not say of it. \
Then list the persons and organisations on these pages, one per line, like this:
Name | Anna Berg | person | [p. 3]
Name | Marlow Rigging Ltd | organisation | [p. 4]
Write nothing else."""
_REQUEST_JAPANESE = """\
{first}ページから{last}ページまでにある、日付のある出来事をすべて、次のように一行ずつ書いてください。
「それを述べているページの文そのまま」 [p. 3] | 2024-03-05 | 何があったかを短く
日付は年-月-日で書き、ページにない部分は省いてください。\
続けて、これらのページに出てくる人物と組織を、次のように一行ずつ書いてください。
Name | 山田太郎 | person | [p. 3]
Name | 株式会社山田商事 | organisation | [p. 4]
ほかには何も書かないでください。"""

_DAY = re.compile(r"\W*(\d{4}(?:-\d{2}(?:-\d{2})?)?)\W*")
_QUOTE = re.compile(r"[\"“„«「『](.{3,}?)[\"”“»」』](?=\s*(?:\||\[|$))")
_NAME = re.compile(r"^\W*Name\s*\|\s*(?P<name>[^|\[\]]{2,100}?)\s*\|\s*(?P<kind>person|organi[sz]ation)", re.IGNORECASE)
_MARK = re.compile(r"\[(?:[^\[\]]*, )?p\.\s?(?P<label>[^\[\],]{1,20})\]")


@dataclass(frozen=True)
class TimelineAsked:
    """The outcome of asking: how many entries were added, and how many were dropped since their words are on no
    page."""

    added: int = 0
    dropped: int = 0


@dataclass(frozen=True)
class TimelineAsking:
    """Asks a model for entries. It belongs to the engine's one executor."""

    ask: Ask
    store: Timeline

    def run(self, cancel: Cancel, only: Collection[str] | None = None) -> Work[TimelineProgress, TimelineAsked]:
        """Ask the model about all books, or those of `only`. What is found is kept after each question, and the next
        call goes on behind it. Raises AppError as `Models.ready` does, MODEL_LISTS_NOTHING, DOES_NOT_FIT; Stopped."""
        yield from self.ask.models.ready(cancel)
        model = self.ask.model()
        if self.ask.is_starter():
            raise AppError(Code.MODEL_LISTS_NOTHING, path=model.path)
        wanted = [
            (book, ref)
            for book in self.ask.books.all()
            if only is None or book.id in only
            for ref in _groups(self.ask.books.pages(book.id), book, self.store.asked_pages(book.id, model.name))
        ]
        asked = TimelineAsked()
        if wanted:
            books = [book.id for book, _pages in wanted]
            self.ask.audit_log.by_model(Happening(RecordKind.ASIDE, detail="chronology"), books=books)
        for number, (book, pages) in enumerate(wanted):
            yield TimelineFinding(number, len(wanted), book.id)
            written = yield from self._ask(book, pages, cancel)
            if cancel.requested:
                raise Stopped
            found = read_answer(written, self._cited(book, pages), book)
            added = self.store.keep_asked(book.id, model.name, pages.last, found.events, found.names)
            asked = TimelineAsked(asked.added + added, asked.dropped + found.dropped)
        _log.info("chronology asked: %d questions, %d added, %d dropped", len(wanted), asked.added, asked.dropped)
        yield TimelineFinding(len(wanted), len(wanted))
        return asked

    def _ask(self, book: Book, pages: PageRange, cancel: Cancel) -> Work[TimelineProgress, str]:
        """Return the model's answer about these pages: after the whole book if that fits, or after them alone."""
        names = book.page_names
        form = _REQUEST_JAPANESE if book.language == "ja" else _REQUEST
        request = form.format(first=names.of(pages.first).plain, last=names.of(pages.last).plain)
        budget, room = self.ask.budget(), self.ask.model().context_tokens
        for ref in (BookRef(book.id), BookRef(book.id, pages)):
            prompt, _books = self.ask.prompts.build(PromptQuestion((ref,), request, plain=True))
            size = yield from self.ask.engine.run(Measure(prompt), cancel)
            if size.total + budget.reserve + _SLACK <= room:
                break
        else:
            return ""  # these pages are too long: others may not be
        sampling = msgspec.structs.replace(self.ask.settings().sampling, temperature=0.0)
        pieces: list[str] = []

        def take(progress: Tokenizing | Reading | Thinking | Token | Notice) -> Iterator[TimelineProgress]:
            if isinstance(progress, Token):
                pieces.append(progress.text)
            elif not isinstance(progress, Thinking):
                yield progress

        limit = min(budget.answer, room - size.total)
        generated = yield from relay(self.ask.engine.run(AnswerTo(prompt, sampling, limit), cancel), take)
        if generated.ending is Ending.CANCELLED:
            raise Stopped
        return "".join(pieces)

    def _cited(self, book: Book, pages: PageRange) -> CitedBook:
        return self.ask.books.cited(BookRef(book.id, pages))


def timeline_asking_of(desk: Services) -> TimelineAsking:
    return TimelineAsking(desk.asking.ask, timelines_of(desk).store)


def _groups(pages: Sequence[Page], book: Book, behind: int) -> Iterator[PageRange]:
    """Yield the pages behind one, in groups that one question is about; those without text at their edges count too."""
    first, characters = behind + 1, 0
    for page in pages[behind:]:
        if characters and characters + len(page.text) > _ASKED_CHARACTERS:
            yield PageRange(first, page.number - 1)
            first, characters = page.number, 0
        characters += len(page.text)
    if first <= book.page_count and characters:
        yield PageRange(first, book.page_count)


@dataclass(frozen=True)
class WrittenEntries:
    """The entries of an answer that its pages have, too; `dropped` counts those that they do not have."""

    events: tuple[FoundEvent, ...]
    names: tuple[FoundName, ...]
    dropped: int


def read_answer(untrusted_answer: str, cited: CitedBook, book: Book) -> WrittenEntries:
    """Return the entries of an answer whose words are on the page that they name, or on another one that was asked
    about."""
    events, names, dropped = list[FoundEvent](), list[FoundName](), 0
    for line in untrusted_answer.splitlines():
        places = _pages(line, cited, book)
        if (named := _NAME.match(line)) is not None:
            name = _name(named, places)
            names += [name] if name is not None else []
            dropped += name is None
        elif (written := _read_line(line)) is not None:
            event = _event(written, places)
            events += [event] if event is not None else []
            dropped += event is None
    return WrittenEntries(tuple(events), tuple(names), dropped)


@dataclass(frozen=True)
class _WrittenEvent:
    """A line of an answer. `quotes` are what may be the words of the page, the likeliest first."""

    day: PartialDate | None
    quotes: tuple[str, ...]
    title: str


def _read_line(line: str) -> _WrittenEvent | None:
    """Read the fields of a line in any order, since small models do not keep to one, and forget quotation marks; None
    if it has no event."""
    fields = [field.strip() for field in _MARK.sub("", line).split("|")]
    days = [match[1] for field in fields if (match := _DAY.fullmatch(field)) is not None]
    said = [field for field in fields if field and _DAY.fullmatch(field) is None]
    if not days or not said:
        return None
    quoted = [match[1] for match in _QUOTE.finditer(_MARK.sub("", line))]
    others = [field for field in said if not _QUOTE.search(field)]
    title = min(others, key=len, default="") if quoted or others[1:] else ""
    quotes = (*quoted, *sorted((other.strip('"“”„«»「」『』 ') for other in others), key=len, reverse=True))
    return _WrittenEvent(PartialDate.parse(days[0]), quotes, " ".join(title.split()))


def _pages(line: str, cited: CitedBook, book: Book) -> list[Page]:
    """Return the pages that were asked about, those that the line names first."""
    labels = [match["label"].strip() for match in _MARK.finditer(line)]
    named = {number for label in labels for number in book.page_names.find(label)}
    return sorted(cited.pages, key=lambda page: page.number not in named)


def _event(written: _WrittenEvent, pages: Sequence[Page]) -> FoundEvent | None:
    """Return the event if a page has its words; else None. The day is the page's if its words name it. If they name
    none, the written year alone is taken, which the page has to name, and the words have to be about what is said of
    them: else they are those of something else."""
    from app.documents.citations.checker import locate  # with the first answer: its patterns take a while
    from app.language.written_dates import DateReader

    day = written.day
    found = (
        (page, place) for quote in written.quotes for page in pages if (place := locate(page.text, quote)) is not None
    )
    page, place = next(found, (None, None))
    if day is None or page is None or place is None:
        return None
    quote = _sentence(page, " ".join(page.text[slice(*place)].split()))
    is_about = _is_about(written.title, quote)
    title = written.title if is_about and _says_something(written.title) else ""
    dates = [date for date in DateReader().read(quote) if not date.is_reckoned]
    said = next((date for date in dates if date.span.has(day)), None)
    if said is not None:
        return FoundEvent(said.span, page.number, quote, quote[said.start : said.end], title)
    if dates or not is_about or str(day.year) not in page.text:
        return None
    return FoundEvent(DateSpan(PartialDate(day.year)), page.number, quote, "", title, is_reckoned=True)


def _sentence(page: Page, quote: str) -> str:
    """Return the whole sentence that a quotation is part of, unless it is long."""
    whole = (sentence.line for sentence in sentences(page.text) if quote in sentence.line)
    return next((line for line in whole if len(line) <= MOST_CHARACTERS), quote)


def _says_something(title: str) -> bool:
    """Return whether a title says more than a name."""
    return len(title.split()) >= _LEAST_TITLE_WORDS or (len(title) > _LEAST_TITLE and is_unspaced(title[0]))


def _is_about(title: str, quote: str) -> bool:
    """Return whether a title and a quotation have some of their words in common."""
    wanted, there = (terms_of(text, grammar_in(0)).all for text in (title, quote))
    return bool(wanted) and len(wanted & there) * _LEAST_SHARED >= len(wanted)


def _name(written: re.Match[str], pages: Sequence[Page]) -> FoundName | None:
    name = " ".join(written["name"].split())
    kind = EntityKind.PERSON if written["kind"].casefold() == "person" else EntityKind.ORGANISATION
    words = r"\s+".join(map(re.escape, name.split()))
    there = re.compile(rf"(?<!\w){words}(?!\w)" if name.isascii() else words)
    for page in pages:
        if count := len(there.findall(page.text)):
            return FoundName(name, kind, page.number, count)
    return None

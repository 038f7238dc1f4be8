"""Puts what is going on into words: progress, places, the use of the context, what is odd about a page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from app.core.conversations.conversation import Answer, Ending, StoredQuestion
from app.core.conversations.events import Loading, Looking, Noting, Reading, Thinking, Tokenizing, Weighing
from app.core.documents.document import Book, Page
from app.core.documents.note import Note
from app.core.documents.page_names import PageName, PageNames
from app.core.documents.untrusted import disarm
from app.core.errors import Code
from app.engine.protocol import ModelInfo
from app.language.sentences import is_ended
from app.language.terms import is_unspaced
from app.services.asking.context import ContextUse
from app.ui.kit.reading_speed import ReadingSpeed
from app.ui.look.theme import Palette, cloth
from app.ui.widgets.spine import SpinePart
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.page_flags import outdated_words, page_remarks
from app.wording.page_names import name_words, place_words
from app.wording.remote import sent_words
from app.wording.support import coverage_words, doubt_words
from app.wording.units import count, counted, duration, estimate, printable, size

_BREAK = re.compile(r"(?:(?<=[^\W\d_])(?P<hyphen>-)[ \t]*\r?\n\s*(?=[^\W\d_]))|\s+")

TOKENS_PER_PAGE = 570
"""The tokens on a page of an ordinary English book: the one rule by which tokens are said in pages."""


WORTH_TELLING = 1000
"""The tokens from which on it is told how long reading them takes: about fewer, nobody would ask."""

NAME_CHARACTERS = 40
"""The most characters that are shown of a title within a sentence."""


@dataclass(frozen=True)
class ReadingPlace:
    """The place where the model reads: in which book, on which page; `fraction` of the book's tokens are done."""

    book_id: str
    title: str
    page: PageName
    fraction: float


@dataclass(frozen=True)
class ReadingNow:
    """A reading that is under way: `done` of `total` tokens; `words` tell all of it, `left` the time alone. `paused`
    tells that it waits until the person lets it go on; `excerpts` counts the pages with the passages that are read in
    place of books."""

    done: int
    total: int
    place: ReadingPlace | None
    words: str
    left: str
    paused: bool = False
    excerpts: int = 0


def quote(untrusted_words: str, book: Book, page: int) -> str:
    """Return words in quotation marks on one line, with their place, a page from 1; without words the place alone."""
    place = _("({title}, p. {page})").format(
        title=" ".join(book.title.split()), page=disarm(name_words(book.page_names.of(page)))
    )
    words = _BREAK.sub(_join, disarm(untrusted_words).strip())
    return _("“{words}” {place}").format(words=words, place=place) if words else place


def note_with_reference(note: Note, books: Mapping[str, Book]) -> str:
    """Return the words of a note with their place, then what is written about them; `books` are given by their ids."""
    book = books.get(note.place.book_id) if note.place is not None else None
    words = quote(note.words, book, note.place.page) if note.place is not None and book is not None else note.words
    return "\n\n".join(filter(None, (words, note.text)))


def page_with_reference(book: Book, page: Page) -> str:
    """Return all of a page's text as it is there, and below it the page's place."""
    return f"{disarm(page.text)}\n\n{quote('', book, page.number)}"


def _join(found: re.Match[str]) -> str:
    """Return what replaces a line break of the page inside a quotation: nothing in a word, a space elsewhere."""
    before, behind = found.string[found.start() - 1], found.string[found.end()]
    if found["hyphen"]:
        return "" if behind.islower() else "-"
    return "" if is_unspaced(before) and is_unspaced(behind) else " "


def follow(reading: Reading, pace: ReadingSpeed, now: float, use: ContextUse | None) -> ReadingNow:
    """Note a reading in its pace, and return all there is to say about it; `now` in seconds of the pace's clock."""
    pace.note(reading, now)
    place = None if reading.excerpts else place_of(reading.done, use)
    words = reading_words(reading, place, pace)
    return ReadingNow(reading.done, reading.total, place, words, left_words(pace), excerpts=reading.excerpts)


def place_of(done_tokens: int, use: ContextUse | None) -> ReadingPlace | None:
    """Return the book and page in which the prompt's token number `done_tokens` lies; None after the books, or while
    that is not known.

    The rules before the first book are counted to it.
    """
    if use is None:
        return None
    before = 0
    for segment in use.segments:
        if segment.kind == "book" and segment.tokens and done_tokens < before + segment.tokens:
            done = max(0, done_tokens - before)
            page = segment.page_names.of(segment.page_at(done))
            return ReadingPlace(segment.book_id, segment.title, page, done / segment.tokens)
        before += segment.tokens
    return None


def left_words(pace: ReadingSpeed) -> str:
    """Return the time that is left, such as "1 min left"; empty while it is too early to say."""
    seconds = pace.seconds_left
    return "" if seconds is None else _("{time} left").format(time=duration(seconds))


def reading_words(reading: Reading, place: ReadingPlace | None, pace: ReadingSpeed) -> str:
    """Say where the model reads, and for how long still."""
    if place is not None:
        words = _("The model is reading {title}, p. {page}").format(title=place.title, page=name_words(place.page))
    elif reading.excerpts:
        words = _("{excerpts} · {percent} %").format(
            excerpts=excerpts_words(reading.excerpts), percent=100 * reading.done // max(1, reading.total)
        )
    else:
        words = _("The model is reading · {percent} %").format(percent=100 * reading.done // max(1, reading.total))
    return " · ".join(filter(None, (words, left_words(pace))))


def excerpts_words(pages: int) -> str:
    one, several = _("Reading excerpts of 1 page"), _("Reading excerpts of {n} pages")
    return counted(pages, one, several)


def looking_words(looking: Looking) -> str:
    """Say which image the model looks at, and which tile of it."""
    if looking.images > 1:
        words = _("Looking at image {n} of {images}").format(n=count(looking.image), images=count(looking.images))
    else:
        words = _("Looking at the image")
    if looking.total > 1:
        tile = _("tile {n} of {total}").format(n=count(max(1, looking.done)), total=count(looking.total))
        words = f"{words} · {tile}"
    return words


def looking_share(looking: Looking) -> float:
    """Return how much of the looking is done, from 0 to 1."""
    return (looking.image - 1 + looking.done / max(1, looking.total)) / max(1, looking.images)


def loading_words(fraction: float) -> str:
    return _("Loading the model · {percent} %").format(percent=round(100 * fraction))


def counting_words(counting: Tokenizing) -> str:
    """Say how far texts are tokenized."""
    return _("Counting words · {percent} %").format(percent=100 * counting.done // max(1, counting.total))


def thinking_words() -> str:
    return _("The model is thinking…")


Step: TypeAlias = Loading | Tokenizing | Looking | Thinking | Noting | ReadingNow | Weighing
"""The steps of a task that has the engine."""


def step_words(step: Step | None) -> str:
    """Say what the engine is doing; empty while it writes, or has nothing to do."""
    match step:
        case Loading(fraction):
            return loading_words(fraction)
        case Tokenizing():
            return counting_words(step)
        case Looking():
            return looking_words(step)
        case Thinking():
            return thinking_words()
        case Noting():
            return _("Writing notes…")
        case Weighing(done, total, calibrating):
            words = _("Calibrating the check for this model (once): {done} of {total}")
            return (words if calibrating else _("checking sentences: {done} of {total}")).format(done=done, total=total)
        case ReadingNow(words=words, paused=paused):
            return _("Paused · {words}").format(words=words) if paused else words
        case None:
            return ""


def step_share(step: Step | None) -> float | None:
    """Return how much of a step is done, from 0 to 1; None if that cannot be said."""
    match step:
        case Loading(fraction):
            return fraction
        case Tokenizing(done, total) | Weighing(done, total):
            return done / max(1, total)
        case Looking():
            return looking_share(step)
        case ReadingNow(done, total):
            return done / max(1, total)
        case _:
            return None


def spoken_words(*parts: str) -> str:
    """Join what a screen reader says of a thing: each part that there is ends once, and the last one as it is."""
    said = [part for part in parts if part]
    return " ".join((*(part if is_ended(part) else f"{part}." for part in said[:-1]), *said[-1:]))


def jump_words(wanted: str, names: PageNames, number: int, found: int) -> str:
    """Say why page `number` was gone to, one of `found` that may have been meant; empty if that is plain."""
    name = names.of(number)
    if found > 1:
        words = _("This document has {n} pages called {page}. This is {place}; Return goes to the next one.")
        return words.format(n=count(found), page=name.label, place=place_words(name))
    if name.counted or wanted != str(number):
        return ""
    words = _("No page of this document is called {page}. This is {place}.")
    return words.format(page=wanted, place=place_words(name))


def page_note(page: Page, book: Book) -> str:
    """Return the remarks about a page of `book` that a person should know; empty when there are none."""
    outdated = (f"{outdated_words()}.",) if book.is_outdated else ()
    return " ".join((*page_remarks(page, hidden_read=book.hidden_read), *outdated))


def use_words(use: ContextUse, tokens_per_second: float = 0.0) -> str:
    """Return the use of the context, such as "53 % used · about 430 pages left"; while much of it is not read yet, what
    is to be read stands in place of what is left.

    `tokens_per_second` is how fast the model read last; 0 if that is not known.
    """
    free = use.context_tokens - use.used_tokens
    if -free >= TOKENS_PER_PAGE:
        return _("Full · {pages} too many").format(pages=_pages_words(-free))
    if free < 0:
        return _("Full")
    used = _("{percent} % used").format(percent=100 * use.used_tokens // max(1, use.context_tokens))
    if use.is_tight:
        return _("{used} · little room left").format(used=used)
    if use.to_read_tokens >= WORTH_TELLING:
        words = _("{used} · {pages} to read").format(used=used, pages=_pages_words(use.to_read_tokens))
        if tokens_per_second > 0:
            time = estimate(use.to_read_tokens / tokens_per_second)
            words = _("{words}, about {time}").format(words=words, time=time)
        return words
    return _("{used} · {pages} left").format(used=used, pages=_pages_words(free))


def use_tip(use: ContextUse) -> str:
    """Return the use of the context in tokens, such as "279,641 of 524,288 tokens"."""
    numbers = _("{used} of {whole} tokens")
    return numbers.format(used=count(use.used_tokens), whole=count(use.context_tokens))


def _pages_words(tokens: int) -> str:
    """Return a number of tokens as ordinary pages, as roundly as it is known: "about 430 pages"."""
    pages = tokens // TOKENS_PER_PAGE
    if not pages:
        return _("less than a page")
    pages = pages if pages < 20 else pages // 10 * 10
    return counted(pages, _("about 1 page"), _("about {n} pages"))


def use_parts(use: ContextUse, palette: Palette) -> tuple[SpinePart, ...]:
    """Return the spine's segments: a book each, then all else, then what is left."""
    books = [segment for segment in use.segments if segment.kind == "book" and segment.tokens]
    parts = [
        SpinePart(
            _named(book.title, book.tokens),
            book.tokens,
            cloth(book.book_id, dark=palette.dark),
            book.held_tokens / book.tokens,
        )
        for book in books
    ]
    other = sum(segment.tokens for segment in use.segments if segment.kind != "book")
    if other:
        parts.append(SpinePart(_named(_("Conversation and rules"), other), other, palette.working))
    free = use.context_tokens - sum(part.tokens for part in parts)
    return (*parts, SpinePart(_named(_("Free"), free), free)) if free > 0 else tuple(parts)


def waiting_words(titles: Sequence[str]) -> str:
    """Say what a question waits for, by the titles of the books that are being opened."""
    return _("Waiting for {books}…").format(books=_name_books(titles))


def unopened_words(titles: Sequence[str]) -> str:
    """Say why a question was given back: these books could not be imported."""
    return _("Not sent: {books} could not be imported.").format(books=_name_books(titles))


def without_words(books: int) -> str:
    """Return the words of the button that asks without waiting for so many books; empty for none."""
    if not books:
        return ""
    return _("Ask without it") if books == 1 else _("Ask without them")


def opening_words(titles: Sequence[str]) -> str:
    """Return the words that the empty composer shows while books are being opened."""
    return _("You can ask now: the question waits until {books} can be read").format(books=_name_books(titles))


def opening_title(titles: Sequence[str]) -> str:
    """Return the title in the middle of an empty conversation while books are being opened."""
    return _("Importing {books}").format(books=_name_books(titles))


def _name_books(untrusted_titles: Sequence[str]) -> str:
    names = [_("“{title}”").format(title=_shorten(title)) for title in untrusted_titles]
    match names:
        case [only]:
            return only
        case [first, second]:
            return _("{first} and {second}").format(first=first, second=second)
        case _:
            return _("{n} documents").format(n=count(len(names)))


def _shorten(untrusted_title: str) -> str:
    title = " ".join(disarm(untrusted_title).split())
    return title if len(title) <= NAME_CHARACTERS else title[: NAME_CHARACTERS - 1].rstrip() + "…"


def answer_remarks(question: StoredQuestion, answer: Answer) -> tuple[str, ...]:
    """Return the sentences under an answer: what it rests on if no model drew it from books, and how it ended if not by
    itself. A search result says so in its foot; under a conversation's first one stands what a person can do who wants
    more."""
    is_first = answer.from_search and bool(answer.text) and question.parent_id is None
    lead = ModelRemark(lead_words()) if is_first else ""
    doubt = "" if answer.from_search else doubt_words(question, answer)
    left_out = _("Left out: the model no longer reads this.") if answer.left_out else ""
    covered, sent = QuietRemark(coverage_words(question, answer)), QuietRemark(sent_words(answer))
    return tuple(filter(None, (covered, sent, doubt, lead, ending_words(answer), left_out)))


class QuietRemark(str):
    """A sentence under an answer that says how it came about, and warns of nothing."""

    __slots__ = ()


class ModelRemark(QuietRemark):
    """A sentence under an answer that leads to a model with one click."""

    __slots__ = ()


def lead_words(untrusted_name: str = "", bytes: int = 0) -> str:
    """Return the words that lead to a larger model: to the recommended one, if one is."""
    if not untrusted_name:
        return _("For written answers: get a model…")
    words = _("For written answers: get {model} ({size})…")
    return words.format(model=printable(untrusted_name), size=size(bytes))


def ending_words(answer: Answer) -> str:
    """Return a sentence under an answer that did not end by itself; empty for one that did."""
    if answer.problem is not None:
        return sentence(answer.problem)
    closed = _("Octavo was closed during this answer.")
    return {
        Ending.CANCELLED: _("You stopped this answer."),
        Ending.CLOSED: closed,
        Ending.LENGTH: _("This answer was cut off at the length limit."),
        Ending.FAILED: _("This answer was interrupted. You can ask again."),
        Ending.OPEN: closed,
    }.get(answer.ending, "")


def does_not_fit(answer: Answer | None) -> bool:
    """Return whether there was no room for the question, so that nothing was answered."""
    problem = answer.problem if answer is not None and not answer.text else None
    return problem is not None and problem.code == Code.DOES_NOT_FIT


def going_on_words(answer: Answer) -> str:
    """Return the words of the button that goes on with an answer that was stopped or cut off; empty if none can."""
    if answer.ending in (Ending.COMPLETE, Ending.OPEN):
        return ""
    if does_not_fit(answer):
        return _("Make room…")
    if answer.text:
        return _("Continue")
    return _("Resume") if answer.ending in (Ending.CANCELLED, Ending.CLOSED) else ""


def model_name(info: ModelInfo) -> str:
    known = info.quantization.casefold() in info.name.casefold()
    return info.name if known else f"{info.name} · {info.quantization}"


def memory_words(info: ModelInfo) -> str:
    """Return the memory for weights and KV cache, such as "61 + 9 GB"."""
    weights, cache = size(info.size_bytes), size(info.kv_bytes)
    if weights.split()[-1] == cache.split()[-1]:
        weights = weights.split()[0]
    return f"{weights} + {cache}"


def running_words(info: ModelInfo) -> str:
    """Return what a model runs on, and what it takes there: "H100 · 61 + 9 GB"; "vLLM, models.example.org"."""
    return info.device if info.host else f"{info.device} · {memory_words(info)}"


def model_details(info: ModelInfo) -> str:
    """Return the tooltip of the model's chip: what the model is, where it runs, what it takes."""
    if info.host:
        return "\n".join(
            (
                model_name(info),
                info.device,
                _("room for {n} tokens").format(n=count(info.context_tokens)),
                _("Quotations are checked afterwards, not while the model writes. The model sees no images."),
            )
        )
    return "\n".join(
        (
            model_name(info),
            counted(info.threads, _("{device}, 1 thread"), _("{device}, {n} threads"), device=info.device),
            _("weights {weights}, context {context} ({type})").format(
                weights=size(info.size_bytes), context=size(info.kv_bytes), type=info.kv_type.value
            ),
            _("room for {n} tokens").format(n=count(info.context_tokens)),
        )
    )


def _named(name: str, tokens: int) -> str:
    return _("{name} · {n} tokens").format(name=" ".join(name.split()), n=count(tokens))

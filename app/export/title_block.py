"""The frame around the answers of an export: above them its title, when it was written and by which model;
below them the documents with their hashes, so that whoever gets it knows what was asked of which files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app import __version__
from app.core.conversations.conversation import Answer, BookRef, StoredQuestion
from app.core.documents.document import Book
from app.export.references import cleaned
from app.wording.i18n import _
from app.wording.page_names import range_words
from app.wording.units import count, counted, day
from app.wording.verdicts import count_verdicts

_MOST_TITLES = 3
"""Documents that are named above the answers; all are listed at the end."""


@dataclass(frozen=True)
class ReportDocument:
    """A document that an export lists. `pages` says how many it has, or which of them were asked. `sha256` is that of
    its file. Both are empty for one that was deleted since."""

    title: str
    pages: str
    sha256: str

    @property
    def digest(self) -> str:
        return f"SHA-256 {self.sha256}" if self.sha256 else ""


@dataclass(frozen=True)
class TitleBlock:
    """The frame of an export. `facts` say what each is called, and what it is. `preface` says whose words these are; it
    may be empty. `documents` belong at the end: their hashes would be in the way of the answers."""

    title: str
    facts: tuple[tuple[str, str], ...]
    documents: tuple[ReportDocument, ...]
    preface: str


Asked = Sequence[tuple[StoredQuestion, Answer | None]]


def compose_title_block(title: str, asked: Asked, books: Mapping[str, Book], now: datetime) -> TitleBlock:
    """Compose the frame of an export. `books` are those that are on the shelf, by their ids; `now` is aware of its
    zone, which days are counted in."""
    answers = [answer for _question, answer in asked if answer is not None]
    verdicts = [verdict for answer in answers for verdict in answer.verdicts]
    documents = _documents(asked, books)
    facts = (
        (_("Date"), day(now)),
        (_("Asked"), _days([question for question, _answer in asked], now)),
        (_("Model"), "; ".join(models_of(asked))),
        (_("Sentences"), " · ".join(words for _verdict, words in count_verdicts(verdicts))),
        (_("Documents"), _titles(documents)),
        (_("Written with"), f"Octavo {__version__}"),
    )
    prefaces = []
    if any(answer.text and not answer.from_search for answer in answers):
        prefaces.append(_("A language model wrote the answers."))
    if verdicts:
        prefaces.append(_("Octavo looked for each sentence in the documents, and says below what they have of it."))
    return TitleBlock(title, tuple(fact for fact in facts if fact[1]), documents, " ".join(prefaces))


def _titles(documents: Sequence[ReportDocument]) -> str:
    named = "; ".join(document.title for document in documents[:_MOST_TITLES])
    more = len(documents) - _MOST_TITLES
    return _("{titles} and {n} more, listed at the end").format(titles=named, n=count(more)) if more > 0 else named


def models_of(asked: Asked) -> tuple[str, ...]:
    """Return the names of the models that answered, in the order in which they first did."""
    names = (cleaned(answer.model) for _question, answer in asked if answer is not None and not answer.from_search)
    return tuple(dict.fromkeys(filter(None, names)))


def day_of(question: StoredQuestion, now: datetime) -> str:
    return day(datetime.fromtimestamp(question.created_at, now.tzinfo))


def _days(questions: Sequence[StoredQuestion], now: datetime) -> str:
    """Return when questions were asked; empty if that was today."""
    times = sorted(question.created_at for question in questions)
    days = [day(datetime.fromtimestamp(time, now.tzinfo)) for time in (*times[:1], *times[-1:])]
    if not days or set(days) == {day(now)}:
        return ""
    return " – ".join(dict.fromkeys(days))


def _documents(asked: Asked, books: Mapping[str, Book]) -> tuple[ReportDocument, ...]:
    refs: dict[str, list[BookRef]] = {}
    for question, _answer in asked:
        for ref in question.books:
            refs.setdefault(ref.book_id, []).append(ref)
    answers = [answer for _question, answer in asked if answer is not None]
    titles = {each.book_id: each.document for answer in answers for each in answer.citations}
    titles |= {each.book_id: each.document for answer in answers for each in answer.verdicts if each.page}
    others = dict.fromkeys(ref.book_id for question, _answer in asked for ref in question.others)
    refs |= {id: [] for id in others if id not in refs}
    return tuple(_document(books.get(id), found, titles.get(id, "")) for id, found in refs.items())


def _document(book: Book | None, refs: Sequence[BookRef], cited_title: str) -> ReportDocument:
    """Return a document as the frame lists it. `refs` are the ways in which it was asked; none if passages of it alone
    were."""
    if book is None:
        title = _("{title} (deleted since)").format(title=cleaned(cited_title) or _("A document"))
        return ReportDocument(title, "", "")
    if not refs:
        pages = _("passages")
    elif all(ref.pages for ref in refs):
        ranges = sorted({(ref.pages.first, ref.pages.last) for ref in refs if ref.pages})
        names = book.page_names
        pages = "; ".join(cleaned(range_words(names.of(first), names.of(last))) for first, last in ranges)
    else:
        pages = counted(book.page_count, _("1 page"), _("{n} pages"))
    return ReportDocument(cleaned(book.title), pages, book.sha256)


def foot_words(page: str, pages: str) -> str:
    """Return the words at the foot of every page: its number and the number of pages, or what stands for these
    numbers."""
    return _("{page} of {pages}").format(page=page, pages=pages)

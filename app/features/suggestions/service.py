"""Suggested questions: what a book that was just opened can answer, and what may be asked after an answer.

They are made of headings and sentences (`suggesting`), by no model. Each is asked of the finder before it is shown: the
passage that it was made from must be among the first that are found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from msgspec.structs import replace

from app.core.conversations.conversation import Answer, BookRef, Ending, PageRange
from app.core.documents.document import Book
from app.core.settings import Settings
from app.core.work import Cancel, Stopped, Work
from app.features.suggestions.data import SuggestedQuestion
from app.features.suggestions.rules.candidates import GRAMMARS, PlacedCandidate, candidates, language_of_passages
from app.features.suggestions.rules.forms import Kind, words_of
from app.features.suggestions.store import SuggestedQuestions
from app.services.finding.conversation_search import pages_cited
from app.services.finding.search import Search
from app.services.services import Services
from app.store.books import Books
from app.store.passages import Passage

RULES = 2
"""The version of the rules, which is one more whenever other questions may be made of the same book."""

MOST = 5
MOST_AFTER = 2
_KEPT = 12  # of a book, for desks that have some pages of it
_CHECKED = 30  # of a book, at most
_FIRST = 4  # places among which the passage must be found
_PASSAGES = 2_000  # of one book, at even distances, that are read for candidates
_BOOKS = 8  # of one desk that are asked about
_SAMPLE = 150  # passages that show how a book writes its words
_NEAR = 40  # passages beside a cited page
_SAME = 0.6  # of the words of a question, in one that was asked or in the answer
_VERSIONS = 0.5  # of the headings of two books, in both

_ASIDE = re.compile(
    r"\(.*?\)|\b(?:v|ver|version|rev|revision|draft|final|entwurf|fassung|projet|borrador)\b|改訂?版|第.版|案",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[\W\d_]+")


@dataclass(frozen=True)
class Suggestions:
    """Needs no engine, and may be used from any thread."""

    search: Search
    books: Books
    kept: SuggestedQuestions
    settings: Callable[[], Settings]

    def for_desk(self, refs: Sequence[BookRef], cancel: Cancel) -> Work[None, tuple[SuggestedQuestion, ...]]:
        """Return up to MOST questions about these books, each in its book's language; of several books in turn, and one
        that compares two of them if they are versions of one another. What was made of a book is kept.

        There are none if the setting is off. Raises AppError as the database does; Stopped.
        """
        if not self.settings().suggest_questions:
            return ()
        books, each = [], []
        for ref in refs[:_BOOKS]:
            if (book := self.books.get(ref.book_id)) is None:
                continue
            made = yield from self._of_book(book, cancel)
            books.append(book)
            each.append([one for one in made if ref.pages is None or ref.pages.first <= one.page <= ref.pages.last])
        if len(books) < 2:
            return tuple(chain.from_iterable(each))[:MOST]
        compared = self._comparison(books)
        how_often = Counter(one.text for one in chain.from_iterable(each))
        first = _in_turn(each)[: MOST - len(compared)]
        return (*(one if how_often[one.text] > 1 else self._named(one, refs) for one in first), *compared)

    def after(
        self, answer: Answer, refs: Sequence[BookRef], asked: Sequence[str], cancel: Cancel
    ) -> Work[None, tuple[SuggestedQuestion, ...]]:
        """Return up to MOST_AFTER questions about what stands on the page that the answer cites first, and after it.
        `refs` are the books that were asked about; `asked` are the questions of the conversation so far.

        There are none if the setting is off, and after an answer that is not whole or cites nothing. Raises as
        `for_desk`.
        """
        place = _cited(answer)
        if place is None or not self.settings().suggest_questions:
            return ()
        book = self.books.get(place[0])
        if book is None:
            return ()
        said = [words_of(answer.text), *map(words_of, asked)]
        made = []
        for found in self._near(book, place[1]):
            yield
            if cancel.requested:
                raise Stopped
            if not _is_said(found.candidate.text, said) and self._answers(found, refs):
                made.append(_suggested(found))
                said.append(words_of(found.candidate.text))
            if len(made) == MOST_AFTER:
                break
        return tuple(self._named(one, refs) for one in made) if len(refs) > 1 else tuple(made)

    def _of_book(self, book: Book, cancel: Cancel) -> Work[None, tuple[SuggestedQuestion, ...]]:
        kept = self.kept.of_book(book.id, RULES)
        if kept is not None:
            return kept
        found_again: list[PlacedCandidate] = []
        whole = (BookRef(book.id),)
        for found in self._candidates(book)[:_CHECKED]:
            yield
            if cancel.requested:
                raise Stopped
            if self._answers(found, whole):
                found_again.append(found)
            if len(found_again) == _KEPT:
                break
        found_again.sort(key=lambda found: found.candidate.kind is Kind.SECTION)  # where there is nothing better
        made = tuple(map(_suggested, _each_page_once_first(found_again)))
        self.kept.keep(book.id, RULES, made)
        return made

    def _candidates(self, book: Book) -> list[PlacedCandidate]:
        passages = self._passages(book, None, _PASSAGES)
        return candidates(passages, book.outline, _language(book, passages), passages)

    def _near(self, book: Book, page: int) -> list[PlacedCandidate]:
        """Return the candidates on the page and the next one, or, for the last page, on the one before."""
        first = max(1, min(page, book.page_count - 1))
        sample = self._passages(book, None, _SAMPLE)
        near = self._passages(book, PageRange(first, min(first + 1, book.page_count)), _NEAR)
        outline = [section for section in book.outline if first <= section.page <= first + 1]
        return candidates(near, outline, _language(book, sample), (*sample, *near))[:_CHECKED]

    def _passages(self, book: Book, pages: PageRange | None, limit: int) -> list[Passage]:
        found = self.search.passages.spread([(book.id, pages)], limit)
        return sorted(found, key=lambda passage: (passage.page, passage.start))

    def _answers(self, found: PlacedCandidate, refs: Sequence[BookRef]) -> bool:
        """Return whether the finder finds the passage by the question."""
        passage = found.passage
        best = self.search.find([(ref.book_id, ref.pages) for ref in refs], found.candidate.text, _FIRST)
        place = passage.book_id, passage.page, passage.start
        return any((each.book_id, each.page, each.start) == place for each in best.passages)

    def _named(self, one: SuggestedQuestion, refs: Sequence[BookRef]) -> SuggestedQuestion:
        """Return the question with the name of its book, if another book is found by it first."""
        best = self.search.find([(ref.book_id, ref.pages) for ref in refs], one.text, 1).passages
        if best and best[0].book_id == one.book_id:
            return one
        return replace(one, text=GRAMMARS[one.language].name_book(one.text, self.books.book(one.book_id).title))

    def _comparison(self, books: Sequence[Book]) -> tuple[SuggestedQuestion, ...]:
        for number, first in enumerate(books):
            for second in books[number + 1 :]:
                language = _language(second, self._passages(second, None, _SAMPLE)) if _alike(first, second) else ""
                if language:
                    text = GRAMMARS[language].comparison.format(first=first.title, second=second.title)
                    return (SuggestedQuestion(text, second.id, 0, language),)
        return ()


def suggestions_of(desk: Services) -> Suggestions:
    database = desk.database
    return Suggestions(desk.finding.search, Books(database), SuggestedQuestions(database), desk.settings.load)


def _in_turn(of_books: Sequence[Sequence[SuggestedQuestion]]) -> list[SuggestedQuestion]:
    """Return the first question of each book, then the second of each, and so on; what several of them answer is there
    once."""
    by_text: dict[str, SuggestedQuestion] = {}
    for one in chain.from_iterable(zip_longest(*of_books)):
        if one is not None:
            by_text.setdefault(one.text, one)
    return list(by_text.values())


def _each_page_once_first(found: Sequence[PlacedCandidate]) -> list[PlacedCandidate]:
    """Return the candidates with the first on each page before all others, else in their order."""
    first = {(each.passage.book_id, each.passage.page): each for each in reversed(found)}
    return sorted(found, key=lambda each: first[each.passage.book_id, each.passage.page] is not each)


def _suggested(found: PlacedCandidate) -> SuggestedQuestion:
    passage = found.passage
    return SuggestedQuestion(found.candidate.text, passage.book_id, passage.page, found.language)


def _language(book: Book, passages: Sequence[Passage]) -> str:
    """Return the language of a book; empty if no questions are asked in it: rather none than bad ones."""
    return language_of_passages(passages) if book.language in ("", *GRAMMARS) else ""


def _cited(answer: Answer) -> tuple[str, int] | None:
    """Return the book and the page that a whole answer cites first; None if it cites none."""
    if answer.ending is not Ending.COMPLETE or not answer.text:
        return None
    return next(iter(pages_cited(answer)), None)


def _is_said(question: str, said: Sequence[Sequence[str]]) -> bool:
    """Return whether most of the question's words stand together in one of these texts: it was asked, or is answered,
    already."""
    words = {word for word in words_of(question) if len(word) > 3} or set(words_of(question))
    return any(len(words.intersection(each)) >= _SAME * len(words) for each in said)


def _alike(first: Book, second: Book) -> bool:
    """Return whether two books seem to be versions of one: by their titles, numbers aside, or by their headings."""
    names = [_LETTERS.sub("", _ASIDE.sub("", book.title)).casefold() for book in (first, second)]
    if names[0] == names[1] and names[0]:
        return True
    some, others = ({section.title for section in book.outline} for book in (first, second))
    return len(some & others) >= max(3, _VERSIONS * len(some | others))

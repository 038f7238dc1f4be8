"""The sentences of pages that an answer may consist of: whole, and each by itself what its page says word for word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.core.documents.document import CitedBook, Page
from app.documents.citations.page_sentences import PageSentence, PageSentences, content_terms
from app.documents.citations.statements import states_something
from app.documents.citations.word_for_word import is_clause, is_excepted, points_back, stands_alone
from app.language.sentences import SentenceKind
from app.language.terms import is_unspaced, words_of

MAX_CHARACTERS = 900

_BRACKETS = frozenset("[]［］【】〔〕`")


@dataclass(frozen=True)
class WholeSentence:
    """A sentence of a page on one line, with those beside it that it cannot be understood without."""

    book: CitedBook
    page: Page
    text: str


def whole_sentences(books: Sequence[CitedBook]) -> Iterator[WholeSentence]:
    """Yield all such sentences, in the order of the pages.

    A sentence that points back to the one before it comes with that one, and one that the next sentence limits with the
    next one; an entry of a list comes with the line that leads to it. A question, a heading, a line that goes on
    elsewhere, and what stands below words such as "Exceptions:" is none.
    """
    pages = PageSentences(books)
    for book in books:
        for page in book.pages:
            cut = pages.of(book, page)
            for number in range(len(cut)):
                if (text := _whole(cut, number)) is not None:
                    yield WholeSentence(book, page, text)


def _whole(cut: Sequence[PageSentence], number: int) -> str | None:
    first = last = number
    while first > 0 and (points_back(cut[first].text) or is_excepted(cut[first - 1])):
        first -= 1
    while last + 1 < len(cut) and is_excepted(cut[last]):
        last += 1
    taken = cut[first : last + 1]
    if points_back(taken[0].text) or not all(map(_may_stand, taken)):
        return None
    lead = next((each.list_lead for each in taken if content_terms(each.list_lead)), "")
    if lead and len(taken) > 1:
        return None
    text = _join((*([lead] if lead else ()), *(each.text for each in taken)))
    return text if len(text) <= MAX_CHARACTERS and all(_says_something(each.text) for each in taken) else None


def _may_stand(sentence: PageSentence) -> bool:
    return sentence.kind in (SentenceKind.SENTENCE, SentenceKind.ENTRY) and stands_alone(sentence)


def _join(texts: Iterable[str]) -> str:
    joined = ""
    for text in texts:
        space = "" if not joined or (is_unspaced(joined[-1]) and is_unspaced(text[:1])) else " "
        joined += f"{space}{text}"
    return joined


def _says_something(text: str) -> bool:
    """Return whether a sentence is a clause that is weighed, even without its numbers, and has no brackets, which could
    be taken for a page mark, and no code."""
    if not states_something(text):
        return False
    words = " ".join(word for word in words_of(text) if not word.isdigit())
    return _BRACKETS.isdisjoint(text) and is_clause(text) and is_clause(words)

"""Answers in the documents' own words: where they are wanted, and what they may consist of: whole sentences, each green
by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.core.document import CitedBook
from app.core.settings import AnswerWords
from app.engine.protocol import ModelInfo, QuotableSentence, Verbatim
from app.models import local
from app.services.rules import absent_words

MOST_SENTENCES = 12
"""Sentences of one answer at most."""


def is_possible(model: ModelInfo | None) -> bool:
    """Whether the loaded model can be held to sentences: a server cannot, and a search answers for the starter."""
    return model is not None and not model.host and not local.is_starter(model.path)


def is_wanted(words: AnswerWords, model: ModelInfo | None, may_judge: Callable[[], bool | None]) -> bool:
    """Whether an answer of the loaded model is to be in the documents' words. `may_judge`: whether that model may be
    asked about sentences, as `SentenceWeighing.may_judge` says it; it reads the model's file."""
    if words is AnswerWords.FREE or not is_possible(model):
        return False
    return words is AnswerWords.DOCUMENTS or may_judge() is False


def held_to(question: str, books: Sequence[CitedBook]) -> Verbatim:
    """The sentences of these books with the marks of their pages, and what says that none of them answers."""
    from app.documents.citations.whole_sentences import whole_sentences  # with the first such answer: it takes a while

    several = len(books) > 1
    sentences = tuple(
        QuotableSentence(each.text, _mark(each.book.title if several else "", each.page.label or str(each.page.number)))
        for each in whole_sentences(books)
    )
    return Verbatim(sentences, absent_words(question), MOST_SENTENCES)


def _mark(title: str, label: str) -> str:
    return f" [{title}, p. {label}]" if title else f" [p. {label}]"

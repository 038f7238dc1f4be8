"""Answers in the documents' own words: where they are wanted, and what they may consist of: whole sentences, each green
by itself.

A model that may judge sentences holds the documents and chooses while it writes, held to these sentences (`held_to`). A
smaller one loses its way in that: it is asked about each of those that a search finds whether it answers the question
(`likeliest`, `asked_of`), and those are the answer (`chosen`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.core.conversations.conversation import PassageRef
from app.core.documents.document import CitedBook
from app.core.settings import AnswerWords
from app.engine.protocol import ModelInfo, QuotableSentence, Verbatim
from app.models import local
from app.services.asking.rules import absent_words

if TYPE_CHECKING:
    from app.documents.citations.whole_sentences import WholeSentence

MOST_SENTENCES = 12
"""Sentences of one answer at most, where the model writes it."""

MOST_CHOSEN, MOST_ASKED = 4, 24
"""Sentences of one answer at most, and sentences that a model is asked about, where it writes nothing."""

LEAST_WEIGHT = math.log(7 / 3)
"""The least logarithm of how much more probable "yes" is than "no" for a sentence to be taken for an answer."""

AS_GOOD = 0.5
"""The most by which further sentences may lie below the best one."""

_BY_WORDS, _OF_PASSAGE = 12, 3


def is_possible(model: ModelInfo | None) -> bool:
    """Return whether the loaded model can be held to sentences: a server cannot, and a search answers for the
    starter."""
    return model is not None and not model.host and not local.is_starter(model.path)


def is_wanted(words: AnswerWords, model: ModelInfo | None, may_judge: Callable[[], bool | None]) -> bool:
    """Return whether an answer of the loaded model is to be in the documents' words. `may_judge` returns whether that
    model may be asked about sentences, as `SentenceWeighing.may_judge` says it; it reads the model's file."""
    if words is AnswerWords.FREE or not is_possible(model):
        return False
    return words is AnswerWords.DOCUMENTS or may_judge() is False


def held_to(question: str, books: Sequence[CitedBook]) -> Verbatim:
    """Return the sentences of these books with the marks of their pages, and what says that none of them answers."""
    from app.documents.citations.whole_sentences import whole_sentences  # with the first such answer: it takes a while

    several = len(books) > 1
    sentences = tuple(
        QuotableSentence(each.text, _mark(each.book.title if several else "", each.page.label or str(each.page.number)))
        for each in whole_sentences(books)
    )
    return Verbatim(sentences, absent_words(question), MOST_SENTENCES)


def likeliest(question: str, books: Sequence[CitedBook], passages: Sequence[PassageRef]) -> tuple[WholeSentence, ...]:
    """Return the sentences that may answer a question: those with most of its words, and of the `passages` that a
    search by meaning finds those that have most of them."""
    from app.documents.citations.page_sentences import PageSentences, content_terms
    from app.documents.citations.whole_sentences import whole_sentences

    pages, asked = PageSentences(books), content_terms(question)

    def rank(sentence: WholeSentence) -> float:
        shared = sum(map(pages.weight, asked & content_terms(sentence.text)))
        return shared / (1 + len(sentence.text) / 500)

    every = sorted(whole_sentences(books), key=rank, reverse=True)
    found = dict.fromkeys(every[:_BY_WORDS])
    for passage in passages:
        place = (passage.book_id, passage.page)
        on_page = [each for each in every if (each.book.book_id, each.page.number) == place]
        found |= dict.fromkeys(on_page[:_OF_PASSAGE])
    return tuple(found)[:MOST_ASKED]


def asked_of(question: str, sentence: WholeSentence) -> str:
    """Return the question that a model is asked about one of the sentences."""
    return f"Question: {question}\nSentence: {sentence.text}\nDoes the sentence answer the question? Answer yes or no."


def chosen(question: str, sentences: Sequence[WholeSentence], weights: Sequence[float], *, several_books: bool) -> str:
    """Return the answer: the sentences that the model takes for answers, the best first, each with its page mark; or
    that the documents do not say it."""
    ranked = sorted(zip(weights, sentences, strict=True), key=lambda each: -each[0])
    least = max(LEAST_WEIGHT, ranked[0][0] - AS_GOOD) if ranked else LEAST_WEIGHT
    taken = [sentence for weight, sentence in ranked[:MOST_CHOSEN] if weight >= least]
    lines = (
        f"{each.text}{_mark(each.book.title if several_books else '', each.page.label or str(each.page.number))}"
        for each in taken
    )
    return "\n\n".join(lines) or absent_words(question)


def _mark(title: str, label: str) -> str:
    return f" [{title}, p. {label}]" if title else f" [p. {label}]"

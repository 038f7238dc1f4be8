"""Finds the sentences of books that are nearest to a question, by shared words."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.core.grammar import grammar_of
from app.documents.text.sentences import Sentence, SentenceKind, sentences
from app.documents.text.terms import TextTerms, is_unspaced, stem, terms_of, weigh, weight_of, words_of

MIN_WORDS, MIN_SIGNS = 4, 8
"""A sentence of fewer words (a list entry: one fewer), or fewer characters in a script without spaces,
states nothing.
"""
MAX_CHARACTERS = 600
MIN_SHARE, ENOUGH_WORDS = 0.4, 2.5
"""A sentence is near when it holds this share of the weight of the question's words; for a long question, of the weight
of this many words that are in no book.
"""
ABOUT_AS_NEAR = 0.9
"""The least share of the nearest sentence's score that further ones have."""
SAME = 0.6
"""A sentence that shares this much of its terms with a nearer one adds nothing."""

_UNDER, _TOPIC = 0.5, 0.25  # what a word above the sentence counts, and what it adds if it is in both
_ASKED = 0.8  # a heading with this share of the question's weight says what is asked
_ENTRY = 0.85  # what an entry of a list counts against a sentence
_LONG = 0.2  # how much a sentence loses that is twice as long as usual
_PAIRS = 0.2  # how much one gains with the question's words in their order
_EARLY = 0.25  # how much one gains that begins with what is asked about
_FIRST = 0.1  # how much one gains that begins a paragraph
_PAIRS_A_WORD = 2  # in scripts without spaces
_FOREIGN = "\0"
_SLIGHT = {_FOREIGN: 0.8} | {
    stem(word): 0.25 for word in ("get", "give", "happen", "make", "mean", "take", "use", "work")
}
"""The share that counts of the weight of words that are in many questions and say little about them."""


@dataclass(frozen=True)
class Near:
    """A sentence on one line; `page`: the index of its page among those searched."""

    page: int
    text: str


@dataclass(frozen=True)
class _Statement:
    near: Near
    kind: SentenceKind
    first: bool
    leads: bool
    stems: tuple[str, ...]
    own: frozenset[str]  # its terms, and those of the question that it answers in the text
    under: frozenset[str]


def nearest(
    question: str, pages: Sequence[str], limit: int, usable: Callable[[Near], bool] = lambda _: True
) -> tuple[Near, ...]:
    """The whole sentences nearest to `question`, best first and at most `limit`; none where none is near.

    `pages`: the texts of one or several books, in order. Further sentences are about as near as the first, and say
    something else. Headings, questions, lines of a table of contents, sentences cut by a page's edge, and those that
    are not `usable` are left out. The same input gives the same result, always.
    """
    words = words_of(question)
    common = grammar_of(words)
    statements = [made for page, text in _pieces(pages) if (made := _statement(page, text, common)) is not None]
    asked = terms_of(question, common)
    weights = _weights(asked, statements)
    if not weights:
        return ()
    usual = sum(len(statement.own) for statement in statements) / max(1, len(statements))
    pairs = frozenset(pairwise(map(stem, words)))
    enough = ENOUGH_WORDS * math.log(2 + len(statements)) * (_PAIRS_A_WORD if asked.pairs else 1)
    least = MIN_SHARE * min(sum(weights.values()), enough)
    ranked: list[tuple[float, _Statement]] = []
    for statement in statements:
        held = _held(statement, weights)
        if held >= least and statement.own:
            ranked.append((held * _form(statement, weights, pairs, usual), statement))
    ranked.sort(key=lambda entry: -entry[0])
    return tuple(statement.near for statement in _choose(ranked, limit, usable))


def _pieces(pages: Iterable[str]) -> Iterator[tuple[int, Sentence]]:
    """The sentences and list entries of the pages, with the index of their page."""
    goes_on = False
    for index, page in enumerate(pages):
        kind = SentenceKind.HEADING
        for number, sentence in enumerate(sentences(page)):
            kind = sentence.kind
            if kind in (SentenceKind.SENTENCE, SentenceKind.ENTRY) and (number or not goes_on):
                yield index, sentence
        goes_on = kind is SentenceKind.FRAGMENT


def _statement(page: int, sentence: Sentence, common: frozenset[str]) -> _Statement | None:
    words = words_of(sentence.text)
    telling = sum(not word.isdigit() for word in words)
    enough = (
        telling >= MIN_WORDS - (sentence.kind is SentenceKind.ENTRY)
        or sum(map(is_unspaced, sentence.text)) >= MIN_SIGNS
    )
    if not enough or len(sentence.text) > MAX_CHARACTERS:
        return None
    own = terms_of(f"{sentence.asked}\n{sentence.text}", common).all
    under = terms_of(sentence.under, common).all
    near = Near(page, sentence.line)
    return _Statement(near, sentence.kind, sentence.first, sentence.leads, tuple(map(stem, words)), own, under)


def _weights(asked: TextTerms, statements: Sequence[_Statement]) -> dict[str, float]:
    """The weights of the question's terms; empty where it has none. A question in a script that the books do not have
    counts as one word that they do not have.
    """
    held = [statement.own | statement.under for statement in statements]
    foreign = bool(asked.pairs) and asked.pairs.isdisjoint(frozenset[str]().union(*held))
    weights = weigh(asked.stems | ({_FOREIGN} if foreign else asked.pairs), held)
    return {term: weight * _SLIGHT.get(term, 1.0) for term, weight in weights.items()}


def _held(statement: _Statement, weights: Mapping[str, float]) -> float:
    """The weight of the question's terms in the statement or above it. The first sentence of a section is about all
    that its heading says, if that is what is asked.
    """
    asked = weights.keys()
    own, under = statement.own & asked, statement.under & asked
    if statement.leads and weight_of(under, weights) >= _ASKED * sum(weights.values()):
        return (1 + _TOPIC) * weight_of(under | own, weights)
    return weight_of(own, weights) + _UNDER * weight_of(under - own, weights) + _TOPIC * weight_of(under & own, weights)


def _form(
    statement: _Statement, weights: Mapping[str, float], pairs: frozenset[tuple[str, str]], usual: float
) -> float:
    """The factor for a statement's form. `usual`: how many terms statements have on average."""
    stems = statement.stems
    begins = max(range(len(stems)), key=lambda index: (weights.get(stems[index], 0.0), -index))
    early = 1 - begins / len(stems) if stems[begins] in weights else 0.0
    factor = 1 / (1 + _LONG * max(0.0, len(statement.own) / usual - 1))
    factor *= 1 + _PAIRS * len(pairs & frozenset(pairwise(stems))) / max(1, len(pairs))
    factor *= (1 + _EARLY * early) * (1 + _FIRST * statement.first)
    return factor * _ENTRY if statement.kind is SentenceKind.ENTRY else factor


def _choose(ranked: Sequence[tuple[float, _Statement]], limit: int, usable: Callable[[Near], bool]) -> list[_Statement]:
    """Those that are about as near as the best usable one, and differ from each other."""
    chosen: list[_Statement] = []
    least = 0.0
    for score, statement in ranked:
        if len(chosen) == limit or score < least:
            break
        said = max((len(statement.own & other.own) for other in chosen), default=0)
        if said < SAME * len(statement.own) and usable(statement.near):
            least = least or ABOUT_AS_NEAR * score
            chosen.append(statement)
    return chosen

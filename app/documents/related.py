"""Pages that bear an answer out, found by the words that they share with it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.core.conversation import Citation, CitationState
from app.core.document import Page
from app.documents.scripts import is_unspaced
from app.documents.sentences import Kind, sentences
from app.documents.terms import Terms, stem, terms_of, weigh, weight_of

MIN_SHARE = 0.5
"""A page bears a sentence out if it holds this share of the sentence's weight, the question's help included."""
MIN_SHARED_TERMS = 3
QUESTION_HELP = 0.15
"""What the question adds to a sentence's share, at most: when the page holds all of the question's terms."""
MAX_QUOTE_CHARACTERS = 300

_WORD = re.compile(r"[^\W_]+")
_COMMON_ENGLISH = (
    "a about after all also an and any are as at be been but by can could did do does each for from had has have he her"
    " here his how i if in into is it its just may might more most must my no nor not of on one only or other our out"
    " over page pages she should so some such than that the their them then there these they this those to under up use"
    " used using was we were what when where which while who why will with within would yes you your"
)
_COMMON = frozenset(_COMMON_ENGLISH.split())


MIN_STATEMENT_WORDS = 4
"""A sentence of fewer words states nothing."""


@dataclass(frozen=True)
class CitedBook:
    """A book as the model saw it: `pages` are only those that were in its context."""

    book_id: str
    title: str
    pages: tuple[Page, ...]


def find_pages(answer: str, question: str, books: Sequence[CitedBook], limit: int = 2) -> tuple[Citation, ...]:
    """The pages, best first and at most `limit`, that bear the answer out; their state is FOUND.

    Terms weigh more the fewer pages hold them. A page counts if it holds at least `MIN_SHARE` of the weight of one of
    the answer's sentences; it ranks by the sum of these shares. The quotation is the page's sentence that has most
    terms in common with one of the answer's.
    """
    sentences = [found for text in _sentences(answer) if (found := _terms(text)).all]
    asked = _terms(question)
    whole = _union(sentences)
    if all(len(sentence.all) < MIN_SHARED_TERMS for sentence in sentences):
        sentences = [whole]  # a word or two: as one sentence
    wanted = _union([whole, asked])
    pages = [(book, page) for book in books for page in book.pages]
    held = [_held(page.text, wanted) for _, page in pages]
    weights = weigh(wanted.all, held)
    ranked: list[tuple[float, int]] = []
    for index, terms in enumerate(held):
        score = sum(_share(sentence, terms, asked, weights) for sentence in sentences)
        if score > 0:
            ranked.append((score, index))
    ranked.sort(key=lambda entry: (-entry[0], entry[1]))
    return tuple(_citation(*pages[index], sentences, weights) for _, index in ranked[:limit])


def statements_about(question: str, texts: Sequence[str], limit: int) -> tuple[tuple[int, str], ...]:
    """The sentences that hold most of what the question asks for, best first: the index of their text, and they.

    Questions and headings are no statements. A rare term weighs more; of equals the one with least beside it wins.
    """
    asked = _terms(question)
    statements = [
        (index, sentence, _terms(sentence))
        for index, text in enumerate(texts)
        for sentence in _statements(text)
        if _has_words(sentence)
    ]
    weights = weigh(asked.all, [terms.all for _, _, terms in statements])
    ranked = sorted(
        statements,
        key=lambda entry: (
            -weight_of(entry[2].all & asked.all, weights),
            -_likeness(entry[2].all, [asked.all], weights),
        ),
    )
    return tuple((index, sentence) for index, sentence, terms in ranked[:limit] if terms.all & asked.all)


def last_sentence(text: str) -> str:
    """The last sentence of the last paragraph; empty where there is none."""
    return next(reversed(list(_sentences(text.rpartition("\n\n")[2]))), "")


def _has_words(sentence: str) -> bool:
    """Whether it is more than an entry of a table of contents."""
    words = [word for word in _WORD.findall(sentence) if not word.isdigit()]
    return len(words) >= MIN_STATEMENT_WORDS or any(map(is_unspaced, sentence))


def _share(sentence: Terms, held: frozenset[str], asked: Terms, weights: dict[str, float]) -> float:
    """The share of the sentence's weight that the page holds, 0 if that is too little."""
    terms = sentence.all
    shared = terms & held
    total = weight_of(terms, weights)
    help_total = weight_of(asked.all, weights)
    helped = weight_of(asked.all & held, weights) / help_total if help_total else 0.0
    if len(terms) < MIN_SHARED_TERMS:
        return 1.0 if terms and shared == terms and helped >= MIN_SHARE else 0.0
    share = weight_of(shared, weights) / total + QUESTION_HELP * helped
    return share if len(shared) >= MIN_SHARED_TERMS and share >= MIN_SHARE else 0.0


def _citation(book: CitedBook, page: Page, sentences: Sequence[Terms], weights: dict[str, float]) -> Citation:
    wanted = [sentence.all for sentence in sentences]
    quote = max(_statements(page.text), key=lambda text: _likeness(_terms(text).all, wanted, weights), default="")
    return Citation(book.book_id, book.title, page.number, page.label, _shorten(quote), CitationState.FOUND)


def _likeness(terms: frozenset[str], wanted: Sequence[frozenset[str]], weights: dict[str, float]) -> float:
    """Twice the shared weight over the sum of both weights (Dice), for the nearest sentence of the answer."""
    usual = sum(weights.values()) / len(weights) if weights else 1.0
    own = sum(weights.get(term, usual) for term in terms)
    return max(2 * weight_of(terms & other, weights) / (own + weight_of(other, weights) + 1e-9) for other in wanted)


def _shorten(quote: str) -> str:
    quote = " ".join(quote.split())
    if len(quote) <= MAX_QUOTE_CHARACTERS:
        return quote
    cut = quote[:MAX_QUOTE_CHARACTERS]
    return cut if is_unspaced(cut[-1]) else cut.rpartition(" ")[0] or cut


def _sentences(text: str) -> Iterator[str]:
    return (sentence.text for sentence in sentences(text))


def _statements(text: str) -> Iterator[str]:
    return (each.text for each in sentences(text) if each.kind not in (Kind.HEADING, Kind.QUESTION))


def _terms(text: str) -> Terms:
    return terms_of(text, _COMMON)


def _held(page_text: str, wanted: Terms) -> frozenset[str]:
    """Which of the wanted terms a page holds."""
    text = unicodedata.normalize("NFKC", page_text).casefold()
    found: set[str] = set()
    if wanted.stems:
        found |= wanted.stems & {stem(word) for word in set(_WORD.findall(text))}
    if wanted.pairs:
        joined = "".join(text.split())
        found.update(pair for pair in wanted.pairs if pair in joined)
    return frozenset(found)


def _union(parts: Sequence[Terms]) -> Terms:
    empty: frozenset[str] = frozenset()
    return Terms(empty.union(*(part.stems for part in parts)), empty.union(*(part.pairs for part in parts)))

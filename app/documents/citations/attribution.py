"""Finds pages and sentences that share words with an answer; whether they support it is not checked."""

from __future__ import annotations

import heapq
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from app.core.conversation import Citation, CitationState
from app.core.document import CitedBook, Page
from app.documents.citations.differences import differ
from app.documents.text.sentences import SentenceKind, sentences
from app.documents.text.terms import TextTerms, is_unspaced, stem, terms_of, weigh, weight_of

MIN_SHARE = 0.5
"""The least share of a sentence's weight that a related page holds, the question's help included."""
MIN_SHARED_TERMS = 3
QUESTION_HELP = 0.15
"""The most that the question adds to a sentence's share: when the page holds all of the question's terms."""
MIN_RESTATED = 0.6
"""A sentence repeats another if it has more than this share of its terms."""
MAX_QUOTE_CHARACTERS = 300

_WORD = re.compile(r"[^\W_]+")
_BRACKETS = re.compile(r"\s?[\[［【〔][^\[\]［］【】〔〕\n]{1,200}[\]］】〕]")
_COMMON_ENGLISH = (
    "a about after all also an and any are as at be been but by can could did do does each every for from had has"
    " have he her here his how i if in into is it its just may might more most must my no nor not of on one only or"
    " other our out over page pages she should so some such than that the their them then there these they this those"
    " to under up use used using was we were what when where which while who why will with within would yes you your"
)
_COMMON = frozenset(_COMMON_ENGLISH.split())

MAX_PAGES = 2
MAX_CANDIDATES = 12
"""How many of the pages that share most words with the answer are compared sentence by sentence."""
MIN_STATEMENT_WORDS = 4
"""A sentence of fewer words states nothing."""


@dataclass(frozen=True)
class Likeness:
    """How a page compares to a claim. `statement`: its sentence with most in common, empty where too few words are
    shared. `differs`: it repeats the claim, but says something else.
    """

    page: int
    statement: str = ""
    differs: bool = False


@dataclass(frozen=True)
class Nearest:
    """The sentence of a page that has most in common with a claim; `share`: how much of the claim's weight it holds,
    from 0 to 1. `also`: the page's other sentences that repeat the claim."""

    statement: str
    share: float
    also: str = ""


def find_related(answer: str, question: str, books: Sequence[CitedBook]) -> tuple[Citation, ...]:
    """The page that has most in common with the answer, and a second one for the sentences that the first does not
    cover.

    Terms weigh more the fewer pages hold them. A page counts if it holds at least `MIN_SHARE` of the weight of one of
    the answer's sentences; it ranks by the sum of these shares and by how like its own sentences are to them. The
    citation is RELATED, with the page's sentence nearest to one of the answer's; it is DIFFERS where a sentence of the
    answer differs from what the page says.
    """
    said = [_Said(text, terms) for text in _sentences(without_brackets(answer)) if (terms := _terms(text)).all]
    asked = _terms(question)
    whole = _union([sentence.terms for sentence in said])
    if all(len(sentence.terms.all) < MIN_SHARED_TERMS for sentence in said):
        said = [_Said(answer, whole)]  # a word or two: as one sentence
    wanted = _union([whole, asked])
    pages = [(book, page) for book in books for page in book.pages]
    held = [_held(page.text, wanted) for _, page in pages]
    weights = weigh(wanted.all, held)
    shares = [[_share(sentence.terms, there, asked, weights) for sentence in said] for there in held]
    left = set(range(len(said)))
    found: list[Citation] = []
    while len(found) < MAX_PAGES:
        likely = [index for index, own in enumerate(shares) if any(own[number] for number in left)]
        likely.sort(key=lambda index: -sum(shares[index][number] for number in left))
        candidates = [
            _Candidate(pages[index], [said[number] for number in sorted(left) if shares[index][number]], weights)
            for index in likely[:MAX_CANDIDATES]
        ]
        if not candidates:
            break
        place = max(
            range(len(candidates)), key=lambda at: candidates[at].likeness + sum(shares[likely[at]][n] for n in left)
        )
        found.append(candidates[place].citation())
        left = {number for number in left if not shares[likely[place]][number]}
    return tuple(found)


def liken(claim: str, pages: Sequence[str]) -> Likeness:
    """Which of the pages, and which sentence there, has most in common with the claim."""
    claim = without_brackets(claim)
    best = statements_about(claim, pages, 1)
    if not best:
        return Likeness(0)
    index, statement = best[0]
    terms = _terms(claim)
    if not _is_related(terms, _held(pages[index], terms)):
        return Likeness(index)
    restated = _shared(terms, _terms(statement)) > MIN_RESTATED * len(terms.all)
    return Likeness(index, _shorten(statement), restated and _says_otherwise(claim, terms, statement, pages[index]))


def nearest_statement(claim: str, page: str) -> Nearest | None:
    """The page's sentence that is nearest to the claim; None where they share no words."""
    best = statements_about(claim, [page], 1)
    if not best:
        return None
    statement, terms = best[0][1], _terms(claim)
    share = _shared(terms, _terms(statement)) / len(terms.all)
    return Nearest(_shorten(statement), share, _also(terms, statement, page))


def likeliest_pages(
    claims: Sequence[str], books: Sequence[CitedBook], limit: int
) -> list[tuple[tuple[CitedBook, Page], ...]]:
    """For each claim the pages that hold most of its terms' weight, best first; none that hold nothing of it. Every
    page is looked through once."""
    wanted = [_terms(without_brackets(claim)) for claim in claims]
    pages = [(book, page) for book in books for page in book.pages]
    held = [_held(page.text, _union(wanted)) for _, page in pages] if wanted else []
    found: list[tuple[tuple[CitedBook, Page], ...]] = []
    for terms in wanted:
        weights = weigh(terms.all, held)
        shares = [weight_of(there & terms.all, weights) for there in held]
        best = heapq.nlargest(limit, range(len(pages)), key=shares.__getitem__)
        found.append(tuple(pages[index] for index in best if shares[index]))
    return found


def nearer(claim: str, pages: Sequence[str]) -> int | None:
    """The index of the page nearest to the claim; None where words do not decide it."""
    terms = _terms(without_brackets(claim))
    held = [_held(page, terms) for page in pages]
    weights = weigh(terms.all, held)
    ranked = sorted(range(len(pages)), key=lambda index: -weight_of(held[index], weights))
    if not ranked or not _is_related(terms, held[ranked[0]]):
        return None
    if len(ranked) > 1 and weight_of(held[ranked[0]], weights) - weight_of(held[ranked[1]], weights) < 1e-9:
        return None
    return ranked[0]


def statements_about(question: str, texts: Sequence[str], limit: int) -> tuple[tuple[int, str], ...]:
    """The sentences that hold most of the question's terms, best first, each with the index of its text.

    Questions and headings do not count. Rare terms weigh more; of equals the shorter sentence wins.
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


def without_brackets(text: str) -> str:
    """The text without page marks and notes: their numbers are not what it says."""
    return _BRACKETS.sub("", text)


def last_sentence(text: str) -> str:
    """The last sentence of the last paragraph; empty where there is none."""
    return next(reversed(list(_sentences(text.rpartition("\n\n")[2]))), "")


def _has_words(sentence: str) -> bool:
    """Whether it has more words than an entry of a table of contents."""
    words = [word for word in _WORD.findall(sentence) if not word.isdigit()]
    return len(words) >= MIN_STATEMENT_WORDS or any(map(is_unspaced, sentence))


def _share(sentence: TextTerms, held: frozenset[str], asked: TextTerms, weights: dict[str, float]) -> float:
    """The share of the sentence's weight that the page holds; 0 if it is too small."""
    terms = sentence.all
    shared = terms & held
    total = weight_of(terms, weights)
    help_total = weight_of(asked.all, weights)
    helped = weight_of(asked.all & held, weights) / help_total if help_total else 0.0
    if len(terms) < MIN_SHARED_TERMS:
        return 1.0 if terms and shared == terms and helped >= MIN_SHARE else 0.0
    share = weight_of(shared, weights) / total + QUESTION_HELP * helped
    return share if len(shared) >= MIN_SHARED_TERMS and share >= MIN_SHARE else 0.0


@dataclass(frozen=True)
class _Said:
    """A sentence of the answer."""

    text: str
    terms: TextTerms


class _Candidate:
    """A page that shares enough words with some sentences of the answer, and its nearest sentence to each.

    `likeness`: the sum over those sentences, each from 0 to 1.
    """

    def __init__(self, place: tuple[CitedBook, Page], said: Sequence[_Said], weights: dict[str, float]) -> None:
        self._book, self._page = place
        statements = [(text, _terms(text).all) for text in _statements(self._page.text)]
        self._nearest: list[tuple[float, str, _Said]] = []
        for sentence in said:
            wanted = [sentence.terms.all]
            ranked = ((_likeness(terms, wanted, weights), text) for text, terms in statements)
            likeness, text = max(ranked, key=lambda each: each[0], default=(0.0, ""))
            self._nearest.append((likeness, text, sentence))
        self.likeness = sum(likeness for likeness, _text, _said in self._nearest)

    def citation(self) -> Citation:
        book, page = self._book, self._page
        own = Citation(book.book_id, book.title, page.number, page.label, "", CitationState.RELATED)
        for _likeness, text, said in self._nearest:
            if text and _says_otherwise(said.text, said.terms, text, page.text):
                words = {"quote": _shorten(said.text), "on_page": _shorten(text)}
                return msgspec.structs.replace(own, state=CitationState.DIFFERS, **words)
        _likeness, text, _said = max(self._nearest, key=lambda each: each[0])
        return msgspec.structs.replace(own, quote=_shorten(text))


def _says_otherwise(claim: str, terms: TextTerms, statement: str, page: str) -> bool:
    """Whether the claim differs from the page's statement; what the rest of the page says is no difference."""
    return differ(claim, statement, _also(terms, statement, page))


def _also(terms: TextTerms, statement: str, page: str) -> str:
    """What else of a page repeats a claim with these terms."""
    return "\n".join(
        text
        for text in _statements(page)
        if text != statement
        and len((own := _terms(text)).all) >= MIN_SHARED_TERMS
        and _shared(own, terms) > MIN_RESTATED * len(own.all)
    )


def _shared(terms: TextTerms, others: TextTerms) -> int:
    return len(terms.all & others.all)


def _is_related(terms: TextTerms, held: frozenset[str]) -> bool:
    """Whether `held`, the terms that a page has, are enough of a claim's."""
    if len(terms.all) < MIN_SHARED_TERMS:
        return bool(terms.all) and terms.all == held
    return len(held) >= max(MIN_SHARED_TERMS, MIN_SHARE * len(terms.all))


def _likeness(terms: frozenset[str], wanted: Sequence[frozenset[str]], weights: dict[str, float]) -> float:
    """Twice the shared weight over the sum of both weights (Dice), for the nearest of the `wanted`."""
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
    return (each.text for each in sentences(text) if each.kind not in (SentenceKind.HEADING, SentenceKind.QUESTION))


def _terms(text: str) -> TextTerms:
    return terms_of(text, _COMMON)


def _held(page_text: str, wanted: TextTerms) -> frozenset[str]:
    """Which of the wanted terms a page holds."""
    text = unicodedata.normalize("NFKC", page_text).casefold()
    found: set[str] = set()
    if wanted.stems:
        found |= wanted.stems & {stem(word) for word in set(_WORD.findall(text))}
    if wanted.pairs:
        joined = "".join(text.split())
        found.update(pair for pair in wanted.pairs if pair in joined)
    return frozenset(found)


def _union(parts: Sequence[TextTerms]) -> TextTerms:
    empty: frozenset[str] = frozenset()
    return TextTerms(empty.union(*(part.stems for part in parts)), empty.union(*(part.pairs for part in parts)))

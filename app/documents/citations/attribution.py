"""Decides by words in common which of several pages a sentence of an answer means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from app.language.grammar import grammar_in
from app.language.sentences import sentences
from app.language.terms import TextTerms, stem, terms_of, weigh, weight_of

MIN_SHARE, MIN_SHARED_TERMS = 0.5, 3
"""The least share, and the least number, of a sentence's terms that the page it means has."""

_WORD = re.compile(r"[^\W_]+")
_BRACKETS = re.compile(r"\s?[\[［【〔][^\[\]［］【】〔〕\n]{1,200}[\]］】〕]")


def nearer(claim: str, pages: Sequence[str]) -> int | None:
    """Return the index of the page nearest to the claim; None if words do not decide it."""
    terms = terms_of(without_brackets(claim), grammar_in(0))
    held = [_held(page, terms) for page in pages]
    weights = weigh(terms.all, held)
    ranked = sorted(range(len(pages)), key=lambda index: -weight_of(held[index], weights))
    if not ranked or not _is_related(terms, held[ranked[0]]):
        return None
    if len(ranked) > 1 and weight_of(held[ranked[0]], weights) - weight_of(held[ranked[1]], weights) < 1e-9:
        return None
    return ranked[0]


def without_brackets(text: str) -> str:
    """Return the text without page marks and notes: their numbers are not what it says."""
    return _BRACKETS.sub("", text)


def last_sentence(text: str) -> str:
    """Return the last sentence of the last paragraph; empty if there is none."""
    return next((each.text for each in reversed(list(sentences(text.rpartition("\n\n")[2])))), "")


def _is_related(terms: TextTerms, held: frozenset[str]) -> bool:
    """Return whether `held`, the terms that a page has, are enough of a claim's."""
    if len(terms.all) < MIN_SHARED_TERMS:
        return bool(terms.all) and terms.all == held
    return len(held) >= max(MIN_SHARED_TERMS, MIN_SHARE * len(terms.all))


def _held(page_text: str, wanted: TextTerms) -> frozenset[str]:
    """Return which of the wanted terms a page holds."""
    text = unicodedata.normalize("NFKC", page_text).casefold()
    found: set[str] = set()
    if wanted.stems:
        found |= wanted.stems & {stem(word) for word in set(_WORD.findall(text))}
    if wanted.pairs:
        joined = "".join(text.split())
        found.update(pair for pair in wanted.pairs if pair in joined)
    return frozenset(found)

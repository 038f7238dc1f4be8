"""The terms of a text: stems of its words, and pairs of characters in scripts without spaces."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u2e80-\u303f\u3040-\u30ff\u3100-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff9f"  # full-width punctuation, half-width kana; no Latin
    "\U00020000-\U0003ffff"
)
"""Scripts that put no spaces between words, for a character class of a regular expression."""

_UNSPACED_CHARACTER = re.compile(f"[{UNSPACED}]")
_STEM = 7
_MIN_STEM = 2
_STEMS_KEPT = 50_000
"""A language's words, about 10 MB: an answer is compared with every page of its books."""
_WORD = re.compile(r"[^\W_]+")
_PLURALS = {"ies": "y", "es": "e", "s": ""}
_FORMS = {"ied": "y", "ed": "e", "ing": "e", "ation": "e", "ate": "e", "ion": "e", "ment": "", "val": "ve", "wal": "w"}
_NO_ENDINGS = ("ss", "us", "is", "eed")
_DOUBLED = re.compile(r"([bdgmnprt])\1$")
_VOWEL = re.compile(r"[^\W\d_bcdfghjklmnpqrstvwxz]")
_HIRAGANA = re.compile(r"[\u3040-\u309f\u30fc\W]")


def is_unspaced(character: str) -> bool:
    """Return whether the character is of a script without spaces between words (Chinese, Japanese, Thai and others)."""
    return bool(character) and _UNSPACED_CHARACTER.match(character) is not None


@dataclass(frozen=True)
class TextTerms:
    stems: frozenset[str]
    pairs: frozenset[str]

    @property
    def all(self) -> frozenset[str]:
        return self.stems | self.pairs


def words_of(text: str) -> list[str]:
    """Return the words of a text in NFKC, case-folded; a run of a script without spaces is one word."""
    words: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        words += [word] if word.isascii() else ["".join(run) for _, run in groupby(word, is_unspaced)]
    return words


def terms_of(text: str, common: Set[str]) -> TextTerms:
    """Return the terms of a text, without the words in `common` and grammar written in hiragana."""
    stems: set[str] = set()
    pairs: set[str] = set()
    for word in words_of(text):
        if is_unspaced(word[0]):
            pairs.update(a + b for a, b in pairwise(word) if not (_HIRAGANA.match(a) and _HIRAGANA.match(b)))
        elif word not in common and (len(word) > 1 or word.isdigit()):
            stems.add(stem(word))
    return TextTerms(frozenset(stems), frozenset(pairs))


@lru_cache(_STEMS_KEPT)
def stem(word: str) -> str:
    """Return the common stem of a word's forms, case-folded, in English above all: "stop" for stopping, stops, stop."""
    word = _without_ending(_without_ending(word, _PLURALS), _FORMS)
    if len(word) > _MIN_STEM:
        word = word.removesuffix("e")
    word = _DOUBLED.sub(r"\1", word)
    if len(word) > _MIN_STEM and word.endswith("y"):
        word = word[:-1] + "i"
    return word[:_STEM]


def _without_ending(word: str, endings: Mapping[str, str]) -> str:
    for ending, instead in endings.items():
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= _MIN_STEM and not word.endswith(_NO_ENDINGS):
            return rest + instead if endings is _PLURALS or _VOWEL.search(rest) else word
    return word


def weigh(wanted: Set[str], held: Sequence[Set[str]]) -> dict[str, float]:
    """Return the weight of each wanted term, higher for a term in fewer texts; `held` are the terms of each text."""
    counts = dict.fromkeys(wanted, 0)
    for terms in held:
        for term in terms & wanted:
            counts[term] += 1
    return {term: math.log(1 + (len(held) + 1) / (count + 1)) for term, count in counts.items()}


def weight_of(terms: Set[str], weights: Mapping[str, float]) -> float:
    return sum(weights[term] for term in terms)

"""Reasons not to ask a model whether pages say a claim in other words.

They compare words and never meaning. A claim with such a reason may be true all the same; a person has to compare.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from app.documents.citations.alignment import numbers_in
from app.documents.citations.page_sentences import PageSentence
from app.language.languages import word_set

_CONDITIONS = word_set(
    "if unless only until till except provided otherwise"
    " wenn sofern falls nur erst bis außer soweit solange lediglich"
    " si sauf seulement uniquement jusque salvo solo sólo solamente hasta excepto"
    " se soltanto fino tranne eccetto"
)
_RESTATED = _CONDITIONS | word_set(
    "when where once after before without subject as nach vor ohne sobald bei"
    " lorsque après avant sans cuando después antes sin quando dopo prima senza"
)
"""The words with which a claim may state a page's condition in other words."""
_JAPANESE_CONDITIONS = re.compile(r"ただし|但し|場合|限[らりる]|ときは|のみ|だけ|除[かきくい]|以外|まで")
_JAPANESE_RESTATED = re.compile(
    r"ただし|但し|場合|限[らりる]|とき|のみ|だけ|除|以外|まで|なら(?!な)|れば|しか|前に|後に|以前|以後|うえで"
)
_WORD = re.compile(r"[^\W\d_]+")


def is_doubtful(claim: str, evidence: Sequence[PageSentence]) -> bool:
    """Return whether a claim has a number that the pages' sentences nearest to it have not, or the nearest one has a
    condition and the claim has none."""
    there = "\n".join(each.text for each in evidence)
    return not frozenset(numbers_in(claim)) <= frozenset(numbers_in(there)) or lacks_condition(claim, evidence[0].text)


def lacks_condition(claim: str, statement: str) -> bool:
    """Return whether a page's sentence has a condition, an exception or a limit, and the claim has none at all."""
    return _has(statement, _CONDITIONS, _JAPANESE_CONDITIONS) and not _has(claim, _RESTATED, _JAPANESE_RESTATED)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _has(text: str, words: frozenset[str], japanese: re.Pattern[str]) -> bool:
    folded = _folded(text)
    return not words.isdisjoint(_WORD.findall(folded)) or japanese.search("".join(folded.split())) is not None

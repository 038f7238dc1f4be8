"""The program's own tests of what an answer's sentence says, against the sentences of a page.

They compare words and never meaning: a sentence that passes them all may still say something else. One that fails any
is not taken for what the page says, whatever a model makes of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.documents.citations.attribution import Nearest, nearest_statement, without_brackets
from app.documents.citations.differences import Difference, differences, negates_the_same
from app.documents.text.sentences import Sentence, SentenceKind, sentences

MIN_SHARE = 0.3
"""The least share of a claim's weight that a page's sentence holds, to be about the same."""

RESTATED = 0.6
"""From this share on a page's sentence says the claim, or something else about it."""

_KANJI_DIGITS = "〇一二三四五六七八九十百千万"
_KANJI_NUMBER = re.compile(f"(?:第)?([{_KANJI_DIGITS}]+)(?=[^{_KANJI_DIGITS}般緒方致切貫律見旦瞬向身応種]|$)")
_FRACTIONS = re.compile(
    r"\b(?:half|halves|thirds?|quarters?|twice|thrice|double|triple|dozens?|hundreds|thousands|millions?|billions?)\b"
    r"|半分|半数|倍"
)
_DATES = re.compile(
    r"\b(?:january|february|march|april|june|july|august|september|october|november|december"
    r"|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?"
    r"|weekdays?|weekends?|spring|summer|autumn|winter)\b"
    r"|[月火水木金土日]曜|明治|大正|昭和|平成|令和|午前|午後|正午|深夜|春|夏|秋|冬"
)
_OPPOSITES = tuple(
    (re.compile(one), re.compile(other))
    for one, other in (
        (r"\bbefore\b|までに|より前|以前", r"\bafter\b|以後|以降|より後"),
        (r"\babove\b|\bover\b|\bexceed|以上|超え", r"\bbelow\b|\bunder\b|以下|未満"),
        (
            r"\bmaximum\b|\blargest\b|\bhighest\b|\blongest\b|最大|最高|最長",
            r"\bminimum\b|\bsmallest\b|\blowest\b|\bshortest\b|最小|最低|最短",
        ),
        (r"\binclud|含", r"\bexclud|\bexcept|除"),
        (r"\ballow|\bpermit|許可|許され", r"\bforbid|\bforbade|\bprohibit|\bban(?:s|ned)?\b|禁止|禁じ"),
        (
            r"\bincreas|\bris(?:e|es|en|ing)\b|\brose\b|増加|増え|上が",
            r"\bdecreas|\bfall(?:s|en|ing)?\b|\bfell\b|\breduc|減少|減る|減り|減っ|下が",
        ),
        (r"\baccept|\bapprov|\bgrant|承認|認め", r"\breject|\brefus|\bden(?:y|ies|ied)\b|拒|却下"),
        (r"\bopen|開", r"\bclos(?:e|es|ed|ing)\b|\bshut\b|閉"),
        (r"\bbegin|\bbegan\b|\bbegun\b|\bstart|始", r"\bend(?:s|ed|ing)?\b|\bfinish|\bexpir|終"),
        (r"\bwin|\bwon\b|\bgain|勝", r"\blos(?:e|es|t|ing)\b|負|敗"),
        (r"\bbought\b|\bbuy|買", r"\bsold\b|\bsell|売"),
        (r"\ball\b|\bevery\b|\balways\b|すべて|全て|常に", r"\bsome\b|\bsometimes\b|\bfew\b|一部|時々"),
    )
)
"""Words of which one turns a sentence into the opposite of the other; beginnings of words, in case-folded text."""

_KATAKANA = re.compile(r"[\u30a1-\u30fa][\u30a1-\u30fa\u30fc]+")
_KANJI = re.compile(r"[\u4e00-\u9fff]{2,}")
_NAME = re.compile(r"(?<![\w.])[A-Z][a-z]+(?:[A-Z][a-z]+)*|\b[A-Z]{2,}\b")

_SAYS_NOTHING = re.compile(
    r"\b(?:documents?|books?|pages?|texts?|excerpts?|passages?|contract|report|it)\b[^.]{0,60}"
    r"\b(?:do(?:es)? not|did not|don['’]t|doesn['’]t|never|nowhere|nothing|no)\b[^.]{0,40}"
    r"\b(?:say|says|mention|contain|state|specif\w+|provide|address|answer|information|details?|indicat\w+)\b"
    r"|\b(?:not|nothing|no information)\b[^.]{0,40}"
    r"\b(?:mentioned|stated|said|found|given|specified|provided|contained)\b[^.]{0,40}"
    r"\b(?:documents?|books?|pages?|texts?|excerpts?|passages?)\b"
    r"|(?:書かれて|記載されて|記載が|記述が|述べられて|言及されて|言及が|触れられて|書いて|見当たら|見つかり|述べて)"
    r"(?:い|あり)?(?:ない|ません|おりません|なかった)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Claim:
    """A sentence of an answer that states something: characters [start, end) of it. `text`: on one line, without page
    marks."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Tested:
    """What the tests found of a claim on a page. `statement`: the page's sentence that has most in common with it,
    empty where none has enough; `share`: how much of the claim's weight it holds, from 0 to 1."""

    statement: str
    share: float
    differences: frozenset[Difference]

    @property
    def is_about(self) -> bool:
        """Whether the page has a sentence about the same."""
        return bool(self.statement)

    @property
    def may_support(self) -> bool:
        return self.is_about and not self.differences

    @property
    def says_otherwise(self) -> bool:
        """Whether the page repeats the claim, but for what differs."""
        return self.is_about and bool(self.differences) and self.share >= RESTATED

    @property
    def score(self) -> float:
        """How far the tests alone speak for the claim, from -1 to 1; for comparisons only."""
        return self.share - bool(self.differences) if self.is_about else 0.0


def claims(answer: str) -> tuple[Claim, ...]:
    """The sentences of an answer that state something, in order; no heading, no question, and none that says what the
    documents do not say."""
    return tuple(_claims(answer))


def _claims(answer: str) -> Iterator[Claim]:
    at = 0
    for sentence in sentences(answer):
        start, end = _span(answer, sentence.text, at)
        if start < 0:
            continue
        at = end
        if sentence.kind is SentenceKind.QUESTION or _is_heading(sentence):
            continue
        text = " ".join(without_brackets(sentence.line).strip("*_# ").split())
        if states_something(text):
            yield Claim(start, end, text)


def _is_heading(sentence: Sentence) -> bool:
    """A short line without a full stop that names a page is the whole answer, and no heading."""
    marked = without_brackets(sentence.text) != sentence.text
    return sentence.kind is SentenceKind.HEADING and (sentence.text.startswith("#") or not marked)


def states_something(sentence: str) -> bool:
    words = re.findall(r"[^\W\d_]+", sentence)
    long_enough = len(words) >= 3 or (sum(map(len, words)) >= 8 and not sentence.isascii())
    return long_enough and not sentence.endswith((":", "：")) and _SAYS_NOTHING.search(sentence) is None


def _span(answer: str, sentence: str, at: int) -> tuple[int, int]:
    """Where a sentence is, whose lines are stripped; (-1, -1) for nowhere."""
    lines = sentence.split("\n")
    start = end = answer.find(lines[0], at)
    for line in lines:
        found = answer.find(line, end)
        if start < 0 or found < 0:
            return -1, -1
        end = found + len(line)
    return start, end


def examine(claim: str, page: str, nearest: Nearest | None = None) -> Tested:
    """Test a claim against the sentence of a page that is nearest to it. `nearest`: if that is known."""
    claim = without_brackets(claim)
    nearest = nearest or nearest_statement(claim, page)
    if nearest is None or nearest.share < MIN_SHARE:
        return Tested("", nearest.share if nearest else 0.0, frozenset())
    return Tested(nearest.statement, nearest.share, _found(claim, nearest.statement, nearest.also, page))


def _found(claim: str, statement: str, also: str, page: str) -> frozenset[Difference]:
    if _bare(claim) == _bare(statement):
        return frozenset()
    found = set(differences(claim, statement, also))
    said, source = _folded(claim), _folded(f"{statement}\n{also}")
    if _adds(_counts(said), [*_counts(source), *_digits(source)]) or _adds(
        _FRACTIONS.findall(said), _FRACTIONS.findall(source)
    ):
        found.add(Difference.NUMBER)
    if set(_DATES.findall(said)) - set(_DATES.findall(source)):
        found.add(Difference.DATE)
    if not negates_the_same(claim, statement) or _says_the_opposite(said, _folded(statement)):
        found.add(Difference.NEGATION)
    if _names_a_stranger(claim, page) or _changes_a_name(claim, statement):
        found.add(Difference.NAME)
    return frozenset(found)


def _says_the_opposite(said: str, source: str) -> bool:
    """Whether one has a word, and the other the opposite word alone."""
    return any(
        _has_only(said, one, other) and _has_only(source, other, one)
        for pair in _OPPOSITES
        for one, other in (pair, pair[::-1])
    )


def _has_only(text: str, one: re.Pattern[str], other: re.Pattern[str]) -> bool:
    return one.search(text) is not None and other.search(text) is None


def _counts(text: str) -> list[int]:
    """Japanese numbers, with any counter; one is a part of too many words."""
    return [value for written in _KANJI_NUMBER.findall(text) if (value := _value(written)) != 1]


def _digits(text: str) -> list[int]:
    return [int(each) for each in re.findall(r"\d+", text.replace(",", ""))]


def _value(written: str) -> int:
    total = section = current = 0
    for character in written:
        digit = _KANJI_DIGITS.index(character)
        if digit < 10:
            current = current * 10 + digit
        elif character == "万":
            total, section, current = total + (section + current or 1) * 10_000, 0, 0
        else:
            section, current = section + (current or 1) * 10 ** (digit - 9), 0
    return total + section + current


def _adds(said: Sequence[int] | Sequence[str], source: Sequence[int] | Sequence[str]) -> bool:
    return bool(Counter[object](said) - Counter[object](source))


def _names_a_stranger(claim: str, page: str) -> bool:
    """Whether it has a name that is nowhere on the page: a capitalised word inside the sentence, or katakana."""
    there = _folded(page)
    inner = (found for found in _NAME.finditer(claim) if not _begins(claim, found.start()))
    return any(
        _folded(name)[:5] not in there for name in (*(each.group() for each in inner), *_KATAKANA.findall(claim))
    )


def _begins(claim: str, at: int) -> bool:
    before = claim[:at].rstrip(" *_(“\"'‘„«")
    return not before or before[-1] in ".!?:;。！？"


def _changes_a_name(claim: str, statement: str) -> bool:
    """Whether a run of Chinese characters comes back with a few of them exchanged."""
    mine, theirs = set(_KANJI.findall(claim)), set(_KANJI.findall(statement))
    return any(
        len(own) == len(other) >= 3 and 0 < sum(a != b for a, b in zip(own, other, strict=True)) <= len(own) // 2
        for own in mine - theirs
        if own not in statement
        for other in theirs - mine
        if other not in claim
    )


def _bare(text: str) -> str:
    return " ".join(text.split()).rstrip(".!。！ ")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()

"""Lays two sentences beside each other, word by word: which words differ, and whether nothing but a value does."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from app.documents.citations.page_sentences import number_of
from app.language.dates import MONTH_NAMES
from app.language.languages import LANGUAGES, NEGATIONS, word_set
from app.language.numbers import kanji_value
from app.language.terms import is_unspaced

MIN_EQUAL_WORDS = 3
"""The number of words, or half the number of characters of a script without spaces, that two sentences must have in
common for one to say the other with another value."""

MIN_EQUAL_SHARE = 0.6
"""The least share of the claim's words that the page's sentence has in the same order."""

_KANJI = "〇一二三四五六七八九十百千万"
_WORD = re.compile(
    rf"\d+(?:[.,:/'’\u00a0\u202f]\d+)*|[{_KANJI}]+(?=[年月日時分秒週か箇ヶ条項号章節個人名件回歳割本台倍度円%メキトミ])"
    r"|[^\W\d_]+(?:['’\-][^\W\d_]+)*|[%‰°€$£¥]"
)
_THOUSANDS = re.compile(r"(?<=\d)[.,'’\u00a0\u202f](?=\d{3}(?!\d))")
_ARTICLES = word_set(
    "the a an der die das den dem des ein eine einen einem einer le la les un une el los las una il lo"
)
_NEGATING = NEGATIONS | frozenset(("do", "does", "did", "be", "ne", "n't"))
_TITLES = word_set("mr mrs ms miss dr prof professor herr herrn frau mme monsieur madame señor señora signor signora")
_JAPANESE_NAME_END = re.compile(r"氏|さん|様|先生|教授|博士|社長|部長|課長")
_JAPANESE_NEGATION = re.compile(r"ない|ません|なかっ|ず|禁")
_JAPANESE_DUTY = re.compile(r"(?:なければ|なくては|ねば)(?:なら|いけ)(?:ない|ません)|かもしれ(?:ない|ません)|少な")
_NUMBER_WORDS = {
    word: str(value)
    for language in LANGUAGES
    for value, word in (
        *enumerate(language.numbers, 2),
        *((10 * tens, word) for tens, word in enumerate(language.tens, 2)),
    )
}


class Difference(StrEnum):
    """The kind of words in which two sentences differ that are else the same."""

    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    NEGATION = "negation"


@dataclass(frozen=True)
class Word:
    """A word or a number of a text: characters [start, end) of it. `key` is equal for words that are the same, however
    they are written."""

    text: str
    start: int
    end: int
    key: str

    @property
    def is_number(self) -> bool:
        return self.key.startswith("#")


@dataclass(frozen=True)
class Differing:
    """The spans, in characters, of the words of two texts that are not in the other one."""

    said: tuple[tuple[int, int], ...]
    on_page: tuple[tuple[int, int], ...]


def aligned_words(text: str) -> list[Word]:
    """Return the words of a text, in order; in a script without spaces each character is one."""
    found: list[Word] = []
    for match in _WORD.finditer(text):
        word = match.group()
        if is_unspaced(word[0]) and not (len(word) > 1 and set(word) <= set(_KANJI)):
            found += [
                Word(sign, match.start() + at, match.start() + at + 1, _key(sign)) for at, sign in enumerate(word)
            ]
        else:
            found.append(Word(word, *match.span(), _key(word)))
    return found


def _key(word: str) -> str:
    folded = unicodedata.normalize("NFKC", word).casefold()
    if folded[0].isdigit():
        return f"#{number_of(_THOUSANDS.sub('', folded).replace(',', '.'))}"
    if len(folded) > 1 and set(folded) <= set(_KANJI):
        return f"#{kanji_value(folded)}"
    return f"#{_NUMBER_WORDS[folded]}" if folded in _NUMBER_WORDS else folded


def differing(said: str, on_page: str) -> Differing:
    """Return the words of each text that are not in the other one in the same order; those that stand together are one
    span."""
    mine, theirs = aligned_words(said), aligned_words(on_page)
    own: list[tuple[int, int]] = []
    other: list[tuple[int, int]] = []
    for tag, a, b, c, d in _opcodes(mine, theirs):
        if tag != "equal":
            own += [(mine[a].start, mine[b - 1].end)] if a < b else []
            other += [(theirs[c].start, theirs[d - 1].end)] if c < d else []
    return Differing(tuple(own), tuple(other))


def differs_in_a_value(claim: str, statement: str) -> frozenset[Difference]:
    """Return the kinds of values in which a claim differs from a page's sentence, if it is that sentence, or its
    beginning or end, in all other words; empty if it says that in other words, or says the same."""
    mine, theirs = aligned_words(claim), aligned_words(statement)
    if (ending := _negated_ending(claim, statement)) is not None:
        return ending
    codes = _opcodes(mine, theirs)
    equal = [code for code in codes if code[0] == "equal"]
    if not equal:
        return frozenset()
    weight = sum(_size(mine[a:b]) for _tag, a, b, _c, _d in equal)
    whole = _size(mine)
    if weight < MIN_EQUAL_WORDS or weight < MIN_EQUAL_SHARE * whole:
        return frozenset()
    kinds: set[Difference] = set()
    for number, (tag, a, b, c, d) in enumerate(codes):
        if tag == "equal":
            continue
        outside = number in (0, len(codes) - 1) and tag == "insert"  # the page's sentence begins earlier or ends later
        if outside and not _is_negation((), theirs[c:d]):
            continue
        kind = _kind(mine[a:b], theirs[c:d], claim, statement)
        if kind is None:
            return frozenset()
        kinds |= kind
    there = {token.key for token in theirs}
    changed = [mine[at] for tag, a, b, _c, _d in codes if tag == "replace" for at in range(a, b)]
    if any(token.is_number and token.key in there for token in changed):
        return frozenset()  # the page's sentence has that number too, and may say just this with it
    return frozenset(kinds)


def _opcodes(mine: Sequence[Word], theirs: Sequence[Word]) -> list[tuple[str, int, int, int, int]]:
    matcher = SequenceMatcher(None, [token.key for token in mine], [token.key for token in theirs], autojunk=False)
    return list(matcher.get_opcodes())


def _size(words: Sequence[Word]) -> float:
    return sum(1 / 2 if is_unspaced(word.text[0]) else 1.0 for word in words if word.key not in _ARTICLES)


def _kind(mine: Sequence[Word], theirs: Sequence[Word], claim: str, statement: str) -> frozenset[Difference] | None:
    """Return the kind of value that was exchanged; nothing for articles, None for words that are no value."""
    mine, theirs = _without_articles(mine), _without_articles(theirs)
    if not mine and not theirs:
        return frozenset()
    if _is_negation(mine, theirs):
        return frozenset((Difference.NEGATION,))
    if not mine or not theirs:
        return None
    both = (mine, theirs)
    if all(all(word.is_number or word.key in MONTH_NAMES for word in side) for side in both):
        dated = any(word.key in MONTH_NAMES for side in both for word in side)
        return frozenset((Difference.DATE if dated else Difference.NUMBER,))
    if _is_name(mine, claim) and _is_name(theirs, statement):
        return frozenset((Difference.NAME,))
    return None


def _without_articles(words: Sequence[Word]) -> tuple[Word, ...]:
    return tuple(word for word in words if word.key not in _ARTICLES)


def _is_negation(mine: Sequence[Word], theirs: Sequence[Word]) -> bool:
    """Return whether one of the two has a negation, with no more than an auxiliary beside it, and the other has
    none."""
    own, other = {word.key for word in mine}, {word.key for word in theirs}
    return own | other <= _NEGATING and bool(own & NEGATIONS) != bool(other & NEGATIONS)


def _is_name(words: Sequence[Word], text: str) -> bool:
    """Return whether the words are a person's name: after a title, or before a Japanese one."""
    first, last = words[0], words[-1]
    if all(map(is_unspaced, first.text)):
        return _JAPANESE_NAME_END.match(text, last.end) is not None
    if not all(word.text[:1].isupper() for word in words):
        return False
    before = re.findall(r"[^\W\d_]+", text[: first.start])[-1:]
    return bool(before) and before[0].casefold() in _TITLES


def _negated_ending(claim: str, statement: str) -> frozenset[Difference] | None:
    """Return the difference of two Japanese sentences that are the same up to their ends, where Japanese negates; None
    if they are not."""
    mine, theirs = (text.rstrip(" 。.") for text in (claim, statement))
    same = 0
    while same < min(len(mine), len(theirs)) and mine[same] == theirs[same]:
        same += 1
    ends = mine[same:], theirs[same:]
    if same < 2 * MIN_EQUAL_WORDS or not is_unspaced(mine[same - 1]) or max(map(len, ends)) > 6:
        return None
    negated = [bool(_JAPANESE_NEGATION.search(_JAPANESE_DUTY.sub("", end))) for end in ends]
    return frozenset((Difference.NEGATION,)) if negated[0] != negated[1] else None


def numbers_in(text: str) -> Iterator[str]:
    """Return the numbers of a text, in the form in which `aligned_words` compares them."""
    return (token.key for token in aligned_words(text) if token.is_number)

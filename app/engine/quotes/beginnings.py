"""Finds every place of the books' text at which a quotation may begin, in whole arrays.

`QuotableText.begins_word` is the rule, and takes some microseconds for each place. Here the plain cases, which are
nearly all, are decided for millions of bytes at once; `tests/engine/quotes/test_index.py` holds both together.
"""

from __future__ import annotations

import functools
import string
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.engine.quotes.characters import continues, is_unspaced

Bytes = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.uint16]
Mask = npt.NDArray[np.bool_]
Offsets = npt.NDArray[np.int32]

_CHUNK = 1 << 22
_BEFORE, _AFTER = 128, 4
"""Bytes beside a chunk that its edges are judged by."""
_CONTEXT = 24
"""Characters that the rule may look at before a place."""
_UNKNOWN = 0xFFFF
"""A noncharacter, for those beyond the basic plane."""

_NEVER_FIRST = '\x00 ".,;:!?)]}%^/°。、，．！？：；）］】〕»›…'
_SIGNS = "'()*+-<=>@[\\_`{|}~#$&"
"""The other ASCII characters that a quotation may begin with, where no word goes on."""
_MARKS = "'*_`"
"""Quotation marks and emphasis: behind them it counts what is before them."""
_BETWEEN_WORDS = "!#$%&()+,./:;<=>?@\\]|}~{"
"""A letter or a sign behind one of these begins something."""
_BETWEEN_NUMBERS = "(=$#&|;!?)<>~@"
_IN_NUMBERS = ".,:/"
_BEFORE_DASHES = " -" + _BETWEEN_WORDS
_ENDS_CLAUSE = "、。，．！？：；（）「」"
_NOT_WORDS = "・゠"
"""Characters among kana that are in no word."""


@dataclass(frozen=True)
class _Kinds:
    """For each character of the basic plane, whether it is one of some kind."""

    letter: Mask  # of a script with spaces
    unspaced: Mask  # a letter of one without
    mark: Mask  # it belongs to the character before it
    word: Mask  # part of a word that a letter behind it goes on with
    plain: Mask  # kana and ideographs, between which any place is a word's edge


@functools.cache
def _kinds() -> _Kinds:
    letter, unspaced, mark, word = (np.zeros(1 << 16, bool) for _ in range(4))
    for code in range(1 << 16):
        character = chr(code)
        category = unicodedata.category(character)[0]
        if category == "L" and unicodedata.is_normalized("NFKC", character):
            (unspaced if is_unspaced(character) else letter)[code] = True
        if category == "M" and not 0xFE00 <= code <= 0xFE0F:  # those are invisible
            word[code] = not is_unspaced(character)
        mark[code] = continues(character)
    digits = _of(string.digits)
    plain = np.zeros(1 << 16, bool)
    for first, last in ((0x3041, 0x3096), (0x309D, 0x30FF), (0x3400, 0x9FFF)):
        plain[first : last + 1] = True
    return _Kinds(letter & ~mark, unspaced & ~mark, mark, word | letter | digits, plain)


def _of(characters: Iterable[str]) -> Mask:
    table = np.zeros(1 << 16, bool)
    table[[ord(character) for character in characters]] = True
    return table


@dataclass(frozen=True)
class Apostrophes:
    """The characters that an apostrophe of the folded text may be in the text itself: an acute accent, which the rule
    takes for part of a word; the end of a quotation, anywhere or behind a blank, with which none begins."""

    acute: bool = True
    end: bool = True
    end_behind_blank: bool = True


def word_beginnings(
    folded: bytes, judge: Callable[[list[int]], Iterable[bool]], apostrophes: Apostrophes, chunk_bytes: int = _CHUNK
) -> Offsets:
    """Return the offsets in `folded`, ascending, at which a quotation may begin; `judge` says it of those that are not
    plain.

    So many bytes are looked at together.
    """
    text = np.frombuffer(bytes(_BEFORE) + folded + bytes(_AFTER), np.uint8)
    found = [np.zeros(0, np.int32)]
    for start in range(0, len(folded), chunk_bytes):
        chunk = text[start : start + _BEFORE + chunk_bytes + _AFTER]
        places = _places(chunk, min(chunk_bytes, len(folded) - start))
        begins, never = _judged(places, apostrophes)
        at = places.at + (start - _BEFORE)
        unclear = np.flatnonzero(~begins & ~never)
        begins[unclear] = np.fromiter(judge(at[unclear].tolist()), bool, len(unclear))
        found.append(at[begins].astype(np.int32))
    return np.concatenate(found)


@dataclass(frozen=True)
class _Places:
    """Places of a chunk that may be beginnings: the character there, the one before it, and the bytes before that."""

    at: npt.NDArray[np.intp]
    first: Codes
    before: Codes
    second: Bytes
    third: Bytes
    in_power: Mask  # perhaps; or the text is not what it seems
    in_note: Mask  # perhaps


def _places(chunk: Bytes, size: int) -> _Places:
    """Find the places that may be beginnings among the `size` bytes of a chunk from `_BEFORE` on."""
    inner, before = chunk[_BEFORE : _BEFORE + size], chunk[_BEFORE - 1 : _BEFORE - 1 + size]
    alnum = _of(string.ascii_letters + string.digits)[:256]
    never = _of(_NEVER_FIRST)[:256]
    never[0x80:] = False  # of whole characters
    never[0x80:0xC0] = True
    at = np.flatnonzero(~never[inner] & ~(alnum[inner] & alnum[before])) + _BEFORE
    is_zero, is_note = chunk == 0, chunk == 0x5B
    is_odd = (chunk == 0x7B) | is_zero
    is_odd[1:] &= (chunk[:-1] == 0x5E) | (chunk[:-1] == 0x5F) | is_zero[:-1]
    far = np.where(_distance(chunk >= 0x80, at) > _CONTEXT, _CONTEXT, 4 * _CONTEXT)
    first, previous = chunk[at].astype(np.uint16), chunk[at - 1].astype(np.uint16)
    wide = np.flatnonzero(first >= 0x80)
    first[wide] = _characters(chunk, at[wide])
    wide = np.flatnonzero(previous >= 0x80)
    behind = at[wide]
    long = (chunk[behind - 2] & 0xC0) == 0x80
    previous[wide] = _characters(chunk, behind - 2 - long)
    return _Places(
        at, first, previous, chunk[at - 2], chunk[at - 3], _distance(is_odd, at) <= far, _distance(is_note, at) <= far
    )


def _distance(kind: Mask, at: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return how many bytes back from each place the last one of a kind is."""
    where = np.flatnonzero(kind)
    return at - np.concatenate(([-5 * _CONTEXT], where))[np.searchsorted(where, at)]


def _characters(chunk: Bytes, at: npt.NDArray[np.intp]) -> Codes:
    """Return the code of each character of two or three bytes that begins at `at`; `_UNKNOWN` for all others."""
    lead, middle, last = (chunk[at + step].astype(np.uint16) for step in range(3))
    code = np.full(len(at), _UNKNOWN, np.uint16)
    two, three = lead >> 5 == 0b110, lead >> 4 == 0b1110
    code[two] = ((lead & 0x1F) << 6 | (middle & 0x3F))[two]
    code[three] = ((lead & 0x0F) << 12 | (middle & 0x3F) << 6 | (last & 0x3F))[three]
    return code


def _judged(places: _Places, apostrophes: Apostrophes) -> tuple[Mask, Mask]:
    """Return two masks over the places: where something begins, and where nothing ever does; anything else is not
    plain."""
    kinds, first, before = _kinds(), places.first, places.before
    second, third = places.second.astype(np.uint16), places.third
    digits, alnum = _of(string.digits), _of(string.ascii_letters + string.digits)
    letters, is_digit, signs = kinds.letter[first], digits[first], _of(_SIGNS)[first]
    unspaced = kinds.unspaced[first] & ~_of(_NOT_WORDS)[first]
    apostrophe = first == 0x27

    never = kinds.mark[first] | _of(_NEVER_FIRST)[first]
    never |= (letters | is_digit | signs) & kinds.word[before]
    never |= is_digit & _of(_IN_NUMBERS)[before] & digits[second]
    never |= (letters | is_digit | signs) & _of(_MARKS)[before] & alnum[second]

    spaced = (before == 0x20) & (second < 0x80)
    begins = spaced & letters & (first < 0x80)
    spaced &= second != 0
    if apostrophes.acute:
        signs &= ~apostrophe
    if apostrophes.end_behind_blank:
        spaced &= ~apostrophe
    parted = spaced & (letters | signs | (is_digit & ~digits[second]))
    if apostrophes.end:
        signs &= ~apostrophe
    marks = _of(_MARKS.replace("'", "") if apostrophes.acute else _MARKS)
    opened = _of(_BETWEEN_WORDS)[second] | ((second == 0x20) & (third < 0x80))
    behind = _of(_BETWEEN_WORDS)[before] | (marks[before] & opened)
    behind |= (before == 0x2D) & (signs | _of(_BEFORE_DASHES)[second])
    parted |= (letters | signs) & behind
    parted |= is_digit & _of(_BETWEEN_NUMBERS)[before]
    parted |= unspaced & (kinds.word[before] | kinds.unspaced[before] | _of(_ENDS_CLAUSE)[before])
    in_note = places.in_note & (is_digit | (first == 0x2D) | (before == 0x5B))
    begins |= parted & ~places.in_power & ~in_note & (before != 0x5E)
    begins |= kinds.plain[first] & kinds.plain[before]
    begins |= (before == 0) & (letters | is_digit | unspaced)
    return begins & ~never, never

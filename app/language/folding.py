"""Text made comparable for searching: width, case and line breaks do not count."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise, zip_longest

HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HANGUL = "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3"
HIRAGANA = "\u3041-\u3096\u309d-\u309f"
LONG_VOWEL = "\u30fc"  # belongs to the kana before it, of either kind
KATAKANA = "\u30a1-\u30fa\u30fd-\u30ff\u31f0-\u31ff"
OTHER = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3105-\u312f"  # Thai, Lao, Burmese, Khmer; Bopomofo
UNSPACED = HAN + HANGUL + HIRAGANA + LONG_VOWEL + KATAKANA + OTHER
"""Scripts that are searched by their characters: written without spaces, or, Korean, with endings on every word."""

_LINE_BREAK = "\u00ad?(?:[-\u2010]?\n\\s*)?"
_COMPOSING = "\u0300-\u036f\u1160-\u11ff\u3099\u309a\uff9e\uff9f"
_CLUSTER = re.compile(rf"\s+|\S[{_COMPOSING}]*")
"""A run of white space, or a character with what composes with it."""


def fold(text: str) -> str:
    """Return a text in NFKC (so that a ligature or a full-width letter is found), case folded, every run of white space
    one space."""
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split())


def sorting_key(text: str) -> tuple[tuple[bool, int, str], ...]:
    """Return a key that sorts texts as people do: whatever their case, and numbers by their values."""
    parts = re.split(r"([0-9]+)", fold(text))
    digits = [part.lstrip("0") for part in parts]
    return tuple(
        (not part.isdecimal(), len(number), number) if part.isdecimal() else (True, 0, part)
        for part, number in zip(parts, digits, strict=True)
        if part
    )


def contains(text: str, folded_needle: str) -> bool:
    """Return whether `text` contains a text that `fold` returned."""
    return folded_needle in fold(text)


def count_places(text: str, folded_needle: str) -> int:
    """Return how often `text` contains a text that `fold` returned, without overlapping."""
    return fold(text).count(folded_needle)


def places(text: str, folded_needle: str) -> tuple[tuple[int, int], ...]:
    """Return the ranges of `text` where a text that `fold` returned is found: as many as `count_places` counts."""
    if not folded_needle:
        return ()
    plain = text.casefold()
    if len(plain) == len(text) and unicodedata.is_normalized("NFKC", text) and not re.search(f"[{_COMPOSING}]", text):
        words = map(re.escape, folded_needle.split(" "))
        return tuple(match.span() for match in re.finditer(r"\s+".join(words), plain))
    folded: list[str] = []
    origins: list[tuple[int, int]] = []  # of each folded character
    for match in _CLUSTER.finditer(text):
        if match.group().isspace():
            piece = " " if folded else ""
        else:
            piece = unicodedata.normalize("NFKC", match.group()).casefold()
        for character in piece:
            if character != " " or (folded and folded[-1] != " "):
                folded.append(character)
                origins.append(match.span())
    joined = "".join(folded)
    found = []
    at = joined.find(folded_needle)
    while at >= 0:
        end = at + len(folded_needle)
        found.append((origins[at][0], origins[end - 1][1]))
        at = joined.find(folded_needle, end)
    return tuple(found)


def phrase_pattern(folded: str) -> re.Pattern[str]:
    """Return the pattern that finds a phrase that `fold` returned, as `fold` writes texts or as they are, wherever
    lines break in it: also within a word, with a hyphen or a soft one, and between characters of scripts without
    spaces."""
    joints = []
    for before, after in pairwise(folded):
        unspaced = re.match(f"[{UNSPACED}]{{2}}", before + after)
        joints.append("" if " " in (before, after) else r"\s*" if unspaced else _LINE_BREAK)
    signs = (r"\s+" if sign == " " else re.escape(sign) for sign in folded)
    return re.compile("".join(map("".join, zip_longest(signs, joints, fillvalue=""))), re.IGNORECASE)


def holds(text: str, pattern: re.Pattern[str]) -> bool:
    """Return whether a pattern made by `phrase_pattern` matches a text; width does not count either."""
    return pattern.search(text if text.isascii() else unicodedata.normalize("NFKC", text)) is not None


def storable(text: str) -> str:
    """Return `text` without lone surrogates (a command line's undecodable bytes), which the database could not hold."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

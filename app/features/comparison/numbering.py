"""The numbers of clauses, items and headings: how they are recognised, and which are in a series."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

_NAMED = r"(?:Article|Section|Clause|Schedule|Annex|Appendix|Chapter|Part|Exhibit|Artikel|Anlage|Art\.|§{1,2}|No\.)"
_DIGITS = "0-9０-９一二三四五六七八九十"
_MARK = re.compile(
    rf"""(?:\#{{1,6}}\s+)?(?:
      (?P<named>{_NAMED}\s?(?:\d{{1,4}}(?:\.\d{{1,3}})*|[IVXLC]{{1,6}}|[A-Z])(?=[\s.:)\u2013\u2014-]|$)[.:)]?)
    | (?P<counter>第\s?[{_DIGITS}百]{{1,6}}\s?[条章節項号款編部](?:の[{_DIGITS}]{{1,3}})?)
    | (?P<plain>\(?(?:\d{{1,3}}|[a-zA-Z]|[ivxlc]{{1,6}}|[IVXLC]{{1,6}})[.)](?=\s|$)
        |\d{{1,3}}(?:\.\d{{1,3}}){{1,4}}(?:\.(?=\s)|(?=\s+[^\W\d_a-z])))
    | (?P<wide>[（(][{_DIGITS}]{{1,3}}[)）]|[①-⑳]|[０-９]{{1,2}}(?=[\s　．.]))
    )\s*""",
    re.VERBOSE,
)
_PART = re.compile(r"[0-9]+|[A-Za-z]+|[一二三四五六七八九十百]+")
_BARE = re.compile(r"\d{1,3}\s+(?=[^\W\d_])")
_BULLET = re.compile(r"(?:\#{1,6}|[-*+•‣◦▪●○■□➢✓–—·])\s+|・\s*")
_KANJI = {sign: number for number, sign in enumerate("〇一二三四五六七八九")}
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


@dataclass
class Mark:
    """The number before a paragraph, without white space around it; empty for a bullet. `end` counts the characters of
    the line that it takes. `in_series` tells that it is the first of its series, or follows the one before it in the
    book."""

    text: str
    end: int
    in_series: bool = False


def mark_of(line: str, *, titled: bool) -> Mark | None:
    """Return the number or bullet that the line begins with, if anything follows it; else None. `titled` tells that the
    line is in the outline, where a number without a full stop is one too."""
    found = _BULLET.match(line)
    at = found.end() if found else 0
    inner = _MARK.match(line, at) or (_BARE.match(line, at) if titled else None)
    if inner is not None and inner.end() < len(line):
        return Mark(inner.group().lstrip("# ").strip(), inner.end())
    return Mark("", found.end()) if found and found.end() < len(line) else None


def settle(marks: Iterable[Mark]) -> None:
    """Find out which of the marks of a book, in their order, are in a series.

    A date at the beginning of a paragraph (`1. April`) looks like a number, and what becomes of it must not be taken
    for renumbering.
    """
    last: dict[str, int] = {}
    for mark in marks:
        for style, number in _readings(mark.text):
            if number == 1 or last.get(style) == number - 1:
                mark.in_series = True
            last[style] = number


def _readings(mark: str) -> list[tuple[str, int]]:
    """Return the series that a mark can belong to, with its number there: `i` is a letter and a Roman number."""
    text = unicodedata.normalize("NFKC", mark)
    parts = list(_PART.finditer(text))
    if not parts:
        return []
    found = parts[-1]
    digits, style = found.group(), f"{text[: found.start()]}#{text[found.end() :]}"
    if digits.isdigit():
        return [(style, int(digits))]
    if not digits.isascii():
        return [(style, _kanji(digits))]
    readings = [(f"{style} a", ord(digits.lower()) - ord("a") + 1)] if len(digits) == 1 else []
    if all(letter in _ROMAN for letter in digits.lower()):
        readings.append((f"{style} i", _roman(digits.lower())))
    return readings


def _kanji(digits: str) -> int:
    """Return the value of a Japanese number: 23 for `二十三`."""
    total = unit = 0
    for sign in digits:
        if sign in "十百":
            total += max(unit, 1) * (10 if sign == "十" else 100)
            unit = 0
        else:
            unit = _KANJI[sign]
    return total + unit


def _roman(letters: str) -> int:
    values = [_ROMAN[letter] for letter in letters]
    return sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))

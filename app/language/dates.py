"""Finds the dates of a text, however they are written, as 2031-03-31, or 2031-03 where no day is named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from app.language.numbers import kanji_value

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner janvier enero gennaio",
            "february feb februar février febrero febbraio",
            "march mar märz maerz mrz mars marzo",
            "april apr avril abril aprile",
            "may mai mayo maggio",
            "june jun juni juin junio giugno",
            "july jul juli juillet julio luglio",
            "august aug août agosto",
            "september sep sept septembre septiembre settembre",
            "october oct oktober okt octobre octubre ottobre",
            "november nov novembre noviembre",
            "december dec dezember dez décembre diciembre dicembre",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
MONTH_NAMES = frozenset(_MONTHS)
"""Names of months in all languages, case-folded."""
_ERAS = {
    "明治": 1867,
    "大正": 1911,
    "昭和": 1925,
    "平成": 1988,
    "令和": 2018,
    "m": 1867,
    "t": 1911,
    "s": 1925,
    "h": 1988,
    "r": 2018,
}
"""The number that is added to a year of an era to give the year of our calendar."""

_KANJI = re.compile(r"[〇一二三四五六七八九十百千]+(?=[年月日])")
_YEAR_FIRST = re.compile(r"(?<!\d)([12]\d{3})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_YEAR_LAST = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.]([12]\d{3})(?!\d)")
_DAY_MONTH = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|º|er|\.)?(?:\s+day)?(?:\s+(?:of|de))?\s+({_MONTH})\b\.?,?(?:\s+(?:de|del))?"
    r"\s+([12]\d{3})(?!\d)"
)
_MONTH_DAY = re.compile(rf"\b({_MONTH})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+([12]\d{{3}})(?!\d)")
_MONTH_YEAR = re.compile(rf"\b({_MONTH})\.?,?\s+(?:of\s+|de\s+)?([12]\d{{3}})(?!\d)")
_JAPANESE = re.compile(
    r"(明治|大正|昭和|平成|令和|(?<![a-z])[mtshr](?=\d))?\s*(\d{1,4}|元)\s*年\s*(\d{1,2})\s*月(?:\s*(\d{1,2})\s*日)?"
)
_ERA_SHORT = re.compile(r"(?<![a-z])([mtshr])(\d{1,2})\.(\d{1,2})\.(\d{1,2})(?!\d)")


def dates_of(text: str) -> tuple[str, ...]:
    """Return all dates of the text, in order. 3/4/2031, which may be in March or in April, gives both."""
    found = sorted(dict.fromkeys(_found(plain(text))), key=lambda each: each[0][0])
    written = [day for _span, day in found]
    return tuple(day for day in written if len(day) > len("2031-03") or not _is_part(day, written))


def plain(text: str) -> str:
    """Return the text in NFKC, case-folded, with the numbers of its dates in digits."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return _KANJI.sub(lambda match: str(kanji_value(match.group())), text)


def date_spans(plain_text: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """Return where the dates of a text made by `plain` are, in order: the characters of each, and all that it may
    mean."""
    spans: dict[tuple[int, int], list[str]] = {}
    for span, day in sorted(_found(plain_text), key=lambda each: (each[0][0], -each[0][1])):
        inside = next((known for known in spans if known[0] <= span[0] and span[1] <= known[1]), None)
        if inside is None or inside == span:
            spans.setdefault(span, []).append(day)
    return [(begin, end, tuple(dict.fromkeys(days))) for (begin, end), days in spans.items()]


def _is_part(month: str, days: list[str]) -> bool:
    """Return whether a month is only a part of a date with a day that was read from the same words."""
    return any(day != month and day.startswith(month) for day in days)


def _found(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    for match in _YEAR_FIRST.finditer(text):
        yield from _day(match, match[1], match[2], match[3])
    for match in _YEAR_LAST.finditer(text):
        yield from _day(match, match[3], match[2], match[1])
        yield from _day(match, match[3], match[1], match[2])
    for match in _DAY_MONTH.finditer(text):
        yield from _day(match, match[3], _MONTHS[match[2]], match[1])
    for match in _MONTH_DAY.finditer(text):
        yield from _day(match, match[3], _MONTHS[match[1]], match[2])
    for match in _MONTH_YEAR.finditer(text):
        yield match.span(), f"{match[2]}-{_MONTHS[match[1]]:02}"
    for match in _JAPANESE.finditer(text):
        year = (1 if match[2] == "元" else int(match[2])) + _ERAS.get(match[1] or "", 0)
        if match[4]:
            yield from _day(match, year, match[3], match[4])
        elif 1 <= int(match[3]) <= 12:
            yield match.span(), f"{year:04}-{int(match[3]):02}"
    for match in _ERA_SHORT.finditer(text):
        yield from _day(match, _ERAS[match[1]] + int(match[2]), match[3], match[4])


def _day(
    match: re.Match[str], year: str | int, month: str | int, day: str | int
) -> Iterator[tuple[tuple[int, int], str]]:
    try:
        yield match.span(), date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return  # no such day

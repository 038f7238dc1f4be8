"""Finds the dates of a text, in all ways in which English, German, French, Spanish, Italian and Japanese write them.

Relative ones ("the following day", 同年5月) and those without a year are reckoned from the date before them. Neither
python-dateutil, which reads a whole string, nor dateparser, which takes common words for dates, knows Japanese eras.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from app.core.dates import DateSpan, PartialDate
from app.language.languages import LANGUAGES
from app.language.terms import is_unspaced

_MONTH_NAMES = (
    "january januar jänner janvier enero gennaio jan janv ene gen",
    "february februar februario février febrero febbraio feb febr févr",
    "march märz mars marzo mar mrz mär",
    "april avril abril aprile apr avr abr",
    "may mai mayo maggio mag",
    "june juni juin junio giugno jun giu",
    "july juli juillet julio luglio jul juil lug",
    "august août agosto aug ago",
    "september septembre septiembre setiembre settembre sep sept set",
    "october oktober octobre octubre ottobre oct okt ott",
    "november novembre noviembre nov",
    "december dezember décembre diciembre dicembre dec dez déc dic",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
"""The year before the first one of each."""
_ERA_LETTERS = dict(zip("MTSHR", _ERAS.values(), strict=True))
_KANJI = {digit: value for value, digit in enumerate("〇一二三四五六七八九")}
_PLAIN = str.maketrans({**{chr(0xFF10 + n): str(n) for n in range(10)}, "／": "/", "．": ".", "－": "-"})
"""One character for one, so that places stay."""

_MONTH = f"(?:{'|'.join(sorted(_MONTHS, key=len, reverse=True))})"
_NUMBER = r"(?:\d{1,2}|[〇一二三四五六七八九十]{1,3})"
_TO = r"(?:–|—|-|〜|～|to|until|till|through|and|bis|und|au|à|et|al|hasta|y|e|から|より)"
_YEAR = r"\d{4}(?![\d%])"
_PIVOT = 70
"""A year of two digits from here on is of the twentieth century."""
_EARLIEST, _LATEST = 1500, 2199
"""The earliest and the latest number that is taken for a year without a month beside it."""

_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "erstes": 1, "zweites": 2, "drittes": 3, "viertes": 4}
_UNITS = {"day": "days", "tag": "days", "week": "weeks", "woche": "weeks", "month": "months", "monat": "months"}
_COUNTS = {
    word: number for language in LANGUAGES[:2] for number, word in enumerate(language.numbers, 2)
} | dict.fromkeys(("a", "an", "one", "ein", "eine", "einen", "einem", "einer"), 1)


@dataclass(frozen=True)
class WrittenDate:
    """Characters [start, end) of a text, and the day or the days that they name. If `is_reckoned`, the date before it
    is needed to know that, since they alone do not say it."""

    start: int
    end: int
    span: DateSpan
    is_reckoned: bool = False


@dataclass(frozen=True)
class DateReader:
    """Reads the dates in texts. `day_first` says what 3/4/2024 means; None means that it is not known, and such a date
    says its year alone."""

    day_first: bool | None = None

    def read(self, text: str, before: PartialDate | None = None) -> tuple[WrittenDate, ...]:
        """Return the dates of a text, in order. `before` is the last whole date before the text, if there is one."""
        if not may_have_dates(text):
            return ()
        plain = text.translate(_PLAIN)
        found: list[WrittenDate] = []
        for draft in _joined(plain, _drafts(plain, self.day_first)):
            span = draft.resolve(before)
            if span is None:
                continue
            found.append(WrittenDate(draft.start, draft.end, span, draft.is_relative))
            before = span.last or span.first
        return tuple(found)


def may_have_dates(text: str) -> bool:
    """Return whether a text is worth searching for dates: most texts have neither a number nor a word such as day."""
    return _MAY.search(text) is not None


def day_comes_first(texts: Iterable[str]) -> bool | None:
    """Return whether dates of a document that are written with numbers alone have the day before the month; None if
    none of them says it, or they differ."""
    firsts = set[bool]()
    for text in texts:
        for match in _NUMERIC.finditer(text.translate(_PLAIN)):
            one, other = int(match[1]), int(match[3])
            if one > 12 >= other or other > 12 >= one:
                firsts.add(one > 12)
    return firsts.pop() if len(firsts) == 1 else None


# ---- what is written, before it is known which day it is


_Reckon: TypeAlias = Callable[[PartialDate], PartialDate | None]


@dataclass(frozen=True)
class _Draft:
    """A date that is being put together. `year` is None if nothing names it. `relative` makes a day of the one before
    it."""

    start: int
    end: int
    year: int | None = None
    month: int = 0
    day: int = 0
    last: PartialDate | None = None  # its year is 0 where it is that of the beginning
    relative: _Reckon | None = None

    @property
    def is_relative(self) -> bool:
        return self.year is None

    def resolve(self, before: PartialDate | None) -> DateSpan | None:
        if self.relative is not None:
            moved = self.relative(before) if before is not None else None
            return DateSpan(moved) if moved is not None else None
        year = self.year if self.year is not None else before.year if before is not None else 0
        first = PartialDate.of(year, self.month, self.day)
        last = self.last
        if first is not None and last is not None:
            last = PartialDate.of(last.year or first.year, last.month, last.day)
        if first is None or (self.last is not None and last is None):
            return None
        return DateSpan(first, last if last is not None and last > first else None)


_Make: TypeAlias = Callable[[re.Match[str]], "_Draft | None"]


def _drafts(text: str, day_first: bool | None) -> list[_Draft]:
    """Return the dates that each written form finds; where two overlap, the one that begins first, or else the longer
    one."""
    numeric: _Make = partial(_numeric, day_first)
    forms: tuple[tuple[re.Pattern[str], _Make], ...] = (*_FORMS, (_NUMERIC, numeric))
    found = [draft for pattern, make in forms for match in pattern.finditer(text) if (draft := make(match)) is not None]
    found.sort(key=lambda draft: (draft.start, -draft.end))
    kept: list[_Draft] = []
    for draft in found:
        if not kept or draft.start >= kept[-1].end:
            kept.append(draft)
    return kept


def _joined(text: str, drafts: Sequence[_Draft]) -> list[_Draft]:
    """Join two dates with "to" between them into one span; the first takes the year of the second if it has none."""
    joined: list[_Draft] = []
    for draft in drafts:
        before = joined[-1] if joined else None
        if before is not None and _is_span(text[before.end : draft.start], before, draft):
            last = PartialDate(draft.year or 0, draft.month, draft.day)
            year = before.year if before.year is not None else draft.year
            joined[-1] = replace(before, end=draft.end, year=year, last=last)
        else:
            joined.append(draft)
    return joined


_BETWEEN = re.compile(rf"\s*(?:{_TO})\s*", re.IGNORECASE)
_NO_SPANS = re.compile(r"\s*(?:and|und|et|y|e|à)\s*", re.IGNORECASE)


def _is_span(between: str, first: _Draft, second: _Draft) -> bool:
    if first.relative or second.relative or first.last or second.last or not _BETWEEN.fullmatch(between):
        return False
    return not _NO_SPANS.fullmatch(between) and bool(first.month) == bool(second.month)


def _of_names(match: re.Match[str], day: str, month: str, year: str) -> _Draft | None:
    """Return the date that the groups of these names make; a group `until` may have the last day or month of a span."""
    groups = match.groupdict()
    name, named_year = groups[month] or "", groups.get(year)
    if len(name) < 4 and name.islower():
        return None  # "set", "may": a word like others
    number, written = _MONTHS.get(name.casefold(), 0), int(named_year) if named_year else None
    first, until = int(groups[day]) if groups.get(day) else 0, groups.get("until")
    if written is None and not (first and (name[0].isupper() or len(name) > 4)):
        return None
    last = None
    if until and until.isdigit():
        last = PartialDate(written or 0, number, int(until))
    elif until:
        last, number = PartialDate(written or 0, number), _MONTHS.get(until.casefold(), 0)
    return _Draft(*match.span(), written, number, first, last)


def _day_month(match: re.Match[str]) -> _Draft | None:
    return _of_names(match, "day", "month", "year")


def _iso(match: re.Match[str]) -> _Draft | None:
    year, _sign, month, day = match.groups()
    if not day and (len(month) < 2 or not 1 <= int(month) <= 12):
        return None
    return _checked(match, int(year), int(month), int(day or 0))


def _numeric(day_first: bool | None, match: re.Match[str]) -> _Draft | None:
    one, sign, other, year = int(match[1]), match[2], int(match[3]), match[4]
    if len(year) == 2:
        if len(match[1]) + len(match[3]) < 4:
            return None  # 1.2.24 may be a section
        year = f"{'19' if int(year) >= _PIVOT else '20'}{year}"
    if sign == "." or max(one, other) > 12:
        day_first = sign == "." or one > 12
    if day_first is None and one != other:
        return _checked(match, int(year), 0, 0)
    day, month = (one, other) if day_first else (other, one)
    return _checked(match, int(year), month, day)


def _year_alone(match: re.Match[str]) -> _Draft | None:
    first, last = int(match[1]), int(match[2]) if match[2] else None
    if not _EARLIEST <= first <= _LATEST or (last is not None and not first < last <= _LATEST):
        return None
    start = match.start(1)
    return _Draft(start, match.end(), first, last=PartialDate(last) if last is not None else None)


def _quarter(match: re.Match[str]) -> _Draft | None:
    number = int(match[1] or _QUARTERS.get(match[3].casefold(), 0))
    year = int(match[2] or match[4])
    return _Draft(*match.span(), year, number * 3 - 2, last=PartialDate(year, number * 3)) if number else None


def _japanese(match: re.Match[str]) -> _Draft | None:
    era, of_era, year, month, day = match.groups()
    number = _ERAS[era] + _count(of_era) if era else _count(year)
    return _checked(match, number, _count(month), _count(day))


def _era_letter(match: re.Match[str]) -> _Draft | None:
    if not any(map(is_unspaced, match.string)):
        return None  # H1.2.3 is a name of something elsewhere
    letter, year, month, day = match.groups()
    return _checked(match, _ERA_LETTERS[letter] + int(year), int(month), int(day))


def _same(match: re.Match[str]) -> _Draft | None:
    """Return a date such as 同年5月1日, 翌月3日 or 翌日, which is reckoned from the date before it."""
    sign, unit, rest_month, rest_day = match.groups()
    step = {"同": 0, "翌": 1, "前": -1}[sign]
    month, day = _count(rest_month), _count(rest_day)

    def reckon(before: PartialDate) -> PartialDate | None:
        if unit == "日":
            return before.moved(days=step) if step else before if before.is_whole else None
        if unit == "月":
            moved = PartialDate(before.year, before.month).moved(months=step) if before.month else None
            return moved and PartialDate.of(moved.year, moved.month, day)
        return PartialDate.of(before.year + step, month, day)

    return _Draft(*match.span(), relative=reckon)


def _month_day_japanese(match: re.Match[str]) -> _Draft | None:
    return _Draft(*match.span(), None, _count(match[1]), _count(match[2]))


def _beside(match: re.Match[str]) -> _Draft | None:
    """Return a date that is reckoned from the one before it: the same day, month or year, or the next or previous
    one."""
    which, unit = match[1].casefold(), _unit(match[2])
    step = 0 if which in _SAME else -1 if which in _EARLIER else 1
    return _Draft(*match.span(), relative=lambda before: _moved(before, unit, step))


def _distant(match: re.Match[str]) -> _Draft | None:
    written, unit, way = match[1].casefold(), _unit(match[2]), match[3].casefold()
    number = int(written) if written.isdecimal() else _COUNTS.get(written, 0)
    step = -number if way in ("earlier", "before", "zuvor", "früher") else number
    return _Draft(*match.span(), relative=lambda before: _moved(before, unit, step))


def _moved(before: PartialDate, unit: str, step: int) -> PartialDate | None:
    match unit:
        case "days":
            return before.moved(days=step) if step else before if before.is_whole else None
        case "weeks":
            return before.moved(days=7 * step) if step else None
        case "months":
            return PartialDate(before.year, before.month).moved(months=step) if before.month else None
        case _:
            return PartialDate(before.year).moved(years=step)


def _unit(word: str) -> str:
    folded = word.casefold()
    return next((unit for stem, unit in _UNITS.items() if folded.startswith(stem)), "years")


def _checked(match: re.Match[str], year: int, month: int, day: int) -> _Draft | None:
    return _Draft(*match.span(), year, month, day) if PartialDate.of(year, month, day) is not None else None


def _count(written: str | None) -> int:
    """Read a number in digits or in kanji, as in 令和元年, 二十五日, 二〇二四年; 0 where there is none."""
    if not written:
        return 0
    if written.isdecimal():
        return int(written)
    if written == "元":
        return 1
    if "十" not in written:
        return int("".join(str(_KANJI[each]) for each in written))
    tens, _ten, ones = written.partition("十")
    return _KANJI.get(tens, 1) * 10 + _KANJI.get(ones, 0)


_SAME = ("same", "selben", "gleichen")
_EARLIER = ("previous", "preceding", "vorigen", "vorherigen")
_ORDINAL = r"(?:st|nd|rd|th|er|º|°|ª|\.)?"
_OF = r"(?:of\s+|de\s+|del\s+)?"
_I = re.IGNORECASE
_MAY = re.compile(r"\d|[年月日]|\b(?:[Dd]ay|[Ww]eek|[Mm]onth|[Yy]ear|Tag|Woche|Monat|Jahr)")
_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d|[./-]\d)")
_FORMS: tuple[tuple[re.Pattern[str], _Make], ...] = (
    (re.compile(r"(?<![\d./-])(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?(?![\d]|[-/.]\d)"), _iso),
    (
        re.compile(
            rf"(?<![\d.,])(?P<day>\d{{1,2}}){_ORDINAL}(?:\s?(?:–|—|-|to|bis|au|al)\s?(?P<until>\d{{1,2}}){_ORDINAL})?\s+{_OF}"
            rf"(?P<month>{_MONTH})\b\.?,?(?:\s+{_OF}(?P<year>{_YEAR}))?", _I,
        ),
        _day_month,
    ),
    (
        re.compile(
            rf"\b(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?![\d.,]\d|\d|:){_ORDINAL}"
            rf"(?:\s?(?:–|-|to)\s?(?P<until>\d{{1,2}})(?!\d))?(?:,?\s+(?P<year>{_YEAR}))?", _I,
        ),
        _day_month,
    ),
    (
        re.compile(
            rf"\b(?:(?P<until>{_MONTH})\.?\s?(?:–|-|to|bis|au|al|hasta)\s?)?"
            rf"(?P<month>{_MONTH})\b\.?,?\s+{_OF}(?P<year>{_YEAR})", _I,
        ),
        _day_month,
    ),
    (
        re.compile(
            r"\b(?:in|since|by|until|till|from|during|of|before|after|between|im Jahre?|seit|ab|bis|von|en|depuis|dès"
            r"|desde|dal|nel|dans|hasta)\s+(\d{4})(?:\s?(?:–|-|to|and|bis|und)\s?(\d{4}))?"
            r"(?![\d%,./-]\d|\d|%| [a-z]+s\b)",
            _I,
        ),
        _year_alone,
    ),
    (re.compile(r"(?<![\d.,/-])((?:1[5-9]|20)\d\d)\s?[–—]\s?((?:1[5-9]|20)\d\d)(?![\d.,]\d|\d)"), _year_alone),
    (
        re.compile(
            r"\bQ([1-4])[ /-]?(\d{4})\b|\b(first|second|third|fourth|erstes|zweites|drittes|viertes)"
            r"\s+(?:quarter|Quartal)\s+(?:of\s+)?(\d{4})\b", _I,
        ),
        _quarter,
    ),
    (
        re.compile(
            rf"(?:({'|'.join(_ERAS)})\s?(元|{_NUMBER})|(\d{{4}}|[〇一二三四五六七八九]{{4}}))\s?年度?"
            rf"(?:\s?({_NUMBER})\s?月(?:\s?({_NUMBER})\s?日)?)?"
        ),
        _japanese,
    ),
    (re.compile(r"\b([MTSHR])\.?(\d{1,2})[.／/](\d{1,2})[.／/](\d{1,2})(?!\d)"), _era_letter),
    (re.compile(rf"([同翌前])(年|月|日)(?:({_NUMBER})月)?(?:({_NUMBER})日)?"), _same),
    (re.compile(rf"(?<![年\d〇一二三四五六七八九十])({_NUMBER})月({_NUMBER})日"), _month_day_japanese),
    (
        re.compile(
            r"\b(?:the|that|am|im)\s+(same|following|next|previous|preceding|selben|gleichen|nächsten|folgenden|vorigen"
            r"|vorherigen)\s+(day|week|month|year|Tage?|Woche|Monat|Jahr)\b", _I,
        ),
        _beside,
    ),
    (
        re.compile(
            rf"\b(\d{{1,3}}|{'|'.join(_COUNTS)})\s+(days?|weeks?|months?|years?|Tage?|Wochen?|Monate?|Jahre?)"
            r"\s+(later|afterwards|earlier|später|danach|zuvor|früher|before(?=\s*(?:[.,;:)]|$)))(?!\w)", _I,
        ),
        _distant,
    ),
)  # fmt: skip
"""The forms of dates, each with what makes a draft of it."""

"""Reads the date or the amount that a person typed, in the usual ways of the languages that Octavo knows."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from app.core.conversations.values import is_amount, is_date
from app.documents.citations import amounts
from app.language import dates

_MAY_BE_GROUPED = re.compile(r"\d\.\d{3}(?!\d)")
_DAY_FIRST = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})")
_PIVOT = 70
"""A year of two digits from here on is of the twentieth century."""
_MONTH_AND_YEAR = re.compile(r"(\d{1,2})\s?[./-]\s?([12]\d{3})")
_YEAR = re.compile(r"([12]\d{3})年")
_MONTH = "|".join(sorted(dates.MONTH_NAMES, key=len, reverse=True))
_CLOSE_UP = re.compile(rf"(?<=\d)[-./]?(?=(?:{_MONTH})(?![^\W\d_]))|(?<![^\W\d_])({_MONTH})[-./]?(?=\d)")
_YEAR_MONTH_DAY = re.compile(rf"([12]\d{{3}}),?\s+((?:{_MONTH})\.?)\s+(\d{{1,2}})")
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "monday montag lundi lunes lunedì mon mo 月",
            "tuesday dienstag mardi martes martedì tue tues di 火",
            "wednesday mittwoch mercredi miércoles mercoledì wed mi 水",
            "thursday donnerstag jeudi jueves giovedì thu thur thurs do 木",
            "friday freitag vendredi viernes venerdì fri fr 金",
            "saturday samstag sonnabend samedi sábado sabato sat sa 土",
            "sunday sonntag dimanche domingo domenica sun so 日",
        )
    )
    for name in names.split()
}
_WEEKDAY = "|".join(sorted(_WEEKDAYS, key=len, reverse=True))
_BEFORE = re.compile(rf"(?:({_WEEKDAY})(?![^\W\d_])[.,]*\s*)?(?:(?:the|on|am|den|le|el|il)\s+)*(?=\w)")
_BEHIND = re.compile(r"(?<=日)\s*[(（]?([月火水木金土日])(?:曜日?)?[)）]?$")
_MINUS = re.compile(r"^([^\d]*?)[-\u2012-\u2014\u2212]\s*(?=[^\d]{0,5}\d)")
_CODE_BEFORE_NUMBER = re.compile(r"^([a-z]{3})(?=\d)")


def date_entered(line: str) -> str:
    """Return the date as values have it; empty where the line is no date and nothing else, or may be two: 3/4/2031.
    With full stops the day comes first."""
    meant = dates_meant(line)
    return meant[0] if len(meant) == 1 else ""


def dates_meant(line: str) -> tuple[str, ...]:
    """Return all dates that a line may mean, as values have them: 3/4/2031 means two. There is none if the line says
    more than a date, or names a weekday that is not the date's."""
    text = dates.plain(line).strip(" .。")
    if is_date(text):
        return (text,)
    weekday = ""
    if (behind := _BEHIND.search(text)) is not None:
        text, weekday = text[: behind.start()], behind[1]
    elif (before := _BEFORE.match(text)) is not None:
        text, weekday = text[before.end() :], before[1] or ""
    found = _read(text)
    if not weekday:
        return found
    return tuple(day for day in found if is_date(day) and _weekday(day) == _WEEKDAYS[weekday])


def _read(text: str) -> tuple[str, ...]:
    if (month := _MONTH_AND_YEAR.fullmatch(text)) is not None:
        day = f"{month[2]}-{int(month[1]):02}"
        return (day,) if is_date(day) else ()
    if (year := _YEAR.fullmatch(text)) is not None:
        return (year[1],)
    if (dotted := _DAY_FIRST.fullmatch(text)) is not None:
        year_number = int(dotted[3]) if len(dotted[3]) == len("2031") else _whole_year(int(dotted[3]))
        day = f"{year_number}-{int(dotted[2]):02}-{int(dotted[1]):02}"
        return (day,) if is_date(day) else ()
    text = _CLOSE_UP.sub(lambda found: f"{found[1] or ''} ", text)
    text = _YEAR_MONTH_DAY.sub(r"\2 \3, \1", text)
    spans = dates.date_spans(text)
    if len(spans) != 1:
        return ()
    begin, end, meant = spans[0]
    return meant if not (text[:begin] + text[end:]).strip(" .,。") else ()


def _whole_year(last_two_digits: int) -> int:
    return last_two_digits + (1900 if last_two_digits >= _PIVOT else 2000)


def _weekday(day: str) -> int:
    """Return the weekday of a date, from 0 for Monday; -1 where it is a month or a year."""
    return date.fromisoformat(day).weekday() if len(day) == len("2031-03-31") else -1


def amount_entered(line: str) -> str:
    """Return the amount of a line as values have it, with its currency before it; empty if the line is no amount and
    nothing else, or may be two: 1.475."""
    if is_amount(line) and _MAY_BE_GROUPED.search(line) is None:
        return line
    text = amounts.plain(unicodedata.normalize("NFKC", line).casefold()).strip(" 。")
    text = _CODE_BEFORE_NUMBER.sub(r"\1 ", text)
    above_zero = _MINUS.sub(r"\1", text)
    found = amounts.amount_spans(above_zero)
    if len(found) != 1 or found[0].number is None or found[0].percent:
        return ""
    if (above_zero[: found[0].start] + above_zero[found[0].end :]).strip(" .,-\u2013"):
        return ""
    written = f"{found[0].number:f}"
    decimals = len(written.partition(".")[2])
    sign = "" if above_zero == text else "-"
    return f"{found[0].currency} {sign}{written}".strip() if decimals <= 4 else ""

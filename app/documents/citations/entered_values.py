"""Reads the date or the amount that a person typed, in the usual ways of the languages that Octavo knows."""

from __future__ import annotations

import re
import unicodedata

from app.core.conversations.values import is_amount, is_date
from app.documents.citations import amounts
from app.language import dates

_MAY_BE_GROUPED = re.compile(r"\d\.\d{3}(?!\d)")
_DAY_FIRST = re.compile(r"\d{1,2}\.\s?\d{1,2}\.\s?\d{4}")


def date_entered(line: str) -> str:
    """Return the date of a line as values have it; empty if the line is no date and nothing else, or may be two:
    3/4/2031. With full stops the day comes first."""
    text = dates.plain(line).strip(" .。")
    if is_date(text):
        return text
    if _DAY_FIRST.fullmatch(text) is not None:
        text = text.replace(" ", "")
    spans = dates.date_spans(text)
    if len(spans) != 1 or (len(spans[0][2]) != 1 and _DAY_FIRST.fullmatch(text) is None):
        return ""
    begin, end, (day, *_month_first) = spans[0]
    return day if not (text[:begin] + text[end:]).strip(" .,。") else ""


def amount_entered(line: str) -> str:
    """Return the amount of a line as values have it, with its currency before it; empty if the line is no amount and
    nothing else, or may be two: 1.475."""
    if is_amount(line) and _MAY_BE_GROUPED.search(line) is None:
        return line
    text = amounts.plain(unicodedata.normalize("NFKC", line).casefold()).strip(" 。")
    found = amounts.amount_spans(text)
    if len(found) != 1 or found[0].number is None or found[0].percent:
        return ""
    if (text[: found[0].start] + text[found[0].end :]).strip(" .,-\u2013"):
        return ""
    written = f"{found[0].number:f}"
    decimals = len(written.partition(".")[2])
    return f"{found[0].currency} {written}".strip() if decimals <= 4 else ""

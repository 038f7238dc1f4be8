"""Numbers, sizes, durations and days in words, and names that are safe to show."""

from __future__ import annotations

import math
import unicodedata
from datetime import date

from app.core.settings import GIGABYTE
from app.wording.i18n import _

_NUMBERS_FROM = 10  # tokens a second; slower ones are shown with a decimal
_DECIMALS_BELOW = 1  # and these with two

_UNITS = ("B", "KB", "MB", "GB", "TB")


def printable(untrusted_text: str) -> str:
    """Return a name or a detail as one line that cannot steer a terminal or turn the text around."""
    return "".join(
        character if character.isprintable() or unicodedata.category(character) == "Zs" else "\ufffd"
        for character in untrusted_text
    )


def size(bytes: float) -> str:
    """Return bytes of files and of memory alike, in units of 1,000 (as GIGABYTE): `512 B`, `4.2 GB`, `120 MB`."""
    value, unit = float(bytes), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    shown = f"{value:.1f}".removesuffix(".0") if unit and value < 99.95 else f"{value:,.0f}"
    return f"{shown} {_UNITS[unit]}"


def gigabytes(bytes: float) -> str:
    """Return the number of GB alone, with one decimal, for where the unit is beside a sum: `67.4`, `<0.1`."""
    value = bytes / GIGABYTE
    return "<0.1" if 0 < value < 0.05 else f"{value:,.1f}"


def count(n: int) -> str:
    """Return a number with its thousands set apart: `12,345`."""
    return f"{n:,}"


def counted(n: int, one: str, several: str, **beside: object) -> str:
    """Return so many of something: `one` for 1, else `several`, whose `{n}` is the number. All sentences with a number
    and a noun are chosen here. `beside` is what else either of them has a place for."""
    return (one if n == 1 else several).format(n=count(n), **beside)


def duration(seconds: float) -> str:
    """Return a duration in words: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`."""
    if seconds < 9.95:
        return _("{n} s").format(n=f"{max(0.0, seconds):.1f}".removesuffix(".0"))
    whole = round(seconds)
    if whole < 60:
        return _("{n} s").format(n=whole)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return _("{minutes} min {n} s").format(minutes=minutes, n=rest) if rest else _("{n} min").format(n=minutes)
    hours, minutes = divmod(round(whole / 60), 60)
    return (
        _("{hours} h {n} min").format(hours=count(hours), n=minutes) if minutes else _("{n} h").format(n=count(hours))
    )


def estimate(seconds: float) -> str:
    """Return a duration as roundly as an estimate is known: `5 s`, `1 min 20 s`, `34 min`, `2 h 10 min`."""
    step = 5 if seconds <= 120 else 60 if seconds <= 3600 else 600
    return duration(max(1, round(seconds / step)) * step)


def rate(tokens_a_second: float) -> str:
    """Return a rate with two digits, since neither an estimate nor a measurement has more: `220`, `14`, `3.9`,
    `0.14`."""
    if tokens_a_second < _DECIMALS_BELOW:
        return f"{tokens_a_second:.2f}"
    if tokens_a_second < _NUMBERS_FROM:
        return f"{tokens_a_second:.1f}".removesuffix(".0")
    digits = 10 ** (int(math.log10(tokens_a_second)) - 1)
    return count(round(tokens_a_second / digits) * digits)


def month(number: int) -> str:
    """Return a month's name: `November` for 11."""
    months = (
        *(_("January"), _("February"), _("March"), _("April"), _("May"), _("June")),
        *(_("July"), _("August"), _("September"), _("October"), _("November"), _("December")),
    )
    return months[number - 1]


def day(moment: date) -> str:
    """Return a day in words: `27 November 2026`; a moment in the zone that its day is counted in."""
    return _("{day} {month} {year}").format(day=moment.day, month=month(moment.month), year=moment.year)

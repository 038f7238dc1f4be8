"""Writes the values of cells as people read them."""

from __future__ import annotations

import datetime

_ROUND_DIGITS = 15  # as many digits as Excel shows; more are noise of binary fractions
_LARGEST_PLAIN = 1e15
_ANY_DAY, _SECOND = datetime.date(2000, 1, 1), datetime.timedelta(seconds=1)


def written(value: object) -> str:
    """Return a value as people read it: 7, 1234.5, 2026-03-12, 2026-03-12 14:30, 1:15:00."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return _decimal(value)
        case datetime.datetime():
            return _to_second(value).isoformat(" ").removesuffix(":00")
        case datetime.time():
            return _to_second(datetime.datetime.combine(_ANY_DAY, value)).time().isoformat().removesuffix(":00")
        case datetime.timedelta():
            return _duration(value)
        case _:
            return str(value)


def _to_second(value: datetime.datetime) -> datetime.datetime:
    """Round to a second: times are fractions of a day, and mostly a little off."""
    rounded = value.replace(microsecond=0)
    return rounded + _SECOND if value.microsecond >= 500_000 and rounded < datetime.datetime.max - _SECOND else rounded


def _decimal(value: float) -> str:
    if value.is_integer() and abs(value) < _LARGEST_PLAIN:
        return str(int(value))
    return f"{value:.{_ROUND_DIGITS}g}"


def _duration(value: datetime.timedelta) -> str:
    seconds = round(abs(value).total_seconds())
    sign = "-" if value < datetime.timedelta(0) else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"

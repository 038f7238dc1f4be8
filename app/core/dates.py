"""Days as texts name them: whole, or their month or year alone."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import MAXYEAR, date, timedelta

import msgspec

_WRITTEN = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class PartialDate(msgspec.Struct, frozen=True, order=True):
    """A day of the Gregorian calendar; `month` and `day` are 0 where they are not known."""

    year: int
    month: int = 0
    day: int = 0

    @classmethod
    def of(cls, year: int, month: int = 0, day: int = 0) -> PartialDate | None:
        """Return this date, or None if the calendar has no such day."""
        if not 1 <= year <= MAXYEAR or not 0 <= month <= 12 or (day and not month):
            return None
        if not 0 <= day <= (monthrange(year, month)[1] if month else 0):
            return None
        return cls(year, month, day)

    @classmethod
    def parse(cls, text: str) -> PartialDate | None:
        """Read a date that is written 2024-03-05, 2024-03 or 2024; None where `text` is no such date."""
        found = _WRITTEN.fullmatch(text)
        return None if found is None else cls.of(*(int(part or 0) for part in found.groups()))

    @property
    def text(self) -> str:
        """The date as ISO 8601 writes it, with reduced precision; it sorts as the day does."""
        return "-".join((f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part)))

    @property
    def is_whole(self) -> bool:
        return bool(self.day)

    def moved(self, *, days: int = 0, months: int = 0, years: int = 0) -> PartialDate | None:
        """Return the date that is so much later, as exactly as both are known; None if it cannot be known or leaves the
        calendar."""
        if days:
            if not self.is_whole:
                return None
            try:
                later = date(self.year, self.month, self.day) + timedelta(days)
            except OverflowError:
                return None
            return PartialDate(later.year, later.month, later.day)
        if months and not self.month:
            return None
        years, month = divmod(self.year * 12 + years * 12 + max(self.month, 1) - 1 + months, 12)
        if not 1 <= years <= MAXYEAR:
            return None
        month = month + 1 if self.month else 0
        return PartialDate(years, month, min(self.day, monthrange(years, month)[1]) if month else 0)


class DateSpan(msgspec.Struct, frozen=True, order=True):
    """From `first` to `last`, both included; one day, month or year where there is no `last`."""

    first: PartialDate
    last: PartialDate | None = None

    def has(self, other: PartialDate) -> bool:
        """Return whether `other` may lie in this span, as far as both are known."""
        last = self.last or self.first
        parts = min(sum(map(bool, (each.month, each.day))) for each in (self.first, last, other))
        return _cut(self.first, parts) <= _cut(other, parts) <= _cut(last, parts)


def _cut(day: PartialDate, parts: int) -> tuple[int, ...]:
    return (day.year, day.month, day.day)[: 1 + parts]

"""The names of the pages of a book: its own labels, and which page each of them means."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec

WITH_COUNT = "{label} ({number} of {pages})"
"""The name of a page whose label alone does not say which page it is."""


class PageName(msgspec.Struct, frozen=True):
    """The name of one page. `label` is what its book calls it, its number in a book that counts its pages.

    `number` counts from 1 up to `pages`; both are 0 if the book is not there any more. `shared` tells that other pages
    of the book have the same label.
    """

    label: str
    number: int = 0
    pages: int = 0
    shared: bool = False

    @property
    def counted(self) -> bool:
        """True if the label says the same as the number."""
        return self.label == str(self.number)

    @property
    def plain(self) -> str:
        """The name in English whatever the person's language is, for storage and for models: `3`, or `1 (9 of 103)`."""
        return (WITH_COUNT if self.shared else "{label}").format(label=self.label, number=self.number, pages=self.pages)


@dataclass(frozen=True)
class PageNames:
    """The names of all `pages` of a book. `labels` in their order, as `labels_to_keep` gives them."""

    pages: int = 0
    labels: tuple[str, ...] = ()

    def of(self, number: int) -> PageName:
        """Return the name of the page with this number, counted from 1."""
        if not 1 <= number <= len(self.labels):
            return PageName(str(number), number, self.pages)
        label = self.labels[number - 1]
        return PageName(label, number, self.pages, label in self._shared)

    @cached_property
    def _shared(self) -> frozenset[str]:
        return frozenset(label for label, pages in Counter(self.labels).items() if pages > 1)

    def find(self, wanted: str) -> tuple[int, ...]:
        """Return the numbers of the pages that a person means by `wanted`: those with that label, or, if there are
        none, the one with that number; `#11` is always a number. Case and width do not count. Empty if there is no such
        page."""
        written = _plain(wanted)
        counted = written.startswith("#")
        if not counted and (found := tuple(n for n, label in enumerate(self.labels, 1) if _plain(label) == written)):
            return found
        digits = written.removeprefix("#").strip()
        number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else 0
        return (number,) if 1 <= number <= self.pages else ()


def labels_to_keep(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the labels of all pages, with the number for a page that has none; empty if the book only counts its
    pages."""
    named = tuple(label or str(number) for number, label in enumerate(labels, 1))
    return named if any(label != str(number) for number, label in enumerate(named, 1)) else ()


def _plain(label: str) -> str:
    return unicodedata.normalize("NFKC", label).strip().casefold()

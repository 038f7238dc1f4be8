"""The names of the pages of a book: its own labels, and which page each of them means."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec

WITH_COUNT = "{label} ({number} of {pages})"
"""How a page is named where its label alone does not say which page it is."""


class PageName(msgspec.Struct, frozen=True):
    """The name of one page. `label` is what its book calls it, its number in a book that counts its pages.

    `number` counts from 1 up to `pages`; both are 0 where the book is not there any more. `shared`: other pages of the
    book have the same label.
    """

    label: str
    number: int = 0
    pages: int = 0
    shared: bool = False

    @property
    def counted(self) -> bool:
        """Whether the label says the same as the number."""
        return self.label == str(self.number)

    @property
    def plain(self) -> str:
        """In English whatever the person's language is: for what is kept and what a model reads. `3`, `1 (9 of 103)`"""
        return (WITH_COUNT if self.shared else "{label}").format(label=self.label, number=self.number, pages=self.pages)


@dataclass(frozen=True)
class PageNames:
    """The names of all `pages` of a book. `labels` in their order, as `labels_to_keep` gives them."""

    pages: int = 0
    labels: tuple[str, ...] = ()

    def of(self, number: int) -> PageName:
        """`number` counts from 1."""
        if not 1 <= number <= len(self.labels):
            return PageName(str(number), number, self.pages)
        label = self.labels[number - 1]
        return PageName(label, number, self.pages, label in self._shared)

    @cached_property
    def _shared(self) -> frozenset[str]:
        return frozenset(label for label, pages in Counter(self.labels).items() if pages > 1)

    def find(self, wanted: str) -> tuple[int, ...]:
        """The numbers of the pages that a person means: those with that label; where there are none, and of `#11`
        always, the one of that number. Case and width do not count. Empty where there is no such page.
        """
        written = _plain(wanted)
        counted = written.startswith("#")
        if not counted and (found := tuple(n for n, label in enumerate(self.labels, 1) if _plain(label) == written)):
            return found
        digits = written.removeprefix("#").strip()
        number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else 0
        return (number,) if 1 <= number <= self.pages else ()


def labels_to_keep(labels: Sequence[str]) -> tuple[str, ...]:
    """The labels of all pages, a page's number where it has none; nothing of a book that only counts its pages."""
    named = tuple(label or str(number) for number, label in enumerate(labels, 1))
    return named if any(label != str(number) for number, label in enumerate(named, 1)) else ()


def _plain(label: str) -> str:
    return unicodedata.normalize("NFKC", label).strip().casefold()

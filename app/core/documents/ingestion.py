"""The ingestion report: what could be read of every page of a document, before the model reads anything of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

import msgspec

from app.core.documents.document import Flag, Page

MAX_BEGINNING_CHARACTERS = 240
"""The number of characters of a page that a list shows, so that a person recognises the page."""

_DOUBTFUL = frozenset(
    {
        Flag.HIDDEN_TEXT,
        Flag.ODD_CHARACTERS,
        Flag.WRONG_ENCODING,
        Flag.INVISIBLE_CHARACTERS,
        Flag.DAMAGED,
        Flag.LOW_CONFIDENCE,
    }
)
LOOK_AT = _DOUBTFUL | {Flag.NO_TEXT}
"""A person should look at a page with one of these before trusting an answer about it."""

_RECOGNISED = frozenset({Flag.RECOGNISED, Flag.TEXT_LAYER})
_NUMBERED = re.compile(r"(.*?)([0-9]{1,6})")
_ROMAN = re.compile(r"m{0,3}(cm|cd|d?c{0,3})(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})")
_ROMAN_DIGITS = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


class PageState(StrEnum):
    """The kind of content that the model gets of a page; each page has one state."""

    TEXT = "text"
    RECOGNISED = "recognised"  # text that a program recognised on a picture, Octavo or one before it
    EMPTY = "empty"  # nothing to read, though something may be drawn
    SUSPICIOUS = "suspicious"  # damaged, or its text is not what a person sees on it


class PageReport(msgspec.Struct, frozen=True):
    """A report of what could be read of a page.

    `tokens` is None if no model counted them; `hidden` is text that was left out; `confidence` is the page's.
    `missing_before` counts the pages that are missing before this one by the book's own numbers; the page before it is
    the one that the book calls `label_before`.
    """

    number: int
    label: str
    state: PageState
    characters: int
    flags: tuple[Flag, ...] = ()
    beginning: str = ""
    hidden: str = ""
    missing_before: int = 0
    label_before: str = ""
    tokens: int | None = None
    confidence: float | None = None

    @property
    def needs_look(self) -> bool:
        """True if a person should look at the page before trusting an answer about it."""
        return self.state is PageState.SUSPICIOUS or Flag.NO_TEXT in self.flags or self.missing_before > 0


class IngestionReport(msgspec.Struct, frozen=True):
    """All pages of a document, none left out, in their order."""

    pages: tuple[PageReport, ...]

    @property
    def states(self) -> Mapping[PageState, int]:
        """The number of pages in each state; every state is named."""
        return {state: sum(page.state is state for page in self.pages) for state in PageState}

    @property
    def to_look_at(self) -> tuple[PageReport, ...]:
        return tuple(page for page in self.pages if page.needs_look)

    @property
    def characters(self) -> int:
        return sum(page.characters for page in self.pages)

    @property
    def tokens(self) -> int | None:
        """The tokens of all pages that were counted, or None if no model counted any."""
        counted = [page.tokens for page in self.pages if page.tokens is not None]
        return sum(counted) if counted else None

    def counted(self, tokens: Sequence[int]) -> IngestionReport:
        """Return the report with the tokens of each page."""
        pairs = zip(self.pages, tokens, strict=True)
        return IngestionReport(tuple(msgspec.structs.replace(page, tokens=n) for page, n in pairs))


def examine(pages: Sequence[Page]) -> IngestionReport:
    """Report on `pages`, which are all those of a document."""
    return IngestionReport(tuple(_examined(pages)))


def _examined(pages: Sequence[Page]) -> Iterator[PageReport]:
    before = ""
    for page in pages:
        missing = _missing_between(before, page.label)
        yield PageReport(
            number=page.number,
            label=page.label,
            state=_state(page),
            characters=len(page.text),
            flags=page.flags,
            beginning=page.text[:MAX_BEGINNING_CHARACTERS],
            hidden=page.hidden,
            missing_before=missing,
            label_before=before if missing else "",
            confidence=page.confidence,
        )
        before = page.label


def _state(page: Page) -> PageState:
    if not _DOUBTFUL.isdisjoint(page.flags):
        return PageState.SUSPICIOUS
    if not page.text:
        return PageState.EMPTY
    return PageState.TEXT if _RECOGNISED.isdisjoint(page.flags) else PageState.RECOGNISED


def _missing_between(before: str, label: str) -> int:
    """Return how many pages a book skips between two labels: 2 from `40` to `43`, 0 from `xii` to `1`, which begins
    again."""
    if len(before) == len(label) == 1 and before.isalpha() and label.isalpha():
        return 0  # pages called a, b, c, d: of these, c and d could be Roman
    (style, first), (other_style, second) = _place(before), _place(label)
    return max(0, second - first - 1) if style == other_style and first and second else 0


def _place(label: str) -> tuple[str, int]:
    """Return the style of a label and its number in that style, 0 if it has none."""
    numbered = _NUMBERED.fullmatch(label)
    if numbered:
        return numbered[1], int(numbered[2])
    lower = label.lower()
    if not lower or not _ROMAN.fullmatch(lower):
        return label, 0
    digits = [_ROMAN_DIGITS[letter] for letter in lower]
    pairs = zip(digits, [*digits[1:], 0], strict=True)
    return ("I" if label.isupper() else "i"), sum(-digit if digit < after else digit for digit, after in pairs)

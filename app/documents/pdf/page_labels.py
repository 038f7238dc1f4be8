"""Finds the page numbers printed on the pages of a PDF, for files without labels."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

import msgspec

from app.documents.pdf.page_edges import SAME_PLACE, EdgeRow, Edges, Number, write_number
from app.documents.pdf.running_heads import MAX_TITLE_CHARACTERS

FRONT = "front-{number}"
"""The label of a page before the first numbered one: `1` is another page's label."""

_MIN_RUN = 4
_MIN_SHARE = 0.8  # of the pages of a run that print their number
_MIN_COVERED_SHARE = 0.5  # of all pages
_MIN_SIDE_SHARE = 0.2  # numbers that are left on some pages and right on others
_MAX_UNPRINTED = 8  # a first number up to this has earlier pages that are counted but print none
_PAGE_WORD = re.compile(
    r"(?:\b(?:pages?|pag|pág|página|pagina|pg|p|seite|s|sida|side|strana|str|стр|страница)|第)[\W_]*$", re.IGNORECASE
)
_SPACED_PAGE = re.compile(r"p ?a ?g ?e", re.IGNORECASE)
_BORDER = re.compile(r"\s*[|·•]\s*")


class _Sighting(msgspec.Struct, frozen=True):
    """A number where page numbers are. `side` is -1 for the first in its row, 1 for the last, 0 for one by itself or
    called a page."""

    page: int
    number: Number
    height: float
    side: int


class _Run(msgspec.Struct, frozen=True):
    first: int
    last: int
    ahead: int  # of the page's index
    like: Number
    support: int

    def label(self, page: int) -> str:
        return write_number(page + self.ahead, self.like)


def find_labels(pages: Sequence[Edges]) -> tuple[str, ...]:
    """Find a label for each page; empty if it is not clear what the pages print.

    Clear is a number at the same place of at least four fifths of the pages from the first to the last of at least
    four, which grows by one with each page, and which no other number at the edges contradicts.
    """
    runs = _chosen(list(_runs(pages)))
    labels = [""] * len(pages)
    for run in runs:
        for page in range(run.first, run.last + 1):
            labels[page] = run.label(page)
    if not runs or sum(map(bool, labels)) < _MIN_COVERED_SHARE * len(pages) or all(map(_says_nothing, runs)):
        return ()
    for before, run in zip([None, *runs], runs, strict=False):
        _fill_before(labels, run, before.last + 1 if before else 0)
    for run, following in zip(runs, [*runs[1:], None], strict=True):
        for page in range(run.last + 1, following.first if following else len(pages)):
            labels[page] = labels[page] or run.label(page)
    return tuple(label or FRONT.format(number=number) for number, label in enumerate(labels, 1))


def _says_nothing(run: _Run) -> bool:
    return run.ahead == 1 and run.like.is_decimal and not run.like.prefix


def _fill_before(labels: list[str], run: _Run, start: int) -> None:
    """Label pages before a run that are counted but print no number, such as a title page."""
    if run.first + run.ahead <= _MAX_UNPRINTED:
        for page in range(max(start, 1 - run.ahead), run.first):
            labels[page] = run.label(page)


def _runs(pages: Sequence[Edges]) -> Iterator[_Run]:
    counted: dict[tuple[int, str, int], list[_Sighting]] = defaultdict(list)
    for page, edges in enumerate(pages):
        for edge, rows in enumerate((edges.top, edges.bottom)):
            for row in rows:
                for sighting in _sightings(page, row):
                    counted[edge, sighting.number.style, sighting.number.value - page].append(sighting)
    for (_, _, ahead), found in counted.items():
        if len(found) >= _MIN_RUN:
            yield from _split(found, ahead)


def _sightings(page: int, row: EdgeRow) -> Iterator[_Sighting]:
    if len(row.text) > MAX_TITLE_CHARACTERS:
        return
    for number in row.numbers:
        before, after = row.text[: number.start], row.text[number.end :]
        has_words = any(map(str.isalnum, before)), any(map(str.isalnum, after))
        if not any(has_words) or _PAGE_WORD.search(before) or _SPACED_PAGE.fullmatch(after.strip(" |·•-–—")):
            yield _Sighting(page, number, row.height, 0)
        elif not all(has_words):
            is_parted = _BORDER.match(after) or _BORDER.fullmatch(before[len(before.rstrip(" |·•")) :])
            yield _Sighting(page, number, row.height, 0 if is_parted else 1 if has_words[0] else -1)


def _split(found: list[_Sighting], ahead: int) -> Iterator[_Run]:
    """Yield the runs of pages that print the number; they are divided at the widest gap until enough of each do."""
    if len({sighting.page for sighting in found}) < _MIN_RUN:
        return
    usual = median(sighting.height for sighting in found)
    placed = [sighting for sighting in found if abs(sighting.height - usual) <= SAME_PLACE]
    printed = sorted({sighting.page for sighting in placed})
    if len(printed) >= _MIN_RUN and len(printed) >= _MIN_SHARE * (printed[-1] - printed[0] + 1):
        if _is_page_number(placed):
            yield _Run(printed[0], printed[-1], ahead, placed[0].number, len(printed))
        return
    gap, at = max((after.page - before.page, place) for place, (before, after) in enumerate(pairwise(found), 1))
    if gap > 1:
        yield from _split(found[:at], ahead)
        yield from _split(found[at:], ahead)


def _is_page_number(found: Sequence[_Sighting]) -> bool:
    """Return whether a number is by itself, called a page, or now left and now right of the same words: `Invoice 7` is
    not."""
    left, right = (sum(sighting.side == side for sighting in found) for side in (-1, 1))
    return (left + right) <= (1 - _MIN_SHARE) * len(found) or min(left, right) >= _MIN_SIDE_SHARE * len(found)


def _chosen(runs: list[_Run]) -> list[_Run]:
    """Return the runs in order, without those that others contradict on as many pages."""
    unlike = [
        run
        for run in runs
        if not any(
            other.first <= run.last
            and run.first <= other.last
            and (other.ahead, other.like.style) != (run.ahead, run.like.style)
            and other.support >= run.support * _MIN_SHARE
            for other in runs
        )
    ]
    chosen: list[_Run] = []
    for run in sorted(unlike, key=lambda run: -run.support):
        if all(run.last < other.first or other.last < run.first for other in chosen):
            chosen.append(run)
    return sorted(chosen, key=lambda run: run.first)

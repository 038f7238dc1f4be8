"""Aligns two sequences: the longest runs of equal items that follow each other in both.

Patience diff (Bram Cohen): what occurs once in each sequence anchors them, and the longest increasing run of anchors
stays. Here the anchors are shingles, several items in a row. What is between two anchors is aligned by its longest
common subsequence, which rapidfuzz finds 64 items at a time.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rapidfuzz.distance import LCSseq

_SHINGLES = (8, 4, 2)
_EXACT, _EXACT_WITHOUT_ANCHORS = 4_000_000, 400_000_000
"""The largest products of the lengths of two stretches that are aligned exactly: in some milliseconds; and, if nothing
anchors them, in a tenth of a second and 50 MB."""


class Match(NamedTuple):
    """A run of `size` equal items, from `first` on in the first sequence and from `second` on in the second."""

    first: int
    second: int
    size: int


def align(first: Sequence[int], second: Sequence[int]) -> Iterator[Match]:
    """Yield the matches in order, as long as they can be, none empty."""
    last: Match | None = None
    for match in _align(first, second, 0, len(first), 0, len(second), _SHINGLES):
        if last is not None and (last.first + last.size, last.second + last.size) == (match.first, match.second):
            last = Match(last.first, last.second, last.size + match.size)
            continue
        if last is not None:
            yield last
        last = match
    if last is not None:
        yield last


def _align(
    first: Sequence[int], second: Sequence[int], low: int, high: int, start: int, stop: int, sizes: Sequence[int]
) -> Iterator[Match]:
    """Yield the matches of `first[low:high]` with `second[start:stop]`; they may touch."""
    same = 0
    while low + same < high and start + same < stop and first[low + same] == second[start + same]:
        same += 1
    if same:
        yield Match(low, start, same)
    low, start = low + same, start + same
    same = 0
    while high - same > low and stop - same > start and first[high - same - 1] == second[stop - same - 1]:
        same += 1
    high, stop = high - same, stop - same
    if low < high and start < stop:
        yield from _between(first, second, low, high, start, stop, sizes)
    if same:
        yield Match(high, stop, same)


def _between(
    first: Sequence[int], second: Sequence[int], low: int, high: int, start: int, stop: int, sizes: Sequence[int]
) -> Iterator[Match]:
    work = (high - low) * (stop - start)
    if work <= _EXACT:
        yield from _exact(first, second, low, high, start, stop)
        return
    for index, size in enumerate(sizes):
        anchors = _anchors(first, second, range(low, high - size + 1), range(start, stop - size + 1), size)
        if not anchors:
            continue
        for at, there in anchors:
            if at >= low and there >= start:  # else it is in the match before
                yield from _align(first, second, low, at, start, there, sizes[index:])
                same = size
                while at + same < high and there + same < stop and first[at + same] == second[there + same]:
                    same += 1
                yield Match(at, there, same)
                low, start = at + same, there + same
        yield from _align(first, second, low, high, start, stop, sizes[index:])
        return
    if work <= _EXACT_WITHOUT_ANCHORS:
        yield from _exact(first, second, low, high, start, stop)


def _exact(first: Sequence[int], second: Sequence[int], low: int, high: int, start: int, stop: int) -> Iterator[Match]:
    for code in LCSseq.opcodes(first[low:high], second[start:stop]):
        if code.tag == "equal":
            yield Match(low + code.src_start, start + code.dest_start, code.src_end - code.src_start)


def _anchors(
    first: Sequence[int], second: Sequence[int], here: range, there: range, size: int
) -> list[tuple[int, int]]:
    """Return where shingles begin that each stretch has once, as many as are in the same order in both."""
    ours, theirs = _once(first, here, size), _once(second, there, size)
    common = sorted((at, theirs[shingle]) for shingle, at in ours.items() if shingle in theirs)
    return _longest_increasing(common)


def _once(items: Sequence[int], places: range, size: int) -> dict[tuple[int, ...], int]:
    found: dict[tuple[int, ...], int] = {}
    for at in places:
        shingle = tuple(items[at : at + size])
        found[shingle] = -1 if shingle in found else at
    return {shingle: at for shingle, at in found.items() if at >= 0}


def _longest_increasing(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the longest subsequence whose second numbers increase; the first ones do."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for index, (_, there) in enumerate(pairs):
        place = bisect_left(tails, there)
        before.append(ends[place - 1] if place else -1)
        tails[place : place + 1], ends[place : place + 1] = [there], [index]
    chosen: list[tuple[int, int]] = []
    index = ends[-1] if ends else -1
    while index >= 0:
        chosen.append(pairs[index])
        index = before[index]
    return chosen[::-1]

"""Finds words in the books' text: places in the order of the text that follows each, as in a suffix array.

So all places with the same words behind them are beside each other, and what goes on from them is found by bisection,
however many they are (Manber and Myers, "Suffix arrays", 1990; here only for the places where words begin, and only by
their first bytes: places that agree so far are sorted by the next ones when a quotation has got there).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Offsets = npt.NDArray[np.int32]

_FIRST_BYTES, _MORE_BYTES, _PASSES = 8, 4, 3
DEPTH = _FIRST_BYTES + _MORE_BYTES * _PASSES
"""Bytes behind each place that decide the order."""
PADDING = bytes(DEPTH + 8)
"""Behind the text, so that all of it has so many bytes."""
_CHARACTER_BYTES = 4
_FEW = 64
"""So few places are sorted by Python's own sort."""


@dataclass(frozen=True)
class Occurrences:
    """Places of a text that have the same `length` bytes from there on.

    `order` has them from `low` to `high`, sorted by `DEPTH` bytes from `base` behind each. `text` ends with `PADDING`.
    """

    text: bytes
    order: memoryview
    low: int
    high: int
    base: int = 0
    length: int = 0

    @classmethod
    def of(cls, text: bytes, places: Offsets) -> Occurrences:
        """Return all of these places, whatever follows."""
        return cls._sorted(text, places, 0)

    @classmethod
    def _sorted(cls, text: bytes, places: Offsets, base: int) -> Occurrences:
        if len(places) <= _FEW:
            by_text = sorted(places.tolist(), key=lambda at: text[at + base : at + base + DEPTH])
            order = np.array(by_text, np.int32)
        else:
            order = places[_by_text(text, places, base)]
        return cls(text, memoryview(order), 0, len(order), base, base)

    def __len__(self) -> int:
        return self.high - self.low

    def __iter__(self) -> Iterator[int]:
        """Yield the places in reading order."""
        return iter(sorted(self.order[self.low : self.high]))

    def __contains__(self, place: object) -> bool:
        return place in self.order[self.low : self.high]

    def only(self, places: list[int]) -> Occurrences:
        """Return the occurrences at these places alone."""
        return self._sorted(self.text, np.array(places, np.int32), self.length)

    def narrowed(self, needle: bytes) -> Occurrences:
        """Return the occurrences that go on with `needle`."""
        now = self
        while needle and now:
            now = now._with_room(1)
            room = now.base + DEPTH - now.length
            now, needle = now._bisected(needle[:room]), needle[room:]
        return now

    def next_characters(self, begun: bytes = b"") -> Iterator[str]:
        """Yield the different characters that follow, of those that begin with these bytes, each once."""
        now = self._with_room(_CHARACTER_BYTES)
        left = now._bisected(begun)
        low = left.low
        while low < left.high:
            at = now.order[low] + now.length
            character = now.text[at : at + _CHARACTER_BYTES].decode("utf-8", "ignore")[:1]
            yield character
            low = now._bisected(character.encode(), low).high

    def _with_room(self, size: int) -> Occurrences:
        """Return the same occurrences, sorted by at least so many more bytes."""
        if self.length + size <= self.base + DEPTH:
            return self
        return self._sorted(self.text, np.array(self.order[self.low : self.high], np.int32), self.length)

    def _bisected(self, needle: bytes, low: int | None = None) -> Occurrences:
        text, start, stop = self.text, self.length, self.length + len(needle)

        def following(place: int) -> bytes:
            return text[place + start : place + stop]

        low = bisect_left(self.order, needle, self.low if low is None else low, self.high, key=following)
        high = bisect_right(self.order, needle, low, self.high, key=following)
        return Occurrences(text, self.order, low, high, self.base, stop)


def _by_text(text: bytes, places: Offsets, base: int) -> npt.NDArray[np.intp]:
    """Return the order of these places by `DEPTH` bytes of the text, from `base` behind each on."""
    # Eight bytes from every offset on, as one number whose order is theirs.
    words = np.ndarray((len(text) - 7,), ">u8", text, 0, (1,))
    at = places.astype(np.intp) + base
    keys = words[at].astype(np.uint64)
    order = np.argsort(keys)
    keys = keys[order]
    where = np.arange(len(order))  # those whose order is not yet decided
    for step in range(_PASSES):
        same = keys[1:] == keys[:-1]
        if not same.any():
            break
        tied = np.zeros(len(keys), bool)
        tied[:-1] = same
        tied[1:] |= same
        group = np.cumsum(np.concatenate(([True], ~same)))[tied].astype(np.uint64)
        where = where[tied]
        more = words[at[order[where]] + (_FIRST_BYTES + step * _MORE_BYTES)].astype(np.uint64)
        keys = group << np.uint64(8 * _MORE_BYTES) | more >> np.uint64(64 - 8 * _MORE_BYTES)
        again = np.argsort(keys)
        order[where] = order[where][again]
        keys = keys[again]
    return order

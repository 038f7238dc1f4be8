"""Text found on a drawn page: the boxes of a quotation, of words that are searched, of what a pointer runs over; and
the page's links."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import islice
from typing import NamedTuple

from app.core.documents.document import PageLayer, PageLink
from app.documents.citations.matching import find_all, find_near
from app.documents.citations.normal_form import Normal, is_wordlike
from app.documents.citations.quotation import WantedQuotation, find

_NEAR = 90.0
"""The least likeness, of 100, to the page's words for a wording to be lit if the drawing has its lines in another
order."""

_NEAR_CHARACTERS = 40
_BARE_CHARACTERS = 8  # letters and digits that are enough to be found by
_OVERLAP_SHARE = 0.5
_GAP_HEIGHTS = 3.0  # a wider gap than so many times the line's height parts two bands: columns, cells of a table
_LINE_WEIGHT = 50.0  # of a distance across the lines, against one along them


class Box(NamedTuple):
    """A box in shares of the drawing's width and height, from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


class Layer:
    """A page's characters and their places; a range is a begin and an end in `text`."""

    def __init__(self, layer: PageLayer) -> None:
        self.text = layer.text
        edges = array("f", layer.boxes)
        self._boxes = [Box(*edges[at : at + 4]) for at in range(0, len(edges), 4)]
        self.links = layer.links
        self._by_height: list[tuple[float, int]] | None = None
        self._form: Normal | None = None
        self._bare: tuple[str, list[int]] | None = None

    def find_quotation(self, words: str) -> tuple[int, int] | None:
        """Find where the words are, compared as `app.documents.citations.checker.locate` does; None if they are not
        there."""
        wanted = WantedQuotation(words)
        found = find(self._normal, wanted) or self._find_bare(words)
        if found is None and len(words) >= _NEAR_CHARACTERS:
            found = find_near(self._normal, wanted.whole, _NEAR)
        return found

    def _find_bare(self, words: str) -> tuple[int, int] | None:
        """Find where words are by their letters and digits alone: the text of a page writes powers, marks of notes and
        broken paths otherwise than the drawing shows them (`10^6`)."""
        wanted = "".join(filter(str.isalnum, words)).casefold()
        if len(wanted) < _BARE_CHARACTERS:
            return None
        if self._bare is None:
            places = [index for index, character in enumerate(self.text) if character.isalnum()]
            self._bare = "".join(self.text[index].casefold()[:1] for index in places), places
        text, places = self._bare
        start = text.find(wanted)
        return (places[start], places[start + len(wanted) - 1] + 1) if start >= 0 else None

    def find_words(self, words: str) -> tuple[tuple[int, int], ...]:
        """Find every place of the words, whatever their case."""
        return find_all(self._normal, Normal(words))

    def bands(self, start: int, end: int) -> tuple[Box, ...]:
        """Return a box for each line, or part of a line, that the range covers."""
        bands: list[Box] = []
        for box in self._boxes[start:end]:
            if box.right <= box.left:
                continue
            last = bands[-1] if bands else None
            if last is not None and _goes_on(last, box):
                bands[-1] = Box(
                    min(last.left, box.left),
                    min(last.top, box.top),
                    max(last.right, box.right),
                    max(last.bottom, box.bottom),
                )
            else:
                bands.append(box)
        return tuple(bands)

    def link_at(self, x: float, y: float) -> PageLink | None:
        """Return the link at a point of the drawing: of several the one that the file has last, which is on top."""
        at = (link for link in reversed(self.links) for box in link.boxes if _holds(Box(*box), x, y))
        return next(at, None)

    def words_of(self, link: PageLink) -> str:
        """Return the words that are drawn inside the link's boxes, in one line."""
        if self._by_height is None:
            drawn = (index for index, box in enumerate(self._boxes) if box.right > box.left)
            self._by_height = sorted((_middle(self._boxes[index])[1], index) for index in drawn)
        inside = set()
        for box in (Box(*edges) for edges in link.boxes):
            first = bisect_left(self._by_height, (box.top, 0))
            for height, index in islice(self._by_height, first, None):
                if height > box.bottom:
                    break
                if _holds(box, *_middle(self._boxes[index])):
                    inside.add(index)
        spaced = (" " + self.text[index] if index - 1 not in inside else self.text[index] for index in sorted(inside))
        return " ".join("".join(spaced).split())

    def character_at(self, x: float, y: float) -> int | None:
        """Return the number of the character nearest to a point of the drawing; a line above or below counts for more
        than the line's own ends. None on a page without text."""
        best, nearest = None, 0.0
        for index, box in enumerate(self._boxes):
            if box.right <= box.left:
                continue
            beside = max(box.left - x, x - box.right, 0.0)
            above = max(box.top - y, y - box.bottom, 0.0)
            distance = beside + _LINE_WEIGHT * above
            if best is None or distance < nearest:
                best, nearest = index, distance
        return best

    def holds(self, index: int, x: float, y: float) -> bool:
        """Return whether the point is in the character's box."""
        return _holds(self._boxes[index], x, y)

    def is_behind(self, index: int, x: float) -> bool:
        """Return whether the point is in the right half of the character's box, or right of it."""
        box = self._boxes[index]
        return x > (box.left + box.right) / 2

    def word_around(self, index: int) -> tuple[int, int]:
        """Return the range of the word, or of the sign, that the character belongs to."""
        start, end = index, index + 1
        if is_wordlike(self.text[index]):
            while start > 0 and is_wordlike(self.text[start - 1]):
                start -= 1
            while end < len(self.text) and is_wordlike(self.text[end]):
                end += 1
        return start, end

    @property
    def _normal(self) -> Normal:
        if self._form is None:
            self._form = Normal(self.text)
        return self._form


def _middle(box: Box) -> tuple[float, float]:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


def _holds(box: Box, x: float, y: float) -> bool:
    return box.left <= x <= box.right and box.top <= y <= box.bottom


def _goes_on(band: Box, box: Box) -> bool:
    """Return whether a character is in the same line as those before it. Those of a turned line keep their own
    boxes."""
    common = min(band.bottom, box.bottom) - max(band.top, box.top)
    height = min(band.bottom - band.top, box.bottom - box.top)
    gap = max(box.left - band.right, band.left - box.right)
    return common >= _OVERLAP_SHARE * height and gap <= _GAP_HEIGHTS * height

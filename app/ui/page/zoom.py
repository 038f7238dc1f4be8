"""The sizes of drawn pages, and how large they are shown: fitted to the view, or at a scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

_STEPS = (0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)
PIXELS_PER_POINT = 96 / 72
_LETTER = (612.0, 792.0)
_OTHERWISE = 0.02
"""The share by which a drawing may differ from the file's proportions; one that differs by more is believed instead."""

_NEAR = 0.02  # of a step: from there one goes to the next


class PageFit(Enum):
    WIDTH = auto()
    PAGE = auto()


@dataclass(frozen=True)
class PageZoom:
    """The zoom of the pages. `scale` counts only if nothing is fitted; 1 is the actual size."""

    fit: PageFit | None = PageFit.WIDTH
    scale: float = 1.0

    def stepped(self, steps: int, shown: float) -> PageZoom:
        """Return the zoom so many steps larger, or smaller for less than 0; `shown` is the scale that one sees."""
        for _step in range(abs(steps)):
            if steps > 0:
                shown = next((step for step in _STEPS if step > shown * (1 + _NEAR)), _STEPS[-1])
            else:
                shown = next((step for step in reversed(_STEPS) if step < shown * (1 - _NEAR)), _STEPS[0])
        return PageZoom(None, shown)


ACTUAL = PageZoom(None, 1.0)


class PaperSizes:
    """The sizes of a book's pages, in points; `turns` are quarters of a turn clockwise. Pages are numbers from 1."""

    def __init__(self, pages: int = 0) -> None:
        self._sizes = [_LETTER] * pages

    def take(self, sizes: Sequence[tuple[float, float]]) -> None:
        """Take each page's size from the file, from the first page on; one of which it says nothing stays as it is."""
        self._sizes = [*sizes[: len(self._sizes)], *self._sizes[len(sizes) :]]

    def believe(self, page: int, proportions: float, turns: int) -> bool:
        """Take the height by the width that a page's drawing has; return whether that differs from what was thought."""
        width, height = self.of(page, turns)
        if abs(proportions / (height / width) - 1) <= _OTHERWISE:
            return False
        height = width * proportions
        self._sizes[page - 1] = (height, width) if turns % 2 else (width, height)
        return True

    def of(self, page: int, turns: int = 0) -> tuple[float, float]:
        """Return width and height in points, as the page is seen after so many turns."""
        if not self._sizes:
            return _LETTER
        width, height = self._sizes[page - 1]
        return (height, width) if turns % 2 else (width, height)

    def fitted(self, zoom: PageZoom, turns: int, room: tuple[int, int]) -> list[tuple[int, int]]:
        """Return the width and height of each page in px; `room` is what there is for one page."""
        turned = turns % 2
        shown = {size: _fit(size[::-1] if turned else size, zoom, room) for size in set(self._sizes)}  # most are alike
        return [shown[size] for size in self._sizes]


def _fit(size: tuple[float, float], zoom: PageZoom, room: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    if zoom.fit is PageFit.WIDTH:
        scale = room[0] / width
    elif zoom.fit is PageFit.PAGE:
        scale = min(room[0] / width, room[1] / height)
    else:
        scale = zoom.scale * PIXELS_PER_POINT
    return max(1, round(width * scale)), max(1, round(height * scale))

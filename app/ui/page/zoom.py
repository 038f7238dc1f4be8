"""How large drawn pages are shown: fitted to the view, or at a scale."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

_STEPS = (0.25, 0.33, 0.5, 0.67, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)
_NEAR = 0.02  # of a step: from there one goes to the next


class PageFit(Enum):
    WIDTH = auto()
    PAGE = auto()


@dataclass(frozen=True)
class PageZoom:
    """`scale` counts where nothing is fitted; 1 is the actual size."""

    fit: PageFit | None = PageFit.WIDTH
    scale: float = 1.0

    def stepped(self, steps: int, shown: float) -> PageZoom:
        """So many steps larger, smaller for less than 0; `shown` is the scale that one sees."""
        for _step in range(abs(steps)):
            if steps > 0:
                shown = next((step for step in _STEPS if step > shown * (1 + _NEAR)), _STEPS[-1])
            else:
                shown = next((step for step in reversed(_STEPS) if step < shown * (1 - _NEAR)), _STEPS[0])
        return PageZoom(None, shown)


ACTUAL = PageZoom(None, 1.0)

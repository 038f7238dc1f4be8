"""Photographs of pages for tests: seen from one side, turned, in uneven light, with a desk around."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

from app.documents.scans.layout import Point

_DESK = (96, 74, 52)
_FOCUS = 1.6  # lengths of the picture


class Camera:
    """Looks at the middle of a page that is turned by these degrees. `share`: of the picture's height that the page
    takes; `size` in pixels."""

    def __init__(
        self,
        page: tuple[int, int],
        *,
        yaw: float = 0,
        pitch: float = 0,
        roll: float = 0,
        share: float = 0.85,
        size: tuple[int, int] = (1_200, 1_500),
    ) -> None:
        self.size = size
        width, height = page
        turns = [(math.cos(angle), math.sin(angle)) for angle in (math.radians(each) for each in (yaw, pitch, roll))]
        (cy, sy), (cp, sp), (cr, sr) = turns
        turn = (
            np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
            @ np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
            @ np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
        )
        focus = _FOCUS * max(size)
        away = focus * height / (share * size[1])
        lens = np.array([[focus, 0, size[0] / 2], [0, focus, size[1] / 2], [0, 0, 1]])
        paper = np.array([[1, 0, -width / 2], [0, 1, -height / 2], [0, 0, 1]])
        self._onto = lens @ np.column_stack((turn[:, 0], turn[:, 1], (0, 0, away))) @ paper
        self._onto /= self._onto[2, 2]

    def sees(self, place: Point) -> Point:
        """Where a place of the page is in the picture."""
        x, y, depth = self._onto @ (*place, 1.0)
        return float(x / depth), float(y / depth)

    def photograph(self, page: Image.Image, *, light: float = 0.5, seed: int = 7) -> Image.Image:
        """`light`: the share that is missing in the darkest corner."""
        back = np.linalg.inv(self._onto)
        seen = [*(back / back[2, 2]).ravel()[:8]]
        taken = page.transform(self.size, Image.Transform.PERSPECTIVE, seen, Image.Resampling.BICUBIC, fillcolor=_DESK)
        width, height = self.size
        dark = light * (0.6 * np.linspace(0, 1, width)[None, :] + 0.4 * np.linspace(0, 1, height)[:, None])
        pixels: npt.NDArray[np.float64] = np.asarray(taken, float) * (1 - dark)[..., None]
        pixels += np.random.default_rng(seed).normal(0, 3, pixels.shape)
        return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))

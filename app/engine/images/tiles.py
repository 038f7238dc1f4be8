"""Lays an image out as Llama 4 wants it: cut into square tiles on the canvas that suits it best, with tokens between
them.

Pure arithmetic, no model. The rule is that of the reference, `Llama4ImageProcessorFast` and `Llama4Processor` in
Hugging Face transformers (models/llama4); tests/engine/fixtures hold what they gave. llama.cpp's own layout lacks the
separators, and the model was never trained without them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from app.core.conversations.image import MAX_TILES

IMAGE_START, IMAGE_END = "<|image_start|>", "<|image_end|>"
OVERVIEW = "<|image|>"
NEXT_TILE, NEXT_ROW = "<|tile_x_separator|>", "<|tile_y_separator|>"
MARKS = (IMAGE_START, IMAGE_END, OVERVIEW, NEXT_TILE, NEXT_ROW)
"""The control tokens around tiles."""


@dataclass(frozen=True)
class Canvas:
    """The canvas that an image is laid on: `rows` x `columns` tiles; the image is resized to `fitted` (width, height)
    pixels and laid at the upper left."""

    rows: int
    columns: int
    fitted: tuple[int, int]

    @property
    def tiles(self) -> int:
        return self.rows * self.columns

    @property
    def has_overview(self) -> bool:
        """All of it once more in a single tile, unless it is in a single tile anyway."""
        return self.tiles > 1


def canvas(width: int, height: int, side: int, most: int = MAX_TILES) -> Canvas:
    """Return the canvas for an image of these pixels, of at most `most` tiles of `side` pixels.

    Of the canvases on which the image need not be reduced, the one on which it would be enlarged least; else the one
    on which it is reduced least; of several, the smallest. It is enlarged up to one tile only.
    """
    shapes = _shapes(most)
    sizes = side * np.array(shapes, np.int64)
    scales = np.minimum(
        (sizes[:, 0] / height).astype(np.float32),  # the reference compares 32-bit floats
        (sizes[:, 1] / width).astype(np.float32),
    )
    enlarging = scales[scales >= 1]
    chosen = enlarging.min() if len(enlarging) else scales.max()
    best = np.flatnonzero(scales == chosen)
    rows, columns = shapes[best[np.argmin(sizes[best].prod(axis=1))]]
    return Canvas(rows, columns, _fit(width, height, columns * side, rows * side, side))


def layout(canvas: Canvas) -> tuple[str, ...]:
    """Return the control tokens in their order; an empty text is a tile."""
    if not canvas.has_overview:
        return (IMAGE_START, OVERVIEW, "", IMAGE_END)
    marks = [IMAGE_START]
    for _row in range(canvas.rows):
        for column in range(canvas.columns):
            marks += ["", NEXT_TILE if column < canvas.columns - 1 else NEXT_ROW]
    return (*marks, OVERVIEW, "", IMAGE_END)


def cut(canvas_pixels: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.uint8]:
    """Cut a canvas (height, width, 3) into its tiles (n, side, side, 3), row by row."""
    height, width, _ = canvas_pixels.shape
    rows = canvas_pixels.reshape(height // side, side, width // side, side, 3)
    return rows.swapaxes(1, 2).reshape(-1, side, side, 3)


@cache
def _shapes(most: int) -> tuple[tuple[int, int], ...]:
    """Return every (rows, columns) of at most `most` tiles."""
    return tuple((rows, columns) for rows in range(1, most + 1) for columns in range(1, most // rows + 1))


def _fit(width: int, height: int, canvas_width: int, canvas_height: int, side: int) -> tuple[int, int]:
    """Return the largest (width, height) with the image's proportions inside the canvas, enlarged to `side` at most.

    Where the canvas is smaller than the image, the reference computes with 32-bit floats, else with 64: a pixel's
    difference in one size of thousands.
    """
    room_width, across = _room(width, canvas_width, side)
    room_height, down = _room(height, canvas_height, side)
    mixed = isinstance(across, np.float32) or isinstance(down, np.float32)
    if np.float32(across) < np.float32(down) if mixed else across < down:
        return room_width, max(1, min(_scaled(height, across), room_height))
    return max(1, min(_scaled(width, down), room_width)), room_height


def _room(size: int, canvas_size: int, side: int) -> tuple[int, np.float32 | float]:
    wanted = max(size, side)
    if wanted > canvas_size:
        return canvas_size, np.float32(canvas_size) / np.float32(size)
    return wanted, wanted / size


def _scaled(size: int, scale: np.float32 | float) -> int:
    return int(np.float32(size) * scale) if isinstance(scale, np.float32) else int(size * scale)

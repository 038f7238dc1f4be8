"""Knows where llama.cpp has the tokens of a sequence. A token's position is its place, but for what comes behind an
image that is laid out in rows and columns: such an image takes as many positions as its longer side has embeddings.

Source: M-RoPE of Qwen2-VL (arXiv 2409.12191, 2.1); `mtmd_image_tokens_get_decoder_pos` and `..._get_n_pos` in mtmd.cpp,
`set_position_mrope_2d` in mtmd-helper-common.h of llama.cpp.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

SECTIONS = 4
"""Numbers of a position with M-RoPE: time, row, column, and one that is not used."""


@dataclass(frozen=True)
class _Grid:
    """An image at the places [start, start + count), the rows of which have `columns` embeddings."""

    start: int
    count: int
    columns: int

    @property
    def spared(self) -> int:
        """Positions that it takes less than places."""
        return self.count - max(self.columns, -(-self.count // self.columns))


class Positions:
    """The positions that the tokens and embeddings of one sequence have."""

    def __init__(self) -> None:
        self._grids: list[_Grid] = []

    def of(self, place: int) -> int:
        """Return the position of a token; with a grid, of its first embedding."""
        return place - sum(grid.spared for grid in self._grids if grid.start < place)

    def at_end(self, place: int) -> int:
        """Return the position of a token that comes to the end of the sequence, `place`."""
        self.cut(place)  # a grid that was to stand there was not evaluated
        return self.of(place)

    def place(self, position: int) -> int:
        """Return the place of the first token at `position`, or behind it."""
        place = position
        for grid in self._grids:
            if position > self.of(grid.start):
                place = max(place + grid.spared, grid.start + grid.count)
        return place

    def add_grid(self, place: int, first: int, count: int, columns: int) -> npt.NDArray[np.int32]:
        """Put `count` embeddings of an image at the end of the sequence, `place`; `first` of it are there already.

        Returns their positions, (SECTIONS, count).
        """
        start = place - first
        self.cut(start)
        base = self.of(start)
        self._grids.append(_Grid(start, first + count, columns))
        import numpy as np  # now: only images have places in a grid

        row, column = np.divmod(np.arange(first, first + count, dtype=np.int32), columns)
        time = np.full_like(row, base)
        return np.stack([time, base + row, base + column, np.zeros_like(row)]).astype(np.int32)

    def cut(self, place: int) -> None:
        """Forget `place` and all after it."""
        self._grids = [grid for grid in self._grids if grid.start < place]

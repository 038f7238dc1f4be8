"""Small videos of plain colours, each of which is a scene."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.features.videos.reading.films import RATE, film

RED, GREEN, BLUE, GREY = (200, 30, 30), (30, 160, 60), (30, 60, 200), (128, 128, 128)


def write_colours(
    path: Path, shots: Sequence[tuple[float, tuple[int, int, int]]] = ((2.0, RED), (2.0, GREEN), (2.0, BLUE))
) -> Path:
    """`shots`: for how many seconds which colour is shown."""
    plain = [(seconds, np.full((180, 320, 3), colour, np.uint8)) for seconds, colour in shots]
    container = "matroska" if path.suffix == ".mkv" else "mp4"
    path.write_bytes(
        film(container, frames=(pixels for seconds, pixels in plain for _ in range(round(seconds * RATE))))
    )
    return path

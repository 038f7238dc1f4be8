"""Lines cut out of a picture, and pictures as models want them. This module is used in the child process only."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

from app.documents.scans.boxes import Corners
from app.documents.scans.layout import TALL


def line_of(picture: Image.Image, corners: Corners) -> Image.Image:
    """Return the part of a picture between the corners, as a rectangle, turned to be read from left to right.

    Corners are the middles of pixels. They must be a pixel apart, or more.
    """
    first, second, third, last = corners
    width = int(max(math.dist(first, second), math.dist(third, last)))
    height = int(max(math.dist(first, last), math.dist(second, third)))
    flat = np.array([(0, 0), (width, 0), (width, height), (0, height)], float)
    # Pillow asks for the middle of a pixel as half of one behind its edge.
    way = _way(flat + 0.5, np.asarray(corners, float) + 0.5)
    cut = picture.transform((width, height), Image.Transform.PERSPECTIVE, way, Image.Resampling.BILINEAR)
    return cut.transpose(Image.Transpose.ROTATE_90) if height >= TALL * width else cut


def _way(flat: Corners, corners: Corners) -> tuple[float, ...]:
    """Return the projection, in Pillow's eight numbers, that takes four places to four others."""
    rows, wanted = [], []
    for (x, y), (u, v) in zip(flat, corners, strict=True):
        rows += [(x, y, 1, 0, 0, 0, -u * x, -u * y), (0, 0, 0, x, y, 1, -v * x, -v * y)]
        wanted += [u, v]
    return tuple(float(number) for number in np.linalg.solve(np.array(rows), np.array(wanted)))


def as_input(picture: Image.Image, width: int, height: int, padded_width: int = 0) -> npt.NDArray[np.float32]:
    """Return the picture scaled to `width` x `height`: 1 x 3 x height x width, in -1 to 1, blue, green, red; up to
    `padded_width` with zeros."""
    scaled = np.asarray(picture.resize((width, height), Image.Resampling.BILINEAR), np.float32)
    pixels = np.zeros((1, 3, height, max(width, padded_width)), np.float32)
    pixels[0, :, :, :width] = scaled[:, :, ::-1].transpose(2, 0, 1) / 127.5 - 1
    return pixels

"""Boxes around lines, from maps that are drawn here; and lines cut out of a picture."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image, ImageDraw

from app.documents.scans.boxes import MOST_BOXES, Corners, boxes_of
from app.documents.scans.line_pictures import as_input, line_of

_SIZE = (320, 192)  # of a map


def chances(*lines: list[tuple[float, float]], sure: int = 230) -> np.ndarray:
    """A map in which these quadrangles are the cores of lines."""
    drawn = Image.new("L", _SIZE)
    for line in lines:
        ImageDraw.Draw(drawn).polygon(line, fill=sure)
    return np.asarray(drawn, np.float32) / 255


def flat(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def turned(width: float, height: float, degrees: float) -> list[tuple[float, float]]:
    """A rectangle in the middle of the map."""
    turn = np.exp(1j * math.radians(degrees))
    corners = [complex(x * width / 2, y * height / 2) * turn for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return [(corner.real + _SIZE[0] / 2, corner.imag + _SIZE[1] / 2) for corner in corners]


def sides(box: Corners) -> tuple[float, float]:
    return math.dist(box[0], box[1]), math.dist(box[0], box[3])


def test_a_box_is_grown_by_what_the_core_was_shrunk() -> None:
    """Each side moves by the area times 1.6, by the length of the edge."""
    (box,) = boxes_of(chances(flat(50, 60, 250, 80)), *_SIZE)
    by = 1.6 * 201 * 21 / (2 * (201 + 21))
    assert sides(box) == pytest.approx((201 + 2 * by, 21 + 2 * by), abs=2)
    assert box[0] == pytest.approx((50 - by, 60 - by), abs=2)


def test_boxes_are_in_pixels_of_the_picture() -> None:
    (small,) = boxes_of(chances(flat(50, 60, 250, 80)), *_SIZE)
    (large,) = boxes_of(chances(flat(50, 60, 250, 80)), _SIZE[0] * 4, _SIZE[1] * 3)
    assert large == pytest.approx(small * (4, 3), abs=4)


@pytest.mark.parametrize("degrees", [-30, -7, 3, 20])
def test_a_box_is_turned_as_its_line(degrees: float) -> None:
    (box,) = boxes_of(chances(turned(180, 16, degrees)), *_SIZE)
    along = box[1] - box[0]
    assert math.degrees(math.atan2(along[1], along[0])) == pytest.approx(degrees, abs=1)
    by = 1.6 * 180 * 16 / (2 * (180 + 16))
    assert sides(box) == pytest.approx((180 + 2 * by, 16 + 2 * by), abs=5)


def test_lines_that_touch_at_a_corner_are_one_and_others_are_not() -> None:
    pair = flat(20, 20, 100, 40), flat(20, 60, 100, 80)
    assert len(boxes_of(chances(*pair), *_SIZE)) == 2
    assert len(boxes_of(chances(*pair, flat(100, 40, 104, 60)), *_SIZE)) == 1


def test_a_horseshoe_is_one_core() -> None:
    """Its arms are joined only in the last row."""
    assert len(boxes_of(chances(flat(20, 20, 40, 100), flat(60, 20, 80, 100), flat(20, 90, 80, 100)), *_SIZE)) == 1


@pytest.mark.parametrize(
    "seen",
    [
        chances(),
        chances(flat(50, 60, 51, 61)),  # a speck
        chances(flat(50, 60, 250, 80), sure=100),  # 0.39: not sure enough
        np.zeros((1, 1), np.float32),
    ],
)
def test_nothing_is_found_where_nothing_is(seen: np.ndarray) -> None:
    assert boxes_of(seen, *_SIZE) == []


def test_noise_ends() -> None:
    """The largest of a hundred thousand cores are looked at, and boxes stay inside the picture."""
    seen = (np.random.default_rng(7).random((640, 640)) > 0.85).astype(np.float32)
    found = boxes_of(seen, 640, 640)
    assert len(found) <= MOST_BOXES
    assert all((box >= 0).all() and (box <= 639).all() for box in found)


def test_a_cut_line_is_upright() -> None:
    """A line that lay askew lies flat: black above, white below, as in the picture."""
    quadrangle = np.array(turned(180, 40, 20))
    picture = Image.new("RGB", _SIZE, "white")
    upper = [quadrangle[0], quadrangle[1], (quadrangle[1] + quadrangle[2]) / 2, (quadrangle[0] + quadrangle[3]) / 2]
    ImageDraw.Draw(picture).polygon([tuple(place) for place in upper], fill="black")
    cut = line_of(picture, quadrangle)
    assert cut.size == pytest.approx((180, 40), abs=1)
    grey = np.asarray(cut.convert("L"), float)
    assert grey[3:16, 5:-5].max() < 60
    assert grey[24:-3, 5:-5].min() > 195


def test_a_line_that_runs_downwards_is_laid_flat() -> None:
    picture = Image.new("RGB", _SIZE, "white")
    ImageDraw.Draw(picture).rectangle((100, 20, 120, 60), fill="black")
    cut = line_of(picture, np.array(flat(100, 20, 120, 140)))
    assert cut.size == (120, 20)
    assert cut.convert("L").getpixel((10, 10)) == 0  # its beginning is at the left
    assert cut.convert("L").getpixel((110, 10)) == 255


def test_models_get_blue_first_and_zeros_behind_the_picture() -> None:
    pixels = as_input(Image.new("RGB", (10, 20), (255, 0, 0)), 24, 48, 32)
    assert pixels.shape == (1, 3, 48, 32)
    assert [float(pixels[0, channel, 5, 5]) for channel in range(3)] == [-1, -1, 1]
    assert not pixels[..., 24:].any()

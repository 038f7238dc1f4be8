"""Lines in reading order, however the page lies."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.documents.scans.layout import Point, RecognisedLine, set_text
from tests.documents.photographer import Camera


def line(text: str, x: float, y: float, width: float = 300, height: float = 20) -> RecognisedLine:
    return RecognisedLine(((x, y), (x + width, y), (x + width, y + height), (x, y + height)), text, 0.9)


def turned(lines: list[RecognisedLine], turn: Callable[[Point], Point]) -> list[RecognisedLine]:
    """The corners stay in the order in which boxes have them: clockwise from the upper left."""
    moved = []
    for each in lines:
        corners = [turn(corner) for corner in each.corners]
        first = min(range(4), key=lambda index: sum(corners[index]))
        moved.append(each._replace(corners=tuple(corners[first:] + corners[:first])))
    return moved


HEADED = [
    line("A heading above both", 150, 0, width=500),
    *(line(f"left {row}", 0, 60 + 30 * row) for row in range(4)),
    *(line(f"right {row}", 400, 70 + 30 * row) for row in range(4)),
    line("A line below both", 150, 220, width=500),
]
READ = (
    "A heading above both\n\n"
    + "\n\n".join("\n".join(f"{side} {row}" for row in range(4)) for side in ("left", "right"))
    + "\n\nA line below both"
)


def test_columns_are_read_one_after_the_other_whatever_their_lines_height() -> None:
    assert set_text(HEADED) == READ


@pytest.mark.parametrize("degrees", [-3, 2])
def test_a_page_laid_on_the_glass_askew(degrees: float) -> None:
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    assert set_text(turned(HEADED, lambda p: (p[0] * cosine - p[1] * sine, p[0] * sine + p[1] * cosine))) == READ


SPREAD = [
    line("A heading above both", 300, 0, width=500),
    *(line(f"left {row}", 0, 60 + 30 * row, width=480 - 35 * (row % 3)) for row in range(40)),
    *(line(f"right {row}", 515, 72 + 30 * row, width=480 - 35 * (row % 4)) for row in range(40)),
]


@pytest.mark.parametrize("yaw", [-20, 0, 20])
@pytest.mark.parametrize("pitch", [-20, 0, 15])
@pytest.mark.parametrize("roll", [-15, 0, 4])
def test_a_page_that_was_photographed_from_one_side(yaw: float, pitch: float, roll: float) -> None:
    camera = Camera((1_000, 1_300), yaw=yaw, pitch=pitch, roll=roll)
    assert set_text(turned(SPREAD, camera.sees)) == set_text(SPREAD)


@pytest.mark.parametrize("bulge", [-60, 40, 80])
def test_a_page_that_lies_curved(bulge: float) -> None:
    bent = turned(SPREAD, lambda p: (p[0], p[1] + bulge * math.sin(math.pi * p[0] / 1_000)))
    assert set_text(bent) == set_text(SPREAD)


def test_a_page_on_its_head_or_on_its_side() -> None:
    assert set_text(turned(HEADED, lambda p: (-p[0], -p[1])), upside_down=True) == READ
    assert set_text(turned(HEADED, lambda p: (-p[1], p[0]))) == READ
    assert set_text(turned(HEADED, lambda p: (p[1], -p[0])), upside_down=True) == READ


def test_a_table_is_read_row_by_row() -> None:
    cells = [line(f"{column}{row}", 200 * column, 30 * row, width=60) for row in range(5) for column in range(3)]
    assert set_text(cells) == "\n".join(f"0{row} 1{row} 2{row}" for row in range(5))


def test_three_columns() -> None:
    columns = [line(f"{column}{row}", 250 * column, 30 * row, width=200) for row in range(4) for column in range(3)]
    assert set_text(columns).split() == [f"{column}{row}" for column in range(3) for row in range(4)]


def test_lines_become_paragraphs_and_hyphens_are_mended() -> None:
    words = "The harbour keeper wrote down every ves-", "sel that came in before the storm of May.", "A new paragraph."
    assert set_text([line(words[0], 0, 0), line(words[1], 0, 30), line(words[2], 0, 100, width=100)]) == (
        "The harbour keeper wrote down every vessel that came in before the storm of May.\n\nA new paragraph."
    )


def test_nothing_is_nothing() -> None:
    assert set_text([]) == ""


_numbers = st.floats(-5_000, 5_000)
_corners = st.lists(st.tuples(_numbers, _numbers), min_size=4, max_size=4).map(tuple)


@given(st.lists(_corners, max_size=30), st.booleans())
def test_whatever_is_found_where_nothing_is_lost(found: list[tuple[Point, ...]], upside_down: bool) -> None:
    lines = [RecognisedLine(corners, f"w{index}w", 0.9) for index, corners in enumerate(found)]
    assert sorted(set_text(lines, upside_down).split()) == sorted(each.text for each in lines)

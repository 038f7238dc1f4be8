"""The token plan: sound points to continue from, and slices that do not depend on where reading began."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.desk import Attention, Geometry, common_prefix, plan, slices, sound_point

CHUNK = 8192
SCOUT = Geometry(Attention.CHUNKED, CHUNK)


def tokens(*ids: int) -> array[int]:
    return array("i", ids)


@given(st.lists(st.integers(0, 3), max_size=60), st.lists(st.integers(0, 3), max_size=60))
def test_common_prefix_is_the_longest(one: list[int], other: list[int]) -> None:
    length = common_prefix(array("i", one), array("i", other))
    assert one[:length] == other[:length]
    assert length == min(len(one), len(other)) or one[length] != other[length]


@pytest.mark.parametrize(
    ("position", "held", "position_min", "expected"),
    [
        (30_000, 39_050, 32_768, 24_576),  # the chunk's keys are gone: back to its beginning
        (30_000, 30_500, 24_576, 30_000),  # they are all there
        (30_000, 30_500, 24_577, 24_576),  # one is missing
        (24_576, 39_050, 32_768, 24_576),  # a multiple of the chunk needs none
        (39_050, 39_050, 39_000, 39_050),  # nothing is removed
        (8_191, 20_000, 16_384, 0),
        (0, 20_000, 16_384, 0),
    ],
)
def test_chunked_attention(position: int, held: int, position_min: int, expected: int) -> None:
    assert sound_point(position, held, position_min, SCOUT) == expected


@given(st.integers(0, 100_000), st.integers(0, 100_000), st.integers(0, 100_000))
def test_chunked_attention_loses_at_most_8191(position: int, beyond: int, position_min: int) -> None:
    point = sound_point(position, position + beyond, position_min, SCOUT)
    assert 0 <= position - point <= CHUNK - 1
    assert point == position or point % CHUNK == 0


def test_other_geometries() -> None:
    sliding = Geometry(Attention.SLIDING, 1000)
    assert sound_point(5000, 9000, 4000, sliding) == 5000
    assert sound_point(5000, 9000, 4001, sliding) == 0
    assert sound_point(500, 9000, 0, sliding) == 500
    assert sound_point(5000, 9000, 8000, Geometry()) == 5000
    assert sound_point(5000, 9000, 0, Geometry(Attention.RECURRENT)) == 0
    assert sound_point(9000, 9000, 0, Geometry(Attention.RECURRENT)) == 9000


def test_a_plan_evaluates_at_least_the_last_token() -> None:
    made = plan(tokens(1, 2, 3, 4), tokens(1, 2, 3), 0, Geometry())
    assert (made.keep, made.total) == (2, 3)
    made = plan(tokens(1, 2), tokens(1, 2, 3), 0, Geometry())
    assert (made.keep, made.total) == (2, 3)
    made = plan(tokens(), tokens(1), -1, SCOUT)
    assert (made.keep, made.total) == (0, 1)


@given(st.integers(0, 5000), st.integers(1, 5000), st.integers(1, 600))
def test_slices_cover_and_their_borders_do_not_depend_on_the_start(start: int, length: int, size: int) -> None:
    end = start + length
    cut = list(slices(start, end, size))
    assert [a for a, _ in cut] + [end] == [start] + [b for _, b in cut]
    assert all(0 < b - a <= size for a, b in cut)
    assert {b for _, b in cut} == {b for _, b in slices(0, end, size) if b > start}

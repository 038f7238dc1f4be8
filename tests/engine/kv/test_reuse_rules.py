"""The token plan: sound points to continue from, and slices that do not depend on where reading began."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.architectures import Attention, Geometry
from app.engine.kv.reuse import (
    TILE_TOKENS,
    ReusePlan,
    common_prefix,
    filling,
    is_snapshot_due,
    plan,
    saved_gain,
    slice_end,
    sound_point,
)

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


def test_a_snapshot_is_restored_where_it_spares_evaluation() -> None:
    held, wanted = array("i", range(39_050)), array("i", [*range(30_000), *range(50)])
    late = 32_768  # the oldest local key: that of the chunk that the sequence ends in
    assert plan(held, wanted, late, SCOUT) == ReusePlan(24_576, 30_050)
    assert plan(held, wanted, late, SCOUT, [29_000, 25_000]) == ReusePlan(29_000, 30_050, 29_000)
    assert plan(held, wanted, late, SCOUT, [30_000]) == ReusePlan(30_000, 30_050, 30_000)
    assert plan(held, wanted, late, SCOUT, [24_000]) == ReusePlan(24_576, 30_050)
    assert plan(held, wanted, 24_576, SCOUT, [29_000]) == ReusePlan(30_000, 30_050)  # all keys are there
    assert plan(held, wanted, late, Geometry(), [29_000]) == ReusePlan(30_000, 30_050)
    assert plan(held, wanted, late, Geometry(Attention.SLIDING, 1024), [29_000]) == ReusePlan(29_000, 30_050, 29_000)
    assert plan(held, wanted, 0, Geometry(Attention.RECURRENT), [29_000]) == ReusePlan(29_000, 30_050, 29_000)


def test_what_a_saved_reading_would_spare() -> None:
    saved, nothing = array("i", range(20_000)), ReusePlan(0, 20_100)
    assert saved_gain(nothing, saved, 16_384, array("i", range(20_100)), SCOUT) == 20_000
    assert saved_gain(ReusePlan(8_192, 20_100), saved, 16_384, array("i", range(20_100)), SCOUT) == 11_808
    other_book = array("i", [*range(17_000), *range(100)])
    assert saved_gain(nothing, saved, 16_384, other_book, SCOUT) == 17_000
    assert saved_gain(nothing, saved, 16_385, other_book, SCOUT) == 16_384
    assert saved_gain(nothing, saved, 12_000, array("i", [*range(10_000), 0]), SCOUT) == 8_192
    assert saved_gain(ReusePlan(9_000, 10_001), saved, 12_000, array("i", [*range(10_000), 0]), SCOUT) < 0


def test_with_chunks_a_snapshot_serves_its_chunk_up_to_its_position() -> None:
    held, wanted = array("i", range(39_050)), array("i", [*range(30_000), *range(50)])
    late = 32_768
    assert plan(held, wanted, late, SCOUT, [32_768]) == ReusePlan(30_000, 30_050, 32_768)
    assert plan(held, wanted, late, SCOUT, [32_768, 29_000]) == ReusePlan(30_000, 30_050, 32_768)
    assert plan(held, wanted, late, SCOUT, [32_768, 30_500]) == ReusePlan(30_000, 30_050, 30_500)
    assert plan(held, wanted, late, SCOUT, [32_769]) == ReusePlan(24_576, 30_050), "it is of the next chunk"
    at_border = array("i", [*range(24_576), *range(50)])
    assert plan(held, at_border, late, SCOUT, [32_768, 24_576]) == ReusePlan(24_576, 24_626)
    for other in (Geometry(Attention.SLIDING, 8192), Geometry(Attention.RECURRENT)):
        assert plan(held, wanted, late, other, [32_768]).keep == 0


def is_due(position: int, count: int, *points: int, begin: int = 24_576, geometry: Geometry = SCOUT) -> bool:
    return is_snapshot_due(position, count, begin, geometry, points)


def test_with_chunks_a_snapshot_is_taken_where_the_sequence_leaves_a_chunk_with_a_point() -> None:
    assert is_due(32_768, 1, 30_000)
    assert is_due(32_760, 20, 30_000), "some tokens are evaluated together across the border"
    assert is_due(32_768, 1, 24_576 + 64)
    assert not is_due(32_760, 8, 30_000), "it ends at the border"
    assert not is_due(32_769, 8_191, 30_000), "that chunk was left before"
    assert not is_due(32_768, 1, 24_576 + 63), "not worth it"
    assert not is_due(32_768, 1, 32_768, 24_576), "multiples of a chunk need no snapshot"
    assert not is_due(32_768, 1, 20_000, 33_000)
    assert not is_due(32_760, 20, 32_761), "a point that is not reached yet"
    assert not is_due(0, 512, 0, begin=0)
    assert not is_due(32_768, 1, 30_000, begin=24_577), "a key is missing"
    assert not is_due(32_768, 1, 30_000, begin=-1), "all are missing"


def test_elsewhere_a_snapshot_is_taken_at_the_point_itself() -> None:
    sliding = Geometry(Attention.SLIDING, 1024)
    assert is_due(30_000, 0, 30_000, geometry=sliding)
    assert not is_due(30_001, 1, 30_000, geometry=sliding)
    assert not is_snapshot_due(30_000, 1, 29_000, sliding, [30_000], [29_990]), "another is near"
    assert is_due(30_000, 1, 30_000, geometry=Geometry(Attention.RECURRENT))
    assert not is_due(30_000, 1, 30_000, geometry=Geometry())


@given(
    st.integers(1, 40_000), st.lists(st.tuples(st.integers(1, 600), st.integers(0, 1))), st.integers(8192, 8192 + 512)
)
def test_every_point_behind_a_chunk_can_be_come_back_to(
    start: int, steps: list[tuple[int, int]], kept_tokens: int
) -> None:
    """Whatever is evaluated, in whatever batches: of each chunk that was left, snapshots serve all points but such as
    its beginning is near enough to."""
    position, points = start, {start}
    snapshots: list[int] = []
    for count, is_point in steps * 20:
        if is_snapshot_due(position, count, max(0, position - kept_tokens), SCOUT, points, snapshots):
            snapshots.append(position)
        position += count
        points |= {position} if is_point else set()
    held = array("i", bytes(4 * position))
    for point in points:
        wanted = held[:point] + array("i", [1])
        kept = plan(held, wanted, max(0, position - kept_tokens), SCOUT, snapshots).keep
        assert kept == point or (kept == point // CHUNK * CHUNK and point - kept < 64)


@given(st.integers(0, 5000), st.integers(1, 5000), st.integers(1, 600), st.lists(st.integers(-1, 10_000), max_size=3))
def test_slices_cover_and_their_borders_do_not_depend_on_the_start(
    start: int, length: int, size: int, cuts: list[int]
) -> None:
    end = start + length

    def borders(position: int) -> list[int]:
        found = []
        while position < end:
            after = slice_end(position, end, size, cuts)
            assert 0 < after - position <= size
            position = after
            found.append(position)
        return found

    assert borders(start) == [border for border in borders(0) if border > start]
    assert borders(start)[-1] == end
    assert {cut for cut in cuts if start < cut < end} <= set(borders(start))


@given(st.integers(0, 40_000), st.integers(1, 512), st.integers(0, 40_000), st.sampled_from([Geometry(), SCOUT]))
def test_a_short_slice_is_filled_up_within_its_chunk_and_the_room(
    position: int, count: int, room: int, geometry: Geometry
) -> None:
    fill = filling(position, count, room, geometry)
    if fill:
        assert count + fill == TILE_TOKENS
        assert position + TILE_TOKENS <= room
        assert geometry is not SCOUT or position // 8192 == (position + TILE_TOKENS - 1) // 8192


def test_what_is_filled_up() -> None:
    assert filling(1_000, 23, 8_192, Geometry()) == 41
    assert filling(1_000, 23, 8_192, SCOUT) == 41
    assert filling(8_192 - 64, 23, 20_000, SCOUT) == 41
    assert filling(8_192 - 63, 23, 20_000, SCOUT) == 0
    assert filling(1_000, 1, 8_192, Geometry()) == 0
    assert filling(1_000, 64, 8_192, Geometry()) == 0
    assert filling(1_000, 23, 1_063, Geometry()) == 0
    assert filling(1_000, 23, 8_192, Geometry(Attention.SLIDING, 1024)) == 0
    assert filling(1_000, 23, 8_192, Geometry(Attention.RECURRENT)) == 0

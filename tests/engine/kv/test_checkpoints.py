"""When a book that is being read is saved: often enough, and about as many bytes as it has, with Scout's shapes."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from pathlib import Path

import msgspec

from app.engine.kv.checkpoints import MIN_TOKENS, Checkpoints, SaveTarget
from app.engine.kv.saved_states import RowsUsed, SavedStates
from tests.engine.kv.test_saved_rows import state_of
from tests.engine.kv.test_saved_states import KEY, SECRET, made

CHUNK, SLICE = 8192, 512
GLOBAL_BYTES, LOCAL_BYTES = 12 * 2176, 36 * 2176
"""A token of Scout's in a q8_0 cache: 8 heads of 128 keys and as many values, 34 bytes for 32 numbers, in 12 and 36
layers."""


def reading_to(folder: Path, tokens: int, *, in_parts: bool) -> list[tuple[int, int]]:
    """Where checkpoints come while a book of Scout's is read and saving takes no time, and the bytes that each
    writes."""
    checkpoints = Checkpoints(SaveTarget(SavedStates(folder, SECRET, 1 << 40), KEY, "Scout"))
    state = state_of(600)
    reading = made(range(600), state)
    state.close()
    if in_parts:
        reading = msgspec.structs.replace(reading, used=(RowsUsed("rows", b"salt", 0, 600),))
    checkpoints.continues(reading, 600)
    checkpoints.begin(0)
    came = []
    for position in range(SLICE, tokens, SLICE):
        local = position % CHUNK * LOCAL_BYTES
        whole = position * GLOBAL_BYTES + local
        if checkpoints.is_due(position, partial(int, whole), partial(int, local)):
            new = checkpoints.grown(position + 1) * GLOBAL_BYTES
            came.append((position, new + local + LOCAL_BYTES if in_parts else whole))
            checkpoints.begin(position + 1)
    return came


def test_a_long_book_is_written_about_once(tmp_path: Path) -> None:
    total = 500_000
    came = reading_to(tmp_path, total, in_parts=True)
    own_bytes = total * GLOBAL_BYTES
    written = sum(written for _, written in came)
    assert 0.95 * own_bytes < written < 1.1 * own_bytes
    assert max(later - earlier for (earlier, _), (later, _) in pairwise(came)) <= 2 * CHUNK
    assert all(position % CHUNK == 0 for position, _ in came if position > 2 * CHUNK)
    whole = sum(written for _, written in reading_to(tmp_path, total, in_parts=False))
    assert whole > 2 * written


def test_the_beginning_is_not_lost_for_long(tmp_path: Path) -> None:
    came = [position for position, _ in reading_to(tmp_path, CHUNK, in_parts=True)]
    assert came[0] == MIN_TOKENS
    assert len(came) >= 4


def test_a_token_of_the_next_chunk_is_the_least_that_local_layers_have(tmp_path: Path) -> None:
    """A checkpoint writes next to nothing besides new rows where a chunk begins."""
    came = dict(reading_to(tmp_path, 10 * CHUNK, in_parts=True))
    assert came[9 * CHUNK] == (CHUNK * GLOBAL_BYTES) + LOCAL_BYTES

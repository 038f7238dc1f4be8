"""The token sequence in a context: what of it can be kept for the next prompt, and how the rest is cut into slices.

Pure arithmetic, no model. A prefix of equal tokens is not enough to continue from: layers with local attention keep
only their last window of keys. `llama_memory_seq_rm` reports success where needed keys are gone, and the answer is
then wrong without an error; so every rollback is decided here.

A position is sound to continue from when a local layer needs no key from before it (for chunked attention: a multiple
of the chunk), when every key that it needs is still there, or when a snapshot of the local layers is restored first.

Which positions a snapshot serves depends on the attention. With chunks, every key that a position needs is in its own
chunk up to it: a snapshot serves all positions of its chunk up to its own, and nothing of the chunk is lost before the
first position of the next one is evaluated. So one copy shortly before that border is enough, and a turn that stays in
its chunk needs none. A sliding window has moved on with every token, and a recurrent state is that of one position:
there a snapshot serves the position that it was taken at, and no other.

Invariants:

- Positions are given and never shifted; `LlamaContext.position_min` is read before anything is removed. Held by:
  tests/engine/kv/test_reuse_rules.py::test_chunked_attention,
  tests/engine/kv/test_reuse_rules.py::test_other_geometries.
- With chunks, a snapshot is taken before the first position beyond a chunk is evaluated, if somebody may come back to
  that chunk, and at no other time. So no turn that stays in its chunk waits for a copy. Held by:
  tests/engine/kv/test_reuse.py::test_a_turn_that_stays_in_its_chunk_copies_no_local_layers.
- Slices are cut at multiples of their size: the same text is evaluated in the same batches whether it is continued or
  read again, since rounding differs between batch shapes and routing to experts amplifies that. Held by:
  tests/engine/kv/test_reuse_rules.py::test_slices_cover_and_their_borders_do_not_depend_on_the_start.
- An image's embeddings are kept as a whole run or not at all. They are numbers below zero in the sequence, so text and
  images need one rule. Held by:
  tests/engine/images/test_vision.py::test_an_image_across_a_chunk_is_rolled_back_soundly.
- On a processor with an f16 cache, a short slice is filled up to 64 tokens; the filling is taken back at once and never
  crosses a chunk's border. Held by: tests/engine/test_filling.py,
  tests/engine/kv/test_reuse_rules.py::test_a_short_slice_is_filled_up_within_its_chunk_and_the_room.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from app.engine.architectures import Attention, Geometry

Tokens: TypeAlias = "array[int]"
"""Token ids, C `int`; four bytes each, so that a book of millions of tokens stays small.

Numbers below zero stand for embeddings of an image (`embedded`), so that one sequence is compared with another in the
same way whatever is in it."""

TILE_TOKENS = 64
"""llama.cpp's attention on the CPU takes so many tokens of a slice together where the cache is f16 (`GGML_FA_TILE_Q` in
ggml-cpu/ops.cpp), and the tokens of a shorter slice one by one, measured at five to six times the time a token."""

_MIN_FILLED_TOKENS = 16

_SNAPSHOT_WORTH = 64
"""A snapshot that spares fewer tokens than this is not taken."""


@dataclass(frozen=True)
class ReusePlan:
    """A plan: keep positions [0, keep), evaluate [keep, total).

    `snapshot` asks to bring the local layers back to the snapshot taken at this position first; it is `keep` or, with
    chunked attention, a later one.
    """

    keep: int
    total: int
    snapshot: int | None = None


def plan(
    held: Tokens, wanted: Tokens, position_min: int, geometry: Geometry, snapshots: Iterable[int] = ()
) -> ReusePlan:
    """Plan how much of the `held` sequence to keep so that `wanted` can be continued soundly.

    `position_min` is the oldest position of which every layer still has its keys, read before anything is removed
    (`Context.position_min`). `snapshots` are positions of `held` at which the local layers were copied. At least the
    last token of `wanted` is evaluated, since logits are wanted after it.
    """
    common = min(shared(held, wanted), len(wanted) - 1)
    keep = sound_point(common, len(held), position_min, geometry)
    found = {served(taken, common, geometry): taken for taken in sorted(snapshots, reverse=True)}
    best = max(found, default=0)
    return ReusePlan(best, len(wanted), found[best]) if best > keep else ReusePlan(keep, len(wanted))


def served(taken: int, position: int, geometry: Geometry) -> int:
    """Return the last position, up to `position`, that one can come back to with the snapshot at `taken`; 0 for
    none."""
    if taken <= position:
        return taken
    chunked = geometry.attention is Attention.CHUNKED
    return position if chunked and (taken - 1) // geometry.window == position // geometry.window else 0


def saved_gain(plan: ReusePlan, saved: Tokens, position_min: int, wanted: Tokens, geometry: Geometry) -> int:
    """Return how many tokens restoring a saved sequence would keep, beyond what `plan` keeps already.

    `position_min` as it was when the sequence was saved. Zero or less: it is no help.
    """
    common = min(shared(saved, wanted), len(wanted) - 1)
    return sound_point(common, len(saved), position_min, geometry) - plan.keep


def is_snapshot_due(
    position: int,
    count: int,
    position_min: int,
    geometry: Geometry,
    points: Iterable[int],
    snapshots: Iterable[int] = (),
) -> bool:
    """Return whether to copy the local layers at the end of the sequence, `position`, before `count` more tokens are
    evaluated.

    `points` are positions that somebody may come back to. `position_min` is as for `plan`: a copy that lacks keys is
    none.
    """
    match geometry.attention:
        case Attention.FULL:
            return False
        case Attention.CHUNKED:
            border = -(-position // geometry.window) * geometry.window
            begin = border - geometry.window
            if position + count <= border or not 0 <= position_min <= begin:
                return False
            return any(begin + _SNAPSHOT_WORTH <= point <= position and point < border for point in points)
        case _:
            spared = position - max((taken for taken in snapshots if taken <= position), default=0)
            return position in points and spared >= _SNAPSHOT_WORTH


def comes_back(position: int, count: int, geometry: Geometry, snapshots: Iterable[int] = ()) -> bool:
    """Return whether one can come back to the end of a sequence, `position`, after `count` more tokens: they overwrite
    nothing that it needs, or the local layers were copied there. With chunks they overwrite it from the next chunk
    on."""
    match geometry.attention:
        case Attention.FULL:
            return True
        case Attention.CHUNKED if position // geometry.window == (position + count - 1) // geometry.window:
            return True
        case _:
            return position in snapshots


def sound_point(position: int, held: int, position_min: int, geometry: Geometry) -> int:
    """Return the last position, at most `position`, from which decoding gives what a fresh read would give.

    For chunked attention (llama.cpp's `LLAMA_SWA_TYPE_CHUNKED`): a multiple of the window, where the local layers
    begin again; else a position of whose chunk no key is lost; else the beginning of the chunk.
    """
    if position == held or geometry.attention is Attention.FULL:
        return position
    match geometry.attention:
        case Attention.CHUNKED:
            chunk = position // geometry.window * geometry.window
            return position if position_min <= chunk else chunk
        case Attention.SLIDING:
            return position if position_min <= max(0, position - geometry.window) else 0
        case _:
            return 0


def embedded(content: str, row: int, count: int) -> Tokens:
    """Return the numbers in a sequence for `count` embeddings of `content`, from its row `row` on.

    Each number has 31 bits of a digest of it all: that two runs are equal from end to end by chance is out of the
    question, while single numbers may well be. So only whole runs are compared (`shared`).
    """
    digest = hashlib.shake_256(f"{content}:{row}:{count}".encode()).digest(4 * count)
    numbers = array("i", digest)
    return array("i", (number | -(1 << 31) for number in numbers))


def shared(one: Tokens, other: Tokens) -> int:
    """Return how many positions two sequences share from the beginning; of an image's embeddings all of a run, or
    none."""
    common = common_prefix(one, other)
    if any(common < len(tokens) and tokens[common] < 0 for tokens in (one, other)):
        while common and one[common - 1] < 0:
            common -= 1
    return common


def common_prefix(one: Tokens, other: Tokens) -> int:
    """Return the length of the longest common prefix; compares blocks at the speed of memcmp."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def slice_end(position: int, end: int, size: int, cuts: Iterable[int] = ()) -> int:
    """Return where the slice that begins at `position` ends: at the next multiple of `size`, at a cut, at `end`.

    The borders do not depend on where reading began: a sequence is evaluated in the same batches whether it was
    continued or read anew. Rounding differs between batch shapes, and routing to experts amplifies that.
    """
    return min(end, position // size * size + size, *(cut for cut in cuts if cut > position), end)


def filling(position: int, count: int, room: int, geometry: Geometry) -> int:
    """Return how many tokens to evaluate behind a slice of `count` at `position` and to take back at once, so that it
    makes a full tile; 0 if that would not pay, or could cost keys: it stays inside the chunk, as a draft does, and
    inside the `room` of the context."""
    end = position + TILE_TOKENS
    if not _MIN_FILLED_TOKENS <= count < TILE_TOKENS or end > room:
        return 0
    match geometry.attention:
        case Attention.FULL:
            return TILE_TOKENS - count
        case Attention.CHUNKED if position // geometry.window == (end - 1) // geometry.window:
            return TILE_TOKENS - count
        case _:
            return 0

"""Finds the rows of the global layers in a state of llama.cpp's: they only grow, so that they are written once.

Source: `state_seq_get_data` in llama-context.cpp and `llama_kv_cache::state_write` in llama-kv-cache.cpp (llama.cpp
0c1e57098). Little-endian, nothing between the fields:

- a state: u32 magic, i32 sequence, the cache of the global layers, and that of the local ones if there are any;
- a cache: u32 streams, u32 cells; if there are cells, for each of them i32 position, u32 sequences, i32 sequence; then
  u32 whether values are transposed (without flash attention), u32 layers, rows of keys for each, rows of values for
  each;
- rows: i32 type, u64 bytes of a row, and one row for each cell.

Other families have other states: recurrent ones, positions in two dimensions, layers without values. What is not
exactly this, to the last byte, has no layout here and is written whole.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Iterator

import msgspec

_MAGIC = 0xAF143CD8
_STATE = struct.Struct("<Ii")  # magic, sequence
_CACHE = struct.Struct("<II")  # streams, cells
_SHAPE = struct.Struct("<II")  # transposed, layers
_ROWS = struct.Struct("<iQ")  # type, bytes of a row
_CELL_BYTES = 12
_MOST_ROW_BYTES = 1 << 24


class RowKind(msgspec.Struct, frozen=True):
    """Keys or values of one layer: ggml's number for their type, and the bytes that a token takes."""

    type: int
    row_bytes: int


class StateLayout(msgspec.Struct, frozen=True):
    """The global layers of a state of `tokens`; `rows` are the keys of each layer, then the values of each."""

    tokens: int
    rows: tuple[RowKind, ...]

    @property
    def row_bytes(self) -> int:
        """The bytes that a token takes in all global layers together."""
        return sum(kind.row_bytes for kind in self.rows)

    @property
    def end(self) -> int:
        """The place where the rows of the global layers end: the local ones begin there, or the state ends."""
        start = _STATE.size + _CACHE.size + self.tokens * _CELL_BYTES + _SHAPE.size
        return start + sum(_ROWS.size + self.tokens * kind.row_bytes for kind in self.rows)

    def places(self, first: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield where the rows of tokens [first, end) begin and end in the state, for one kind after the other."""
        at = _STATE.size + _CACHE.size + self.tokens * _CELL_BYTES + _SHAPE.size
        for kind in self.rows:
            at += _ROWS.size
            yield at + first * kind.row_bytes, at + end * kind.row_bytes
            at += self.tokens * kind.row_bytes

    def write_frame(self, state: memoryview) -> None:
        """Write all that is in front of and between the rows."""
        frame = _STATE.pack(_MAGIC, 0) + _CACHE.pack(1, self.tokens) + _cells(self.tokens)
        frame += _SHAPE.pack(0, len(self.rows) // 2)
        state[: len(frame)] = frame
        for kind, (at, _) in zip(self.rows, self.places(0, 0), strict=True):
            state[at - _ROWS.size : at] = _ROWS.pack(kind.type, kind.row_bytes)


def layout_of(state: memoryview, tokens: int) -> StateLayout | None:
    """Return the layout of the state of a sequence of `tokens`; None if anything in it is not as described above."""
    try:
        magic, sequence = _STATE.unpack_from(state)
        if (magic, sequence) != (_MAGIC, 0):
            return None
        end, cells, rows = _cache(state, _STATE.size)
        if not rows or len(cells) != tokens * _CELL_BYTES or cells != _cells(tokens):
            return None
        if end < state.nbytes:
            end, local_cells, _ = _cache(state, end)
            if not _are_of_one_sequence(local_cells, tokens):
                return None
    except (struct.error, ValueError):
        return None
    layout = StateLayout(tokens, rows)
    return layout if end == state.nbytes and layout.end <= end else None


def _cache(state: memoryview, at: int) -> tuple[int, bytes, tuple[RowKind, ...]]:
    """Return where a cache that begins at `at` ends, its cells, and its rows. Raises struct.error, ValueError."""
    streams, count = _CACHE.unpack_from(state, at)
    at += _CACHE.size
    if streams != 1:
        raise ValueError(streams)
    if not count:
        return at, b"", ()
    cells = bytes(state[at : at + count * _CELL_BYTES])
    at += count * _CELL_BYTES
    transposed, layers = _SHAPE.unpack_from(state, at)
    at += _SHAPE.size
    if transposed:
        raise ValueError(transposed)
    rows = []
    for _ in range(2 * layers):
        kind = RowKind(*_ROWS.unpack_from(state, at))
        at += _ROWS.size + count * kind.row_bytes
        if not 0 < kind.row_bytes <= _MOST_ROW_BYTES or at > state.nbytes:
            raise ValueError(kind)
        rows.append(kind)
    return at, cells, tuple(rows)


def _cells(tokens: int) -> bytes:
    """Return the cells of the positions from 0 on, each of sequence 0 alone."""
    cells = array("i", bytes(tokens * _CELL_BYTES))
    cells[0::3] = array("i", range(tokens))
    cells[1::3] = array("i", [1]) * tokens
    return cells.tobytes()


def _are_of_one_sequence(cells: bytes, tokens: int) -> bool:
    numbers = array("i", cells)
    positions, others = numbers[0::3], (numbers[1::3], numbers[2::3])
    known = len(set(positions)) == len(positions) and all(0 <= position < tokens for position in positions)
    return known and others == (array("i", [1]) * len(positions), array("i", bytes(4 * len(positions))))

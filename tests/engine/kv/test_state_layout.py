"""Where rows are in a state: exactly where llama.cpp puts them, or nowhere at all."""

from __future__ import annotations

import random
import struct
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.settings import KvType
from app.engine.kv.state_layout import RowKind, StateLayout, layout_of
from app.engine.llama.llama import LlamaContext, LlamaModel

Open = Callable[[Path, KvType], LlamaContext]


@pytest.fixture
def open_context() -> Iterator[Open]:
    opened: list[LlamaContext | LlamaModel] = []

    def make(path: Path, kv_type: KvType) -> LlamaContext:
        model = LlamaModel(path, 0, lambda _fraction: True)
        context = LlamaContext(model, 4096, kv_type, 1, 512)
        opened.extend((model, context))
        return context

    yield make
    for each in reversed(opened):
        each.close()


def read(context: LlamaContext, start: int, end: int) -> None:
    for at in range(start, end, 100):
        count = min(100, end - at)
        context.decode(array("i", [(at + n) % 97 + 3 for n in range(count)]), at, outputs=1)


def state_of(context: LlamaContext) -> bytes:
    with context.state() as state:
        return state[:]


@pytest.mark.parametrize(
    ("model", "kv_type"),
    [
        ("tiny_scout_fast", KvType.F16),
        ("tiny_scout_quantized", KvType.Q8_0),
        ("tiny_scout_quantized", KvType.Q4_0),
        ("starter", KvType.F16),
        ("starter", KvType.Q8_0),
    ],
)
def test_rows_of_a_longer_state_go_on_from_those_of_a_shorter(
    open_context: Open, request: pytest.FixtureRequest, model: str, kv_type: KvType
) -> None:
    """A state is put together from its frame, rows of two states of the same sequence, and its own local layers."""
    context = open_context(request.getfixturevalue(model), kv_type)
    short, long = (30, 44) if model == "starter" else (140, 200)  # its tokens take a hundredth of a second each
    read(context, 0, short)
    before = state_of(context)
    context.decode(array("i", [1, 2, 3]), short, outputs=1)
    context.remove_from(short)  # as a draft that was wrong
    read(context, short, long)
    whole = state_of(context)
    first, layout = layout_of(memoryview(before), short), layout_of(memoryview(whole), long)
    assert first is not None
    assert layout is not None
    assert layout.rows == first.rows
    assert len(layout.rows) % 2 == 0
    assert (layout.end == len(whole)) == (model == "starter")
    made = bytearray(len(whole))
    made[layout.end :] = whole[layout.end :]
    layout.write_frame(memoryview(made))
    for (old, old_end), (start, end) in zip(first.places(0, short), layout.places(0, short), strict=True):
        made[start:end] = before[old:old_end]
    for start, end in layout.places(short, long):
        made[start:end] = whole[start:end]
    assert made == whole


def test_what_is_not_exactly_a_state_has_no_layout(open_context: Open, tiny_scout_quantized: Path) -> None:
    context = open_context(tiny_scout_quantized, KvType.Q8_0)
    read(context, 0, 120)
    whole = state_of(context)
    layout = layout_of(memoryview(whole), 120)
    assert layout is not None
    for other in (119, 121, 0):
        assert layout_of(memoryview(whole), other) is None
    for changed in (whole[:-1], whole + b"\0", whole[: layout.end - 1], whole[:3], b""):
        assert layout_of(memoryview(changed), 120) is None
    rows = {at for start, end in layout.places(0, 120) for at in range(start, end)}
    frame = [at for at in range(layout.end) if at not in rows]
    sizes = [at for at in frame if at > 120 * 12 + 24]
    for at in {*random.Random(1).sample(frame, 300), *range(24), *sizes}:
        changed_byte = bytearray(whole)
        changed_byte[at] ^= 1
        found = layout_of(memoryview(changed_byte), 120)
        assert found is None or found.rows != layout.rows, at


@pytest.mark.parametrize("holes", ["gap", "moved"])
def test_cells_in_another_order_have_no_layout(open_context: Open, starter: Path, holes: str) -> None:
    context = open_context(starter, KvType.F16)
    read(context, 0, 30)
    if holes == "gap":
        assert context._api.llama_memory_seq_rm(context._memory, 0, 12, 18)
        assert layout_of(memoryview(state_of(context)), 24) is None
    else:
        context._api.llama_memory_seq_add(context._memory, 0, 0, -1, 5)
        assert layout_of(memoryview(state_of(context)), 30) is None


def test_a_state_without_layers_or_of_two_streams_has_none() -> None:
    empty = struct.pack("<IiII", 0xAF143CD8, 0, 1, 0)
    assert layout_of(memoryview(empty), 0) is None
    layout = StateLayout(2, (RowKind(1, 4), RowKind(1, 4)))
    made = bytearray(layout.end)
    layout.write_frame(memoryview(made))
    assert layout_of(memoryview(made), 2) == layout
    made[8] = 2
    assert layout_of(memoryview(made), 2) is None

"""An image whose embeddings are laid out in rows and columns takes fewer positions than places."""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable, Collection
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from app.core.settings import KvType
from app.engine.architectures import Geometry
from app.engine.control import RunControl
from app.engine.kv.cached_sequence import CachedSequence
from app.engine.kv.reuse import embedded
from app.engine.llama.llama import LlamaContext, LlamaModel
from app.engine.llama.positions import Positions
from app.engine.protocol import ImageSpan
from tests.engine.kv.test_reuse import THREADS
from tests.models.attending import GRID, WIDTH, write_attending

SLICE, BEFORE, COLUMNS, ROWS, BEHIND = 32, 40, 11, 7, 30
WIDE = ImageSpan("a" * 64, 0, BEFORE, BEFORE + COLUMNS * ROWS, columns=COLUMNS)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_attending(tmp_path_factory.mktemp("grid") / "model.gguf", GRID)


def test_places_and_positions() -> None:
    positions = Positions()
    positions.add_grid(10, 0, 4, 3)  # so far
    wide = positions.add_grid(14, 4, 2, 3)
    assert wide.tolist() == [[10, 10], [11, 11], [11, 12], [0, 0]]
    tall = positions.add_grid(20, 0, 8, 2)
    assert tall[0].tolist() == [17] * 8
    assert tall[1:3, -1].tolist() == [20, 18]
    assert [positions.of(place) for place in (9, 10, 16, 20, 28, 30)] == [9, 10, 13, 17, 21, 23]
    assert [positions.place(position) for position in (-1, 9, 10, 13, 17, 21, 23)] == [-1, 9, 10, 16, 20, 28, 30]
    positions.cut(20)
    assert positions.of(28) == 25
    positions.cut(10)
    assert positions.at_end(28) == 28


def _asked(times: Collection[int]) -> Callable[[], bool]:
    asked = count()
    return lambda: next(asked) in times


def test_a_broken_slice_takes_nothing_else_of_the_image_with_it(model: Path) -> None:
    """The image takes three slices, all at one position in time; llama.cpp takes slices back by their positions."""
    rng, wanted = random.Random(1), array("i")
    wanted.extend(rng.randrange(600) for _ in range(BEFORE))
    wanted.extend(embedded("a", 0, COLUMNS * ROWS))
    wanted.extend(rng.randrange(600) for _ in range(BEHIND))
    rows = np.random.default_rng(1).standard_normal((COLUMNS * ROWS, WIDTH)).astype(np.float32)
    found = []
    for when in ((), range(0, 3_000, 127)):
        loaded = LlamaModel(model, 0, lambda _fraction: True)
        context = LlamaContext(loaded, 512, KvType.F16, THREADS, SLICE, should_stop=_asked(when))
        sequence = CachedSequence(context, Geometry(), RunControl(), embeddings_of=lambda _span: rows)
        sequence.read(wanted, (), lambda *_: None, [WIDE])
        found.append(context.logits().tobytes())
        context.close()
        loaded.close()
    assert found[0] == found[1]

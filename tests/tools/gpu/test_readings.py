"""A reading that the processor saved goes on on the card, and one of the card on the processor."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.conversations.events import Notice
from app.core.settings import KvType, Sampling
from app.core.work import Cancel
from app.engine.client import EngineClient
from app.engine.kv.encrypted_file import SECRET_BYTES
from app.engine.kv.saved_states import SavedStates
from app.engine.protocol import AnswerTo, ReadingsSpec
from tests.engine.conftest import lay_out, probe
from tests.engine.kv.test_reuse import ask, book
from tests.tools.gpu.conftest import Figure
from tests.tools.gpu.places import Places, apart, both_kinds
from tests.work import run

SECRET = b"s" * SECRET_BYTES
ASKED = ask(book(19), "What happens?")  # 9,300 tokens: more than a chunk

Open = Callable[..., EngineClient]


@pytest.mark.parametrize("way", ["to the card", "to the processor"])
@pytest.mark.parametrize("kv_type", both_kinds())
def test_a_saved_reading_changes_places(
    places: Places, small_scout: Path, tmp_path: Path, kv_type: KvType, way: str, figure: Figure
) -> None:
    ways: dict[str, tuple[Open, Open]] = {
        "to the card": (places.cpu, places.card),
        "to the processor": (places.card, places.cpu),
    }
    saving, resuming = ways[way]
    readings = ReadingsSpec(str(tmp_path), SECRET, 1 << 30)
    first = saving(small_scout, kv_type=kv_type, readings=readings)
    laid = lay_out(first, ASKED)
    started = time.monotonic()
    before = probe(first, laid.tokens, laid.books).logits
    assert first.flush_saved() == ()
    figure("read and saved s", round(time.monotonic() - started, 2))
    first.close()
    (saved,) = SavedStates(tmp_path, SECRET, 1 << 30).all()
    assert saved.complete

    second = resuming(small_scout, kv_type=kv_type, readings=readings)
    started = time.monotonic()
    resumed = probe(second, laid.tokens, laid.books)
    figure("resumed s", round(time.monotonic() - started, 2))
    assert resumed.usage.reused_tokens == laid.books[-1].end
    found = apart(before, resumed.logits)
    figure("best", found.best)
    assert found.is_rounding(same_kernels=False), found
    events, _ = run(second.run(AnswerTo(ASKED, Sampling(temperature=0), 8), Cancel()))
    assert [event for event in events if isinstance(event, Notice)] == []

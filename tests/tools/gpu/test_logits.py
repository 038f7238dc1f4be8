"""The card gives the processor's logits, but for rounding: with each type of cache, within a chunk and beyond, and with
experts in main memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.settings import KvType
from app.engine.client import EngineClient
from app.engine.protocol import EncodedPrompt
from tests.engine.conftest import lay_out, probe
from tests.engine.kv.test_reuse import ask, book
from tests.tools.gpu.conftest import Figure
from tests.tools.gpu.places import Places, apart, both_kinds, experts_of, in_memory, on_card

WITHIN, BEYOND = 2, 19  # pages of 490 tokens; a chunk has 8,192
LAYERS = 8


def logits(engine: EngineClient, laid: EncodedPrompt, tokens: int | None = None) -> bytes:
    return probe(engine, laid.tokens[:tokens], laid.books).logits


@pytest.mark.parametrize("pages", [WITHIN, BEYOND], ids=["within a chunk", "beyond a chunk"])
@pytest.mark.parametrize("kv_type", both_kinds(KvType.Q4_0))
def test_both_give_the_same_logits(
    places: Places, small_scout: Path, kv_type: KvType, pages: int, figure: Figure
) -> None:
    cpu, card = places.cpu(small_scout, kv_type=kv_type), places.card(small_scout, kv_type=kv_type)
    assert on_card(cpu.model()) == 0
    assert (on_card(card.model()) > 0) is places.has_card
    laid = lay_out(cpu, ask(book(pages), "What happens?"))
    assert laid == lay_out(card, ask(book(pages), "What happens?"))
    found = apart(logits(cpu, laid), logits(card, laid))
    figure("divergence", found.divergence)
    figure("best", found.best)
    assert found.is_rounding(same_kernels=False), found
    elsewhere = apart(logits(cpu, laid, -40), logits(card, laid))
    assert not elsewhere.is_rounding(same_kernels=False), "a comparison that sees no other text sees nothing"


@pytest.mark.parametrize("moved", [4, LAYERS], ids=["experts of four layers", "all experts"])
def test_experts_on_the_processor_change_nothing(places: Places, tiny_scout: Path, moved: int, figure: Figure) -> None:
    cpu, whole = places.cpu(tiny_scout), places.card(tiny_scout)
    split = places.card(tiny_scout, cpu_tensors=experts_of(range(moved)), ubatch_tokens=2048)
    if places.has_card:
        assert 0 < on_card(split.model()) < on_card(whole.model())
        assert in_memory(split.model()) > in_memory(whole.model())
    laid = lay_out(cpu, ask(book(WITHIN), "What happens?"))
    found = apart(logits(cpu, laid), logits(split, laid))
    figure("best", found.best)
    assert found.is_rounding(same_kernels=False), found

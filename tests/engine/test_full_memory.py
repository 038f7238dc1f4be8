"""Memory that llama.cpp does not get, on a card or beside it, ends as a sentence that says what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil
import pytest

from app.core.conversations.events import Notice
from app.core.errors import AppError, Code
from app.core.settings import KvType, Sampling
from app.core.work import Cancel, finish
from app.engine import client
from app.engine.llama.llama import LlamaContext, LlamaModel
from app.engine.llama.llama_loader import bindings, log_callback
from app.engine.protocol import AnswerTo, EngineState
from tests.engine.conftest import NewEngine, load, prompt
from tests.models import full_card, lost_card
from tests.work import problem_of, run

ERROR = 4  # ggml.h: enum ggml_log_level
CACHE = """\
ggml_backend_cuda_buffer_type_alloc_buffer: allocating 12288.00 MiB on device 0: cudaMalloc failed: out of memory
alloc_tensor_range: failed to allocate CUDA0 buffer of size 12884901888
llama_init_from_model: failed to initialize the context: failed to allocate buffer for kv cache"""
COMPUTE = """\
ggml_backend_cuda_buffer_type_alloc_buffer: allocating 1904.52 MiB on device 1: cudaMalloc failed: out of memory
ggml_gallocr_reserve_n_impl: failed to allocate CUDA1 buffer of size 1997033472
graph_reserve: failed to allocate compute buffers
llama_init_from_model: failed to initialize the context: failed to allocate compute pp buffers"""
WEIGHTS = """\
alloc_tensor_range: failed to allocate CUDA0 buffer of size 65330000000
llama_model_load: error loading model: unable to allocate CUDA0 buffer"""
PINNED = "alloc_tensor_range: failed to allocate CUDA_Host buffer of size 1000"
NO_SIZE = "llama_model_load: error loading model: unable to allocate CUDA0 buffer"
OTHER = "llama_init_from_model: failed to initialize the context: quantized V cache requires flash attention"


@pytest.mark.parametrize(
    ("lines", "code", "params"),
    [
        (CACHE, Code.MODEL_CARD_FULL, {"needed_bytes": 12_884_901_888}),
        (COMPUTE, Code.MODEL_CARD_FULL, {"needed_bytes": 1_997_033_472}),
        (WEIGHTS, Code.MODEL_CARD_FULL, {"needed_bytes": 65_330_000_000}),
        (PINNED, Code.MODEL_OUT_OF_MEMORY, {"needed_bytes": 1000}),
        (NO_SIZE, Code.MODEL_FAILED, {"detail": "out of memory"}),
        (OTHER, Code.MODEL_FAILED, {}),
    ],
)
@pytest.mark.parametrize("step", ["llama_model_load_from_file", "llama_init_from_model"])
def test_a_load_that_finds_no_memory_says_where(
    tiny_scout_fast: Path, monkeypatch: pytest.MonkeyPatch, step: str, lines: str, code: Code, params: dict[str, Any]
) -> None:
    def fail(*_arguments: object) -> None:
        for line in lines.splitlines():
            log_callback()(ERROR, line.encode(), None)

    monkeypatch.setattr(bindings(), step, fail)
    with pytest.raises(AppError) as raised:
        LlamaContext(LlamaModel(tiny_scout_fast, 0, lambda _fraction: True), 512, KvType.F16, 1, 64)
    assert raised.value.code is code
    assert raised.value.params.items() >= {"path": str(tiny_scout_fast), **params}.items()


def test_main_memory_that_cannot_be_had_is_named(tiny_scout: Path) -> None:
    """The allocation is a real one, so that the lines are llama.cpp's own."""
    resource = pytest.importorskip("resource")
    model = LlamaModel(tiny_scout, 0, lambda _fraction: True)
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (psutil.Process().memory_info().vms + (256 << 20), before[1]))
    try:
        with pytest.raises(AppError) as raised:
            LlamaContext(model, 2_000_000, KvType.F16, 1, 64)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
        model.close()
    assert raised.value.code is Code.MODEL_OUT_OF_MEMORY
    assert raised.value.params["needed_bytes"] > 256 << 20  # type: ignore[operator]


def test_a_card_that_has_none_left_while_it_computes_ends_the_engine_with_that(
    new_engine: NewEngine, tiny_scout_fast: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, asked = new_engine(), AnswerTo(prompt("What?"), Sampling(temperature=0), 3)
    with monkeypatch.context() as patch:
        patch.setattr(client, "command", full_card.command)
        load(engine, tiny_scout_fast, context_tokens=512)
    assert problem_of(engine.run(asked, Cancel())).code is Code.ENGINE_CARD_FULL
    assert engine.state() is EngineState.DEAD
    finish(engine.revive(Cancel()))
    finish(engine.run(asked, Cancel()))


def test_a_card_that_is_lost_is_replaced_by_the_processor_which_says_so(
    new_engine: NewEngine, tiny_scout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(client, "command", lost_card.command)
        engine = new_engine()
        load(engine, tiny_scout, context_tokens=1024)
    order = AnswerTo(prompt("What?"), Sampling(temperature=0), 2)
    told = []
    for _ in range(2):
        events, ending = run(engine.run(order, Cancel()))
        assert ending.usage.generated_tokens
        told += [event.problem.code for event in events if isinstance(event, Notice)]
    assert told == [Code.ENGINE_ON_PROCESSOR], "once"

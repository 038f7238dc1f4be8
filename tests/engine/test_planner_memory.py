"""A plan says a model takes as much as llama.cpp takes: to the byte in a dry run, and loaded too."""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import psutil
import pytest
from gguf import GGMLQuantizationType as Type

from app.core.errors import AppError, Code
from app.core.model import ModelHeader, TensorPart
from app.core.settings import KvType, Mapping
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.control import RunControl
from app.engine.dry_run import buffers
from app.engine.llama.llama import LlamaContext, LlamaModel, Placing
from app.engine.llama.repacking import repacked
from app.engine.planner.demand import MemoryClass
from app.engine.planner.machine import Machine, MachineDevice
from app.engine.planner.placement import MEASURED, Placement, PlanRequest, Reason, plan
from app.engine.protocol import Buffer, DryRun, LoadSpec, NamelessVocabulary
from app.engine.session import Session
from app.models.gguf.reader import HeaderReader
from app.services.models.plans import spec_of
from app.ui.kit.jobs import Done
from tests.endings import as_events
from tests.engine.conftest import NewEngine, probe
from tests.models import published
from tests.models.attending import HYBRIDS, write_attending
from tests.models.families import FAMILIES, write_family
from tests.models.headers import MAVERICK, MIXTURES, SCOUT, Mixture, write_header
from tests.models.layers import Published
from tests.models.llama4 import write_scout
from tests.models.published_files import write_published
from tests.models.qwen2 import write_qwen2

WITHOUT_END = MachineDevice("RAM", False, 1 << 50, 1 << 50)
CONTEXTS = (512, 3000, 8192, 40_000)
NewContext = Callable[..., tuple[Buffer, ...]]
FILLING = tuple(range(1000, 1256))
"""A slice of as many tokens, once read, has written to all that is held to compute in."""
BESIDE_WEIGHTS = (MemoryClass.KV, MemoryClass.COMPUTE, MemoryClass.LOGITS, MemoryClass.SNAPSHOTS, MemoryClass.REST)


@functools.cache
def read(path: Path) -> ModelHeader:
    *_, ending = as_events(HeaderReader().read(path, Cancel()))
    assert isinstance(ending, Done), ending
    return ending.result


def predict(header: ModelHeader, context_tokens: int, kv_type: KvType, slice_tokens: int = 0) -> Placement:
    """Where the model goes on this machine with its CPU, if there were no end to its memory."""
    machine = Machine((), WITHOUT_END, 1, repacked())
    placement = plan(header, None, machine, PlanRequest(context_tokens, kv_type, slice_tokens))
    assert isinstance(placement, Placement)
    return placement


def predicted(placement: Placement) -> tuple[int, int, int]:
    """Bytes of weights, of the cache, to compute in."""
    held = {use.item: use.bytes for use in placement.uses}
    weights = sum(size for item, size in held.items() if item not in BESIDE_WEIGHTS)
    return weights, held[MemoryClass.KV], held[MemoryClass.COMPUTE]


def held_at_first(placement: Placement) -> int:
    """Bytes on all devices, before a conversation leaves a chunk."""
    return sum(use.bytes for use in placement.uses if use.item is not MemoryClass.SNAPSHOTS)


def counted(found: tuple[Buffer, ...]) -> tuple[int, int, int]:
    return (
        sum(buffer.weights_bytes for buffer in found),
        sum(buffer.cache_bytes for buffer in found),
        sum(buffer.compute_bytes for buffer in found),
    )


def check(found: tuple[int, int, int], wanted: tuple[int, int, int]) -> None:
    """To the byte, but for weights that this CPU keeps in more bytes than the file: a plan knows the types of a layer,
    not of each matrix."""
    assert found[1:] == wanted[1:]
    grows = any(each.growth > 1 for each in repacked())
    assert found[0] == pytest.approx(wanted[0], rel=0.03 if grows else 0, abs=0)


def contexts(header: ModelHeader) -> tuple[int, ...]:
    return tuple(sorted({min(size, header.context_trained) for size in (*CONTEXTS, 5000)}))[:4]


@pytest.fixture(scope="module")
def counting() -> Iterator[EngineClient]:
    """An engine for dry runs alone, which leave nothing behind in it."""
    engine = EngineClient()
    yield engine
    engine.close()


@pytest.fixture(params=["tiny_scout", "tiny_maverick", "starter"])
def path(request: pytest.FixtureRequest) -> Path:
    return Path(request.getfixturevalue(request.param))


@pytest.mark.real
@pytest.mark.parametrize("kv_type", KvType)
def test_a_dry_run_counts_what_was_planned_to_the_byte(counting: EngineClient, path: Path, kv_type: KvType) -> None:
    header = read(path)
    for context_tokens in contexts(header):
        placement = predict(header, context_tokens, kv_type)
        counted_by_llama = finish(counting.run(DryRun(spec_of(placement, str(path)))))
        check(counted(counted_by_llama), predicted(placement))


@pytest.mark.parametrize(("slice_tokens", "context_tokens"), [(32, 4096), (256, 20_000), (2048, 20_000), (4096, 1024)])
def test_so_it_does_with_slices_of_any_length(
    counting: EngineClient, tmp_path: Path, slice_tokens: int, context_tokens: int
) -> None:
    file = write_scout(tmp_path / "model.gguf")
    placement = predict(read(file), context_tokens, KvType.Q8_0, slice_tokens)
    *others, compute = counted(finish(counting.run(DryRun(spec_of(placement, str(file))))))
    *others_wanted, compute_wanted = predicted(placement)
    assert others == others_wanted
    assert compute == pytest.approx(
        compute_wanted, rel=0.01
    )  # 6 KB more for slices that are hardly longer than a draft


@pytest.mark.parametrize(("shape", "quantization"), [(SCOUT, "Q4_K_M"), (MAVERICK, "Q2_K")])
def test_so_it_does_with_the_true_shapes(
    counting: EngineClient, tmp_path: Path, shape: object, quantization: str
) -> None:
    file = write_header(tmp_path / "model.gguf", shape, quantization)  # type: ignore[arg-type]
    header = read(file)
    nameless = NamelessVocabulary(
        header.architecture, header.vocabulary
    )  # reading the words takes longer than all else
    for context_tokens, kv_type, slice_tokens in (
        (131_072, KvType.F16, 2048),
        (524_288, KvType.Q8_0, 512),
        (header.context_trained, KvType.Q4_0, 512),
    ):
        placement = predict(header, context_tokens, kv_type, slice_tokens)
        counted_by_llama = finish(counting.run(DryRun(spec_of(placement, str(file)), nameless)))
        check(counted(counted_by_llama), predicted(placement))


def test_a_dry_run_counts_the_same_without_the_vocabulary(counting: EngineClient, tiny_scout: Path) -> None:
    header = read(tiny_scout)
    spec = spec_of(predict(header, 3000, KvType.Q8_0), str(tiny_scout))
    nameless = NamelessVocabulary(header.architecture, header.vocabulary)
    assert finish(counting.run(DryRun(spec, nameless))) == finish(counting.run(DryRun(spec)))
    with pytest.raises(AppError, check=lambda error: error.code is Code.MODEL_FAILED):
        finish(counting.run(DryRun(spec, NamelessVocabulary(header.architecture, header.vocabulary + 1))))


@pytest.mark.parametrize("family", FAMILIES)
def test_so_it_does_with_other_families(counting: EngineClient, tmp_path: Path, family: str) -> None:
    file = write_family(tmp_path / "model.gguf", family)
    header = read(file)
    for context_tokens, kv_type, slice_tokens in ((4096, KvType.F16, 512), (50_000, KvType.Q8_0, 1024)):
        placement = predict(header, context_tokens, kv_type, slice_tokens)
        counted_by_llama = finish(counting.run(DryRun(spec_of(placement, str(file)))))
        check(counted(counted_by_llama), predicted(placement))
    assert family in MEASURED
    assert Reason.ESTIMATED not in {remark.reason for remark in placement.remarks}


@pytest.mark.parametrize(
    ("shape", "quantization"),
    [
        (published.QWEN35_4B, "Q4_K_M"),
        (published.QWEN36_35B, "Q4_K_M of Qwen"),
        (published.GEMMA4_26B, "Q4_K_M"),
        (published.GEMMA4_E4B, "Q4_K_M"),
        (published.GPT_OSS_20B, "MXFP4"),
        (published.MUSE_GLIMMER, "Q4_K_M"),
        (published.GRANITE4_TINY, "Q4_K_M"),
    ],
    ids=lambda each: str(getattr(each, "name", "")),
)
def test_what_each_layer_keeps_is_counted_to_the_byte_whatever_it_is(
    counting: EngineClient, tmp_path: Path, shape: Published, quantization: str
) -> None:
    """Keys in some layers, states in others, windows with heads of another length, keys of earlier layers."""
    file = write_published(tmp_path / "model.gguf", shape, quantization)
    header = read(file)
    nameless = NamelessVocabulary(header.architecture, header.vocabulary)
    placement = predict(header, 65_536, KvType.Q8_0, 512)
    weights, kept, compute = counted(finish(counting.run(DryRun(spec_of(placement, str(file)), nameless))))
    wanted_weights, wanted_kept, wanted_compute = predicted(placement)
    assert kept == wanted_kept
    assert weights <= wanted_weights * 1.01  # a table of embeddings for each layer stays in the file
    assert compute == pytest.approx(wanted_compute, rel=0.2)


@pytest.mark.parametrize("kind", HYBRIDS)
def test_an_engine_asks_memory_for_no_keys_of_layers_without_any(tmp_path: Path, kind: str) -> None:
    file = write_attending(tmp_path / "model.gguf", kind)
    placement = predict(read(file), 131_072, KvType.F16)
    with contextlib.closing(Session(spec_of(placement, str(file)), lambda _share: True, RunControl())) as session:
        assert session.info.kv_bytes == sum(buffer.cache_bytes for buffer in session.info.buffers)


@pytest.mark.real
@pytest.mark.parametrize("kv_type", KvType)
def test_a_load_takes_what_was_planned(new_context: NewContext, path: Path, kv_type: KvType) -> None:
    header = read(path)
    for context_tokens in contexts(header):
        placement = predict(header, context_tokens, kv_type)
        taken = counted(new_context(path, placement, Placing(mapping=placement.mapping)))
        wanted = predicted(placement)
        assert taken[1:] == wanted[1:]
        assert abs(sum(taken) - sum(wanted)) <= sum(wanted) * 0.03


def test_an_engine_tells_what_it_took(new_engine: NewEngine, tiny_scout: Path) -> None:
    engine = new_engine()
    placement = predict(read(tiny_scout), 4096, KvType.Q8_0)
    ending = finish(engine.load(spec_of(placement, str(tiny_scout)), Cancel()))
    check(counted(ending.buffers), predicted(placement))
    assert ending.context_tokens == placement.context_tokens
    assert finish(engine.run(DryRun(LoadSpec(str(tiny_scout), 512)))) != ()
    assert engine.model() == ending  # a dry run leaves what is loaded alone


@pytest.mark.real
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems count shared memory otherwise")
@pytest.mark.parametrize("kv_type", KvType)
def test_the_process_holds_what_was_planned(new_engine: NewEngine, starter: Path, kv_type: KvType) -> None:
    """All of it: weights, cache, the room to compute in, the process itself; after a slice was filled."""
    engine = new_engine()
    placement = predict(read(starter), 512, kv_type, 64)
    spec = msgspec.structs.replace(spec_of(placement, str(starter)), threads=1)
    finish(engine.load(spec, Cancel()))
    probe(engine, FILLING[:64])
    assert engine.pid is not None
    held = psutil.Process(engine.pid).memory_info().rss
    # The libraries' own pages are a matter of the system: 7 MB more were seen on another one.
    assert held == pytest.approx(held_at_first(placement), rel=0.03, abs=12_000_000)


LARGE_VOCABULARIES = [
    pytest.param(MIXTURES["Q4_K_M"], 151_936, False, id="Q4_K_M", marks=pytest.mark.slow),
    pytest.param(MIXTURES["Q4_K_M"], 151_936, True, id="Q4_K_M, tied"),
    pytest.param(
        Mixture(14, Type.Q4_K, output=Type.Q4_K), 128_256, True, id="Q4_K throughout, tied", marks=pytest.mark.slow
    ),
    pytest.param(MIXTURES["Q8_0"], 64_000, True, id="Q8_0, tied", marks=pytest.mark.slow),
]
"""A tied table of words that is repacked for the output layer is there twice."""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems count shared memory otherwise")
@pytest.mark.parametrize(("mixture", "vocabulary", "tied"), LARGE_VOCABULARIES)
def test_so_it_does_with_a_large_vocabulary(
    new_engine: NewEngine, tmp_path: Path, mixture: Mixture, vocabulary: int, tied: bool
) -> None:
    """Repacked weights are there once: what the file was mapped to does not stay beside them."""
    file = write_qwen2(tmp_path / "model.gguf", mixture, vocabulary, tied=tied)
    for context_tokens, kv_type in ((512, KvType.F16), (8192, KvType.Q8_0)):
        placement, engine = predict(read(file), context_tokens, kv_type, len(FILLING)), new_engine()
        spec = msgspec.structs.replace(spec_of(placement, str(file)), threads=1)
        check(counted(finish(engine.run(DryRun(spec)))), predicted(placement))
        ending = finish(engine.load(spec, Cancel()))
        check(counted(ending.buffers), predicted(placement))
        probe(engine, FILLING)
        assert engine.pid is not None
        held = psutil.Process(engine.pid).memory_info().rss
        # The libraries' own pages are a matter of the system, and what malloc keeps for later one of its thresholds.
        assert held == pytest.approx(held_at_first(placement), rel=0.03, abs=30_000_000)
        engine.close()


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems count shared memory otherwise")
def test_so_it_does_with_two_gigabytes_of_experts(new_engine: NewEngine, tmp_path: Path) -> None:
    file = write_scout(tmp_path / "large.gguf", layers=16, expert_width=20_480)
    header = read(file)
    assert header.experts == 16
    assert header.total_bytes(TensorPart.EXPERTS) > 1.9e9
    for kv_type in KvType:
        for context_tokens in CONTEXTS:
            placement = predict(header, context_tokens, kv_type)
            spec = spec_of(placement, str(file))
            engine = new_engine()
            check(counted(finish(engine.run(DryRun(spec)))), predicted(placement))
            finish(engine.load(spec, Cancel()))
            probe(engine, tuple(token % 200 for token in range(500)))
            assert engine.pid is not None
            held = psutil.Process(engine.pid).memory_info().rss
            assert held == pytest.approx(held_at_first(placement), rel=0.03), (kv_type, context_tokens)
            engine.close()
    file.unlink()


@pytest.fixture
def new_context() -> NewContext:
    """Load for once, here; gives what that took."""

    def make(path: Path, placement: Placement, placing: Placing | None = None) -> tuple[Buffer, ...]:
        model = LlamaModel(path, 0, lambda _fraction: True, placing=placing)
        context = LlamaContext(
            model, placement.context_tokens, placement.kv_type, 1, placement.slice_tokens, outputs=17
        )
        found = buffers(context.handle)
        context.close()
        model.close()
        return found

    return make


@pytest.fixture(scope="module")
def quantized(models_folder: Path) -> Path:
    return write_scout(models_folder / "tiny-scout-q4.gguf", layers=4, quantized_experts=True)


def test_experts_go_where_they_are_sent(new_context: NewContext, quantized: Path) -> None:
    """On a CPU: plain memory, but for the experts of two layers, which go where they get another layout."""
    header = read(quantized)
    placement = predict(header, 1024, KvType.F16)
    everywhere = {buffer.name for buffer in new_context(quantized, placement, Placing(mapping=Mapping.READ))}
    if "CPU_REPACK" not in everywhere:
        pytest.skip("this CPU has no other layout for q4_0")
    gpu = Machine((MachineDevice("GPU", True, 1 << 40, 1 << 40),), WITHOUT_END, 1)
    wanted = plan(header, None, gpu, PlanRequest(1024, KvType.F16, expert_layers=2))
    assert isinstance(wanted, Placement)
    assert wanted.expert_layers == 2
    found = new_context(
        quantized,
        placement,
        Placing(kept=wanted.cpu_tensors, kept_in="CPU_REPACK", repacked=False, mapping=Mapping.READ),
    )
    experts = [weights for weights in header.weights if weights.part is TensorPart.EXPERTS]
    sent = sum(weights.bytes for weights in experts if weights.layer < 2)
    assert {buffer.name: buffer.weights_bytes for buffer in found} == {
        "CPU_REPACK": sent,
        "CPU": sum(weights.bytes for weights in header.weights) - sent,
    }


def test_a_load_with_experts_apart_answers(new_engine: NewEngine, quantized: Path) -> None:
    """The patterns of a plan reach llama.cpp through the engine; without a GPU all of it is the CPU's anyway."""
    header = read(quantized)
    gpu = Machine((MachineDevice("GPU", True, 1 << 40, 1 << 40),), WITHOUT_END, 1)
    wanted = plan(header, None, gpu, PlanRequest(1024, KvType.F16, expert_layers=3))
    assert isinstance(wanted, Placement)
    engine = new_engine()
    ending = finish(engine.load(spec_of(wanted, str(quantized)), Cancel()))
    assert "CPU_Mapped" not in {buffer.name for buffer in ending.buffers}
    assert len(probe(engine, (1, 2, 3)).logits) == 4 * header.vocabulary

"""Loading a model as a person does: planned, rehearsed, refused with numbers, compared with what it took."""

from __future__ import annotations

import logging
import os
import re
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import Timings, Usage
from app.core.conversations.events import Loading
from app.core.errors import Code
from app.core.machine.paths import Paths
from app.core.settings import Adapter, EngineSettings, KvType, Mapping, Settings
from app.core.work import Cancel, Work, finish
from app.engine.client import MAX_DEATHS
from app.engine.llama.repacking import repacked
from app.engine.planner.cache import DEFAULT_CONTEXT
from app.engine.planner.machine import GIB, Machine
from app.engine.planner.placement import PlanRequest
from app.engine.protocol import Bandwidth, Buffer, DryRun, Inspect, Measure, MeasureBandwidth, ModelInfo
from app.services.models import plans, speed_history
from app.services.models.plans import THIS, Hardware, Machines
from app.services.services import Services
from app.wording.errors import sentence
from tests.engine.conftest import prompt
from tests.models.headers import MIXTURES, write_header
from tests.models.llama4 import write_scout
from tests.models.lora import write_lora
from tests.models.qwen2 import write_qwen2
from tests.whole import open_desk
from tests.work import instead, problem_of, run


@pytest.fixture
def desk(tmp_path: Path, near_engines: None) -> Iterator[Services]:
    opened = open_desk(Paths(tmp_path / "desk"))
    yield opened
    opened.close()


def load(desk: Services, path: Path, **wanted: object) -> Work[Loading, ModelInfo]:
    desk.models.use(msgspec.structs.replace(EngineSettings(), model_path=str(path), **wanted))
    return desk.models.load(None, Cancel())


def loaded(desk: Services, path: Path, **wanted: object) -> ModelInfo:
    return finish(load(desk, path, **wanted))


def test_a_load_takes_what_was_planned_and_says_so(
    desk: Services, tiny_scout: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "octavo.models"):
        info = loaded(desk, tiny_scout)
    assert info.context_tokens == DEFAULT_CONTEXT
    fit = desk.models.fit()
    assert fit is not None
    assert fit.taken_bytes == sum(b.weights_bytes + b.cache_bytes + b.compute_bytes for b in info.buffers)
    assert abs(fit.error) < 0.03
    assert re.search(r"planned \d+ bytes, taken \d+, error -?0\.\d\d%", caplog.text)
    assert "tiny-scout" not in caplog.text


def test_what_a_load_and_an_answer_took_is_said_of_the_same_place(
    desk: Services, tiny_scout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed_history, "_LEAST_LOADED_BYTES", 1)
    monkeypatch.setattr(speed_history, "_LEAST_S", 0)
    loaded(desk, tiny_scout, context_tokens=512)
    desk.models.learn(Usage(300, 280, 20, 100), Timings(read_s=1, generate_s=2))
    plan = finish(desk.models.plans.plan(tiny_scout, PlanRequest(512), THIS, Cancel()))
    assert plan.measured.load_s > 0
    assert plan.measured.writing_full == speed_history.Rate(50.0, 350)
    assert plan.measured.reading is None, "20 tokens say nothing"
    imagined = finish(desk.models.plans.plan(tiny_scout, PlanRequest(512), Hardware((), 64), Cancel()))
    assert imagined.measured == speed_history.MeasuredSpeed()


def test_choices_by_hand_reach_the_engine(desk: Services, tiny_scout: Path) -> None:
    info = loaded(desk, tiny_scout, context_tokens=5000, kv_type=KvType.Q8_0, ubatch_tokens=7, threads=1)
    assert info.context_tokens == 5120
    assert (info.kv_type, info.threads) == (KvType.Q8_0, 1)


@pytest.mark.parametrize("mapping", Mapping)
def test_weights_come_into_memory_in_every_way(desk: Services, tiny_scout: Path, mapping: Mapping) -> None:
    info = loaded(desk, tiny_scout, context_tokens=512, mapping=mapping)
    mapped = {Mapping.MAPPED, Mapping.LOCKED} | (set() if repacks_halves() else {Mapping.AUTO})
    assert ("CPU_Mapped" in {buffer.name for buffer in info.buffers}) == (mapping in mapped)
    fit = desk.models.fit()
    assert fit is not None
    assert abs(fit.error) < 0.03


def test_mapped_weights_are_not_repacked_and_take_no_memory(desk: Services, tmp_path: Path) -> None:
    """Else they would be held beside their file, and what a person has mapped may be larger than memory."""
    file = write_qwen2(tmp_path / "model.gguf", MIXTURES["Q4_K_M"], 40_000, tied=False)
    info = loaded(desk, file, context_tokens=512, mapping=Mapping.MAPPED)
    weights = {buffer.name: buffer.weights_bytes for buffer in info.buffers if buffer.weights_bytes}
    assert set(weights) == {"CPU_Mapped"}
    fit = desk.models.fit()
    assert fit is not None
    assert fit.taken_bytes == sum(b.cache_bytes + b.compute_bytes for b in info.buffers)
    assert abs(fit.error) < 0.03


def test_mapped_weights_load_where_memory_does_not_hold_them(
    desk: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_scout(tmp_path / "model.gguf", layers=4, expert_width=3584)
    leave(monkeypatch, 80 << 20)
    problem = problem_of(load(desk, file, context_tokens=512))
    assert problem.code is Code.MODEL_LARGER_THAN_MEMORY
    assert "It also loads with --mapping mapped" in sentence(problem)
    info = loaded(desk, file, context_tokens=512, mapping=Mapping.MAPPED)
    assert sum(buffer.weights_bytes for buffer in info.buffers) > 80 << 20


def repacks_halves() -> bool:
    """Whether llama.cpp repacks f16 for this CPU, of which the tiny models are made."""
    return any(each.type == "f16" and not each.experts for each in repacked())


def leave(monkeypatch: pytest.MonkeyPatch, bytes: int) -> None:
    """Let this machine have so much free memory, beside what a plan never takes."""
    full = Machines.machine

    def narrow(machines: Machines, hardware: Hardware = THIS) -> Machine:
        machine = full(machines, hardware)
        host = msgspec.structs.replace(machine.host, total_bytes=bytes, free_bytes=bytes + (GIB // 2))
        return msgspec.structs.replace(machine, host=host)

    monkeypatch.setattr(Machines, "machine", narrow)


def test_what_cannot_fit_is_refused_with_numbers_and_the_loaded_model_stays(
    desk: Services, tiny_scout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = loaded(desk, tiny_scout, context_tokens=512)
    pid = desk.engine.pid
    leave(monkeypatch, 4 << 30)
    problem = problem_of(load(desk, tiny_scout, context_tokens=10_485_760, kv_type=KvType.F16))
    assert problem.code is Code.MODEL_CONTEXT_TOO_LARGE
    assert 512 < int(problem.params["largest_tokens"]) < 10_485_760
    told = sentence(problem)
    assert "With a context of 10,485,760 tokens (f16), the model" in told
    assert re.search(r"[\d.]+ GB are missing\. It fits with [\d,]+ tokens\.", told)
    problem = problem_of(load(desk, write_header(tmp_path / "scout.gguf", quantization="Q2_K")))
    assert problem.code is Code.MODEL_LARGER_THAN_MEMORY
    assert re.search(r"for each token [\d.]+ GB of experts are read from disk", sentence(problem))
    assert int(problem.params["missing_bytes"]) > 20e9
    assert desk.engine.model() == before
    assert desk.engine.pid == pid
    assert run(desk.models.ready(Cancel())) == ([], before)
    assert desk.engine.pid == pid


def test_an_engine_that_died_before_any_model_was_loaded_is_started_again(tmp_path: Path, tiny_scout: Path) -> None:
    """It looks at the machine first, and can die at that."""
    with closing(open_desk(Paths(tmp_path / "desk"))) as desk:
        desk.models.use(EngineSettings(model_path=str(tiny_scout), context_tokens=512))
        die_looking(desk)
        assert finish(desk.models.ready(Cancel())).path == str(tiny_scout)


def test_an_engine_that_dies_at_every_look_is_not_started_for_ever(tmp_path: Path, tiny_scout: Path) -> None:
    with closing(open_desk(Paths(tmp_path / "desk"))) as desk:
        desk.models.use(EngineSettings(model_path=str(tiny_scout), context_tokens=512))
        for _death in range(MAX_DEATHS):
            die_looking(desk)
        assert problem_of(desk.models.ready(Cancel())).code is Code.ENGINE_GAVE_UP


def die_looking(desk: Services) -> None:
    finish(desk.engine.run(Inspect()))
    pid = desk.engine.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    assert problem_of(desk.engine.run(Measure(prompt("What?")))).code is Code.ENGINE_CRASHED


def test_a_broken_file_leaves_the_loaded_model_alone(desk: Services, tiny_scout: Path, tmp_path: Path) -> None:
    before = loaded(desk, tiny_scout, context_tokens=512)
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(tiny_scout.read_bytes()[:5000])
    problem = problem_of(load(desk, broken))
    assert problem.code is Code.MODEL_TRUNCATED
    assert desk.engine.model() == before


def test_without_a_choice_a_context_that_fits_is_taken(
    desk: Services, tiny_scout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Left to itself the context shrinks where the usual one does not fit; one that a person chose never does."""
    alone = tmp_path / "models" / "scout.gguf"  # no projector beside it
    alone.parent.mkdir()
    alone.symlink_to(tiny_scout)
    leave(monkeypatch, 93 << 20)
    info = loaded(desk, alone)
    assert 512 <= info.context_tokens < DEFAULT_CONTEXT
    problem_of(load(desk, alone, context_tokens=DEFAULT_CONTEXT))


def test_a_rehearsal_that_counts_more_than_there_is_stops_the_load(
    desk: Services, tiny_scout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plan of a family that was not measured may promise too much."""
    too_much = instead(desk.engine, DryRun, lambda: (Buffer("CPU", 1 << 60, 0, 0),))
    monkeypatch.setattr(desk.engine, "run", too_much)
    problem = problem_of(load(desk, tiny_scout))
    assert problem.code is Code.MODEL_TOO_LARGE


def test_the_memory_of_the_loaded_model_counts_as_free(
    desk: Services, tiny_scout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "free_memory", lambda: 5_000_000_000)
    assert desk.models.plans.machines.machine().host.free_bytes == 5_000_000_000
    info = loaded(desk, tiny_scout, context_tokens=100_000, mapping=Mapping.READ)
    held = sum(b.weights_bytes + b.cache_bytes + b.compute_bytes for b in info.buffers)
    assert desk.models.plans.machines.machine().host.free_bytes == 5_000_000_000 + held
    info = loaded(desk, tiny_scout, context_tokens=100_000, mapping=Mapping.MAPPED)
    held = sum(b.weights_bytes + b.cache_bytes + b.compute_bytes for b in info.buffers)
    mapped = sum(b.weights_bytes for b in info.buffers if b.name == "CPU_Mapped")
    assert mapped > 0
    assert desk.models.plans.machines.machine().host.free_bytes == 5_000_000_000 + held - mapped


def test_main_memory_is_probed_once(desk: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    machines = Machines(desk.engine, desk.settings)
    first = machines.machine().host.bandwidth
    assert first > 1e9
    monkeypatch.setattr(desk.engine, "run", instead(desk.engine, MeasureBandwidth, lambda: Bandwidth(1.0, True)))
    for other in (b'{"machine":"another","found":{"bytes_a_second":2.0,"undisturbed":true}}', b"not json"):
        assert machines.machine().host.bandwidth == first
        kept = desk.settings.get_blob("bandwidth")
        desk.settings.set_blob("bandwidth", other)
        assert machines.machine().host.bandwidth == 1.0
        desk.settings.set_blob("bandwidth", kept or b"")


def test_a_busy_machine_is_probed_again_by_each_start(desk: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    probes = iter([Bandwidth(3.0, False), Bandwidth(2.0, False), Bandwidth(1.0, True)])
    monkeypatch.setattr(desk.engine, "run", instead(desk.engine, MeasureBandwidth, lambda: next(probes)))
    desk.settings.set_blob("bandwidth", b"")
    for disturbed in (True, True, False, False):
        machines = Machines(desk.engine, desk.settings)
        for _again in range(2):
            machine = machines.machine()
            assert (machine.host.bandwidth, machine.disturbed) == (3.0, disturbed)


def test_adapters_are_checked_before_the_load(desk: Services, tiny_scout: Path, starter: Path, tmp_path: Path) -> None:
    good = write_lora(tmp_path / "lora.gguf", tiny_scout)
    info = loaded(desk, tiny_scout, context_tokens=512, adapters=(Adapter(str(good)), Adapter(str(good), 0.5)))
    assert info.adapters == ("lora", "lora")
    foreign = write_lora(tmp_path / "foreign.gguf", tiny_scout, architecture="llama")
    for path, code in (
        (foreign, Code.ADAPTER_MISMATCH),
        (starter, Code.ADAPTER_WANTED),
        (tmp_path / "none.gguf", Code.MODEL_MISSING),
    ):
        problem = problem_of(load(desk, tiny_scout, context_tokens=512, adapters=(Adapter(str(path)),)))
        assert problem.code is code
        assert problem.params["path"] == str(path)
    assert desk.engine.model() == info


def test_what_was_chosen_for_a_model_comes_back_with_it(
    desk: Services, tiny_scout: Path, tiny_maverick: Path, tmp_path: Path
) -> None:
    """A projector, adapters and a place are chosen for one model, and wrong for another."""
    lora = Adapter(str(write_lora(tmp_path / "lora.gguf", tiny_scout)), 0.5)
    chosen = EngineSettings(model_path=str(tiny_scout), context_tokens=2048, expert_layers=3, adapters=(lora,))
    desk.settings.save(Settings(engine=chosen))
    for path, context_tokens in ((tiny_maverick, DEFAULT_CONTEXT), (tiny_scout, 2048)):
        ending = finish(desk.models.load(str(path), Cancel()))
        assert ending.context_tokens == context_tokens
    assert desk.settings.load().engine == chosen
    assert ending.adapters == ("lora",)


def test_choices_that_another_version_kept_are_neither_harmful_nor_lost(desk: Services, tiny_scout: Path) -> None:
    kept = {
        "/models/other.gguf": {"model_path": "/models/other.gguf", "threads": 3, "phase": "full", "kv_type": "q2_0"},
        "": {"threads": 2, "phase": "half"},
    }
    name = "engine_choices"
    desk.settings.set_blob(name, msgspec.json.encode(kept))
    assert desk.models.choices() == {
        "/models/other.gguf": EngineSettings("/models/other.gguf", threads=3),
        "": EngineSettings(threads=2),
    }
    finish(desk.models.load_as(EngineSettings(str(tiny_scout), context_tokens=1024), Cancel()))
    blob = desk.settings.get_blob(name)
    assert blob is not None
    now = msgspec.json.decode(blob)
    assert now["/models/other.gguf"] == kept["/models/other.gguf"]
    assert (now[""]["threads"], now[""]["phase"]) == (0, "half")  # the choice of before, which this version made
    desk.settings.set_blob(name, b"[]")
    assert desk.models.choices() == {}


def test_a_loaded_model_has_the_name_that_lists_have(desk: Services, tiny_scout: Path) -> None:
    folder = desk.models.folder
    folder.mkdir(parents=True, exist_ok=True)
    here = folder / "scout-of-mine.gguf"
    here.symlink_to(tiny_scout)
    listed = next(file for file in desk.models.available() if file.path == str(here))
    info = loaded(desk, here)
    assert info.name == listed.name == "scout-of-mine"

"""Scout at full size through the engine's process: loaded, read, answered, saved, resumed, and compared with the plan.

It takes ten minutes or more, and no disk to speak of: `packaging/dev rehearse`. What was measured is printed, and kept
as JSON in the file that OCTAVO_REHEARSAL names.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from app.core.conversations.events import Loading, Reading, Token
from app.core.settings import KvType, Mapping, Sampling
from app.core.work import Cancel, Work, finish
from app.engine.client import EngineClient
from app.engine.kv.restore_check import deviation
from app.engine.llama.hardware import free_memory, physical_cores
from app.engine.llama.llama import LlamaContext, LlamaModel, Placing
from app.engine.llama.repacking import repacked
from app.engine.planner.machine import DISK, Machine, MachineDevice
from app.engine.planner.placement import Placement, PlanRequest, plan
from app.engine.protocol import (
    AnswerTo,
    Count,
    DocumentText,
    DryRun,
    EncodePrompt,
    Inspect,
    LoadSpec,
    Message,
    NamelessVocabulary,
    PageText,
    Probe,
    Prompt,
    ReadingsSpec,
)
from app.models.gguf.reader import HeaderReader
from app.services.models.plans import spec_of
from tests.models import headers
from tests.models.full_size import plain_words, write_full_size

CONTEXT = 16_384
WORDS = 540
"""So that the book is saved: 512 tokens are the least that is."""

GREEDY = Sampling(temperature=0, true_quotes=False, lookup=False)
KIB, MIB = 1 << 10, 1 << 20

GLOBAL_ROW, LOCAL_ROW = 25.5 * KIB, 76.5 * KIB
"""Bytes of a token in a q8_0 cache: in the 12 global layers, and in the 36 local ones, which hold one chunk."""

pytestmark = [
    pytest.mark.fullsize,
    pytest.mark.timeout(7200),
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc says what is held"),
    pytest.mark.skipif("OCTAVO_REHEARSAL" not in os.environ, reason="run with packaging/dev rehearse"),
]


class Report:
    """The values that were measured, in order."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def note(self, name: str, value: object) -> None:
        self.values[name] = value
        print(f"{name}: {value}", flush=True)

    @contextmanager
    def step(self, name: str, pid: int | None = None) -> Iterator[None]:
        """Wall and processor seconds, of this process or of another."""
        process = psutil.Process(pid)
        started, before = time.monotonic(), sum(process.cpu_times()[:2])
        yield
        cpu_s = sum(process.cpu_times()[:2]) - before
        self.note(name, {"wall_s": round(time.monotonic() - started, 2), "cpu_s": round(cpu_s, 2)})


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Iterator[Report]:
    made = Report()
    yield made
    where = Path(os.environ["OCTAVO_REHEARSAL"])
    known = json.loads(where.read_text("utf-8")) if where.exists() else {}
    where.write_text(json.dumps(known | {request.node.name: made.values}, indent=2), "utf-8")


def held_bytes(pid: int, model: Path) -> int:
    """Memory of a process, without the pages of the model's file, which the system may take back."""
    maps = psutil.Process(pid).memory_maps()
    return sum(each.rss for each in maps if Path(each.path).parent != model.parent)


def book() -> Prompt:
    pick = random.Random(1)
    text = " ".join(pick.choices(plain_words(), k=WORDS))
    document = DocumentText("A book", (PageText("1", text),), "book")
    return Prompt("The rules.", (document,), (Message("user", "the page of the book ?"),))


def run(work: Work[Any, Any], report: Report, name: str) -> Any:
    """Finish, and note when the first of each kind of progress came."""
    started, seen = time.monotonic(), set()
    while True:
        try:
            event = next(work)
        except StopIteration as stop:
            return stop.value
        if isinstance(event, Loading | Reading | Token) and type(event) not in seen:
            seen.add(type(event))
            report.note(f"{name}, first {type(event).__name__.lower()} after s", round(time.monotonic() - started, 2))


def test_maverick_is_planned_at_full_size(tmp_path: Path, report: Report) -> None:
    """To load it takes as long as to zero 240 GB of the system's cache, and shows nothing that Scout does not."""
    model = write_full_size(tmp_path / "maverick.gguf", headers.MAVERICK, parts=5)
    placement, _spec = place(model, report)
    assert placement.by_device()[DISK] > 200e9


def test_scout_answers_at_full_size(tmp_path: Path, report: Report) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    model = write_full_size(folder / "scout.gguf", parts=2)
    report.note("file bytes", sum(file.stat().st_size for file in folder.iterdir()))
    report.note("bytes on disk", sum(file.stat().st_blocks * 512 for file in folder.iterdir()))
    placement, spec = place(model, report)
    saved = tmp_path / "readings"
    saved.mkdir()
    engine = EngineClient(stall_limit_s=7200)
    readings = ReadingsSpec(str(saved), b"k" * 32, 1 << 40)
    spec = LoadSpec(**{name: getattr(spec, name) for name in spec.__struct_fields__} | {"readings": readings})
    try:
        logits = read_and_write(engine, spec, placement, report)
        files = [file.stat().st_size for file in saved.rglob("*") if file.is_file()]
        report.note("saved reading, bytes", files)
        kept = report.values["tokens of the book"]
        report.note("saved reading, KiB a token", round(sum(files) / kept / KIB, 2))
        assert sum(files) == pytest.approx(kept * (GLOBAL_ROW + LOCAL_ROW) + 4 * headers.VOCABULARY, rel=0.03)
        resume(engine, spec, logits, report)
    finally:
        engine.close()
    look_at_snapshot(model, report)


def place(model: Path, report: Report) -> tuple[Placement, LoadSpec]:
    """The plan, and llama.cpp's own count of it."""
    reader, engine = HeaderReader(), EngineClient()
    settled = time.time() - 60
    for file in model.parent.iterdir():
        os.utime(file, (settled, settled))
    with report.step("header"):
        header = finish(reader.read(model, Cancel()))
    with report.step("header, again"):
        assert finish(reader.read(model, Cancel())) == header
    host = MachineDevice("RAM", False, psutil.virtual_memory().total, free_memory())
    machine = Machine((), host, physical_cores(), repacked())
    refused = plan(header, None, machine, PlanRequest(CONTEXT, KvType.Q8_0))
    report.note("refused without mapping", not isinstance(refused, Placement))
    placement = plan(header, None, machine, PlanRequest(CONTEXT, KvType.Q8_0, mapping=Mapping.MAPPED))
    assert isinstance(placement, Placement)
    spec = spec_of(placement, str(model))
    try:
        with report.step("process and backends"):
            finish(engine.run(Inspect()))
        assert engine.pid is not None
        with report.step("dry run", engine.pid):
            found = finish(engine.run(DryRun(spec, NamelessVocabulary(header.architecture, header.vocabulary))))
        with report.step("dry run with its vocabulary", engine.pid):
            assert finish(engine.run(DryRun(spec))) == found
        with report.step("vocabulary", engine.pid):
            count = finish(engine.run(Count(str(model), ("the page of the book",))))
        with report.step("vocabulary, again", engine.pid):
            assert finish(engine.run(Count(str(model), ("the page of the book",)))) == count
    finally:
        engine.close()
    by_class = placement.by_class()
    assert sum(buffer.cache_bytes for buffer in found) == by_class["kv"]
    assert sum(buffer.compute_bytes for buffer in found) == by_class["compute"]
    report.note("planned bytes", placement.by_device())
    return placement, spec


def read_and_write(engine: EngineClient, spec: LoadSpec, placement: Placement, report: Report) -> bytes:
    """Load, lay out, read, write two tokens; gives the logits after the prompt."""
    finish(engine.run(Inspect()))
    assert engine.pid is not None
    model = Path(spec.model_path)
    with report.step("load", engine.pid):
        info = run(engine.load(spec, Cancel()), report, "load")
    report.note("buffers", [(b.name, b.weights_bytes, b.cache_bytes, b.compute_bytes) for b in info.buffers])
    assert {b.name for b in info.buffers if b.weights_bytes} == {"CPU_Mapped"}
    prompt = book()
    with report.step("tokenizing", engine.pid):
        laid = finish(engine.run(EncodePrompt(prompt)))
    report.note("tokens of the book", laid.books[-1].end)
    with report.step("answer", engine.pid):
        generated = run(engine.run(AnswerTo(prompt, GREEDY, 2)), report, "answer")
    report.note("usage", repr(generated.usage))
    report.note("timings", repr(generated.timings))
    report.note("tokens read a second", round(generated.usage.evaluated_tokens / generated.timings.read_s, 3))
    report.note("tokens written a second", round(2 / generated.timings.generate_s, 3))
    assert generated.usage.generated_tokens == 2
    held, planned = held_bytes(engine.pid, model), placement.by_device()["RAM"] - (placement.snapshot_bytes or 0)
    report.note("held bytes", held)
    report.note("planned too much", f"{planned / held - 1:.2%}")
    assert placement.by_device()[DISK] > 60e9
    assert planned == pytest.approx(held, rel=0.03)
    logits = finish(engine.run(Probe(laid.tokens))).logits
    with report.step("flush"):
        assert engine.flush_saved() == ()
    return logits


def resume(engine: EngineClient, spec: LoadSpec, logits: bytes, report: Report) -> None:
    """In a new process: nothing of the book is read again, and the next token is the same."""
    before = engine.pid
    with report.step("load in a new process"):
        finish(engine.load(spec, Cancel()))
    assert engine.pid != before
    laid = finish(engine.run(EncodePrompt(book())))
    with report.step("resume", engine.pid):
        probed = finish(engine.run(Probe(laid.tokens, laid.books)))
    report.note("reused tokens", probed.usage.reused_tokens)
    assert probed.usage.reused_tokens >= laid.books[-1].end - 1
    found = deviation(np.frombuffer(logits, "<f4"), np.frombuffer(probed.logits, "<f4"))
    report.note("deviation", repr(found))
    assert found.is_rounding(same_kernels=False)


def look_at_snapshot(path: Path, report: Report) -> None:
    """Its size by the token, and that of a whole chunk that follows from it."""
    model = LlamaModel(path, 0, lambda _fraction: True, placing=Placing(mapping=Mapping.MAPPED, repacked=False))
    context = LlamaContext(model, CONTEXT, KvType.Q8_0, physical_cores(), 64)
    tokens = list(range(1000, 1032))
    with report.step("one slice of 32 tokens"):
        context.decode(tokens, 0, outputs=1)
    assert context.logits().std() > 0
    size = context.state_bytes(local_only=True)
    report.note("snapshot, KiB a token", round(size / len(tokens) / KIB, 2))
    report.note("snapshot of a whole chunk, MiB", round(size / len(tokens) * 8192 / MIB))
    assert size == pytest.approx(len(tokens) * LOCAL_ROW, rel=0.01)
    with report.step("snapshot"):
        state = context.state(local_only=True)
    state.close()
    context.close()
    model.close()

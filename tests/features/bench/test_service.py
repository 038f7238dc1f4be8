"""A benchmark of tiny models: what is found, what is left out, and what stays of it, which is nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.core.settings import EngineSettings, KvType
from app.core.work import Cancel, Stopped, finish
from app.engine.protocol import LoadSpec
from app.features.bench import llama_bench
from app.features.bench.depths import BenchDepths
from app.features.bench.report import BenchProgress, BenchReport, BenchStep, NotMeasured, TokenRate, WhyNot
from app.features.bench.service import bench_of
from app.features.bench.steps import BenchClock, BenchSteps
from app.services.models.plans import PlacedModel
from app.services.models.speed_history import SpeedHistory
from app.services.services import Services
from app.store.measurements import MeasuredStep, Measurement
from tests.whole import open_desk

LONG_S = 600.0


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Services]:
    opened = open_desk(Paths(tmp_path / "desk"))
    yield opened
    opened.close()


def settings(model: Path, **more: Any) -> EngineSettings:
    return EngineSettings(model_path=str(model), context_tokens=2048, kv_type=KvType.F16, ubatch_tokens=128, **more)


def measured(desk: Services, wanted: EngineSettings, limit_s: float = LONG_S) -> BenchReport:
    return finish(bench_of(desk).run(wanted, limit_s, Cancel()))


def test_depths_for_which_there_is_no_time_are_left_out_and_named(
    desk: Services, tiny_scout_fast: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BenchDepths, "_seconds_to", lambda self, depth: 1e6)
    monkeypatch.setenv("PATH", "")
    kept: list[Measurement] = []
    monkeypatch.setattr("app.services.models.speed_history._LEAST_S", 0)
    monkeypatch.setattr(SpeedHistory, "_keep", lambda _self, measurement: kept.append(measurement))
    report = measured(desk, settings(tiny_scout_fast))
    assert report.finished
    ((step, tokens, depth),) = [(each.step, each.amount, each.depth_tokens) for each in kept]
    assert (step, tokens, depth) == (MeasuredStep.WRITE, 64, 32), "later plans show it"
    assert [depth.depth_tokens for depth in report.depths] == [0]
    assert report.depths[0].writing_there is not None
    (missing,) = [each for each in report.left_out if each.step is BenchStep.READ]
    assert (missing.why, missing.seconds) == (WhyNot.TIME, 1e6)
    assert missing.depth_tokens > 1000
    assert report.llama_bench is None
    assert len(report.loads) == 2


def test_with_no_time_at_all_that_is_said_and_what_a_killed_one_left_is_gone(
    desk: Services, tiny_scout_fast: Path
) -> None:
    abandoned, of_another = (desk.paths.data / f"bench-{number}" for number in (2**22 + 1, os.getppid()))
    for folder in (abandoned, of_another):  # Linux has fewer processes than that
        folder.mkdir()
        (folder / "some.reading").write_bytes(b"x")
    report = measured(desk, settings(tiny_scout_fast), limit_s=0.0)
    assert (abandoned.exists(), of_another.exists()) == (False, True)
    assert report.finished
    assert report.machine is not None
    assert report.depths == ()
    assert report.left_out == (NotMeasured(BenchStep.LOAD, WhyNot.TIME),)


def test_stopped_it_has_what_was_measured_until_then(desk: Services, tiny_scout_fast: Path) -> None:
    cancel = Cancel()
    found = BenchReport()

    def take(event: BenchProgress | BenchReport) -> None:
        nonlocal found
        if isinstance(event, BenchReport):
            found = event
        elif event.step is BenchStep.WRITE:
            cancel.request()

    with pytest.raises(Stopped):
        finish(bench_of(desk).run(settings(tiny_scout_fast), LONG_S, cancel), take)
    assert not found.finished
    assert found.depths[0].reading_there is not None
    assert not [*desk.paths.data.glob("bench-*")]


def test_an_engine_that_dies_ends_it(desk: Services, tiny_scout_fast: Path) -> None:
    def take(event: BenchProgress | BenchReport) -> None:
        if isinstance(event, BenchProgress) and event.step is BenchStep.WRITE and desk.engine.pid is not None:
            os.kill(desk.engine.pid, 9)

    with pytest.raises(AppError) as raised:
        finish(bench_of(desk).run(settings(tiny_scout_fast), LONG_S, Cancel()), take)
    assert raised.value.code is Code.ENGINE_CRASHED
    assert not [*desk.paths.data.glob("bench-*")]


def test_how_long_a_depth_will_take_is_foreseen_from_two_speeds(desk: Services) -> None:
    """A token costs 1 ms at the beginning, and 1 ms more for each 1,000 tokens before it."""
    depths = object.__new__(BenchDepths)
    depths._read = [TokenRate.of(100, 0.105), TokenRate.of(900, 0.9 * (1 + 0.55))]
    depths._reached = 1000
    assert depths._seconds_to(3000) == pytest.approx(2000 * 3e-3, rel=0.02)


@pytest.mark.parametrize(("rate", "tokens"), [(0.5, 60), (0.001, 8), (100.0, 512), (None, 8)])
def test_where_a_model_is_slow_fewer_tokens_are_read_at_a_time(
    desk: Services, rate: float | None, tokens: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    depths = object.__new__(BenchDepths)
    depths._steps = BenchSteps(desk.engine, BenchClock(600.0), Cancel())
    monkeypatch.setattr(BenchDepths, "_patience", 240.0)
    depths._steps.report = BenchReport(first_tokens=TokenRate(32, 1.0, rate) if rate else None)
    assert depths._affordable(512) == tokens


def test_llama_bench_is_told_how_the_model_is_loaded() -> None:
    spec = LoadSpec(
        "m.gguf", kv_type=KvType.Q8_0, threads=3, ubatch_tokens=4096, gpu_layers=49, cpu_tensors=("^a$", "b|c"),
        tensor_split=(2.0, 1.0),
    )  # fmt: skip
    given = llama_bench.arguments(spec, (0, 4096), 512, 64)
    pairs = dict(zip(given[::2], given[1::2], strict=True))
    assert pairs == {
        "-m": "m.gguf", "-o": "jsonl", "-r": "1", "-fa": "1", "-t": "3", "-p": "512", "-n": "64", "-d": "0,4096",
        "-ub": "4096", "-b": "4096", "-ctk": "q8_0", "-ctv": "q8_0", "-ngl": "49", "-ts": "2/1",
        "-ot": "^a$=CPU;b|c=CPU",
    }  # fmt: skip
    assert llama_bench.can_compare(PlacedModel(spec, 0))
    assert not llama_bench.can_compare(PlacedModel(spec, 0, on_disk=True))


def test_a_llama_bench_that_does_not_work_gives_nothing(tmp_path: Path) -> None:
    assert finish(llama_bench.run([str(tmp_path / "none")], 2, 5.0, Cancel())) is None
    assert finish(llama_bench.run([sys.executable, "-c", "print('no JSON')"], 2, 5.0, Cancel())) is None
    cancel = Cancel()
    cancel.request()
    with pytest.raises(Stopped):
        finish(llama_bench.run([sys.executable, "-c", "input()"], 2, 5.0, cancel))

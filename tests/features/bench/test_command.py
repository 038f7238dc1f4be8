"""`octavo bench`: its table, its file, and what is wrong with what it was given."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.cli.main import EXIT_ANSWERED, EXIT_CANCELLED, EXIT_INPUT, EXIT_MODEL, EXIT_USAGE
from app.cli.screen import width
from app.core.errors import Code, Problem
from app.core.machine.paths import Paths
from app.core.settings import EngineSettings, KvType, Mapping, RemoteSettings
from app.core.work import Cancel, Stopped, Work
from app.engine.planner.speed import Speed
from app.engine.protocol import Buffer, Device, taken_bytes
from app.features.bench.command import print_report
from app.features.bench.report import (
    BenchMachine,
    BenchMemory,
    BenchModel,
    BenchPlan,
    BenchProgress,
    BenchReport,
    BenchStep,
    DepthSpeed,
    ImageTime,
    LlamaBench,
    LlamaBenchSpeed,
    LoadTime,
    NotMeasured,
    QuestionTime,
    ResumingTime,
    SavingTime,
    TokenRate,
    WhyNot,
)
from app.features.bench.service import Bench
from app.wording.i18n import use_language
from tests.cli.conftest import Octavo, answered_here
from tests.models.projector import write_projector
from tests.whole import open_desk

CARD = Device("CUDA0", "NVIDIA H100 80GB HBM3", "gpu", 84_000_000_000, 85_000_000_000)
CPU = Device("CPU", "AMD EPYC 9654", "cpu", 0, 0)
SPEED = msgspec.convert(
    {"writing": 220.0, "writing_full": 96.0, "reading": 4361.0, "slice_s": 0.1, "assumed": True}, Speed
)
REPORT = BenchReport(
    finished=True,
    seconds=321.0,
    machine=BenchMachine(
        "0.1.0", "llama-cpp-python 0.3.36", "3.13.5", "Linux x86_64", 16, ("AVX2",), "zen4", 1, 128 * 10**9, 10**11,
        (CARD, CPU), Problem(Code.CARD_TOO_OLD, {"name": "Tesla V100"}),
    ),
    model=BenchModel("", "Q4_K_M", "llama4", 65_400_000_000, 107_770_000_000, 48, 16, 10_485_760, True, 0),
    plan=BenchPlan(
        1.25, 462_848, KvType.Q8_0, 2048, 16, 49, 3, (), Mapping.READ, (), SPEED
    ),
    memory=BenchMemory(78 * 10**9, 77 * 10**9, (Buffer("CUDA0", 65 * 10**9, 12 * 10**9, 10**9),), 10**9, (CARD, CPU)),
    loads=(LoadTime(62.0, 65_400_000_000, 0.02), LoadTime(21.0, 65_400_000_000, None)),
    tokenizing=TokenRate.of(462_000, 2.0),
    first_tokens=TokenRate.of(32, 0.64),
    depths=(
        DepthSpeed(0, None, TokenRate.of(512, 0.125), TokenRate.of(64, 1.0)),
        DepthSpeed(131_072, TokenRate.of(131_072, 32.768), TokenRate.of(512, 0.25), None),
    ),
    questions=(QuestionTime(31, 131_000, 0.31), QuestionTime(24, 131_031, 0.12)),
    saving=SavingTime(131_000, 3_560_000_000, 0.9, 4.0),
    resuming=ResumingTime(130_999, 1, 3.5, 0.00012, 0.004),
    images=ImageTime(5, 727, 0.55),
    llama_bench=LlamaBench("9000 (0c1e570)", (LlamaBenchSpeed(0, 4200.0, 0.44),)),
    left_out=(
        NotMeasured(BenchStep.READ, WhyNot.TIME, 460_000, 700.0),
        NotMeasured(BenchStep.IMAGES, WhyNot.FAILED, code=Code.MODEL_PROJECTOR_FAILED),
    ),
)  # fmt: skip


_LLAMA_BENCH = f"""#!{sys.executable}
import json, sys
given = dict(zip(sys.argv[1::2], sys.argv[2::2]))
for depth in map(int, given["-d"].split(",")):
    for read, written, speed in ((int(given["-p"]), 0, 200.5), (0, int(given["-n"]), 20.25)):
        line = {{"n_prompt": read, "n_gen": written, "n_depth": depth, "avg_ts": speed, "model_filename": given["-m"]}}
        print(json.dumps(line | {{"build_commit": "0c1e570", "build_number": 9000}}), flush=True)
"""


@pytest.fixture
def run(tmp_path: Path, octavo: Octavo) -> Any:
    def call(*arguments: object) -> tuple[int, str, str]:
        return octavo("bench", "--data-dir", str(tmp_path / "desk"), *map(str, arguments))

    return call


@pytest.fixture
def japanese() -> Iterator[None]:
    use_language("ja")
    yield
    use_language("en")


def printed(capsys: pytest.CaptureFixture[str], report: BenchReport = REPORT) -> list[str]:
    print_report(report)
    return capsys.readouterr().out.splitlines()


def test_the_table_says_all_in_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys)
    assert "model          llama4, Q4_K_M, 65.4 GB, 48 layers, 16 experts" in lines
    assert "CPU            AMD EPYC 9654, 100 GB of 128 GB free" in lines
    assert "context        462,848 tokens, KV cache q8_0, batches of 2,048 tokens, 16 threads" in lines
    assert any(line.startswith("graphics card  The Tesla V100 in this computer is older") for line in lines)
    assert "loading          1 min 2 s, 65.4 GB, of which 2% was in memory before" in lines
    assert "loading again    21 s, 65.4 GB" in lines
    assert "memory           77 GB taken, 78 GB planned (+1.3%)" in lines
    heading = next(number for number, line in enumerate(lines) if line.startswith("tokens in context"))
    rows = lines[heading : heading + 3]
    assert len({len(row) for row in rows}) == 1
    assert rows[1].split() == ["0", "–", "–", "4,100", "64", "4,200", "0.44"]
    assert rows[2].split() == ["131,072", "4,000", "33", "s", "2,000", "–", "–", "–"]
    assert "Reading on: the next 512 tokens there; writing: 64 tokens." in lines[heading + 3]
    assert "the plan’s estimate  reads 4,400, writes 220 (96 with a full context)" in lines
    assert "second question      24 tokens read, 131,031 reused, the answer begins after 0.1 s" in lines
    assert lines[-2:] == [
        "Not measured: reading, 460,000 tokens in context (it would take about 11 min 40 s)",
        "Not measured: an image (it failed: model_projector_failed)",
    ]


@pytest.mark.usefixtures("japanese")
def test_the_table_in_japanese_keeps_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys)
    heading = next(number for number, line in enumerate(lines) if line.startswith("コンテキストのトークン"))
    assert len({width(row) for row in lines[heading : heading + 3]}) == 1
    values = [line for line in lines if line.startswith(("モデル ", "CPU ", "CUDA0 "))]
    assert (
        len({width(line[: line.index(first)]) for line, first in zip(values, ("NVIDIA", "AMD", "llama4"), strict=True)})
        == 1
    )
    assert not [line for line in lines if "tokens" in line or "taken" in line]


def test_a_report_that_has_hardly_begun_is_shown_too(capsys: pytest.CaptureFixture[str]) -> None:
    begun = BenchReport(machine=REPORT.machine, model=REPORT.model, plan=REPORT.plan, loads=REPORT.loads[:1])
    assert any(line.startswith("loading ") for line in printed(capsys, begun))
    half = msgspec.structs.replace(begun, depths=(DepthSpeed(0),))
    assert "Speeds are in tokens a second." in printed(capsys, half)


@pytest.fixture
def seeing(tiny_scout_fast: Path, tmp_path: Path) -> Path:
    """A model beside its projector, in a folder whose name nobody is to learn."""
    folder = tmp_path / "of-nobody-else"
    folder.mkdir()
    model = folder / "private-model.gguf"
    shutil.copy(tiny_scout_fast, model)
    write_projector(folder / "mmproj-private.gguf")
    return model


@pytest.fixture
def with_llama_bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    program = programs / "llama-bench"
    program.write_text(_LLAMA_BENCH, encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)


@pytest.mark.usefixtures("with_llama_bench")
def test_all_is_measured_and_nothing_is_kept_or_said_of_whose_it_is(run: Any, tmp_path: Path, seeing: Path) -> None:
    file = tmp_path / "bench.json"
    code, out, err = run(seeing, "--json", file, "--context", 2048, "--kv", "f16")
    assert (code, err) == (EXIT_ANSWERED, "")
    assert file.stat().st_mode & 0o777 == 0o600
    written = file.read_text(encoding="utf-8")
    check_all(msgspec.json.decode(written, type=BenchReport), seeing)
    assert "model    Tiny Scout, F16" in out
    for secret in ("private", "nobody", str(tmp_path), os.sep + "tmp", "Which words", seeing.name):
        assert secret not in written + out
    names = [each.name for each in (tmp_path / "desk").rglob("*")]
    assert not [name for name in names if "bench" in name or name.endswith(".reading")]


def check_all(report: BenchReport, model: Path) -> None:
    """Everything was measured, and agrees."""
    assert report.finished
    assert report.left_out == ()
    assert report.machine is not None
    assert report.plan is not None
    assert report.model is not None
    assert report.memory is not None
    assert (report.plan.context_tokens, report.model.name, report.model.sees) == (2048, "Tiny Scout", True)
    assert report.memory.taken_bytes == taken_bytes(report.memory.buffers) > 0
    assert report.memory.planned_bytes > 0
    assert len(report.loads) == 2
    assert all(load.bytes > model.stat().st_size for load in report.loads), "with the projector"
    beginning, full = report.depths
    assert (beginning.depth_tokens, beginning.reading) == (0, None)
    assert full.depth_tokens > 1000
    assert full.reading is not None
    assert full.reading.tokens == full.depth_tokens
    for depth in report.depths:
        assert depth.reading_there is not None
        assert depth.writing_there is not None
        assert depth.reading_there.tokens >= 256
        assert depth.writing_there.tokens == 64
    assert report.saving is not None
    assert report.resuming is not None
    assert report.saving.counts.sealed_bytes == report.saving.file_bytes > 0
    assert (report.resuming.tokens, report.resuming.read_tokens) == (report.saving.tokens - 1, 1)
    assert report.resuming.divergence < 0.001
    first, second = report.questions
    assert second.reused_tokens >= first.reused_tokens + first.read_tokens - 1
    assert second.read_tokens < 100
    assert report.images is not None
    assert (report.images.tiles, report.images.tokens > 5) == (5, True)
    assert report.llama_bench is not None
    assert [each.depth_tokens for each in report.llama_bench.depths] == [0, full.depth_tokens]
    assert (report.llama_bench.depths[0].reading_there, report.llama_bench.depths[0].writing_there) == (200.5, 20.25)


@answered_here
def test_stopped_at_the_terminal_it_shows_what_there_is(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(
        self: Bench, wanted: EngineSettings, limit_s: float, cancel: Cancel
    ) -> Work[BenchProgress | BenchReport, BenchReport]:
        yield BenchProgress(BenchStep.LOAD, 0.5, 1.0)
        yield begun
        signal.raise_signal(signal.SIGINT)
        assert cancel.requested
        raise Stopped

    begun = BenchReport(machine=REPORT.machine, model=REPORT.model, plan=REPORT.plan, loads=REPORT.loads[:1])
    monkeypatch.setattr(Bench, "run", measure)
    file = tmp_path / "bench.json"
    code, out, err = run("--json", file)
    assert code == EXIT_CANCELLED
    assert "loading " in out
    assert err == "octavo: stopped; this was measured until then\n"
    assert msgspec.json.decode(file.read_bytes(), type=BenchReport) == begun


@pytest.mark.parametrize(
    ("words", "expected", "said"),
    [
        (("/none/of/these.gguf",), EXIT_MODEL, "“these.gguf”"),
        (("no such name",), EXIT_MODEL, "no such name"),
        (("--json", "/none/of/these/bench.json"), EXIT_INPUT, "“/none/of/these/bench.json” could not be written"),
        (("--minutes", "0"), EXIT_USAGE, "--minutes"),
        (("--minutes", "much"), EXIT_USAGE, "--minutes"),
    ],
)
def test_what_cannot_be_done_is_said_at_once(run: Any, words: tuple[str, ...], expected: int, said: str) -> None:
    code, out, err = run(*words)
    assert (code, out) == (expected, "")
    assert said in err


@answered_here
def test_a_remote_engine_is_not_what_is_measured(
    run: Any, tmp_path: Path, tiny_scout_fast: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(
        self: Bench, wanted: EngineSettings, limit_s: float, cancel: Cancel
    ) -> Work[BenchProgress | BenchReport, BenchReport]:
        assert (wanted, limit_s) == (stored, 90.0)
        yield REPORT
        return REPORT

    monkeypatch.setattr(Bench, "run", measure)
    stored = EngineSettings(model_path=str(tiny_scout_fast), context_tokens=1024, threads=1)
    desk = open_desk(Paths(tmp_path / "desk"))
    remote = RemoteSettings("https://models.example.invalid")
    desk.settings.save(msgspec.structs.replace(desk.settings.load(), engine=stored, remote=remote))
    desk.close()
    code, out, err = run("--json", "-", "--minutes", "1.5")
    assert code == EXIT_ANSWERED
    assert err == "A remote engine is set up. This measures the model on this computer.\n"
    assert msgspec.json.decode(out, type=BenchReport) == REPORT

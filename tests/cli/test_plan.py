"""`octavo models plan`: on imagined machines, on this one, and where it does not fit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import arguments
from app.cli.main import EXIT_ANSWERED, EXIT_MODEL, EXIT_USAGE, run
from app.engine.planner.placement import Reason
from app.wording.i18n import use_language
from tests.models import headers, projector
from tests.said import explains
from tests.whole import DIAGNOSES, KEEPS, TERMINAL_COMMANDS, open_desk


@pytest.fixture
def plan(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """Plan on a desk of its own; gives exit code, stdout, stderr."""

    def call(*given: object) -> tuple[int, str, str]:
        words = ["models", "plan", "--data-dir", str(tmp_path / "desk"), *map(str, given)]
        code = run(arguments.parse(words, TERMINAL_COMMANDS), open_desk, TERMINAL_COMMANDS, KEEPS, DIAGNOSES)
        out, err = capfd.readouterr()
        return code, out, err

    return call


@pytest.fixture(scope="module")
def scout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return headers.write_header(tmp_path_factory.mktemp("scout") / "scout.gguf", quantization="Q4_K_M", parts=2)


def test_the_h100_has_room_for_half_a_million_tokens(plan: Any, scout: Path) -> None:
    code, out, err = plan(scout, "--kv", "q8_0", "--gpu-memory", 80, "--ram", 256, "--json")
    assert (code, err) == (EXIT_ANSWERED, "")
    told = json.loads(out)
    assert told["fits"] is True
    assert 450_000 <= told["context_tokens"] <= 550_000
    assert told["placement"]["gpu_layers"] == headers.LAYERS + 1
    assert told["placement"]["expert_layers_on_cpu"] == 0
    assert sum(told["bytes_by_class"].values()) == sum(told["bytes_by_device"].values())
    assert {use["device"] for use in told["bytes"]} == {device["name"] for device in told["devices"]} == {"GPU", "RAM"}
    assert all(told["bytes_by_device"][device["name"]] <= device["room_bytes"] for device in told["devices"])
    assert told["bytes_by_class"]["experts"] > 50e9
    assert told["tokens_per_second"]["writing"] > told["tokens_per_second"]["writing_full"]
    assert told["explanation"][0] == "All layers fit on the GPU."


def test_the_text_explains_itself(plan: Any, scout: Path) -> None:
    code, out, err = plan(scout, "--gpu-memory", 12, "--gpu-memory", 24, "--ram", 64, "--context", 100_000)
    assert (code, err) == (EXIT_ANSWERED, "")
    rows = out.splitlines()
    assert rows[0].startswith("Llama 4 Scout 17B 16E Instruct, Q4_K_M, 65.4 GB")
    assert "layers (" in rows[1]
    assert explains(rows[1], Reason.EXPERTS_ON_CPU)
    assert any(explains(row, Reason.CONTEXT_REQUESTED, context_tokens=100_000) for row in rows)
    heading = next(row for row in rows if row.split() == ["GPU", "0", "GPU", "1", "RAM"])
    together = next(row for row in rows if row.startswith("together"))
    assert rows.index(heading) < rows.index(together)
    assert rows[-3:] == [
        "Longest answer: 8,192 tokens",
        "Excerpts in place of documents: up to 25,000 tokens",
        "Room for documents and conversation: 100,000 tokens",
    ]


def test_just_above_the_edge_it_says_what_to_type_to_stay_on_the_card(
    plan: Any, scout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = (scout, "--gpu-memory", 80, "--ram", 256, "--context", 540_672)
    rows = plan(*machine)[1].splitlines()
    (smaller,) = [row for row in rows if row.startswith("With the KV cache in q4_0, everything stays on the GPU. ")]
    assert smaller.endswith(" (--kv q4_0)")
    assert "220" in smaller
    assert any(row.endswith(" (--context 527360)") for row in rows)
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    try:
        _, out, _ = plan(*machine)
    finally:
        use_language("en")
    assert "KV キャッシュを q4_0 にすれば、すべて GPU に収まります。" in out
    assert "文書は 512 トークンずつ読みます。" in out


def test_what_does_not_fit_says_by_how_much(plan: Any, scout: Path) -> None:
    arguments = (scout, "--ram", 32, "--context", 500_000, "--kv", "f16")
    code, out, err = plan(*arguments, "--json")
    assert (code, err) == (EXIT_ANSWERED, "")
    told = json.loads(out)
    assert told["fits"] is False
    assert told["missing_bytes"] > 30e9
    assert "placement" not in told
    _, out, _ = plan(*arguments)
    assert "It does not fit: " in out
    assert explains(out, Reason.MORE_MEMORY)
    assert "Room for documents" not in out


def test_weights_that_stay_on_the_disk_need_no_memory(plan: Any, scout: Path) -> None:
    arguments = (scout, "--ram", 24, "--kv", "q8_0")
    assert "It would run with weights read from disk (mapped), at about 0." in plan(*arguments)[1]
    code, out, err = plan(*arguments, "--mapping", "mapped", "--json")
    assert (code, err) == (EXIT_ANSWERED, "")
    told = json.loads(out)
    assert (told["fits"], told["placement"]["mapping"], told["context_tokens"]) == (True, "mapped", 32_768)
    assert told["bytes_by_device"]["disk"] > 60e9 > 5e9 > told["bytes_by_device"]["RAM"]
    disk = told["tokens_per_second"]["disk"]
    assert 0 < disk["token_bytes"] < disk["slice_bytes"] == pytest.approx(told["bytes_by_device"]["disk"], rel=0.02)
    assert disk["assumed"] is True
    _, out, _ = plan(*arguments, "--mapping", "mapped")
    assert explains(out, Reason.READ_FROM_DISK)
    assert next(row for row in out.splitlines() if row.split() == ["RAM", "disk"])


def test_on_this_machine_its_memory_is_measured(plan: Any, tiny_scout: Path, tmp_path: Path) -> None:
    model = tmp_path / "tiny.gguf"
    model.write_bytes(tiny_scout.read_bytes())
    projector.write_projector(tmp_path / "mmproj-tiny.gguf")
    code, out, err = plan(model, "--context", 4096, "--json")
    assert (code, err) == (EXIT_ANSWERED, "")
    told = json.loads(out)
    assert told["fits"] is True
    (host,) = (device for device in told["devices"] if not device["gpu"])
    assert host["bandwidth"] > 0
    assert "These speeds are estimates" not in " ".join(told["explanation"])
    assert told["bytes_by_class"]["projector"] > (tmp_path / "mmproj-tiny.gguf").stat().st_size


def test_japanese(plan: Any, scout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    try:
        _, out, _ = plan(scout, "--gpu-memory", 80, "--ram", 256)
    finally:
        use_language("en")
    assert "すべての層が GPU に収まります。" in out


def test_what_cannot_be_planned_is_refused(plan: Any, scout: Path, tmp_path: Path) -> None:
    eyes = projector.write_projector(tmp_path / "mmproj-x.gguf")
    assert plan(eyes, "--ram", 32)[0] == EXIT_MODEL
    assert plan(tmp_path / "none.gguf", "--ram", 32)[0] == EXIT_MODEL
    assert plan(scout, "--ram", 32, "--context", 20_000_000)[0] == EXIT_USAGE
    for wrong in (("--context", "-5"), ("--ram", "0"), ("--gpu-memory", "much")):
        with pytest.raises(SystemExit):
            plan(scout, *wrong)

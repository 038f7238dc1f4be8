"""Models in the terminal: the list, and what a file says of itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import EXIT_ANSWERED, EXIT_MODEL
from app.core.errors import Code
from app.models.templates.format_finding import work_out
from app.models.templates.reader import TemplateReader
from app.wording.i18n import use_language
from tests.cli.conftest import Octavo
from tests.models import broken, forge, headers, llama4, projector
from tests.models.headers import MAVERICK
from tests.models.templates import shapes
from tests.said import says


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of models of a desk."""
    path = tmp_path / "desk" / "models"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def run(tmp_path: Path, octavo: Octavo) -> Any:
    """Run a command on a desk of its own; gives exit code, stdout, stderr."""

    def call(verb: str, *arguments: object) -> tuple[int, str, str]:
        return octavo("models", verb, "--data-dir", str(tmp_path / "desk"), *map(str, arguments))

    return call


def test_the_list_has_every_model_with_its_projector_and_tells_of_those_that_cannot_be(
    run: Any, folder: Path, tiny_scout: Path
) -> None:
    (folder / "scout").mkdir()
    (folder / "scout" / "tiny.gguf").write_bytes(tiny_scout.read_bytes())
    projector.write_projector(folder / "scout" / "mmproj-tiny.gguf")
    broken.write_half_header(folder / "half.gguf")
    broken.write_unknown_architecture(folder / "octopus.gguf")
    (folder / "adapter.gguf").write_bytes(forge.forge([*forge.KEYS, forge.string("general.type", "adapter")]).content())
    code, out, err = run("list")
    assert (code, err) == (EXIT_ANSWERED, "")
    rows = out.splitlines()
    assert [row.split()[0] for row in rows] == ["adapter", "half", "octopus", "tiny", "SmolLM2", "Models"]
    assert "LoRA adapter for llama" in rows[0]
    assert says(rows[1], Code.MODEL_TRUNCATED)
    assert "octopus (not known)" in rows[2]
    assert rows[3].split()[1:] == ["llama4", "F16", "2.1", "MB", "10,485,760", "tokens", "mmproj-tiny.gguf"]
    assert rows[4].startswith("SmolLM2 135M")
    assert "8,192 tokens" in rows[4]
    assert rows[5] == f"Models folder: {folder}"

    code, out, err = run("list", "--json")
    assert (code, err) == (EXIT_ANSWERED, "")
    told = json.loads(out)
    assert told["folder"] == str(folder)
    by_name = {model["name"]: model for model in told["models"]}
    assert by_name["half"]["code"] == "model_truncated"
    assert by_name["octopus"]["known"] is False
    tiny = by_name["tiny"]
    assert (tiny["kind"], tiny["architecture"], tiny["known"], tiny["starter"]) == ("model", "llama4", True, False)
    assert tiny["projector"] == str(folder / "scout" / "mmproj-tiny.gguf")
    assert by_name["SmolLM2 135M"]["starter"] is True


def test_a_split_maverick_is_shown_whole(run: Any, tmp_path: Path) -> None:
    first = headers.write_header(tmp_path / "maverick.gguf", MAVERICK, "Q4_K_M", parts=2)
    code, out, err = run("show", first)
    assert (code, err) == (EXIT_ANSWERED, "")
    shown = [line.split(maxsplit=1) for line in out.splitlines()]
    assert [value for name, value in shown if name == "file"] == [
        str(first), str(first).replace("-00001-", "-00002-"),
    ]  # fmt: skip
    assert ["size", "243 GB"] in shown
    assert ["parameters", "400.7 B, of which each token uses 16.2 B"] in shown
    assert ["experts", "128 in one of every 2 layers, 1 used per token, 8,192 wide"] in shown
    assert ["heads", "40 for queries, 8 for keys and values, 128 numbers each"] in shown
    assert ["vocabulary", "202,048 tokens, gpt2 llama4"] in shown
    assert "  experts" in out
    assert "q4_K, q6_K" in out

    code, out, err = run("show", "--json", first)
    assert (code, err) == (EXIT_ANSWERED, "")
    told = json.loads(out)
    assert (told["name"], told["quantization"]) == (MAVERICK.name, "Q4_K_M")
    assert sum(told["bytes_by_part"].values()) == sum(weights["bytes"] for weights in told["weights"])
    assert told["bytes_by_part"]["experts"] > 200e9
    assert len(told["files"]) == 2


def test_a_projector_and_a_plain_model(run: Any, tmp_path: Path, starter: Path) -> None:
    code, out, _err = run("show", projector.write_projector(tmp_path / "mmproj.gguf"))
    assert code == EXIT_ANSWERED
    assert "projector for images, of the type llama4" in out
    code, out, _err = run("show", starter)
    assert code == EXIT_ANSWERED
    assert "experts" not in out
    assert "134.5 M, of which each token uses 134.5 M" in out


def test_how_conversations_are_written_is_shown(
    run: Any, tiny_scout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, near_engines: None
) -> None:
    monkeypatch.setattr(TemplateReader, "work_out", lambda _self, template, _path, _cancel: work_out(template))
    code, out, err = run("format", tiny_scout)
    assert (code, err) == (EXIT_ANSWERED, "")
    assert "and the model's own template agrees" in out
    assert r'"<|eot|><|header_start|>user<|header_end|>\n\n"' in out

    monkeypatch.setattr(llama4, "TEMPLATE", shapes.DATED.replace("header_id", "role"))
    code, out, err = run("format", llama4.write_scout(tmp_path / "dated.gguf"))
    assert (code, err) == (EXIT_ANSWERED, "")
    assert "found the conversation format in the template" in out
    assert "reads these words: Today Date: 01 Jan 2026" in out
    assert "Octavo always writes the same" in out
    code, out, err = run("format", "--json", tmp_path / "dated.gguf")
    assert (code, err, json.loads(out)["report"]["own"]["dated"]) == (EXIT_ANSWERED, "", True)


def test_a_name_that_would_steer_the_terminal_is_shown_harmless(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "evil.gguf"
    keys = [forge.KEYS[0], forge.string("general.name", "\x1b[2J\u202eevil"), *forge.KEYS[2:]]
    path.write_bytes(forge.forge(keys).content())
    code, out, _err = run("show", path)
    assert code == EXIT_ANSWERED
    assert "\ufffd[2J\ufffdevil" in out
    assert "\x1b" not in out


def test_what_cannot_be_shown_is_told_in_a_sentence(run: Any, tmp_path: Path) -> None:
    code, out, err = run("show", tmp_path / "nothing.gguf")
    assert (code, out) == (EXIT_MODEL, "")
    assert says(err, Code.MODEL_MISSING, path="nothing.gguf")
    path = tmp_path / "short.gguf"
    path.write_bytes(forge.forge().content()[:-1000])
    code, out, err = run("show", "--json", path)
    assert code == EXIT_MODEL
    assert json.loads(out)["code"] == "model_incomplete"
    assert says(err, Code.MODEL_INCOMPLETE, path="short.gguf", missing_bytes=1_000)


def test_in_japanese(run: Any, tiny_scout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    try:
        _code, out, _err = run("show", tiny_scout)
    finally:
        use_language("en")
    assert "言語モデル" in out
    assert "{" not in out

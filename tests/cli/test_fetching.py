"""Models from elsewhere in the terminal: offers, fetching, carrying, through the real commands."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import EXIT_ANSWERED, EXIT_CANCELLED, EXIT_INPUT, EXIT_MODEL, EXIT_USAGE
from app.core.errors import Code
from app.models.hub.catalogue import catalogue
from app.models.incoming import Incoming
from app.wording.i18n import use_language
from tests.cli.conftest import Octavo, answered_here
from tests.models import hub_on_loopback
from tests.models.hub_on_loopback import REPOSITORY, Fault, LoopbackHub
from tests.models.packages import names_in, write_model, write_split_model
from tests.said import says
from tests.whole import open_desk

pytestmark = pytest.mark.usefixtures("near_hub")

SCOUT = "unsloth/Llama-4-Scout-17B-16E-Instruct-GGUF"


@pytest.fixture
def loopback() -> Iterator[LoopbackHub]:
    with hub_on_loopback.running() as hub:
        hub.card = {"license": "mit"}
        yield hub


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "desk"


@pytest.fixture
def run(data: Path, octavo: Octavo) -> Any:
    """Run a command on a desk of its own; gives exit code, stdout, stderr."""

    def call(*arguments: object) -> tuple[int, str, str]:
        return octavo("models", *map(str, arguments), "--data-dir", str(data))

    return call


@pytest.fixture
def asked(run: Any, data: Path, loopback: LoopbackHub) -> Any:
    """Likewise, with the hub on loopback."""
    from app.core.machine.paths import Paths
    from app.core.settings import HubSettings, Settings

    desk = open_desk(Paths(data))
    desk.settings.save(Settings(hub=HubSettings(loopback.endpoint)))
    desk.close()
    return run


class _Person(io.StringIO):
    """Someone who sits at a terminal and types."""

    def isatty(self) -> bool:
        return True


def types(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr(sys, "stdin", _Person("".join(f"{line}\n" for line in lines)))


def nobody(monkeypatch: pytest.MonkeyPatch, text: str = "") -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def last_line(out: str) -> Any:
    return json.loads(out.splitlines()[-1])


# ---- what is offered -------------------------------------------------------------------------------------------


def test_the_catalogue_is_listed_without_a_network(run: Any) -> None:
    code, out, err = run("list", "--offers")
    assert (code, err) == (EXIT_ANSWERED, "")
    rows = out.splitlines()
    assert len(rows) == len(catalogue().offers)
    (row,) = [row for row in rows if row.startswith("Llama 4 Scout:Q4_K_M")]
    assert row.split(maxsplit=3)[3].startswith("67.1 GB  10,485,760 tokens  Llama 4 Community License Agreement")
    code, out, err = run("list", "--offers", "--json")
    assert (code, err) == (EXIT_ANSWERED, "")
    told = {offer["key"]: offer for offer in json.loads(out)["offers"]}
    scout = told[
        "unsloth/Llama-4-Scout-17B-16E-Instruct-GGUF:Q4_K_M/Llama-4-Scout-17B-16E-Instruct-Q4_K_M-00001-of-00002.gguf"
    ]
    assert (scout["licence"], scout["licence_accepted"], scout["here"]) == ("llama4", False, False)
    assert scout["size_bytes"] == sum(file["size_bytes"] for file in [*scout["files"], scout["projector"]])


@pytest.mark.parametrize("name", ["Llama 4 Scout:Q4_K_M", "llama-4-scout:q4_k_m", f"{SCOUT}:Q4_K_M"])
def test_an_offer_of_the_catalogue_is_planned_and_shown_without_a_network(
    asked: Any, loopback: LoopbackHub, name: str
) -> None:
    code, out, err = asked("plan", name, "--gpu-memory", "80", "--ram", "256", "--kv", "q8_0", "--json")
    assert (code, err) == (EXIT_ANSWERED, "")
    assert 430_000 <= json.loads(out)["context_tokens"] <= 550_000
    code, out, err = asked("show", name)
    assert (code, err) == (EXIT_ANSWERED, "")
    assert "Llama 4 Community License Agreement. Built with Llama" in out
    assert "ggml-org/Llama-4-Scout-17B-16E-Instruct-GGUF: mmproj" in out
    assert not loopback.requests


def test_what_is_not_offered_is_told_with_what_is(run: Any) -> None:
    code, out, err = run("plan", "Llama 5:Q4_K_M")
    assert (code, out) == (EXIT_USAGE, "")
    assert "“Llama 5:Q4_K_M” is not in the catalogue. The catalogue has: Llama 4 Scout, Llama 4 Maverick" in err
    code, _out, err = run("plan", "llama 4 scout:Q1")
    assert code == EXIT_USAGE
    assert "UD-Q2_K_XL, Q3_K_M, Q4_K_M" in err
    code, _out, err = run("fetch", "llama 4 scout")
    assert code == EXIT_USAGE
    assert says(err, Code.OFFER_SEVERAL)


def test_a_repository_is_shown_by_asking_the_hub(asked: Any, loopback: LoopbackHub, tmp_path: Path) -> None:
    for file in write_split_model(tmp_path / "source"):
        loopback.add(file.name, file)
    loopback.add("other-Q4_0.gguf", write_model(tmp_path / "other.gguf"))
    host = loopback.endpoint.removeprefix("http://")
    code, out, err = asked("show", REPOSITORY)
    assert (code, err) == (EXIT_ANSWERED, f"octavo: asking {host}\n")
    assert {row.split()[0] for row in out.splitlines()} == {f"{REPOSITORY}:Q4_0", f"{REPOSITORY}:Q8_0"}
    code, out, err = asked("show", f"{REPOSITORY}:other-Q4_0.gguf", "--json")
    assert code == EXIT_ANSWERED
    assert set(err.splitlines()) == {f"octavo: asking {host}"}
    told = json.loads(out)
    assert (told["architecture"], told["offer"]["licence"]) == ("llama", "mit")
    code, _out, err = asked("plan", f"{REPOSITORY}:Q5_0")
    assert code == EXIT_USAGE
    assert "The catalogue has: " in err
    assert "Q8_0" in err
    code, _out, err = asked("show", "nobody/nothing")
    assert code == EXIT_MODEL
    assert "no repository “nobody/nothing”" in err


# ---- fetching --------------------------------------------------------------------------------------------------


@answered_here
def test_a_model_is_fetched_after_a_person_was_asked(
    asked: Any, data: Path, loopback: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback.add("tiny-Q8_0.gguf", write_model(tmp_path / "source.gguf"))
    types(monkeypatch, "n")
    code, out, err = asked("fetch", f"{REPOSITORY}:Q8_0")
    assert (code, out) == (EXIT_CANCELLED, "")
    assert not loopback.served
    home = data / "models" / "owner--Tiny-GGUF--Q8_0"
    for told in (loopback.endpoint.removeprefix("http://"), REPOSITORY, str(home), "MIT License", "Download it? [y/N]"):
        assert told in err
    types(monkeypatch, "y")
    code, out, _err = asked("fetch", f"{REPOSITORY}:Q8_0")
    assert (code, out) == (EXIT_ANSWERED, f"Verified and ready: {home / 'tiny-Q8_0.gguf'}\n")
    code, out, _err = asked("list")
    assert out.startswith("Tiny-GGUF Q8_0 ")


def test_where_nobody_can_be_asked_yes_is_needed(
    asked: Any, loopback: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback.add("tiny-Q8_0.gguf", write_model(tmp_path / "source.gguf"))
    nobody(monkeypatch, "y\n")
    code, _out, err = asked("fetch", REPOSITORY)
    assert code == EXIT_USAGE
    assert "--yes" in err
    types(monkeypatch, "y")
    assert asked("fetch", REPOSITORY, "--json")[0] == EXIT_USAGE
    assert not loopback.served
    nobody(monkeypatch)
    code, out, _err = asked("fetch", REPOSITORY, "--yes", "--json")
    assert code == EXIT_ANSWERED
    events = [json.loads(line) for line in out.splitlines()]
    assert [event["event"] for event in events][:2] == ["order", "fetching"]
    assert events[0]["host"] == loopback.endpoint.removeprefix("http://")
    assert (events[-1]["event"], events[-1]["name"]) == ("finished", "Tiny-GGUF Q8_0")


@answered_here
def test_terms_are_shown_and_have_to_be_accepted(
    asked: Any, loopback: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loopback.card = {"license": "other", "license_name": "llama4"}
    loopback.add("tiny-Q8_0.gguf", write_model(tmp_path / "source.gguf"))
    nobody(monkeypatch)
    code, out, err = asked("fetch", REPOSITORY, "--yes")
    assert (code, out) == (EXIT_USAGE, "")
    assert "--accept-licence" in err
    types(monkeypatch, "")
    code, out, err = asked("fetch", REPOSITORY, "--yes")
    assert code == EXIT_CANCELLED
    assert "LLAMA 4 COMMUNITY LICENSE AGREEMENT" in err
    assert "any dispute arising out of this Agreement." in err
    assert not loopback.served
    types(monkeypatch, "y", "y")
    code, out, _err = asked("fetch", REPOSITORY)
    assert code == EXIT_ANSWERED
    assert out.endswith("\nBuilt with Llama\n")
    code, out, _err = asked("show", "Tiny-GGUF Q8_0")
    assert "Llama 4 Community License Agreement. Built with Llama" in out


def test_ctrl_c_pauses_and_tells_how_to_go_on(asked: Any, data: Path, loopback: LoopbackHub, tmp_path: Path) -> None:
    loopback.add("tiny-Q8_0.gguf", write_model(tmp_path / "source.gguf"), fault=Fault.HOLD)
    root = Path(__file__).parents[2]
    command: list[str | Path] = [
        sys.executable,
        "-P",
        "-m",
        "app",
        "models",
        "fetch",
        REPOSITORY,
        "--yes",
        "--data-dir",
        data,
    ]
    environment = os.environ | {"PYTHONPATH": str(root)}
    with subprocess.Popen(command, cwd=root, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert loopback.holding.acquire(timeout=60)
        arrived, late = Incoming(data / "models"), time.monotonic() + 60
        while not arrived.unfinished() and time.monotonic() < late:
            pass
        process.send_signal(2)
        _out, err = process.communicate(timeout=60)
    assert process.returncode == EXIT_CANCELLED
    assert "Paused. What has arrived is kept. Use the same command to continue." in err
    code, out, _err = asked("list")
    assert f"Started: {REPOSITORY}:Q8_0, " in out
    assert len(json.loads(asked("list", "--json")[1])["unfinished"]) == 1
    loopback.faults.clear()
    code, out, _err = asked("fetch", REPOSITORY, "--yes")
    assert code == EXIT_ANSWERED
    assert len(json.loads(asked("list", "--json")[1])["unfinished"]) == 0


# ---- without a network -----------------------------------------------------------------------------------------


def test_a_model_goes_from_desk_to_desk(run: Any, data: Path, tmp_path: Path) -> None:
    files = write_split_model(tmp_path / "stick")
    code, out, err = run("import", files[0])
    home = data / "models" / "tiny-Q8_0" / files[0].name
    assert (code, err) == (EXIT_ANSWERED, "")
    assert out == f"Ready: {home}\nIt came without a hash, so Octavo can only detect later changes.\n"
    code, out, err = run("verify", "tiny-Q8_0")
    assert (code, err) == (EXIT_ANSWERED, "")
    assert [line.split()[-1] for line in out.splitlines()] == ["unchanged"] * 3
    code, out, _err = run("pack", "tiny-Q8_0", tmp_path)
    packed = tmp_path / "tiny-Q8_0.octavo-model.tar"
    assert code == EXIT_ANSWERED
    assert out.startswith(f"Packed: {packed}\n")
    assert "sha256sum -c SHA256SUMS" in out
    code, out, _err = run("pack", home, tmp_path, "--folder", "--json")
    assert last_line(out) == {"event": "finished", "path": str(tmp_path / "tiny-Q8_0")}
    code, out, _err = run("remove", "tiny-Q8_0", "--json")
    assert len(json.loads(out)["deleted"]) == 4
    code, out, _err = run("unpack", packed, "--json")
    assert code == EXIT_ANSWERED
    assert last_line(out) == {"event": "finished", "path": str(home), "name": "tiny-Q8_0", "proved": False}
    code, out, _err = run("remove", home)
    assert (code, len(out.splitlines())) == (EXIT_ANSWERED, 4)
    assert names_in(data / "models") == []


def test_verifying_fails_unless_every_file_is_good(run: Any, data: Path, tmp_path: Path) -> None:
    files = write_split_model(tmp_path / "stick")
    code, out, err = run("verify", tmp_path / "stick")
    assert code == EXIT_MODEL
    assert "no hash to compare with" in out
    assert says(err, Code.MODEL_UNPROVED)
    run("import", files[0])
    home = data / "models" / "tiny-Q8_0"
    (home / files[1].name).write_bytes(bytes(files[1].stat().st_size))
    code, out, err = run("verify", home)
    assert code == EXIT_MODEL
    assert [line.split()[-1] for line in out.splitlines()] == ["unchanged", "changed", "unchanged"]
    assert says(err, Code.MODEL_CHANGED, file=files[1].name)
    (home / files[1].name).unlink()
    code, out, _err = run("verify", home, "--json")
    assert code == EXIT_MODEL
    verdict, failure = (json.loads(line) for line in out.splitlines()[-2:])
    assert verdict["good"] is False
    assert failure["code"] == "model_part_missing"


def test_what_cannot_be_carried_is_told_in_a_sentence(run: Any, tmp_path: Path, starter: Path) -> None:
    code, _out, err = run("import", tmp_path / "nothing.gguf")
    assert code == EXIT_MODEL
    assert says(err, Code.MODEL_MISSING, path="nothing.gguf")
    (tmp_path / "letter.tar").write_bytes(b"Dear Sir or Madam" * 100)
    code, _out, err = run("unpack", tmp_path / "letter.tar")
    assert code == EXIT_INPUT
    assert "is not valid" in err
    code, _out, err = run("remove", "SmolLM2 135M")
    assert code == EXIT_MODEL
    assert "comes with Octavo" in err
    code, _out, err = run("remove", write_model(tmp_path / "one.gguf"))
    assert code == EXIT_MODEL
    assert says(err, Code.MODEL_NOT_IN_FOLDER, path="one.gguf")
    assert starter.exists()


@answered_here
def test_a_token_is_never_an_argument_and_needs_a_keyring(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("token", "set", "hf_argument")[0] == EXIT_USAGE
    nobody(monkeypatch, "hf_secret\n")
    code, out, err = run("token", "set")
    assert "hf_secret" not in out + err
    assert code != EXIT_ANSWERED  # the tests have no keyring
    code, out, _err = run("token", "forget", "--json")
    assert (code, json.loads(out)) == (EXIT_ANSWERED, {"has_token": False})


def test_in_japanese(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    try:
        _code, out, _err = run("show", "Llama 4 Scout:Q4_K_M")
    finally:
        use_language("en")
    assert "リポジトリ" in out
    assert "{" not in out

"""A remote engine from the terminal, on a real server: what is said before text leaves, and what comes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from app.bootstrap import open_desk
from app.cli.main import EXIT_INPUT, EXIT_MODEL, EXIT_USAGE
from app.core.paths import Paths
from app.core.settings import RemoteSettings
from tests.cli.conftest import Octavo
from tests.remote_servers import PYTHON_CONTEXT, python_server

_TEXT = "# The lighthouse\n\nIn the year 1801 the keeper wrote that the lamp burned all night.\n"


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.md"
    path.write_text(_TEXT, encoding="utf-8")
    return path


@pytest.fixture
def run(tmp_path: Path, octavo: Octavo) -> Any:
    """Run a command on a desk of its own; gives exit code, stdout, stderr."""

    def call(command: str, *arguments: object) -> tuple[int, str, str]:
        return octavo(command, "--data-dir", str(tmp_path / "desk"), *map(str, arguments))

    return call


def _store(folder: Path, remote: RemoteSettings) -> None:
    desk = open_desk(Paths(folder / "desk"))
    desk.settings.save(msgspec.structs.replace(desk.settings.load(), remote=remote))
    desk.close()


_SHORT = ("--context", PYTHON_CONTEXT, "--max-tokens", 8, "--temperature", 0)


def test_a_remote_engine_answers_after_it_was_said_where_text_goes(run: Any, story: Path, python_address: str) -> None:
    code, out, err = run("ask", "--json", "--remote", python_address, *_SHORT, "--document", story, "What burned?")
    assert (code, err) == (0, "")
    events = [json.loads(line) for line in out.splitlines()]
    assert events[0] == {"event": "remote", "host": python_address.removeprefix("http://")}
    finished = events[-1]
    assert finished["event"] == "finished"
    assert finished["usage"]["generated_tokens"] >= 1
    code, _out, err = run("ask", "--remote", python_address, *_SHORT, "--document", story, "What burned?")
    assert code == 0
    assert err.startswith(f"Text leaves Octavo: {python_address.removeprefix('http://')}. ")
    assert "full text of the books" in err


def test_a_stored_address_is_used_and_told_by_the_doctor_without_being_asked(
    run: Any, story: Path, tiny_scout: Path, tmp_path: Path
) -> None:
    _store(tmp_path, RemoteSettings("https://models.example.invalid"))
    code, out, _err = run("doctor", "--json")
    assert code == 0
    report = json.loads(out)
    assert report["remote"] == "models.example.invalid"
    code, out, err = run("ask", *_SHORT, "--document", story, "What burned?")
    assert code == EXIT_MODEL
    assert err.startswith("Text leaves this computer: models.example.invalid. ")
    assert "The server at models.example.invalid does not answer" in err
    code, out, err = run("ask", "--json", "--model", tiny_scout, *_SHORT, "--document", story, "What burned?")
    assert (code, err) == (0, "")
    assert not any(json.loads(line)["event"] == "remote" for line in out.splitlines())


def test_an_address_without_encryption_is_refused(run: Any, story: Path) -> None:
    code, _out, err = run("ask", "--remote", "http://models.example.org", "--document", story, "What burned?")
    assert code == EXIT_USAGE
    assert "would not be encrypted" in err


def test_a_key_comes_from_the_environment(
    run: Any, tiny_scout: Path, story: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with python_server(tiny_scout, key="secret") as address:
        code, _out, err = run("ask", "--remote", address, *_SHORT, "--document", story, "What burned?")
        assert code == EXIT_MODEL
        assert "needs a key" in err
        monkeypatch.setenv("OCTAVO_REMOTE_KEY", "secret")
        assert run("ask", "--remote", address, *_SHORT, "--document", story, "What burned?")[0] == 0


def test_images_stay_here(run: Any, story: Path, python_address: str) -> None:
    picture = story.parent / "lamp.png"
    Image.new("RGB", (40, 30)).save(picture)
    code, _out, err = run("ask", "--remote", python_address, *_SHORT, "--image", picture, "What is it?")
    assert code in (EXIT_MODEL, EXIT_INPUT)
    assert "Images are not sent to a server" in err

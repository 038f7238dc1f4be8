"""A remote engine from the terminal, on a real server: what is said before text leaves, and what comes of it."""

from __future__ import annotations

import contextlib
import json
from base64 import b64decode
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from app.cli.main import EXIT_INPUT, EXIT_MODEL, EXIT_USAGE
from app.core.errors import Code
from app.core.machine.paths import Paths
from app.core.settings import RemoteImages, RemoteSettings
from tests.cli.conftest import Octavo
from tests.engine.remote import toy_server
from tests.engine.remote.toy_server import ToyServer
from tests.remote_servers import PYTHON_CONTEXT, python_server
from tests.said import says
from tests.whole import open_desk

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


def store_remote(folder: Path, remote: RemoteSettings) -> None:
    desk = open_desk(Paths(folder / "desk"))
    desk.settings.save(msgspec.structs.replace(desk.settings.load(), remote=remote))
    desk.close()


@pytest.fixture(scope="module")
def guarded(tiny_scout: Path) -> Iterator[str]:
    """The address of a real server that wants the key “secret”."""
    with python_server(tiny_scout, key="secret") as address:
        yield address


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[ToyServer]:
    monkeypatch.setattr(toy_server, "CONTEXT_TOKENS", 1 << 15)
    server = ToyServer("llama-server")
    yield server
    server.close()


SHORT = ("--context", PYTHON_CONTEXT, "--max-tokens", 8, "--temperature", 0)


def test_a_remote_engine_answers_after_it_was_said_where_text_goes(
    run: Any, story: Path, guarded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key for it comes from the environment."""
    host = guarded.removeprefix("http://")
    asked = ("--remote", guarded, *SHORT, "--document", story, "What burned?")
    code, _out, err = run("ask", *asked)
    assert code == EXIT_MODEL
    assert "needs a key" in err
    monkeypatch.setenv("OCTAVO_REMOTE_KEY", "secret")
    code, out, err = run("ask", "--json", *asked)
    assert (code, err) == (0, "")
    events = [json.loads(line) for line in out.splitlines()]
    assert events[0] == {"event": "remote", "host": host, "names": "as_is"}
    finished = events[-1]
    assert finished["event"] == "finished"
    assert finished["usage"]["generated_tokens"] >= 1


def test_a_person_reads_where_text_goes(run: Any, story: Path, toy: ToyServer) -> None:
    code, _out, err = run("ask", "--remote", toy.address, *SHORT, "--document", story, "What burned?")
    assert code == 0
    assert err.startswith(f"Text leaves Octavo: {toy.address.removeprefix('http://')}. ")
    assert "full text of the documents" in err


def test_a_stored_address_is_used_and_told_by_the_doctor_without_being_asked(
    run: Any, story: Path, tiny_scout: Path, tmp_path: Path
) -> None:
    store_remote(tmp_path, RemoteSettings("https://models.example.invalid"))
    code, out, _err = run("doctor", "--json")
    assert code == 0
    report = json.loads(out)
    assert report["remote"] == "models.example.invalid"
    code, out, err = run("ask", *SHORT, "--document", story, "What burned?")
    assert code == EXIT_MODEL
    assert err.startswith("Text leaves this computer: models.example.invalid. ")
    assert "The server at models.example.invalid does not answer" in err
    code, out, err = run("ask", "--json", "--model", tiny_scout, *SHORT, "--document", story, "What burned?")
    assert (code, err) == (0, "")
    assert not any(json.loads(line)["event"] == "remote" for line in out.splitlines())


def test_an_address_without_encryption_is_refused(run: Any, story: Path) -> None:
    code, _out, err = run("ask", "--remote", "http://models.example.org", "--document", story, "What burned?")
    assert code == EXIT_USAGE
    assert says(err, Code.REMOTE_ADDRESS_INSECURE)


def sent_to(server: ToyServer) -> str:
    return "\n".join(json.dumps(body) for _path, body, _headers in server.asked) + "\n".join(
        toy_server.detokenize(prompt) for prompt in server.prompts()
    )


def test_a_matter_asks_its_own_server(run: Any, tmp_path: Path, story: Path, toy: ToyServer) -> None:
    other = ToyServer("llama-server")
    try:
        assert run("servers", "add", "Oslo", toy.address)[0] == 0
        assert run("servers", "add", "Tokyo", other.address)[0] == 0
        with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as desk:
            desk.shared.matters.create("Case")
        code, out, _err = run("servers", "use", "Tokyo", "--matter", "Case", "--json")
        assert (code, json.loads(out)["answers"]) == (0, "Tokyo")
        code, out, _err = run("servers", "--json")
        assert (json.loads(out)["answers"], len(json.loads(out)["servers"])) == ("Oslo", 2)
        asked = ("ask", "--pseudonyms", "off", *SHORT, "--document", story, "What burned?")
        assert run(*asked, "--matter", "Case")[0] == 0
        assert (len(toy.asked), len(other.prompts())) == (0, 1)
        assert run(*asked)[0] == 0
        assert (len(toy.prompts()), len(other.prompts())) == (1, 1)
        assert run(*asked, "--server", "Tokyo")[0] == 0
        assert (len(toy.prompts()), len(other.prompts())) == (1, 2)
        for elsewhere in (("--server", "Oslo"), ("--remote", toy.address)):
            code, _out, err = run(*asked, "--matter", "Case", *elsewhere)
            assert (code, len(toy.prompts())) == (EXIT_MODEL, 1)
            assert says(err, Code.REMOTE_NOT_OF_MATTER, name="Tokyo")
        assert run("servers", "none", "--matter", "Case")[0] == 0
        code, _out, err = run(*asked, "--matter", "Case", "--server", "Oslo")
        assert (code, len(toy.prompts())) == (EXIT_MODEL, 1)
        assert says(err, Code.REMOTE_NONE_OF_MATTER)
        assert run("servers", "use", "Tokyo", "--matter", "Case")[0] == 0
        assert run("servers", "remove", "Tokyo")[0] == 0
        code, _out, err = run(*asked, "--matter", "Case")
        assert code != 0
        assert says(err, Code.REMOTE_SERVER_UNKNOWN, name="Tokyo")
        assert run("servers", "default", "--matter", "Case")[0] == 0
        assert run(*asked, "--matter", "Case")[0] == 0
        assert (len(toy.prompts()), len(other.prompts())) == (2, 2)
    finally:
        other.close()


def test_images_stay_here(run: Any, story: Path, guarded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = story.parent / "lamp.png"
    Image.new("RGB", (40, 30)).save(picture)
    monkeypatch.setenv("OCTAVO_REMOTE_KEY", "secret")
    code, _out, err = run("ask", "--remote", guarded, *SHORT, "--image", picture, "What is it?")
    assert code in (EXIT_MODEL, EXIT_INPUT)
    assert f"The model on {guarded.removeprefix('http://')} cannot see images" in err


def test_images_go_to_a_server_that_sees_them_reduced_and_the_same_each_time(
    run: Any, tmp_path: Path, toy: ToyServer
) -> None:
    toy.sees = True
    picture = tmp_path / "plan.png"
    Image.new("RGB", (4096, 1024), "#7A2E35").save(picture)
    asked = ("ask", "--remote", toy.address, *SHORT, "--no-weighing", "--image", picture, "Who pays?", "And when?")
    code, _out, err = run(*asked)
    assert code == 0, err
    assert "Images go to localhost" in err
    first, second = (toy_server.images_of(chat) for chat in toy.chats())
    assert first == second, "so the server finds it read"
    with Image.open(BytesIO(b64decode(first[0].partition(",")[2]))) as sent:
        assert (sent.size, sent.getpixel((9, 9))) == ((2048, 512), (0x7A, 0x2E, 0x35))
    code, out, _err = run(*asked, "--json")
    assert (code, json.loads(out.splitlines()[0])) == (
        *(0, {"event": "remote", "host": toy.address.removeprefix("http://"), "names": "as_is", "images": "sent"}),
    )
    store_remote(tmp_path, RemoteSettings(images=RemoteImages.KEPT))
    code, _out, err = run(*asked)
    assert code == EXIT_MODEL
    assert says(err, Code.REMOTE_IMAGES_KEPT)
    assert len(toy.chats()) == 4

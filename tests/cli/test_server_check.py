"""`octavo doctor --server`: a server that does all that is needed, and servers that each lack something."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import EXIT_MODEL, EXIT_USAGE
from app.core.errors import Code
from tests.cli.conftest import Octavo
from tests.engine.remote.contract.obedient import ObedientToy
from tests.engine.remote.toy_server import Handler
from tests.said import says

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, octavo: Octavo) -> Run:
    """Run a command on a desk of its own; gives exit code, stdout, stderr."""
    return lambda command, *arguments: octavo(command, "--data-dir", str(tmp_path / "desk"), *arguments)


@pytest.fixture(params=["vllm", "sglang", "llama-server"])
def obedient(request: pytest.FixtureRequest) -> Iterator[ObedientToy]:
    with contextlib.closing(ObedientToy(request.param)) as server:
        yield server


@pytest.fixture
def vllm() -> Iterator[ObedientToy]:
    with contextlib.closing(ObedientToy("vllm")) as server:
        yield server


def _changed(server: ObedientToy, change: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any] | None]) -> None:
    """Have each event of an answer go through `change`, with what was asked; None leaves it out."""
    answer = server.routes["/v1/completions"]

    def route(handler: Handler) -> None:
        send = handler.send_event

        def send_changed(content: object) -> None:
            changed = change(content, handler.body) if isinstance(content, dict) else content
            if changed is not None:
                send(changed)

        handler.send_event = send_changed  # type: ignore[method-assign]
        answer(handler)

    server.routes["/v1/completions"] = route


def test_a_server_that_does_all(run: Run, obedient: ObedientToy) -> None:
    code, out, err = run("doctor", "--server", obedient.address, "--json")
    assert (code, err) == (0, "")
    seen = json.loads(out)
    assert (seen["sound"], seen["counts_alike"], seen["limit_kept"], seen["weighs"]) == (True,) * 4
    assert (seen["form_kept"], seen["reads_once"], seen["written_tokens"]) == (True, True, 24)
    assert seen["way"] == {"vllm": "structured_outputs", "sglang": "regex", "llama-server": "grammar"}[obedient.kind]
    code, out, _err = run("doctor", "--server", obedient.address)
    assert code == 0
    assert out.count("yes") >= 6
    assert obedient.address.removeprefix("http://") in out


def test_what_was_found_before_is_not_believed(run: Run, vllm: ObedientToy, tmp_path: Path) -> None:
    story = tmp_path / "story.md"
    story.write_text("In the year 1801 the lamp burned all night.")
    asked = ("--remote", vllm.address, "--pseudonyms", "off", "--max-tokens", "4", "--document", str(story), "When?")
    assert run("ask", *asked)[0] == 0
    answer = vllm.routes["/v1/completions"]

    def without_forms(handler: Handler) -> None:
        handler.body.pop("structured_outputs", None)
        answer(handler)

    vllm.routes["/v1/completions"] = without_forms
    code, out, _err = run("doctor", "--server", vllm.address, "--json")
    assert code == 0, "values and quotations are checked"
    seen = json.loads(out)
    assert (seen["way"], seen["sound"]) == ("", True)


def test_tokens_that_are_counted_otherwise_there(run: Run, vllm: ObedientToy) -> None:
    def more(content: dict[str, Any], _asked: dict[str, Any]) -> dict[str, Any]:
        usage = content.get("usage")
        return content | {"usage": usage | {"prompt_tokens": usage["prompt_tokens"] + 7}} if usage else content

    _changed(vllm, more)
    code, out, err = run("doctor", "--server", vllm.address)
    assert code == EXIT_MODEL
    assert says(err, Code.REMOTE_UNSOUND)
    (row,) = [line for line in out.splitlines() if " there" in line]
    assert "no: " in row


def test_a_form_that_is_taken_and_not_held(run: Run, vllm: ObedientToy) -> None:
    def loose(content: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
        texts = [choice | {"text": "tomorrow"} for choice in content["choices"] if choice.get("text")]
        return content | {"choices": texts} if texts and "structured_outputs" in asked else content

    _changed(vllm, loose)
    code, out, err = run("doctor", "--server", vllm.address, "--json")
    assert code == EXIT_MODEL
    assert says(err, Code.REMOTE_UNSOUND)
    seen = json.loads(out.splitlines()[0])
    assert (seen["way"], seen["form_kept"], seen["sound"]) == ("structured_outputs", False, False)


def test_reuse_that_is_not_told_is_not_zero(run: Run, vllm: ObedientToy) -> None:
    def untold(content: dict[str, Any], _asked: dict[str, Any]) -> dict[str, Any]:
        usage = dict(content.get("usage") or {})
        usage.pop("prompt_tokens_details", None)
        return content | {"usage": usage} if usage else content

    _changed(vllm, untold)
    code, out, _err = run("doctor", "--server", vllm.address, "--json")
    assert code == 0
    seen = json.loads(out)
    assert (seen["reused_tokens"], seen["reads_once"]) == (None, None)
    assert "--enable-prompt-tokens-details" in run("doctor", "--server", vllm.address)[1]


def test_each_address_is_tried(run: Run, vllm: ObedientToy) -> None:
    with contextlib.closing(ObedientToy("vllm")) as other:
        assert run("servers", "add", "Oslo", vllm.address, other.address)[0] == 0
        for named in (("--server",), ("--server", "Oslo")):
            code, out, _err = run("doctor", *named, "--json")
            assert code == 0
            addresses = [json.loads(line)["address"] for line in out.splitlines()]
            assert addresses == [server.address.removeprefix("http://") for server in (vllm, other)]
        other.close()
        code, out, err = run("doctor", "--server", "--json")
    assert code == EXIT_MODEL
    assert says(err, Code.REMOTE_UNREACHABLE)
    assert len(out.splitlines()) == 2, "the first one, and the failure"


def test_no_server(run: Run) -> None:
    code, _out, err = run("doctor", "--server")
    assert code == EXIT_MODEL
    assert says(err, Code.REMOTE_NOT_SET)
    code, _out, err = run("doctor", "--server", "Tokyo")
    assert code == EXIT_USAGE
    assert says(err, Code.REMOTE_ADDRESS_INVALID, address="Tokyo")

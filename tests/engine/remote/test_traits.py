"""What is found out about a server by trying: once, as long as it calls itself the same and has the same model."""

from __future__ import annotations

import pytest

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Token
from app.core.conversations.values import AnswerForm, ValueKind, held_form
from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.protocol import AnswerTo, ServerTraits
from tests.engine.remote.conftest import ASKED, NewServer, connect
from tests.engine.remote.toy_server import MODEL, ToyServer
from tests.work import run

_HELD = held_form(AnswerForm(ValueKind.DATE), "When?")


def _ask(engine: EngineClient) -> None:
    finish(engine.run(AnswerTo(ASKED, Sampling(), 8, _HELD), Cancel()))


def _tried(server: ToyServer) -> list[str]:
    """Return the paths of all requests that a model had to compute for and that are no answers."""
    return [path for path, body, _headers in server.asked if "/completions" in path and not body.get("stream")]


@pytest.mark.parametrize(("kind", "sees"), [("vllm", True), ("vllm", False), ("sglang", False), ("llama-server", True)])
def test_what_was_found_out_is_not_tried_again(
    kind: str, sees: bool, new_server: NewServer, engine: EngineClient
) -> None:
    server = new_server(kind, sees=sees)
    server.holds = {"vllm": "structured_outputs", "sglang": "regex"}.get(kind, "grammar")
    server.answer = ["Not in this ", "document"]
    first = connect(engine, server.address)
    assert first.traits is not None
    assert first.traits.way == server.holds
    assert _tried(server)
    server.asked.clear()
    again = connect(engine, server.address, known=first.traits)
    _ask(engine)
    assert again == first
    assert not _tried(server)
    field = server.asked[-1][1].get(server.holds)
    assert field is not None, "and the answer is held"


@pytest.mark.parametrize("what", ["model", "program"])
def test_another_model_or_program_is_tried(what: str, new_server: NewServer, engine: EngineClient) -> None:
    server = new_server("vllm")
    known = ServerTraits(
        "vLLM", "another" if what == "model" else MODEL, "another" if what == "program" else "", "none"
    )
    found = connect(engine, server.address, known=known).traits
    assert found is not None
    assert found.way == ""
    assert _tried(server)


def test_a_server_of_another_kind_under_the_same_name_is_found_out(new_server: NewServer, engine: EngineClient) -> None:
    server = new_server("vllm")
    known = ServerTraits("llama-server", MODEL, "", "grammar")
    assert connect(engine, server.address, known=known).device.startswith("vLLM")


def test_an_answer_that_was_not_held_has_the_way_tried_once_more(new_server: NewServer, engine: EngineClient) -> None:
    """The server was started anew without what it had; its answers are words of no form."""
    server = new_server("vllm")
    known = ServerTraits("vLLM", MODEL, "", "structured_outputs")
    connect(engine, server.address, known=known)
    for _ in range(3):
        _ask(engine)
    streamed = [body for path, body, _headers in server.asked if path == "/v1/completions" and body.get("stream")]
    assert ["structured_outputs" in body for body in streamed] == [True, False, False]
    assert len(_tried(server)) == 2, "both ways of such servers, once"


def test_processes_that_connect_beside_the_first_try_nothing(new_server: NewServer, engine: EngineClient) -> None:
    server = new_server("vllm", sees=True)
    connect(engine, server.address)
    tried = len(_tried(server))
    finish(engine.revive(Cancel()))
    for lane in range(1, 4):
        with engine.on_lane(lane):
            _ask(engine)
    assert len(_tried(server)) == tried


def test_a_whole_answer_is_kept_whatever_becomes_of_a_try(new_server: NewServer, engine: EngineClient) -> None:
    """The answer has no form; by then the server is busy with something else."""
    server = new_server("vllm")
    connect(engine, server.address, known=ServerTraits("vLLM", MODEL, "", "structured_outputs"))
    server.tries_refused = True
    events, ended = run(engine.run(AnswerTo(ASKED, Sampling(), 8, _HELD), Cancel()))
    assert "".join(event.text for event in events if isinstance(event, Token)) == "The tenant pays."
    assert ended.ending is Ending.COMPLETE

"""Several engines behind one server, each with a cache of its own: what is asked of a document goes to one of them."""

from __future__ import annotations

from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.protocol import AnswerTo, DocumentText, Message, PageText, Prompt, ReadBooks
from app.engine.remote.transport import ENGINE_HEADER
from tests.engine.remote.conftest import NewServer, connect
from tests.engine.remote.toy_server import ToyServer


def _about(id: str, question: str) -> Prompt:
    book = DocumentText("A lease", (PageText("1", "The tenant pays."),), id)
    return Prompt("The rules.", (book,), (Message("user", question),))


def _engines(server: ToyServer) -> list[str | None]:
    """Return the engine that each answer was asked of."""
    asked = [(body, headers) for path, body, headers in server.asked if path == "/v1/completions"]
    return [headers.get(ENGINE_HEADER) for body, headers in asked if body.get("stream")]


def test_a_document_stays_with_one_engine_and_documents_are_spread(new_server: NewServer, engine: EngineClient) -> None:
    server = new_server("vllm")
    server.engines = 4
    traits = connect(engine, server.address).traits
    assert traits is not None
    assert traits.engines == 4
    for number in range(20):
        finish(engine.run(ReadBooks(_about(f"id{number}", "")), Cancel()))
        finish(engine.run(AnswerTo(_about(f"id{number}", "Who pays?"), Sampling(), 4), Cancel()))
    used = _engines(server)
    assert len(used) == 40
    assert used[0::2] == used[1::2], "the engine that has read it"
    assert set(used) == {"0", "1", "2", "3"}


def test_a_server_of_one_engine_or_of_another_kind_is_asked_without(
    new_server: NewServer, engine: EngineClient
) -> None:
    for kind, engines in (("vllm", 1), ("vllm", 0), ("llama-server", 0)):
        server = new_server(kind)
        server.engines = engines
        traits = connect(engine, server.address).traits
        assert traits is not None
        assert traits.engines == 1
        finish(engine.run(AnswerTo(_about("id", "Who pays?"), Sampling(), 4), Cancel()))
        assert _engines(server) == [None]


def test_a_server_that_was_started_anew_with_fewer_engines_answers_all_the_same(
    new_server: NewServer, engine: EngineClient
) -> None:
    server = new_server("vllm")
    server.engines = 4
    connect(engine, server.address)
    server.engines = 1
    for number in range(8):
        finish(engine.run(AnswerTo(_about(f"id{number}", "Who pays?"), Sampling(), 4), Cancel()))
    used = _engines(server)
    refused = [each for each in used if each not in (None, "0")]
    assert len(refused) == 1, "it is found out once"
    assert len(used) == 8 + 1

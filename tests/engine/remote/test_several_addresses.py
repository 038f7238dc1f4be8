"""A server with several addresses: the same model answers at each, and one of them may be gone."""

from __future__ import annotations

import msgspec
import pytest

from app.core.errors import AppError, Code
from app.core.machine.secret import Password
from app.core.policy import Policy
from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.protocol import AnswerTo, LoadSpec, RemoteSpec
from app.engine.remote.address import hosts_shown
from tests.engine.remote.conftest import ASKED, NewServer
from tests.engine.remote.toy_server import Handler, ToyServer
from tests.work import problem_of


def _spec(*servers: ToyServer) -> LoadSpec:
    specs = [RemoteSpec(each.address, key=Password(f"key {number}")) for number, each in enumerate(servers)]
    return LoadSpec("", remote=msgspec.structs.replace(specs[0], others=tuple(specs[1:])))


def _ask(engine: EngineClient) -> None:
    finish(engine.run(AnswerTo(ASKED, Sampling(), 8), Cancel()))


def test_each_lane_asks_another_address_and_sends_that_its_own_key(new_server: NewServer, engine: EngineClient) -> None:
    servers = [new_server("vllm") for _ in range(3)]
    model = finish(engine.load(_spec(*servers), Cancel()))
    assert model.servers == 3
    assert model.host == ", ".join(server.address.removeprefix("http://") for server in servers)
    for lane in range(4):
        with engine.on_lane(lane):
            _ask(engine)
    assert [len(server.prompts()) for server in servers] == [2, 1, 1]
    for number, server in enumerate(servers):
        assert {headers["Authorization"] for _path, _body, headers in server.asked} == {f"Bearer key {number}"}
    tried = [path for server in servers[1:] for path, body, _ in server.asked if body and "stream" not in body]
    assert not [path for path in tried if "completions" in path], "what was found out holds for all"


def test_an_address_that_is_gone_is_passed_over(new_server: NewServer, engine: EngineClient) -> None:
    servers = [new_server("vllm") for _ in range(3)]
    servers[0].close()
    servers[1].routes["/v1/models"] = lambda handler: handler.send_json({"error": "loading"}, 503)
    assert finish(engine.load(_spec(*servers), Cancel())).servers == 3
    _ask(engine)
    assert servers[2].prompts()


def test_where_none_is_there_that_is_said_of_the_last(new_server: NewServer, engine: EngineClient) -> None:
    servers = [new_server("vllm") for _ in range(2)]
    for server in servers:
        server.close()
    problem = problem_of(engine.load(_spec(*servers), Cancel()))
    assert problem.code is Code.REMOTE_UNREACHABLE
    assert problem.params["host"] == servers[1].address.removeprefix("http://")


@pytest.mark.parametrize("middle", [False, True], ids=["before an answer", "in the middle of one"])
def test_an_address_that_goes_later_costs_one_question(
    middle: bool, new_server: NewServer, engine: EngineClient
) -> None:
    servers = [new_server("vllm") for _ in range(2)]
    finish(engine.load(_spec(*servers), Cancel()))
    if middle:
        servers[0].routes["/v1/completions"] = _break_off
    else:
        servers[0].close()
    assert problem_of(engine.run(AnswerTo(ASKED, Sampling(), 8), Cancel())).code in (
        Code.REMOTE_UNREACHABLE,
        Code.REMOTE_CUT,
    )
    servers[0].close()
    assert engine.model() is not None, "so that the record can name the server that was asked"
    _ask(engine)
    assert servers[1].prompts()


def _break_off(handler: Handler) -> None:
    handler.begin_stream()
    handler.send_event({"choices": [{"text": "The ", "finish_reason": None}]})


def test_addresses_may_have_commas_between_them() -> None:
    shown = "a.example, b.example:8000"
    for text in ("https://a.example https://b.example:8000", "https://a.example,https://b.example:8000/v1, "):
        assert hosts_shown(text) == shown
    with pytest.raises(AppError) as refused:
        hosts_shown("https://a.example, http://b.example")
    assert refused.value.code is Code.REMOTE_ADDRESS_INSECURE


def test_a_policy_that_forbids_one_address_forbids_all(new_server: NewServer) -> None:
    server = new_server("vllm")
    policy = Policy()
    policy = msgspec.structs.replace(policy, rules=msgspec.structs.replace(policy.rules, allowed_servers=["localhost"]))
    engine = EngineClient(policy=policy)
    spec = LoadSpec("", remote=RemoteSpec(server.address, others=(RemoteSpec("https://models.example.org"),)))
    with pytest.raises(AppError) as refused:
        finish(engine.load(spec, Cancel()))
    assert refused.value.code is Code.REMOTE_FORBIDDEN
    assert not server.asked
    engine.close()

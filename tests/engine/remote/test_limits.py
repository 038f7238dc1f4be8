"""The limit of an answer counts the answer, that of a thought the thought, on every kind of server."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Thinking, Token
from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.protocol import AnswerTo
from tests.engine.remote.conftest import ASKED, NewServer, connect
from tests.engine.remote.toy_server import FIRST_CONTROL, Handler, ToyServer, detokenize
from tests.work import run

THOUGHT = [f"w{n} " for n in range(30)]
ANSWER = [f"a{n} " for n in range(40)]


def limits(server: ToyServer) -> list[int]:
    """Return the limits of the streams that a server was asked for."""
    streamed = (body for path, body, _headers in server.asked if path.startswith("/v1/") and body and "stream" in body)
    return [body["max_tokens"] for body in streamed if body["stream"]]


def thinks_first(server: ToyServer, *, apart: bool = False) -> None:
    """Have a server write as a model does that opens its thoughts itself: what it is sent it goes on with, and each
    word is a token. `apart` has the thought come in a field of its own."""
    whole = ["<think>", *THOUGHT, "</think>", *ANSWER]

    def route(handler: Handler) -> None:
        body: Any = handler.body
        sent = detokenize([token for token in body["prompt"] if token < FIRST_CONTROL])
        if "<think>" in sent and "</think>" in sent:
            words = ANSWER
        else:
            at = 1 + sum(word in sent for word in THOUGHT) if "<think>" in sent else 0
            words = whole[at:]
        handler.begin_stream()
        words = words[: body["max_tokens"]]
        for word in words:
            if not apart:
                handler.send_event({"choices": [{"text": word}]})
            elif word in THOUGHT:
                handler.send_event({"choices": [{"text": "", "reasoning_content": word}]})
            else:
                handler.send_event({"choices": [{"text": word if word in ANSWER else ""}]})
        reason = "stop" if words and words[-1] == ANSWER[-1] else "length"
        handler.send_event({"choices": [{"text": "", "finish_reason": reason}]})
        count = {"prompt_tokens": len(body["prompt"]), "completion_tokens": len(words)}
        details = {"cached_tokens": 0 if len(server.prompts()) == 1 else len(body["prompt"]) - 1}
        handler.send_event({"choices": [], "usage": count | {"prompt_tokens_details": details}})
        handler.send_event("[DONE]")

    server.routes["/v1/completions"] = route


def said(events: list[Any]) -> str:
    return "".join(event.text for event in events if isinstance(event, Token))


def thought(events: list[Any]) -> str:
    return "".join(event.text for event in events if isinstance(event, Thinking)).strip()


@pytest.mark.parametrize("kind", ["vllm", "sglang", "llama-server"])
def test_the_limit_of_an_answer_is_what_the_server_is_told(
    kind: str, new_server: NewServer, engine: EngineClient
) -> None:
    server = new_server(kind)
    server.answer = ANSWER
    connect(engine, server.address)
    events, ending = run(engine.run(AnswerTo(ASKED, Sampling(), 24, max_thought_tokens=4096), Cancel()))
    assert limits(server) == [24]
    assert said(events) == "".join(ANSWER[:24])
    assert ending.ending is Ending.LENGTH
    assert ending.usage.generated_tokens == 24


@pytest.mark.parametrize("most_thought", [32, 100])
def test_a_thought_goes_on_up_to_its_own_limit(most_thought: int, new_server: NewServer, engine: EngineClient) -> None:
    """The answer has its own limit behind the thought, which took more than that."""
    server = new_server("vllm")
    thinks_first(server)
    connect(engine, server.address)
    order = AnswerTo(ASKED, Sampling(), 12, max_thought_tokens=most_thought)
    events, ending = run(engine.run(order, Cancel()))
    assert thought(events) == "".join(THOUGHT).strip()
    assert said(events) == "".join(ANSWER[:12])
    assert ending.ending is Ending.LENGTH
    assert limits(server) == [12, most_thought - 12, 12]


def test_a_thought_that_is_too_long_is_closed_when_its_limit_is_reached(
    new_server: NewServer, engine: EngineClient
) -> None:
    server = new_server("vllm")
    thinks_first(server)
    connect(engine, server.address)
    events, ending = run(engine.run(AnswerTo(ASKED, Sampling(), 50, max_thought_tokens=20), Cancel()))
    assert thought(events) == "".join(THOUGHT[:19]).strip(), "its mark is one of its tokens"
    assert said(events) == "".join(ANSWER)
    assert ending.ending is Ending.COMPLETE
    assert limits(server) == [50, 50]


def test_a_thought_in_a_field_of_its_own_takes_nothing_from_the_answer(
    new_server: NewServer, engine: EngineClient
) -> None:
    server = new_server("vllm")
    thinks_first(server, apart=True)
    connect(engine, server.address)
    events, ending = run(engine.run(AnswerTo(ASKED, Sampling(), 12, max_thought_tokens=100), Cancel()))
    assert thought(events) == "".join(THOUGHT).strip(), "once, though it was begun twice"
    assert said(events) == "".join(ANSWER[:12])
    assert ending.ending is Ending.LENGTH
    assert limits(server) == [12, 112]


def test_a_message_that_is_named_without_a_thought_before_it_is_the_answer(
    new_server: NewServer, engine: EngineClient
) -> None:
    server = new_server("vllm")
    server.answer = ["<|channel|>final<|message|>", *ANSWER]
    connect(engine, server.address)
    events, ending = run(engine.run(AnswerTo(ASKED, Sampling(), 12, max_thought_tokens=100), Cancel()))
    assert said(events) == "".join(ANSWER[:11]), "its name is one of its tokens"
    assert ending.ending is Ending.LENGTH


def test_what_several_requests_took_is_counted_as_one_answer(new_server: NewServer, engine: EngineClient) -> None:
    """The second request finds read what the first one had to read."""
    server = new_server("vllm")
    thinks_first(server)
    connect(engine, server.address)
    _events, ending = run(engine.run(AnswerTo(ASKED, Sampling(), 12, max_thought_tokens=31), Cancel()))
    assert ending.usage.prompt_tokens == len(server.prompts()[0])
    assert ending.usage.reused_tokens == 0
    assert ending.usage.evaluated_tokens == ending.usage.prompt_tokens
    assert ending.usage.generated_tokens > 12 + 30


def test_no_answer_may_be_longer_than_the_context_has_room_for(new_server: NewServer, engine: EngineClient) -> None:
    """A real vLLM refuses a request whose limit does not fit behind its prompt."""
    server = new_server("vllm")
    connect(engine, server.address)
    finish(engine.run(AnswerTo(ASKED, Sampling(), 1 << 20), Cancel()))
    assert limits(server) == [server.context_tokens - len(server.prompts()[0])]


@pytest.mark.parametrize(("told", "tells"), [(None, False), (0, True), (5, True)])
def test_what_a_server_does_not_say_of_its_cache_is_not_zero(
    told: int | None, tells: bool, new_server: NewServer, engine: EngineClient
) -> None:
    server = new_server("vllm")
    server.cached_tokens = told
    connect(engine, server.address)
    usage = finish(engine.run(AnswerTo(ASKED, Sampling(), 12), Cancel())).usage
    assert usage.tells_reused is tells
    assert usage.reused_tokens == (told or 0)

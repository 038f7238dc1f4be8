"""The thoughts of a server's model are no part of its answer, however the server sends them."""

from __future__ import annotations

import pytest

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Thinking, Token
from app.core.errors import Code
from app.core.settings import Sampling
from app.core.work import Cancel
from app.engine.client import EngineClient
from app.engine.protocol import AnswerTo
from tests.engine.remote.conftest import ASKED, NewServer, connect
from tests.engine.remote.toy_server import Handler, Route, render
from tests.work import at, fail, run

THOUGHT = ["Who ", "pays? ", "“It”"]
ANSWER = ["The tenant ", "pays."]


def streams(*choices: dict[str, object], reason: str = "stop") -> Route:
    def route(handler: Handler) -> None:
        handler.begin_stream()
        for choice in choices:
            handler.send_event({"choices": [choice]})
        handler.send_event({"choices": [{"text": "", "finish_reason": reason}]})
        handler.send_event("[DONE]")

    return route


def texts(*pieces: str) -> list[dict[str, object]]:
    return [{"text": piece} for piece in pieces]


def thought_in(field: str, text: str | None) -> list[dict[str, object]]:
    """What was thought, in a field of its own beside that of the text."""
    return [{"text": text, field: part} for part in THOUGHT]


STREAMS: dict[str, list[dict[str, object]]] = {
    "in the text": texts("<think>", *THOUGHT, "</think>", "\n\n", *ANSWER),
    "marks in parts": texts("<thi", "nk>", *THOUGHT, "</th", "ink>\n", *ANSWER),
    "in fields of its own": thought_in("reasoning_content", None) + texts(*ANSWER),
    "in another field": thought_in("reasoning", "") + texts(*ANSWER),
    "Harmony": texts("<|channel|>analysis<|message|>", *THOUGHT, "<|end|><|start|>assistant")
    + texts("<|channel|>final<|message|>", *ANSWER, "<|return|>"),
}


@pytest.mark.parametrize("how", STREAMS)
def test_only_the_answer_is_told(how: str, new_server: NewServer, engine: EngineClient) -> None:
    server = new_server()
    server.routes["/v1/completions"] = streams(*STREAMS[how])
    connect(engine, server.address)
    events, ending = run(engine.run(AnswerTo(ASKED, Sampling(), 50), Cancel()))
    reported = [event for event in events if isinstance(event, Thinking | Token)]
    assert reported[0] == Thinking()
    assert reported.count(Thinking()) == 1
    assert "".join(event.text for event in reported if isinstance(event, Token)) == "The tenant pays."
    assert ending.ending is Ending.COMPLETE


@pytest.mark.parametrize(("reason", "code"), [("length", Code.ANSWER_ALL_THOUGHT), ("stop", Code.ANSWER_MISSING)])
@pytest.mark.parametrize("choices", [texts("<think>", *THOUGHT), [{"reasoning": "Who pays?"}]], ids=["text", "field"])
def test_an_answer_that_is_nothing_but_thought_says_so(
    choices: list[dict[str, object]], reason: str, code: Code, new_server: NewServer, engine: EngineClient
) -> None:
    server = new_server()
    server.routes["/v1/completions"] = streams(*choices, reason=reason)
    connect(engine, server.address)
    events, problem = fail(engine.run(AnswerTo(ASKED, Sampling(), 50), Cancel()))
    assert not any(isinstance(event, Token) for event in events)
    assert problem.code is code


def test_a_thought_that_the_format_opens_needs_no_mark_to_begin(new_server: NewServer, engine: EngineClient) -> None:
    """Templates of models that always think open the thought: what is sent ends as they want it."""

    def opened(handler: Handler) -> None:
        handler.send_json({"prompt": render(handler.body["messages"]) + "<think>\n"})

    server = new_server("llama-server")
    server.routes["/apply-template"] = opened
    server.routes["/v1/completions"] = streams(*texts(*THOUGHT, "</think>", *ANSWER))
    connect(engine, server.address)
    events, _ending = run(engine.run(AnswerTo(ASKED, Sampling(), 50), Cancel()))
    assert "".join(event.text for event in events if isinstance(event, Token)) == "The tenant pays."
    (prompt,) = server.prompts()
    assert bytes(prompt[-8:]) == b"<think>\n"


@pytest.mark.parametrize("pieces", [("</think>",), ("</th", "ink>", "\n\n")])
def test_what_binds_the_answer_comes_behind_the_thought(
    pieces: tuple[str, ...], new_server: NewServer, engine: EngineClient
) -> None:
    """Two requests: the first is not held to the schema; the second has the thought, and is."""

    def opened(handler: Handler) -> None:
        handler.send_json({"prompt": render(handler.body["messages"]) + "<think>\n"})

    def route(handler: Handler) -> None:
        if "json_schema" in handler.body:
            streams(*texts("{", "}"))(handler)
        else:
            streams(*texts(*THOUGHT, *pieces, "The tenant"))(handler)

    server = new_server("llama-server")
    server.holds = "grammar"
    server.routes["/apply-template"] = opened
    server.routes["/v1/completions"] = route
    connect(engine, server.address)
    order = AnswerTo(ASKED, Sampling(), 50, max_thought_tokens=20, schema='{"type": "object"}')
    events, ending = run(engine.run(order, Cancel()))
    assert "".join(event.text for event in events if isinstance(event, Token)) == "{}"
    assert "".join(event.text for event in events if isinstance(event, Thinking)).strip() == "".join(THOUGHT)
    assert ending.ending is Ending.COMPLETE
    streamed = [body for path, body, _headers in server.asked if path == "/v1/completions" and body.get("stream")]
    assert ["json_schema" in body for body in streamed] == [False, True]
    first, second = (body["prompt"] for body in streamed)
    assert bytes(second[len(first) :]).decode().startswith("".join((*THOUGHT, *pieces[:2])).rstrip())


def test_it_is_stopped_while_it_thinks(new_server: NewServer, engine: EngineClient) -> None:
    def route(handler: Handler) -> None:
        handler.begin_stream()
        handler.send_event({"choices": [{"text": "<think>Who"}]})
        handler.wait_for_hang_up()

    server = new_server()
    server.routes["/v1/completions"] = route
    connect(engine, server.address)
    cancel = Cancel()
    events, ending = run(engine.run(AnswerTo(ASKED, Sampling(), 50), cancel), at(Thinking, cancel.request))
    assert ending.ending is Ending.CANCELLED
    assert not any(isinstance(event, Token) for event in events)


def test_marks_further_on_belong_to_the_answer(new_server: NewServer, engine: EngineClient) -> None:
    server = new_server()
    server.answer = ["In XML ", "<think>", "x</think>", " is an element."]
    connect(engine, server.address)
    events, _ending = run(engine.run(AnswerTo(ASKED, Sampling(), 50), Cancel()))
    assert (
        "".join(event.text for event in events if isinstance(event, Token)) == "In XML <think>x</think> is an element."
    )
    assert Thinking() not in events


def test_a_thought_that_reaches_its_limit_is_closed_and_the_answer_begins(
    new_server: NewServer, engine: EngineClient
) -> None:
    """The server is sent what it wrote, so that it has to read no more than what closes the thought."""
    server = new_server()

    def route(handler: Handler) -> None:
        if handler.body["prompt"][-10:] == list(b"</think>\n\n"):
            streams(*texts(*ANSWER))(handler)
        else:
            handler.begin_stream()
            for piece in ("<think>", *THOUGHT):
                handler.send_event({"choices": [{"text": piece}]})
            handler.wait_for_hang_up()

    server.routes["/v1/completions"] = route
    connect(engine, server.address)
    order = AnswerTo(ASKED, Sampling(), 50, max_thought_tokens=4)
    events, ending = run(engine.run(order, Cancel()))
    assert "".join(event.text for event in events if isinstance(event, Token)) == "The tenant pays."
    thoughts = [event for event in events if isinstance(event, Thinking)]
    assert "".join(event.text for event in thoughts).strip() == "".join(THOUGHT)
    assert thoughts[-1].limited
    assert ending.ending is Ending.COMPLETE
    first, second = server.prompts()
    assert second[: len(first)] == first
    assert bytes(second[len(first) :]).decode() == f"<think>{''.join(THOUGHT)}\n</think>\n\n"

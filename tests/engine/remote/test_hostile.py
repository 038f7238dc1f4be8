"""Servers that are broken, hostile or none at all: a sentence, what was written so far, and an engine that goes on."""

from __future__ import annotations

import contextlib
import gzip
import os
import signal
import socket
import threading
from functools import partial

import msgspec
import pytest

from app.core.conversations.conversation import Ending
from app.core.conversations.events import Token
from app.core.errors import Code, Problem
from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.protocol import AnswerTo, EngineState, ReadBooks
from app.engine.remote.stream_reader import MAX_CHARACTERS_A_TOKEN
from app.engine.remote.transport import MAX_EVENT_BYTES
from tests.engine.remote.conftest import ASKED, HASTY, NewServer, connect, refusal
from tests.engine.remote.toy_server import WAIT_S, Handler, Route, ToyServer, complete
from tests.work import at, fail, stop

_HTML = b"<!DOCTYPE html><title>Sign in</title>" + b"x" * 200_000
_FULL = {"error": {"message": "This model's maximum context length is 9 tokens.", "code": "context_length_exceeded"}}


def _status(code: int, **headers: str) -> Route:
    return lambda handler: handler.send_json({"error": {"message": "no"}}, code, **headers)


def _whole(content: bytes, kind: str = "application/json", **headers: str) -> Route:
    return lambda handler: handler.send_whole(content, kind, 200, **headers)


def _then_waits(content: bytes) -> Route:
    """Some bytes, and no more."""

    def route(handler: Handler) -> None:
        handler.send_bytes(content)
        handler.wait_for_hang_up()

    return route


def _half_an_answer(handler: Handler) -> None:
    handler.send_bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{")
    _hang_up(handler)


def _hang_up(handler: Handler) -> None:
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


_REFUSALS: dict[str, tuple[Route, Code]] = {
    "a sign-in page": (_whole(_HTML, "text/html"), Code.REMOTE_ANSWER_STRANGE),
    "no JSON": (_whole(b'{"data": [{"id"'), Code.REMOTE_ANSWER_STRANGE),
    "other JSON": (_whole(b'{"data": {"id": 5}}'), Code.REMOTE_ANSWER_STRANGE),
    "deep JSON": (_whole(b'{"data":' + b"[" * 100_000), Code.REMOTE_ANSWER_STRANGE),
    "no UTF-8": (_whole(b'{"data": [{"id": "\xff"}]}'), Code.REMOTE_ANSWER_STRANGE),
    "a number without end": (_whole(b'{"data": [{"id": "a", "max_model_len": 1e400}]}'), Code.REMOTE_ANSWER_STRANGE),
    "a bomb": (_whole(gzip.compress(b" " * 9_000_000), Content_Encoding="gzip"), Code.REMOTE_ANSWER_STRANGE),
    "no HTTP": (lambda handler: handler.send_bytes(b"SSH-2.0-OpenSSH\r\n\r\n"), Code.REMOTE_ANSWER_STRANGE),
    "a redirect": (_status(307, Location="https://elsewhere.example/v1/models"), Code.REMOTE_REDIRECTED),
    "401": (_status(401), Code.REMOTE_KEY_NEEDED),
    "403": (_status(403), Code.REMOTE_KEY_NEEDED),
    "404": (_status(404), Code.REMOTE_NOT_FOUND),
    "429": (_status(429), Code.REMOTE_BUSY),
    "500": (_status(500), Code.REMOTE_REFUSED),
    "503": (_status(503), Code.REMOTE_BUSY),
    "nothing": (_hang_up, Code.REMOTE_CUT),
    "half an answer": (_half_an_answer, Code.REMOTE_CUT),
    "silence": (_then_waits(b""), Code.REMOTE_STALLED),
    "half a silence": (_then_waits(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"), Code.REMOTE_STALLED),
}


@pytest.mark.parametrize("what", _REFUSALS)
def test_a_server_that_is_none_is_told_so(what: str, new_server: NewServer, engine: EngineClient) -> None:
    route, code = _REFUSALS[what]
    server = new_server()
    server.routes["/v1/models"] = route
    patience = {"patience": HASTY} if code is Code.REMOTE_STALLED else {}
    problem = refusal(engine, server.address, **patience)
    assert problem.code is code
    assert engine.state() is EngineState.EMPTY
    assert len(server.asked) == 1, "nothing more is asked of it"


def _events(*events: object) -> Route:
    def route(handler: Handler) -> None:
        handler.begin_stream()
        for event in events:
            handler.send_event(event)

    return route


def _raw(content: bytes) -> Route:
    def route(handler: Handler) -> None:
        handler.begin_stream()
        handler.send_bytes(content)

    return route


_SO_FAR = {"choices": [{"text": "So far"}]}
_STOP = {"choices": [{"text": "", "finish_reason": "stop"}]}

_BREAKS: dict[str, tuple[Route, str, Code]] = {
    "cut": (_events(_SO_FAR), "So far", Code.REMOTE_CUT),
    "done without an end": (_events(_SO_FAR, "[DONE]"), "So far", Code.REMOTE_CUT),
    "an error": (_events(_SO_FAR, {"error": {"message": "CUDA error"}}), "So far", Code.REMOTE_CUT),
    "too long": (_events({"error": {"message": "exceeds the context window"}}), "", Code.REMOTE_CONTEXT_EXCEEDED),
    "too long at once": (lambda handler: handler.send_json(_FULL, 400), "", Code.REMOTE_CONTEXT_EXCEEDED),
    "413": (_status(413), "", Code.REMOTE_TOO_LARGE),
    "500": (_status(500), "", Code.REMOTE_REFUSED),
    "a sign-in page": (_whole(_HTML, "text/html"), "", Code.REMOTE_ANSWER_STRANGE),
    "no JSON": (_events(_SO_FAR, "{"), "So far", Code.REMOTE_ANSWER_STRANGE),
    "half a character": (_events(_SO_FAR, '{"choices": [{"text": "\\ud83d"}]}'), "So far", Code.REMOTE_ANSWER_STRANGE),
    "an unknown end": (
        _events(_SO_FAR, {"choices": [{"text": "", "finish_reason": "tired"}]}),
        "So far",
        Code.REMOTE_ANSWER_STRANGE,
    ),
    "an event without end": (_raw(b"data: " + b"x" * (2 * MAX_EVENT_BYTES)), "", Code.REMOTE_ANSWER_STRANGE),
    "impossible counts": (
        _events(_SO_FAR, {"choices": [], "usage": {"prompt_tokens": -5}}),
        "So far",
        Code.REMOTE_ANSWER_STRANGE,
    ),
}


@pytest.mark.parametrize("what", _BREAKS)
def test_an_answer_that_breaks_keeps_what_came(what: str, new_server: NewServer, engine: EngineClient) -> None:
    route, text, code = _BREAKS[what]
    server = new_server()
    connect(engine, server.address)
    server.routes["/v1/completions"] = route
    before, problem = fail(engine.run(AnswerTo(ASKED, Sampling(), 50), Cancel()))
    assert problem.code is code
    assert "".join(event.text for event in before if isinstance(event, Token)) == text
    assert engine.state() is EngineState.READY
    server.routes["/v1/completions"] = complete
    finish(engine.run(AnswerTo(ASKED, Sampling(), 50), Cancel()))  # the next question finds it sound


def test_an_answer_longer_than_its_limit_is_cut_off(new_server: NewServer, process: EngineClient) -> None:
    server = new_server()
    connect(process, server.address)

    def babble(handler: Handler) -> None:
        handler.begin_stream()
        with contextlib.suppress(ConnectionError):  # it is cut off already
            for _ in range(3 * MAX_CHARACTERS_A_TOKEN):
                handler.send_event(_SO_FAR)
        handler.wait_for_hang_up()

    server.routes["/v1/completions"] = babble
    before, problem = fail(process.run(AnswerTo(ASKED, Sampling(), 4), Cancel()))
    assert problem == Problem(Code.REMOTE_TOO_LONG, {"host": server.address.partition("//")[2], "tokens": 4})
    written = sum(len(event.text) for event in before if isinstance(event, Token))
    assert written <= 4 * MAX_CHARACTERS_A_TOKEN
    assert server.hung_up.wait(WAIT_S)


def test_an_answer_of_megabytes_arrives_whole(new_server: NewServer, engine: EngineClient) -> None:
    server = new_server()
    server.context_tokens = 1 << 17
    connect(engine, server.address)
    piece, pieces = "The tenant pays. " * 6_000, 12

    def answer(handler: Handler) -> None:
        handler.begin_stream()
        for _ in range(pieces):
            handler.send_event({"choices": [{"text": piece, "finish_reason": None}]})
        handler.send_event({"choices": [{"text": "", "finish_reason": "stop"}]})
        handler.send_event("[DONE]")

    server.routes["/v1/completions"] = answer
    events: list[object] = []
    generated = finish(engine.run(AnswerTo(ASKED, Sampling(), 65_536), Cancel()), events.append)
    assert generated.ending is Ending.COMPLETE
    assert "".join(event.text for event in events if isinstance(event, Token)) == piece * pieces


def test_a_silent_server_is_not_waited_for_for_ever(new_server: NewServer, process: EngineClient) -> None:
    server = new_server()
    connect(process, server.address, patience=msgspec.structs.replace(HASTY, answer_s=20.0, first_s=20.0))

    def silent(handler: Handler) -> None:
        handler.begin_stream()
        handler.send_event(_SO_FAR)
        handler.wait_for_hang_up()

    server.routes["/v1/completions"] = silent
    before, problem = fail(process.run(AnswerTo(ASKED, Sampling(), 4), Cancel()))
    assert problem.code is Code.REMOTE_STALLED
    assert Token("So far") in before


def _waiting(server: ToyServer, *events: object) -> threading.Event:
    """Completions send these and then wait; what comes back tells that they do."""
    waits = threading.Event()

    def route(handler: Handler) -> None:
        handler.begin_stream()
        for event in events:
            handler.send_event(event)
        waits.set()
        handler.wait_for_hang_up()

    server.routes["/v1/completions"] = route
    return waits


def _soon(waits: threading.Event, then: object) -> threading.Thread:
    """Once it waits, do that."""
    thread = threading.Thread(target=lambda: waits.wait(WAIT_S) and then())  # type: ignore[operator]
    thread.start()
    return thread


def test_stopping_hangs_up_at_once(new_server: NewServer, process: EngineClient) -> None:
    server = new_server()
    connect(process, server.address)
    for events, is_partial in (((), False), ((_SO_FAR,), True)):
        server.hung_up.clear()
        cancel = Cancel()
        stopper = _soon(_waiting(server, *events), cancel.request)
        work = process.run(AnswerTo(ASKED, Sampling(), 5), cancel)
        if is_partial:
            assert finish(work).ending is Ending.CANCELLED
        else:
            stop(work)
        stopper.join()
        assert server.hung_up.wait(WAIT_S)
        assert process.state() is EngineState.READY


def test_a_paused_reading_gives_the_server_up_and_asks_again(new_server: NewServer, process: EngineClient) -> None:
    server = new_server()
    connect(process, server.address)

    def let_go_on() -> None:
        process.pause()
        assert server.hung_up.wait(WAIT_S)
        server.routes["/v1/completions"] = complete
        process.resume()

    pauser = _soon(_waiting(server), let_go_on)
    finish(process.run(ReadBooks(ASKED), Cancel()))
    pauser.join()
    first, second = server.prompts()
    assert first == second


def test_a_killed_process_is_told_and_started_again(new_server: NewServer, process: EngineClient) -> None:
    server = new_server()
    loaded = connect(process, server.address)
    pid = process.pid
    assert pid is not None
    _waiting(server, _SO_FAR)
    kill = at(Token, partial(os.kill, pid, signal.SIGKILL))
    reported, problem = fail(process.run(AnswerTo(ASKED, Sampling(), 5), Cancel()), kill)
    assert Token("So far") in reported
    assert problem.code is Code.ENGINE_CRASHED
    assert process.state() is EngineState.DEAD
    assert finish(process.revive(Cancel())) == loaded


def test_nobody_at_an_address_is_told(engine: EngineClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    problem = refusal(engine, f"http://localhost:{port}")
    assert problem.code is Code.REMOTE_UNREACHABLE


def test_an_address_without_encryption_is_refused_before_anything_is_sent(engine: EngineClient) -> None:
    problem = refusal(engine, "http://models.example.org")
    assert problem.code is Code.REMOTE_ADDRESS_INSECURE

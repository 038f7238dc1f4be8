"""Servers that are broken, hostile or none at all: a sentence, what was written so far, and an engine that goes on."""

from __future__ import annotations

import gzip
import os
import signal
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.core.cancel import Cancel
from app.core.conversation import Ending
from app.core.errors import Code
from app.core.events import Cancelled, Done, Failed, Token
from app.core.password import Password
from app.core.settings import Sampling
from app.engine.client import EngineClient
from app.engine.protocol import EngineState, Generated
from app.engine.remote.session import MAX_CHARACTERS_A_TOKEN
from app.engine.remote.transport import MAX_EVENT_BYTES
from tests.engine.remote.conftest import ASKED, HASTY, NewServer, connect
from tests.engine.remote.toy_server import WAIT_S, Handler, Route, ToyServer, complete

_HTML = b"<!DOCTYPE html><title>Sign in</title>" + b"x" * 200_000
_FULL = {"error": {"message": "This model's maximum context length is 9 tokens.", "code": "context_length_exceeded"}}


def _status(code: int, **headers: str) -> Route:
    return lambda handler: handler.send_json({"error": {"message": "no"}}, code, **headers)


def _whole(content: bytes, kind: str = "application/json", **headers: str) -> Route:
    return lambda handler: handler.send_whole(content, kind, **headers)


def _then_waits(content: bytes) -> Route:
    """Some bytes, and no more."""

    def route(handler: Handler) -> None:
        handler.send_bytes(content)
        handler.wait_for_hang_up()

    return route


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
    "half an answer": (
        lambda handler: handler.send_bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{") or _hang_up(handler),
        Code.REMOTE_CUT,
    ),
    "silence": (_then_waits(b""), Code.REMOTE_STALLED),
    "half a silence": (_then_waits(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"), Code.REMOTE_STALLED),
}


@pytest.mark.parametrize("what", _REFUSALS)
def test_a_server_that_is_none_is_told_so(what: str, new_server: NewServer, engine: EngineClient) -> None:
    route, code = _REFUSALS[what]
    server = new_server()
    server.routes["/v1/models"] = route
    patience = {"patience": HASTY} if code is Code.REMOTE_STALLED else {}
    ending = connect(engine, server.address, **patience)
    assert isinstance(ending, Failed)
    assert ending.problem.code is code
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
    "too long at once": (
        lambda handler: handler.send_json(_FULL, 400),
        "",
        Code.REMOTE_CONTEXT_EXCEEDED,
    ),
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
    "an event without end": (
        _raw(b"data: " + b"x" * (2 * MAX_EVENT_BYTES)),
        "",
        Code.REMOTE_ANSWER_STRANGE,
    ),
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
    assert isinstance(connect(engine, server.address), Done)
    server.routes["/v1/completions"] = route
    *before, ending = engine.answer(ASKED, Sampling(), 50, Cancel())
    assert isinstance(ending, Failed)
    assert ending.problem.code is code
    assert "".join(event.text for event in before if isinstance(event, Token)) == text
    assert engine.state() is EngineState.READY
    server.routes["/v1/completions"] = complete
    *_before, ending = engine.answer(ASKED, Sampling(), 50, Cancel())
    assert isinstance(ending, Generated), "the next question finds it sound"


def test_an_answer_longer_than_its_limit_is_cut_off(new_server: NewServer, engine: EngineClient) -> None:
    server = new_server()
    assert isinstance(connect(engine, server.address), Done)
    sent = threading.Event()

    def babble(handler: Handler) -> None:
        handler.begin_stream()
        for _ in range(3 * MAX_CHARACTERS_A_TOKEN):
            handler.send_event(_SO_FAR)
        sent.set()
        handler.wait_for_hang_up()

    server.routes["/v1/completions"] = babble
    *before, ending = engine.answer(ASKED, Sampling(), 4, Cancel())
    assert isinstance(ending, Failed)
    assert ending.problem.code is Code.REMOTE_ANSWER_STRANGE
    written = sum(len(event.text) for event in before if isinstance(event, Token))
    assert written <= 4 * MAX_CHARACTERS_A_TOKEN
    assert server.hung_up.wait(WAIT_S)


def test_a_silent_server_is_not_waited_for_for_ever(new_server: NewServer, engine: EngineClient) -> None:
    server = new_server()
    assert isinstance(connect(engine, server.address, patience=HASTY), Done)

    def silent(handler: Handler) -> None:
        handler.begin_stream()
        handler.send_event(_SO_FAR)
        handler.wait_for_hang_up()

    server.routes["/v1/completions"] = silent
    *before, ending = engine.answer(ASKED, Sampling(), 4, Cancel())
    assert isinstance(ending, Failed)
    assert ending.problem.code is Code.REMOTE_STALLED
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


def test_stopping_hangs_up_at_once(new_server: NewServer, engine: EngineClient) -> None:
    server = new_server()
    assert isinstance(connect(engine, server.address), Done)
    for events, partial in (((), False), ((_SO_FAR,), True)):
        server.hung_up.clear()
        cancel = Cancel()
        stopper = _soon(_waiting(server, *events), cancel.request)
        *_before, ending = engine.answer(ASKED, Sampling(), 5, cancel)
        stopper.join()
        if partial:
            assert isinstance(ending, Generated)
            assert ending.ending is Ending.CANCELLED
        else:
            assert isinstance(ending, Cancelled)
        assert server.hung_up.wait(WAIT_S)
        assert engine.state() is EngineState.READY


def test_a_paused_reading_gives_the_server_up_and_asks_again(new_server: NewServer, engine: EngineClient) -> None:
    server = new_server()
    assert isinstance(connect(engine, server.address), Done)

    def let_go_on() -> None:
        engine.pause()
        assert server.hung_up.wait(WAIT_S)
        server.routes["/v1/completions"] = complete
        engine.resume()

    pauser = _soon(_waiting(server), let_go_on)
    *_before, ending = engine.read(ASKED, Cancel())
    pauser.join()
    assert isinstance(ending, Done)
    first, second = server.prompts()
    assert first == second


def test_a_killed_process_is_told_and_started_again(new_server: NewServer, engine: EngineClient) -> None:
    server = new_server()
    loaded = connect(engine, server.address)
    pid = engine.pid
    assert pid is not None
    _waiting(server, _SO_FAR)
    ending = None
    for event in engine.answer(ASKED, Sampling(), 5, Cancel()):
        if event == Token("So far"):
            os.kill(pid, signal.SIGKILL)
        ending = event
    assert isinstance(ending, Failed)
    assert ending.problem.code is Code.ENGINE_CRASHED
    assert engine.state() is EngineState.DEAD
    assert list(engine.ready(Cancel()))[-1] == loaded


def test_nobody_at_an_address_is_told(engine: EngineClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    ending = connect(engine, f"http://localhost:{port}")
    assert isinstance(ending, Failed)
    assert ending.problem.code is Code.REMOTE_UNREACHABLE


def test_an_address_without_encryption_is_refused_before_anything_is_sent(engine: EngineClient) -> None:
    ending = connect(engine, "http://models.example.org")
    assert isinstance(ending, Failed)
    assert ending.problem.code is Code.REMOTE_ADDRESS_INSECURE


# ---- keys, cookies, sockets


def test_the_key_is_sent_and_cookies_are_not(new_server: NewServer, engine: EngineClient) -> None:
    server = new_server()
    models = server.routes["/v1/models"]

    def with_cookie(handler: Handler) -> None:
        if handler.headers["Authorization"] == "Bearer secret-key":
            content = b'{"data": [{"id": "toy", "max_model_len": 99}]}'
            handler.send_whole(content, "application/json", Set_Cookie="who=you; Path=/")
        else:
            handler.send_json({}, 401)

    server.routes["/v1/models"] = with_cookie
    wrong = connect(engine, server.address, key=Password("wrong"))
    assert isinstance(wrong, Failed)
    assert wrong.problem.code is Code.REMOTE_KEY_REFUSED
    assert isinstance(connect(engine, server.address, key=Password("secret-key")), Done)
    assert models is not with_cookie
    assert not any("Cookie" in headers for _path, _body, headers in server.asked)
    assert all(headers["Host"] == server.address.removeprefix("http://") for _path, _body, headers in server.asked)


def test_proxies_of_the_environment_are_not_used(
    new_server: NewServer, engine: EngineClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert isinstance(connect(engine, new_server().address), Done)


def test_only_the_child_has_a_socket(python_address: str, engine: EngineClient) -> None:
    own = psutil.Process()
    before = own.net_connections(kind="inet")
    assert isinstance(connect(engine, python_address, context_tokens=2048), Done)
    list(engine.answer(ASKED, Sampling(), 3, Cancel()))
    assert own.net_connections(kind="inet") == before
    connected = psutil.Process(engine.pid).net_connections(kind="inet")
    assert {f"http://{c.raddr.ip}:{c.raddr.port}" for c in connected if c.raddr} <= {python_address}


# ---- TLS


def _certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's side for `localhost`, and the file of the authority that signed for it."""
    now, name = datetime.now(UTC), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    key = ec.generate_private_key(ec.SECP256R1())
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, private = folder / "ca.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, private)
    return context, pem


def test_a_certificate_must_be_trusted(new_server: NewServer, engine: EngineClient, tmp_path: Path) -> None:
    tls, authority = _certificate(tmp_path)
    server = new_server("vllm", tls=tls)
    refused = connect(engine, server.address)
    assert isinstance(refused, Failed)
    assert refused.problem.code is Code.REMOTE_CERTIFICATE
    assert server.asked == []
    assert isinstance(connect(engine, server.address, ca_file=str(authority)), Done)
    elsewhere = connect(engine, server.address.replace("localhost", "127.0.0.1"), ca_file=str(authority))
    assert isinstance(elsewhere, Failed), "a certificate is for one name"
    assert elsewhere.problem.code is Code.REMOTE_CERTIFICATE


def test_a_file_without_certificates_is_told(engine: EngineClient, tmp_path: Path) -> None:
    nothing = tmp_path / "ca.pem"
    nothing.write_text("no certificate")
    for path in (nothing, tmp_path / "missing.pem"):
        ending = connect(engine, "https://localhost:9", ca_file=str(path))
        assert isinstance(ending, Failed)
        assert ending.problem.code is Code.REMOTE_CA_UNREADABLE

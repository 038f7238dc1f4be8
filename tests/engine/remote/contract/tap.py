"""A server on loopback before another one: it passes everything on, notes it, and does harm if told."""

from __future__ import annotations

import http.client
from typing import Any
from urllib.parse import urlsplit

from app.engine.remote.transport import ENGINE_HEADER
from tests.engine.remote.toy_server import Handler, Route, ToyServer

_PASSED = ("Content-Type", "Authorization", "Accept-Encoding", "Host", ENGINE_HEADER)


class Tap(ToyServer):
    """What stands in `routes` answers in the other server's place, by path."""

    def __init__(self, address: str) -> None:
        """Take the other server's address, without a path."""
        self.target = urlsplit(address)
        super().__init__("bare")
        self.routes.clear()

    def route(self, path: str, _body: Any) -> Route:
        return self.routes.get(path, pass_on)


def pass_on(handler: Handler) -> None:
    """Pass a request on, and its answer back as it comes."""
    relay(handler)


def relay(handler: Handler, most_chunks: int | None = None) -> None:
    """Pass a request on, and the beginning of its answer back: at most so many chunks of it, then hang up."""
    tap = handler.server
    assert isinstance(tap, Tap)
    kind = http.client.HTTPSConnection if tap.target.scheme == "https" else http.client.HTTPConnection
    onward = kind(tap.target.hostname or "", tap.target.port, timeout=600)
    try:
        headers = {name: handler.headers[name] for name in _PASSED if name in handler.headers}
        onward.request(handler.command, handler.path, handler.raw, headers)
        answer = onward.getresponse()
        if "text/event-stream" not in answer.headers.get("Content-Type", ""):
            more = {"Retry_After": answer.headers["Retry-After"]} if "Retry-After" in answer.headers else {}
            handler.send_whole(answer.read(), answer.headers.get("Content-Type", ""), answer.status, **more)
            return
        handler.begin_stream()
        count = 0
        while (most_chunks is None or count < most_chunks) and (chunk := answer.read1(1 << 16)):
            handler.send_bytes(chunk)
            count += 1
    finally:
        onward.close()  # what the client leaves early, the other server leaves early as well

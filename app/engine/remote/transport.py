"""HTTP to one server, and nothing else: one origin, no redirects, no proxies, no cookies, everything bounded.

The only module of the engine that opens a socket. It runs in the process of `engine.remote.worker`.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import CancelledError
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, TypeVar

import httpx2
import msgspec
import truststore

from app.core.errors import AppError, Code
from app.core.work import Stopped
from app.engine.control import RunControl
from app.engine.protocol import RemoteTimeouts
from app.engine.remote.address import Address
from app.engine.remote.wire import refusal

_LINE_END = re.compile(rb"\r\n|\r|\n")


class TooLong(Exception):
    """An event has more bytes than any real one."""


class EventBytes:
    """Feed it bytes, and it gives the data of each event that is whole; comments and other fields are dropped."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._rest = b""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, received: bytes) -> list[bytes]:
        """Take bytes that were received, and return the data of the events that are whole. Raises TooLong."""
        *lines, self._rest = self._lines(self._rest + received)
        if len(self._rest) + self._size > self._limit:
            raise TooLong
        events = []
        for line in lines:
            if not line:
                if self._data:
                    events.append(b"\n".join(self._data))
                self._data, self._size = [], 0
                continue
            name, _colon, value = line.partition(b":")
            if name == b"data":
                self._data.append(value.removeprefix(b" "))
                self._size += len(value)
                if self._size > self._limit:
                    raise TooLong
        return events

    def _lines(self, text: bytes) -> list[bytes]:
        """Return the whole lines, and what comes after the last one. A carriage return at the very end may be half a
        line end, and waits."""
        held = b"\r" if text.endswith(b"\r") else b""
        lines = _LINE_END.split(text.removesuffix(held) if held else text)
        lines[-1] += held
        return lines


ENGINE_HEADER = "X-data-parallel-rank"
"""The header that says which of several engines a request is for, by vLLM's entrypoints/generate/base/serving.py."""

MAX_ANSWER_BYTES = 64 << 20
"""One answer that is no stream: the tokens of the largest page take a hundredth of it."""

MAX_EVENT_BYTES = 1 << 20
"""One event of a stream: it brings a few words."""

MAX_ERROR_BYTES = 64 << 10
"""The most bytes that are read of an error's explanation."""

TOGETHER = 8
"""Requests under way at a time; servers work them off one by one all the same."""

_LOOK_S = 0.1
_CLOSE_S = 5.0
_LONGEST_WAIT_S = 3600

Result = TypeVar("Result")


class RequestPaused(Exception):
    """A pause was asked for while nothing had come yet: the request was given up, and can be made again."""


class Stream:
    """The events of one streamed answer. Leaving it early closes the connection, which ends the server's work."""

    def __init__(self, transport: Transport, path: str, body: bytes) -> None:
        self.patient = False
        """True, once text has come, if a pause lets the server wait instead of making the request again."""
        self._transport = transport
        self._path, self._body = path, body

    def __iter__(self) -> Iterator[bytes]:
        """Yield the data of each event. Raises AppError REMOTE_*, Stopped, RequestPaused."""
        transport = self._transport
        patience = transport.patience
        opened = transport.wait(transport.opened("POST", self._path, self._body, patience.first_s))
        try:
            if "text/event-stream" not in opened.headers.get("content-type", ""):
                raise AppError(Code.REMOTE_ANSWER_STRANGE, host=transport.host)
            events = EventBytes(MAX_EVENT_BYTES)
            chunks = opened.aiter_raw()
            limit_s = patience.first_s
            while (chunk := transport.wait(transport.next_chunk(chunks, limit_s), patient=self.patient)) is not None:
                for event in events.feed(chunk):
                    yield event
                    transport.heed(patient=self.patient)  # where much comes at once, nothing is ever waited for
                limit_s = patience.between_s if self.patient else patience.first_s
        except TooLong as error:
            raise AppError(Code.REMOTE_ANSWER_STRANGE, host=transport.host) from error
        finally:
            transport.wait(opened.aclose(), undisturbed=True)


class Transport:
    """Methods block, look at `control` meanwhile, and raise Stopped when the command should end."""

    def __init__(self, address: Address, key: str, ca_file: str, patience: RemoteTimeouts, control: RunControl) -> None:
        """Prepare to speak with the server; nothing is connected yet. Raises AppError REMOTE_CA_UNREADABLE."""
        self.host = address.shown
        self.patience = patience
        self.engine: int | None = None
        """The engine of the server that requests are for; None leaves that to the server."""
        self._key = key
        self._control = control
        self._bases = address.bases
        self._client = _client(address, key, _tls(ca_file) if address.secure else False, patience)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="network", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.wait(self._client.aclose(), undisturbed=True)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CLOSE_S)
        if not self._thread.is_alive():
            self._loop.close()

    def get(self, path: str) -> bytes:
        """Get a path. Raises AppError REMOTE_*; Stopped."""
        return self._again(lambda: self._answer("GET", path, None))

    def post(self, path: str, body: msgspec.Struct) -> bytes:
        """Post a body to a path. Raises AppError REMOTE_*; Stopped."""
        return self.post_all(path, [body])[0]

    def post_all(self, path: str, bodies: Sequence[msgspec.Struct]) -> list[bytes]:
        """Post several bodies at a time; return the answers in their order. Raises AppError REMOTE_*; Stopped."""
        return self._again(lambda: self._answers(path, [msgspec.json.encode(body) for body in bodies]))

    def stream(self, path: str, body: msgspec.Struct) -> Stream:
        return Stream(self, path, msgspec.json.encode(body))

    def _again(self, make: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
        while True:
            try:
                return self.wait(make())
            except RequestPaused:
                if self._control.wait():
                    raise Stopped from None

    def wait(self, work: Coroutine[Any, Any, Result], *, patient: bool = False, undisturbed: bool = False) -> Result:
        """Return the result of `work`, which runs on the network's thread. Raises what it raises; Stopped;
        RequestPaused.

        `patient` tells that a pause is waited for while the work goes on, `undisturbed` that it is neither paused nor
        stopped.
        """
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        while True:
            try:
                return future.result(_LOOK_S)
            except TimeoutError:
                if future.done():
                    raise
            except CancelledError:
                raise Stopped from None
            if undisturbed:
                continue
            try:
                self.heed(patient=patient)
            except (Stopped, RequestPaused):
                if future.cancel():
                    raise
                # else its result is there already, and the next look is soon enough

    def heed(self, *, patient: bool) -> None:
        """Wait while paused, where `patient` allows it. Raises Stopped; RequestPaused."""
        if not self._control.pending():
            return
        if self._control.wait() if patient else self._control.stopping():
            raise Stopped
        if not patient:
            raise RequestPaused

    # ---- on the network's thread

    async def _answers(self, path: str, bodies: list[bytes]) -> list[bytes]:
        turns = asyncio.Semaphore(TOGETHER)

        async def one(body: bytes) -> bytes:
            async with turns:
                return await self._answer("POST", path, body)

        tasks = [asyncio.ensure_future(one(body)) for body in bodies]
        try:
            return list(await asyncio.gather(*tasks))
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise

    async def _answer(self, method: str, path: str, body: bytes | None) -> bytes:
        response = await self.opened(method, path, body, self.patience.answer_s)
        try:
            return await self._whole(response, MAX_ANSWER_BYTES)
        finally:
            await response.aclose()

    async def opened(self, method: str, path: str, body: bytes | None, limit_s: float) -> httpx2.Response:
        """Return a response whose status is good, its body not read. Raises AppError REMOTE_*."""
        response = await self._sent(method, path, body, limit_s)
        try:
            if response.status_code != httpx2.codes.OK:
                raise await self._refusal(response, path)
            if response.headers.get("content-encoding", "identity") != "identity":
                raise AppError(Code.REMOTE_ANSWER_STRANGE, host=self.host)  # none was asked for: a bomb, perhaps
        except BaseException:
            await response.aclose()
            raise
        return response

    async def _sent(self, method: str, path: str, body: bytes | None, limit_s: float) -> httpx2.Response:
        while True:
            request = self._client.build_request(method, f"{self._bases[0]}{path}", content=body)
            if body is not None:
                request.headers["Content-Type"] = "application/json"
            if self.engine is not None:
                request.headers[ENGINE_HEADER] = str(self.engine)
            try:
                async with asyncio.timeout(limit_s):
                    return await self._client.send(request, stream=True)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                if (refused := _certificate(error)) is not None:
                    raise AppError(Code.REMOTE_CERTIFICATE, host=self.host, detail=refused) from error
                if len(self._bases) == 1:
                    raise AppError(Code.REMOTE_UNREACHABLE, host=self.host) from error
                self._bases = self._bases[1:]
            except TimeoutError as error:
                raise self._stalled(limit_s) from error
            except httpx2.HTTPError as error:
                raise self._broken(error) from error

    async def next_chunk(self, chunks: Any, limit_s: float) -> bytes | None:
        """Return the next chunk, None at the end. Raises AppError REMOTE_STALLED, REMOTE_CUT, REMOTE_ANSWER_STRANGE."""
        try:
            async with asyncio.timeout(limit_s):
                chunk: bytes | None = await anext(chunks, None)
                return chunk
        except TimeoutError as error:
            raise self._stalled(limit_s) from error
        except httpx2.HTTPError as error:
            raise self._broken(error) from error

    async def _whole(self, response: httpx2.Response, limit_bytes: int) -> bytes:
        received = bytearray()
        chunks = response.aiter_raw()
        while (chunk := await self.next_chunk(chunks, self.patience.answer_s)) is not None:
            received += chunk
            if len(received) > limit_bytes:
                raise AppError(Code.REMOTE_ANSWER_STRANGE, host=self.host)
        return bytes(received)

    # ---- what went wrong

    def _stalled(self, limit_s: float) -> AppError:
        return AppError(Code.REMOTE_STALLED, host=self.host, seconds=max(1, round(limit_s)))

    def _broken(self, error: httpx2.HTTPError) -> AppError:
        strange = isinstance(error, (httpx2.RemoteProtocolError, httpx2.DecodingError)) and not _is_cut(error)
        return AppError(Code.REMOTE_ANSWER_STRANGE if strange else Code.REMOTE_CUT, host=self.host)

    async def _refusal(self, response: httpx2.Response, path: str) -> AppError:
        if response.is_redirect:
            return AppError(Code.REMOTE_REDIRECTED, host=self.host)
        try:
            body = await self._whole(response, MAX_ERROR_BYTES)
        except AppError:
            body = b""
        error = refusal(response.status_code, body, self.host, path, with_key=bool(self._key))
        if error.code is Code.REMOTE_BUSY:
            return AppError(error.code, host=self.host, wait_s=_wait_s(response.headers.get("retry-after", "")))
        return error


def _client(address: Address, key: str, verify: ssl.SSLContext | bool, patience: RemoteTimeouts) -> httpx2.AsyncClient:
    headers = {"User-Agent": "Octavo", "Accept-Encoding": "identity", "Host": address.shown}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx2.AsyncClient(
        headers=headers,
        cookies=jar,
        verify=verify,
        trust_env=False,  # no proxy, no .netrc, no other certificates
        follow_redirects=False,
        timeout=httpx2.Timeout(None, connect=patience.connect_s),
        limits=httpx2.Limits(max_connections=TOGETHER, max_keepalive_connections=TOGETHER),
    )


def _wait_s(retry_after: str) -> int:
    """Return the seconds that a server asks for (RFC 9110, 10.2.3); 0 for none, and for a date, which no such server
    sends."""
    wanted = retry_after.strip()
    return min(int(wanted), _LONGEST_WAIT_S) if wanted.isascii() and wanted.isdecimal() and len(wanted) < 9 else 0


def _tls(ca_file: str) -> ssl.SSLContext:
    """Return who is trusted: with a file, it alone says so; else the system's store does."""
    if not ca_file:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        raise AppError(Code.REMOTE_CA_UNREADABLE, path=ca_file) from error


def _certificate(error: BaseException | None) -> str | None:
    """Return why the certificate was refused, in OpenSSL's words; None if it was not."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        error = error.__cause__ or error.__context__
    return None


def _is_cut(error: httpx2.HTTPError) -> bool:
    """Return whether the connection ended early; h11 reports that as a breach of protocol."""
    words = str(error)
    return "without sending" in words or "closed connection" in words or "incomplete" in words

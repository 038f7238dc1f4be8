"""A model hub on this machine, as huggingface_hub wants one, and a second host that delivers; both can go wrong.

What it speaks: `/api/models/OWNER/NAME` and its revisions, with sizes and LFS hashes; `/OWNER/NAME/resolve/...`, which
sends on to the second host; byte ranges there. Faults are set for each file, or for the whole hub.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import re
import ssl
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

REPOSITORY = "owner/Tiny-GGUF"
REVISION = "0123456789abcdef0123456789abcdef01234567"
TOKEN = "hf_sesame"
PORTAL = b"<!DOCTYPE html><html><body>Please sign in to the hotel's network.</body></html>\n"
CHUNK_BYTES = 1 << 14

_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


class Fault(Enum):
    """The ways in which a file goes wrong."""

    CUT = auto()  # after a random number of bytes the connection is gone
    CUT_AT_ONCE = auto()  # before the first byte
    WRONG = auto()  # other bytes, as many
    WRONG_ONCE = auto()  # the first time only
    PORTAL = auto()  # a page with status 200
    PORTAL_IN_RANGE = auto()  # a page that claims to be the range
    TRICKLE = auto()  # a byte, then nothing more
    NO_RANGES = auto()  # status 200 and all bytes, whatever was asked for
    SHIFTED = auto()  # another range than was asked for
    LONGER = auto()  # says that the file is larger than was announced
    PACKED = auto()  # with a content encoding
    BUSY = auto()  # status 503
    BUSY_ONCE = auto()
    GONE = auto()  # status 404
    HOLD = auto()  # half of the range, and then nothing until the test lets go
    REDIRECTS = auto()  # on and on
    INSECURE = auto()  # sent on to an address elsewhere, without encryption


@dataclass
class Content:
    bytes: bytes
    sha256: str = ""
    size: int = 0
    lfs: bool = True

    def __post_init__(self) -> None:
        self.sha256 = self.sha256 or hashlib.sha256(self.bytes).hexdigest()
        self.size = self.size or len(self.bytes)


@dataclass(frozen=True)
class Request:
    host: str  # "hub" or "store"
    path: str
    token: str
    range: tuple[int, int] | None
    agent: str


@dataclass
class LoopbackHub:
    """`files`: of REPOSITORY, by path. `served`: bytes of each file that were sent."""

    files: dict[str, Content] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    gated: bool = False
    private: bool = False
    card: dict[str, Any] = field(default_factory=lambda: {"license": "other", "license_name": "llama4"})
    answer: bytes | None = None  # to every question about a repository, in place of the truth
    requests: list[Request] = field(default_factory=list)
    served: Counter[str] = field(default_factory=Counter)
    luck: random.Random = field(default_factory=lambda: random.Random(4))
    let_go: threading.Event = field(default_factory=threading.Event)
    holding: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    endpoint: str = ""
    store: str = ""

    def add(self, path: str, content: bytes | Path, *, fault: Fault | None = None, **more: Any) -> Content:
        file = Content(content if isinstance(content, bytes) else content.read_bytes(), **more)
        self.files[path] = file
        if fault is not None:
            self.faults[path] = fault
        return file

    def model_info(self) -> bytes:
        siblings = [
            {"rfilename": path, "size": file.size, "blobId": "0" * 40}
            | ({"lfs": {"sha256": file.sha256, "size": file.size, "pointerSize": 135}} if file.lfs else {})
            for path, file in self.files.items()
        ]
        told = {
            "_id": "1", "id": REPOSITORY, "modelId": REPOSITORY, "sha": REVISION, "private": self.private,
            "gated": "manual" if self.gated else False, "disabled": False, "tags": ["gguf"], "downloads": 1, "likes": 0,
            "cardData": self.card, "siblings": siblings, "lastModified": "2026-01-01T00:00:00.000Z",
        }  # fmt: skip
        return json.dumps(told).encode()

    def ranges(self, path: str) -> list[tuple[int, int]]:
        """Return the ranges that were asked of the second host, in order."""
        return [r.range for r in self.requests if r.host == "store" and r.path == path and r.range is not None]


@contextlib.contextmanager
def running(identity: Path | None = None) -> Iterator[LoopbackHub]:
    """A hub that runs, at `endpoint`; with an `identity`, a file of a key and its certificate, encrypted."""
    hub = LoopbackHub()
    servers = [_server(hub, name) for name in ("hub", "store")]
    hub.endpoint, hub.store = (f"http://127.0.0.1:{server.server_port}" for server in servers)
    if identity is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(identity)
        servers[0].socket = context.wrap_socket(servers[0].socket, server_side=True, do_handshake_on_connect=False)
        hub.endpoint = hub.endpoint.replace("http:", "https:")
    threads = [threading.Thread(target=server.serve_forever, args=(0.02,)) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield hub
    finally:
        hub.let_go.set()
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()  # waits for the threads of its requests


def _server(hub: LoopbackHub, name: str) -> ThreadingHTTPServer:
    class Handler(_Handler):
        pass

    Handler.hub, Handler.name = hub, name
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    return server


class _Handler(BaseHTTPRequestHandler):
    hub: LoopbackHub
    name: str
    disable_nagle_algorithm = True  # else what follows a header waits 40 ms for its acknowledgement
    protocol_version = "HTTP/1.0"  # a connection for each request: no thread waits for the next

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        with contextlib.suppress(ConnectionError):
            self._get()

    def handle(self) -> None:
        with contextlib.suppress(ssl.SSLError):  # who does not trust the certificate hangs up
            super().handle()

    def _get(self) -> None:
        path = unquote(urlsplit(self.path).path)
        found = _RANGE.fullmatch(self.headers.get("Range", ""))
        wanted = (int(found[1]), int(found[2])) if found else None
        token = self.headers.get("Authorization", "")
        name = path.removeprefix("/store/").partition(f"/resolve/{REVISION}/")[2] or path.removeprefix("/store/")
        self.hub.requests.append(Request(self.name, name, token, wanted, self.headers.get("User-Agent", "")))
        if token and token != f"Bearer {TOKEN}":
            self._refuse(401, "", "Invalid credentials in Authorization header")
        elif self.name == "store":
            self._deliver(name, wanted)
        elif path.startswith("/api/models/"):
            self._describe(path.removeprefix("/api/models/"), token)
        elif self.hub.gated and not token:
            self._refuse(401, "GatedRepo", "Access to this model is restricted.")
        elif name not in self.hub.files or self.hub.faults.get(name) is Fault.GONE:
            self._refuse(404, "EntryNotFound", "Entry not found")
        else:
            self._send_on(name)

    def _describe(self, name: str, token: str) -> None:
        if self.hub.answer is not None:
            self._send(200, self.hub.answer, {"Content-Type": "text/html"})
        elif name not in (REPOSITORY, f"{REPOSITORY}/revision/{REVISION}") or (self.hub.private and not token):
            self._refuse(401 if not token else 404, "RepoNotFound", "Repository not found")
        else:
            self._send(200, self.hub.model_info(), {"Content-Type": "application/json"})

    def _send_on(self, name: str) -> None:
        fault = self.hub.faults.get(name)
        target = f"{self.hub.store}/store/{quote(name)}"
        if fault is Fault.REDIRECTS:
            target = f"{self.hub.endpoint}{self.path}"
        elif fault is Fault.INSECURE:
            target = "http://192.0.2.1/model.gguf"  # an address for documentation: RFC 5737
        file = self.hub.files[name]
        headers = {"X-Repo-Commit": REVISION, "X-Linked-Size": str(file.size), "X-Linked-Etag": f'"{file.sha256}"'}
        self._send(302, b"on", {"Location": target, **headers})

    def _deliver(self, name: str, wanted: tuple[int, int] | None) -> None:
        file, fault = self.hub.files[name], self.hub.faults.get(name)
        first = not self.hub.served[name]
        content = file.bytes
        if fault is Fault.WRONG or (fault is Fault.WRONG_ONCE and first):
            content = bytes(byte ^ 1 for byte in content[:100]) + content[100:]
        if fault is Fault.PORTAL:
            self._send(200, PORTAL, {"Content-Type": "text/html"})
            return
        if fault is Fault.BUSY or (fault is Fault.BUSY_ONCE and len(self.hub.ranges(name)) == 1):
            self._refuse(503, "", "busy", {"Retry-After": "0"})
            return
        if fault is Fault.NO_RANGES or wanted is None:
            self._send(200, content, {"ETag": f'"{file.sha256}"'}, name, fault)
            return
        start, last = wanted
        told = {"Content-Range": f"bytes {start}-{last}/{len(content)}", "ETag": f'"{file.sha256}"'}
        match fault:
            case Fault.SHIFTED:
                told["Content-Range"] = f"bytes {start + 1}-{last + 1}/{len(content)}"
            case Fault.LONGER:
                told["Content-Range"] = f"bytes {start}-{last}/{len(content) + 1}"
            case Fault.PACKED:
                told["Content-Encoding"] = "gzip"
            case Fault.PORTAL_IN_RANGE:
                content = (PORTAL * (len(content) // len(PORTAL) + 1))[: len(content)]
        self._send(206, content[start : last + 1], told, name, fault)

    def _refuse(self, status: int, code: str, message: str, more: dict[str, str] | None = None) -> None:
        self._send(status, b"", {"X-Error-Code": code, "X-Error-Message": message, **(more or {})})

    def _send(
        self, status: int, content: bytes, headers: dict[str, str], name: str = "", fault: Fault | None = None
    ) -> None:
        self.send_response(status)
        for key, value in ({"Content-Length": str(len(content))} | headers).items():
            if value:
                self.send_header(key, value)
        self.end_headers()
        match fault:
            case Fault.CUT:
                ends_at = min(self.hub.luck.randrange(len(content) * 5 // 4 + 2), len(content))
            case Fault.CUT_AT_ONCE:
                ends_at = 0
            case Fault.TRICKLE:
                ends_at = 1
            case Fault.HOLD:
                ends_at = len(content) // 2
            case _:
                ends_at = len(content)
        for start in range(0, ends_at, CHUNK_BYTES):
            sent = content[start : min(start + CHUNK_BYTES, ends_at)]
            if name:  # before: whoever has received it may look at once
                self.hub.served[name] += len(sent)
            self.wfile.write(sent)
        if fault in (Fault.TRICKLE, Fault.HOLD):
            self.wfile.flush()
            self.hub.holding.release()
            self.hub.let_go.wait()

"""The wire of the Model Context Protocol over standard input and output: JSON-RPC 2.0, one message a line.

It is written by hand, since the official package serves by asyncio, which opens a pair of sockets, and imports two web
frameworks. Source: https://modelcontextprotocol.io/specification, of the versions below; each is begun by `initialize`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import BinaryIO, TypeAlias

import msgspec

VERSIONS = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
"""The versions that are spoken, the newest first, which is offered to whoever asks for one that is not known here."""

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
RESOURCE_NOT_FOUND = -32002

MOST_BYTES = 4 << 20
"""The most bytes of a message: a question with its whole document in it has no business here."""

Id: TypeAlias = str | int
_EMPTY = msgspec.Raw(b"{}")


class RpcMessage(msgspec.Struct, frozen=True):
    """A client's message: a request, a notification (without an id), or a reply, which nobody here waits for."""

    jsonrpc: str = ""
    id: Id | None = None
    method: str = ""
    params: msgspec.Raw = _EMPTY


class RpcFault(Exception):
    """A request that cannot be carried out as the protocol wants it, with the code of JSON-RPC."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Wire:
    """The two ends of the wire. `send_...` may be called from any thread. A client that has left is written to in vain:
    nothing is raised."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self._lock = threading.Lock()
        self._encoder = msgspec.json.Encoder()

    def messages(self) -> Iterator[RpcMessage]:
        """Yield messages until the client leaves. A line that is no message is answered with an error."""
        while line := self._incoming.readline(MOST_BYTES + 1):
            if len(line) > MOST_BYTES:
                self.send_fault(None, RpcFault(INVALID_REQUEST, f"a message has {MOST_BYTES} bytes at most"))
                return  # what follows is the rest of it
            if line.strip():
                yield from self._parse(line)

    def send_result(self, id: Id, result: object) -> None:
        self._send({"jsonrpc": "2.0", "id": id, "result": result})

    def send_fault(self, id: Id | None, fault: RpcFault) -> None:
        self._send({"jsonrpc": "2.0", "id": id, "error": {"code": fault.code, "message": fault.message}})

    def send_notification(self, method: str, params: object) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def _parse(self, line: bytes) -> Iterator[RpcMessage]:
        """Yield the message of a line, or several if it is a list of them, as 2025-03-26 allows."""
        try:
            found = msgspec.json.decode(line, type=RpcMessage | list[RpcMessage])
        except msgspec.ValidationError as error:
            self.send_fault(None, RpcFault(INVALID_REQUEST, str(error)))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            self.send_fault(None, RpcFault(PARSE_ERROR, "this is no JSON"))
        else:
            yield from found if isinstance(found, list) else (found,)

    def _send(self, message: object) -> None:
        try:
            line = self._encoder.encode(message) + b"\n"
        except UnicodeEncodeError:  # bytes of a file's name that are no text
            line = self._encoder.encode(_without_surrogates(msgspec.to_builtins(message))) + b"\n"
        with self._lock:
            try:
                self._outgoing.write(line)
                self._outgoing.flush()
            except (OSError, ValueError):
                return


def _without_surrogates(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case list():
            return [_without_surrogates(each) for each in value]
        case dict():
            return {_without_surrogates(key): _without_surrogates(each) for key, each in value.items()}
    return value

"""The pipe between the desk and a child: messages, each with four bytes of length (little endian) before one msgpack
document; and what every child says there of itself."""

from __future__ import annotations

import os
import struct
import sys
import threading
import time
from typing import Any, BinaryIO, Generic, TypeVar

import msgspec

from app.core.errors import Problem
from app.isolation.sandbox import Step

Incoming = TypeVar("Incoming")
Message = TypeVar("Message")

MAX_FRAME_BYTES = 1 << 30
_LENGTH = struct.Struct("<I")
_INTERVAL_S = 1.0


class BrokenFrame(Exception):
    """The other side sent something that is not a message."""


class CutFrame(BrokenFrame):
    """The other side closed the pipe inside a message: most often it died."""


class Encoder:
    """Writes messages to a pipe; callers take turns, since a message must not be torn apart."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._encoder = msgspec.msgpack.Encoder()

    def send(self, message: msgspec.Struct) -> None:
        """Send a message. Raises BrokenPipeError if the other side is gone."""
        body = self._encoder.encode(message)
        if len(body) > MAX_FRAME_BYTES:
            raise BrokenFrame(f"{len(body)} bytes")
        self._pipe.write(_LENGTH.pack(len(body)) + body)
        self._pipe.flush()


class Decoder(Generic[Message]):
    """Reads messages of one (union) type from a pipe and checks them against that type."""

    def __init__(self, pipe: BinaryIO, message_type: type[Message]) -> None:
        self._pipe = pipe
        self._decoder: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(message_type)

    def receive(self) -> Message | None:
        """Return the next message; None if the other side closed the pipe. Raises BrokenFrame."""
        head = self._read(_LENGTH.size)
        if head is None:
            return None
        (length,) = _LENGTH.unpack(head)
        if length > MAX_FRAME_BYTES:
            raise BrokenFrame(f"{length} bytes announced")
        body = self._read(length)
        if body is None:
            raise CutFrame("closed inside a message")
        try:
            return self._decoder.decode(body)
        except msgspec.MsgspecError as error:
            raise BrokenFrame(str(error)) from error

    def _read(self, length: int) -> bytes | None:
        parts = bytearray()
        while len(parts) < length:
            part = self._pipe.read(length - len(parts))
            if not part:
                if parts:
                    raise CutFrame("closed inside a message")
                return None
            parts += part
        return bytes(parts)


class Alive(msgspec.Struct, frozen=True, tag=True):
    """Sent every second. `stuck_s` is how long the work has been in its present step; 0 when it waits for orders."""

    stuck_s: float


class SandboxReady(msgspec.Struct, frozen=True, tag=True):
    """Sent once, first, by a reader: the sandbox is closed, and this is the step that is in force."""

    step: Step


class WireFailed(msgspec.Struct, frozen=True, tag="Failed"):
    """Answers an order that could not be carried out."""

    problem: Problem


class Port(Generic[Incoming]):
    """The pipe to the desk. Made once, first thing in a child.

    It moves the pipe away from stdin and stdout, so that native code that prints cannot garble a message: whatever
    is printed goes to stderr.
    """

    def __init__(self, incoming: Any) -> None:
        self._working_since: float | None = None
        receive_from, send_to = os.dup(0), os.dup(1)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        self._decoder: Decoder[Incoming] = Decoder(os.fdopen(receive_from, "rb"), incoming)
        self._encoder = Encoder(os.fdopen(send_to, "wb"))
        self._sending = threading.Lock()
        threading.Thread(target=self._live, name="pulse", daemon=True).start()

    def send(self, message: msgspec.Struct) -> None:
        with self._sending:
            self._encoder.send(message)

    def receive(self) -> Incoming | None:
        """Return the next order; None if the desk is gone or wants the child to end."""
        return self._decoder.receive()

    def step(self) -> None:
        """Begin a new step of work. Called between slices, tokens and pages, so that a hang does not look like work."""
        self._working_since = time.monotonic()

    def rest(self) -> None:
        """End the work: waiting for orders is not a hang."""
        self._working_since = None

    def _live(self) -> None:
        while True:
            since = self._working_since
            try:
                self.send(Alive(0.0 if since is None else time.monotonic() - since))
            except OSError:
                os._exit(0)  # the desk is gone: nobody is left to work for
            time.sleep(_INTERVAL_S)

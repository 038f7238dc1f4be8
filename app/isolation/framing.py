"""Messages on a pipe: four bytes of length, little endian, then one msgpack document."""

from __future__ import annotations

import struct
from typing import BinaryIO, Generic, TypeVar

import msgspec

Message = TypeVar("Message")

MAX_FRAME_BYTES = 1 << 30
_LENGTH = struct.Struct("<I")


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
        """Raises BrokenPipeError when the other side is gone."""
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
        """The next message; None when the other side closed the pipe. Raises BrokenFrame."""
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

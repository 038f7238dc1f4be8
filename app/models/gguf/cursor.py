"""A place in bytes that lie elsewhere: what follows is taken or passed over, within limits, without reading all."""

from __future__ import annotations

import struct
from typing import Protocol

from app.core.errors import AppError, Code, Parameter

MAX_HEADER_BYTES = 1 << 27
"""The largest vocabularies take a tenth of it; reading all of it as short strings takes a few seconds."""

BLOCK_BYTES = 1 << 20
"""How much is read at once, at least."""

_U32, _U64 = struct.Struct("<I"), struct.Struct("<Q")


class ByteSource(Protocol):
    """Bytes that can be read in any order: a file, or one that lies elsewhere."""

    @property
    def size(self) -> int: ...

    def read(self, offset: int, size: int) -> bytes:
        """Fewer bytes than `size` at the end only."""
        ...


class Cursor:
    """A place in the header, and the bytes that follow it as far as they were read."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._end = min(source.size, MAX_HEADER_BYTES)
        self._block = b""
        self._block_start = 0
        self._at = 0  # in the block, or beyond its end

    @property
    def position(self) -> int:
        return self._block_start + self._at

    def skip(self, count: int) -> None:
        """Raises AppError MODEL_TRUNCATED or MODEL_LIMIT, as all that follow do."""
        if count > self._end - self.position:
            if self._source.size > MAX_HEADER_BYTES and self.position + count <= self._source.size:
                raise problem(Code.MODEL_LIMIT, limit="header_bytes", value=MAX_HEADER_BYTES)
            raise problem(Code.MODEL_TRUNCATED)
        self._at += count

    def take(self, count: int) -> bytes:
        start = self._reach(count)
        return self._block[start : start + count]

    def scalar(self, kind: struct.Struct) -> int | float | bool:
        start = self._reach(kind.size)
        value: int | float | bool = kind.unpack_from(self._block, start)[0]
        return value

    def u32(self) -> int:
        return int(self.scalar(_U32))

    def u64(self) -> int:
        return int(self.scalar(_U64))

    def skip_strings(self, count: int) -> None:
        unpack, width = _U64.unpack_from, _U64.size
        while count:
            block, at = self._block, self._at
            end = len(block) - width
            while count and at <= end:
                after = at + width + unpack(block, at)[0]
                if after > len(block):
                    break
                at, count = after, count - 1
            self._at = at
            if count:
                self.skip(self.u64())
                count -= 1

    def _reach(self, count: int) -> int:
        """Move on by `count` bytes, and make sure that they are in the block; where they begin in it."""
        before = self.position
        self.skip(count)
        if self._at > len(self._block):
            wanted = max(count, min(BLOCK_BYTES, self._end - before))
            self._block, self._block_start = self._source.read(before, wanted), before
            self._at = count
            if len(self._block) < count:  # the file became shorter
                raise problem(Code.MODEL_TRUNCATED)
        return self._at - count


def flaw(name: str) -> AppError:
    """For a header that contradicts the format or itself; `app.wording` has words for each name."""
    return problem(Code.MODEL_DAMAGED, flaw=name)


def problem(code: Code, **params: Parameter) -> AppError:
    return AppError(code, path="", **params)

"""Server-sent events out of bytes as they come (WHATWG HTML, section 9.2), never more than a limit in memory."""

from __future__ import annotations

import re

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
        """Raises TooLong."""
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
        """The whole lines, and what comes after the last one. A carriage return at the very end may be half a line
        end, and waits."""
        held = b"\r" if text.endswith(b"\r") else b""
        lines = _LINE_END.split(text.removesuffix(held) if held else text)
        lines[-1] += held
        return lines

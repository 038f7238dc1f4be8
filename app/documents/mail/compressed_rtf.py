"""Unpacks the RTF of Outlook's messages. Source: [MS-OXRTFCP]."""

from __future__ import annotations

import struct

_PACKED, _STORED = b"LZFu", b"MELA"
_HEADER = struct.Struct("<II4sI")  # of the rest, unpacked, kind, checksum
_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_WINDOW = 4_096


def unpack(untrusted_bytes: bytes) -> bytes:
    """Unpack the RTF, as far as it goes. Raises ValueError if this is not packed RTF."""
    if len(untrusted_bytes) < _HEADER.size:
        raise ValueError("too short")
    _, size, kind, _ = _HEADER.unpack_from(untrusted_bytes)
    if kind == _STORED:
        return untrusted_bytes[_HEADER.size : _HEADER.size + size]
    if kind != _PACKED:
        raise ValueError("no packed RTF")
    written = bytearray(_START)  # positions in the window are those in all that was written, with its start
    place, end = _HEADER.size, len(untrusted_bytes)
    while place < end and len(written) - len(_START) < size:
        control = untrusted_bytes[place]
        place += 1
        for bit in range(8):
            if not control >> bit & 1:
                written += untrusted_bytes[place : place + 1]
                place += 1
                continue
            token = int.from_bytes(untrusted_bytes[place : place + 2], "big")
            place += 2
            offset, length = token >> 4, (token & 15) + 2
            back = (len(written) - offset) % _WINDOW
            if not back or place > end:
                return bytes(written[len(_START) :])
            for _ in range(length):
                written.append(written[-back] if back <= len(written) else 0)
    return bytes(written[len(_START) : len(_START) + size])

"""A small writer of MOBI and KF8 for tests."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

_RECORD = 4_096


def write_mobi(
    markup: str,
    *,
    title: str = "",
    said: Sequence[tuple[int, str]] = (),
    packing: int = 2,
    protected: int = 0,
    version: int = 6,
    encoding: int = 65001,
    flows: bytes = b"",
    trailing: bytes = b"",
    records: Mapping[int, bytes] | None = None,
) -> bytes:
    """`said` are kinds and values of EXTH; `flows` what follows the text of KF8; `trailing` what follows the text of
    each record, with its length at its end; `records` replaces some."""
    text = markup.encode("utf-8" if encoding == 65001 else "cp1252") + flows
    pieces = [text[start : start + _RECORD] for start in range(0, len(text), _RECORD)] or [b""]
    packed = [(_packed(piece) if packing == 2 else piece) + trailing for piece in pieces]
    sections = b"FDST" + struct.pack(">IIIIII", 12, 2, 0, len(text) - len(flows), len(text) - len(flows), len(text))
    values = b"".join(struct.pack(">II", kind, 8 + len(value.encode())) + value.encode() for kind, value in said)
    exth = b"EXTH" + struct.pack(">II", 12 + len(values), len(said)) + values
    length = 232
    head = bytearray(16 + length)
    struct.pack_into(">HHIHHH", head, 0, packing, 0, len(text), len(pieces), _RECORD, protected)
    head[16:20] = b"MOBI"
    struct.pack_into(">IIII4xI", head, 20, length, 2, encoding, 1, 0)
    struct.pack_into(">I", head, 36, version)
    struct.pack_into(">II", head, 84, len(head) + len(exth), len(title.encode()))
    struct.pack_into(">I", head, 128, 0x40)
    struct.pack_into(">I", head, 192, len(pieces) + 1)
    struct.pack_into(">H", head, 242, 2 if trailing else 0)
    written = [bytes(head) + exth + title.encode(), *packed, sections]
    for number, record in (records or {}).items():
        written[number] = record
    place = 78 + 8 * len(written) + 2
    index = b""
    for record in written:
        index += struct.pack(">II", place, 0)
        place += len(record)
    name = b"Book".ljust(60, b"\0") + b"BOOKMOBI" + bytes(8)
    return name + struct.pack(">H", len(written)) + index + b"\0\0" + b"".join(written)


def _packed(piece: bytes) -> bytes:
    """Pack a piece as PalmDOC does, with copies of what was just written."""
    found, place = bytearray(), 0
    while place < len(piece):
        window = piece[max(0, place - 2_047) : place]
        size = next((n for n in range(10, 2, -1) if place + n <= len(piece) and piece[place : place + n] in window), 0)
        if size:
            distance = len(window) - window.rindex(piece[place : place + size])
            found += struct.pack(">H", 0x8000 | distance << 3 | size - 3)
            place += size
            continue
        byte = piece[place]
        if byte == 0x20 and place + 1 < len(piece) and 0x40 <= piece[place + 1] < 0x80:
            found.append(piece[place + 1] ^ 0x80)
            place += 2
            continue
        found += bytes([byte]) if byte == 0 or 9 <= byte < 0x80 else bytes([1, byte])
        place += 1
    return bytes(found)

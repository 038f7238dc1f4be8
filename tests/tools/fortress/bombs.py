"""Files that are small and become large, or point out of themselves: archives written by hand, and XML in them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from functools import cache

import msgspec

BOMB_BYTES = 1 << 30
_SLICE = 1 << 20
_STORED, _DEFLATED = 0, 8


class Member(msgspec.Struct, frozen=True):
    """A member as it lies in an archive. `size`: what the table of contents says that it unpacks to."""

    name: bytes
    packed: bytes
    size: int
    crc: int
    method: int = _DEFLATED


def member(name: str | bytes, content: bytes, *, size: int | None = None) -> Member:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = compressor.compress(content) + compressor.flush()
    raw = name.encode() if isinstance(name, str) else name
    return Member(raw, packed, len(content) if size is None else size, zlib.crc32(content))


@cache
def _blown_up(byte: bytes) -> tuple[bytes, int]:
    compressor, piece, crc = zlib.compressobj(9, zlib.DEFLATED, -15), byte * _SLICE, 0
    packed = bytearray()
    for _ in range(BOMB_BYTES // _SLICE):
        packed += compressor.compress(piece)
        crc = zlib.crc32(piece, crc)
    return bytes(packed + compressor.flush()), crc


def bomb(name: str, *, says: int = BOMB_BYTES, byte: bytes = b"a") -> Member:
    """One member that unpacks to BOMB_BYTES of the same byte, and says so or something else."""
    packed, crc = _blown_up(byte)
    return Member(name.encode(), packed, says, crc)


def _entry(each: Member, start: int) -> bytes:
    """In the table of contents: APPNOTE.TXT 6.3.10, 4.3.12."""
    sizes = (each.crc, len(each.packed), each.size & 0xFFFF_FFFF, len(each.name))
    head = struct.pack("<4s6H3I", b"PK\1\2", 20, 20, 0x800, each.method, 0, 0, *sizes[:3])
    return head + struct.pack("<5H2I", sizes[3], 0, 0, 0, 0, 0, start) + each.name


def archive(members: Sequence[Member], *, listed: int = 1, overlap: bool = False) -> bytes:
    """`listed`: how often the table of contents names each. `overlap`: all names for the bytes of the first one."""
    whole, table, count = bytearray(), bytearray(), 0
    for each in members:
        start = 0 if overlap else len(whole)
        if not overlap or not whole:
            sizes = (each.crc, len(each.packed), each.size & 0xFFFF_FFFF, len(each.name), 0)
            whole += struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0x800, each.method, 0, 0, *sizes) + each.name + each.packed
        table += _entry(each, start) * listed
        count += listed
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count & 0xFFFF, count & 0xFFFF, len(table), len(whole), 0)
    return bytes(whole + table + end)


def members_of(packed: bytes) -> list[Member]:
    with zipfile.ZipFile(io.BytesIO(packed)) as opened:
        return [
            Member(info.filename.encode(), content, len(content), info.CRC, _STORED)
            if info.compress_type == zipfile.ZIP_STORED
            else member(info.filename, content)
            for info in opened.infolist()
            for content in [opened.read(info)]
        ]


def with_members(packed: bytes, *others: Member) -> list[Member]:
    """Members of a sound archive, some of them replaced, others added."""
    replaced = {each.name: each for each in others}
    kept = [replaced.pop(each.name, each) for each in members_of(packed)]
    return [*kept, *replaced.values()]


# ---- XML

LAUGHS = '<!DOCTYPE a [<!ENTITY l0 "lol">{}]>'.format(
    "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 12))
)
QUADRATIC = f'<!DOCTYPE a [<!ENTITY l "{"x" * 100_000}">]>'


def entities(secret: str) -> dict[str, tuple[str, str]]:
    """Ways to have a parser fetch another file: what stands before the root element, and what in its text."""
    uri = f"file://{secret}"
    return {
        "entity": (f'<!DOCTYPE a [<!ENTITY x SYSTEM "{uri}">]>', "&x;"),
        "parameter entity": (f'<!DOCTYPE a [<!ENTITY % x SYSTEM "{uri}"> %x;]>', ""),
        "outer DTD": (f'<!DOCTYPE a SYSTEM "{uri}">', ""),
        "DTD on the web": ('<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">', ""),
        "inclusion": ("", f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{uri}" parse="text"/>'),
        "style sheet": (f'<?xml-stylesheet href="{uri}"?>', ""),
        "laughs": (LAUGHS, "&l11;"),
        "quadratic": (QUADRATIC, "&l;" * 50_000),
        "deep": ("", "<a>" * 200_000 + "</a>" * 200_000),
        "wide": ("", "<a/>" * 2_000_000),
        "attributes": ("", "<a {}/>".format(" ".join(f'a{number}="1"' for number in range(50_000)))),
        "long": ("", "x" * (90 << 20)),
    }


def placed(xml: str, before: str, inside: str) -> bytes:
    """`before` in front of the root element, `inside` as the first thing of the innermost text that it has."""
    declaration, _, rest = xml.rpartition("?>") if xml.startswith("<?xml") else ("", "", xml)
    del declaration
    at = next((rest.index(mark) + len(mark) for mark in _INSIDE if mark in rest), rest.index(">") + 1)
    return (before + rest[:at] + inside + rest[at:]).encode()


_INSIDE = ("<w:t>", '<w:t xml:space="preserve">', "<text:p>", "<a:t>", "<p>", "<t>")

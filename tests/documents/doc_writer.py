"""A small writer of Word 97 documents for tests. Source: [MS-DOC]."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence

from tests.documents.compound_writer import summary, write_compound

_PAGE, _TEXT_AT = 512, 2_048
_PAIRS = 93
_RUNS, _PARAGRAPHS, _PIECES = 12, 13, 33
_ENTRIES_A_PAGE = 8
Runs = Sequence[tuple[str, bytes]]


def paragraph(text: str | Runs, style: int = 0, properties: bytes = b"", end: str = "\r") -> tuple[Runs, bytes]:
    """Its runs, each with its properties (grpprl), and the properties of the paragraph with its style in front."""
    runs = [(text, b"")] if isinstance(text, str) else list(text)
    return [*runs, (end, b"")], struct.pack("<H", style) + properties


def number(code: int, value: int) -> bytes:
    """A property with a number for an operand."""
    size = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2}[code >> 13]
    return struct.pack("<H", code) + value.to_bytes(size, "little")


def row(*cells: str) -> list[tuple[Runs, bytes]]:
    """The cells of a table, and the mark at the end of their row."""
    inside = number(0x2416, 1)
    return [paragraph(cell, 0, inside, "\x07") for cell in cells] + [
        paragraph("", 0, inside + number(0x2417, 1), "\x07")
    ]


def write_doc(
    paragraphs: Iterable[tuple[Runs, bytes]],
    *,
    title: str = "",
    compressed: bool = False,
    flags: int = 0,
    version: int = 0xC1,
    counts: Mapping[int, int] | None = None,
    pairs: Mapping[int, bytes] | None = None,
    pieces: bytes | None = None,
    behind: Mapping[int, bytes] | None = None,
) -> bytes:
    """`counts` are characters of the parts behind the main one, by their index; `pairs` more structures by theirs;
    `pieces` takes the place of the piece table; `behind` follows them, and counts to none."""
    written = list(paragraphs)
    width = 1 if compressed else 2
    text = "".join(run for runs, _ in written for run, _ in runs)
    data = text.encode("cp1252" if compressed else "utf-16-le")
    stream = bytearray(_TEXT_AT) + data
    structures = dict(pairs or {})
    ends: list[tuple[int, bytes]] = []
    run_ends: list[tuple[int, bytes]] = []
    place = _TEXT_AT
    for runs, properties in written:
        for run, look in runs:
            if run:
                place += len(run.encode("cp1252" if compressed else "utf-16-le"))
                run_ends.append((place, look))
        ends.append((place, properties))
    structures[_RUNS] = _put(stream, run_ends, 1)
    structures[_PARAGRAPHS] = _put(stream, ends, 13)
    characters = len(data) // width
    packed = (_TEXT_AT * 2 | 0x4000_0000) if compressed else _TEXT_AT
    table = struct.pack("<IIHIH", 0, characters, 0, packed, 0)
    structures[_PIECES] = pieces if pieces is not None else b"\2" + struct.pack("<I", len(table)) + table
    others = dict(counts or {})
    _begin(stream, flags, version, [characters - sum(others.values()), *(others.get(n, 0) for n in range(1, 8))])
    tables = b""
    for index, structure in structures.items():
        struct.pack_into("<II", stream, 154 + 8 * index, len(tables), len(structure))
        tables += structure + (behind or {}).get(index, b"")
    streams = {"WordDocument": bytes(stream).ljust(4_096, b"\0"), "0Table": tables.ljust(4_096, b"\0")}
    return write_compound(streams | ({"\x05SummaryInformation": summary(title)} if title else {}))


def _begin(stream: bytearray, flags: int, version: int, counts: Sequence[int]) -> None:
    struct.pack_into("<HH6xH", stream, 0, 0xA5EC, version, flags)
    struct.pack_into("<H", stream, 32, 14)
    struct.pack_into("<H", stream, 62, 22)
    struct.pack_into("<8i", stream, 76, *counts)
    struct.pack_into("<H", stream, 152, _PAIRS)


def _put(stream: bytearray, ends: Sequence[tuple[int, bytes]], width: int) -> bytes:
    """Adds pages of properties to the stream; the structure that names them."""
    firsts, pages = [], []
    start = _TEXT_AT
    for at in range(0, len(ends), _ENTRIES_A_PAGE):
        some = ends[at : at + _ENTRIES_A_PAGE]
        stream += bytes(-len(stream) % _PAGE)
        firsts.append(start)
        pages.append(len(stream) // _PAGE)
        stream += _page(start, some, width)
        start = some[-1][0]
    return struct.pack(f"<{len(firsts) + 1}I", *firsts, start) + struct.pack(f"<{len(pages)}I", *pages)


def _page(start: int, ends: Sequence[tuple[int, bytes]], width: int) -> bytes:
    page = bytearray(_PAGE)
    struct.pack_into(f"<{len(ends) + 1}I", page, 0, start, *(end for end, _ in ends))
    place = _PAGE - 2
    for index, (_, properties) in enumerate(ends):
        if width == 1:
            entry = bytes([len(properties)]) + properties if properties else b""
        else:
            even = properties + bytes(len(properties) % 2)
            entry = b"\0" + bytes([len(even) // 2]) + even
        place = (place - len(entry)) // 2 * 2
        page[place : place + len(entry)] = entry
        page[4 * (len(ends) + 1) + width * index] = place // 2 if entry else 0
    page[-1] = len(ends)
    return bytes(page)

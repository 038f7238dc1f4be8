"""A small writer of compound files (OLE) for tests, and of what is in old workbooks. Sources: [MS-CFB], [MS-XLS]."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

_SECTOR, _MINI, _CUTOFF = 512, 64, 4_096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5


def write_compound(streams: Mapping[str, bytes], *, chained: bool = False) -> bytes:
    """`streams` by their paths, with "/" between the names of storages. `chained`: each entry leads to the next."""
    tree: dict[str, object] = {}
    for path, data in streams.items():
        *folders, name = path.split("/")
        place = tree
        for folder in folders:
            place = place.setdefault(folder, {})  # type: ignore[assignment]
        place[name] = data
    return _Writer(tree, chained).file()


class _Writer:
    def __init__(self, tree: Mapping[str, object], chained: bool) -> None:
        self._chained = chained
        self._fat: list[int] = []
        self._body = b""
        self._mini_fat: list[int] = []
        self._mini = b""
        self._entries: list[list[object]] = [["Root Entry", _ROOT, _FREE, _FREE, _FREE, 0, 0]]
        self._entries[0][4] = self._add(tree)
        mini_start = self._put(self._mini)
        self._entries[0][5:] = [mini_start, len(self._mini)]

    def file(self) -> bytes:
        directory = b"".join(_entry(*each) for each in self._entries)  # type: ignore[arg-type]
        directory += _entry("", 0, _FREE, _FREE, _FREE, 0, 0) * (-len(self._entries) % 4)
        directory_start = self._put(directory)
        mini_fat = b"".join(struct.pack("<I", each) for each in self._mini_fat)
        mini_fat_sectors = -(-len(mini_fat) // _SECTOR)
        mini_fat_start = self._put(mini_fat + b"\xff" * (-len(mini_fat) % _SECTOR))
        sectors = 1
        while len(self._fat) + sectors > sectors * (_SECTOR // 4):
            sectors += 1
        assert sectors <= 109
        start = len(self._fat)
        fat = self._fat + [_FAT] * sectors
        fat += [_FREE] * (-len(fat) % (_SECTOR // 4))
        header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
        header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
        header += struct.pack(
            "<IIIIIIIIII", 0, sectors, directory_start, 0, _CUTOFF, mini_fat_start, mini_fat_sectors, _END, 0, start
        )
        header += struct.pack("<108I", *range(start + 1, start + sectors), *[_FREE] * (109 - sectors))
        return header + self._body + struct.pack(f"<{len(fat)}I", *fat)

    def _put(self, data: bytes) -> int:
        """Adds data in sectors; the first one, or the end of a chain where there are none."""
        if not data:
            return _END
        start, count = len(self._fat), -(-len(data) // _SECTOR)
        self._fat += [*range(start + 1, start + count), _END]
        self._body += data + bytes(-len(data) % _SECTOR)
        return start

    def _put_small(self, data: bytes) -> int:
        if not data:
            return _END
        start, count = len(self._mini_fat), -(-len(data) // _MINI)
        self._mini_fat += [*range(start + 1, start + count), _END]
        self._mini += data + bytes(-len(data) % _MINI)
        return start

    def _add(self, tree: Mapping[str, object]) -> int:
        """Adds the entries of a storage; the number of the one at the root of their tree."""
        numbers = []
        for name in sorted(tree, key=lambda each: (len(each), each.upper())):
            content = tree[name]
            number = len(self._entries)
            numbers.append(number)
            if isinstance(content, bytes):
                start = self._put_small(content) if len(content) < _CUTOFF else self._put(content)
                self._entries.append([name, _STREAM, _FREE, _FREE, _FREE, start, len(content)])
            else:
                assert isinstance(content, Mapping)
                self._entries.append([name, _STORAGE, _FREE, _FREE, _FREE, 0, 0])
                self._entries[number][4] = self._add(content)
        return self._link(numbers)

    def _link(self, numbers: Sequence[int]) -> int:
        if not numbers:
            return _FREE
        middle = 0 if self._chained else len(numbers) // 2
        self._entries[numbers[middle]][2:4] = [self._link(numbers[:middle]), self._link(numbers[middle + 1 :])]
        return numbers[middle]


def _entry(name: str, kind: int, left: int, right: int, child: int, start: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le")
    length = len(encoded) + 2 if name else 0
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBIII", length, kind, 1, left, right, child)
        + bytes(16 + 4 + 16)
        + struct.pack("<IQ", start, size)
    )


# ---- workbooks of Excel 97 to 2003


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def xls_cell(row: int, column: int, value: str | float, style: int = 0) -> bytes:
    """Row and column count from 0."""
    place = struct.pack("<HHH", row, column, style)
    if isinstance(value, str):
        return record(0x204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
    return record(0x203, place + struct.pack("<d", value))


def xls_sheet(rows: Sequence[Sequence[str | float | None]]) -> bytes:
    """The cells of a sheet."""
    return b"".join(
        xls_cell(row, column, value)
        for row, cells in enumerate(rows)
        for column, value in enumerate(cells)
        if value is not None
    )


def write_xls(sheets: Mapping[str, bytes], *, hidden: Sequence[str] = (), head: bytes = b"", title: str = "") -> bytes:
    """`sheets` are the records of their cells by their names; `head` are more records of the workbook."""
    begin = struct.pack("<HHHHII", 0x600, 0x5, 0, 0, 0, 0)
    codepage = record(0x42, struct.pack("<H", 1200))
    fixed = (
        record(0x809, begin) + codepage + head + record(0xE0, bytes(20)) + record(0xE0, struct.pack("<HH16x", 0, 14))
    )
    bodies = [
        record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)) + cells + record(0x0A)
        for cells in sheets.values()
    ]
    names = [struct.pack("<BBBB", name in hidden, 0, len(name), 1) + name.encode("utf-16-le") for name in sheets]
    place = len(fixed) + sum(8 + len(name) for name in names) + 4
    bounds = b""
    for name, body in zip(names, bodies, strict=True):
        bounds += record(0x85, struct.pack("<I", place) + name)
        place += len(body)
    streams = {"Workbook": fixed + bounds + record(0x0A) + b"".join(bodies)}
    if title:
        streams["\x05SummaryInformation"] = summary(title)
    return write_compound(streams)


def summary(title: str) -> bytes:
    """The stream of properties with a title in UTF-8. Source: [MS-OLEPS]."""
    words = title.encode() + b"\0"
    words += bytes(-len(words) % 4)
    page = struct.pack("<IHH", 2, 65001, 0)
    text = struct.pack("<II", 30, len(words)) + words
    first = 8 + 2 * 8
    section = struct.pack("<IIIIII", first + len(page) + len(text), 2, 1, first, 2, first + len(page)) + page + text
    return struct.pack("<HHI16xI16xI", 0xFFFE, 0, 2, 1, 48) + section

"""Rows as SQLite keeps them in the pages of a b-tree. Source: "Database File Format" of SQLite, chapters 1.5 to 2."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from app.store.database_pages import USABLE_BYTES, StoredPages

Value: TypeAlias = int | float | str | bytes | None

_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


class TreeKind(IntEnum):
    """The kind of a page of a b-tree, as its first byte says. An index has rows in its inner pages, too."""

    INDEX_INNER = 2
    TABLE_INNER = 5
    INDEX_LEAF = 10
    TABLE_LEAF = 13


@dataclass(frozen=True)
class Row:
    """A row. `number` is None in an index, and in a table WITHOUT ROWID, which is kept like one."""

    number: int | None
    values: tuple[Value, ...]


@dataclass(frozen=True)
class TreePage:
    """One page, taken apart: the pages below it, and its rows but for those that are damaged elsewhere (`lost`)."""

    kind: TreeKind
    below: tuple[int, ...]
    rows: tuple[Row, ...]
    lost: int


def tree_page(page: bytes, number: int, pages: StoredPages) -> TreePage | None:
    """Take a page apart; None if the page belongs to no b-tree."""
    start = 100 if number == 1 else 0
    if page[start] not in set(TreeKind):
        return None
    kind = TreeKind(page[start])
    inner = kind in (TreeKind.INDEX_INNER, TreeKind.TABLE_INNER)
    (cells,) = struct.unpack_from(">H", page, start + 3)
    first = start + (12 if inner else 8)
    below, rows, lost = [], [], 0
    for place in range(first, min(first + 2 * cells, USABLE_BYTES - 1), 2):
        (cell,) = struct.unpack_from(">H", page, place)
        try:
            if inner:
                below.append(int.from_bytes(page[cell : cell + 4], "big"))
            if kind is not TreeKind.TABLE_INNER:
                rows.append(_row(page, cell + 4 if inner else cell, kind, pages))
        except (_DamagedError, IndexError, struct.error):
            lost += 1
    if inner:
        below.append(int.from_bytes(page[start + 8 : start + 12], "big"))
    return TreePage(kind, tuple(below), tuple(rows), lost)


class _DamagedError(Exception):
    """Raised for a row that goes on in a page that cannot be read, or is none."""


def _row(page: bytes, at: int, kind: TreeKind, pages: StoredPages) -> Row:
    size, at = _varint(page, at)
    number = None
    if kind is TreeKind.TABLE_LEAF:
        number, at = _varint(page, at)
        number -= (number >> 63) << 64
    most = USABLE_BYTES - 35 if kind is TreeKind.TABLE_LEAF else (USABLE_BYTES - 12) * 64 // 255 - 23
    local = size
    if size > most:
        least = (USABLE_BYTES - 12) * 32 // 255 - 23
        local = least + (size - least) % (USABLE_BYTES - 4)
        local = local if local <= most else least
    content = page[at : at + local]
    if size > local:
        (following,) = struct.unpack_from(">I", page, at + local)
        content += b"".join(_overflow(following, size - local, pages))
    if len(content) != size:
        raise _DamagedError
    return Row(number, _values(content))


def _overflow(number: int, size: int, pages: StoredPages) -> Iterator[bytes]:
    if size > pages.count * USABLE_BYTES:
        raise _DamagedError
    while size > 0:
        page = pages.read(number)
        if page is None:
            raise _DamagedError
        part = page[4 : 4 + min(size, USABLE_BYTES - 4)]
        size -= len(part)
        number = int.from_bytes(page[:4], "big")
        yield part


def _values(content: bytes) -> tuple[Value, ...]:
    header, at = _varint(content, 0)
    if header > len(content):
        raise _DamagedError
    body, values = header, []
    while at < header:
        kind, at = _varint(content, at)
        value, size = _value(kind, content, body)
        body += size
        values.append(value)
    if body != len(content):
        raise _DamagedError
    return tuple(values)


def _value(kind: int, content: bytes, at: int) -> tuple[Value, int]:
    if kind in _INTEGER_BYTES:
        size = _INTEGER_BYTES[kind]
        return int.from_bytes(content[at : at + size], "big", signed=True), size
    if kind == 7:
        return struct.unpack_from(">d", content, at)[0], 8
    if kind in (8, 9):
        return kind - 8, 0
    if kind == 0:
        return None, 0
    if kind < 12:
        raise _DamagedError
    size = (kind - 12) // 2
    part = content[at : at + size]
    try:
        return (part.decode("utf-8") if kind % 2 else part), size
    except UnicodeDecodeError:
        raise _DamagedError from None


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(at, at + 8):
        byte = data[place]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + 1
    return value << 8 | data[at + 8], at + 9

"""Reads Kindle books without copy protection: MOBI, and AZW3 (KF8). Source: MobileRead's descriptions of PDB, PalmDOC,
MOBI and KF8."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from itertools import islice, pairwise

from app.core.documents.document import Document, Format, RefusedKind
from app.core.documents.facts import Facts
from app.core.errors import AppError, Code
from app.documents.formats.contract import (
    MAX_CHARACTERS,
    Content,
    Progress,
    none_if_damaged,
    refuse_damaged,
    refuse_over,
    to_document,
)
from app.documents.formats.facts import authors, make_facts
from app.documents.formats.xml import attribute, find_all, parse_html
from app.documents.text.flow import Block, flow
from app.documents.web.css import StyleSheet, join, read_sheet
from app.documents.web.html import decode
from app.documents.web.visibility import is_sheet
from app.documents.web.xhtml import read_chapter

format = Format.MOBI

MAX_RECORD_BYTES = 64 << 10  # unpacked; books have records of 4 KB
_STORED, _PALMDOC = 1, 2
_UTF_8 = 65001
_NONE = 0xFFFF_FFFF
_TITLE, _LANGUAGE = 503, 524
_AUTHOR, _PUBLISHER, _ISBN, _DATE = 100, 101, 104, 106
_HAS_MORE = 0x40
_KF8 = 8
_ENDS = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)  # which stand before what is in them, in KF8
_FLOW = re.compile(r"kindle:flow:([0-9A-V]{1,6})\?mime=text/css", re.IGNORECASE)
_MAX_FLOWS = 1_000
_FILES = re.compile(r"<mbp:pagebreak\b[^>]*>|(?=<html\b)", re.IGNORECASE)


def parse(content: Content, progress: Progress) -> Document:
    """Parse a book; pictures are left out. Raises AppError DOCUMENT_ENCRYPTED for a book with copy protection,
    FORMAT_REFUSED for one that is packed in the way that Amazon's shop does."""
    progress(0, 1)
    book = _Book(content)
    encoding = "utf-8" if book.encoding == _UTF_8 else "windows-1252"
    untrusted_text, *untrusted_flows = (decode(each, encoding) for each in book.flows(progress))
    flowed = flow(_blocks(untrusted_text, untrusted_flows, content, progress))
    document = to_document(flowed, content, format, book.title, book.said(_LANGUAGE), 1, facts=book.facts())
    progress(1, 1)
    return document


def _blocks(
    untrusted_text: str, untrusted_flows: Sequence[str], content: Content, progress: Progress
) -> Iterator[Block]:
    """Yield the blocks of the files that the book was made of, or of the parts between its page breaks."""
    characters = 0
    sheet_of = lru_cache(partial(_sheet, untrusted_flows))
    for part in _FILES.split(_ENDS.sub("", untrusted_text)):
        progress(0, 1)
        untrusted_html = part.encode("utf-8", "replace")
        root = none_if_damaged(partial(parse_html, untrusted_html, content)) if part.strip() else None
        if root is None:
            continue
        hrefs = (attribute(each, "href") for each in find_all(root, "link") if is_sheet(each))
        for block in read_chapter(root, sheet=join([sheet_of(each) for each in hrefs])).blocks:
            characters += len(block.untrusted_text)
            refuse_over(MAX_CHARACTERS, characters, "characters", content)
            yield block


def _sheet(untrusted_flows: Sequence[str], untrusted_href: str) -> StyleSheet:
    """Return the sheet that a link of KF8 leads to; the flows after the text are counted from 1."""
    found = _FLOW.match(untrusted_href)
    number = int(found[1], 32) if found else 0
    return read_sheet(untrusted_flows[number - 1]) if 0 < number <= len(untrusted_flows) else StyleSheet(whole=False)


class _Book:
    """An open book. Opening raises AppError as `parse` does, DOCUMENT_DAMAGED."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._data = bytes(content.data)
        (count,) = self._numbers(76, ">H")
        edges = [self._numbers(78 + 8 * number, ">I")[0] for number in range(count)]
        self._records = [slice(start, end) for start, end in pairwise([*edges, len(self._data)])]
        if not count or self._record(0)[16:20] != b"MOBI":
            refuse_damaged(content, format)
        start = edges[0]
        self._packing, self._size, self._count, protected = self._numbers(start, ">H2xIH2xH")
        if protected:
            raise AppError(Code.DOCUMENT_ENCRYPTED, path=content.name)
        if self._packing not in (_STORED, _PALMDOC):
            raise AppError(Code.FORMAT_REFUSED, path=content.name, kind=RefusedKind.KINDLE)
        length, self.encoding, self._version = self._numbers(start + 20, ">I4xI4xI")
        name, name_bytes = self._numbers(start + 84, ">II")
        (flags,) = self._numbers(start + 128, ">I")
        self._trailing = self._numbers(start + 242, ">H")[0] if length >= 228 else 0
        self._sections = self._numbers(start + 192, ">I")[0] if self._version == _KF8 else _NONE
        self._said = dict(self._read_said(self._record(0)[16 + length :])) if flags & _HAS_MORE else {}
        self.title = self.said(_TITLE) or self._decoded(self._record(0)[name : name + name_bytes])

    def said(self, kind: int) -> str:
        """Return the values of one kind in the metadata of the book, joined by semicolons; "" for none."""
        return "; ".join(map(self._decoded, self._said.get(kind, ())))

    def facts(self) -> Facts:
        return make_facts(
            [self.said(_DATE)],
            authors([self.said(_AUTHOR)]),
            untrusted_publisher=self.said(_PUBLISHER),
            untrusted_identifiers=self.said(_ISBN),
        )

    def flows(self, progress: Progress) -> list[bytes]:
        """Return the markup of the whole book, unpacked; after it, in KF8, styles and drawings."""
        refuse_over(4 * MAX_CHARACTERS, self._size, "characters", self._content)
        if self._count >= len(self._records):
            refuse_damaged(self._content, format)
        pieces: list[bytes] = []
        for number in range(1, self._count + 1):
            progress(0, 1)
            record = self._record(number)
            packed = record[: max(0, len(record) - _trailing_bytes(record, self._trailing))]
            pieces.append(packed if self._packing == _STORED else self._unpacked(packed))
        text = b"".join(pieces)
        record = self._record(self._sections) if self._sections < len(self._records) else b""
        if record[:4] != b"FDST" or len(record) < 20:
            return [text]
        edges = struct.iter_unpack(">II", record[12 : 12 + (len(record) - 12) // 8 * 8])
        return [text[start:end] for start, end in islice(edges, _MAX_FLOWS)]

    def _unpacked(self, packed: bytes) -> bytes:
        """Unpack a record by PalmDOC's LZ77."""
        text, place, end = bytearray(), 0, len(packed)
        while place < end:
            byte = packed[place]
            place += 1
            if byte == 0 or 9 <= byte < 0x80:
                text.append(byte)
            elif byte < 9:
                text += packed[place : place + byte]
                place += byte
            elif byte >= 0xC0:
                text += bytes((0x20, byte ^ 0x80))
            else:
                pair = byte << 8 | (packed[place] if place < end else 0)
                place += 1
                distance, count = pair >> 3 & 0x7FF, (pair & 7) + 3
                if not 0 < distance <= len(text):
                    refuse_damaged(self._content, format)
                for _byte in range(count):
                    text.append(text[-distance])
            refuse_over(MAX_RECORD_BYTES, len(text), "archive_member_bytes", self._content)
        return bytes(text)

    def _read_said(self, data: bytes) -> Iterator[tuple[int, list[bytes]]]:
        """Read the EXTH header, and yield each kind with all that is said."""
        if data[:4] != b"EXTH" or len(data) < 12:
            return
        found: dict[int, list[bytes]] = {}
        place = 12
        for _record in range(min(int.from_bytes(data[8:12], "big"), 1_000)):
            kind, size = (int.from_bytes(data[place + at : place + at + 4], "big") for at in (0, 4))
            if size < 8:
                break
            found.setdefault(kind, []).append(data[place + 8 : place + size])
            place += size
        yield from found.items()

    def _decoded(self, untrusted_bytes: bytes) -> str:
        return untrusted_bytes.decode("utf-8" if self.encoding == _UTF_8 else "cp1252", "replace")

    def _record(self, number: int) -> bytes:
        return self._data[self._records[number]]

    def _numbers(self, place: int, form: str) -> tuple[int, ...]:
        try:
            return struct.unpack_from(form, self._data, place)
        except struct.error as error:
            refuse_damaged(self._content, format, error)


def _trailing_bytes(record: bytes, flags: int) -> int:
    """Return the number of bytes behind the text of a record: for each flag but the last an entry whose length is at
    its end, and for the last the rest of a character."""
    total = 0
    for bit in range(1, 16):
        if flags >> bit & 1:
            total += _length_before(record, len(record) - total)
    if flags & 1 and total < len(record):
        total += (record[len(record) - total - 1] & 3) + 1
    return total


def _length_before(record: bytes, end: int) -> int:
    """Return a number that is written backwards, seven bits a byte; the byte that it ends with is marked."""
    value = shift = 0
    while end > 0 and shift < 28:
        end -= 1
        value |= (record[end] & 0x7F) << shift
        shift += 7
        if record[end] & 0x80:
            break
    return value

"""Opens a Word 97 to 2003 document: its text piece by piece, and the properties of its paragraphs and runs. Source:
[MS-DOC], whose names are used here."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from itertools import islice, pairwise
from typing import NamedTuple, TypeAlias

from app.core.documents.document import Format, RefusedKind
from app.core.errors import AppError, Code
from app.documents.formats.contract import MAX_CHARACTERS, Content, refuse_damaged, refuse_over
from app.documents.formats.ole import CompoundFile
from app.documents.word.list_numbers import LEVELS, ListLevel, ListNumbers

MAX_PIECES = 1_000_000
_MAX_LISTS = 10_000
_MAX_PROPERTIES = 1_000  # of a paragraph or a run
_PAGE = 512
_IDENT, _WORD_97 = 0xA5EC, 0x00C1
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
_FIRST_COUNT, _FIRST_PAIR = 76, 154
_COUNTS = ("main", "footnotes", "headers", "", "comments", "endnotes", "boxes", "header_boxes")  # one is reserved
_PAIRS = {"runs": 12, "paragraphs": 13, "pieces": 33, "owners": 36, "lists": 73, "list_overrides": 74}
_OPERAND_BYTES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}
_TABLE_DEFINITION, _TABS = 0xD608, 0xC615
_KINDS = {0: "decimal", 1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter", 22: "decimalZero"}
_BULLET, _NONE = 23, 255
_HUGE_PROPERTIES = 0x6646
COMMENT_BYTES, _OWNER_AT = 30, 20


class Properties(NamedTuple):
    """The properties of a run or paragraph: operands by the codes of what they set (Sprm); `style` is the paragraph's
    index of styles (istd)."""

    style: int
    operands: Mapping[int, bytes]

    def number(self, code: int, otherwise: int = 0) -> int:
        operand = self.operands.get(code)
        return otherwise if operand is None else int.from_bytes(operand, "little")


NO_PROPERTIES = Properties(0, {})


class _Run(NamedTuple):
    first: int  # places of characters (CP), the last one not included
    last: int
    properties: Properties


class _Piece(NamedTuple):
    first: int
    last: int
    place: int  # in the stream, in bytes
    width: int  # bytes of a character


_Reader: TypeAlias = Callable[[bytes], Iterator[tuple[int, int, Properties]]]


class DocFile:
    """An open document. `parts` says where each part of the text is: its first character, and the one behind its last.

    Opening raises AppError DOCUMENT_DAMAGED, DOCUMENT_ENCRYPTED, DOCUMENT_LIMIT, and FORMAT_REFUSED for a document of
    Word before 1997.
    """

    def __init__(self, content: Content, format: Format) -> None:
        self._content, self._format = content, format
        self.file = CompoundFile(content, format)
        self._stream = self.file.read(("WordDocument",))
        ident, version, flags = self._numbers(0, "<HH6xH")
        if ident != _IDENT:
            refuse_damaged(content, format)
        if version < _WORD_97:
            raise AppError(Code.FORMAT_REFUSED, path=content.name, kind=RefusedKind.WORD)
        if flags & _ENCRYPTED:
            raise AppError(Code.DOCUMENT_ENCRYPTED, path=content.name)
        self._table = self.file.read(("1Table" if flags & _SECOND_TABLE else "0Table",))
        self._data = self.file.read(("Data",)) if ("Data",) in self.file else b""
        self.parts = dict(self._read_parts())
        self._pieces = list(self._read_pieces())
        self.text = "".join(map(self._read_text, self._pieces))
        self._runs = self._properties("runs", _chpx)
        self._paragraphs = self._properties("paragraphs", self._papx)

    def paragraph(self, place: int) -> Properties:
        """Return the properties of the paragraph whose end mark is the character in this place."""
        run = _at(self._paragraphs, place)
        return run.properties if run is not None else NO_PROPERTIES

    def runs(self, first: int, last: int) -> Iterator[tuple[int, int, Properties]]:
        """Yield the parts from one place to another that have the same properties each."""
        while first < last:
            run = _at(self._runs, first)
            index = bisect_right(self._runs, first, key=lambda each: each.first)
            following = self._runs[index].first if index < len(self._runs) else last
            end = max(first + 1, min(last, run.last if run is not None else following))
            yield first, end, run.properties if run is not None else NO_PROPERTIES
            first = end

    def places(self, pair: int, data_bytes: int = 0) -> list[int]:
        """Return the places in a structure (Plc) of places with so many bytes for each of them but the last."""
        plc = self._pair(pair)
        count = max(0, (len(plc) - 4) // (4 + data_bytes))
        return [*struct.unpack_from(f"<{count + 1}I", plc)] if len(plc) >= 4 else []

    def comment_authors(self, pair: int) -> list[str]:
        """Return the author of each comment (ATRDPre10, GrpXstAtnOwners), "" if that is not known."""
        plc, owners = self._pair(pair), self._pair(_PAIRS["owners"])
        names, place = list[str](), 0
        while place + 2 <= len(owners):
            size = 2 * int.from_bytes(owners[place : place + 2], "little")
            names.append(owners[place + 2 : place + 2 + size].decode("utf-16-le", "replace"))
            place += 2 + size
        count = max(0, (len(plc) - 4) // (4 + COMMENT_BYTES))
        begins = (4 * (count + 1) + COMMENT_BYTES * n + _OWNER_AT for n in range(count))
        found = (int.from_bytes(plc[place : place + 2], "little") for place in begins)
        return [names[owner] if owner < len(names) else "" for owner in found]

    def list_numbers(self) -> ListNumbers:
        """Return the lists by their index in the paragraphs' properties (ilfo), from 1; none if they cannot be read."""
        try:
            definitions = dict(self._read_lists())
            overrides = self._pair(_PAIRS["list_overrides"])
            count = min(struct.unpack_from("<I", overrides)[0], (len(overrides) - 4) // 16)
        except (struct.error, IndexError):
            return ListNumbers({}, {})
        lists = {str(n + 1): str(struct.unpack_from("<I", overrides, 4 + 16 * n)[0]) for n in range(count)}
        return ListNumbers(definitions, lists)

    # ---- the file information block, and the text

    def _numbers(self, place: int, form: str) -> tuple[int, ...]:
        try:
            return struct.unpack_from(form, self._stream, place)
        except struct.error as error:
            refuse_damaged(self._content, self._format, error)

    def _pair(self, index: int) -> bytes:
        """Return the part of the table stream that the header's pair `index` points at; empty if there is no such
        pair."""
        (count,) = self._numbers(_FIRST_PAIR - 2, "<H")
        if index >= count:
            return b""
        place, size = self._numbers(_FIRST_PAIR + 8 * index, "<II")
        return self._table[place : place + size]

    def _read_parts(self) -> Iterator[tuple[str, range]]:
        first = 0
        for name, count in zip(_COUNTS, self._numbers(_FIRST_COUNT, "<8i"), strict=True):
            if not name:
                continue
            if count < 0:
                refuse_damaged(self._content, self._format)
            yield name, range(first, first + count)
            first += count
            refuse_over(MAX_CHARACTERS, first, "characters", self._content)

    def _read_pieces(self) -> Iterator[_Piece]:
        """Yield the pieces of the piece table (2.4.1), which stands behind any properties of pieces."""
        clx = self._pair(_PAIRS["pieces"])
        place = 0
        while clx[place : place + 1] == b"\1":
            place += 3 + int.from_bytes(clx[place + 1 : place + 3], "little")
        table = clx[place + 5 : place + 5 + int.from_bytes(clx[place + 1 : place + 5], "little")]
        count = (len(table) - 4) // 12
        if clx[place : place + 1] != b"\2" or count < 1:
            refuse_damaged(self._content, self._format)
        refuse_over(MAX_PIECES, count, "streams", self._content)
        edges = struct.unpack_from(f"<{count + 1}I", table)
        end = max(part.stop for part in self.parts.values()) + 1  # behind all parts there may be one more mark
        for number, (first, last) in enumerate(pairwise(edges)):
            (packed,) = struct.unpack_from("<I", table, 4 * (count + 1) + 8 * number + 2)
            compressed = packed & 0x4000_0000
            place = (packed & 0x3FFF_FFFF) // (2 if compressed else 1)
            if edges[0] or last < first or first > end:
                refuse_damaged(self._content, self._format)
            yield _Piece(first, min(last, end), place, 1 if compressed else 2)

    def _read_text(self, piece: _Piece) -> str:
        """Read a character for each place, half of one if it takes two; those that are missing are spaces."""
        count = piece.last - piece.first
        data = self._stream[piece.place : piece.place + count * piece.width]
        if piece.width == 1:
            return data.decode("cp1252", "replace").ljust(count)
        units = struct.unpack(f"<{len(data) // 2}H", data[: len(data) // 2 * 2])
        return "".join(map(chr, units)).ljust(count)

    # ---- properties

    def _properties(self, name: str, read: _Reader) -> list[_Run]:
        """Return all runs with properties, by their places in the text (PlcBte, and the pages that it names)."""
        plc = self._pair(_PAIRS[name])
        count = max(0, (len(plc) - 4) // 8)
        most = min(count, len(self._stream) // _PAGE + 1)  # the pages of the stream, each once
        pages = dict.fromkeys(struct.unpack_from(f"<{most}I", plc, 4 * (count + 1)) if count else ())
        found: list[tuple[int, int, Properties]] = []
        for page in pages:
            start = (page & 0x3F_FFFF) * _PAGE
            found += read(self._stream[start : start + _PAGE])
        found.sort(key=lambda each: each[:2])
        starts = [each[0] for each in found]
        runs: list[_Run] = []
        for piece in self._pieces:
            end = piece.place + (piece.last - piece.first) * piece.width
            index = max(0, bisect_right(starts, piece.place) - 1)
            while index < len(found) and found[index][0] < end:
                first, last, properties = found[index]
                at = piece.first + (max(first, piece.place) - piece.place) // piece.width
                to = piece.first + (min(last, end) - piece.place) // piece.width
                if at < to:
                    runs.append(_Run(at, to, properties))
                index += 1
        return runs

    def _papx(self, page: bytes) -> Iterator[tuple[int, int, Properties]]:
        for first, last, place in _entries(page, 13):
            words = _byte(page, place)
            begins = place + 1 if words else place + 2
            data = page[begins : place + 2 * words] if words else page[begins : begins + 2 * _byte(page, place + 1)]
            operands = dict(_operands(data[2:]))
            if huge := operands.get(_HUGE_PROPERTIES):
                at = int.from_bytes(huge, "little")
                size = int.from_bytes(self._data[at : at + 2], "little")
                operands = dict(_operands(self._data[at + 2 : at + 2 + size])) | operands
            yield first, last, Properties(int.from_bytes(data[:2], "little"), operands)

    def _read_lists(self) -> Iterator[tuple[str, dict[int, ListLevel]]]:
        """Yield the definitions of lists by their identifiers; their levels follow behind the structure (2.9.150)."""
        (count,) = self._numbers(_FIRST_PAIR - 2, "<H")
        if count <= _PAIRS["lists"]:
            return
        place, size = self._numbers(_FIRST_PAIR + 8 * _PAIRS["lists"], "<II")
        if not size:
            return
        (lists,) = struct.unpack_from("<H", self._table, place)
        level_at = place + size
        for number in range(min(lists, _MAX_LISTS)):
            id, simple = struct.unpack_from("<I22xB", self._table, place + 2 + 28 * number)
            levels = {}
            for level in range(1 if simple & 1 else LEVELS):
                levels[level], level_at = self._read_level(level_at)
            yield str(id), levels

    def _read_level(self, place: int) -> tuple[ListLevel, int]:
        """Return a level (2.9.149), and where the next one begins."""
        start, kind, run_bytes, paragraph_bytes = struct.unpack_from("<IB19xBB", self._table, place)
        place += 28 + run_bytes + paragraph_bytes
        (count,) = struct.unpack_from("<H", self._table, place)
        units = struct.unpack_from(f"<{min(count, 255)}H", self._table, place + 2)
        text = "".join(f"%{unit + 1}" if unit < LEVELS else chr(unit) for unit in units if unit < 0xD800)
        name = {_BULLET: "bullet", _NONE: "none"}.get(kind, _KINDS.get(kind, "decimal"))
        return ListLevel(name, min(start, 999_999), text), place + 2 + 2 * count


def _chpx(page: bytes) -> Iterator[tuple[int, int, Properties]]:
    for first, last, place in _entries(page, 1):
        data = page[place + 1 : place + 1 + _byte(page, place)] if place else b""
        yield first, last, Properties(0, dict(_operands(data)))


def _entries(page: bytes, width: int) -> Iterator[tuple[int, int, int]]:
    """Yield the entries in a page of properties (2.9.33, 2.9.175): the range of the stream where each holds, and its
    place in the page."""
    if len(page) < _PAGE:
        return
    count = page[-1]
    if 4 * (count + 1) + width * count > _PAGE:
        return
    edges = struct.unpack_from(f"<{count + 1}I", page)
    for number, (first, last) in enumerate(pairwise(edges)):
        if first < last:
            yield first, last, 2 * page[4 * (count + 1) + width * number]


def _operands(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the codes of properties and their operands (2.2.5.1, 2.6)."""
    return islice(_all_operands(data), _MAX_PROPERTIES)


def _all_operands(data: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + 2 <= len(data):
        code = int.from_bytes(data[place : place + 2], "little")
        place += 2
        if code >> 13 != 6:
            size = _OPERAND_BYTES[code >> 13]
        elif code == _TABLE_DEFINITION:
            size = int.from_bytes(data[place : place + 2], "little") + 1
        elif code == _TABS and _byte(data, place) == 255:
            return  # as long as its contents say, and nothing behind it is of use here
        else:
            size = _byte(data, place) + 1
        yield code, data[place : place + size]
        place += size


def _byte(data: bytes, place: int) -> int:
    return data[place] if place < len(data) else 0


def _at(runs: list[_Run], place: int) -> _Run | None:
    index = bisect_right(runs, place, key=lambda each: each.first) - 1
    return runs[index] if index >= 0 and place < runs[index].last else None

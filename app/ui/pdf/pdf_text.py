"""Makes a PDF say the characters that were set as its text, not those that a font's table has for its glyphs.

Qt says of a glyph what the font's table has first for it. That is wrong where characters share a glyph, as 人 and the
radical U+2F08 do, or two apostrophes; and there is nothing for most joined letters, for what is beyond U+FFFF, and for
what is drawn as a picture. So it is noted what is painted where, and the glyphs of the PDF get the characters that were
painted at their place.
"""

from __future__ import annotations

import io
import math
import re
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from PySide6.QtCore import QPointF, QSizeF
from PySide6.QtGui import (
    QFont,
    QGlyphRun,
    QPagedPaintDevice,
    QPainterPath,
    QTextBlock,
    QTextDocument,
    QTextLayout,
    QTextLine,
    QTransform,
)

from app.export import files

if TYPE_CHECKING:
    from pypdf import PdfWriter

_Glyph: TypeAlias = tuple[int, float, float]
"""A glyph: its number in the font, and its place in its layout."""
_Edit: TypeAlias = tuple[int, int, bytes]
"""An edit of a stream, which gets other bytes from one place to another."""
_Place: TypeAlias = tuple[float, float, "_Cluster", int]
"""A place on the page, in dots of the device, at which a glyph of a cluster was painted."""

_PARTS = frozenset(chr(code).encode("utf-16-le") for code in (0x200C, 0x200D, *range(0xFE00, 0xFE10)))
"""Joiners and selectors of variants, in UTF-16: they are parts of the character before, even where a font has glyphs
for them."""
_OBJECT = "\ufffc"
_RETRIEVED = QTextLayout.GlyphRunRetrievalFlag.RetrieveGlyphIndexes | (
    QTextLayout.GlyphRunRetrievalFlag.RetrieveGlyphPositions
)
_RETRIEVED_WITH_INDEXES = _RETRIEVED | QTextLayout.GlyphRunRetrievalFlag.RetrieveStringIndexes
_EM = 1000
"""The parts of its size in which a font measures widths."""
_FILLED, _FILLED_WITH_RIM, _UNSEEN = 0, 2, 3
"""The numbers by which a PDF names the ways in which it renders text."""
_MOST_NEAR = 8
_LAST_CODE = 0xFFFF
_LARGEST_BLOCK = 100
"""The most lines of a block of a character map."""

_NUMBER = rb"[-+.\d]+\s+"
_OPERATOR = re.compile(
    rb"(?<!\S)(?:(?P<step>(?:%b){2})Td\s+(?P<shown><(?P<code>[0-9A-Fa-f]{4})>\s+Tj)|(?P<save>q)|(?P<restore>Q)"
    rb"|(?P<matrix>(?:%b){6})cm|(?P<begin>BT)|(?P<end>ET)|(?P<font>/\S+)\s+(?P<size>%b)Tf|(?P<place>(?:%b){6})Tm"
    rb"|(?P<again>/Span\s+<<\s*/ActualText\s*<>\s*>>\s+BDC\s+(?P<first>%b).*?EMC))(?!\S)"
    % (_NUMBER, _NUMBER, _NUMBER, _NUMBER, _NUMBER),
    re.DOTALL,
)
"""The operators that place and show text, as Qt writes them: each glyph has a code and a step of its own. `again` shows
the same glyphs once more, a little beside, which makes letters bold whose font is not."""
_RANGE = re.compile(rb"<([0-9A-Fa-f]{4})>\s+<[0-9A-Fa-f]{4}>\s+(?:\[([^\]]*)\]|<([0-9A-Fa-f]+)>)")
_HEX = re.compile(rb"<([0-9A-Fa-f]+)>")


@dataclass(eq=False, slots=True)
class _Cluster:
    """Characters that share their glyphs: joined letters, or a letter with its accents. Mostly, a cluster has one
    character."""

    text: str
    start: int
    glyphs: list[_Glyph]
    shown: list[_Shown] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class _Shown:
    """A glyph that a page of the PDF shows."""

    font: str
    code: int
    start: int
    end: int
    """The place in the stream up to which the glyph is shown."""
    right: float
    down: float
    """The distance of the glyph from where its item begins."""
    cluster: _Cluster | None = None
    ordinal: int = 0
    """The number of the glyph among those of its cluster."""


@dataclass(eq=False, slots=True)
class _Item:
    """The glyphs that a page shows between BT and ET."""

    start: int
    end: int
    to_page: QTransform
    """The transformation from the item's coordinates to dots of the device."""
    place: QTransform
    """The transformation from the coordinates of its glyphs to the item's."""
    size: float
    glyphs: list[_Shown]
    again: tuple[int, int] | None
    beside: float


@dataclass(frozen=True, slots=True)
class _Line:
    line: QTextLine
    units: bytes
    """The text of the layout, in UTF-16."""
    to_page: QTransform
    edge: float
    """The right edge: nothing that is painted to the right of it is on the page."""


def painted_text(device: QPagedPaintDevice) -> PaintedText | None:
    """Return what notes the text that is painted for a printer that writes a PDF into a file; None for any other."""
    from PySide6.QtPrintSupport import QPrinter  # when something is printed

    if isinstance(device, QPrinter) and device.outputFormat() == QPrinter.OutputFormat.PdfFormat:
        return PaintedText(Path(device.outputFileName()))
    return None


def line_of(text: str, font: QFont, device: QPagedPaintDevice | None = None) -> QTextLayout:
    """Lay out a line that is painted alone."""
    layout = QTextLayout(text, font, device)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return layout


class PaintedText:
    """Notes page by page what is painted, and tells it when the PDF is written. `file` is where the PDF is."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._pages: list[list[_Line]] = []
        self._layouts: list[QTextLayout] = []
        self._blocks: dict[QTextDocument, dict[int, list[tuple[QTextBlock, bytes]]]] = {}

    def begin_page(self) -> None:
        self._pages.append([])

    def add_page(self, document: QTextDocument, number: int, to_page: QTransform) -> None:
        """Note what a page of a document, counted from 0, paints on the page that was begun last. The document stays as
        it is from its first page on."""
        height, layout = document.pageSize().height(), document.documentLayout()
        if document not in self._blocks:
            self._blocks[document] = _blocks_of_pages(document)
        for block, units in self._blocks[document][number]:
            place = layout.blockBoundingRect(block).topLeft() - QPointF(0, number * height)
            self._add(units, block.layout(), place, to_page, document.pageSize())

    def add_layout(self, layout: QTextLayout, to_page: QTransform) -> None:
        self._layouts.append(layout)
        self._add(_units(layout.text()), layout, layout.position(), to_page, QSizeF(math.inf, math.inf))

    def _add(self, units: bytes, layout: QTextLayout, place: QPointF, to_page: QTransform, size: QSizeF) -> None:
        """Note the lines whose middle is on a page of this size."""
        moved = QTransform.fromTranslate(place.x(), place.y()) * to_page

        def middle(number: int) -> float:
            line = layout.lineAt(number)
            return place.y() + line.y() + line.height() / 2

        numbers = range(layout.lineCount())
        first, behind = (bisect_left(numbers, edge, key=middle) for edge in (0, size.height()))
        right = size.width() - place.x()
        self._pages[-1] += [_Line(layout.lineAt(number), units, moved, right) for number in numbers[first:behind]]

    def tell_file(self) -> None:
        """Put the text into the file. Raises AppError as `files.write_bytes` does."""
        assert self._file is not None
        files.write_bytes(self.tell(self._file.read_bytes()), self._file)

    def tell(self, pdf: bytes) -> bytes:
        """Return the PDF that Qt has written, with the text of these pages put into it."""
        from pypdf import PdfWriter  # when a file is written

        writer = PdfWriter(clone_from=io.BytesIO(pdf))
        writer.pdf_header = pdf[: len("%PDF-1.4")].decode("ascii")
        fonts: dict[str, _Font] = {}
        for page, lines in zip(writer.pages, self._pages, strict=True):
            resources: Any = page["/Resources"]
            for name in resources.get("/Font", {}):
                if name not in fonts:
                    fonts[name] = _Font(resources["/Font"][name])
            stream: Any = page["/Contents"]
            stream.set_data(_Page(stream.get_data(), lines, fonts).told())
        for each in fonts.values():
            each.write(writer)
        file = io.BytesIO()
        writer.write(file)
        return file.getvalue()


def _units(text: str) -> bytes:
    """Return a text in UTF-16, in which Qt counts the halves of a character beyond U+FFFF as two."""
    return text.encode("utf-16-le", "surrogatepass")


def _blocks_of_pages(document: QTextDocument) -> dict[int, list[tuple[QTextBlock, bytes]]]:
    """Find the blocks of each page, and their text; a block may be on several."""
    height, found = document.pageSize().height(), defaultdict[int, list[tuple[QTextBlock, bytes]]](list)
    block = document.begin()
    while block.isValid():
        place, units = document.documentLayout().blockBoundingRect(block), _units(block.text())
        for number in range(int(place.top() // height), int(place.bottom() // height) + 1):
            found[number].append((block, units))
        block = block.next()
    return found


def _clusters(line: QTextLine, units: bytes) -> list[_Cluster]:
    """Find out which characters each glyph of a line stands for."""
    runs = line.glyphRuns(-1, -1, _RETRIEVED_WITH_INDEXES)
    if runs and all(run.rawFont() == runs[0].rawFont() and not run.isRightToLeft() for run in runs):
        starts = [start for run in runs for start in run.stringIndexes()]
        if starts and starts[0] == line.textStart() and starts == sorted(starts):
            return _clusters_of_runs(runs, starts, units[: 2 * (line.textStart() + line.textLength())])
    return _clusters_of_characters(line, units)


def _clusters_of_runs(runs: Sequence[QGlyphRun], starts: Sequence[int], units: bytes) -> list[_Cluster]:
    """Tell clusters apart by the places in the text at which they start. Spaces and objects that have no glyph are not
    painted."""
    glyphs = [
        (glyph, place.x(), place.y())
        for run in runs
        for glyph, place in zip(run.glyphIndexes(), run.positions(), strict=True)
    ]
    clusters: list[_Cluster] = []
    for start, end, glyph in zip(starts, (*starts[1:], len(units) // 2), glyphs, strict=True):
        if clusters and clusters[-1].start == start:
            clusters[-1].glyphs.append(glyph)
        else:
            clusters.append(_Cluster("", start, [glyph]))
        if end != start:
            text = units[2 * start : 2 * end].decode("utf-16-le", "replace")
            clusters[-1].text = text[:1] + text[1:].replace(_OBJECT, "").rstrip()
    return clusters


def _clusters_of_characters(line: QTextLine, units: bytes) -> list[_Cluster]:
    """Ask for the glyphs of each character: of a whole line that has several fonts, or runs from the right, Qt tells
    wrongly which characters its glyphs stand for."""
    clusters: list[_Cluster] = []
    raw: list[bytes] = []
    ahead = b""
    known: set[_Glyph] = set()  # of the last cluster
    for index in range(line.textStart(), line.textStart() + line.textLength()):
        unit = units[2 * index : 2 * index + 2]
        glyphs: list[_Glyph] = []
        for run in line.glyphRuns(index, 1, _RETRIEVED):
            places = zip(run.glyphIndexes(), run.positions(), strict=True)
            glyphs += [(glyph, place.x(), place.y()) for glyph, place in places]
        if not glyphs:  # an object, a space where the line breaks, a mark that is never seen
            character = unit.decode("utf-16-le", "replace")
            if character == _OBJECT or character.isspace():
                continue
            if raw:
                raw[-1] += unit
            else:
                ahead += unit
        elif clusters and (unit in _PARTS or not known.isdisjoint(glyphs)):
            clusters[-1].glyphs += [glyph for glyph in glyphs if glyph not in known]
            known.update(glyphs)
            raw[-1] += unit
        else:
            clusters.append(_Cluster("", index, glyphs))
            raw.append(ahead + unit)
            ahead, known = b"", set(glyphs)
    for cluster, text in zip(clusters, raw, strict=True):
        cluster.text = text.decode("utf-16-le", "replace")
    return clusters


def _items(stream: bytes) -> Iterator[_Item]:
    matrix, to_page, base, saved = QTransform(), QTransform(), QTransform(), list[QTransform]()
    place, font, size, start = QTransform(), "", 0.0, 0
    right = down = beside = 0.0
    glyphs: list[_Shown] = []
    again: tuple[int, int] | None = None
    for found in _OPERATOR.finditer(stream):
        match found.lastgroup:
            case "shown":
                step_right, step_down = found["step"].split()
                right, down = right + float(step_right), down + float(step_down)
                glyphs.append(_Shown(font, int(found["code"], 16), *found.span("shown"), right, down))
            case "save":
                saved.append(matrix)
            case "restore":
                matrix = saved.pop()
            case "matrix":
                matrix = _transform(found["matrix"]) * matrix
                if base.isIdentity():  # the first is the page's: from dots of the device to points
                    base = matrix.inverted()[0]
            case "begin":
                glyphs, again, beside, start, to_page = [], None, 0.0, found.end(), matrix * base
            case "size":
                font, size = found["font"].decode("ascii"), float(found["size"])
            case "place" if not glyphs:
                place, right, down = _transform(found["place"]) * to_page, 0.0, 0.0
            case "again" if glyphs:
                again, beside = found.span(), abs(float(found["first"]) - glyphs[0].right)
            case "end" if glyphs:
                yield _Item(start, found.end(), to_page, place, size, glyphs, again, beside)


def _mapped(matrix: QTransform, x: float, y: float) -> tuple[float, float]:
    return matrix.m11() * x + matrix.m21() * y + matrix.dx(), matrix.m12() * x + matrix.m22() * y + matrix.dy()


def _transform(numbers: bytes) -> QTransform:
    return QTransform(*map(float, numbers.split()))


class _Page:
    """A page of the PDF, with what each glyph on it stands for."""

    def __init__(self, stream: bytes, lines: Sequence[_Line], fonts: dict[str, _Font]) -> None:
        self._stream, self._fonts = stream, fonts
        self._lines = [(line, _clusters(line.line, line.units)) for line in lines]
        self._line_of = {cluster: line for line, clusters in self._lines for cluster in clusters}
        self._items = list(_items(stream))
        self._match()

    def _match(self) -> None:
        """Give each glyph the cluster that has one within a dot of it."""
        places: defaultdict[tuple[int, int], list[_Place]] = defaultdict(list)
        for cluster, line in self._line_of.items():
            for ordinal, (_glyph, right, down) in enumerate(cluster.glyphs):
                x, y = _mapped(line.to_page, right, down)
                places[round(x), round(y)].append((x, y, cluster, ordinal))
        for item in self._items:
            for shown in item.glyphs:
                x, y = _mapped(item.place, shown.right, shown.down)
                if (near := _nearest(places, x, y)) is not None:
                    _x, _y, shown.cluster, shown.ordinal = near
                    shown.cluster.shown.append(shown)
        self._match_raised(places)
        for item in self._items:
            for shown in item.glyphs:
                meant = self._fonts[shown.font].meant
                if shown.cluster is not None and len(shown.cluster.shown) == 1:
                    meant[shown.code][shown.cluster.text] += 1
                elif shown.cluster is None and (texts := meant.get(shown.code)):
                    shown.cluster = _Cluster(texts.most_common(1)[0][0], 0, [], [shown])

    def _match_raised(self, places: Mapping[tuple[int, int], Sequence[_Place]]) -> None:
        """Match what is set as superscript or subscript: it is painted above or below the place that Qt names for it,
        by less than its own size."""
        columns: defaultdict[int, list[_Place]] = defaultdict(list)
        for left in places.values():
            for place in left:
                columns[round(place[0])].append(place)
        for item in self._items:
            size = item.size * item.place.m11()
            for shown in item.glyphs:
                if shown.cluster is not None:
                    continue
                x, y = _mapped(item.place, shown.right, shown.down)
                column = [place for at in (0, -1, 1) for place in columns.get(round(x) + at, ())]
                near = min(column, key=lambda place: abs(place[1] - y), default=None)
                if near is not None and abs(near[1] - y) < size and not near[2].shown:
                    _x, _y, shown.cluster, shown.ordinal = near
                    shown.cluster.shown.append(shown)

    def told(self) -> bytes:
        edits = [edit for item in self._items for edit in self._said(item)]
        if self._items:
            edits += self._unseen()
        parts, done = list[bytes](), 0
        for start, end, words in sorted(edits, key=lambda edit: edit[:2]):
            parts += (self._stream[done:start], words)
            done = end
        return b"".join((*parts, self._stream[done:]))

    def _said(self, item: _Item) -> Iterator[_Edit]:
        """Yield the edits that give each glyph of an item a code that says its text."""
        if item.again is not None:  # it would be read once more, too
            yield item.start, item.start, b" %d Tr %.5f w" % (_FILLED_WITH_RIM, item.beside)
            yield *item.again, b""
        for shown in item.glyphs:
            cluster = shown.cluster
            if cluster is None or shown is not cluster.shown[0]:
                continue
            from_right = len(cluster.text) > 1 and _is_from_right(cluster.text)
            if len(cluster.shown) > 1 or from_right:
                yield from self._gathered(cluster, item, list(cluster.text) if from_right else [cluster.text])
            elif (code := self._fonts[shown.font].code(shown.code, cluster.text)) != shown.code:
                yield shown.start, shown.end, _show(code)

    def _gathered(self, cluster: _Cluster, item: _Item, pieces: Sequence[str]) -> Iterator[_Edit]:
        """Yield the edits for several glyphs that say one text. The leftmost glyph that takes room says the last piece
        of it, over the room that the glyphs have together; the others become outlines, which say nothing. Characters
        that are read from the right are pieces each, from right to left in that room: if one glyph says several, some
        readers turn the order round, and others do not."""
        widths = {each: self._fonts[each.font].width(each.code) for each in cluster.shown}
        base = min(cluster.shown, key=lambda each: (not widths[each], each.right))
        edge = max(each.right + width * item.size / _EM for each, width in widths.items())
        font, step = self._fonts[base.font], (edge - base.right) / len(pieces)
        width = round(_EM * step / item.size)
        words, at = list[bytes](), base.right
        for ahead, piece in zip(range(len(pieces) - 1, 0, -1), pieces, strict=False):
            to = base.right + ahead * step
            words.append(b"%d Tr %.5f 0 Td %s" % (_UNSEEN, to - at, _show(font.code(base.code, piece, width))))
            at = to
        mode = _FILLED if item.again is None else _FILLED_WITH_RIM
        words.append(b"%d Tr %.5f 0 Td %s" % (mode, base.right - at, _show(font.code(base.code, pieces[-1], width))))
        yield base.start, base.end, b" ".join(words)
        others = [shown for shown in cluster.shown if shown is not base]
        for shown in others:
            yield shown.start, shown.end, b""
        if others:
            yield item.end, item.end, self._outlines(cluster, [shown.ordinal for shown in others], item)

    def _outlines(self, cluster: _Cluster, ordinals: Collection[int], item: _Item) -> bytes:
        line = self._line_of[cluster]
        to_item = line.to_page * item.to_page.inverted()[0]
        units = len(_units(cluster.text)) // 2
        wanted = {cluster.glyphs[ordinal] for ordinal in ordinals}
        words: list[bytes] = []
        for run in line.line.glyphRuns(cluster.start, units, _RETRIEVED):
            for glyph, place in zip(run.glyphIndexes(), run.positions(), strict=True):
                if (glyph, place.x(), place.y()) in wanted:
                    moved = _matrix(QTransform.fromTranslate(place.x(), place.y()) * to_item)
                    words.append(b" q %s cm %s Q" % (moved, _drawn(run.rawFont().pathForGlyph(glyph))))
        return b"".join(words).replace(b" f Q", b" f Q" if item.again is None else b" B Q")

    def _unseen(self) -> Iterator[_Edit]:
        """Write unseen text where characters are drawn as pictures or outlines, as coloured emoji are."""
        item_of = {shown: item for item in self._items for shown in item.glyphs}
        for line, clusters in self._lines:
            item = next((item_of[cluster.shown[0]] for cluster in clusters if cluster.shown), self._items[-1])
            for cluster in clusters:
                if cluster.shown:
                    item = item_of[cluster.shown[-1]]
                elif not cluster.text.isspace() and cluster.glyphs[0][1] < line.edge:
                    yield item.end, item.end, self._unseen_text(line, cluster, item)

    def _unseen_text(self, line: _Line, cluster: _Cluster, item: _Item) -> bytes:
        """Return the operators that write unseen text as wide as the picture of a character."""
        name, size = item.glyphs[0].font, max(1.0, line.line.ascent())
        units = len(_units(cluster.text)) // 2
        to_x: Any = line.line.cursorToX
        left, right = (to_x(index)[0] for index in (cluster.start, cluster.start + units))
        code = self._fonts[name].code(0, cluster.text, round(_EM * abs(right - left) / size))
        _glyph, x, y = cluster.glyphs[0]
        place = _matrix(QTransform(1, 0, 0, -1, x, y) * line.to_page * item.to_page.inverted()[0])
        return b" q BT %d Tr %s %.5f Tf %s Tm %s ET Q" % (_UNSEEN, name.encode("ascii"), size, place, _show(code))


def _matrix(matrix: QTransform) -> bytes:
    numbers = matrix.m11(), matrix.m12(), matrix.m21(), matrix.m22(), matrix.dx(), matrix.dy()
    return b"%.5f %.5f %.5f %.5f %.5f %.5f" % numbers


def _nearest(places: dict[tuple[int, int], list[_Place]], x: float, y: float) -> _Place | None:
    """Take out a glyph that is within a dot of here."""
    column, row = round(x), round(y)
    for down in (0, -1, 1):
        for right in (0, -1, 1):
            cell = column + right, row + down
            if cell in places:
                near = places[cell][:_MOST_NEAR]
                if near:
                    return places[cell].pop(min(range(len(near)), key=lambda index: abs(near[index][0] - x)))
    return None


def _is_from_right(text: str) -> bool:
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)


def _show(code: int) -> bytes:
    return b"<%04X> Tj" % code


def _hex(text: str) -> bytes:
    return text.encode("utf-16-be", "replace").hex().upper().encode("ascii")


def _drawn(path: QPainterPath) -> bytes:
    """Write the operators that fill a path."""
    kinds = QPainterPath.ElementType
    words: list[str] = []
    curved = 0
    for element in map(path.elementAt, range(path.elementCount())):
        words.append(f"{element.x:.2f} {element.y:.2f}")
        match element.type:
            case kinds.MoveToElement:
                words.append("m")
            case kinds.LineToElement:
                words.append("l")
            case kinds.CurveToElement:
                curved = 0
            case kinds.CurveToDataElement:
                curved += 1
                words += ["c"] * (curved == 2)
    return " ".join((*words, "f")).encode("ascii")


class _Font:
    """A font, in which codes are the numbers of its glyphs; glyphs that say several things get more codes."""

    def __init__(self, font: Any) -> None:
        self._map: Any = font["/ToUnicode"]
        self._glyphs: Any = font["/DescendantFonts"][0].get_object()
        self._says = _read_map(self._map.get_data())
        self._new: dict[tuple[int, str, int | None], int] = {}
        self._widths = _read_widths(self._glyphs.get("/W", ()))
        glyphs = self._glyphs["/FontDescriptor"].get("/CIDSet")  # a bit for each
        self._first_new = max((-1, *self._says, *self._widths)) + 1
        if glyphs is not None:
            self._first_new = max(self._first_new, 8 * len(glyphs.get_object().get_data()))
        self.meant: defaultdict[int, Counter[str]] = defaultdict(Counter)
        """The number of times that a glyph alone stands for a text. Glyphs that nobody noted mean the same: the heads
        of a table that Qt repeats on each page, and the numbers of a list."""

    def width(self, glyph: int) -> float:
        """Return the width of a glyph, in thousandths of the size."""
        return self._widths.get(glyph, float(self._glyphs.get("/DW", _EM)))

    def code(self, glyph: int, text: str, width: int | None = None) -> int:
        """Find the code for a glyph that says this. `width` is in thousandths of the size, instead of the glyph's."""
        if width is None and self._says.get(glyph) == text:
            return glyph
        if self._first_new + len(self._new) > _LAST_CODE:
            return glyph
        return self._new.setdefault((glyph, text, width), self._first_new + len(self._new))

    def write(self, writer: PdfWriter) -> None:
        if not self._new:
            return
        from pypdf.generic import ArrayObject, FloatObject, NameObject, NumberObject, StreamObject

        lines = [b"<%04X> <%s>" % (code, _hex(text)) for (_glyph, text, _width), code in self._new.items()]
        blocks = [lines[start : start + _LARGEST_BLOCK] for start in range(0, len(lines), _LARGEST_BLOCK)]
        added = b"".join(b"%d beginbfchar\n%s\nendbfchar\n" % (len(block), b"\n".join(block)) for block in blocks)
        self._map.set_data(self._map.get_data().replace(b"endcmap", added + b"endcmap"))
        numbers = [*range(self._first_new), *(glyph for glyph, _text, _width in self._new)]
        glyphs = StreamObject()
        glyphs.set_data(b"".join(number.to_bytes(2, "big") for number in numbers))
        self._glyphs[NameObject("/CIDToGIDMap")] = writer._add_object(glyphs.flate_encode())
        widths = [self.width(glyph) if width is None else width for glyph, _text, width in self._new]
        more = NumberObject(self._first_new), ArrayObject(map(FloatObject, widths))
        self._glyphs.setdefault(NameObject("/W"), ArrayObject()).extend(more)
        self._glyphs["/FontDescriptor"].pop("/CIDSet", None)  # it would have to name the new codes


def _read_map(words: bytes) -> dict[int, str]:
    """Read a character map of Qt."""
    says: dict[int, str] = {}
    for first, several, one in _RANGE.findall(words.partition(b"endcodespacerange")[2]):
        texts = _HEX.findall(several) or [one]
        says |= {int(first, 16) + step: _text(text) for step, text in enumerate(texts)}
    return says


def _text(digits: bytes) -> str:
    return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be", "replace")


def _read_widths(array: Sequence[Any]) -> dict[int, float]:
    """Read the widths of codes: several follow the first code, or one follows the first and the last code."""
    widths: dict[int, float] = {}
    parts = iter(array)
    for first in parts:
        second = next(parts)
        if isinstance(second, Sequence):
            widths |= {first + step: float(width) for step, width in enumerate(second)}
        else:
            widths |= dict.fromkeys(range(first, second + 1), float(next(parts)))
    return widths

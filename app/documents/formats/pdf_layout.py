"""Where the lines of a PDF page stand, and in what order a person reads them."""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from statistics import median

import msgspec
import pypdfium2
import pypdfium2.raw as pdfium

from app.documents.formats.pdf_columns import Gutter, Piece, beside_text, find_gutters, in_parts, in_reading_order
from app.documents.formats.pdf_lines import SOFT_HYPHEN, WIDE
from app.documents.formats.pdf_rules import Box, merge
from app.documents.formats.pdf_stand_ins import StandIns, TableRanges
from app.documents.formats.pdf_tables import find_aligned, find_ruled

NO_CHARACTER = "\0"
"""Stands where PDFium counts a character that is none."""

_LINE = re.compile(f"[^\r\n{SOFT_HYPHEN}]*(?:{SOFT_HYPHEN}|\r\n?|\n|$)")
_BLANK = re.compile(rf"[\s{NO_CHARACTER}]+")
_WORD = re.compile(rf"[^\s{NO_CHARACTER}]+")
_ANGLE_SAMPLES = 5
_MIN_ORDERED_LINES = 3
_MAX_LINE_DISTANCE = 2.5  # times a line's height
_MAX_STEP = 1.45  # times the usual distance of a page's lines
_SAME_LINE = 0.5  # times a line's height
_GAP = f" {NO_CHARACTER}"
_SPACE_IN_WORD = 0.3  # times a line's height: what stands farther apart is two words
_MIN_TABLE_LINES = 2
_TYPED_SAMPLES = 5  # characters that are looked at
_MIN_TYPED_SAMPLES = 3
_SAME_WIDTH = 0.02
_SPACE = 0.1  # likewise: the least that a person sees as one
_MAX_RECTANGLES = 20_000  # what has more is a drawing made of letters


class Layout(msgspec.Struct, frozen=True):
    """A page's lines in reading order. `pieces` say where they stand, and are empty where that cannot be told.

    `starts` are the lines that do not stand right below the one before them, `rows` those that are rows of a table;
    `tables` say where their characters are, `inner` where the lines within them stand.
    """

    lines: tuple[str, ...]
    pieces: tuple[Piece, ...] = ()
    starts: frozenset[int] = frozenset()
    in_columns: bool = False
    rows: frozenset[int] = frozenset()
    tables: tuple[TableRanges, ...] = ()
    inner: tuple[float, ...] = ()
    bottom: float = 0.0
    top: float = 0.0


def lay_out(textpage: pypdfium2.PdfTextPage, characters: str, page_box: Box, rules: Sequence[Box] = ()) -> Layout:
    """`characters` has one character for each that PDFium counts. Its order is that of the page's stream, and stays,
    unless the page has columns that the stream runs across, or runs against the direction of reading, or tables.
    """
    finder = _Finder(textpage, characters)
    pieces = list(finder.find_lines())
    if any(piece is None for piece in pieces):
        return Layout(tuple(finder.texts))
    placed = [piece for piece in pieces if piece is not None]
    _, bottom, _, top = finder.turn(*page_box)
    lying, standing = merge(finder.turn(*rule) for rule in rules)
    tables = StandIns(finder, _rejoined)
    if standing and len(placed) > 1:
        placed = tables.put(placed, find_ruled(placed, lying, standing, finder))
    shown = list(finder.rectangles()) if len(placed) >= _MIN_TABLE_LINES else []
    outside = tables.outside(shown)
    gutters = find_gutters(outside) if len(placed) >= 2 * _MIN_ORDERED_LINES else []
    in_columns = False
    if gutters:
        split = [part for piece in placed for part in finder.split(piece, gutters)]
        ordered, in_columns = in_reading_order(split, gutters, len(split) - len(placed))
        if in_columns:
            placed = ordered
    parts = (in_parts if in_columns else beside_text)(placed, gutters) if gutters else [placed]
    for part in parts:
        plain = [piece for piece in part if not tables.is_stand_in(piece)]
        placed = tables.put(placed, list(find_aligned(plain, outside, lying, finder)))
    if not in_columns and _run_upwards(placed):
        placed.sort(key=lambda piece: (-piece.baseline, piece.left))
    return _layout(placed, tables, in_columns, bottom, top)


def _layout(pieces: list[Piece], tables: StandIns, in_columns: bool, bottom: float, top: float) -> Layout:
    whole: list[Piece] = []
    rows: set[int] = set()
    for stands_in, run in groupby(pieces, tables.is_stand_in):
        if not stands_in:
            whole += _rejoined(list(run))
            continue
        for row in (row for piece in run for row in tables.rows_of(piece)):
            rows.add(len(whole))
            whole.append(row)
    lines = tuple(piece.text for piece in whole)
    starts = _starts(whole, in_columns)
    return Layout(
        lines, tuple(whole), starts, in_columns, frozenset(rows), tables.ranges(), tables.baselines(), bottom, top
    )


def _rejoined(pieces: list[Piece]) -> list[Piece]:
    """PDFium ends a line at a raised number; what stands right behind it is the same line."""
    lines: list[Piece] = []
    for piece in pieces:
        before = lines[-1] if lines else None
        if (
            before
            and not before.text.endswith(SOFT_HYPHEN)
            and abs(before.baseline - piece.baseline) <= _SAME_LINE * max(before.height, piece.height)
            and -1.0 <= piece.left - before.right <= max(before.height, piece.height)
        ):
            larger = max(before, piece, key=lambda each: each.height)
            space = " " if piece.left - before.right > _SPACE * piece.height else ""
            lines[-1] = Piece(
                f"{before.text}{space}{piece.text}",
                before.left,
                piece.right,
                larger.baseline,
                larger.height,
                before.begin,
                piece.end,
            )
        else:
            lines.append(piece)
    return lines


def _starts(pieces: list[Piece], in_columns: bool) -> frozenset[int]:
    """A line that is followed at more than the usual distance, or from above, ends a paragraph."""
    steps = [before.baseline - piece.baseline for before, piece in pairwise(pieces)]
    down = [step for step in steps if step > 0]
    usual = median(down) if len(down) >= _MIN_ORDERED_LINES else math.inf
    return frozenset(
        index
        for index, (step, piece) in enumerate(zip(steps, pieces[1:], strict=True), 1)
        if step > min(_MAX_LINE_DISTANCE * piece.height, _MAX_STEP * usual)
        or (step < -_SAME_LINE * piece.height and not in_columns)
    )


def _run_upwards(pieces: list[Piece]) -> bool:
    steps = [after.baseline - before.baseline for before, after in pairwise(pieces)]
    up = sum(step > 0.5 for step in steps)
    return len(pieces) >= _MIN_ORDERED_LINES and up > 0.8 * len(steps)


class _Finder:
    """Boxes are turned so that the text runs from left to right, however it stands on the page."""

    def __init__(self, textpage: pypdfium2.PdfTextPage, characters: str) -> None:
        self.texts: list[str] = []
        self._raw = textpage.raw
        self._characters = characters
        self._box = pdfium.FS_RECTF()
        self._box_ref = ctypes.byref(self._box)
        self._turns = self._find_turns()

    def _find_turns(self) -> int:
        """By how many quarters of a circle most of the text is turned, with the clock."""
        count = len(self._characters)
        turns: Counter[int] = Counter()
        for index in range(0, count, max(1, count // _ANGLE_SAMPLES)):
            angle = pdfium.FPDFText_GetCharAngle(self._raw, index)
            turns[round(angle / (math.pi / 2)) % 4 if angle >= 0 else 0] += 1
        return turns.most_common(1)[0][0] if turns else 0

    def find_lines(self) -> Iterator[Piece | None]:
        """Every line that is not blank; None for one whose place PDFium does not know."""
        for match in _LINE.finditer(self._characters):
            begin, end = match.span()
            if text := _plain(match.group()):
                self.texts.append(text)
                yield self._piece(text, begin, end)

    def _piece(self, text: str, begin: int, end: int) -> Piece | None:
        while begin < end and _BLANK.match(self._characters[begin]):
            begin += 1
        while end > begin and _BLANK.match(self._characters[end - 1]):
            end -= 1
        first = self._box_of(begin)
        last = self._box_of(end - 1) or self._box_of(end - 2)
        if first is None or last is None:
            return None
        left, right = min(first[0], last[0]), max(first[2], last[2])
        return Piece(text, left, right, first[1], first[3] - first[1], begin, end)

    def words(self, piece: Piece) -> list[Piece]:
        """The words of a line; in scripts without spaces, what stands apart is two."""
        words: list[Piece] = []
        for match in _WORD.finditer(self._characters, piece.begin, piece.end):
            begin, end = match.span()
            text = match.group()
            if text.isascii() or not WIDE.search(text):
                words.append(self._word(piece, begin, end))
                continue
            start, reach = begin, None
            for index in range(begin, end):
                box = self._box_of(index)
                if box and reach and box[0] - reach > _SPACE_IN_WORD * (box[3] - box[1]):
                    words.append(self._word(piece, start, index))
                    start = index
                reach = box[2] if box else reach
            words.append(self._word(piece, start, end))
        return words

    def _word(self, piece: Piece, begin: int, end: int) -> Piece:
        """Where PDFium does not know its place, it stands where its line does."""
        first, last = self._box_of(begin), self._box_of(end - 1)
        if first is None or last is None or first[3] <= first[1]:
            first = last = (piece.left, piece.baseline, piece.left, piece.baseline + piece.height)
        left, right = min(first[0], last[0]), max(first[2], last[2])
        return Piece(self._characters[begin:end], left, right, first[1], first[3] - first[1], begin, end)

    def is_typed(self, piece: Piece) -> bool | None:
        """Whether its letters are equally wide, as those of code; None where there are too few of them."""
        seen: set[str] = set()
        width = 0.0
        for index in range(piece.begin, piece.end):
            character = self._characters[index]
            if character in seen or not (character.isascii() and character.isalpha()):
                continue
            if box := self._box_of(index):
                if seen and abs(box[2] - box[0] - width) > _SAME_WIDTH * width:
                    return False
                width = box[2] - box[0]
                seen.add(character)
                if len(seen) == _TYPED_SAMPLES:
                    break
        return True if len(seen) >= _MIN_TYPED_SAMPLES else None

    def joined(self, words: Sequence[Piece]) -> list[Piece]:
        """Words that follow one another in a line made one piece again."""
        runs: list[tuple[int, int]] = []
        for word in words:
            if runs and runs[-1][1] <= word.begin and not self._characters[runs[-1][1] : word.begin].strip(_GAP):
                runs[-1] = (runs[-1][0], word.end)
            else:
                runs.append((word.begin, word.end))
        pieces = [self._piece(_plain(self._characters[begin:end]), begin, end) for begin, end in runs]
        return [piece for piece in pieces if piece is not None]

    def split(self, piece: Piece, gutters: list[Gutter]) -> list[Piece]:
        """A line in the parts that gutters part it into; what stands in a gutter joins its sides. A table is one."""
        crossed = [gutter for gutter in gutters if piece.left < gutter.middle < piece.right]
        if not crossed or piece.begin == piece.end:
            return [piece]
        cuts = []
        before: Box | None = None
        for index in range(piece.begin, piece.end):
            if _BLANK.match(self._characters[index]) or (box := self._box_of(index)) is None:
                continue
            if before and any(_parts(gutter, before, box) for gutter in crossed):
                cuts.append(index)
            before = box
        ends = [piece.begin, *cuts, piece.end]
        parts = [
            self._piece(text, begin, end)
            for begin, end in pairwise(ends)
            if (text := _plain(self._characters[begin:end]))
        ]
        return [part for part in parts if part is not None] if all(parts) else [piece]

    def rectangles(self) -> Iterator[tuple[float, float, float, float]]:
        """Left, bottom, right and top of what the page's stream shows at a time."""
        count = min(pdfium.FPDFText_CountRects(self._raw, 0, -1), _MAX_RECTANGLES)
        edges = [ctypes.c_double() for _ in range(4)]
        left, top, right, bottom = edges
        references = [ctypes.byref(edge) for edge in edges]
        for index in range(count):
            pdfium.FPDFText_GetRect(self._raw, index, *references)
            yield self.turn(left.value, bottom.value, right.value, top.value)

    def _box_of(self, index: int) -> Box | None:
        box = self._box
        if index < 0 or not pdfium.FPDFText_GetLooseCharBox(self._raw, index, self._box_ref):
            return None
        return self.turn(box.left, box.bottom, box.right, box.top)

    def turn(self, left: float, bottom: float, right: float, top: float) -> Box:
        if self._turns == 1:
            return -top, left, -bottom, right
        if self._turns == 2:
            return -right, -top, -left, -bottom
        if self._turns == 3:
            return bottom, -right, top, -left
        return left, bottom, right, top


def _parts(gutter: Gutter, before: Box, after: Box) -> bool:
    """Whether it lies between two characters, whichever of them comes first: upside down the right one may."""
    left, right = (before, after) if before[2] <= after[0] else (after, before)
    return left[2] <= gutter.middle <= right[0] and right[0] - left[2] >= gutter.least


def _plain(characters: str) -> str:
    """Where wide characters are of 16 bits, the two halves of one come one after the other."""
    text = characters.replace(NO_CHARACTER, "").strip()
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

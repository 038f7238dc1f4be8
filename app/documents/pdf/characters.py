"""Finds the places of a PDF page's characters, and the lines and words that they make."""

from __future__ import annotations

import ctypes
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

import pypdfium2
import pypdfium2.raw as pdfium

from app.documents.formats.contract import MAX_CHARACTERS
from app.documents.pdf.columns import Gutter, LinePiece
from app.documents.pdf.hyphenation import SOFT_HYPHEN
from app.documents.pdf.paragraphs import WIDE
from app.documents.pdf.rulings import Box

NO_CHARACTER = "\0"
"""The sign that replaces what PDFium counts as a character, though it is none."""

_LINE = re.compile(f"[^\r\n{SOFT_HYPHEN}]*(?:{SOFT_HYPHEN}|\r\n?|\n|$)")
_BLANK = re.compile(rf"[\s{NO_CHARACTER}]+")
_WORD = re.compile(rf"[^\s{NO_CHARACTER}]+")
_ANGLE_SAMPLES = 5
_GAP = f" {NO_CHARACTER}"
_SPACE_IN_WORD = 0.3  # times a line's height: a wider gap divides two words
_TYPED_SAMPLES = 5  # characters that are looked at
_MIN_TYPED_SAMPLES = 3
_SAME_WIDTH = 0.02
_FONT_NAME_BYTES = 128
_FIXED_PITCH = 1  # ISO 32000-1, table 123
_CODE_FONT = re.compile(
    rb"mono|courier|typewriter|consol|menlo|inconsolata|fira ?code|source ?code|lucida ?sans ?typ|tt\d+$|-tt",
    re.IGNORECASE,
)  # makers often leave the flag out
_MAX_RECTANGLES = 20_000  # a page with more is a drawing made of letters


class CharacterFinder:
    """The characters of a page. Boxes are turned so that the text runs from left to right."""

    def __init__(self, textpage: pypdfium2.PdfTextPage, characters: str) -> None:
        self.texts: list[str] = []
        self._raw = textpage.raw
        self._characters = characters
        self._box = pdfium.FS_RECTF()
        self._box_ref = ctypes.byref(self._box)
        self._edges = [ctypes.c_double() for _ in range(4)]
        self._edge_refs = [ctypes.byref(edge) for edge in self._edges]
        self._point = (ctypes.c_double(), ctypes.c_double())
        self._point_refs = [ctypes.byref(part) for part in self._point]
        self._matrix = pdfium.FS_MATRIX()
        self._matrix_ref = ctypes.byref(self._matrix)
        self._rectangles: dict[int, list[Box]] = {}  # of pieces, by their begin
        self._rectangle_count = 0
        self.turns = self._find_turns()

    def _find_turns(self) -> int:
        """Find how many quarter turns, clockwise, most of the text is turned."""
        count = len(self._characters)
        turns: Counter[int] = Counter()
        for index in range(0, count, max(1, count // _ANGLE_SAMPLES)):
            angle = pdfium.FPDFText_GetCharAngle(self._raw, index)
            turns[round(angle / (math.pi / 2)) % 4 if angle >= 0 else 0] += 1
        return turns.most_common(1)[0][0] if turns else 0

    def find_lines(self) -> Iterator[LinePiece | None]:
        """Find every line that is not blank; yields None for one whose place PDFium does not know."""
        for match in _LINE.finditer(self._characters):
            begin, end = match.span()
            if text := plain(match.group()):
                self.texts.append(text)
                yield self._piece(text, begin, end)

    def _piece(self, text: str, begin: int, end: int) -> LinePiece | None:
        while begin < end and _BLANK.match(self._characters[begin]):
            begin += 1
        while end > begin and _BLANK.match(self._characters[end - 1]):
            end -= 1
        first = self.box_of(begin)
        last = self.box_of(end - 1) or self.box_of(end - 2)
        if first is None or last is None:
            return None
        left, right = min(first[0], last[0]), max(first[2], last[2])
        return LinePiece(text, left, right, first[1], first[3] - first[1], begin, end)

    def words(self, piece: LinePiece) -> list[LinePiece]:
        """Return the words of a line; in scripts without spaces, a gap divides two."""
        words: list[LinePiece] = []
        for match in _WORD.finditer(self._characters, piece.begin, piece.end):
            begin, end = match.span()
            text = match.group()
            if text.isascii() or not WIDE.search(text):
                words.append(self._word(piece, begin, end))
                continue
            start, reach = begin, None
            for index in range(begin, end):
                box = self.box_of(index)
                if box and reach and box[0] - reach > _SPACE_IN_WORD * (box[3] - box[1]):
                    words.append(self._word(piece, start, index))
                    start = index
                reach = box[2] if box else reach
            words.append(self._word(piece, start, end))
        return words

    def _word(self, piece: LinePiece, begin: int, end: int) -> LinePiece:
        """Return the word with its place, or its line's if PDFium does not know it."""
        first, last = self.box_of(begin), self.box_of(end - 1)
        if first is None or last is None or first[3] <= first[1]:
            first = last = (piece.left, piece.baseline, piece.left, piece.baseline + piece.height)
        left, right = min(first[0], last[0]), max(first[2], last[2])
        return LinePiece(self._characters[begin:end], left, right, first[1], first[3] - first[1], begin, end)

    def is_typed(self, piece: LinePiece) -> bool | None:
        """Return whether its letters are equally wide, like those of code; None if they are too few."""
        seen: set[str] = set()
        width = 0.0
        for index in range(piece.begin, piece.end):
            character = self._characters[index]
            if character in seen or not (character.isascii() and character.isalpha()):
                continue
            if box := self.box_of(index):
                if seen and abs(box[2] - box[0] - width) > _SAME_WIDTH * width:
                    return False
                width = box[2] - box[0]
                seen.add(character)
                if len(seen) == _TYPED_SAMPLES:
                    break
        return True if len(seen) >= _MIN_TYPED_SAMPLES else None

    def joined(self, words: Sequence[LinePiece]) -> list[LinePiece]:
        """Join words that follow one another in a line into one piece."""
        runs: list[tuple[int, int]] = []
        for word in words:
            if runs and runs[-1][1] <= word.begin and not self._characters[runs[-1][1] : word.begin].strip(_GAP):
                runs[-1] = (runs[-1][0], word.end)
            else:
                runs.append((word.begin, word.end))
        pieces = [self._piece(plain(self._characters[begin:end]), begin, end) for begin, end in runs]
        return [piece for piece in pieces if piece is not None]

    def parts(self, ranges: Iterable[tuple[int, int]]) -> list[LinePiece] | None:
        """Return the pieces of these characters, without blank ones; None if PDFium does not know the place of one."""
        parts = [self._piece(text, begin, end) for begin, end in ranges if (text := plain(self._characters[begin:end]))]
        known = [part for part in parts if part is not None]
        return known if len(known) == len(parts) else None

    def split(self, piece: LinePiece, gutters: list[Gutter]) -> list[LinePiece]:
        """Split a line at gutters; what is in a gutter joins its sides, and a table stays whole."""
        crossed = [gutter for gutter in gutters if piece.left < gutter.middle < piece.right]
        if not crossed or piece.begin == piece.end:
            return [piece]
        cuts = []
        before: Box | None = None
        for index in range(piece.begin, piece.end):
            if _BLANK.match(self._characters[index]) or (box := self.box_of(index)) is None:
                continue
            if before and any(_divides(gutter, before, box) for gutter in crossed):
                cuts.append(index)
            before = box
        parts = self.parts(pairwise([piece.begin, *cuts, piece.end]))
        return [piece] if parts is None else parts

    def rectangles(self, pieces: list[LinePiece]) -> list[Box]:
        """Return the boxes (left, bottom, right, top) of the pieces in which the page's stream shows them."""
        return [box for piece in pieces for box in self.rectangles_of(piece)]

    def rectangles_of(self, piece: LinePiece) -> list[Box]:
        found = self._rectangles.get(piece.begin)
        if found is None:
            count = pdfium.FPDFText_CountRects(self._raw, piece.begin, piece.end - piece.begin)
            count = min(count, _MAX_RECTANGLES - self._rectangle_count)
            self._rectangle_count += count
            left, top, right, bottom = self._edges
            raw, references, read = self._raw, self._edge_refs, pdfium.FPDFText_GetRect
            found = self._rectangles[piece.begin] = []
            for index in range(count):
                read(raw, index, *references)
                box = left.value, bottom.value, right.value, top.value
                found.append(self.turn(*box) if self.turns else box)
        return found

    def characters(self, begin: int, end: int) -> str:
        return self._characters[begin:end]

    def levels(self, begin: int, end: int) -> list[float]:
        x, y = self._point
        raw, references, read = self._raw, self._point_refs, pdfium.FPDFText_GetCharOrigin
        found = []
        for index in range(begin, end):
            read(raw, index, *references)
            found.append(self.turn(x.value, y.value, x.value, y.value)[1] if self.turns else y.value)
        return found

    def size_of(self, index: int) -> float:
        matrix = self._matrix
        pdfium.FPDFText_GetMatrix(self._raw, index, self._matrix_ref)
        return float(pdfium.FPDFText_GetFontSize(self._raw, index) * math.hypot(matrix.c, matrix.d))

    def is_code(self, index: int) -> bool:
        """Return whether a character is in a font for program code, in which all are equally wide."""
        flags = ctypes.c_int()
        name = ctypes.create_string_buffer(_FONT_NAME_BYTES)
        size = pdfium.FPDFText_GetFontInfo(self._raw, index, name, _FONT_NAME_BYTES, ctypes.byref(flags))
        return size > 0 and (bool(flags.value & _FIXED_PITCH) or _CODE_FONT.search(name.value) is not None)

    def box_of(self, index: int) -> Box | None:
        box = self._box
        if index < 0 or not pdfium.FPDFText_GetLooseCharBox(self._raw, index, self._box_ref):
            return None
        if not self.turns:
            return box.left, box.bottom, box.right, box.top
        return self.turn(box.left, box.bottom, box.right, box.top)

    def turn(self, left: float, bottom: float, right: float, top: float) -> Box:
        return turn((left, bottom, right, top), self.turns)


def turn(box: Box, turns: int) -> Box:
    """Return the box after so many counter-clockwise quarter turns of the page."""
    left, bottom, right, top = box
    if turns == 1:
        return -top, left, -bottom, right
    if turns == 2:
        return -right, -top, -left, -bottom
    if turns == 3:
        return bottom, -right, top, -left
    return left, bottom, right, top


def plain(characters: str) -> str:
    """Return the text without NO_CHARACTER, and with the two halves of a character beyond U+FFFF joined."""
    text = characters.replace(NO_CHARACTER, "").strip()
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _divides(gutter: Gutter, before: Box, after: Box) -> bool:
    """Return whether the gutter is between two characters, whichever comes first: upside down the right one may."""
    left, right = (before, after) if before[2] <= after[0] else (after, before)
    return left[2] <= gutter.middle <= right[0] and right[0] - left[2] >= gutter.least


def read_string(read: Callable[..., int], limit: int = 2 * MAX_CHARACTERS) -> str:
    """Read the UTF-16 text that `read` writes; that returns its size in bytes, terminator included. "" for more than
    `limit`."""
    size = read(None, 0)
    if not 2 < size <= limit:
        return ""
    buffer = (ctypes.c_ushort * (size // 2))()
    read(buffer, size)
    return bytes(buffer)[:-2].decode("utf-16-le", "replace")


def text_in(textpage: pypdfium2.PdfTextPage, box: tuple[float, float, float, float]) -> str:
    """Return the text of the characters that touch the box: left, bottom, right and top."""
    left, bottom, right, top = box
    size = pdfium.FPDFText_GetBoundedText(textpage.raw, left, top, right, bottom, None, 0)  # without a terminator
    if size <= 0:
        return ""
    buffer = (ctypes.c_ushort * size)()
    pdfium.FPDFText_GetBoundedText(textpage.raw, left, top, right, bottom, buffer, size)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")

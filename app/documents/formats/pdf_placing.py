"""What lies on top of a PDF page, set among the lines of its text where a person sees it."""

from __future__ import annotations

import ctypes
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec
import pypdfium2
import pypdfium2.raw as pdfium

from app.documents import notation
from app.documents.formats.pdf_annotations import Kind, Mark
from app.documents.formats.pdf_layout import Box, Layout, turn

_BESIDE = 6.0  # times a line's height: words so near to a field are its label
_SAME_LINE = 0.5  # of the lower one's height
_TOUCH = 3.0  # points that a field may reach over the words beside it
_TALL = 2.5  # times a line's height: a field for several lines, whose label stands beside its first one
_NEAR = 3.0  # times a line's height: what stands so near below words belongs to them
_WORD = re.compile(r"\S+")
_CELL_BORDER = "|"


class Placed(msgspec.Struct, frozen=True):
    """The lines with all that was set among them. `moved` says where each line of before is now, `touched` are the
    lines that are new or hold something new."""

    lines: tuple[str, ...]
    starts: frozenset[int]
    moved: tuple[int, ...]
    touched: frozenset[int]


class _Addition(msgspec.Struct, frozen=True, order=True):
    """`word`: before which word of its line it stands."""

    word: int
    left: float
    text: str


def place(layout: Layout, marks: Sequence[Mark], textpage: pypdfium2.PdfTextPage, characters: str) -> Placed:
    """Fields beside their labels, struck words marked, notes below the paragraph that they lie on; the rest, and all of
    a page whose lines have no known places, at the end."""
    placer = _Placer(layout, textpage, characters)
    turned = sorted(
        ((turn(mark.box, layout.turns), mark) for mark in marks), key=lambda each: (-each[0][3], each[0][0])
    )
    for box, mark in turned:
        placer.add(box, mark)
    return placer.take()


class _Placer:
    def __init__(self, layout: Layout, textpage: pypdfium2.PdfTextPage, characters: str) -> None:
        self._layout = layout
        self._textpage = textpage
        self._characters = characters
        self._inside: dict[int, list[_Addition]] = defaultdict(list)
        self._behind: dict[int, list[str]] = defaultdict(list)  # lines of their own, behind that of before; -1: first
        self._struck: dict[int, set[int]] = defaultdict(set)  # words
        self._order = sorted(range(len(layout.pieces)), key=lambda index: layout.pieces[index].baseline)
        self._baselines = [layout.pieces[index].baseline for index in self._order]
        self._highest = max((piece.height for piece in layout.pieces), default=0.0)

    def add(self, box: Box, mark: Mark) -> None:
        if mark.kind is Kind.STRIKE:
            for index in self._across(box):
                self._struck[index] |= self._words_in(index, box)
        elif mark.kind is Kind.NOTE:
            self._behind[self._paragraph_end(self._above(box))].append(mark.text)
        elif not self._add_beside(box, mark):
            self._behind[self._above(box)].append(mark.named)

    def take(self) -> Placed:
        lines: list[str] = list(self._behind.get(-1, ()))
        starts = set(range(len(lines)))
        touched = set(starts)
        moved: list[int] = []
        is_start = bool(lines)
        for index, line in enumerate(self._layout.lines):
            place = len(lines)
            moved.append(place)
            inside = sorted(self._inside.get(index, ()))
            if is_start or index in self._layout.starts or (inside and inside[0].word == 0):
                starts.add(place)
            is_start = bool(inside) and inside[-1].word > 0 and inside[-1].word >= len(_words(line))
            if inside or index in self._struck:
                touched.add(place)
                line = _with(line, inside, self._struck.get(index, set()))
            lines.append(line)
            for text in self._behind.get(index, ()):
                starts.add(len(lines))
                touched.add(len(lines))
                lines.append(text)
                is_start = True
        return Placed(tuple(lines), frozenset(starts), tuple(moved), frozenset(touched))

    def _across(self, box: Box) -> list[int]:
        """The lines at a box's height, from top to bottom."""
        first = bisect_left(self._baselines, box[1] - self._highest)
        last = bisect_left(self._baselines, box[3])
        found = []
        for index in reversed(self._order[first:last]):
            piece = self._layout.pieces[index]
            shared = min(box[3], piece.baseline + piece.height) - max(box[1], piece.baseline)
            if shared >= _SAME_LINE * min(piece.height, box[3] - box[1]):
                found.append(index)
        return found

    def _add_beside(self, box: Box, mark: Mark) -> bool:
        """Into a line at its height: within one, behind one on its left, before one on its right."""
        pieces = self._layout.pieces
        lines = self._across(box)
        if not lines:
            return False
        highest = pieces[lines[0]]
        if box[3] - box[1] > _TALL * highest.height:
            lines = [index for index in lines if highest.baseline - pieces[index].baseline <= highest.height]
        middle = (box[0] + box[2]) / 2
        for index in lines:
            if pieces[index].left < box[0] and box[2] < pieces[index].right:
                word = self._word_at(index, middle)
                text = mark.text if word > 0 else mark.named
                self._inside[index].append(_Addition(word, box[0], text))
                return True
        left = [(box[0] - pieces[index].right, index) for index in lines if pieces[index].right <= box[0] + _TOUCH]
        right = [(pieces[index].left - box[2], index) for index in lines if pieces[index].left >= box[2] - _TOUCH]
        before, behind = min(left, default=None), min(right, default=None)
        if behind and (not before or (mark.kind is Kind.BOX and behind[0] <= max(before[0], 2 * highest.height))):
            gap, index, word = *behind, 0
        elif before:
            gap, index = before
            word = len(_words(self._layout.lines[index]))
        else:
            return False
        is_label = gap <= _BESIDE * pieces[index].height and (before is not None or mark.kind is Kind.BOX)
        self._inside[index].append(_Addition(word, box[0], mark.text if is_label else mark.named))
        return True

    def _above(self, box: Box) -> int:
        """The line that a person reads before what stands here; -1 for none."""
        pieces = self._layout.pieces
        if not pieces:
            return len(self._layout.lines) - 1
        at = bisect_left(self._baselines, (box[1] + box[3]) / 2)
        for index in self._order[at:]:
            piece = pieces[index]
            if not self._layout.in_columns and piece.baseline - box[3] > _NEAR * piece.height:
                break
            if piece.left < box[2] and box[0] < piece.right:
                return index
        if at == len(self._order):
            return -1
        lowest = self._baselines[at]
        return max(
            self._order[at : bisect_right(self._baselines, lowest + _SAME_LINE * pieces[self._order[at]].height)]
        )

    def _paragraph_end(self, index: int) -> int:
        if index < 0:
            return index
        while index + 1 < len(self._layout.lines) and index + 1 not in self._layout.starts:
            index += 1
        return index

    def _word_at(self, index: int, middle: float) -> int:
        """Before which word of a line a place is; behind the last one where its words cannot be told apart."""
        middles = self._middles(index)
        return sum(each < middle for each in middles) if middles else len(_words(self._layout.lines[index]))

    def _words_in(self, index: int, box: Box) -> set[int]:
        """The words that a line through them strikes."""
        return {word for word, middle in enumerate(self._middles(index)) if box[0] <= middle <= box[2]}

    def _middles(self, index: int) -> list[float]:
        """Of each word of a line; none where the words that are written are not those that stand there."""
        piece = self._layout.pieces[index]
        edges = pdfium.FS_RECTF()
        middles = []
        for match in _WORD.finditer(self._characters, piece.begin, piece.end):
            boxes = []
            for at in (match.start(), match.end() - 1):
                if pdfium.FPDFText_GetLooseCharBox(self._textpage.raw, at, ctypes.byref(edges)):
                    boxes.append(turn((edges.left, edges.bottom, edges.right, edges.top), self._layout.turns))
            if not boxes:
                return []
            middles.append((min(box[0] for box in boxes) + max(box[2] for box in boxes)) / 2)
        return middles if len(middles) == len(_words(self._layout.lines[index])) else []


def _words(line: str) -> list[re.Match[str]]:
    return [match for match in _WORD.finditer(line) if match[0] != _CELL_BORDER]


def _with(line: str, inside: Iterable[_Addition], struck: set[int]) -> str:
    """The line with words struck, and with what stands before words of it."""
    found = _words(line)
    parts: list[str] = []
    at = 0
    additions = list(inside)
    word = 0
    while word <= len(found):
        start = found[word].start() if word < len(found) else len(line)
        parts.append(line[at:start])
        at = start
        while additions and additions[0].word <= word:
            text = additions.pop(0).text
            if parts[-1] and not parts[-1][-1].isspace():
                parts.append(" ")
            parts.append(f"{text} " if word < len(found) else text)
        if word in struck:
            end = word
            while end + 1 in struck and end + 1 < len(found) and not (additions and additions[0].word <= end + 1):
                end += 1
            at = found[end].end()
            parts.append(notation.struck(line[start:at]))
            word = end
        word += 1
    return "".join(parts).strip()

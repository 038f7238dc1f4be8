"""Inserts what is on top of a PDF page into the lines of its text, where people see it."""

from __future__ import annotations

import ctypes
import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import msgspec
import pypdfium2
import pypdfium2.raw as pdfium

from app.documents.pdf.annotations import AnnotationKind, OverlayMark
from app.documents.pdf.characters import CharacterFinder, turn
from app.documents.pdf.layout import PageLayout
from app.documents.pdf.rulings import Box
from app.documents.text import notation

_BESIDE = 6.0  # times a line's height: words this near to a field are its label
_SAME_LINE = 0.5  # of the lower one's height
_TOUCH = 3.0  # points that a field may cover of the words beside it
_TALL = 2.5  # times a line's height: a field for several lines, with its label beside the first
_NEAR = 3.0  # times a line's height: what is this near below words belongs to them
_WORD = re.compile(r"\S+")
_CELL_BORDER = "|"
_STRUCK = (0.3, 0.62)  # of a line's height: where a rule through words runs, neither below nor above them
_LEAST_STRUCK = 2  # letters
_AT_EDGES = 0.4  # times a line's height: a rule begins and ends this near to the edges of words


class PlacedLines(msgspec.Struct, frozen=True):
    """The lines with all that was inserted. `moved` is the new index of each old line; `touched` are the lines that are
    new or changed."""

    lines: tuple[str, ...]
    starts: frozenset[int]
    moved: tuple[int, ...]
    touched: frozenset[int]

    def follow(self, lines: Collection[int]) -> frozenset[int]:
        """Return the new indices of `lines`, without those that another line was inserted after."""
        moved = self.moved
        return frozenset(moved[line] for line in lines if moved[line + 1] == moved[line] + 1)


class _Addition(msgspec.Struct, frozen=True, order=True):
    """An insertion; `word` is the word of its line that follows it."""

    word: int
    left: float
    text: str


def place(
    layout: PageLayout,
    marks: Sequence[OverlayMark],
    textpage: pypdfium2.PdfTextPage,
    characters: str,
    rules: Sequence[Box] = (),
) -> PlacedLines:
    """Put fields beside their labels and notes below their paragraph, and mark struck words; what has no place goes to
    the end, and so does all on a page whose lines have no known places. `rules` are the page's thin lines, some of
    which strike words."""
    strikes = _strikes(layout, [turn(rule, layout.turns) for rule in rules])
    if not marks and not strikes:
        return PlacedLines(layout.lines, layout.starts, tuple(range(len(layout.lines))), frozenset())
    placer = _Placer(layout, textpage, characters)
    for index, rule in strikes:
        placer.strike(index, rule)
    turned = sorted(
        ((turn(mark.box, layout.turns), mark) for mark in marks), key=lambda each: (-each[0][3], each[0][0])
    )
    for box, mark in turned:
        placer.add(box, mark)
    return placer.take()


def _strikes(layout: PageLayout, rules: Sequence[Box]) -> list[tuple[int, Box]]:
    """Return the rules drawn through a line of text, each with the line's index, which neither begin before nor end
    after it."""
    horizontal = [rule for rule in rules if rule[2] - rule[0] >= rule[3] - rule[1]]
    if not horizontal:
        return []
    order = sorted(range(len(layout.pieces)), key=lambda index: layout.pieces[index].baseline)
    baselines = [layout.pieces[index].baseline for index in order]
    highest = max((piece.height for piece in layout.pieces), default=0.0)
    found = []
    for rule in horizontal:
        at = (rule[1] + rule[3]) / 2
        for index in order[bisect_left(baselines, at - _STRUCK[1] * highest) : bisect_left(baselines, at)]:
            piece = layout.pieces[index]
            near = _AT_EDGES * piece.height
            inside = piece.left - near <= rule[0] and rule[2] <= piece.right + near
            if inside and _STRUCK[0] <= (at - piece.baseline) / piece.height <= _STRUCK[1]:
                found.append((index, rule))
    return found


class _Placer:
    def __init__(self, layout: PageLayout, textpage: pypdfium2.PdfTextPage, characters: str) -> None:
        self._layout = layout
        self._textpage = textpage
        self._characters = characters
        self._finder = CharacterFinder(textpage, characters)
        self._inside: dict[int, list[_Addition]] = defaultdict(list)
        self._behind: dict[int, list[str]] = defaultdict(list)  # new lines after this one; -1: at the top
        self._struck: dict[int, list[tuple[int, int]]] = defaultdict(list)  # ranges of a line's characters
        self._order = sorted(range(len(layout.pieces)), key=lambda index: layout.pieces[index].baseline)
        self._baselines = [layout.pieces[index].baseline for index in self._order]
        self._highest = max((piece.height for piece in layout.pieces), default=0.0)

    def add(self, box: Box, mark: OverlayMark) -> None:
        if mark.kind is AnnotationKind.STRIKE:
            for index in self._across(box):
                self._struck[index] += self._covered(index, box)
        elif mark.kind is AnnotationKind.NOTE:
            self._behind[self._paragraph_end(self._above(box))].append(mark.text)
        elif not self._add_beside(box, mark):
            self._behind[self._above(box)].append(mark.named)

    def strike(self, index: int, rule: Box) -> None:
        """Mark the words of a line as struck if a rule runs through them, and begins and ends with them."""
        self._struck[index] += self._covered(index, rule, _AT_EDGES * self._layout.pieces[index].height)

    def take(self) -> PlacedLines:
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
                line = _with(line, inside, self._struck.get(index, []))
            lines.append(line)
            for text in self._behind.get(index, ()):
                starts.add(len(lines))
                touched.add(len(lines))
                lines.append(text)
                is_start = True
        return PlacedLines(tuple(lines), frozenset(starts), tuple(moved), frozenset(touched))

    def _across(self, box: Box) -> list[int]:
        """Return the lines at a box's height, from top to bottom."""
        first = bisect_left(self._baselines, box[1] - self._highest)
        last = bisect_left(self._baselines, box[3])
        found = []
        for index in reversed(self._order[first:last]):
            piece = self._layout.pieces[index]
            shared = min(box[3], piece.baseline + piece.height) - max(box[1], piece.baseline)
            if shared >= _SAME_LINE * min(piece.height, box[3] - box[1]):
                found.append(index)
        return found

    def _add_beside(self, box: Box, mark: OverlayMark) -> bool:
        """Add the mark to a line at its height: inside it, after one on its left, or before one on its right."""
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
        if behind and (
            not before or (mark.kind is AnnotationKind.BOX and behind[0] <= max(before[0], 2 * highest.height))
        ):
            gap, index, word = *behind, 0
        elif before:
            gap, index = before
            word = len(_words(self._layout.lines[index]))
        else:
            return False
        is_label = gap <= _BESIDE * pieces[index].height and (before is not None or mark.kind is AnnotationKind.BOX)
        self._inside[index].append(_Addition(word, box[0], mark.text if is_label else mark.named))
        return True

    def _above(self, box: Box) -> int:
        """Return the line that people read before this box; -1 for none."""
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
        """Return the word after this place; the number of words if their places are unknown."""
        middles = self._middles(index)
        return sum(each < middle for each in middles) if middles else len(_words(self._layout.lines[index]))

    def _covered(self, index: int, box: Box, near: float | None = None) -> list[tuple[int, int]]:
        """Return the ranges of a line's characters, word by word, whose middles are inside a box from left to right;
        empty if the written words are not those on the page. With `near`, the box must begin and end this near to
        them."""
        piece, line = self._layout.pieces[index], self._layout.lines[index]
        written = _words(line)
        shown = list(_WORD.finditer(self._characters, piece.begin, piece.end))
        if [match[0] for match in shown] != [match[0] for match in written]:
            return self._whole_words(index, box) if near is None else []
        ranges: list[tuple[int, int]] = []
        edges: list[float] = []
        struck: list[int] = []
        for there, here in zip(shown, written, strict=True):
            boxes = [(at, self._finder.box_of(at)) for at in range(there.start(), there.end())]
            inside = [(at, each) for at, each in boxes if each and box[0] <= (each[0] + each[2]) / 2 <= box[2]]
            if inside:
                offset = here.start() - there.start()
                ranges.append((inside[0][0] + offset, inside[-1][0] + 1 + offset))
                edges += [inside[0][1][0], inside[-1][1][2]]
                struck += [at for at, _ in inside]
        if near is not None and ranges:
            begins_with, ends_with = min(edges) - box[0] <= near, box[2] - max(edges) <= near
            is_meant = begins_with and ends_with and _may_be_struck(line, ranges[0][0], ranges[-1][1])
            if not is_meant or not self._is_through(struck, (box[1] + box[3]) / 2):
                return []
        return ranges

    def _is_through(self, characters: Sequence[int], height: float) -> bool:
        """Return whether a rule at this height runs through most of the characters, and not between two of them, as the
        bar of a fraction does."""
        edges = [ctypes.c_double() for _ in range(4)]
        references = [ctypes.byref(edge) for edge in edges]
        crossed = 0
        for at in characters:
            if pdfium.FPDFText_GetCharBox(self._textpage.raw, at, *references):
                left, right, bottom, top = (edge.value for edge in edges)
                box = turn((left, bottom, right, top), self._layout.turns)
                crossed += box[1] < height < box[3]
        return 2 * crossed >= len(characters)

    def _whole_words(self, index: int, box: Box) -> list[tuple[int, int]]:
        words = _words(self._layout.lines[index])
        middles = self._middles(index)
        return [words[word].span() for word, middle in enumerate(middles) if box[0] <= middle <= box[2]]

    def _middles(self, index: int) -> list[float]:
        """Return the middle of each word of a line; empty if the written words are not those on the page."""
        piece = self._layout.pieces[index]
        middles = []
        for match in _WORD.finditer(self._characters, piece.begin, piece.end):
            boxes = [box for at in (match.start(), match.end() - 1) if (box := self._finder.box_of(at))]
            if not boxes:
                return []
            middles.append((min(box[0] for box in boxes) + max(box[2] for box in boxes)) / 2)
        return middles if len(middles) == len(_words(self._layout.lines[index])) else []


def _may_be_struck(line: str, start: int, end: int) -> bool:
    """Return whether these are whole words, or a long enough part of one: a rule through anything else is a drawing."""
    said = line[start:end]
    is_whole = not (line[start - 1 : start].isalnum() and start > 0) and not line[end : end + 1].isalnum()
    letters = sum(map(str.isalnum, said))
    if is_whole:
        return letters >= _LEAST_STRUCK or any(map(str.isdigit, said))
    return letters > _LEAST_STRUCK and not any(map(str.isspace, said))


def _words(line: str) -> list[re.Match[str]]:
    return [match for match in _WORD.finditer(line) if match[0] != _CELL_BORDER]


def _with(line: str, inside: Iterable[_Addition], struck: Iterable[tuple[int, int]]) -> str:
    """Return the line with its struck characters marked and the additions inserted."""
    words = _words(line)
    additions = [(words[each.word].start() if each.word < len(words) else len(line), each.text) for each in inside]
    parts: list[str] = []
    at = 0
    for start, end in [*_united(line, struck, {place for place, _ in additions}), (len(line), len(line))]:
        while additions and additions[0][0] <= start:
            place, text = additions.pop(0)
            parts += [line[at:place], "" if not line[:place] or line[place - 1].isspace() else " ", text]
            parts.append(" " if place < len(line) else "")
            at = place
        parts += [line[at:start], notation.struck(line[start:end])]
        if start < end and line[end : end + 1].isalnum():  # its replacement may follow at once
            parts.append(" ")
        at = end
    return "".join(parts).strip()


def _united(line: str, ranges: Iterable[tuple[int, int]], apart: Collection[int]) -> list[tuple[int, int]]:
    """Join ranges of a line that have only white space between them, unless something is inserted there (`apart`)."""
    united: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if united and not line[united[-1][1] : start].strip() and start not in apart:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united

"""Collects the paragraph that is being read, and writes its raised, lowered, struck and inserted parts."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from itertools import takewhile
from typing import NamedTuple, TypeAlias, cast

from app.documents.text import formula, notation

_MAX_SCRIPT_CHARACTERS = 300  # longer text is no power, index or mark
_ENOUGH, _NEAR = 64, 8  # characters and pieces beside a script that show what it is
_STROKES = {"/", "\u2044", "\u2215"}


class InlineMark(Enum):
    """The format of a part of a paragraph."""

    RAISED = auto()
    NOTE = auto()  # raised, and marked as a reference to a note
    LOWERED = auto()
    STRUCK = auto()
    INSERTED = auto()


_CHANGES = {InlineMark.STRUCK: notation.struck, InlineMark.INSERTED: notation.inserted}


class _Script(NamedTuple):
    """A raised or lowered part; the text beside it decides how it is written."""

    text: str
    mark: InlineMark


class _Formula(NamedTuple):
    text: str


_Piece: TypeAlias = str | _Script | _Formula


class OpenParagraph:
    """A paragraph under construction. The mark opened last is closed first; `take` leaves marks open."""

    def __init__(self, markup: str = "") -> None:
        """`markup` are characters for bold and the like, which are no base of a power."""
        self._markup = markup
        self._pieces: list[_Piece] = []
        self._plain = True  # whether all pieces are text
        self._open: list[tuple[InlineMark, int]] = []  # and the piece that it begins with
        self._noted = 0  # the number of pieces up to the last note's mark

    def add_text(self, text: str) -> None:
        self._pieces.append(text)

    def add_reference(self, number: int) -> None:
        """Add a note's mark, raised or not."""
        self._pieces.append(notation.note_mark(number))
        self._noted = len(self._pieces)

    def add_formula(self, text: str) -> None:
        if text:
            self._pieces.append(_Formula(text))
            self._plain = False

    def open(self, mark: InlineMark) -> None:
        self._open.append((mark, len(self._pieces)))

    def close(self) -> None:
        mark, start = self._open.pop()
        self._close(mark, start, len(self._open))

    def take(self) -> str:
        """Return the text since the last call; open marks go on in the next paragraph."""
        for depth in range(len(self._open) - 1, -1, -1):
            self._close(*self._open[depth], depth)
        self._open = [(mark, 0) for mark, _ in self._open]
        text = "".join(cast("list[str]", self._pieces)) if self._plain else self._written()
        self._pieces, self._plain, self._noted = [], True, 0
        return text

    def _close(self, mark: InlineMark, start: int, depth: int) -> None:
        if start >= len(self._pieces):
            return
        if mark in _CHANGES:
            if any(outer is mark for outer, _ in self._open[:depth]):
                return
            self._pieces[start:] = [_CHANGES[mark](self._written(start))]
        elif self._noted <= start:  # else it is written already
            self._pieces[start:] = [self._raise(mark, start)]
        self._noted = min(self._noted, len(self._pieces))

    def _raise(self, mark: InlineMark, start: int) -> _Piece:
        """Return the pieces from `start` on as one raised or lowered piece; one that is so already stays one."""
        match [each for each in self._pieces[start:] if not isinstance(each, str) or each.strip()]:
            case [_Script(text, mark)]:
                text += _text(self._pieces[-1]) if isinstance(self._pieces[-1], str) else ""
            case _:
                text = self._written(start, alone=True)
        if not text.strip() or len(text) > _MAX_SCRIPT_CHARACTERS:
            return text
        self._plain = False
        return _Script(text, mark)

    def _written(self, start: int = 0, alone: bool = False) -> str:
        """Return the text of the pieces from `start` on. `alone` tells that the text before belongs to another line."""
        pieces = self._pieces
        written = [] if alone else [_text(piece) for piece in pieces[max(0, start - _NEAR) : start]]
        begin = len(written)
        index = start
        while index < len(pieces):
            piece = pieces[index]
            if isinstance(piece, str):
                written.append(piece)
            elif isinstance(piece, _Formula):
                written.append(_apart(piece.text, self._end_of(written), _following(pieces, index)))
            elif (fraction := _fraction(pieces[index : index + 3])) is not None:
                written.append(notation.fraction(*fraction, self._end_of(written)))
                index += 2
            else:
                written.append(_script(piece, self._end_of(written), _following(pieces, index)))
            index += 1
        return "".join(written[begin:])

    def _end_of(self, written: Sequence[str]) -> str:
        end = "".join(written[-_NEAR:])[-_ENOUGH:]
        return end.rstrip(self._markup) if self._markup else end


def _script(script: _Script, before: str, after: str) -> str:
    """Return the script as written; white space after it stays."""
    text = script.text.strip()
    space = script.text[len(script.text.rstrip()) :]
    if script.mark is InlineMark.LOWERED:
        return notation.subscript(text, before, after=space or after) + space
    return notation.superscript(text, before, note=script.mark is InlineMark.NOTE or None, after=space or after) + space


def _fraction(pieces: Sequence[_Piece]) -> tuple[str, str, str] | None:
    """Return the parts of a fraction: a raised number, a stroke and a lowered number; None for others."""
    match pieces:
        case (_Script(above, InlineMark.RAISED), str(stroke), _Script(below, InlineMark.LOWERED)):
            if stroke in _STROKES and above.strip().isdigit() and below.strip().isdigit():
                return above, stroke, below
    return None


def _apart(text: str, before: str, after: str) -> str:
    """Return a formula with spaces to numbers beside it."""
    left = " " if before[-1:].isdigit() and text[0].isdigit() else ""
    run_on = formula.ends_in_script(text) and after[:1].isalnum()
    return left + text + (" " if run_on or (text[-1].isdigit() and after[:1].isdigit()) else "")


def _text(piece: _Piece) -> str:
    return piece if isinstance(piece, str) else piece.text


def _following(pieces: Sequence[_Piece], index: int) -> str:
    """Return the text after a piece, up to the next script or formula."""
    following = takewhile(lambda piece: isinstance(piece, str), pieces[index + 1 : index + 1 + _NEAR])
    return "".join(_text(piece)[:_ENOUGH] for piece in following)

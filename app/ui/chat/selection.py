"""What is selected in a message, from a place in one of its pieces to a place in another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from PySide6.QtCore import QPointF

from app.ui.chat.block import MessageBlock

Place: TypeAlias = tuple[int, int]
"""The number of a piece, and a character position in it."""


class MessageSelection:
    """Where the selection began and where it ends; none of both while nothing is selected."""

    def __init__(self) -> None:
        self._ends: tuple[Place, Place] | None = None

    @property
    def exists(self) -> bool:
        return self._ends is not None

    @property
    def is_empty(self) -> bool:
        return self._ends is None or self._ends[0] == self._ends[1]

    def span(self) -> tuple[Place, Place] | None:
        """Its first and its last place, in the order of reading."""
        return (min(self._ends), max(self._ends)) if self._ends else None

    def begin(self, place: Place) -> None:
        self._ends = (place, place)

    def extend(self, place: Place) -> None:
        if self._ends is not None:
            self._ends = (self._ends[0], place)

    def set(self, start: Place, end: Place) -> None:
        self._ends = (start, end)

    def clear(self) -> None:
        self._ends = None

    def cut(self, kept: int) -> None:
        """Give the selection up where it reaches beyond the first `kept` pieces."""
        if self._ends is not None and max(self._ends)[0] >= kept:
            self._ends = None

    def within(self, number: int, piece: MessageBlock) -> tuple[int, int] | None:
        """The positions that are selected in a piece that is built; None where nothing is."""
        span = self.span()
        if span is None or not span[0][0] <= number <= span[1][0]:
            return None
        first = span[0][1] if number == span[0][0] else 0
        return first, span[1][1] if number == span[1][0] else piece.end()


def find_place(pieces: Sequence[MessageBlock], point: QPointF) -> Place | None:
    """The place nearest to a point, `point` measured from the left edge of the text; None while nothing is built."""
    shown = [number for number, piece in enumerate(pieces) if piece.written is not None]
    if not shown:
        return None
    number = next((number for number in shown if point.y() < pieces[number].bottom), shown[-1])
    piece = pieces[number]
    return number, piece.position_at(point - QPointF(0, piece.top))

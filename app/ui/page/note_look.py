"""Gives highlights their look: a colour under the words, and a line below them, of its own for each marker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCharFormat

from app.core.documents.note import Marker

LINE = 2.0  # px

_Underline = QTextCharFormat.UnderlineStyle


class NoteSpan(NamedTuple):
    """A highlight in the text of a page: characters [start, end), and what is written about them."""

    start: int
    end: int
    marker: Marker
    text: str


@dataclass(frozen=True)
class NoteLook:
    """The look of one marker. `line` keeps a contrast of 3 to the paper, and text one of 4.5 to `fill`
    (tests/ui/look/test_look.py)."""

    fill: str
    line: str
    style: Qt.PenStyle
    underline: QTextCharFormat.UnderlineStyle


_SOLID = (Qt.PenStyle.SolidLine, _Underline.SingleUnderline)
_DOTTED = (Qt.PenStyle.DotLine, _Underline.DotLine)
_DASHED = (Qt.PenStyle.DashLine, _Underline.DashUnderline)
_BY_DAY = {
    Marker.BLUE: NoteLook("#E2EBF4", "#3F74A8", *_SOLID),
    Marker.YELLOW: NoteLook("#FAF0CC", "#9A7412", *_DOTTED),
    Marker.GREEN: NoteLook("#E1EFDD", "#4A8449", *_DASHED),
}
_BY_NIGHT = {
    Marker.BLUE: NoteLook("#27384A", "#7FB0DE", *_SOLID),
    Marker.YELLOW: NoteLook("#423818", "#D9B45A", *_DOTTED),
    Marker.GREEN: NoteLook("#253A28", "#7DBE86", *_DASHED),
}


def look_of(marker: Marker, *, dark: bool) -> NoteLook:
    return (_BY_NIGHT if dark else _BY_DAY)[marker]

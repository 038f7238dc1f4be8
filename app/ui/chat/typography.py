"""Type of the conversation beyond the window's own: the sizes it is set in, and the face of code."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF

from app.ui.fonts import text_font
from app.ui.theme import LINE_HEIGHT, MEASURE_CHARACTERS, SIZE_TEXT

SIZE_ANSWER = 16  # px; the serif looks smaller than the sans, so one step above the question, as it is drawn
SIZE_CODE = 13  # px

LINE_ANSWER = round(SIZE_ANSWER * LINE_HEIGHT)
LINE_QUESTION = round(SIZE_TEXT * LINE_HEIGHT)
LINE_CODE = 20

_CODE_FAMILIES = ("Source Code Pro", "Noto Sans Mono", "DejaVu Sans Mono", "Menlo", "Consolas", "Liberation Mono")


def column_width() -> int:
    """The width of the widest line of an answer, px."""
    return round(QFontMetricsF(text_font(SIZE_ANSWER)).averageCharWidth() * MEASURE_CHARACTERS)


def code_font(size: int = SIZE_CODE) -> QFont:
    """A monospaced face of the system; `size` in pixels."""
    font = QFont(_choose_code_family())
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFixedPitch(True)
    font.setPixelSize(size)
    return font


@cache
def _choose_code_family() -> str:
    # Qt searches for long, and warns, when it is asked for a family that does not exist.
    installed = set(QFontDatabase.families())
    fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
    return next((family for family in _CODE_FAMILIES if family in installed), fixed)

"""Formulas in LaTeX: which text is one, how it is set, and the space that a text leaves for it."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, QRect, QRectF, QSizeF, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPyTextObject, QTextCharFormat, QTextDocument, QTextFormat
from PySide6.QtSvg import QSvgRenderer

from app.ui.fonts import text_font
from app.ui.theme import Theme

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

MAX_COST = 1_500
"""Of a formula that is set: characters, each counted twice as often with every group that it is in, since that is how
the library's time grows. At this cost it takes a quarter of a second; what is in books costs 50 to 300."""
_KEPT = 600  # formulas that are kept as they were set
_LOOK_MS = 20
_INK = "#010203"  # stands for the colour of the text in a drawing
_FORMULA_SIGNS = re.compile(r"[\\^_]")
_WORD = re.compile(r"(?<![\\\w])[^\W\d_]{3,}")
_OTHER_SCRIPT = re.compile(r"[\u0590-\u1fff\u2e80-\ua9ff\uac00-\ud7ff\uf900-\ufdff\uff00-\uffef]")
"""What the font for formulas does not have, and the places of page marks."""
_PARTS = re.compile(r"\\left|\\right|\\begin|\\end|.", re.DOTALL)
_VIEW = re.compile(r'viewBox="([-.\d]+) ([-.\d]+) ([-.\d]+) ([-.\d]+)"')
_PAIRS = {"\\(": "\\)", "\\[": "\\]"}

_OBJECT = QTextFormat.ObjectTypes.UserObject.value + 2
_TEX = QTextFormat.Property.UserProperty.value + 3
_DISPLAY = QTextFormat.Property.UserProperty.value + 4
_SIZE = QTextFormat.Property.UserProperty.value + 5
_DEPTH = QTextFormat.Property.UserProperty.value + 6


@dataclass(frozen=True)
class FormulaText:
    """A formula as it was written, `source` with its delimiters, and in LaTeX. `display`: on a line of its own."""

    source: str
    tex: str
    display: bool

    @property
    def is_one(self) -> bool:
        """Whether it is a formula at all, and can be set: two prices in dollars are none."""
        if not self.tex.strip() or _OTHER_SCRIPT.search(self.tex) or not _is_cheap(self.tex):
            return False
        return self.display or bool(_FORMULA_SIGNS.search(self.tex)) or not _WORD.search(self.tex)


@dataclass(frozen=True)
class Formula:
    """A drawing (SVG) in px. `ascent` is what is above the baseline."""

    svg: str
    width: float
    height: float
    ascent: float

    @property
    def descent(self) -> float:
        return max(0.0, self.height - self.ascent)


_ONE_AT_A_TIME = threading.Lock()  # the library keeps what it found in a font
_Key = tuple[str, bool, int]  # LaTeX, whether on a line of its own, and px of the text


class FormulaStore(QObject):
    """Sets formulas in a thread, while the window goes on, and keeps them."""

    arrived = Signal()  # there are more, or some turned out to be none

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._set: dict[_Key, Formula | None] = {}
        self._wanted: dict[_Key, None] = {}  # in the order in which they were asked for
        self._done: deque[tuple[_Key, Formula | None]] = deque()
        self._drawings: dict[tuple[str, str], QSvgRenderer] = {}
        self._thread: threading.Thread | None = None
        self._timer = QTimer(self, singleShot=True, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)

    def find(self, tex: str, *, display: bool, size: int) -> Formula | None:
        """A formula in text of this size (px). None where it cannot be set, and until it is: see `is_pending`."""
        key = (tex, display, size)
        if key not in self._set and key not in self._wanted:
            self._wanted[key] = None
            self._timer.start()
        return self._set.get(key)

    def is_pending(self, tex: str, *, display: bool, size: int) -> bool:
        return (tex, display, size) in self._wanted

    def drawing(self, formula: Formula, colour: str) -> QSvgRenderer:
        key = (formula.svg, colour)
        if key not in self._drawings:
            if len(self._drawings) >= _KEPT:
                self._drawings.clear()
            self._drawings[key] = QSvgRenderer(QByteArray(formula.svg.replace(_INK, colour).encode()), self)
        return self._drawings[key]

    def _look(self) -> None:
        working = self._thread is not None and self._thread.is_alive()
        arrived = bool(self._done)
        if len(self._set) >= _KEPT:
            self._set.clear()
        while self._done:
            key, formula = self._done.popleft()
            self._wanted.pop(key, None)
            self._set[key] = formula
        if self._wanted:
            if not working:
                self._thread = threading.Thread(target=_set_all, args=(tuple(self._wanted), self._done), daemon=True)
                self._thread.start()
            self._timer.start()
        if arrived:
            self.arrived.emit()


def _set_all(keys: Sequence[_Key], done: deque[tuple[_Key, Formula | None]]) -> None:
    """What the thread does."""
    for key in keys:
        with _ONE_AT_A_TIME:
            done.append((key, typeset(*key)))


def typeset(tex: str, display: bool, size: int) -> Formula | None:
    """A formula as a drawing; None where it is no LaTeX that the library knows."""
    try:
        from ziamath.config import config
        from ziamath.zmath import Latex

        config.svg2 = False  # Qt draws what SVG 1 has
        made = Latex(tex.strip(), size=size, color=_INK, inline=not display).svg()
    except Exception:
        return None
    found = _VIEW.search(made)
    if found is None:
        return None
    _x, y, width, height = map(float, found.groups())
    return Formula(made, width, height, -y) if 0 < width < 10_000 and 0 < height < 10_000 else None


class FormulaSpace(QPyTextObject):
    """Keeps space in a line for formulas, and draws them."""

    def __init__(self, theme: Theme, store: FormulaStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.store = store

    def serve(self, document: QTextDocument) -> None:
        document.documentLayout().registerHandler(_OBJECT, self)

    def intrinsicSize(self, document: QTextDocument, position: int, form: QTextFormat) -> QSizeF:  # noqa: ARG002
        formula = self._find(form)
        if formula is None:
            return QSizeF(1, 1)
        scale = _fit(formula, document.textWidth())
        return QSizeF(formula.width * scale, formula.ascent * scale + int(form.property(_DEPTH)))

    def drawObject(
        self,
        painter: QPainter,
        rectangle: QRectF | QRect,
        document: QTextDocument,
        position: int,  # noqa: ARG002
        form: QTextFormat,
    ) -> None:
        formula = self._find(form)
        if formula is not None:
            scale, place = _fit(formula, document.textWidth()), QRectF(rectangle)
            top = place.bottom() - int(form.property(_DEPTH)) - formula.ascent * scale
            room = QRectF(place.x(), top, formula.width * scale, formula.height * scale)
            self.store.drawing(formula, self._theme.palette.ink).render(painter, room)

    def _find(self, form: QTextFormat) -> Formula | None:
        tex, size = str(form.property(_TEX)), int(form.property(_SIZE))
        return self.store.find(tex, display=bool(form.property(_DISPLAY)), size=size)


def format_formula(text: FormulaText, formula: Formula, size: int) -> QTextCharFormat:
    """The format of the one character that represents a formula."""
    face, depth = _find_face(size, formula.descent)
    form = QTextCharFormat()
    form.setObjectType(_OBJECT)
    form.setProperty(_TEX, text.tex)
    form.setProperty(_DISPLAY, text.display)
    form.setProperty(_SIZE, size)
    form.setProperty(_DEPTH, depth)
    form.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignBaseline)
    form.setFont(face)
    return form


def _find_face(size: int, descent: float) -> tuple[QFont, int]:
    """A font that goes at least so far below the baseline as a formula does, and how far that is, px: Qt puts an
    object as far below the baseline as its font goes."""
    while (depth := QFontMetrics(text_font(size)).descent()) < descent:
        size += 1
    return text_font(size), depth


def read_brackets(state: StateInline, silent: bool) -> bool:
    r"""A rule of markdown-it for `\(…\)` and `\[…\]`."""
    opening = state.src[state.pos : state.pos + 2]
    closing = _PAIRS.get(opening)
    end = state.src.find(closing, state.pos + 2, state.posMax) if closing else -1
    if end < 0:
        return False
    if not silent:
        token = state.push("math_inline_double" if opening == "\\[" else "math_inline", "math", 0)
        token.content, token.markup = state.src[state.pos + 2 : end], opening
    state.pos = end + 2
    return True


_DELIMITERS: Mapping[str, tuple[str, str]] = {
    "math_inline": ("$", "$"),
    "math_inline_double": ("$$", "$$"),
    "math_block": ("$$", "$$"),
}


def read_formula(kind: str, content: str, markup: str) -> FormulaText:
    """The formula in a token of this type."""
    opening, closing = (markup, _PAIRS[markup]) if markup in _PAIRS else _DELIMITERS[kind]
    return FormulaText(f"{opening}{content}{closing}", content, kind != "math_inline")


def _fit(formula: Formula, width: float) -> float:
    return min(1.0, width / formula.width) if width > 0 else 1.0


def _is_cheap(tex: str) -> bool:
    weight, cost = 1, 0
    for part in _PARTS.finditer(tex):
        if part.group() in ("{", "\\left", "\\begin"):
            weight *= 2
        elif part.group() in ("}", "\\right", "\\end"):
            weight = max(1, weight // 2)
        cost += weight * len(part.group())
        if cost > MAX_COST:
            return False
    return True

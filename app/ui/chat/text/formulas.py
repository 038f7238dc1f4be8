"""Formulas as they are set: drawings, and the space that a text leaves for them."""

from __future__ import annotations

import logging
import re
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QByteArray, QObject, QRect, QRectF, QSizeF, QTimer, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPyTextObject, QTextCharFormat, QTextDocument, QTextFormat
from PySide6.QtSvg import QSvgRenderer

from app.export.formulas import FormulaText, bad_latex
from app.ui.look.fonts import text_font
from app.ui.look.theme import Theme

_log = logging.getLogger("octavo.formulas")
_KEPT = 600  # formulas that are kept as they were set
_LOOK_MS = 20
_INK = "#010203"  # stands for the colour of the text in a drawing
_VIEW = re.compile(r'viewBox="([-.\d]+) ([-.\d]+) ([-.\d]+) ([-.\d]+)"')
_OBJECT = QTextFormat.ObjectTypes.UserObject.value + 2
_TEX = QTextFormat.Property.UserProperty.value + 3
_DISPLAY = QTextFormat.Property.UserProperty.value + 4
_SIZE = QTextFormat.Property.UserProperty.value + 5
_DEPTH = QTextFormat.Property.UserProperty.value + 6


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
        """Return a formula as it is set in text of this size (px). None if it cannot be set, and until it is: see
        `is_pending`."""
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
            self._drawings[key] = draw(formula, colour)
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


def draw(formula: Formula, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(formula.svg.replace(_INK, colour).encode()))


def typeset_now(tex: str, *, display: bool, size: int) -> Formula | None:
    """Make a drawing of a formula, like `typeset`, but safely from any thread; None if it is no known LaTeX."""
    with _ONE_AT_A_TIME:
        return typeset(tex, display, size)


def _set_all(keys: Sequence[_Key], done: deque[tuple[_Key, Formula | None]]) -> None:
    """Set these formulas in a thread, and append each to `done`. A fault that nobody foresaw costs one formula, and is
    logged without its text."""
    for key in keys:
        formula = None
        try:
            formula = typeset_now(key[0], display=key[1], size=key[2])
        except Exception as error:
            _log.error("a formula of %d characters was not set: %s", len(key[0]), type(error).__name__)
        done.append((key, formula))


def typeset(tex: str, display: bool, size: int) -> Formula | None:
    """Set a formula as a drawing; return None if it is no LaTeX that the library knows."""
    from ziamath.config import config
    from ziamath.zmath import Latex

    config.svg2 = False  # Qt draws what SVG 1 has
    try:
        made = Latex(tex.strip(), size=size, color=_INK, inline=not display).svg()
    except bad_latex():
        return None
    found = _VIEW.search(made)
    if found is None:
        return None
    _x, y, width, height = map(float, found.groups())
    return Formula(made, width, height, -y) if 0 < width < 10_000 and 0 < height < 10_000 else None


class Drawings(Protocol):
    """Has formulas that are set."""

    def find(self, tex: str, *, display: bool, size: int) -> Formula | None: ...

    def is_pending(self, tex: str, *, display: bool, size: int) -> bool: ...

    def drawing(self, formula: Formula, colour: str) -> QSvgRenderer: ...


class FormulaSpace(QPyTextObject):
    """Keeps space in a line for formulas, and draws them."""

    def __init__(self, theme: Theme, store: Drawings, parent: QObject | None = None) -> None:
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
    """Return the format of the one character that represents a formula."""
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
    """Find a font that goes at least so far below the baseline as a formula does, and return how far that is, in px: Qt
    puts an object as far below the baseline as its font goes."""
    while (depth := QFontMetrics(text_font(size)).descent()) < descent:
        size += 1
    return text_font(size), depth


def _fit(formula: Formula, width: float) -> float:
    return min(1.0, width / formula.width) if width > 0 else 1.0

"""The formulas of a document for paper: drawn as in the window, in lines, as sharp as letters."""

from __future__ import annotations

from PySide6.QtGui import QTextCursor, QTextDocument
from PySide6.QtSvg import QSvgRenderer

from app.export.formulas import FormulaText, source_html
from app.ui.chat.text.formulas import Formula, FormulaSpace, draw, format_formula, typeset_now
from app.ui.look.theme import PAPER, Theme

_NAME = "formula:"
_POINTS_PER_INCH = 72


class PaperFormulas:
    """The formulas of one document; used in one thread. `put` gives HTML, `place` then sets what it stands for."""

    def __init__(self) -> None:
        self._texts: list[FormulaText] = []
        self._set: dict[tuple[str, bool, int], Formula | None] = {}
        self._space: FormulaSpace | None = None

    def put(self, text: FormulaText) -> str:
        if not text.is_one:
            return source_html(text)
        self._texts.append(text)
        return f'<img src="{_NAME}{len(self._texts) - 1}">'

    def place(self, document: QTextDocument, dots_per_inch: int, points: float) -> None:
        """Set all formulas of a document that has its HTML and is not laid out yet. `points` is the size of text if
        nothing else is said. What cannot be set is written as code."""
        if not self._texts:
            return
        self._space = FormulaSpace(Theme(PAPER), self, document)
        self._space.serve(document)
        cursor = QTextCursor(document)
        cursor.beginEditBlock()  # else a paragraph is laid out anew for each of its formulas
        for position, name, size in reversed(_find(document, points)):
            text = self._texts[int(name.removeprefix(_NAME))]
            pixels = round(size * dots_per_inch / _POINTS_PER_INCH)
            formula = self.find(text.tex, display=text.display, size=pixels)
            cursor.setPosition(position)
            cursor.setPosition(position + 1, QTextCursor.MoveMode.KeepAnchor)
            if formula is not None:
                cursor.insertText("\ufffc", format_formula(text, formula, pixels))
            else:
                cursor.insertHtml(f"<code>{source_html(text)}</code>")
        cursor.endEditBlock()

    def find(self, tex: str, *, display: bool, size: int) -> Formula | None:
        key = (tex, display, size)
        if key not in self._set:
            self._set[key] = typeset_now(tex, display=display, size=size)
        return self._set[key]

    def is_pending(self, tex: str, *, display: bool, size: int) -> bool:  # noqa: ARG002 - all are set at once
        return False

    def drawing(self, formula: Formula, colour: str) -> QSvgRenderer:
        return draw(formula, colour)


def _find(document: QTextDocument, points: float) -> list[tuple[int, str, float]]:
    """Return the position of each formula, its name, and the size, in points, of the text around it."""
    found: list[tuple[int, str, float]] = []
    block = document.begin()
    while block.isValid():
        for each in block:  # type: ignore[attr-defined]  # an iterator of fragments
            fragment = each.fragment()
            form = fragment.charFormat()
            if form.isImageFormat() and (name := form.toImageFormat().name()).startswith(_NAME):
                size = form.fontPointSize() or points
                found += [(fragment.position() + n, name, size) for n in range(fragment.length())]
        block = block.next()
    return found

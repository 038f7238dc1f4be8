"""Chips: the space that a text leaves for them, and the buttons in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from PySide6.QtCore import QObject, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
    QPyTextObject,
    QTextCharFormat,
    QTextDocument,
    QTextFormat,
)
from PySide6.QtWidgets import QWidget

from app.core.document import Book
from app.ui.chat.buttons import PlainButton
from app.ui.chat.citations import (
    CitationMark,
    colour_state,
    colour_support,
    describe_citation,
    describe_weighed,
    escape_tip,
)
from app.ui.fonts import text_font, ui_font
from app.ui.spoken import speak_as
from app.ui.theme import SIZE_SMALL, USUAL_SIZES, TextSizes, Theme

HEIGHT = USUAL_SIZES.chip_height
"""Of a chip outside the conversation's text, px."""
_CORNER = 5.0
_PADDING = 7.0  # px left and right of the words
_SIDE = 2.0  # px of air left and right of the frame

_OBJECT = QTextFormat.ObjectTypes.UserObject.value + 1
_LABEL = QTextFormat.Property.UserProperty.value + 1
_DRAWN = QTextFormat.Property.UserProperty.value + 2
_LIFT = 1.0  # px a chip is higher than its space in the line, so that its words are level with the text's


def format_chip(mark: CitationMark, sizes: TextSizes) -> QTextCharFormat:
    """The format of the one character that represents a chip; a mark without a citation is drawn with the text."""
    form = QTextCharFormat()
    form.setObjectType(_OBJECT)
    form.setProperty(_LABEL, mark.label)
    form.setProperty(_DRAWN, mark.citation is None)
    form.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignBaseline)
    form.setFont(text_font(sizes.answer))
    return form


def measure_chip(label: str, sizes: TextSizes = USUAL_SIZES) -> QSize:
    """The size of a chip in pixels."""
    return QSize(round(_measure_words(label, sizes.chip) + 2 * (_PADDING + _SIDE)), sizes.chip_height)


@lru_cache(maxsize=2_000)  # Qt asks for the size of each chip several times
def _measure_words(label: str, size: int) -> float:
    return QFontMetricsF(_font(size)).horizontalAdvance(label)


class ChipSpace(QPyTextObject):
    """Keeps space in a line for chips; draws those of an open answer, which have no button yet."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def serve(self, document: QTextDocument) -> None:
        document.documentLayout().registerHandler(_OBJECT, self)

    def intrinsicSize(self, document: QTextDocument, position: int, form: QTextFormat) -> QSizeF:  # noqa: ARG002
        return QSizeF(measure_chip(str(form.property(_LABEL)), self._theme.sizes))

    def drawObject(
        self,
        painter: QPainter,
        rectangle: QRectF | QRect,
        document: QTextDocument,  # noqa: ARG002
        position: int,  # noqa: ARG002
        form: QTextFormat,
    ) -> None:
        if form.property(_DRAWN):
            palette, place = self._theme.palette, QRectF(rectangle).translated(0, -_LIFT)
            size = self._theme.sizes.chip
            draw_chip(painter, place, str(form.property(_LABEL)), palette.soft_ink, palette.surface, size=size)


def draw_chip(
    painter: QPainter,
    rectangle: QRectF,
    label: str,
    colour: str,
    ground: str,
    *,
    lit: bool = False,
    size: int = SIZE_SMALL,
) -> None:
    """Draw a frame with words of this `size` (px) in it; `lit` for the one under the mouse or with the focus."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    frame = rectangle.adjusted(_SIDE + 0.5, 0.5, -_SIDE - 0.5, -0.5)
    painter.setPen(QPen(QColor(colour), 2.0 if lit else 1.0))
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(frame, _CORNER, _CORNER)
    painter.setFont(_font(size))
    painter.drawText(rectangle, Qt.AlignmentFlag.AlignCenter, label)
    painter.restore()


def place_chip(line_top: float, baseline: float, sizes: TextSizes) -> int:
    """The top of a chip, given the top and the baseline (down from it) of its line, px."""
    descent = QFontMetricsF(text_font(sizes.answer)).descent()
    return round(line_top + baseline + descent - sizes.chip_height - _LIFT)


class ChipButton(PlainButton):
    """A citation that can be opened with the mouse or the keyboard."""

    def __init__(
        self,
        mark: CitationMark,
        theme: Theme,
        shelf: Mapping[str, Book],
        parent: QWidget | None = None,
        sizes: TextSizes | None = None,
    ) -> None:
        """`sizes` where they are others than those of the text in force."""
        super().__init__(theme, parent)
        assert mark.citation is not None
        self.citation = mark.citation
        self._label = mark.label
        self.setText(mark.label)
        self._sizes = sizes or theme.sizes
        self.setFixedSize(measure_chip(mark.label, self._sizes))
        self._weighed = mark.weighed
        tip = describe_citation(mark.citation, shelf) if mark.weighed is None else describe_weighed(mark.weighed, shelf)
        self.setToolTip(escape_tip(tip))
        self.setAccessibleName(mark.label)
        self.setAccessibleDescription(tip)
        speak_as(self, QAccessible.Role.Link)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        weighed = self._weighed
        colour = colour_support(weighed.support, palette) if weighed else colour_state(self.citation.state, palette)
        ground = palette.wash if self.underMouse() else palette.surface
        draw_chip(painter, QRectF(self.rect()), self._label, colour, ground, lit=self.hasFocus(), size=self._sizes.chip)


def _font(size: int) -> QFont:
    return ui_font(size, QFont.Weight.DemiBold)

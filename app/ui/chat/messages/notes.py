"""Quiet lines of text: what happened to an answer, how far the reading is, why a question waits."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QProgressBar, QWidget

from app.ui.chat.text.buttons import InlineButton
from app.ui.look.fonts import ui_font
from app.ui.look.theme import SIZE_SMALL, SIZE_UI, SPACE_S, SPACE_XS, Theme

_MARK = 14  # px
_BAR = 4  # px, as the stylesheet has it
NOTE_INDENT = _MARK + SPACE_S
"""The left edge of the words of a sentence, in px."""
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_LEAST_WIDTH = 80  # px of the words


class RemarkLine(QWidget):
    """A sentence in soft ink with a small mark before it, which is in colour unless the line is `quiet`."""

    indent = 0

    def __init__(self, sentence: str, theme: Theme, parent: QWidget | None = None, *, quiet: bool = False) -> None:
        super().__init__(parent)
        self.sentence = sentence
        self._quiet = quiet
        self._theme = theme
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._layout = QTextLayout(sentence.replace("\n", "\u2028"), ui_font(SIZE_UI))
        self._layout.setTextOption(option)
        self.setAccessibleName(sentence)
        theme.repaint_on_change(self)

    def arrange(self, width: int) -> int:
        """Take this width (px), and return the height that the sentence needs."""
        height = _break_lines(self._layout, width - _MARK - SPACE_S)
        self.resize(width, max(height, _MARK + SPACE_XS))
        return self.height()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(palette.soft_ink if self._quiet else palette.near), 1.2))
        ring = QRectF(0.75, 2.25, _MARK - 1.5, _MARK - 1.5)
        painter.drawEllipse(ring)
        point, first, last = (3.0, 5.5, 9.5) if self._quiet else (9.5, 3.0, 7.0)  # an i, or a !
        painter.drawLine(QPointF(_MARK / 2, ring.y() + first), QPointF(_MARK / 2, ring.y() + last))
        painter.drawPoint(QPointF(_MARK / 2, ring.y() + point))
        painter.setPen(QColor(palette.soft_ink))
        self._layout.draw(painter, QPointF(_MARK + SPACE_S, 0))


class ModelLine(InlineButton):
    """A sentence that leads to a model when it is pressed; its words begin where the marks of other sentences are."""

    indent = -SPACE_XS

    def __init__(self, sentence: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(sentence, theme, parent, size=SIZE_UI, accent=True)
        self.sentence = sentence


class ProgressLine(QWidget):
    """One quiet line, with a thin bar below it if the share that is done is known."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.text = ""
        self.fraction: float | None = None
        self._bar = QProgressBar(self, maximum=100, textVisible=False)
        self.hide()
        theme.repaint_on_change(self)

    def set_progress(self, text: str, fraction: float | None) -> None:
        """Show a text and a bar for `fraction`, from 0 to 1, or no bar if that is None. An empty `text` hides the
        line."""
        self.text, self.fraction = text, fraction
        self.setVisible(bool(text))
        self._bar.setVisible(fraction is not None)
        self._bar.setValue(round(100 * min(1.0, max(0.0, fraction or 0.0))))
        for named in (self, self._bar):
            named.setAccessibleName(text)
        self.update()

    def arrange(self, width: int) -> int:
        if not self.text:
            return 0
        line = QFontMetrics(ui_font(SIZE_SMALL)).height()
        self.resize(width, line + SPACE_S + _BAR)
        self._bar.setGeometry(0, line + SPACE_S, width, _BAR)
        return self.height()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font: QFont = ui_font(SIZE_SMALL)
        painter.setFont(font)
        painter.setPen(QColor(palette.soft_ink))
        metrics = QFontMetrics(font)
        painter.drawText(0, metrics.ascent(), metrics.elidedText(self.text, Qt.TextElideMode.ElideRight, self.width()))


class ComposerNote(QWidget):
    """A sentence in the composer, and a button for what can be done about it. Hidden while there is nothing to say.
    A `quiet` one says what is usual."""

    resized = Signal()

    def __init__(self, theme: Theme, parent: QWidget, *, quiet: bool = False) -> None:
        super().__init__(parent)
        self._theme = theme
        self._quiet = quiet
        self.words = ""
        self.button = InlineButton("", theme, self, size=SIZE_UI)
        self.hide()
        theme.repaint_on_change(self)

    def set_words(self, words: str, action: str) -> None:
        """Set the sentence and the label of its button; without an `action` there is no button."""
        if (words, action) == (self.words, self.button.text()):
            return
        self.words = words
        self.button.setText(action)
        self.button.setAccessibleName(action)
        self.button.setAccessibleDescription(words)
        self.button.resize(self.button.sizeHint())
        self.button.setVisible(bool(action))
        self._arrange()
        self.setAccessibleName(words)
        self.setVisible(bool(words))
        self.update()
        self.resized.emit()

    def heightForWidth(self, width: int) -> int:
        return max(self._place_words(width).bottom() + 1, self.button.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(palette.handle if self._quiet else palette.near), 2))
        painter.drawLine(1, 2, 1, self.height() - 2)
        painter.setPen(QColor(palette.soft_ink if self._quiet else palette.ink))
        painter.setFont(ui_font(SIZE_UI))
        painter.drawText(self._place_words(self.width()), _WRAP, self.words)

    def _arrange(self) -> None:
        self.button.move(self.width() - self.button.width(), 0)

    def _place_words(self, width: int) -> QRect:
        metrics, left = QFontMetrics(ui_font(SIZE_UI)), SPACE_S + 2
        top = max(0, (self.button.height() - metrics.height()) // 2)  # on the line of the button's
        room = QRect(left, top, max(_LEAST_WIDTH, width - left - self.button.width() - SPACE_S), 10_000)
        return metrics.boundingRect(room, int(_WRAP), self.words)


def _break_lines(layout: QTextLayout, width: int) -> int:
    """Lay the text out in lines of this width (px), and return its height."""
    y = 0.0
    layout.beginLayout()
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(1, width))
        line.setPosition(QPointF(0, y))
        y += line.height()
    layout.endLayout()
    return ceil(y)

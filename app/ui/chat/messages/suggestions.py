"""Suggested questions, one below the other: each is a button that wraps."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui.chat.text.buttons import PlainButton
from app.ui.look.fonts import ui_font
from app.ui.look.theme import CORNER, SIZE_TEXT, SIZE_UI, SPACE_M, SPACE_S, SPACE_XS, Theme
from app.wording.i18n import _

_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_MARK = "›"


class SuggestionButton(PlainButton):
    """A question in a frame. A `small` one is less than what is around it, and has a mark in place of the frame."""

    def __init__(self, question: str, theme: Theme, parent: QWidget | None = None, *, small: bool = False) -> None:
        super().__init__(theme, parent)
        self._small = small
        self.setText(question)
        self.setAccessibleName(question)
        self.setAccessibleDescription(_("Suggested question"))

    def heightForWidth(self, width: int) -> int:
        """Return the height that the question's words need in this width, in px."""
        room = QRect(0, 0, width - self._indent() - SPACE_S, 10_000)
        words = QFontMetrics(self._font()).boundingRect(room, _WRAP, self.text())
        return words.height() + 2 * (SPACE_XS if self._small else SPACE_S - 1)

    def sizeHint(self) -> QSize:
        return QSize(self.width(), self.heightForWidth(self.width()))

    def _font(self) -> QFont:
        return ui_font(SIZE_UI if self._small else SIZE_TEXT)

    def _indent(self) -> int:
        return SPACE_S + QFontMetrics(self._font()).horizontalAdvance(_MARK) + SPACE_S if self._small else SPACE_M

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
        hovered, focused = self.underMouse(), self.hasFocus()
        fill = palette.wash if hovered else "" if self._small else palette.surface
        edge = palette.accent if focused else "" if self._small else palette.handle if hovered else palette.line
        painter.setPen(QPen(QColor(edge), 1.5 if focused else 1) if edge else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(fill) if fill else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, CORNER, CORNER)
        painter.setFont(self._font())
        if self._small:
            painter.setPen(QColor(palette.accent))
            painter.drawText(self.rect().adjusted(SPACE_S, 0, 0, 0), _WRAP, _MARK)
        painter.setPen(QColor(palette.soft_ink if self._small and not (hovered or focused) else palette.ink))
        painter.drawText(self.rect().adjusted(self._indent(), 0, -SPACE_S, 0), _WRAP, self.text())


class SuggestionList(QWidget):
    """Questions that can be pressed; empty and hidden until there are some."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, small: bool = False) -> None:
        super().__init__(parent)
        self._theme = theme
        self._small = small
        self._buttons: list[SuggestionButton] = []
        self.setAccessibleName(_("Suggested questions"))
        theme.repaint_on_change(self)
        self.hide()

    @property
    def questions(self) -> tuple[str, ...]:
        return tuple(button.text() for button in self._buttons)

    def set_questions(self, questions: Sequence[str]) -> None:
        if tuple(questions) == self.questions:
            return
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = [SuggestionButton(question, self._theme, self, small=self._small) for question in questions]
        for button in self._buttons:
            button.clicked.connect(partial(self.chosen.emit, button.text()))
        self.setVisible(bool(questions))

    def stops(self) -> list[QWidget]:
        """Return the widgets that Tab visits, in order."""
        return [] if self.isHidden() else [button for button in self._buttons if not button.isHidden()]

    def arrange(self, width: int, room: int | None = None) -> int:
        """Take this width, and no more height than `room`: what comes last is hidden first. Return the height in px."""
        y, gap = 0, 0 if self._small else SPACE_S
        for button in self._buttons:
            height = button.heightForWidth(width)
            y += gap if y else 0
            fits = room is None or y + height <= room
            button.setVisible(fits)
            if not fits:
                room, y = 0, y - gap if y else 0
                continue
            button.setGeometry(0, y, width, height)
            y += height
        self.resize(width, y)
        return y

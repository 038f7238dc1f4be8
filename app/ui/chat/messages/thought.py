"""The row above an answer for what the model thought: folded to one line, opened by a click, also while it comes."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPalette, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.core.documents.untrusted import disarm
from app.ui.chat.text.buttons import PlainButton, draw_state
from app.ui.look.fonts import ui_font
from app.ui.look.icons import Symbol, draw_symbol
from app.ui.look.theme import SIZE_SMALL, SIZE_UI, SPACE_S, SPACE_XS, Theme
from app.wording.i18n import _

_SIGN = 12  # px, of the fold
_LINES = 12  # of an open thought; a longer one is scrolled
_EDGE = 2  # px, of the line at the left of an open thought


class ThoughtRow(QWidget):
    """Hidden while nothing was thought."""

    toggled = Signal(bool)  # it was opened, or folded

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = ""
        self.fold = ThoughtLine(theme, self)
        self.fold.clicked.connect(self._toggle)
        self.body = QPlainTextEdit(self, readOnly=True)
        self.body.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.body.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.body.setFont(ui_font(SIZE_UI))
        self.body.document().setDocumentMargin(0)
        self.body.setAccessibleName(_("What the model thought"))
        self.body.hide()
        self.hide()
        self._restyle()
        theme.changed.connect(self._restyle)

    @property
    def words(self) -> str:
        return self.fold.text()

    @property
    def untrusted_text(self) -> str:
        """All of the thought, as far as it has come."""
        return self._text

    @property
    def is_open(self) -> bool:
        return self.fold.is_open

    def set_open(self, is_open: bool) -> None:
        self.fold.is_open = is_open
        self._fill()

    def set_thought(self, words: str, untrusted_text: str) -> None:
        """Show this thought, `words` being its line; no words hide the row."""
        self._text = untrusted_text
        self._say(words)
        self._fill()

    def append(self, words: str, untrusted_text: str) -> None:
        """Append a piece of a thought that is still coming. `words` is the one line that stands for it."""
        self._text += untrusted_text
        self._say(words)
        if self.is_open and untrusted_text:
            bar = self.body.verticalScrollBar()
            follows = bar.value() >= bar.maximum()
            cursor = QTextCursor(self.body.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(disarm(untrusted_text))
            if follows:
                bar.setValue(bar.maximum())

    def arrange(self, width: int) -> int:
        """Take this width (px), and return the height."""
        if self.isHidden():
            return 0
        self.fold.resize(min(width, self.fold.sizeHint().width()), self.fold.sizeHint().height())
        height = self.fold.height()
        if self.is_open:
            left = SPACE_S + _EDGE
            self.body.setGeometry(left, height + SPACE_XS, width - left, self.body.height())
            self.body.resize(width - left, self._body_height())
            height = self.body.geometry().bottom() + 1 + SPACE_XS
        self.resize(width, height)
        return height

    def stops(self) -> list[QWidget]:
        if self.isHidden():
            return []
        return [self.fold, self.body] if self.is_open else [self.fold]

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        if self.is_open:
            place = self.body.geometry()
            painter = QPainter(self)
            painter.fillRect(QRect(0, place.y(), _EDGE, place.height()), QColor(self._theme.palette.line))

    def _body_height(self) -> int:
        """Return the height of the thought, or of as much as is seen at once, px: text below that is not laid out."""
        document, most = self.body.document(), _LINES * QFontMetrics(self.body.font()).lineSpacing()
        height, block = 0.0, document.begin()
        while block.isValid() and height < most:
            height += document.documentLayout().blockBoundingRect(block).height()
            block = block.next()
        return min(most, ceil(height)) + 2

    def _say(self, words: str) -> None:
        self.fold.set_words(words)
        self.setVisible(bool(words))

    def _fill(self) -> None:
        """Fill the body with the thought if it is open; a folded one costs nothing but its text."""
        self.body.setPlainText(disarm(self._text) if self.is_open else "")
        self.body.setVisible(self.is_open)
        self.update()

    def _toggle(self) -> None:
        self.set_open(not self.is_open)
        self.toggled.emit(self.is_open)

    def _restyle(self) -> None:
        palette = self.body.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(Qt.GlobalColor.transparent))
        palette.setColor(QPalette.ColorRole.Text, QColor(self._theme.palette.soft_ink))
        self.body.setPalette(palette)
        self.body.setStyleSheet(
            f"QPlainTextEdit {{ background: transparent; border: none; padding: 0;"
            f" color: {self._theme.palette.soft_ink}; }}"
        )
        self.update()


class ThoughtLine(PlainButton):
    """The line of a thought; a click opens it, or folds it again."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.is_open = False

    def set_words(self, words: str) -> None:
        if words != self.text():
            self.setText(words)
            self.setAccessibleName(words)
            self.resize(self.sizeHint())
            self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(ui_font(SIZE_SMALL))
        width = _SIGN + SPACE_XS + metrics.horizontalAdvance(self.text()) + 2 * SPACE_XS
        return QSize(width, metrics.height() + SPACE_XS)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        draw_state(painter, self, palette)
        ink = palette.ink if self.underMouse() or self.hasFocus() else palette.soft_ink
        sign = Symbol.DOWN if self.is_open else Symbol.NEXT
        draw_symbol(painter, QRect(0, (self.height() - _SIGN) // 2, _SIGN, _SIGN), sign, ink)
        painter.setPen(QColor(ink))
        painter.setFont(ui_font(SIZE_SMALL))
        left = _SIGN + SPACE_XS
        room = QRect(left, 0, self.width() - left, self.height())
        words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)

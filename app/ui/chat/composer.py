"""The composer: where a question is written and sent, and an answer stopped."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QFont,
    QFontMetrics,
    QFontMetricsF,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.messages import _
from app.ui.chat.buttons import PlainButton, TextButton
from app.ui.chat.editor import QuestionEditor, list_files
from app.ui.chat.typography import SIZE_ANSWER
from app.ui.fonts import text_font, ui_font
from app.ui.theme import CORNER, MEASURE_CHARACTERS, SIZE_SMALL, SIZE_UI, SPACE_M, SPACE_S, SPACE_XL, Theme

MOST_LINES = 8

_LINE = 22  # px
_TOOLS = 30  # px
_SLACK = 2  # px; without it Qt takes the last line for half hidden, and scrolls the first one away
_PADDING = SPACE_M


class SendButton(PlainButton):
    """`Send`, or `Stop  Esc` while an answer is being written."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.tell(busy=False)

    def tell(self, *, busy: bool) -> None:
        self.setText(_("Stop  Esc") if busy else _("Send"))
        self.setAccessibleName(_("Stop") if busy else _("Send"))
        self.setToolTip(_("Stop the answer (Esc)") if busy else _("Ask (Return)"))
        self.resize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        words = QFontMetrics(ui_font(SIZE_UI, QFont.Weight.DemiBold)).horizontalAdvance(self.text())
        return QSize(words + 2 * 14, _TOOLS)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect())
        if self.hasFocus():
            painter.setPen(QPen(QColor(palette.accent), 1.5))
            painter.drawRoundedRect(frame.adjusted(0.75, 0.75, -0.75, -0.75), CORNER, CORNER)
            frame.adjust(3, 3, -3, -3)
        painter.setPen(Qt.PenStyle.NoPen)
        ground = palette.accent if self.isEnabled() else palette.line
        painter.setBrush(QColor(ground).darker(112) if self.underMouse() and self.isEnabled() else QColor(ground))
        painter.drawRoundedRect(frame, CORNER - 1, CORNER - 1)
        painter.setPen(QColor(palette.on_accent if self.isEnabled() else palette.soft_ink))
        painter.setFont(ui_font(SIZE_UI, QFont.Weight.DemiBold))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())


class Composer(QWidget):
    """A frame with the field, and below it what can be added, a note and the button.

    It never empties itself: whoever takes a question calls `set_text("")` once the question is kept.
    """

    submitted = Signal(str)  # never blank
    stop_requested = Signal()
    add_book_requested = Signal()
    edit_last_requested = Signal()
    text_changed = Signal(str)
    cancelled_edit = Signal()
    files_dropped = Signal(list)  # paths, str

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._busy = False
        self._editing = False
        self._dragged_over = False
        self._note = ""
        self._text_height = _LINE
        self.editor = QuestionEditor(self)
        self.book_button = TextButton(_("+ Book"), theme, self, tip=_("Put a book on the desk"), size=SIZE_UI)
        self.send_button = SendButton(theme, self)
        self.setFocusProxy(self.editor)
        self.setAcceptDrops(True)
        self.editor.viewport().setAcceptDrops(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.editor.asked.connect(self._submit)
        self.editor.left.connect(self._leave)
        self.editor.earlier_wanted.connect(self.edit_last_requested)
        self.editor.files_given.connect(self.files_dropped)
        self.editor.textChanged.connect(self._take_text)
        self.editor.document().documentLayout().documentSizeChanged.connect(self._grow)
        self.editor.installEventFilter(self)
        self.book_button.clicked.connect(self.add_book_requested)
        self.send_button.clicked.connect(self._press)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._enable()

    # what the window calls

    def set_busy(self, busy: bool) -> None:
        """While busy the button stops instead of sending, and so does Esc; the text can be written on."""
        self._busy = busy
        self.send_button.tell(busy=busy)
        self._enable()
        self._arrange()

    def set_text(self, text: str) -> None:
        self.editor.setPlainText(text)
        self.editor.moveCursor(QTextCursor.MoveOperation.End)

    @Slot(str)
    def take_quotation(self, text: str) -> None:
        """Put what one wants to ask about before what is written, and go behind it."""
        written = self.text().strip()
        self.set_text(f"{text}\n{written}")
        self._grow()  # by the lines that it was broken into; as far as there is room, all of it is in sight
        self.editor.verticalScrollBar().setValue(0)
        self.editor.ensureCursorVisible()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def text(self) -> str:
        return self.editor.toPlainText()

    def set_note(self, text: str) -> None:
        """What stands left of the button, such as `18 tokens`."""
        self._note = text
        self.setAccessibleDescription(text)
        self.update()

    def set_hint(self, placeholder: str) -> None:
        self.editor.setPlaceholderText(placeholder)

    def set_editing(self, editing: bool) -> None:
        """An earlier question is in the field; Esc emits `cancelled_edit`."""
        self._editing = editing
        self.editor.setAccessibleDescription(_word_editing() if editing else "")
        self.update()

    # what the person does

    def _submit(self) -> None:
        text = self.text()
        if text.strip() and not self._busy:
            self.submitted.emit(text)

    def _leave(self) -> None:
        if self._busy:
            self.stop_requested.emit()
        elif self._editing:
            self.cancelled_edit.emit()

    def _press(self) -> None:
        if self._busy:
            self.stop_requested.emit()
        else:
            self._submit()

    def _take_text(self) -> None:
        self._enable()
        self.text_changed.emit(self.text())

    def _enable(self) -> None:
        self.send_button.setEnabled(self._busy or not self.editor.document().isEmpty())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:  # from one of the buttons
            self._leave()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if list_files(event.mimeData()) or event.mimeData().hasText():
            event.acceptProposedAction()
            self._show_drag(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: ARG002
        self._show_drag(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_drag(False)
        event.acceptProposedAction()
        self.editor.insertFromMimeData(event.mimeData())

    def _show_drag(self, over: bool) -> None:
        self._dragged_over = over
        self.update()

    # looks

    def sizeHint(self) -> QSize:
        return QSize(480, self._text_height + SPACE_S + _TOOLS + 2 * _PADDING + SPACE_S)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.sizeHint().height())

    def _grow(self) -> None:
        """Take as much height as the text needs, up to that of eight lines."""
        needed, most = 0.0, MOST_LINES * _LINE
        block = self.editor.document().firstBlock()
        while block.isValid() and needed < most:
            needed += self.editor.blockBoundingRect(block).height()  # lays the block out where that is still to do
            block = block.next()
        height = round(min(max(needed, _LINE), most)) + _SLACK
        scrolls = needed > most
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.editor.setVerticalScrollBarPolicy(policy)
        if height != self._text_height:
            self._text_height = height
            self.updateGeometry()
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _frame(self) -> QRect:
        measure = round(QFontMetricsF(text_font(SIZE_ANSWER)).averageCharWidth() * MEASURE_CHARACTERS)
        width = min(measure, self.width() - 2 * SPACE_XL)
        return QRect((self.width() - width) // 2, SPACE_S, width, self.height() - SPACE_S)

    def _arrange(self) -> None:
        inside = self._frame().adjusted(_PADDING, _PADDING, -_PADDING, -_PADDING)
        tools = inside.bottom() + 1 - _TOOLS
        self.editor.setGeometry(inside.x(), inside.y(), inside.width(), tools - SPACE_S - inside.y())
        self.book_button.move(inside.x() - 4, tools + (_TOOLS - self.book_button.height()) // 2)
        self.send_button.move(inside.right() + 1 - self.send_button.width(), tools)
        self.update()

    def _restyle(self) -> None:
        palette = self._theme.palette
        colours = self.editor.palette()
        for role, colour in (
            (QPalette.ColorRole.Base, palette.surface),
            (QPalette.ColorRole.Text, palette.ink),
            (QPalette.ColorRole.PlaceholderText, palette.soft_ink),
            (QPalette.ColorRole.Highlight, palette.highlight),
            (QPalette.ColorRole.HighlightedText, palette.ink),
        ):
            colours.setColor(role, QColor(colour))
        self.editor.setPalette(colours)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self._frame())
        focused = self._dragged_over or self.editor.hasFocus()
        width = 2.0 if self._dragged_over else 1.0
        edge = palette.accent if self._dragged_over else palette.soft_ink if focused else palette.line
        painter.setPen(QPen(QColor(edge), width))
        painter.setBrush(QColor(palette.surface))
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), CORNER, CORNER)
        self._paint_note(painter)

    def _paint_note(self, painter: QPainter) -> None:
        painter.setPen(QColor(self._theme.palette.soft_ink))
        left = self.book_button.geometry().right() + SPACE_M
        right = self.send_button.x() - SPACE_M
        room = QRect(left, self.send_button.y(), max(0, right - left), _TOOLS)
        painter.setFont(ui_font(SIZE_UI))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._note)
        if self._editing:
            painter.setFont(ui_font(SIZE_SMALL))
            taken = painter.fontMetrics().horizontalAdvance(self._note)
            words = painter.fontMetrics().elidedText(
                _word_editing(), Qt.TextElideMode.ElideRight, max(0, room.width() - taken)
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)


def _word_editing() -> str:
    return _("Editing an earlier question · Esc leaves it")

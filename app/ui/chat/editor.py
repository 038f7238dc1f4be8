"""The field that a question is written in: plain text, and the keys that mean something else there."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from app.messages import _
from app.ui.chat.untrusted import disarm
from app.ui.fonts import ui_font
from app.ui.theme import SIZE_TEXT

MAX_LINE_CHARACTERS = 20_000  # of one pasted line; a longer one would take seconds to lay out, so it is broken
_RETURN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class QuestionEditor(QPlainTextEdit):
    """Return asks, Shift+Return begins a line. While an input method composes, Return belongs to it alone."""

    asked = Signal()
    left = Signal()  # Esc
    earlier_wanted = Signal()  # Up, while nothing is written
    files_given = Signal(list)  # paths

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composing = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFont(ui_font(SIZE_TEXT))
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.document().setDocumentMargin(0)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(_("Question"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self._composing and (key in _RETURN_KEYS or key == Qt.Key.Key_Escape):
            event.accept()
        elif key in _RETURN_KEYS and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.insertPlainText("\n")
            self.ensureCursorVisible()
        elif key in _RETURN_KEYS:
            self.asked.emit()
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key == Qt.Key.Key_Up and not self._composing and self.document().isEmpty():
            self.earlier_wanted.emit()
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        self._composing = bool(event.preeditString())

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return bool(list_files(source)) or source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        if files := list_files(source):
            self.files_given.emit(files)
        elif source.hasText():
            self.insertPlainText(_break_lines(disarm(source.text())))


def list_files(source: QMimeData) -> list[str]:
    """The paths in what was pasted or dropped, where it consists of files; otherwise none."""
    urls = source.urls() if source.hasUrls() else []
    paths = [url.toLocalFile() for url in urls if url.isLocalFile()]
    return paths if len(paths) == len(urls) else []


def _break_lines(text: str) -> str:
    if len(text) <= MAX_LINE_CHARACTERS:
        return text
    lines = []
    for line in text.split("\n"):
        lines += [line[at : at + MAX_LINE_CHARACTERS] for at in range(0, max(1, len(line)), MAX_LINE_CHARACTERS)]
    return "\n".join(lines)

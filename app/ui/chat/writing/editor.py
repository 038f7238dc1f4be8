"""The field that a question is written in: plain text, and the keys that mean something else there."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QColor, QInputMethodEvent, QKeyEvent, QPalette, QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from app.core.documents.untrusted import disarm
from app.documents.text.flow import MAX_PAGE_CHARACTERS
from app.ui.chat.writing.intake import holds_image, holds_words, list_files, read_image
from app.ui.look.theme import Palette

MAX_LINE_CHARACTERS = 20_000  # of one pasted line; a longer one would take seconds to lay out, so it is broken
_RETURN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class QuestionEditor(QPlainTextEdit):
    """Return asks, Shift+Return begins a line. While an input method composes, Return belongs to it alone."""

    asked = Signal()
    left = Signal()  # Esc
    earlier_wanted = Signal()  # Up, while nothing is written
    slash_typed = Signal()  # and nothing else is written
    files_given = Signal(list)  # paths
    image_given = Signal(object)  # bytes | QImage
    long_pasted = Signal()  # more than a page

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pasted = QTextCursor()
        self._composing = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)  # lines are wrapped
        self.document().setDocumentMargin(0)
        self.viewport().setAutoFillBackground(False)

    def set_colours(self, palette: Palette, *, quiet: bool = False) -> None:
        """Take the colours of a theme; the text is paler when `quiet`."""
        colours = self.palette()
        for role, colour in (
            (QPalette.ColorRole.Base, palette.surface),
            (QPalette.ColorRole.Text, palette.soft_ink if quiet else palette.ink),
            (QPalette.ColorRole.PlaceholderText, palette.soft_ink),
            (QPalette.ColorRole.Highlight, palette.highlight),
            (QPalette.ColorRole.HighlightedText, palette.ink),
        ):
            colours.setColor(role, QColor(colour))
        self.setPalette(colours)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self._composing and (key in _RETURN_KEYS or key == Qt.Key.Key_Escape):
            event.accept()
        elif key in _RETURN_KEYS and event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not self.isReadOnly():
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
            if event.text() == "/" and self.toPlainText() == "/":
                self.slash_typed.emit()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        super().inputMethodEvent(event)
        self._composing = bool(event.preeditString())

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return bool(list_files(source)) or source.hasText() or holds_image(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if files := list_files(source):
            self.files_given.emit(files)
        elif holds_image(source) and not holds_words(source):
            self.image_given.emit(read_image(source))
        elif source.hasText() and not self.isReadOnly():
            self._paste(_break_lines(disarm(source.text())))

    def _paste(self, text: str) -> None:
        """Remember where it stands, however the person writes around it."""
        start = self.textCursor().selectionStart()
        self.insertPlainText(text)
        if len(text) > MAX_PAGE_CHARACTERS:
            self._pasted = QTextCursor(self.document())
            self._pasted.setKeepPositionOnInsert(True)  # what is written behind it does not belong to it
            self._pasted.setPosition(start)
            self._pasted.setPosition(self.textCursor().position(), QTextCursor.MoveMode.KeepAnchor)
            self.long_pasted.emit()

    def holds_long_paste(self) -> bool:
        """Return whether more than a page was pasted, and is still there."""
        return self._pasted.selectionEnd() - self._pasted.selectionStart() > MAX_PAGE_CHARACTERS

    def take_paste(self) -> str:
        """Remove what was pasted, so that Ctrl+Z brings it back, and return it."""
        text = self._pasted.selectedText().replace("\u2029", "\n")
        self._pasted.removeSelectedText()
        return text


def _break_lines(text: str) -> str:
    if len(text) <= MAX_LINE_CHARACTERS:
        return text
    lines = []
    for line in text.split("\n"):
        lines += [line[at : at + MAX_LINE_CHARACTERS] for at in range(0, max(1, len(line)), MAX_LINE_CHARACTERS)]
    return "\n".join(lines)

"""Shows a note on highlighted words in a small card at their place, to be read, changed or deleted."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.core.documents.note import Marker, Note
from app.core.documents.untrusted import disarm
from app.ui.look.theme import SPACE_M, SPACE_S, SPACE_XS, Theme
from app.ui.page.selection_bar import marker_buttons
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import STRETCH, column, row
from app.ui.widgets.popups import Popup
from app.wording.i18n import _
from app.wording.notes import lost_words

_SIZE = QSize(340, 220)


class NoteCard(Popup):
    """The card of one note. It closes also with Esc, and with Ctrl+Return. `written` carries the text, if it is another
    one when the card closes; `marked` carries a Marker; `left_empty` tells that the card closed with nothing written in
    it, on a note that has no words of the page either."""

    marked = Signal(object)
    written = Signal(str)
    delete_wanted = Signal()
    left_empty = Signal()

    def __init__(self, note: Note, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Note"))
        self._window = parent.window()
        self._before, self._words = note.text, note.words
        self._gone = False
        self.markers = marker_buttons(theme, _("Highlight: {marker}"))
        for button in self.markers:
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setChecked(button.marker is note.marker)
            button.clicked.connect(partial(self._mark, button.marker))
            if not note.words:
                button.hide()
        self.editor = QPlainTextEdit(disarm(note.text))
        self.editor.setProperty("role", "framed")
        self.editor.setAccessibleName(_("Note"))
        self.editor.setPlaceholderText(_("Write a note…"))
        self.editor.setTabChangesFocus(True)
        self.editor.setAcceptDrops(False)
        self.delete = TextButton(_("Delete"), role="quiet")
        self.delete.clicked.connect(self._delete)
        self.done = TextButton(_("Done"))
        self.done.clicked.connect(self.close)
        lost = PlainLabel(lost_words(), role="small", wraps=True)
        if note.place is None or not note.place.lost:
            lost.hide()
        top = row(*self.markers, STRETCH, self.delete, spacing=SPACE_XS)
        foot = row(STRETCH, self.done)
        margins = (SPACE_M, SPACE_S, SPACE_M, SPACE_M)
        column(top, lost, (self.editor, 1), foot, of=self, margins=margins, spacing=SPACE_S)
        self.resize(_SIZE)

    def open_beside(self, area: QRect) -> None:
        """Open the card below a place in global coordinates, or above it if there is no room below it in the window."""
        room = QRect(self._window.mapToGlobal(QPoint()), self._window.size())
        x = max(room.left(), min(area.left(), room.right() - self.width() - SPACE_S))
        y = area.bottom() + SPACE_S
        if y + self.height() > room.bottom():
            y = max(room.top(), area.top() - self.height() - SPACE_S)
        self.move(x, y)
        self.show()
        self.editor.setFocus()
        self.editor.moveCursor(self.editor.textCursor().MoveOperation.End)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        closing = event.key() == Qt.Key.Key_Escape
        done = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if closing or (done and event.modifiers() & Qt.KeyboardModifier.ControlModifier):
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        text = self.editor.toPlainText().strip()
        if not self._gone and not text and not self._words:
            self._gone = True
            self.left_empty.emit()
        elif not self._gone and text != self._before:
            self._before = text
            self.written.emit(text)
        super().closeEvent(event)

    def _mark(self, marker: Marker) -> None:
        self.marked.emit(marker)

    @Slot()
    def _delete(self) -> None:
        self._gone = True
        self.delete_wanted.emit()
        self.close()

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
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.chat.messages.notes import ComposerNote
from app.ui.chat.text.buttons import InlineButton, PlainButton
from app.ui.chat.writing.attachments import Attachments
from app.ui.chat.writing.editor import QuestionEditor
from app.ui.chat.writing.words_switch import WordsSwitch
from app.ui.kit.file_kind import choosing_words
from app.ui.look.fonts import column_width, ui_font
from app.ui.look.theme import CORNER, SIZE_UI, SPACE_M, SPACE_S, SPACE_XL, Theme
from app.wording.i18n import _

HEIGHT = 30  # px, of the button and of the row that it is in
MOST_LINES = 8
IMAGE_KEYS = "Ctrl+Shift+I"
_LINE = 22  # px, of text of the usual size
_SLACK = 2  # px; without it Qt takes the last line for half hidden, and scrolls the first one away
_PADDING = SPACE_M


class SendButton(PlainButton):
    """The button that says `Send`, `Stop Esc` while an answer is being written, or `Cancel Esc` while a question is
    held."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.set_state(busy=False, held=False)

    def set_state(self, *, busy: bool, held: bool) -> None:
        if held:
            words = _("Cancel  Esc"), _("Cancel"), _("Take back the question (Esc)")
        elif busy:
            words = _("Stop  Esc"), _("Stop"), _("Stop the answer (Esc)")
        else:
            words = _("Send"), _("Send"), _("Ask (Return)")
        text, name, tip = words
        self.setText(text)
        self.setAccessibleName(name)
        self.setToolTip(tip)
        self.resize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        words = QFontMetrics(ui_font(SIZE_UI, QFont.Weight.DemiBold)).horizontalAdvance(self.text())
        return QSize(words + 2 * 14, HEIGHT)

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
    """A frame with the field; above it the attached images and why a question is held; below it the buttons and a note.

    It never empties itself: its presenter calls `set_text("")` once the question is kept.
    """

    submitted = Signal(str)  # blank only where images are attached
    stop_requested = Signal()
    add_book_requested = Signal()
    add_image_requested = Signal()
    instructions_requested = Signal()
    edit_last_requested = Signal()
    text_changed = Signal(str)
    cancelled_edit = Signal()
    hold_answered = Signal()  # the button beside a held question
    left = Signal()  # Esc, but for an edit that it ends
    files_dropped = Signal(list)  # paths, str
    image_given = Signal(object)  # bytes | QImage
    document_given = Signal(str)  # a pasted text that is to be one

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._busy = self._refused = self._locked = self._dragged_over = False
        self._note = ""
        self._text_height = _LINE + _SLACK
        self.scope = ComposerNote(theme, self, quiet=True)
        """A note of what is asked besides the desk; without words where nothing is."""
        self.pasted = ComposerNote(theme, self, quiet=True)
        """A note below that one about a long text that was pasted, and may become a document."""
        self.editor = QuestionEditor(self)
        self.attachments = Attachments(theme, self)  # after the field in the order of Tab: that comes first
        self.hold = ComposerNote(theme, self)
        """A note about a question that was not sent; without words where there is none."""
        self.editing = ComposerNote(theme, self)
        """The line that says which earlier question is in the field; empty if a new one is."""
        self._notes = self.scope, self.pasted, self.hold, self.editing  # from the top
        buttons = (InlineButton("", theme, self, size=SIZE_UI) for _place in range(3))
        self.book_button, self.instructions_button, self.image_button = buttons
        self.words = WordsSwitch(theme, self)
        """The choice in whose words the answer is written; hidden where there is none."""
        self.send_button = SendButton(theme, self)
        self.setFocusProxy(self.editor)
        self.setAcceptDrops(True)
        self.editor.viewport().setAcceptDrops(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._connect_editor()
        self.book_button.clicked.connect(self.add_book_requested)
        self.image_button.clicked.connect(self.add_image_requested)
        self.instructions_button.clicked.connect(self.instructions_requested)
        self.attachments.resized.connect(self._take_attachments)
        for note in self._notes:
            note.resized.connect(self._take_attachments)
        self.pasted.button.clicked.connect(self._keep_pasted)
        self.hold.button.clicked.connect(self.hold_answered)
        self.editing.button.clicked.connect(self.cancelled_edit)
        self.send_button.clicked.connect(self._press)
        theme.changed.connect(self._restyle)
        theme.resized.connect(self._resize)
        self._restyle()
        self._resize()
        self.show_tools()

    def _connect_editor(self) -> None:
        self.editor.asked.connect(self.submit)
        self.editor.left.connect(self._leave)
        self.editor.earlier_wanted.connect(self._want_earlier)
        self.editor.files_given.connect(self.files_dropped)
        self.editor.image_given.connect(self.image_given)
        self.editor.long_pasted.connect(self._offer_pasted)
        self.editor.textChanged.connect(self._take_text)
        self.editor.document().documentLayout().documentSizeChanged.connect(self._grow)
        self.editor.installEventFilter(self)

    # ---- what the window calls

    def hide_tools(self) -> None:
        """Hide all but the field, which can be written in: nothing else works yet, and the person's language is not
        known."""
        for button in self._tools():
            button.hide()

    def show_tools(self) -> None:
        """Show the tools, in the person's language."""
        self.editor.setAccessibleName(_("Question"))
        self.book_button.set_words(_("+ Document"), _("Put a document on the desk"))
        self.say_shown(choosing_words(()).tip)
        self.words.set_language()
        for button in self._tools():
            button.show()
        self.set_instructed(False)
        self._update_button()

    def say_shown(self, words: str) -> None:
        """Say what the button for images can show to the model."""
        self.image_button.set_words(_("+ Image"), f"{words}  {IMAGE_KEYS}")

    def offer_images(self, offered: bool) -> None:
        """Show the button for images, the last one, if the model sees them."""
        self.image_button.setVisible(offered)
        self._arrange()

    def _tools(self) -> tuple[PlainButton, ...]:
        return self.book_button, self.instructions_button, self.image_button, self.send_button

    def set_instructed(self, instructed: bool) -> None:
        """Show the button for the instructions of the conversation where it has some."""
        self.instructions_button.set_words(_("Instructions ✓"), _("Say how you want answers in this conversation"))
        self.instructions_button.setVisible(instructed)
        self._arrange()

    def set_busy(self, busy: bool) -> None:
        """Set whether an answer is being written: the button then stops it instead of sending, and so does Esc; Return
        sends what is asked next."""
        self._busy = busy
        self._update_button()

    def set_refused(self, refused: bool) -> None:
        """Set whether the attached images prevent a question: the button is disabled, and a question that is sent with
        Return is refused with the reason."""
        self._refused = refused
        self._enable()

    def show_hold(self, words: str, action: str, *, locked: bool) -> None:
        """Show why the question was not sent, and a button that emits `hold_answered`; empty words hide both.

        A `locked` one is held: it cannot be written on, the button takes it back instead of sending, and so does Esc.
        """
        if (words, action, locked) == (self.hold.words, self.hold.button.text(), self._locked):
            return
        if locked and not self._locked:
            self.editor.moveCursor(QTextCursor.MoveOperation.End)
        self._locked = locked
        self.editor.setReadOnly(locked)
        self.hold.set_words(words, action)
        self._offer_pasted()
        self._restyle()
        self._update_button()

    def set_text(self, text: str) -> None:
        self.editor.setPlainText(text)
        self.editor.moveCursor(QTextCursor.MoveOperation.End)

    @Slot(str)
    def take_quotation(self, text: str) -> None:
        """Put a quotation to ask about before what is written, and the cursor behind it."""
        written = self.text().strip()
        self.set_text(f"{text}\n{written}")
        self._grow()  # by its lines; as far as there is room, all of it is in sight
        self.editor.verticalScrollBar().setValue(0)
        self.editor.ensureCursorVisible()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def insert(self, text: str) -> None:
        """Put a text where the cursor is, instead of what is selected, or of the slash that asked for it."""
        if self.text() == "/":
            self.editor.selectAll()
        self.editor.insertPlainText(text)
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def text(self) -> str:
        return self.editor.toPlainText()

    def set_note(self, text: str) -> None:
        """Show a text at the right, beside the buttons, such as `18 tokens`."""
        self._note = text
        self.setAccessibleDescription(text)
        self.update()

    def set_hint(self, placeholder: str) -> None:
        if placeholder != self.editor.placeholderText():
            self.editor.setPlaceholderText(placeholder)
            self.editor.viewport().update()  # else Qt keeps what it drew of the one before

    def set_editing(self, number: int) -> None:
        """Show that the question of this number, from 1, is in the field; 0 for a new one. Esc and the button emit
        `cancelled_edit`."""
        words = _("Editing question {n}").format(n=number) if number else ""
        self.editor.setAccessibleDescription(words)
        self.editing.set_words(words, _("Cancel") if number else "")

    # ---- what the person does

    def submit(self) -> None:
        """Send what is written, if there is anything."""
        text = self.text()
        if (text.strip() or self.attachments.cards()) and not self._locked:
            self.submitted.emit(text)

    def _leave(self) -> None:
        if self.editing.words and not self._busy and not self.hold.words:
            self.cancelled_edit.emit()
        else:
            self.left.emit()

    def _want_earlier(self) -> None:
        if not self.attachments.cards():  # else those of the earlier question would replace them
            self.edit_last_requested.emit()

    def _press(self) -> None:
        if self._busy or self._locked:
            self.stop_requested.emit()
        else:
            self.submit()

    @Slot()
    def _keep_pasted(self) -> None:
        self.document_given.emit(self.editor.take_paste())
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _offer_pasted(self) -> None:
        offered = self.editor.holds_long_paste() and not self._locked
        self.pasted.set_words(_("What you pasted is longer than a page.") if offered else "", _("Keep as a document"))

    def _take_text(self) -> None:
        self._enable()
        self._offer_pasted()
        self.update()
        self.text_changed.emit(self.text())

    def _take_attachments(self) -> None:
        self._enable()
        self.updateGeometry()
        self._arrange()

    def _enable(self) -> None:
        given = bool(self.attachments.cards()) or not self.editor.document().isEmpty()
        self.send_button.setEnabled(self._busy or self._locked or (given and not self._refused))

    def _update_button(self) -> None:
        self.send_button.set_state(busy=self._busy, held=self._locked)
        self._enable()
        self._arrange()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:  # from one of the buttons or cards, like the next one
            self._leave()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.editor.paste()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.editor.canInsertFromMimeData(event.mimeData()):
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

    # ---- looks

    def sizeHint(self) -> QSize:
        above = self._height_of_attachments() + sum(map(self._height_of, self._notes))
        return QSize(480, above + self._text_height + SPACE_S + HEIGHT + 2 * _PADDING + SPACE_S)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.sizeHint().height())

    def _grow(self) -> None:
        """Take as much height as the text needs, up to that of eight lines."""
        line = round(_LINE * self._theme.sizes.percent / 100)
        needed, most = 0.0, MOST_LINES * line
        block = self.editor.document().firstBlock()
        while block.isValid() and needed < most:
            needed += self.editor.blockBoundingRect(block).height()  # lays the block out where it is not yet
            block = block.next()
        height = round(min(max(needed, line), most)) + _SLACK
        scrolls = needed > most
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if scrolls else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.editor.setVerticalScrollBarPolicy(policy)
        if height != self._text_height:
            self._text_height = height
            self.updateGeometry()
            self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()  # the number of rows of cards depends on the width
        self._arrange()

    def _height_of_attachments(self) -> int:
        """Return the height of the attachments with the space below them, in px; 0 if nothing is attached."""
        height = self.attachments.heightForWidth(self._frame().width() - 2 * _PADDING)
        return height + SPACE_M if height else 0

    def _height_of(self, note: ComposerNote) -> int:
        """Return the height of a note with the space below it, in px; 0 if it says nothing."""
        return note.heightForWidth(self._frame().width() - 2 * _PADDING) + SPACE_M if note.words else 0

    def _frame(self) -> QRect:
        width = min(column_width(self._theme.sizes.answer), self.width() - 2 * SPACE_XL)
        return QRect((self.width() - width) // 2, SPACE_S, width, self.height() - SPACE_S)

    def _arrange(self) -> None:
        inside = self._frame().adjusted(_PADDING, _PADDING, -_PADDING, -_PADDING)
        tools = inside.bottom() + 1 - HEIGHT
        images = self._height_of_attachments()
        self.attachments.setGeometry(inside.x(), inside.y(), inside.width(), max(0, images - SPACE_M))
        top = inside.y() + images
        for note in self._notes:
            height = self._height_of(note)
            note.setGeometry(inside.x(), top, inside.width(), max(0, height - SPACE_M))
            top += height
        self.editor.setGeometry(inside.x(), top, inside.width(), tools - SPACE_S - top)
        self.book_button.move(inside.x() - 4, tools + (HEIGHT - self.book_button.height()) // 2)
        last = self.book_button
        for button in (self.instructions_button, self.image_button):
            button.move(last.geometry().right() + SPACE_S, last.y())
            last = last if button.isHidden() else button
        self.send_button.move(inside.right() + 1 - self.send_button.width(), tools)
        self.words.place_between(last.geometry(), self.send_button.geometry())
        self.update()

    def _resize(self) -> None:
        """Set what is typed as large as the questions above it."""
        self.editor.setFont(ui_font(self._theme.sizes.question))
        self._grow()
        self._arrange()

    def _restyle(self) -> None:
        self.editor.set_colours(self._theme.palette, quiet=self._locked)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002
        palette = self._theme.palette
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self._frame())
        focused = self._dragged_over or self.editor.hasFocus()
        width = 2.0 if self._dragged_over else 1.0
        edge = palette.accent if self._dragged_over else palette.soft_ink if focused else palette.edge
        painter.setPen(QPen(QColor(edge), width))
        painter.setBrush(QColor(palette.surface))
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), CORNER, CORNER)
        self._paint_note(painter)

    def _paint_note(self, painter: QPainter) -> None:
        painter.setPen(QColor(self._theme.palette.soft_ink))
        room = self.words.room_beside.adjusted(SPACE_M, 0, 0, 0)
        painter.setFont(ui_font(SIZE_UI))
        note = _("Return asks this next") if self._busy and not self._locked and self.text() else self._note
        if painter.fontMetrics().horizontalAdvance(note) <= room.width():
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, note)

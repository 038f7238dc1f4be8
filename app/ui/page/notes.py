"""A person's highlights and notes on the open page: shown, made, opened where they are clicked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QCursor, QGuiApplication, QHelpEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QToolTip

from app.core.documents.note import Marker, Note
from app.core.documents.untrusted import disarm
from app.services.library.notes import NoteInText
from app.ui.kit.commands import MenuEntry
from app.ui.kit.presenter import Presenter
from app.ui.kit.shown import Shown
from app.ui.kit.window_context import WindowContext
from app.ui.kit.words import note_with_reference
from app.ui.page.markings import BookMarkings
from app.ui.page.note_card import NoteCard
from app.ui.page.note_look import NoteSpan
from app.ui.page.note_popup import NotesPopup
from app.ui.page.panel import PagePanel
from app.ui.widgets.labels import plain_tip

_AT = QSize(1, 1)


class PageNotes(Presenter):
    """The notes on the open page. `changed` tells that some note is another, or new; `delete_wanted` carries a Note;
    `place_wanted` carries the id of a book, a page and words on it."""

    changed = Signal()
    delete_wanted = Signal(object)
    place_wanted = Signal(str, int, str)

    def __init__(
        self, context: WindowContext, panel: PagePanel, shown: Shown, entries: Callable[[], Sequence[MenuEntry]]
    ) -> None:
        """`entries` returns what the list of the book's notes has buttons for."""
        super().__init__(panel)
        self._notes = context.desk.documents.notes
        self._bridge = context.bridge
        self._panel = panel
        self._shown = shown
        self._entries = entries
        self._placed: tuple[NoteInText, ...] = ()
        self._known: BookMarkings | None = None
        self._pressed: QPointF | None = None
        self.card: NoteCard | None = None
        panel.selection.mark_wanted.connect(self.mark)
        panel.selection.note_wanted.connect(self.write)
        panel.text.clicked.connect(self._click_text)
        panel.header.notes_wanted.connect(self.offer)
        panel.image.viewport().installEventFilter(self)

    @Slot()
    def follow(self) -> None:
        """Load the notes of the open book if that is another one now, or was read again."""
        if self._shown.book is None:
            self._known = None
            self._panel.header.notes.hide()
        elif self._known is not self._panel.image.book_marks:
            self._known = self._panel.image.book_marks
            self._placed = ()
            self._panel.header.notes.hide()
            self.load()

    @Slot()
    def load(self) -> None:
        """Load the notes of the open book anew: some may be others."""
        if (book := self._shown.book) is not None:
            taken = partial(self._take, book.id)
            self._call(partial(self._notes.placed, book.id), taken)

    def _take(self, book_id: str, placed: tuple[NoteInText, ...]) -> None:
        if self._shown.book is None or self._shown.book.id != book_id:
            return
        self._placed = placed
        self._panel.header.notes.setVisible(bool(placed))
        drawn: dict[int, list[NoteInText]] = {}
        in_text: dict[int, list[NoteSpan]] = {}
        for each in placed:
            place, marker = each.note.place, each.note.marker
            if place is not None and marker is not None and not place.lost:
                drawn.setdefault(place.page, []).append(each)
                if place.span is not None:
                    span = NoteSpan(*place.span, marker, disarm(each.note.text))
                    in_text.setdefault(place.page, []).append(span)
        self._panel.image.book_marks.show_notes(drawn)
        self._panel.image.viewport().update()
        self._panel.text.show_notes(in_text)

    # ---- making

    @Slot(object)
    def mark(self, marker: Marker) -> None:
        """Highlight the words that are selected."""
        if (work := self._making(marker)) is not None:
            self._do(work, self._made)

    @Slot()
    def write(self) -> None:
        """Write a note about the selected words, or about the page if no words are selected."""
        area = self._panel.selection.area()
        work = self._making(self._panel.selection.marker)
        if work is None and self._shown.place is not None:
            work = partial(self._notes.mark, *self._shown.place, None, None, "")
        if work is not None:
            self._call(work, partial(self._open_made, area))

    def _making(self, marker: Marker) -> Callable[[], Note] | None:
        """Return the work that makes a note of the selected words; None if none are selected."""
        book = self._shown.book
        if book is None:
            return None
        if not self._panel.drawing_shown():
            selected = self._panel.text.selection()
            return partial(self._notes.mark, book.id, *selected, marker, "") if selected else None
        selected = self._panel.image.book_marks.selection()
        layer = self._panel.image.layer(selected[0]) if selected is not None else None
        if selected is None or layer is None:
            return None
        page, characters = selected
        return partial(self._notes.mark_drawn, book.id, page, layer, characters, marker, "")

    def _made(self) -> None:
        self._panel.text.unselect()
        if self._panel.image.book_marks.select(0, None):
            self._panel.image.selected.emit()
        self.changed.emit()

    def _open_made(self, area: QRect | None, note: Note) -> None:
        self._made()
        corner = self._panel.mapToGlobal(self._panel.rect().center())
        self.open(note, area or QRect(corner, _AT))

    # ---- opening

    @Slot()
    def offer(self) -> None:
        """Offer all notes of the book, to go to one of them."""
        if self._shown.book is None or not self._placed:
            return
        notes = tuple(each.note for each in self._placed)
        popup = NotesPopup(notes, self._shown.book, self._entries(), self._panel.theme, self._panel)
        popup.opened.connect(self._go)
        popup.edit_wanted.connect(self.open)
        popup.view.delete_wanted.connect(popup.close)
        popup.view.delete_wanted.connect(self.delete_wanted)
        popup.view.copy_wanted.connect(self._copy)
        popup.opened_by(self._panel.header.notes)
        popup.drop_below(self._panel.header)

    @Slot(object)
    def _go(self, note: Note) -> None:
        if note.place is not None:
            self.place_wanted.emit(note.place.book_id, note.place.page, note.words)

    @Slot(object)
    def _copy(self, note: Note) -> None:
        if self._shown.book is not None:
            QGuiApplication.clipboard().setText(note_with_reference(note, {self._shown.book.id: self._shown.book}))

    @Slot(object, QRect)
    def open(self, note: Note, area: QRect) -> None:
        """Let the person read and change a note, beside a place in global coordinates."""
        self.card = card = NoteCard(note, self._panel.theme, self._panel)
        card.marked.connect(partial(self._change_marker, note.id))
        card.written.connect(partial(self._change_text, note.id))
        card.delete_wanted.connect(partial(self.delete_wanted.emit, note))
        card.left_empty.connect(partial(self._drop, note))
        card.open_beside(area)

    def _drop(self, note: Note) -> None:
        """Delete a note without words of the page whose card was left empty. If something was written on it before, ask
        first; else nobody misses it."""
        if note.text:
            self.delete_wanted.emit(note)
        else:
            self._do(partial(self._notes.store.delete, note.id), self._dropped)

    def _dropped(self) -> None:
        self.changed.emit()

    def _change_marker(self, note_id: str, marker: Marker) -> None:
        self._panel.selection.marker = marker
        self._change(partial(self._notes.change, note_id, marker=marker))

    def _change_text(self, note_id: str, text: str) -> None:
        self._change(partial(self._notes.change, note_id, text=text))

    def _change(self, work: Callable[[], Note | None]) -> None:
        self._call(work, self._changed)

    def _changed(self, note: Note | None) -> None:
        if note is not None:
            self.changed.emit()

    @Slot(int, int)
    def _click_text(self, page: int, character: int) -> None:
        for each in reversed(self._placed):
            place = each.note.place
            if place is not None and place.page == page and each.note.marker and _holds(place.span, character):
                self.open(each.note, QRect(QCursor.pos(), _AT))
                return

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            return self._tell(event)
        if isinstance(event, QMouseEvent) and event.button() is Qt.MouseButton.LeftButton:
            if event.type() == QEvent.Type.MouseButtonPress:
                self._pressed = event.position()
            elif event.type() == QEvent.Type.MouseButtonRelease:
                pressed, self._pressed = self._pressed, None
                if pressed is not None and _is_click(pressed, event.position()):
                    self._click_drawing(event.position())
        return False

    def _tell(self, event: QHelpEvent) -> bool:
        """Show the text about a highlight as its tip, but not for one that is a link; return whether it was shown."""
        note = self._note_at(QPointF(event.pos()))
        if note is None or not note.text:
            return False
        QToolTip.showText(event.globalPos(), plain_tip(disarm(note.text)), self._panel.image)
        return True

    def _note_at(self, at: QPointF) -> Note | None:
        """Return the note at a place on the drawing; None if there is none, or if a link is there, which stays a link
        even if it is highlighted."""
        image = self._panel.image
        page = image.page_under(at)
        if page is None or image.links.under(at) is not None:
            return None
        note_id = image.marks(page).note_at(at, image.placed(page))
        return next((each.note for each in self._placed if each.note.id == note_id), None)

    def _click_drawing(self, at: QPointF) -> None:
        if (note := self._note_at(at)) is not None:
            self.open(note, QRect(QCursor.pos(), _AT))


def _holds(span: tuple[int, int] | None, character: int) -> bool:
    """Return whether a range of characters holds the gap `character`, the one between two characters nearest to the
    mouse."""
    return span is not None and span[0] <= character <= span[1]


def _is_click(pressed: QPointF, released: QPointF) -> bool:
    return (released - pressed).manhattanLength() < QApplication.startDragDistance()

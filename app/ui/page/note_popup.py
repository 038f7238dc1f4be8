"""The notes of the open book, dropped down below the page's header."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QRect, Signal, Slot
from PySide6.QtWidgets import QWidget

from app.core.documents.document import Book
from app.core.documents.note import Note
from app.ui.kit.commands import MenuEntry
from app.ui.look.theme import SPACE_S, SPACE_XL, Theme
from app.ui.page.note_view import NoteView
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.layouts import STRETCH, column, row
from app.ui.widgets.popups import Popup
from app.wording.i18n import _

_WIDEST, _HIGHEST = 520, 520


class NotesPopup(Popup):
    """The list of a book's notes. It closes also when something is chosen. `opened` and `edit_wanted` carry a Note;
    `edit_wanted` carries its place in global coordinates too."""

    opened = Signal(object)
    edit_wanted = Signal(object, QRect)

    def __init__(
        self, notes: tuple[Note, ...], book: Book, entries: Sequence[MenuEntry], theme: Theme, parent: QWidget
    ) -> None:
        """`entries` are what there is a button for below the list."""
        super().__init__(parent)
        self.setAccessibleName(_("Notes in this document"))
        self.view = NoteView(theme)
        self.view.show_notes(notes, {book.id: book}, headed=False)
        self.view.opened.connect(self._open)
        self.view.edit_wanted.connect(self._edit)
        foot = row(STRETCH, *map(self._button, entries))
        column((self.view, 1), foot, of=self, margins=(0, SPACE_S, SPACE_S, SPACE_S), spacing=SPACE_S)

    def _button(self, entry: MenuEntry) -> TextButton:
        button = TextButton(entry.words, role="quiet")
        if entry.run is not None:
            button.clicked.connect(partial(self._leave_for, entry.run))
        return button

    def drop_below(self, header: QWidget) -> None:
        """Open below the panel's header, as high as the notes need."""
        width = min(_WIDEST, header.width() - 2 * SPACE_S)
        room = header.window().height() - header.mapTo(header.window(), QPoint(0, header.height())).y() - SPACE_XL
        highest = min(_HIGHEST, room)
        self.resize(width, highest)
        self.move(header.mapToGlobal(QPoint(header.width() - width - SPACE_S, header.height() + SPACE_S)))
        self.show()
        needed = self.height() - self.view.viewport().height() + self.view.height_needed()
        self.resize(width, min(highest, needed))  # rows are known to be so high now
        self.view.setFocus()

    @Slot(object)
    def _open(self, note: Note) -> None:
        self.opened.emit(note)
        self.close()

    @Slot(object, QRect)
    def _edit(self, note: Note, area: QRect) -> None:
        self.close()
        self.edit_wanted.emit(note, area)

    def _leave_for(self, run: Callable[[], object]) -> None:
        run()
        self.close()

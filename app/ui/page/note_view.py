"""A list of notes that can be opened, changed, copied and deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QListView, QMenu

from app.core.documents.document import Book
from app.core.documents.note import Note
from app.ui.kit.rows import RowRole
from app.ui.look.theme import SPACE_XL, Theme
from app.ui.page.note_rows import NoteDelegate, NoteList, NoteRow
from app.wording.i18n import _

_BATCH, _AT_ONCE, _AGAIN_MS = 60, 300, 20
"""The number of rows that are laid out together, each as high as its words need; the length of the longest list that is
laid out at once; the time (ms) between two looks at whether a row is laid out."""
_EDIT = Qt.Key.Key_F2


class NoteView(QListView):
    """The list of notes. `opened`, `edit_wanted`, `delete_wanted` and `copy_wanted` carry a Note; `edit_wanted` also
    carries where its row is, in global coordinates."""

    opened = Signal(object)
    edit_wanted = Signal(object, QRect)
    delete_wanted = Signal(object)
    copy_wanted = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.notes = NoteList(self)
        self.setModel(self.notes)
        self.setItemDelegate(NoteDelegate(theme, self))
        self.setAccessibleName(_("Notes"))
        self.setMouseTracking(True)
        self.setBatchSize(_BATCH)
        self._goal: QPersistentModelIndex | None = None
        self._again = QTimer(self, singleShot=True, interval=_AGAIN_MS)
        self._again.timeout.connect(self._reach)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(SPACE_XL)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        self.clicked.connect(self._open)
        self.activated.connect(self._open)
        theme.repaint_on_change(self.viewport())

    def menu(self, index: QModelIndex) -> QMenu:
        """Return a new menu for a row with a note; it is empty for any other row."""
        note = self._note(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if note is not None:
            words = _("Show the page") if note.place is not None else _("Show the answer")
            menu.addAction(words, partial(self.opened.emit, note))
            menu.addSeparator()
            menu.addAction(_("Edit…") + "\tF2", partial(self._edit, QPersistentModelIndex(index)))
            menu.addAction(_("Copy with reference") + "\tCtrl+C", partial(self.copy_wanted.emit, note))
            menu.addSeparator()
            menu.addAction(_("Delete") + "\tDel", partial(self.delete_wanted.emit, note))
        return menu

    def event(self, event: QEvent) -> bool:
        """Keep F2 for editing the note; anywhere else in the window it renames the conversation."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() == _EDIT:
            event.accept()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index, note = self.currentIndex(), self._note(self.currentIndex())
        if note is not None and event.key() == _EDIT:
            self._edit(index)
        elif note is not None and event.key() == Qt.Key.Key_Delete:
            self.delete_wanted.emit(note)
        elif note is not None and event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit(note)
        else:
            super().keyPressEvent(event)

    def show_notes(self, notes: Iterable[Note], books: Mapping[str, Book], *, headed: bool = True) -> None:
        """Show notes as `NoteList.show_notes` does; the note that was the current one still is, and stays in sight."""
        chosen = self._note(self.currentIndex())
        self.notes.show_notes(notes, books, headed=headed)
        modes = QListView.LayoutMode
        self.setLayoutMode(modes.Batched if self.notes.rowCount() > _AT_ONCE else modes.SinglePass)
        if chosen is not None:
            self.go_to(chosen.id)

    def go_to(self, note_id: str) -> None:
        """Make a note the current one, in sight as soon as its row is laid out."""
        index = self.notes.index_of(note_id)
        self.setCurrentIndex(index)
        self._goal = QPersistentModelIndex(index)
        self._reach()

    @Slot()
    def _reach(self) -> None:
        if self._goal is None or not self._goal.isValid():
            return
        self.scrollTo(self._goal)
        if self.viewport().rect().intersects(self.visualRect(self._goal)):
            self._goal = None
        elif self.isVisible():
            self._again.start()

    def height_needed(self) -> int:
        """Return the height of all rows together at this width, in pixels."""
        return sum(self.sizeHintForRow(row) for row in range(self.notes.rowCount()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._reach()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.viewport().rect().intersects(self.visualRect(self.currentIndex())):
            self._goal = QPersistentModelIndex(self.currentIndex())
            self._again.start()
        self.scheduleDelayedItemsLayout()  # rows are as high as their words need

    def _note(self, index: QModelIndex | QPersistentModelIndex) -> Note | None:
        shown = index.data(RowRole)
        return shown.note if isinstance(shown, NoteRow) else None

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        if (note := self._note(index)) is not None:
            self.opened.emit(note)

    def _edit(self, index: QModelIndex | QPersistentModelIndex) -> None:
        if (note := self._note(index)) is not None:
            area = self.visualRect(index)
            self.edit_wanted.emit(note, QRect(self.viewport().mapToGlobal(area.topLeft()), area.size()))

    @Slot(QPoint)
    def _open_menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if self._note(index) is not None:
            self.setCurrentIndex(index)
            self.menu(index).popup(self.viewport().mapToGlobal(at))

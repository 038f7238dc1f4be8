"""The notes of all books, or of one, in the middle of the window: searched, opened, changed, exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QListView, QMenu, QWidget

from app.core.document import Book, Format
from app.core.note import Note
from app.core.untrusted import disarm
from app.ui.icons import Icons
from app.ui.notes.rows import NoteDelegate, NoteList, NoteRole, NoteRow
from app.ui.page.selection_bar import MARK_KEY, NOTE_KEY
from app.ui.theme import SPACE_M, SPACE_S, SPACE_XL
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import PlainLabel, Separator
from app.ui.widgets.layouts import boxed, row
from app.ui.widgets.middle_panel import MiddlePanel
from app.wording.i18n import _
from app.wording.units import count

_SEARCH_DELAY_MS = 150
_EDIT = Qt.Key.Key_F2


class NoteView(QListView):
    """`opened`, `edit_wanted`, `delete_wanted`, `copy_wanted` carry a Note; `edit_wanted` also where its row is, in
    global coordinates."""

    opened = Signal(object)
    edit_wanted = Signal(object, QRect)
    delete_wanted = Signal(object)
    copy_wanted = Signal(object)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notes = NoteList(self)
        self.setModel(self.notes)
        self.setItemDelegate(NoteDelegate(icons.theme, self))
        self.setAccessibleName(_("Notes"))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.verticalScrollBar().setSingleStep(SPACE_XL)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)
        self.clicked.connect(self._open)
        self.activated.connect(self._open)
        icons.theme.changed.connect(self.viewport().update)

    def menu(self, index: QModelIndex) -> QMenu:
        """Of a row with a note."""
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
        """F2 renames the conversation elsewhere."""
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()  # rows are as high as their words need

    def _note(self, index: QModelIndex | QPersistentModelIndex) -> Note | None:
        shown = index.data(NoteRole)
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


class NotesPanel(MiddlePanel):
    """`searched` carries the words; `all_wanted`: the notes of all books; `export_wanted` carries whether a copy of the
    PDF is wanted, in place of Markdown."""

    searched = Signal(str)
    all_wanted = Signal()
    export_wanted = Signal(bool)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(icons, _("Notes"), parent)
        self.view = NoteView(icons)
        self.find_field = QLineEdit()
        self.find_field.setPlaceholderText(_("Search in the notes"))
        self.find_field.setAccessibleName(_("Search in the notes"))
        self.find_field.setClearButtonEnabled(True)
        self._later = QTimer(self, singleShot=True, interval=_SEARCH_DELAY_MS)
        self._later.timeout.connect(self._search)
        self.find_field.textChanged.connect(self._later.start)
        self.count = PlainLabel(role="soft")
        self.all = TextButton(_("All notes"), role="quiet")
        self.all.clicked.connect(self.all_wanted)
        self.export = TextButton(_("Export…"))
        self.export.clicked.connect(self._offer_export)
        self.empty = PlainLabel(role="soft", wraps=True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.empty.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, 0)
        self._copies = False
        margins = (SPACE_XL, SPACE_M, SPACE_M, SPACE_S)
        tools = boxed(row((self.find_field, 1), self.all, self.export, margins=margins, spacing=SPACE_S))
        foot = boxed(row(self.count, margins=(SPACE_XL, SPACE_S, SPACE_XL, SPACE_S)))
        self.fill(tools, (self.view, 1), (self.empty, 1), Separator(), foot)
        self.show_notes((), {}, None, "")

    def show_notes(self, notes: Sequence[Note], books: Mapping[str, Book], book: Book | None, words: str) -> None:
        """`book`: the one that they are of, None for all; `words` were searched, or are empty. `books` by their ids."""
        chosen = self.view.currentIndex().data(NoteRole)
        title = disarm(" ".join(book.title.split())) if book is not None else ""
        self.title.setText(_("Notes: {title}").format(title=title) if title else _("Notes"))
        self.all.setVisible(book is not None)
        self._copies = book is not None and book.format is Format.PDF
        self.view.notes.show_notes(notes, books)
        if isinstance(chosen, NoteRow):
            self.view.setCurrentIndex(self.view.notes.index_of(chosen.note.id))
        self.count.setText(_("1 note") if len(notes) == 1 else _("{n} notes").format(n=count(len(notes))))
        self.export.setEnabled(bool(notes) and not words)
        self.empty.setText(_("No note contains “{words}”.").format(words=words) if words else _hint())
        self.view.setVisible(bool(notes))
        self.empty.setVisible(not notes)

    def export_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(_("As Markdown…"), partial(self.export_wanted.emit, False))
        menu.addAction(_("Copy of the PDF with highlights…"), partial(self.export_wanted.emit, True))
        menu.actions()[1].setEnabled(self._copies)
        return menu

    @Slot()
    def _offer_export(self) -> None:
        if self._copies:
            self.export_menu().popup(self.export.mapToGlobal(QPoint(0, self.export.height() + 2)))
        else:
            self.export_wanted.emit(False)

    @Slot()
    def _search(self) -> None:
        self.searched.emit(self.find_field.text().strip())


def _hint() -> str:
    return _(
        "There are no notes yet. Select words on a page, then press {mark} to highlight them or {note} to write a note."
    ).format(mark=MARK_KEY, note=NOTE_KEY)

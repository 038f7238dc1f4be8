"""The notes of all books, or of one, in the middle of the window: searched, opened, changed, exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QMenu

from app.core.documents.document import Book, Format
from app.core.documents.note import Note
from app.core.documents.untrusted import disarm
from app.ui.kit.handbook import Chapter, explain
from app.ui.look.icons import Icons
from app.ui.look.theme import SPACE_M, SPACE_S, SPACE_XL
from app.ui.page.note_view import NoteView
from app.ui.page.selection_bar import MARK_KEY, NOTE_KEY
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import PlainLabel, Separator
from app.ui.widgets.layouts import boxed, column, row
from app.ui.widgets.middle_panel import MiddlePanel
from app.wording.i18n import _
from app.wording.units import counted

_SEARCH_DELAY_MS = 150


class NotesPanel(MiddlePanel):
    """The panel. `searched` carries the words; `all_wanted` asks for the notes of all books; `export_wanted` carries
    whether a copy of the PDF is wanted, in place of Markdown."""

    searched = Signal(str)
    all_wanted = Signal()
    export_wanted = Signal(bool)

    def __init__(self, icons: Icons) -> None:
        super().__init__(icons, _("Notes"))
        explain(self, Chapter.PAGES)
        self.view = NoteView(icons.theme)
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
        counted = row(self.count, margins=(SPACE_XL, SPACE_S, SPACE_XL, SPACE_S))
        self._foot = boxed(column(Separator(), counted))
        self.fill(tools, (self.view, 1), (self.empty, 1), self._foot)
        self.show_notes((), {}, None, "")

    def show_notes(self, notes: Sequence[Note], books: Mapping[str, Book], book: Book | None, words: str) -> None:
        """Show notes. `book` is the one that they are of, None for all; `words` were searched, or are empty. `books`
        are given by their ids."""
        title = disarm(" ".join(book.title.split())) if book is not None else ""
        self.title.setText(_("Notes: {title}").format(title=title) if title else _("Notes"))
        self.all.setVisible(book is not None)
        self._copies = book is not None and book.format is Format.PDF
        self.view.show_notes(notes, books)
        self.count.setText(counted(len(notes), _("1 note"), _("{n} notes")))
        self.export.setEnabled(bool(notes) and not words)
        self.empty.setText(_("No note contains “{words}”.").format(words=words) if words else _hint())
        self._foot.setVisible(bool(notes))
        if not notes and self.isVisible() and (self.view.hasFocus() or self.view.isHidden()):
            self.find_field.setFocus()
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

"""All notes: listed, searched, opened at their place, exported, deleted, kept of answers."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Signal, Slot
from PySide6.QtGui import QGuiApplication

from app.core.conversations.conversation import Citation
from app.core.documents.document import Book
from app.core.documents.note import Marker, Note, NoteSource
from app.core.kept import KeptWhere
from app.core.work import Cancel, finish
from app.features.notes.data import AnnotatedCopy
from app.features.notes.service import note_keeping_of
from app.features.notes.words import unplaced_words
from app.store.conversations import Conversations
from app.ui.frame.undoing import UNDO_MS
from app.ui.kit.bridge import Executor
from app.ui.kit.presenter import Presenter
from app.ui.kit.words import note_with_reference
from app.ui.widgets.dialogs import SaveDialog
from app.ui.widgets.notice import NoticeAction
from app.ui.workspace import Workspace
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.features.notes.window.panel import NotesPanel
    from app.ui.page.note_card import NoteCard


class NotesPresenter(Presenter):
    saved = Signal(str)  # the file that was written

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._workspace = workspace
        self._keeping = note_keeping_of(workspace.desk)
        self._notes, self._library = workspace.desk.documents.notes, workspace.desk.documents.library
        self._conversations = workspace.desk.conversations
        self._bridge, self._window = workspace.bridge, workspace.window
        self._go, self._shown = workspace.navigation, workspace.shown
        self._panel: NotesPanel | None = None
        self._book_id = ""
        self._words = ""
        self.card: NoteCard | None = None
        for changed in (workspace.events.notes_changed, workspace.events.books_changed):
            changed.connect(self.list)

    # ---- the list

    @property
    def panel(self) -> NotesPanel:
        """The panel, made when it is opened first."""
        if self._panel is None:
            from app.features.notes.window.panel import NotesPanel

            panel = self._panel = NotesPanel(self._workspace.icons)
            self._window.add_view(panel)
            panel.closed.connect(self._go.close_view)
            panel.searched.connect(self.search)
            panel.all_wanted.connect(self.open)
            panel.export_wanted.connect(self.export)
            panel.view.opened.connect(self.show_note)
            panel.view.edit_wanted.connect(self.edit)
            panel.view.delete_wanted.connect(self._workspace.pages.note_delete_wanted)
            panel.view.copy_wanted.connect(self.copy)
        return self._panel

    @Slot()
    def open(self) -> None:
        """Show the notes of all books, in the place of the conversation."""
        self._open("")

    @Slot()
    def open_of_book(self) -> None:
        """Show the notes of the book that is open, or of all if none is."""
        self._open(self._shown.book.id if self._shown.book is not None else "")

    def _open(self, book_id: str) -> None:
        self._book_id = book_id
        self._window.show_view(self.panel)
        self.panel.view.setFocus()
        self.list()

    @Slot(str)
    def search(self, words: str) -> None:
        self._words = words
        self.list()

    @Slot()
    def list(self) -> None:
        """Read the notes again, if they are listed."""
        if self._panel is not None:
            work = partial(self._read, self._book_id, self._words)
            self._call(work, self._show)

    def _read(self, book_id: str, words: str) -> tuple[tuple[Note, ...], dict[str, Book], str, str]:
        notes = self._notes.store.find(words) if words else self._notes.store.all()
        if book_id:
            notes = tuple(note for note in notes if note.place is not None and note.place.book_id == book_id)
        return notes, {book.id: book for book in self._library.books()}, book_id, words

    def _show(self, read: tuple[tuple[Note, ...], dict[str, Book], str, str]) -> None:
        notes, books, book_id, words = read
        if (book_id, words) == (self._book_id, self._words):
            self.panel.show_notes(notes, books, books.get(book_id), words)

    # ---- one note

    @Slot(object)
    def show_note(self, note: Note) -> None:
        """Show the page of a note with its words lit, or the answer that it was kept of."""
        if note.place is not None:
            self._go.open_words(note.place.book_id, note.place.page, note.words)
        elif note.source_id:
            work = partial(_place_of, self._conversations, note)
            self._call(work, partial(self._show_answer, note))

    def _show_answer(self, note: Note, place: tuple[str, str] | None) -> None:
        if place is None:
            self.failed.emit(_("The answer that this note was kept of was deleted."))
        elif note.source is NoteSource.CELL:
            self._go.open_kept(KeptWhere.SHEETS, place[0])
        else:
            self._go.open_conversation(*place)

    @Slot(object, QRect)
    def edit(self, note: Note, area: QRect) -> None:
        from app.ui.page.note_card import NoteCard

        self.card = card = NoteCard(note, self._workspace.icons.theme, self.panel)
        card.marked.connect(partial(self._change_marker, note.id))
        card.written.connect(partial(self._change_text, note.id))
        for emptied in (card.delete_wanted, card.left_empty):
            emptied.connect(partial(self._workspace.pages.note_delete_wanted.emit, note))
        card.open_beside(area)

    def _change_marker(self, note_id: str, marker: Marker) -> None:
        work = partial(self._notes.change, note_id, marker=marker)
        self._do(work, self._tell)

    def _change_text(self, note_id: str, text: str) -> None:
        work = partial(self._notes.change, note_id, text=text)
        self._do(work, self._tell)

    def _tell(self) -> None:
        self._workspace.events.notes_changed.emit()

    @Slot(object)
    def copy(self, note: Note) -> None:
        """Copy the words of a note with their reference, and what is written about them."""
        QGuiApplication.clipboard().setText(note_with_reference(note, self._shown.shelf))

    # ---- kept of answers

    @Slot(str)
    def keep(self, answer_id: str) -> None:
        """Keep an answer, its page marks in words, as a note."""
        self._call(partial(self._keep, answer_id), self._kept)

    @Slot()
    def keep_last(self) -> None:
        """Keep the last answer that is shown as a note."""
        answers = [turn.answer for turn in self._shown.turns if turn.answer is not None and turn.answer.text]
        if answers:
            self.keep(answers[-1].id)

    def _keep(self, answer_id: str) -> Note | None:
        from app.export.clipboard import copy_answer

        answer = self._conversations.answer(answer_id)
        if answer is None:
            return None
        words = copy_answer(answer, {book.id: book for book in self._library.books()}).plain
        return self._keeping.keep_words(words, NoteSource.ANSWER, answer_id)

    def keep_cell(self, citation: Citation | None, text: str, question_id: str) -> None:
        """Keep a cell of a table, with the quotation that it rests on."""
        work = partial(self._keeping.keep_cell, citation, text, question_id)
        self._call(work, self._kept)

    @Slot(object)
    def keep_citation(self, citation: Citation) -> None:
        """Keep what an answer quotes as a highlight of the page."""
        if citation.book_id and citation.page > 0:
            place = (citation.book_id, citation.page, citation.shown)
            work = partial(self._keeping.mark_quotation, *place, Marker.BLUE if citation.shown else None)
            self._call(work, self._kept)

    def _kept(self, note: Note | None) -> None:
        if note is None:
            return
        actions = (NoticeAction(_("Show the notes"), self.open),)
        self._window.offer(_("Kept as a note."), actions, passes_ms=UNDO_MS)
        self._workspace.events.notes_changed.emit()

    # ---- exporting

    @Slot(bool)
    def export(self, copy: bool) -> None:
        """Let the person choose a file, for Markdown, or for a copy of the PDF."""
        book = self._shown.shelf.get(self._book_id)
        if copy and book is not None:
            name = _("{title} with highlights").format(title=book.title)
            dialog = SaveDialog(self._window, _("Save a copy with highlights"), name, (_("PDF (*.pdf)"),))
            dialog.fileSelected.connect(partial(self.write_copy, book))
        else:
            name = self.panel.title.text()
            dialog = SaveDialog(self._window, _("Export the notes"), name, (_("Markdown (*.md)"),))
            dialog.fileSelected.connect(partial(self.write, self._book_id))
        dialog.open()

    def write(self, book_id: str, name: str) -> None:
        """Write the notes into this file."""
        work = partial(self._write, book_id, Path(name))
        self._do(work, partial(self._written, name))

    def _write(self, book_id: str, path: Path) -> None:
        from app.features.notes.export import books_of_notes, write_notes  # when something is exported

        notes, books, *_rest = self._read(book_id, "")
        write_notes(notes, books, path)
        self._library.audit_log.exported("notes", path, books=books_of_notes(notes))

    def write_copy(self, book: Book, name: str) -> None:
        """Write a copy of a book with its highlights into this file."""
        self._window.say(_("Writing the copy…"))
        work = partial(self._write_copy, book, Path(name))
        self._call(work, partial(self._copied, name), executor=Executor.READER)

    def _write_copy(self, book: Book, path: Path) -> AnnotatedCopy:
        from app.features.notes.export import check_copy, write_copy

        check_copy(path, book)
        copy = finish(self._keeping.annotated_copy(book.id, Cancel()))
        write_copy(copy.pdf, path, book)
        self._library.audit_log.exported("document", path, item=book.id, books=(book.id,))
        return copy

    def _written(self, name: str) -> None:
        self.saved.emit(name)

    def _copied(self, name: str, copy: AnnotatedCopy) -> None:
        self.saved.emit(name)
        if copy.unplaced:
            self._window.say(unplaced_words(copy.unplaced))


def _place_of(conversations: Conversations, note: Note) -> tuple[str, str] | None:
    """Return the conversation, or the table, and the question that a note was kept of; None if they are gone."""
    answer = conversations.answer(note.source_id) if note.source is NoteSource.ANSWER else None
    question_id = answer.question_id if answer is not None else note.source_id
    question = conversations.question(question_id)
    kept = conversations.get(question.conversation_id) if question is not None else None
    return (kept.id, question.id) if kept is not None and question is not None else None

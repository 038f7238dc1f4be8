"""The beginning of a sheet: its questions from a template or a file, and the documents that it will ask."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog

from app.core.documents.document import Book
from app.features.tables.data import SheetEntry
from app.features.tables.service import SheetTemplate, read_questions
from app.features.tables.window.documents_dialog import DocumentsDialog
from app.features.tables.window.setup import SheetSetup
from app.features.tables.window.work import ListedDocument, SheetWork, WantedSheet
from app.ui.kit.presenter import Presenter
from app.ui.widgets.file_dialogs import FileDialog
from app.ui.workspace import Workspace
from app.wording.i18n import _, language


class SheetBeginning(Presenter):
    """Fills the setup of a new sheet; asks nothing. `listed` carries tuple[SheetEntry, ...], the kept ones."""

    listed = Signal(object)

    def __init__(self, workspace: Workspace, work: SheetWork, setup: SheetSetup) -> None:
        super().__init__(workspace.parent)
        self._work = work
        self._bridge = workspace.bridge
        self._setup = setup
        self._openings = workspace.openings
        self._showing = workspace.shown
        self._filled: tuple[str, tuple[str, ...]] = ("", ())  # a template's name, and the questions that it gave
        self._filled_early = False
        self._grids: frozenset[str] = frozenset()  # the names of templates that are for every document by itself
        self.held = False  # what is written waits to be asked
        self._openings.changed.connect(self.look)
        setup.template_chosen.connect(self.take_template)
        setup.file_wanted.connect(self.choose_file)
        setup.documents_wanted.connect(self.choose_documents)

    def offer(self) -> None:
        """Offer the templates and the kept sheets."""
        self._call(partial(self._work.templates.all, language()), self._offer)
        self.list_kept()

    def list_kept(self) -> None:
        self._call(self._work.sheets.all, self._show_kept)

    def show_conversation(self) -> None:
        """A new sheet asks the books on the desk of the shown conversation, unless others were chosen for it."""
        self.look()
        work = partial(self._work.books, self._showing.books)
        self._call(work, self._show_books)

    def wanted(self, questions: tuple[str, ...], title: str) -> WantedSheet:
        template, given = self._filled
        template = template if given == questions else ""
        books = tuple(self._setup.chosen)
        each = self._setup.asks_each
        # What was chosen is there: only the desk is waited for.
        return WantedSheet(self._showing.id, not books, False, questions, title, template, each, books)

    @Slot(str)
    def take_template(self, name: str) -> None:
        self._filled_early = bool(self._openings.pending(self._showing.id))
        if name in self._grids:
            self._setup.set_asks_each(True)
        work = partial(self._work.questions_of, name, self._showing.id)
        handler = partial(self._take_questions, name)
        self._call(work, handler)

    @Slot()
    def choose_file(self) -> None:
        dialog = FileDialog(self._setup.window(), _("Questions from a file"), "", _("Text in UTF-8 (*.txt *.md *)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.take_file)
        dialog.open()

    @Slot(str)
    def take_file(self, name: str) -> None:
        work = partial(read_questions, Path(name))
        self._call(work, partial(self._take_questions, ""))

    @Slot()
    def choose_documents(self) -> None:
        """Let the person choose from the whole library."""
        self._call(self._work.documents, self._offer_documents)

    @Slot()
    def look(self) -> None:
        """Show which documents are being imported, since they will be asked, too; fill a template in again once they
        are there."""
        pending = self._openings.pending(self._showing.id)
        self._setup.show_opening(pending)
        template, given = self._filled
        unchanged = bool(template) and self._setup.questions() == given
        if self._filled_early and unchanged and not pending and not self.held:
            self.take_template(template)

    @Slot(object)
    def _offer_documents(self, documents: tuple[ListedDocument, ...]) -> None:
        chosen = tuple(self._setup.chosen) or tuple(ref.book_id for ref in self._showing.books)
        dialog = DocumentsDialog(_("Choose documents"), _("Choose"), documents, chosen, self._setup.window())
        titles = {each.book.id: each.book.title for each in documents}
        dialog.given.connect(partial(self._take_documents, titles))
        dialog.open()

    def _take_documents(self, titles: dict[str, str], ids: tuple[str, ...]) -> None:
        self._setup.choose_documents({id: titles[id] for id in ids})

    @Slot(object)
    def _show_kept(self, sheets: tuple[SheetEntry, ...]) -> None:
        self._setup.show_kept(sheets)
        self.listed.emit(sheets)

    @Slot(object)
    def _offer(self, templates: tuple[SheetTemplate, ...]) -> None:
        self._grids = frozenset(template.name for template in templates if template.grid)
        self._setup.show_templates(templates)

    @Slot(object)
    def _show_books(self, books: dict[str, Book]) -> None:
        self._setup.show_books([book.title for book in books.values()])

    def _take_questions(self, template: str, questions: tuple[str, ...]) -> None:
        self._filled = (template, questions)
        self._setup.show_questions(questions, template)
        self.look()

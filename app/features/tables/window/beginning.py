"""The beginning of a table: its draft, its questions from a template or a file, and the documents that it can ask."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog

from app.core.conversations.conversation import BookRef
from app.features.tables.rows import QuestionRow, TableDraft, rows_of
from app.features.tables.service import SheetTemplate, read_questions
from app.features.tables.window.drafts import TableDrafts, stored_draft
from app.features.tables.window.setup import SheetSetup
from app.features.tables.window.sheet_work import ListedDocument, SheetWork, WantedSheet
from app.ui.kit.presenter import Presenter
from app.ui.widgets.file_dialogs import FileDialog
from app.ui.workspace import Workspace
from app.wording.i18n import _, language


class SheetBeginning(Presenter):
    """The beginning of a table. It fills the setup, and keeps what is written in it; it asks nothing."""

    def __init__(self, workspace: Workspace, work: SheetWork, setup: SheetSetup) -> None:
        super().__init__(workspace.parent)
        self._work = work
        self._bridge = workspace.bridge
        self._own = workspace.desk.own_settings
        self._setup = setup
        self._showing = workspace.shown
        self._templates: dict[str, SheetTemplate] = {}  # by their names
        self._filled: tuple[tuple[QuestionRow, ...], tuple[BookRef, ...]] = ((), ())
        """The rows that the chosen template gave, and the documents that it gave them for."""
        self.drafts = TableDrafts(workspace)
        self.drafts.failed.connect(self.failed)
        workspace.events.books_changed.connect(self.list_documents)
        setup.changed.connect(self._on_changed)
        setup.template_chosen.connect(self.take_template)
        setup.file_wanted.connect(self.choose_file)
        self.list_documents()
        self._call(partial(stored_draft, self._own), self._take_draft)

    def offer(self) -> None:
        """Offer the templates, and the documents on the desk."""
        self._call(partial(self._work.templates.all, language()), self._offer)
        self.offer_desk()

    def offer_desk(self) -> None:
        self._setup.documents.offer_desk(self._showing.books)

    @Slot()
    def list_documents(self) -> None:
        self._call(self._work.documents, self._show_documents)

    @property
    def wanted(self) -> WantedSheet:
        """The table as it is written, whose rows have no fault."""
        setup = self._setup
        columns, books = setup.questions.rows.columns, setup.documents.chosen
        return WantedSheet(self._showing.id, False, False, columns, setup.title, setup.each.isChecked(), books)

    def clear(self, made: WantedSheet) -> None:
        """Clear the setup after this table was made: the next one is not written yet, unless a person has begun it."""
        rows = self._setup.questions.rows
        if not any(rows.faults) and rows.columns == made.columns:
            self._setup.show_draft(TableDraft())
            self.drafts.keep()

    @Slot(str)
    def take_template(self, name: str) -> None:
        self._filled = ((), self._setup.documents.chosen)
        work = partial(self._work.questions_of, name, self._setup.documents.chosen)
        self._call(work, partial(self._take_template, name))

    @Slot()
    def choose_file(self) -> None:
        dialog = FileDialog(self._setup.window(), _("Questions from a file"), "", _("Text in UTF-8 (*.txt *.md *)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.take_file)
        dialog.open()

    @Slot(str)
    def take_file(self, name: str) -> None:
        self._call(partial(read_questions, Path(name)), self._take_lines)

    @Slot()
    def _on_changed(self) -> None:
        """Keep what is written; a template that asks about each document, and that nobody has changed, follows the
        documents."""
        draft = self._setup.draft
        self.drafts.put(draft)
        template = self._templates.get(draft.template)
        follows = template is not None and bool(template.each_chapter or template.each_book)
        if follows and draft.books != self._filled[1] and draft.rows == self._filled[0]:
            self.take_template(draft.template)

    @Slot(object)
    def _take_draft(self, draft: TableDraft) -> None:
        """Show what was written before, unless something is written by now."""
        self.drafts.begin(draft)
        if self._setup.draft == TableDraft():
            self._setup.show_draft(draft)

    @Slot(object)
    def _show_documents(self, documents: tuple[ListedDocument, ...]) -> None:
        self._setup.documents.show_documents(documents)

    @Slot(object)
    def _offer(self, templates: tuple[SheetTemplate, ...]) -> None:
        self._templates = {template.name: template for template in templates}
        self._setup.show_templates(templates)

    def _take_template(self, name: str, questions: tuple[str, ...]) -> None:
        before, template = self._setup.draft, self._templates.get(name)
        known = ("", *(each.title for each in self._templates.values()))
        title = template.title if template is not None and before.title in known else before.title
        each = template.grid if template is not None else before.each
        rows = rows_of(questions)
        self._filled = (rows, before.books)
        self._setup.show_draft(TableDraft(title, rows, before.books, each, name))

    def _take_lines(self, questions: tuple[str, ...]) -> None:
        before = self._setup.draft
        self._setup.show_draft(TableDraft(before.title, rows_of(questions), before.books, before.each))

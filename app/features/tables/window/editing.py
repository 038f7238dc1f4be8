"""Changes of the shown grid: questions and documents that are added, cells that a person corrects or comments."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal, Slot

from app.core.conversations.conversation import BookRef
from app.features.tables.data import GridColumn
from app.features.tables.window.cell_table import ShownCell
from app.features.tables.window.column_dialog import ColumnDialog
from app.features.tables.window.correction_dialog import CorrectionDialog
from app.features.tables.window.document_chooser import DocumentsDialog
from app.features.tables.window.panel import SheetPanel
from app.features.tables.window.sheet_work import ListedDocument, OpenedSheet, SheetWork
from app.ui.kit.presenter import Presenter
from app.ui.widgets.dialogs import Confirmation, LineDialog, SmallDialog
from app.ui.workspace import Workspace
from app.wording.i18n import _


class GridEditing(Presenter):
    """Changes the shown grid. `changed` carries the OpenedSheet as it is kept now, `renamed` the id of one and its
    name."""

    changed = Signal(object)
    renamed = Signal(str, str)

    def __init__(self, workspace: Workspace, work: SheetWork, panel: SheetPanel) -> None:
        super().__init__(workspace.parent)
        self._work = work
        self._bridge = workspace.bridge
        self._icons = workspace.icons
        self._panel = panel
        self._table = panel.grid_table
        panel.question.clicked.connect(self.add_question)
        panel.documents.clicked.connect(self.add_documents)
        panel.grid_view.correction_wanted.connect(self._correct)
        panel.grid_view.comment_wanted.connect(self._comment)
        panel.grid_view.column_wanted.connect(self.change_column)
        panel.grid_view.column_unwanted.connect(self._on_column_unwanted)
        panel.grid_view.row_unwanted.connect(self._on_row_unwanted)

    # ---- questions and documents

    @Slot()
    def add_question(self) -> None:
        dialog = ColumnDialog(None, self._panel.window())
        dialog.given.connect(partial(self._add_column, dialog))
        dialog.open()

    @Slot()
    def add_documents(self) -> None:
        """Let the person choose from the library what the grid does not ask yet."""
        self._call(self._work.documents, self._offer_documents)

    @Slot(object)
    def _offer_documents(self, documents: tuple[ListedDocument, ...]) -> None:
        sheet = self._table.sheet
        if sheet is None:
            return
        asked = {ref.book_id for row in sheet.rows for ref in row.books}
        others = [each for each in documents if each.book.id not in asked]
        if not others:
            self.failed.emit(_("All documents of the library are in the table already."))
            return
        dialog = DocumentsDialog(self._icons, others, self._panel.window())
        dialog.given.connect(partial(self._add_rows, dialog))
        dialog.open()

    def _add_column(self, dialog: SmallDialog, column: GridColumn) -> None:
        self._change(partial(self._work.add, columns=(column,)), dialog)

    def _add_rows(self, dialog: SmallDialog, refs: tuple[BookRef, ...]) -> None:
        self._change(partial(self._work.add, rows=tuple((ref,) for ref in refs)), dialog)

    @Slot(int)
    def change_column(self, number: int) -> None:
        known = next((each for each in self._table.columns if each.number == number), None)
        if known is not None:
            dialog = ColumnDialog(known, self._panel.window())
            dialog.given.connect(partial(self._take_column, dialog))
            dialog.open()

    def _take_column(self, dialog: SmallDialog, column: GridColumn) -> None:
        self._change(partial(self._work.change_column, column=column), dialog)

    @Slot(int)
    def _on_column_unwanted(self, number: int) -> None:
        title, words = _("Remove this question?"), _("Its answers to all documents will be deleted.")
        dialog = Confirmation(title, words, _("Remove"), str(number), self._panel.window())
        dialog.confirmed.connect(self._delete_column)
        dialog.open()

    @Slot(str)
    def _delete_column(self, number: str) -> None:
        self._change(partial(self._work.delete_column, number=int(number)))

    @Slot(int)
    def _on_row_unwanted(self, number: int) -> None:
        title, words = _("Remove this document from the table?"), _("Its answers will be deleted. The document stays.")
        dialog = Confirmation(title, words, _("Remove"), str(number), self._panel.window())
        dialog.confirmed.connect(self._delete_row)
        dialog.open()

    @Slot(str)
    def _delete_row(self, number: str) -> None:
        self._change(partial(self._work.delete_row, number=int(number)))

    # ---- its name

    def rename(self, sheet_id: str, title: str) -> None:
        """Ask for the name of a table, shown or not."""
        words = _("The table is listed by it, and exported under it.")
        name, window = _("Name of the table"), self._panel.window()
        dialog = LineDialog(name, words, _("Save"), key=sheet_id, text=title, parent=window)
        dialog.given.connect(partial(self._take_name, dialog))
        dialog.open()

    def _take_name(self, dialog: SmallDialog, sheet_id: str, title: str) -> None:
        if title:
            work = partial(self._work.conversations.rename, sheet_id, title)
            self._submit(dialog, work, partial(self._note_renamed, sheet_id, title))

    def _note_renamed(self, sheet_id: str, title: str, _outcome: object) -> None:
        self.renamed.emit(sheet_id, title)

    # ---- cells

    @Slot(object)
    def _correct(self, shown: ShownCell) -> None:
        dialog = CorrectionDialog(shown, self._panel.window())
        dialog.given.connect(partial(self._take_correction, dialog))
        dialog.open()

    def _take_correction(self, dialog: SmallDialog, question_id: str, text: str) -> None:
        shown = self._table.cell_of(question_id)
        if shown is not None:
            self._change(partial(self._work.correct, cell=shown.cell, correction=text), dialog)

    @Slot(object)
    def _comment(self, shown: ShownCell) -> None:
        window, cell = self._panel.window(), shown.cell
        dialog = LineDialog(
            _("Comment"), shown.column.title, _("Save"), key=cell.question.id, text=cell.comment, parent=window
        )
        dialog.given.connect(partial(self._take_comment, dialog))
        dialog.open()

    def _take_comment(self, dialog: SmallDialog, question_id: str, text: str) -> None:
        self._change(partial(self._work.comment, question_id=question_id, comment=text), dialog)

    def _change(self, work: partial[OpenedSheet], dialog: SmallDialog | None = None) -> None:
        """Change the shown grid in the store, by what was given in `dialog` if there is one, and say what came of
        it."""
        if self._table.sheet is None:
            return
        change = partial(work, self._table.sheet.id)
        if dialog is not None:
            self._submit(dialog, change, self._take_changed)
        else:
            self._call(change, self._take_changed)

    @Slot(object)
    def _take_changed(self, opened: OpenedSheet) -> None:
        if self._table.sheet is not None and self._table.sheet.id == opened.sheet.id:
            self.changed.emit(opened)

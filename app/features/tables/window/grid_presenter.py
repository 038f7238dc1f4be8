"""The shown grid: its progress, questions and documents that are added, cells that a person corrects or asks again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal, Slot

from app.core.conversations.cell import CellEnded
from app.core.conversations.conversation import BookRef
from app.core.documents.document import Book
from app.features.tables.data import GridColumn, Sheet, SheetCell
from app.features.tables.window.column_dialog import ColumnDialog
from app.features.tables.window.correction_dialog import CorrectionDialog
from app.features.tables.window.documents_dialog import DocumentsDialog
from app.features.tables.window.grid_panel import GridPanel
from app.features.tables.window.grid_table import Arrangement, GridTable, ShownValue
from app.features.tables.window.run import SheetRun
from app.features.tables.window.work import OpenedSheet, SheetWork
from app.features.tables.words import count_findings
from app.ui.kit.bridge import Bridge
from app.ui.kit.presenter import Presenter
from app.ui.widgets.dialogs import Confirmation, LineDialog
from app.wording.i18n import _
from app.wording.units import count, duration

_ENOUGH = 2
"""After so many cells there is a pace."""


class GridPresenter(Presenter):
    """`changed`: something else is left to be asked. `again_wanted` carries the id of a question."""

    changed = Signal()
    again_wanted = Signal(str)

    def __init__(
        self,
        work: SheetWork,
        bridge: Bridge,
        panel: GridPanel,
        table: GridTable,
        run: SheetRun,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._work = work
        self._bridge = bridge
        self._panel = panel
        self._table = table
        self._run = run
        self._shown: OpenedSheet | None = None
        self._began_s, self._cells = 0.0, 0  # when the run began, and the cells that it has ended since
        panel.question_wanted.connect(self.add_question)
        panel.documents_wanted.connect(self.add_documents)
        panel.arranged.connect(self._arrange)
        panel.view.correction_wanted.connect(self._correct)
        panel.view.comment_wanted.connect(self._comment)
        panel.view.again_wanted.connect(self._ask_again)
        panel.view.column_wanted.connect(self._change_column)
        panel.view.column_unwanted.connect(self._on_column_unwanted)
        panel.view.row_unwanted.connect(self._on_row_unwanted)

    @property
    def sheet(self) -> Sheet | None:
        return self._shown.sheet if self._shown is not None else None

    @property
    def books(self) -> Mapping[str, Book]:
        return self._table.books

    def show(self, opened: OpenedSheet | None) -> None:
        """None where something else is shown."""
        self._shown = opened
        if opened is not None:
            self._table.show_sheet(opened.sheet, opened.books, opened.reads)
        else:
            self._table.show_sheet(None, {})
        self._panel.show_arrangement(self._table.arrangement)
        self._count()
        self.show_progress()

    # ---- how far it is

    @Slot()
    def show_progress(self) -> None:
        sheet, running = self.sheet, self._is_running()
        if sheet is None:
            return
        first = self._run.row
        for begun in self._run.rows.values() if running else ():
            if (cell := self._cell(sheet, begun.question_id)) is not None:
                self._table.show_cell(cell, self._run.step if begun is first else _("answering"))
        done, total = sheet.answered, len(sheet.cells)
        words = _("{done} of {total} cells").format(done=count(done), total=count(total))
        if running and (left := self._left(total - done)):
            words = f"{words} · {left}"
        self._panel.show_progress(words, done / max(1, total), running=running, can_go_on=not sheet.finished)

    def begin(self) -> None:
        """A run begins: its pace is measured anew."""
        self._began_s, self._cells = time.monotonic(), 0

    def take_cell(self, event: CellEnded[SheetCell], sheet: Sheet) -> None:
        """A cell of the shown grid has ended; `sheet` has it."""
        self._cells += 1
        if self._shown is not None:
            self._shown = replace(self._shown, sheet=sheet)
            self._table.show_cell(event.cell)
            self._count()
            self.show_progress()

    def _left(self, cells: int) -> str:
        """How long the rest takes at the pace so far."""
        if self._cells < _ENOUGH or not cells:
            return ""
        seconds = (time.monotonic() - self._began_s) / self._cells * cells
        rounded = round(seconds / 60) * 60 if seconds > 90 else round(seconds / 10) * 10
        return _("about {time} left").format(time=duration(max(10, rounded)))

    def _count(self) -> None:
        self._panel.show_counts(count_findings(self._table.reads()))

    def _is_running(self) -> bool:
        return self.sheet is not None and self.sheet.id == self._run.sheet_id

    @staticmethod
    def _cell(sheet: Sheet, question_id: str) -> SheetCell | None:
        return next((cell for cell in sheet.cells if cell.question.id == question_id), None)

    @Slot(object)
    def _arrange(self, arrangement: Arrangement) -> None:
        self._table.arrange(arrangement)
        self._panel.show_arrangement(arrangement)

    # ---- questions and documents

    @Slot()
    def add_question(self) -> None:
        dialog = ColumnDialog(None, self._panel.window())
        dialog.given.connect(self._add_column)
        dialog.open()

    @Slot()
    def add_documents(self) -> None:
        """Let the person choose from the library what the grid does not ask yet."""
        self._call(self._work.library.books, self._offer_documents)

    @Slot(object)
    def _offer_documents(self, books: tuple[Book, ...]) -> None:
        sheet = self.sheet
        if sheet is None:
            return
        asked = {ref.book_id for row in sheet.rows for ref in row.books}
        others = [book for book in books if book.id not in asked]
        if not others:
            self.failed.emit(_("All documents of the library are in the table already."))
            return
        dialog = DocumentsDialog(_("Add documents"), _("Add"), others, (), self._panel.window())
        dialog.given.connect(self._add_rows)
        dialog.open()

    @Slot(object)
    def _add_column(self, column: GridColumn) -> None:
        self._change(partial(self._work.add_to_grid, columns=(column,)))

    @Slot(object)
    def _add_rows(self, ids: tuple[str, ...]) -> None:
        self._change(partial(self._work.add_to_grid, rows=tuple((BookRef(id),) for id in ids)))

    @Slot(int)
    def _change_column(self, number: int) -> None:
        sheet = self.sheet
        known = next((each for each in sheet.columns if each.number == number), None) if sheet is not None else None
        if known is not None:
            dialog = ColumnDialog(known, self._panel.window())
            dialog.given.connect(self._take_column)
            dialog.open()

    @Slot(object)
    def _take_column(self, column: GridColumn) -> None:
        self._change(partial(self._work.change_column, column=column))

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

    # ---- cells

    @Slot(object)
    def _correct(self, value: ShownValue) -> None:
        dialog = CorrectionDialog(value, self._panel.window())
        dialog.given.connect(self._take_correction)
        dialog.open()

    @Slot(str, str)
    def _take_correction(self, question_id: str, text: str) -> None:
        sheet = self.sheet
        cell = self._cell(sheet, question_id) if sheet is not None else None
        if cell is not None:
            self._change(partial(self._work.correct, cell=cell, correction=text))

    @Slot(object)
    def _comment(self, value: ShownValue) -> None:
        id, text = value.read.cell.question.id, value.read.cell.comment
        window = self._panel.window()
        dialog = LineDialog(_("Comment"), value.column.title, _("Save"), key=id, text=text, parent=window)
        dialog.given.connect(self._take_comment)
        dialog.open()

    @Slot(str, str)
    def _take_comment(self, question_id: str, text: str) -> None:
        self._change(partial(self._work.comment, question_id=question_id, comment=text))

    @Slot(object)
    def _ask_again(self, value: ShownValue) -> None:
        self.again_wanted.emit(value.read.cell.question.id)

    def _change(self, work: partial[OpenedSheet]) -> None:
        """Change the shown grid in the store, and show what came of it."""
        if self.sheet is not None:
            self._call(partial(work, self.sheet.id), self._take_changed)

    @Slot(object)
    def _take_changed(self, opened: OpenedSheet) -> None:
        if self.sheet is not None and self.sheet.id == opened.sheet.id:
            self.show(replace(opened, sheet=self._run.newest(opened.sheet)))
            self.changed.emit()

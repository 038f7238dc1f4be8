"""Question sheets: makes, runs, stops and reopens them; one is asked at a time."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot

from app.core.conversations.bin import BinEntry, BinKind
from app.core.conversations.cell import CellEnded
from app.features.tables.data import Sheet, SheetCell
from app.features.tables.window.beginning import SheetBeginning
from app.features.tables.window.cell_table import ShownCell
from app.features.tables.window.editing import GridEditing
from app.features.tables.window.panel import SheetPanel
from app.features.tables.window.run import SheetRun, question_words
from app.features.tables.window.setup import SheetSetup
from app.features.tables.window.sheet_work import OpenedSheet, SheetWork, WantedSheet
from app.features.tables.words import count_findings
from app.ui.chat.question_queue import QuestionQueue
from app.ui.kit.activity import EngineTask
from app.ui.kit.presenter import Presenter
from app.ui.widgets.accessibility import announce
from app.ui.widgets.dialogs import Confirmation, SaveDialog
from app.ui.workspace import Workspace
from app.wording.i18n import _
from app.wording.units import count


class SheetsPresenter(Presenter):
    """The presenter of sheets. One that runs goes on when another one, or the conversation, is looked at."""

    ended = Signal()  # the engine is free again
    noticed = Signal(str)
    saved = Signal(str)  # the file that was written
    binned = Signal(object)  # BinEntry: what went into the bin
    kept_changed = Signal()  # other tables are kept, or they are called otherwise

    def __init__(self, workspace: Workspace, work: SheetWork, panel: SheetPanel) -> None:
        super().__init__(workspace.parent)
        self._work = work
        self._bridge = workspace.bridge
        self.panel = panel
        openings, activity, shown = workspace.openings, workspace.activity, workspace.shown
        self._activity = activity
        self._showing = shown
        self._shown: OpenedSheet | None = None
        self.run = SheetRun(workspace, work.sheets)
        self.editing = GridEditing(workspace, work, panel)
        self.beginning = SheetBeginning(workspace, work, panel.setup)
        self.holding = QuestionQueue(openings, panel.setup, EngineTask.SERIES, activity, shown, self)
        self._connect(panel.setup)
        self.show_conversation()
        self.show_progress()

    @property
    def running(self) -> bool:
        return self._activity.has(EngineTask.SERIES)

    @property
    def holds(self) -> bool:
        """True if a sheet of the shown conversation waits to be asked."""
        return self.holding.holds(self._showing.id)

    @Slot()
    def give_back(self) -> None:
        """Give back the sheet that waits: it is not to be asked yet."""
        self.holding.give_back(self._showing.id)

    def _connect(self, setup: SheetSetup) -> None:
        self.holding.released.connect(self._create)
        setup.hold_cancelled.connect(self.give_back)
        setup.start_wanted.connect(self.start)
        self.beginning.failed.connect(self.failed)
        self.panel.stop_wanted.connect(self.stop)
        self.panel.go_on_wanted.connect(self.go_on)
        self.panel.export_wanted.connect(self.choose_export)
        self.panel.new_wanted.connect(self.prepare)
        self.panel.grid_view.again_wanted.connect(self._on_again_wanted)
        self.editing.changed.connect(self._fill)
        self.editing.failed.connect(self.failed)
        self.editing.renamed.connect(self._on_renamed)
        self.run.changed.connect(self.show_progress)
        self.run.cell_ended.connect(self._on_cell_ended)
        self.run.noticed.connect(self.noticed)
        self.run.ended.connect(self._on_end)
        self.run.failed.connect(self.failed)

    # ---- the beginning of a sheet

    @Slot()
    def prepare(self) -> None:
        """Let the person write the questions of a new table."""
        self._shown = None
        self.panel.table.show_sheet(None, {})
        self.beginning.offer()
        self.panel.show_setup()

    @Slot()
    def show_conversation(self) -> None:
        """Offer the documents on the desk of the conversation, and show whether its table waits."""
        self.beginning.offer_desk()
        self.holding.look()

    @Slot()
    def start(self) -> None:
        """Save the table that is written, and ask it as soon as possible."""
        if self._free() and self.holding.take(wanted := self.beginning.wanted):
            self._create(wanted)

    @Slot(object)
    def _create(self, wanted: WantedSheet) -> None:
        self._call(partial(self._work.make, wanted), partial(self._created, wanted))

    # ---- a kept sheet

    @Slot()
    def open_running(self) -> None:
        if self.run.sheet_id:
            self.open(self.run.sheet_id)

    @Slot(str)
    def open(self, sheet_id: str) -> None:
        self._call(partial(self._work.open, sheet_id), self._show)

    @Slot(str)
    def resume(self, sheet_id: str) -> None:
        """Show a sheet, and ask what it has left to ask."""
        self._call(partial(self._work.open, sheet_id), self._resume)

    @Slot(object)
    def _resume(self, opened: OpenedSheet) -> None:
        self._show(opened)
        self.go_on()

    def open_notes(self, question_id: str) -> None:
        """Open the notes on each part of the books of a question."""
        work = partial(self._work.open_notes, question_id)
        self._call(work, self._show_notes)

    @Slot(object)
    def _show_notes(self, opened: OpenedSheet | None) -> None:
        if opened is not None:
            self._show(opened)
        else:
            self.failed.emit(_("The notes for this answer were deleted."))

    @Slot()
    def go_on(self) -> None:
        """Ask what the shown sheet has left to ask."""
        self.ask_again("")

    @Slot(str)
    def ask_again(self, question_id: str) -> None:
        """Ask one question of the shown sheet again; without one, what is left to ask."""
        if self._shown is not None and self._free():
            self.run.begin(self._shown.sheet, question_id)

    @Slot(object)
    def _on_again_wanted(self, shown: ShownCell) -> None:
        self.ask_again(shown.cell.question.id)

    @Slot()
    def stop(self) -> None:
        """Stop the sheet. The answers stay, and the part of one that was written."""
        self._activity.stop(EngineTask.SERIES)

    @Slot()
    def choose_export(self) -> None:
        """Let the person say where the table is written, and as what."""
        if self._shown is None:
            return
        sheet = self._shown.sheet
        names: tuple[str, ...] = (
            *(_("Word document (*.docx)"), _("PDF (*.pdf)"), _("Excel workbook (*.xlsx)")),
            *(_("Web page (*.html)"), _("Markdown (*.md)")),
        )
        if sheet.is_grid:
            names = (_("Excel workbook (*.xlsx)"), _("Table for programs (*.csv)"), _("Word document (*.docx)"))
        dialog = SaveDialog(self.panel.window(), _("Export the table"), sheet.title, names)
        dialog.fileSelected.connect(partial(self.write, sheet.id))
        dialog.open()

    def write(self, sheet_id: str, name: str) -> None:
        """Write a sheet into this file, as far as it is answered."""
        work = partial(self._work.export, sheet_id, Path(name))
        self._do(work, partial(self._written, name))

    # ---- what the engine says

    def _free(self) -> bool:
        if self._activity.may(EngineTask.SERIES) in (None, EngineTask.LOADING):
            return True
        self.failed.emit(
            _(
                "Another question is being answered. Wait until it has finished, or stop it, then ask the table’s"
                " questions."
            )
        )
        return False

    @Slot(object)
    def _on_cell_ended(self, event: CellEnded[SheetCell]) -> None:
        if self._shown is not None and self._is_shown():
            self._shown = self._newest(self._shown)
            self.panel.table.show_cell(event.cell)
            self._count()
        self._show_state()

    def _newest(self, opened: OpenedSheet) -> OpenedSheet:
        return replace(opened, sheet=self.run.newest(opened.sheet))

    @Slot()
    def show_progress(self) -> None:
        """Show how far the running question is, and what can be done, after each change of what the engine does."""
        self.run.announce()
        first = self.run.row
        for begun in self.run.rows.values() if self._is_shown() else ():
            step, text = (self.run.step, self.run.text) if begun is first else (_("answering"), "")
            self.panel.table.show_running(begun.question_id, step, text)
        self._show_state()

    def _count(self) -> None:
        self.panel.show_counts(count_findings(shown.read for shown in self.panel.table.cells()))

    @Slot(str, bool)
    def _on_end(self, sheet_id: str, broken_off: bool) -> None:
        self.ended.emit()
        if broken_off and self._shown is not None and self._shown.sheet.id == sheet_id:
            self.open(sheet_id)  # by a fault of ours: what is kept of the row is in the store
        self._show_state()
        if self._shown is not None and self._shown.sheet.id == sheet_id:
            announce(self.panel, f"{self.panel.status.text()}. {self.panel.counts.accessibleName()}")

    def _is_shown(self) -> bool:
        return self._shown is not None and self._shown.sheet.id == self.run.sheet_id

    def _show_state(self) -> None:
        self.panel.setup.show_busy(self.running or self._activity.has(EngineTask.ANSWER))
        if self._shown is None:
            return
        sheet, running = self._shown.sheet, self._is_shown()
        fraction = sheet.answered / max(1, len(sheet.cells))
        self.panel.show_state(self._state_words(sheet), fraction, running=running, can_go_on=not sheet.finished)

    def _state_words(self, sheet: Sheet) -> str:
        running, done, total = self._is_shown(), sheet.answered, len(sheet.cells)
        if not self.panel.is_grid:
            if running and self.run.rows:
                return f"{question_words(self.run.rows)} · {self.run.step}"
            return _("{answered} of {total} answered").format(answered=count(done), total=count(total))
        words = _("{done} of {total} cells").format(done=count(done), total=count(total))
        left = self.run.left_words(total - done) if running else ""
        return f"{words} · {left}" if left else words

    # ---- what the store says

    def _created(self, wanted: WantedSheet, sheet: Sheet) -> None:
        self.beginning.clear(wanted)
        self.kept_changed.emit()
        if self._free():  # else something came up while it was being kept; then it is there to be gone on with
            self.run.begin(sheet)
        self.open(sheet.id)

    @Slot(object)
    def _show(self, opened: OpenedSheet) -> None:
        self.panel.show_as(grid=opened.sheet.is_grid)
        self._fill(opened)
        self.panel.show_answers(opened.sheet.title)

    @Slot(object)
    def _fill(self, opened: OpenedSheet) -> None:
        opened = self._shown = self._newest(opened)
        self.panel.table.show_sheet(opened.sheet, opened.books, opened.reads)
        self._count()
        self.show_progress()

    @Slot(str)
    def delete(self, sheet_id: str) -> None:
        """Move a sheet into the bin at once; if there is no bin, delete it after a question."""
        if self._work.removal.uses_bin:
            self._delete(sheet_id)
            return
        dialog = Confirmation(
            _("Delete this table?"),
            _("Its questions and answers will be deleted. The documents stay."),
            _("Delete"),
            sheet_id,
            self.panel.window(),
        )
        dialog.confirmed.connect(self._delete)
        dialog.open()

    @Slot(str, str)
    def _on_renamed(self, sheet_id: str, title: str) -> None:
        self.kept_changed.emit()
        if self._shown is not None and self._shown.sheet.id == sheet_id:
            self.panel.title.setText(title)

    @Slot(str)
    def _delete(self, sheet_id: str) -> None:
        if sheet_id == self.run.sheet_id:
            self.stop()
        work = partial(self._work.removal.delete, BinKind.SHEET, sheet_id)
        self._call(work, self._deleted)

    @Slot(object)
    def _deleted(self, entry: BinEntry | None) -> None:
        self.kept_changed.emit()
        if entry is not None:
            self.binned.emit(entry)

    @Slot(str)
    def forget_book(self, book_id: str) -> None:
        """Forget a book that was removed, and with it the sheets that ask nothing else; of others, its rows."""
        shown = self._shown.sheet if self._shown is not None else None
        if shown is None or all(ref.book_id != book_id for ref in shown.books):
            return
        if any(all(ref.book_id != book_id for ref in row.books) for row in shown.rows) and not shown.question_id:
            self.open(shown.id)
        else:
            self.stop()
            self.prepare()

    def _written(self, name: str) -> None:
        self.saved.emit(name)

"""Question sheets: makes, runs, stops and reopens them; one is asked at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from app.core.bin import BinEntry, BinKind
from app.core.conversation import BookRef
from app.core.document import Book
from app.core.errors import AppError, Code
from app.core.events import Loading, Notice, Reading, Thinking, Token, Tokenizing
from app.core.sheet import CellBegun, CellEnded, CellState, Sheet, SheetCell, SheetEntry
from app.export import files
from app.export.sheet import compose_sheet
from app.services.library import Library
from app.services.parts import Parts
from app.services.removal import Removal
from app.services.sheets import Sheets, SheetTemplate, Templates, read_questions
from app.store.conversations import Conversations
from app.ui import pdf
from app.ui.activity import Activity, EngineTask
from app.ui.bridge import Bridge, Executor
from app.ui.chat.queued_question import Holding, QueuedQuestion
from app.ui.jobs import Cancelled, Done, Failed
from app.ui.presenter import Presenter
from app.ui.sheet.panel import SheetPanel
from app.ui.sheet.setup import SheetSetup
from app.ui.sheet.table import SheetTable, shown_row
from app.ui.shelf.file_import import FileImport
from app.ui.shelf.running import RunProgress
from app.ui.shown import Shown
from app.ui.widgets.dialogs import Confirmation, SaveDialog
from app.ui.words import step_words
from app.wording.errors import sentence
from app.wording.i18n import _, language
from app.wording.units import count


@dataclass(frozen=True)
class _Opened:
    """A kept sheet, and its books by id."""

    sheet: Sheet
    books: dict[str, Book]


@dataclass(frozen=True)
class _Wanted(QueuedQuestion):
    """A new sheet. `template`: the name of the one that its questions come from, if nobody changed them."""

    questions: tuple[str, ...] = ()
    title: str = ""
    template: str = ""


@dataclass(frozen=True)
class SheetWork:
    """What is done with sheets in the store, off the GUI thread. Raises AppError as the store does."""

    sheets: Sheets
    parts: Parts
    templates: Templates
    library: Library
    conversations: Conversations
    removal: Removal

    def books(self, refs: tuple[BookRef, ...]) -> dict[str, Book]:
        return {ref.book_id: self.library.book(ref.book_id) for ref in refs}

    def questions_of(self, name: str, conversation_id: str) -> tuple[str, ...]:
        """What the template of this name asks of the books on the desk of a conversation."""
        conversation = self.conversations.get(conversation_id)
        books = conversation.books if conversation else ()
        return self.templates.questions(self.templates.get(name, language()), books)

    def make(self, wanted: _Wanted) -> Sheet | None:
        """None if its conversation was deleted. If the sheet waited, its template is filled in again for the books that
        are there now."""
        conversation = self.conversations.get(wanted.conversation_id)
        if conversation is None:
            return None
        questions = wanted.questions
        if wanted.waited and wanted.template:
            questions = self.questions_of(wanted.template, wanted.conversation_id)
        return self.sheets.create(questions, conversation.books, title=wanted.title)

    def open(self, sheet_id: str) -> _Opened:
        sheet = self.sheets.get(sheet_id)
        if sheet is None:
            raise AppError(Code.BUG, where="sheets.open")
        return _Opened(sheet, self.books(sheet.books))

    def open_notes(self, question_id: str) -> _Opened | None:
        """None where they were deleted."""
        sheet = self.parts.notes(question_id)
        return None if sheet is None else _Opened(sheet, self.books(sheet.books))

    def export(self, sheet_id: str, path: Path) -> None:
        opened = self.open(sheet_id)
        report = compose_sheet(opened.sheet, opened.books)
        if path.suffix.lower() == pdf.ENDING:
            files.write_bytes(pdf.write_sheet(report), path)
        else:
            files.write_sheet(report, path)


class SheetRun(Presenter):
    """Asks one sheet, question by question, whatever is shown.

    `changed`: a question was begun, or more of its answer is there; `cell_ended` carries the CellEnded; `ended` the id
    of the sheet, and whether a question was broken off; `progressed` the RunProgress, None while none runs.
    """

    progressed = Signal(object)
    changed = Signal()
    cell_ended = Signal(object)
    noticed = Signal(str)
    ended = Signal(str, bool)

    def __init__(self, sheets: Sheets, bridge: Bridge, activity: Activity, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sheets = sheets
        self._bridge = bridge
        self._activity = activity
        self._pieces: list[str] = []
        self._ended_cells: dict[int, SheetCell] = {}
        self.sheet_id = ""  # empty while none runs
        self.row: CellBegun | None = None  # the question that is being asked
        self._title = ""
        self._last_id = ""

    @property
    def text(self) -> str:
        """The answer so far."""
        return "".join(self._pieces)

    def begin(self, sheet: Sheet) -> None:
        self.sheet_id, self._title, self.row = sheet.id, sheet.title, None
        self._last_id = sheet.id
        self._ended_cells.clear()
        job = self._bridge.stream(Executor.ENGINE, partial(self._sheets.run, sheet.id), self._on_event)
        self._activity.begin(EngineTask.SHEET, job.cancel, sheet.books)

    @property
    def step(self) -> str:
        """What is done for the running question, in words."""
        return step_words(self._activity.step) or _("answering")

    def announce(self) -> None:
        """Say how far it is."""
        row = self.row
        words, done = (question_words(row), (row.number - 1) / max(1, row.total)) if row is not None else (self.step, 0)
        self.progressed.emit(RunProgress(self._title, words, done) if self.sheet_id else None)

    def newest(self, sheet: Sheet) -> Sheet:
        """The sheet with the rows that have ended since it was read from the store, if it is the one that runs, or ran
        last: it may have ended in the meantime."""
        if sheet.id != self._last_id:
            return sheet
        cells = tuple(self._ended_cells.get(number, cell) for number, cell in enumerate(sheet.cells, 1))
        return msgspec.structs.replace(sheet, cells=cells)

    @Slot(object)
    def _on_event(self, event: object) -> None:
        match event:
            case CellBegun():
                self.row = event
                self._pieces.clear()
                self.changed.emit()
            case Loading() | Tokenizing() | Reading() | Thinking():
                self._activity.note(EngineTask.SHEET, event)
            case Token(text):
                self._activity.note(EngineTask.SHEET, None)
                self._pieces.append(text)
                self.changed.emit()
            case Notice(problem):
                self.noticed.emit(sentence(problem))
            case CellEnded():
                self.row = None
                self._ended_cells[event.number] = event.cell
                self._activity.note_part(EngineTask.SHEET)
                self.cell_ended.emit(event)
            case Done() | Cancelled():
                self._end()
            case Failed(problem):
                self._end()
                self.failed.emit(sentence(problem))

    def _end(self) -> None:
        sheet_id, broken_off = self.sheet_id, self.row is not None
        self.sheet_id, self.row = "", None
        self._activity.end(EngineTask.SHEET)
        self.ended.emit(sheet_id, broken_off)


def question_words(row: CellBegun) -> str:
    """Which one is being asked."""
    return _("Question {number} of {total}").format(number=count(row.number), total=count(row.total))


def _answered_words(sheet: Sheet) -> str:
    words = _("{answered} of {total} answered")
    return words.format(answered=count(sheet.answered), total=count(len(sheet.cells)))


class SheetsPresenter(Presenter):
    """A sheet that runs goes on when another one, or the conversation, is looked at."""

    ended = Signal()  # the engine is free again
    noticed = Signal(str)
    saved = Signal(str)  # the file that was written
    binned = Signal(object)  # BinEntry: what went into the bin

    def __init__(
        self,
        work: SheetWork,
        bridge: Bridge,
        panel: SheetPanel,
        table: SheetTable,
        openings: FileImport,
        activity: Activity,
        shown: Shown,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._work = work
        self._bridge = bridge
        self._panel = panel
        self._table = table
        self._activity = activity
        self._showing = shown
        self._filled: tuple[str, tuple[str, ...]] = ("", ())  # a template's name, and the questions that it gave
        self._filled_early = False
        self._shown: _Opened | None = None
        self._openings = openings
        self.run = SheetRun(work.sheets, bridge, activity, self)
        self.holding = Holding(openings, panel.setup, EngineTask.SHEET, activity, shown, self)
        self._connect(panel.setup)
        self.show_conversation()
        self.show_progress()

    @property
    def running(self) -> bool:
        return self._activity.has(EngineTask.SHEET)

    @property
    def holds(self) -> bool:
        """A sheet of the shown conversation waits to be asked."""
        return self.holding.holds(self._showing.id)

    @Slot()
    def give_back(self) -> None:
        """The sheet that waits is not to be asked yet."""
        self.holding.give_back(self._showing.id)

    def _connect(self, setup: SheetSetup) -> None:
        self._openings.changed.connect(self._on_openings)
        self.holding.released.connect(self._create)
        setup.hold_cancelled.connect(self.give_back)
        setup.template_chosen.connect(self.take_template)
        setup.file_wanted.connect(self.choose_file)
        setup.start_wanted.connect(self.start)
        setup.opened.connect(self.open)
        setup.delete_wanted.connect(self._on_delete_wanted)
        self._panel.stop_wanted.connect(self.stop)
        self._panel.go_on_wanted.connect(self.go_on)
        self._panel.export_wanted.connect(self.choose_export)
        self._panel.new_wanted.connect(self.prepare)
        self.run.changed.connect(self.show_progress)
        self.run.cell_ended.connect(self._on_cell_ended)
        self.run.noticed.connect(self.noticed)
        self.run.ended.connect(self._on_end)
        self.run.failed.connect(self.failed)

    # ---- the beginning of a sheet

    @Slot()
    def prepare(self) -> None:
        """Let the person write the questions of a new sheet, or choose a kept one."""
        self._shown = None
        self._bridge.call(Executor.STORE, partial(self._work.templates.all, language()), self._offer, self._on_problem)
        self._list()
        self._panel.show_setup()

    @Slot()
    def show_conversation(self) -> None:
        """A new sheet asks the books on the desk of the shown conversation."""
        self._on_openings()
        work = partial(self._work.books, self._showing.books)
        self._bridge.call(Executor.STORE, work, self._show_books, self._on_problem)

    @Slot(str)
    def take_template(self, name: str) -> None:
        self._filled_early = bool(self._openings.pending(self._showing.id))
        work = partial(self._work.questions_of, name, self._showing.id)
        handler = partial(self._take_questions, name)
        self._bridge.call(Executor.STORE, work, handler, self._on_problem)

    @Slot()
    def choose_file(self) -> None:
        dialog = QFileDialog(self._panel.window(), _("Questions from a file"), "", _("Text in UTF-8 (*.txt *.md *)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.take_file)
        dialog.open()

    @Slot(str)
    def take_file(self, name: str) -> None:
        work = partial(read_questions, Path(name))
        self._bridge.call(Executor.STORE, work, partial(self._take_questions, ""), self._on_problem)

    @Slot(object, str)
    def start(self, questions: tuple[str, ...], title: str) -> None:
        """Save a new sheet of these questions about the books on the desk, and ask them as soon as possible."""
        if self._free():
            template, given = self._filled
            template = template if given == questions else ""
            wanted = _Wanted(self._showing.id, questions=questions, title=title, template=template)
            if self.holding.take(wanted):
                self._create(wanted)

    @Slot(object)
    def _create(self, wanted: _Wanted) -> None:
        work = partial(self._work.make, wanted)
        self._bridge.call(Executor.STORE, work, partial(self._created, wanted), self._on_problem)

    @Slot()
    def _on_openings(self) -> None:
        """What is being imported will be asked, too; a template is filled in again once it is there."""
        pending = self._openings.pending(self._showing.id)
        self._panel.setup.show_opening(pending)
        template, given = self._filled
        unchanged = bool(template) and self._panel.setup.questions() == given
        if self._filled_early and unchanged and not pending and not self.holds:
            self.take_template(template)

    # ---- a kept sheet

    @Slot()
    def open_running(self) -> None:
        if self.run.sheet_id:
            self.open(self.run.sheet_id)

    @Slot(str)
    def open(self, sheet_id: str) -> None:
        self._bridge.call(Executor.STORE, partial(self._work.open, sheet_id), self._show, self._on_problem)

    def open_notes(self, question_id: str) -> None:
        """The notes on each part of the books of a question."""
        work = partial(self._work.open_notes, question_id)
        self._bridge.call(Executor.STORE, work, self._show_notes, self._on_problem)

    @Slot(object)
    def _show_notes(self, opened: _Opened | None) -> None:
        if opened is not None:
            self._show(opened)
        else:
            self.failed.emit(_("The notes for this answer were deleted."))

    @Slot()
    def go_on(self) -> None:
        """Ask what the shown sheet has left to ask."""
        if self._shown is not None and self._free():
            self.run.begin(self._shown.sheet)

    @Slot()
    def stop(self) -> None:
        """Stop the sheet. The answers stay, and the part of one that was written."""
        self._activity.stop(EngineTask.SHEET)

    @Slot()
    def choose_export(self) -> None:
        """Let the person say where the table is written, and as what."""
        if self._shown is None:
            return
        sheet = self._shown.sheet
        names = (
            *(_("Word document (*.docx)"), _("PDF (*.pdf)"), _("Excel workbook (*.xlsx)")),
            *(_("Web page (*.html)"), _("Markdown (*.md)")),
        )  # fmt: skip
        dialog = SaveDialog(self._panel.window(), _("Export the question sheet"), sheet.title, names)
        dialog.fileSelected.connect(partial(self.write, sheet.id))
        dialog.open()

    def write(self, sheet_id: str, name: str) -> None:
        """Write a sheet into this file, as far as it is answered."""
        work = partial(self._work.export, sheet_id, Path(name))
        self._bridge.call(Executor.STORE, work, partial(self._written, name), self._on_problem)

    # ---- what the engine says

    def _free(self) -> bool:
        if self._activity.may(EngineTask.SHEET) in (None, EngineTask.LOADING):
            return True
        self.failed.emit(
            _("Another question is being answered. Wait until it has finished, or stop it, then ask the sheet.")
        )
        return False

    @Slot(object)
    def _on_cell_ended(self, event: CellEnded) -> None:
        if self._shown is not None and self._is_shown():
            self._shown = self._newest(self._shown)
            self._table.show_row(shown_row(event.number, event.cell, self._shown.books))
        self._show_state()

    def _newest(self, opened: _Opened) -> _Opened:
        return replace(opened, sheet=self.run.newest(opened.sheet))

    @Slot()
    def show_progress(self) -> None:
        """Show how far the running question is, and what can be done, after each change of what the engine does."""
        self.run.announce()
        if self._is_shown() and self.run.row is not None:
            row, words = self._table.row(self.run.row.number), self.run.step
            self._table.show_row(replace(row, text=self.run.text, citations=(), state=CellState.ANSWERING, words=words))
        self._show_state()

    @Slot(str, bool)
    def _on_end(self, sheet_id: str, broken_off: bool) -> None:
        self.ended.emit()
        if broken_off and self._shown is not None and self._shown.sheet.id == sheet_id:
            self.open(sheet_id)  # by a fault of ours: what is kept of the row is in the store
        self._list()
        self._show_state()

    def _is_shown(self) -> bool:
        return self._shown is not None and self._shown.sheet.id == self.run.sheet_id

    def _show_state(self) -> None:
        self._panel.setup.show_busy(self.running or self._activity.has(EngineTask.ANSWER))
        if self._shown is None:
            return
        sheet = self._shown.sheet
        words = _answered_words(sheet)
        if self._is_shown() and (row := self.run.row) is not None:
            words = f"{question_words(row)} · {self.run.step}"
        self._panel.show_state(words, running=self._is_shown(), can_go_on=not sheet.finished)

    # ---- what the store says

    def _list(self) -> None:
        self._bridge.call(Executor.STORE, self._work.sheets.all, self._show_kept, self._on_problem)

    @Slot(object)
    def _show_kept(self, sheets: tuple[SheetEntry, ...]) -> None:
        self._panel.setup.show_kept(sheets)

    @Slot(object)
    def _offer(self, templates: tuple[SheetTemplate, ...]) -> None:
        self._panel.setup.show_templates(templates)

    @Slot(object)
    def _show_books(self, books: dict[str, Book]) -> None:
        self._panel.setup.show_books([book.title for book in books.values()])

    def _take_questions(self, template: str, questions: tuple[str, ...]) -> None:
        self._filled = (template, questions)
        self._panel.setup.show_questions(questions, template)
        self._on_openings()

    def _created(self, wanted: _Wanted, sheet: Sheet | None) -> None:
        if sheet is None:
            return
        if self._panel.setup.questions() == wanted.questions:
            self._panel.setup.show_questions(())
        if self._free():  # else something came up while it was being kept; then it is there to be gone on with
            self.run.begin(sheet)
        self.open(sheet.id)

    @Slot(object)
    def _show(self, opened: _Opened) -> None:
        opened = self._shown = self._newest(opened)
        self._table.show_sheet(opened.sheet, opened.books)
        self._panel.show_answers(opened.sheet.title)
        self.show_progress()

    @Slot(str)
    def _on_delete_wanted(self, sheet_id: str) -> None:
        """Into the bin at once; where there is none, after a question."""
        if self._work.removal.uses_bin:
            self._delete(sheet_id)
            return
        dialog = Confirmation(
            _("Delete this question sheet?"),
            _("Its questions and answers will be deleted. The books stay."),
            _("Delete"),
            sheet_id,
            self._panel.window(),
        )
        dialog.confirmed.connect(self._delete)
        dialog.open()

    @Slot(str)
    def _delete(self, sheet_id: str) -> None:
        if sheet_id == self.run.sheet_id:
            self.stop()
        work = partial(self._work.removal.delete, BinKind.SHEET, sheet_id)
        self._bridge.call(Executor.STORE, work, self._deleted, self._on_problem)

    @Slot(object)
    def _deleted(self, entry: BinEntry | None) -> None:
        self._list()
        if entry is not None:
            self.binned.emit(entry)

    @Slot()
    def list_kept(self) -> None:
        """Others may be kept now."""
        self._list()

    @Slot(str)
    def forget_book(self, book_id: str) -> None:
        """A book was removed, and with it its sheets."""
        if self._shown is not None and any(ref.book_id == book_id for ref in self._shown.sheet.books):
            self.stop()
            self.prepare()
        else:
            self._list()

    def _written(self, name: str, nothing: None) -> None:  # noqa: ARG002 - the bridge delivers a result
        self.saved.emit(name)

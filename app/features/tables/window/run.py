"""Asks one sheet, question by question, whatever the window shows."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from functools import partial

import msgspec
from PySide6.QtCore import Signal, Slot

from app.core.conversations.cell import CellBegun, CellEnded
from app.core.conversations.events import Loading, Notice, Reading, Thinking, Token, Tokenizing
from app.features.tables.data import Sheet, SheetCell
from app.features.tables.service import Sheets
from app.ui.kit.activity import EngineTask, Series
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.kit.presenter import Presenter
from app.ui.kit.words import step_words
from app.ui.shelf.running import RunProgress
from app.ui.workspace import Workspace
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.units import count, estimate

_ENOUGH = 2
"""The number of cells after which there is a pace."""


class SheetRun(Presenter):
    """Asks one sheet, question by question, whatever is shown.

    `began` carries the id of the sheet; `changed` tells that a question was begun, or more of its answer is there;
    `cell_ended` carries the CellEnded; `ended` the id of the sheet, and whether a question was broken off; `progressed`
    the RunProgress, None while none runs.
    """

    began = Signal(str)
    progressed = Signal(object)
    changed = Signal()
    cell_ended = Signal(object)
    noticed = Signal(str)
    ended = Signal(str, bool)

    def __init__(self, workspace: Workspace, sheets: Sheets) -> None:
        super().__init__(workspace.parent)
        self._sheets = sheets
        self._bridge = workspace.bridge
        self._activity = workspace.activity
        self._pieces: list[str] = []
        self._ended_cells: dict[str, SheetCell] = {}  # by the ids of their questions
        self.sheet_id = ""  # empty while none runs
        self.rows: dict[str, CellBegun] = {}  # the questions that are being asked, by their ids
        self._title = ""
        self._last_id = ""
        self._no_more = threading.Event()
        self._began_s = 0.0
        self._waits = ""  # the id of the sheet that gave way to a question, and goes on after it

    @property
    def row(self) -> CellBegun | None:
        """The question that is being asked; of several, the one that was begun first."""
        return next(iter(self.rows.values()), None)

    @property
    def text(self) -> str:
        """The answer to `row` so far."""
        return "".join(self._pieces)

    def begin(self, sheet: Sheet, only: str = "") -> None:
        """Begin to ask a sheet; `only` is the id of the one question that is asked, empty for all that is left."""
        self.sheet_id, self._title = sheet.id, sheet.title
        self.rows.clear()
        self._pieces.clear()
        self._last_id = sheet.id
        self._ended_cells.clear()
        self._began_s = time.monotonic()
        self._no_more, self._waits = threading.Event(), ""
        work = partial(self._sheets.run, sheet.id, only=only, no_more=self._no_more)
        job = self._bridge.stream(Executor.ENGINE, work, self._on_event)
        series = Series(
            self.gives_way,
            _("Waiting for the table…"),
            _("The questions of a table are being answered. Wait until they are, or stop them, then ask again."),
        )
        self._activity.begin_series(series, partial(self._stop, job), sheet.books)
        self.began.emit(sheet.id)

    def _stop(self, job: Job) -> None:
        self._waits = ""
        job.cancel()

    def gives_way(self) -> bool:
        """Return whether a person's question comes next, before the rest of the sheet: on a server, where what is under
        way ends soon. The rest is asked after it."""
        if not self.sheet_id or not self._sheets.ask.models.host():
            return False
        self._no_more.set()
        self._waits = self.sheet_id
        return True

    @Slot()
    def go_on(self) -> None:
        """Ask the rest of a sheet that gave way, if nothing else has the engine."""
        if self._waits and self._is_free():
            work = partial(self._sheets.get, self._waits)
            self._call(work, self._begin_rest)

    @Slot(object)
    def _begin_rest(self, sheet: Sheet | None) -> None:
        if sheet is not None and sheet.id == self._waits and self._is_free():
            self.begin(sheet)

    def _is_free(self) -> bool:
        return not self.sheet_id and self._activity.may(EngineTask.SERIES) is None

    @property
    def step(self) -> str:
        """The step that the running question is at, in words."""
        return step_words(self._activity.step) or _("answering")

    def left_words(self, cells: int) -> str:
        """Say how long so many cells take at the pace so far; empty if there is none yet."""
        if len(self._ended_cells) < _ENOUGH or not cells:
            return ""
        seconds = (time.monotonic() - self._began_s) / len(self._ended_cells) * cells
        return _("about {time} left").format(time=estimate(seconds))

    def announce(self) -> None:
        """Tell how far the sheet is."""
        row = self.row
        words = question_words(self.rows) or self.step
        done = (row.number - 1) / max(1, row.total) if row is not None else 0
        self.progressed.emit(RunProgress(self._title, words, done) if self.sheet_id else None)

    def newest(self, sheet: Sheet) -> Sheet:
        """Return the sheet with the rows that have ended since it was read from the store, if it is the one that runs,
        or ran last: it may have ended in the meantime."""
        if sheet.id != self._last_id:
            return sheet
        return msgspec.structs.replace(sheet, cells=tuple(map(self._newest, sheet.cells)))

    def _newest(self, cell: SheetCell) -> SheetCell:
        ended = self._ended_cells.get(cell.question.id)
        return cell if ended is None else msgspec.structs.replace(cell, answer=ended.answer)

    @Slot(object)
    def _on_event(self, event: object) -> None:
        match event:
            case CellBegun():
                self.rows[event.question_id] = event
                self.changed.emit()
            case Loading() | Tokenizing() | Reading() | Thinking():
                self._activity.note(EngineTask.SERIES, event)
            case Token(text):
                self._activity.note(EngineTask.SERIES, None)
                self._pieces.append(text)
                self.changed.emit()
            case Notice(problem):
                self.noticed.emit(sentence(problem))
            case CellEnded():
                self._ended_cells[event.cell.question.id] = event.cell
                if self.row is not None and self.row.question_id == event.cell.question.id:
                    self._pieces.clear()
                self.rows.pop(event.cell.question.id, None)
                self._activity.note_part(EngineTask.SERIES)
                self.cell_ended.emit(event)
            case Done() | Cancelled():
                self._end()
            case Failed(problem):
                self._end()
                self.failed.emit(sentence(problem))

    def _end(self) -> None:
        sheet_id, broken_off = self.sheet_id, bool(self.rows)
        self.sheet_id = ""
        self.rows.clear()
        self._activity.end(EngineTask.SERIES)
        self.ended.emit(sheet_id, broken_off)


def question_words(rows: Mapping[str, CellBegun]) -> str:
    """Say which question is being asked, and how many are; empty if none is."""
    row = next(iter(rows.values()), None)
    if row is None:
        return ""
    words = _("Question {number} of {total}").format(number=count(row.number), total=count(row.total))
    if len(rows) == 1:
        return words
    return f"{words} · {_('{n} at the same time').format(n=count(len(rows)))}"

"""Files on their way to the shelf: opened one after the other, each a row that tells how far it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from app.core.document import Book
from app.core.errors import Code
from app.core.events import Cancelled, Done, Failed, Opening
from app.core.password import Password
from app.messages import _, count, sentence
from app.services.desk import Desk
from app.ui.bridge import Bridge, Executor
from app.ui.jobs import Job
from app.ui.shelf.rows import BookRow, BookState

FILE_PATTERNS = (
    "*.pdf *.epub *.docx *.odt *.rtf *.html *.htm *.mht *.mhtml *.eml *.xlsx *.xlsm *.csv *.tsv *.md *.markdown *.txt"
)


@dataclass(frozen=True)
class _Opening:
    """`job` is None once it failed or waits for a password; the row stays until it is taken away."""

    row: BookRow
    job: Job | None


class Openings(QObject):
    """`chosen` carries list[str], names of files; `opened` the Book, `failed` a sentence; `locked` the path of a file
    that waits for its password, and whether one was given that did not fit."""

    chosen = Signal(list)
    opened = Signal(object)
    failed = Signal(str)
    locked = Signal(str, bool)
    changed = Signal()

    def __init__(self, desk: Desk, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._bridge = bridge
        self._openings: dict[str, _Opening] = {}

    def rows(self) -> list[BookRow]:
        return [opening.row for opening in self._openings.values()]

    def choose(self, window: QWidget) -> None:
        """Let the person choose files."""
        patterns = _("Books ({patterns})").format(patterns=FILE_PATTERNS)
        dialog = QFileDialog(window, _("Add books"), "", f"{patterns};;{_('All files (*)')}")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(self._take_chosen)
        dialog.open()

    @Slot(list)
    def _take_chosen(self, names: list[str]) -> None:
        self.chosen.emit(names)

    @Slot(list)
    def open_files(self, paths: Iterable[Path]) -> None:
        """A file that is being opened already is left at that."""
        for path in paths:
            key = str(path)
            if key in self._openings and self._openings[key].job is not None:
                continue
            self._start(key, None)
        self.changed.emit()

    def unlock(self, key: str, password: Password) -> None:
        """Open a file that waits for this; one that was taken away meanwhile stays away."""
        if key in self._openings:
            self._start(key, password)
            self.changed.emit()

    def _start(self, key: str, password: Password | None) -> None:
        path = Path(key)
        row = BookRow(key, path.stem or path.name, state=BookState.OPENING, state_text=_("opening"), on_desk=True)
        work = partial(self._desk.library.open, path, password=password)
        job = self._bridge.stream(Executor.READER, work, partial(self._on_event, key))
        self._openings[key] = _Opening(row, job)

    @Slot(str)
    def stop(self, key: str) -> None:
        """Stop opening a file, or take away the row of one that failed."""
        opening = self._openings.get(key)
        if opening is None:
            return
        if opening.job is not None:
            opening.job.cancel()
        else:
            del self._openings[key]
            self.changed.emit()

    def _on_event(self, key: str, event: object) -> None:
        opening = self._openings[key]
        match event:
            case Opening(done, total, recognising=True):
                words = _("recognising page {page} of {pages}").format(
                    page=count(min(done + 1, total)), pages=count(total)
                )
                row = replace(opening.row, state_text=words, fraction=done / total)
                self._openings[key] = replace(opening, row=row)
            case Opening(done, total) if total:
                words = _("opening {percent} %").format(percent=round(100 * done / total))
                row = replace(opening.row, state_text=words, fraction=done / total)
                self._openings[key] = replace(opening, row=row)
            case Opening(done, total) if done:
                words = _("opening · {n} pages").format(n=count(done))
                self._openings[key] = replace(opening, row=replace(opening.row, state_text=words))
            case Done(result=Book() as book):
                del self._openings[key]
                self.opened.emit(book)
            case Cancelled():
                del self._openings[key]
            case Failed(problem) if problem.code in (Code.DOCUMENT_PASSWORD_NEEDED, Code.DOCUMENT_PASSWORD_WRONG):
                row = replace(opening.row, state_text=_("waits for its password"), fraction=None)
                self._openings[key] = _Opening(row, None)
                self.locked.emit(key, problem.code is Code.DOCUMENT_PASSWORD_WRONG)
            case Failed(problem):
                row = replace(opening.row, state=BookState.FAILED, state_text=_("could not be opened"), fraction=None)
                self._openings[key] = _Opening(row, None)
                self.failed.emit(sentence(problem))
        self.changed.emit()

"""Folders are added: one run after the other, with its progress, what came of it, and a way to go on later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from app.core.conversations.sources import (
    Adding,
    FileBegun,
    FileEnded,
    FilesFound,
    Scanning,
    Source,
    SourceCounts,
    SourcePlace,
)
from app.core.documents.document import Book
from app.core.machine.secret import Password
from app.core.work import Cancel, Work
from app.services.library.folder_adding import AddingReport, FolderProgress
from app.services.library.parallel_reading import AddingPause, NamedFile
from app.ui.adding.files import AddedFiles, AddedState
from app.ui.frame.frame_context import FrameContext
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.kit.presenter import Presenter
from app.ui.shelf.file_import import FileImport, PasswordDialog
from app.ui.shelf.panel import ShelfPanel
from app.ui.shelf.running import RunProgress
from app.ui.widgets.file_dialogs import FileDialog
from app.ui.widgets.notice import NoticeAction
from app.wording.errors import sentence
from app.wording.folders import paths_name, progress_words, report_words, sizes_words, unfinished_words
from app.wording.i18n import _
from app.wording.units import printable

if TYPE_CHECKING:
    from app.ui.adding.dialog import AddingDialog

_GATHER_MS = 400
"""The time for which books are gathered, to come onto the shelf a few at a time: each time its list is made anew."""


@dataclass(frozen=True)
class _Wanted:
    """A run that is wanted. `named` are files that are tried once more although they failed."""

    paths: tuple[Path, ...]
    named: dict[Path, NamedFile] = field(default_factory=dict)


class FolderImport(Presenter):
    """Adds folders. Their books come onto the shelf, and onto no desk: the desk is for what is asked about.

    `began` carries tuple[Path, ...], the folders; `progressed` the RunProgress, None once all have ended; `added`
    tuple[Book, ...], a few at a time.
    """

    began = Signal(object)
    progressed = Signal(object)
    added = Signal(object)

    def __init__(self, context: FrameContext, openings: FileImport) -> None:
        super().__init__(context.parent)
        self._adding = context.desk.documents.adding
        self._bridge = context.bridge
        self._icons = context.icons
        self._window = context.window
        self.files = AddedFiles(self)
        self._dialog: AddingDialog | None = None
        self._wanted: list[_Wanted] = []
        self._job: Job | None = None
        self._pause = AddingPause()
        self._paths: tuple[Path, ...] = ()  # of this run and those before whose files are listed
        self._run: RunProgress | None = None
        self._words = ""
        self._books: dict[str, Book] = {}
        self._gather = QTimer(self, singleShot=True, interval=_GATHER_MS)
        self._gather.timeout.connect(self._hand_over)
        openings.folders_given.connect(self.take)
        self._connect(context.window.shelf)

    def _connect(self, shelf: ShelfPanel) -> None:
        shelf.folder_wanted.connect(self.choose)
        self.progressed.connect(shelf.folder_run.show_run)
        shelf.folder_run.stop_wanted.connect(self.stop)
        shelf.folder_run.pause_wanted.connect(self.pause)
        shelf.folder_run.clicked.connect(self.open_list)

    @property
    def busy(self) -> bool:
        return self._job is not None

    # ---- what a person wants

    @Slot()
    def choose(self) -> None:
        dialog = FileDialog(self._window, _("Add a folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.filesSelected.connect(self.take)
        dialog.open()

    @Slot(list)
    def take(self, folders: Iterable[Path | str]) -> None:
        """Add all documents in these folders, or what is new and changed in them; after those that are being added
        already."""
        self._want(_Wanted(tuple(dict.fromkeys(Path(folder).resolve() for folder in folders))))

    @Slot(list)
    def retry(self, files: list[Path]) -> None:
        """Read these files once more."""
        self._want(_Wanted(self._paths, {file: NamedFile() for file in files}))

    @Slot()
    def stop(self) -> None:
        """Stop the run; the books that are on the shelf already stay there."""
        self._wanted.clear()
        if self._job is not None:
            self._job.cancel()

    @Slot(bool)
    def pause(self, on: bool) -> None:
        self._pause.set(on)

    @Slot()
    def open_list(self, only: AddedState | None = None) -> None:
        """Open the list of what became of each file; `only` narrows it to the files of one state."""
        from app.ui.adding.dialog import AddingDialog  # now: few starts need it

        if self._dialog is None:
            made = self._dialog = AddingDialog(self._icons, self.files, self._window)
            made.retry_wanted.connect(self.retry)
            made.password_wanted.connect(self._ask_password)
            made.password_given.connect(self._unlock)
            made.pause_wanted.connect(self.pause)
            made.destroyed.connect(self._forget_dialog)
        self._show_run()
        self._dialog.narrow(only or "all")
        self._dialog.look_at_current()
        self._dialog.show()
        self._dialog.raise_()

    def show_files(self, source: Source, places: tuple[SourcePlace, ...]) -> None:
        """Show what became of each file of a folder that was added before."""
        if not self.busy:
            self._paths, self._words = (source.path,), ""
            self.files.show_places(source, places)
        self.open_list(AddedState.FAILED if not self.busy and self.files.failed() else None)

    @Slot()
    def look_for_unfinished(self) -> None:
        """Look for what was not finished, as Octavo may have ended in the middle."""
        self._call(self._adding.unfinished, self._offer_unfinished)

    # ---- inside

    @Slot()
    def _forget_dialog(self) -> None:
        self._dialog = None
        self.files.narrow(None)

    @Slot(object)
    def _offer_unfinished(self, left: tuple[SourceCounts, ...]) -> None:
        if left and not self.busy:
            paths = [counts.source.path for counts in left]
            forget = partial(self._forget_unfinished, left)
            actions = (NoticeAction(_("Go on"), partial(self.take, paths)), NoticeAction(_("Leave them out"), forget))
            self._window.offer(unfinished_words(left), actions)

    def _forget_unfinished(self, left: Sequence[SourceCounts]) -> None:
        work = partial(self._adding.forget_waiting, tuple(counts.source for counts in left))
        self._do(work)

    def _want(self, wanted: _Wanted) -> None:
        if wanted.paths and wanted not in self._wanted:
            self._wanted.append(wanted)
            self._go_on()

    def _go_on(self) -> None:
        if self._job is not None or not self._wanted:
            return
        wanted = self._wanted.pop(0)
        if not wanted.named:
            self.files.clear()
            self._paths = ()
        self._paths = tuple(dict.fromkeys((*self._paths, *wanted.paths)))
        self._pause = AddingPause()
        self.began.emit(wanted.paths)
        work = partial(self._work, wanted, self._pause)
        self._show(_("Looking for documents…"), None)
        self._job = self._bridge.stream(Executor.ADDING, work, partial(self._on_event, wanted))

    def _work(self, wanted: _Wanted, pause: AddingPause, cancel: Cancel) -> Work[FolderProgress, AddingReport]:
        return self._adding.add(wanted.paths, cancel, named=wanted.named, pause=pause)

    def _on_event(self, wanted: _Wanted, event: object) -> None:
        match event:
            case Scanning(seen) if seen:
                self._show(_("Looking for documents…"), None)
            case FilesFound(paths):
                self.files.expect(paths, self._paths)
            case FileBegun(path):
                self.files.begin(path)
            case FileEnded():
                self._on_ended(event)
            case Adding():
                self._show(progress_words(event), event.share, paused=event.paused, listed=sizes_words(event))
            case Done(result=AddingReport() as report):
                self._end(wanted, report)
            case Failed(problem):
                self._over()
                self.failed.emit(sentence(problem))
            case Cancelled():
                self._over()

    def _on_ended(self, ended: FileEnded) -> None:
        self.files.end(ended)
        if ended.book is not None:
            self._books[ended.book.id] = ended.book
            if not self._gather.isActive():
                self._gather.start()

    @Slot()
    def _hand_over(self) -> None:
        books, self._books = tuple(self._books.values()), {}
        self.added.emit(books)

    def _end(self, wanted: _Wanted, report: AddingReport) -> None:
        self.files.leave()
        self.files.fail(report.failed)
        self._over(report_words(report, self._paths))
        if self._job is not None:  # the next one has begun
            return
        actions = list[NoticeAction]()
        if report.stopped and report.left:
            actions.append(NoticeAction(_("Go on"), partial(self.take, wanted.paths)))
        if report.failed:
            actions.append(NoticeAction(_("Show the list"), partial(self.open_list, AddedState.FAILED)))
        self._window.offer(self._words, actions)

    def _over(self, words: str = "") -> None:
        self._job = None
        self._words, self._run = words, None
        self._hand_over()
        self._go_on()
        if self._job is None:
            self._show_run()

    def _show(self, words: str, fraction: float | None, *, paused: bool = False, listed: str = "") -> None:
        """Show how far the run is. `listed` are the words above the list of files, where there is more room."""
        self._run, self._words = RunProgress(paths_name(self._paths), words, fraction, paused), listed or words
        self._show_run()

    def _show_run(self) -> None:
        self.progressed.emit(self._run)
        if self._dialog is not None:
            self._dialog.show_run(paths_name(self._paths), self._words, self._run)

    @Slot(object)
    def _ask_password(self, path: Path) -> None:
        dialog = PasswordDialog(printable(path.name), wrong=False, parent=self._dialog or self._window)
        dialog.given.connect(partial(self._unlock, path))
        dialog.open()

    @Slot(object, object)
    def _unlock(self, path: Path, password: Password) -> None:
        self._want(_Wanted(self._paths, {path: NamedFile(password)}))

"""The documents of whole folders: found, imported one after the other, and what could not be read of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QDialog, QFileDialog, QListWidget

from app.core.document import Book
from app.core.errors import Problem
from app.core.untrusted import disarm
from app.documents.folders import FolderFiles, FolderReport, documents_in, problems
from app.ui.bridge import Bridge, Executor
from app.ui.jobs import Cancelled, Done, Failed, Job
from app.ui.main_window import MainWindow
from app.ui.shelf.file_import import FileImport
from app.ui.shelf.running import RunProgress
from app.ui.theme import SPACE_L, SPACE_S
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import DIALOG, STRETCH, column, row
from app.ui.widgets.notice import NoticeAction
from app.wording.errors import sentence
from app.wording.folders import report_words
from app.wording.i18n import _
from app.wording.units import count, printable

_WIDTH, _HEIGHT = 640, 480


class FolderImport(QObject):
    """One file at a time goes to `FileImport`, so that what the person adds meanwhile waits for one file at most. The
    books come onto the shelf, and onto no desk: the desk is for what is asked about.

    `progressed` carries the RunProgress, None once all have ended.
    """

    progressed = Signal(object)

    def __init__(self, openings: FileImport, bridge: Bridge, window: MainWindow, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._openings = openings
        self._bridge = bridge
        self._window = window
        self._looking: dict[Path, Job] = {}
        self._forget()
        openings.folders_given.connect(self.take)
        openings.ended.connect(self._on_ended)

    def _forget(self) -> None:
        self._folders: list[Path] = []
        self._queue: deque[Path] = deque()
        self._current = ""
        self._found = FolderFiles()
        self._added = 0
        self._failed: list[tuple[Path, Problem]] = []
        self._stopped = False

    @Slot()
    def choose(self) -> None:
        dialog = QFileDialog(self._window, _("Add a folder"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.filesSelected.connect(self.take)
        dialog.open()

    @Slot(list)
    def take(self, folders: Iterable[Path | str]) -> None:
        """Add all documents in these; those of folders that are being added already come first."""
        for folder in map(Path, folders):
            if folder not in self._folders:
                self._folders.append(folder)
                work, taken = partial(documents_in, folder), partial(self._on_looked, folder)
                self._looking[folder] = self._bridge.stream(Executor.IMAGES, work, taken)
        self._go_on()

    @Slot()
    def stop(self) -> None:
        """What is on the shelf already stays there."""
        self._stopped = True
        self._queue.clear()
        for job in self._looking.values():
            job.cancel()
        if self._current:
            self._openings.stop(self._current)

    def _on_looked(self, folder: Path, event: object) -> None:
        match event:
            case Done(result=FolderFiles() as found):
                known = set(self._found.files)
                self._found = FolderFiles.joined((self._found, found))
                self._failed += problems(found)
                if not self._stopped:
                    self._queue.extend(path for path in found.files if path not in known)
            case Failed(problem):
                self._failed.append((folder, problem))
            case Cancelled():
                pass
            case _:
                return  # still looking
        del self._looking[folder]
        self._go_on()

    @Slot(str, object)
    def _on_ended(self, key: str, outcome: object) -> None:
        if key != self._current:
            return
        self._current = ""
        if isinstance(outcome, Book):
            self._added += 1
        elif isinstance(outcome, Problem):
            self._failed.append((Path(key), outcome))
        self._go_on()

    def _go_on(self) -> None:
        if not self._current and self._queue:
            path = self._queue.popleft()
            self._current = str(path)
            self._openings.put_on_shelf(path, quiet=True)
        if self._current or self._looking:
            self.progressed.emit(self._progress())
        elif self._folders:
            self._end()

    def _progress(self) -> RunProgress:
        total = len(self._found.files)
        if not total:
            return RunProgress(self._name(), _("Looking for documents…"), None)
        done = total - len(self._queue) - bool(self._current)
        words = _("{done} of {total} documents").format(done=count(done), total=count(total))
        return RunProgress(self._name(), words, done / total)

    def _name(self) -> str:
        if len(self._folders) == 1:
            return printable(self._folders[0].name or str(self._folders[0]))
        return _("{n} folders").format(n=count(len(self._folders)))

    def _end(self) -> None:
        report = FolderReport(self._name(), self._added, tuple(self._failed), self._found, self._stopped)
        folders = tuple(self._folders)
        self._forget()
        self.progressed.emit(None)
        show = NoticeAction(_("Show the list"), partial(self._show_failed, report, folders))
        self._window.offer(report_words(report), (show,) if report.failed else ())

    def _show_failed(self, report: FolderReport, folders: tuple[Path, ...]) -> None:
        FailedDialog(report, folders, self._window).open()


class FailedDialog(QDialog):
    """The files that could not be read, each with the reason. Deleted when closed."""

    def __init__(self, report: FolderReport, folders: tuple[Path, ...], window: MainWindow) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        title = _("Could not be read")
        self.setWindowTitle(title)
        self._lines = [f"{_within(path, folders)}\n{disarm(sentence(problem))}" for path, problem in report.failed]
        self.list = QListWidget()
        self.list.setProperty("role", "framed")
        self.list.setAccessibleName(title)
        self.list.setWordWrap(True)
        self.list.setSpacing(SPACE_S // 2)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.addItems(self._lines)
        self.copy, close = TextButton(_("Copy the list"), role="quiet"), TextButton(_("Close"), role="primary")
        self.copy.clicked.connect(self._copy)
        close.clicked.connect(self.accept)
        close.setDefault(True)
        column(
            PlainLabel(title, role="heading"),
            PlainLabel(report_words(report), role="soft", wraps=True),
            SPACE_S,
            (self.list, 1),
            SPACE_L,
            row(self.copy, STRETCH, close),
            of=self,
            margins=DIALOG,
            spacing=SPACE_S,
        )
        self.resize(min(_WIDTH, window.width() - DIALOG[0]), min(_HEIGHT, window.height() - DIALOG[1]))

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n\n".join(self._lines))


def _within(path: Path, folders: tuple[Path, ...]) -> str:
    """Its place in the folder that was added."""
    folder = next((folder for folder in folders if path.is_relative_to(folder)), None)
    inside = path.relative_to(folder) if folder is not None and path != folder else path
    return disarm(printable(str(inside)))

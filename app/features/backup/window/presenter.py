"""Backups in the window: makes one while the desk is used, reminds of the next, restores one if the desk is still
empty."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import shiboken6
from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from app.core.conversations.events import Copying, Hashing
from app.core.errors import AppError, Code
from app.features.backup.data import BackupMade, BackupSizes, Restored
from app.features.backup.words import file_name, made_words, making_words, reminder_words, restored_words
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.kit.presenter import Presenter
from app.ui.widgets.file_dialogs import FileDialog
from app.ui.widgets.notice import NoticeAction
from app.ui.workspace import Workspace
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.units import printable

if TYPE_CHECKING:
    from app.features.backup.service import Backups
    from app.features.backup.window.dialogs import RestoreDialog
    from app.features.backup.window.line import BackupLine


class BackupPresenter(Presenter):
    """The presenter of backups. `restart_wanted` tells that another desk takes the place of this one, which has nothing
    in it."""

    restart_wanted = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._desk, self._handbook = workspace.desk, workspace.handbook
        self._bridge, self._icons = workspace.bridge, workspace.icons
        self._window, self._now = workspace.window, workspace.now
        self._job: Job | None = None
        self._line: BackupLine | None = None
        self._restoring: RestoreDialog | None = None
        self.failed.connect(self._window.tell)

    @property
    def _backups(self) -> Backups:
        from app.features.backup.service import backups_of  # when something is asked of it

        return backups_of(self._desk)

    def busy_words(self) -> str:
        """Say which work would be stopped; empty for none."""
        if self._job is None:
            return ""
        return _("The backup will stop, and no file is written. Make it again later.")

    # ---- making one

    @Slot()
    def ask(self) -> None:
        """Ask for the passphrase of a backup, then for a file."""
        if self._job is not None:
            self.failed.emit(_("A backup is being made already. Stop it, or wait until it is done."))
            return
        self._call(self._backups.sizes, self._ask_passphrase)

    @Slot(object)
    def _ask_passphrase(self, sizes: BackupSizes) -> None:
        from app.features.backup.window.dialogs import BackupDialog  # when it is opened

        dialog = BackupDialog(sizes, self._icons.theme, self._window)
        dialog.given.connect(self._ask_target)
        dialog.open()

    @Slot(str, bool)
    def _ask_target(self, passphrase: str, readings: bool) -> None:
        from app.ui.widgets.dialogs import SaveDialog

        dialog = SaveDialog(self._window, _("Back up everything"), file_name(self._now().timestamp()), [_kinds()])
        dialog.fileSelected.connect(partial(self.make, passphrase, readings))
        dialog.open()

    def make(self, passphrase: str, readings: bool, file: str) -> None:
        if self._job is None:
            work = partial(self._backups.make, Path(file), passphrase, readings=readings)
            self._job = self._bridge.stream(Executor.BACKING_UP, work, self._on_made)
            self._show(_("Backing up…"), 0)

    @Slot()
    def stop(self) -> None:
        if self._job is not None:
            self._job.cancel()

    @Slot(object)
    def _on_made(self, event: Copying | Hashing | Done[BackupMade] | Cancelled | Failed) -> None:
        match event:
            case Copying() | Hashing():
                self._show(making_words(event), event.done / max(event.total, 1))
                return
            case Done(made):
                self._tell(made)
            case Cancelled():
                self._window.say(_("The backup was stopped. No file was written."))
            case Failed(problem):
                self.failed.emit(sentence(problem))
        self._job = None
        if self._line is not None:
            self._line.hide()

    def _tell(self, made: BackupMade) -> None:
        if made.left_out:
            incomplete = AppError(Code.BACKUP_INCOMPLETE, path=made.path, names=", ".join(made.left_out))
            self.failed.emit(sentence(incomplete.problem))
            return
        folder = QUrl.fromLocalFile(str(Path(made.path).parent))
        show = NoticeAction(_("Show in folder"), partial(QDesktopServices.openUrl, folder))
        shown = msgspec.structs.replace(made, path=Path(made.path).name)
        self._window.offer(printable(made_words(shown)), (show,))

    def _show(self, words: str, fraction: float) -> None:
        if self._line is None:
            from app.features.backup.window.line import BackupLine

            self._line = BackupLine(self._icons)
            self._line.stop_wanted.connect(self.stop)
            self._window.add_line(self._line)
        self._line.show_words(words, fraction)

    # ---- the reminder

    @Slot()
    def look(self) -> None:
        """Look whether a person wants to be reminded now."""
        self._call(self._due, self._remind)

    def _due(self) -> tuple[bool, float | None]:
        return self._backups.is_due(self._now().timestamp()), self._backups.last_at()

    @Slot(object)
    def _remind(self, due: tuple[bool, float | None]) -> None:
        is_due, last_at = due
        if is_due and self._job is None and self._window.talk.notice.isHidden():
            actions = (NoticeAction(_("Back up…"), self.ask), NoticeAction(_("Later"), self._window.hide_notice))
            self._window.offer(reminder_words(last_at), actions)

    # ---- restoring one

    @Slot()
    def ask_restore(self) -> None:
        """Ask for a backup if the desk has nothing in it; else say where one can be restored."""
        work = partial(self._backups.is_blank, self._handbook.path)
        self._call(work, self._ask_file)

    @Slot(object)
    def _ask_file(self, is_blank: bool) -> None:
        if not is_blank:
            problem = AppError(Code.DATA_THERE, path=str(self._desk.paths.data)).problem
            self.failed.emit(sentence(problem))
            return
        dialog = FileDialog(self._window, _("Restore from a backup"), "", f"{_kinds()};;{_('All files (*)')}")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self._ask_its_passphrase)
        dialog.open()

    @Slot(str)
    def _ask_its_passphrase(self, file: str) -> None:
        from app.features.backup.window.dialogs import RestoreDialog  # when it is opened

        dialog = self._restoring = RestoreDialog(printable(Path(file).name), self._window)
        dialog.given.connect(partial(self._restore, file))
        dialog.stopped.connect(self.stop)
        dialog.ended.connect(self.restart_wanted)
        dialog.open()

    def _restore(self, file: str, passphrase: str) -> None:
        from app.features.backup.service import restore

        work = partial(restore, Path(file), passphrase, self._desk.paths, may_replace=True)
        self._job = self._bridge.stream(Executor.BACKING_UP, work, self._on_restored)

    @Slot(object)
    def _on_restored(self, event: Copying | Done[Restored] | Cancelled | Failed) -> None:
        dialog = self._restoring if self._restoring is not None and shiboken6.isValid(self._restoring) else None
        match event:
            case Copying(done, total):
                if dialog is not None:
                    dialog.show_fraction(done / max(total, 1))
                return
            case Done(restored) if dialog is not None:
                dialog.show_done(printable(restored_words(restored)))
            case Done():
                self.restart_wanted.emit()
            case Failed(problem) if dialog is not None:
                dialog.show_problem(sentence(problem))
        self._job = None


def _kinds() -> str:
    return _("Backups of Octavo (*.octavo-backup)")

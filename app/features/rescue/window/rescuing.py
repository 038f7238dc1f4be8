"""Offers, at a start with damaged data, to save what can be saved of it; does it, and says what became of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QProgressBar, QWidget

from app.core.conversations.events import Copying
from app.core.errors import Problem
from app.core.kept import Keeps
from app.core.machine.paths import Paths
from app.features.rescue import words
from app.features.rescue.service import RescueReport, rescue_desks
from app.ui.kit.bridge import Bridge, Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.widgets.dialogs import SmallDialog
from app.ui.window.mending import Mending
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.units import printable

_STEPS = 1000


class Rescuing(Mending):
    """A rescue with one dialog after the other."""

    def __init__(self, paths: Paths, keeps: Keeps, bridge: Bridge, window: QWidget) -> None:
        """`keeps` is everything that a desk can have."""
        super().__init__(window)
        self._paths, self._keeps, self._bridge, self._window = paths, keeps, bridge, window
        self._passphrase: str | None = None
        self._dialog: SmallDialog | None = None
        self._bar: QProgressBar | None = None
        self._job: Job | None = None

    def offer(self, problem: Problem, passphrase: str | None) -> None:
        self._passphrase = passphrase
        about = _(
            "“{name}” can only be read in part. Octavo can save all that is readable into new data and go on with that."
            " It then tells you what could not be saved. The damaged file stays beside it; nothing is deleted."
        )
        name = printable(Path(str(problem.params.get("path", ""))).name)
        dialog = self._show(_("Your data is damaged in places"), about.format(name=name), _("Save what can be saved"))
        dialog.accepted.connect(self._begin)
        dialog.rejected.connect(self._decline)

    def _show(
        self, title: str, text: str, action: str, body: QWidget | None = None, *, choice: bool = True
    ) -> SmallDialog:
        if self._dialog is not None:
            self._dialog.blockSignals(True)
            self._dialog.close()
        parent = self._window if self._window.isVisible() else None
        leave = _("Close") if choice else None
        self._dialog = SmallDialog(title, text, action, body=body, leave=leave, parent=parent)
        self._dialog.open()
        return self._dialog

    @Slot()
    def _begin(self) -> None:
        self.show_running()
        work = partial(rescue_desks, self._paths, self._passphrase, words.stand_ins())
        self._job = self._bridge.stream(Executor.STORE, lambda cancel: work(cancel=cancel), self.take)

    def show_running(self) -> None:
        self._bar = QProgressBar(textVisible=False, maximum=_STEPS)
        self._bar.setAccessibleName(_("saving what can be read"))
        text = _("Octavo reads all of your data and saves what it can read. Nothing is changed until that is done.")
        dialog = self._show(_("Saving your data"), text, _("Stop"), self._bar, choice=False)
        dialog.finished.connect(self._stop)

    @Slot()
    def _stop(self) -> None:
        if self._job is not None and self._job.running:
            self._job.cancel()

    def take(self, event: Copying | Done[RescueReport] | Cancelled | Failed) -> None:
        match event:
            case Copying(done, total):
                if self._bar is not None and total:
                    self._bar.setValue(done * _STEPS // total)
            case Done(report):
                lines = words.report_lines(report, self._keeps.counted)
                self._end(_("Your data opens again"), "\n\n".join(lines), _("Open"))
            case Failed(problem):
                self._close(_("Your data could not be saved"), sentence(problem))
            case Cancelled():
                self._close(_("Your data could not be saved"), _("You stopped it. Nothing was changed."))

    def _end(self, title: str, text: str, action: str) -> None:
        self._show(title, text, action, choice=False).finished.connect(self._finish)

    def _close(self, title: str, text: str) -> None:
        self._show(title, text, _("Close"), choice=False).finished.connect(self._decline)

    @Slot()
    def _finish(self) -> None:
        self.ended.emit(True)

    @Slot()
    def _decline(self) -> None:
        self.ended.emit(False)

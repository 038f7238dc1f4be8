"""Looks for all that is kept of a name, shows it, and writes it into a file."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot

from app.core.work import Cancel, Work
from app.export.files import write_bytes
from app.features.governance import keeping
from app.features.governance.data import PersonalDataReport
from app.features.governance.keeping import LookingThrough, keeping_of
from app.features.governance.window.personal_data_dialog import PersonalDataDialog
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.kit.presenter import Presenter
from app.ui.shelf.matter_switch import desk_name
from app.ui.widgets.dialogs import SaveDialog
from app.ui.workspace import Workspace
from app.wording.errors import sentence
from app.wording.i18n import _


class PersonalDataPresenter(Presenter):
    """Makes the report, with its dialog, when it is opened. `saved` carries the file that was written."""

    saved = Signal(str)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._desk, self._bridge = workspace.desk, workspace.bridge
        shared = workspace.desk.shared
        self._job: Job | None = None
        self.dialog = PersonalDataDialog(
            desk_name(self._desk.matter), shared.keeps, has_matters=bool(shared.matters.all()), parent=workspace.window
        )
        self.dialog.wanted.connect(self.look)
        self.dialog.export_wanted.connect(self._choose)
        self.dialog.finished.connect(self._closed)
        self.dialog.open()

    @Slot(str, bool)
    def look(self, name: str, everywhere: bool) -> None:
        work = partial(self._report, name, everywhere)
        self._job = self._bridge.stream(Executor.STORE, work, self._on_event)

    def _report(self, name: str, everywhere: bool, cancel: Cancel) -> Work[LookingThrough, PersonalDataReport]:
        return keeping_of(self._desk).report(name, cancel, everywhere=everywhere)

    def _on_event(self, event: LookingThrough | Done[PersonalDataReport] | Cancelled | Failed) -> None:
        match event:
            case LookingThrough():
                self.dialog.show_progress(event)
            case Done(report):
                self._job = None
                self.dialog.show_report(report)
            case Failed():
                self.dialog.show_problem(sentence(event.problem))
            case Cancelled():
                pass

    @Slot()
    def _closed(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self.deleteLater()

    @Slot(object)
    def _choose(self, report: PersonalDataReport) -> None:
        kinds = (_("Table (*.csv)"), _("JSON (*.json)"))
        dialog = SaveDialog(self.dialog, _("Export the report"), _("What is kept"), kinds)
        dialog.fileSelected.connect(partial(self.write, report))
        dialog.open()

    def write(self, report: PersonalDataReport, name: str) -> None:
        """Write what was found into this file."""
        work = partial(self._write, report, Path(name))
        self._do(work, partial(self._written, name), executor=Executor.IMAGES)

    def _write(self, report: PersonalDataReport, path: Path) -> None:
        """Write the report into a file, off the GUI thread."""
        write_bytes(keeping.written(report, path.suffix.lower()), path)
        self._desk.record.exported("report", path)

    def _written(self, name: str) -> None:
        self.saved.emit(name)

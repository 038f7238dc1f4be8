"""Shows the record of the open desk, with whether it is whole, and exports it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import Signal, Slot

from app.core.record import RecordEntry, RecordVerdict
from app.export.files import write_bytes
from app.features.governance import record_files
from app.ui.kit.presenter import Presenter
from app.ui.widgets.dialogs import SaveDialog
from app.ui.workspace import Workspace
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.features.governance.window.record_dialog import RecordDialog

_Found: TypeAlias = "tuple[tuple[RecordEntry, ...], RecordVerdict, bool]"


class RecordPresenter(Presenter):
    """The presenter of the record. `saved` carries the file that was written."""

    saved = Signal(str)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._desk, self._recording = workspace.desk, workspace.desk.record
        self._bridge = workspace.bridge
        self._window = workspace.window
        self._now = workspace.now
        self.dialog: RecordDialog | None = None

    @Slot()
    def open(self) -> None:
        self._call(self._look, self._show)

    def _look(self) -> _Found:
        """Look at the record, off the GUI thread."""
        store = self._recording.store
        return store.entries(), store.verify(), self._recording.settings().record_texts

    @Slot(object)
    def _show(self, found: _Found) -> None:
        from app.features.governance.window.record_dialog import RecordDialog  # when it is opened

        entries, verdict, texts = found
        dialog = self.dialog = RecordDialog(
            entries, verdict, self._now(), self._desk.shared.keeps.recorded, texts=texts, parent=self._window
        )
        dialog.export_wanted.connect(self._choose)
        dialog.finished.connect(self._closed)
        dialog.open()

    @Slot()
    def _closed(self) -> None:
        self.dialog = None

    @Slot()
    def _choose(self) -> None:
        kinds = (_("Table (*.csv)"), _("JSON (*.json)"))
        dialog = SaveDialog(self.dialog or self._window, _("Export the record"), _("Octavo record"), kinds)
        dialog.fileSelected.connect(self.write)
        dialog.open()

    @Slot(str)
    def write(self, name: str) -> None:
        """Write all entries, with their proof, into this file."""
        self._do(partial(self._write, Path(name)), partial(self._written, name))

    def _write(self, path: Path) -> None:
        """Write the record into a file, off the GUI thread."""
        store = self._recording.store
        write_bytes(record_files.written(store.entries(), store.seal(), path.suffix.lower()), path)

    def _written(self, name: str) -> None:
        if self.dialog is not None:
            self.dialog.accept()
        self.saved.emit(name)

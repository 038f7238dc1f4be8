"""The saved readings: lists them, and deletes those that the person selects."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QWidget

from app.core.record import Happening, RecordKind
from app.engine.kv.saved_states import SavedState
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.look.theme import SPACE_XS
from app.ui.widgets.dialogs import SmallDialog
from app.wording.i18n import _
from app.wording.units import count, counted, printable, size

_ReadingRole = int(Qt.ItemDataRole.UserRole)
_LIST_HEIGHT = 220


class ReadingsDialog(SmallDialog):
    """A dialog with the saved readings. `delete_wanted` carries the SavedReadings that were selected, as a tuple."""

    delete_wanted = Signal(object)

    def __init__(self, readings: Sequence[SavedState], others_bytes: int = 0, parent: QWidget | None = None) -> None:
        """`others_bytes` is the size of the readings that are not listed."""
        self.list = QListWidget()
        self.list.setAccessibleName(_("Saved readings"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setProperty("role", "framed")
        self.list.setFixedHeight(_LIST_HEIGHT)
        self.list.setWordWrap(True)
        self.list.setSpacing(SPACE_XS)
        for reading in readings:
            item = QListWidgetItem(entry_words(reading))
            item.setData(_ReadingRole, reading)
            self.list.addItem(item)
        sentence = counted(
            len(readings),
            _("1 saved reading takes {size}. If you delete it, the model reads the document again next time."),
            _(
                "{n} saved readings take {size}. If you delete one, the model reads that document again with the next"
                " question."
            ),
            size=size(sum(reading.size_bytes for reading in readings)),
        )
        if not readings:
            sentence = _("No saved readings yet. When the model has read a document, the reading is saved here.")
        if others_bytes:
            sentence += " " + _("Others, of other matters or in the bin, take {size}.").format(size=size(others_bytes))
        super().__init__(
            _("Saved readings"), sentence, _("Delete"), body=self.list if readings else None, parent=parent
        )
        self.cancel_by_return()
        if readings:
            self.list.setFocus()
        self.list.itemSelectionChanged.connect(self._enable)
        self._enable()

    def accept(self) -> None:
        self.delete_wanted.emit(tuple(item.data(_ReadingRole) for item in self.list.selectedItems()))
        super().accept()

    @Slot()
    def _enable(self) -> None:
        self.action.setEnabled(bool(self.list.selectedItems()))


def entry_words(reading: SavedState) -> str:
    """Describe a reading in two lines: its books; its size, tokens and model, and whether it was read to the end."""
    titles = ", ".join(printable(book.untrusted_title) for book in reading.books)
    tokens = _("{n} tokens").format(n=count(len(reading.tokens_le32) // 4))
    parts = [size(reading.size_bytes), tokens, printable(reading.model_name)]
    if not reading.complete:
        parts.append(_("incomplete"))
    return f"{titles}\n{' · '.join(parts)}"


class ReadingsPresenter(Presenter):
    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.parent)
        self._readings, self._recording = context.desk.readings, context.desk.record
        self._bridge = context.bridge
        self._window = context.window

    @Slot()
    def open_list(self) -> None:
        self._call(self._list, self._show)

    def _list(self) -> tuple[tuple[SavedState, ...], int]:
        return self._readings.all(), self._readings.others_bytes()

    @Slot(object)
    def _show(self, listed: tuple[tuple[SavedState, ...], int]) -> None:
        dialog = ReadingsDialog(*listed, self._window)
        dialog.delete_wanted.connect(self._delete)
        dialog.open()

    @Slot(object)
    def _delete(self, readings: tuple[SavedState, ...]) -> None:
        work = partial(self._delete_all, readings)
        self._do(work)

    def _delete_all(self, readings: tuple[SavedState, ...]) -> None:
        """Delete these readings, off the GUI thread."""
        for reading in readings:
            self._readings.delete(reading)
        self._recording.note(Happening(RecordKind.PURGED, detail=f"readings: {len(readings)}"))

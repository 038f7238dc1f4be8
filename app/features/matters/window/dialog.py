"""All matters, to be opened, renamed, archived, exported, imported or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import QSize, Qt, Signal, SignalInstance, Slot
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QWidget

from app.core.matter import Matter
from app.ui.kit.frame_state import bound
from app.ui.look.theme import SPACE_L, SPACE_S
from app.ui.shelf.matter_switch import desk_name
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import ElidedLabel, PlainLabel
from app.ui.widgets.layouts import DIALOG, STRETCH, boxed, column, row
from app.wording.i18n import _
from app.wording.units import day, size

_MatterRole = int(Qt.ItemDataRole.UserRole)
_SIZE = QSize(620, 520)
_ROW = (SPACE_S, SPACE_S, SPACE_S, SPACE_S)


class MattersDialog(QDialog):
    """Signals carry the Matter that is selected, `open_wanted` its id."""

    open_wanted = Signal(str)
    new_wanted = Signal()
    rename_wanted = Signal(object)
    archive_wanted = Signal(object)
    delete_wanted = Signal(object)
    export_wanted = Signal(object)
    import_wanted = Signal()

    def __init__(self, matters: Sequence[Matter], open_matter: Matter | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._open_id = open_matter.id if open_matter is not None else ""
        self._matters, self._sizes = matters, dict[str, int]()
        self.setWindowTitle(_("Matters"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.resize(bound(self, _SIZE.width(), _SIZE.height()))
        words = _("Each matter is encrypted by itself. Nothing in one matter appears in another.")
        self.empty_words = PlainLabel(_("There are no matters yet."), role="soft")
        self.empty_words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.list = QListWidget()
        self.list.setAccessibleName(_("Matters"))
        self.list.setProperty("role", "framed")
        self.list.itemActivated.connect(self._open)
        self.list.itemSelectionChanged.connect(self._enable)
        self._make_buttons()
        close = TextButton(_("Close"))
        close.clicked.connect(self.accept)
        of_one = row(self.rename, self.archive, self.export, self.delete, STRETCH, self.open_button, spacing=SPACE_S)
        below = row(self.new_button, self.import_button, STRETCH, close, spacing=SPACE_S)
        heading = PlainLabel(_("Matters"), role="heading")
        column(
            heading, PlainLabel(words, wraps=True), SPACE_S, (self.list, 1), (self.empty_words, 1), of_one, SPACE_L,
            below, of=self, margins=DIALOG, spacing=SPACE_S,
        )  # fmt: skip
        self.show_matters(matters)

    def _make_buttons(self) -> None:
        self.open_button = TextButton(_("Open"), role="primary")
        self.open_button.setDefault(True)
        self.rename, self.archive, self.export, self.delete = (
            TextButton(words) for words in (_("Rename…"), _("Archive"), _("Export…"), _("Delete…"))
        )
        self.new_button, self.import_button = TextButton(_("New matter…")), TextButton(_("Import…"))
        self.open_button.clicked.connect(self._open)
        self.new_button.clicked.connect(self.new_wanted)
        self.import_button.clicked.connect(self.import_wanted)
        for button, signal in (
            (self.rename, self.rename_wanted),
            (self.archive, self.archive_wanted),
            (self.export, self.export_wanted),
            (self.delete, self.delete_wanted),
        ):
            button.clicked.connect(partial(self._want, signal))

    def _want(self, wanted: SignalInstance) -> None:
        if (matter := self._chosen()) is not None:
            wanted.emit(matter)

    def show_matters(self, matters: Sequence[Matter]) -> None:
        """Show the matters: the one that was opened last first, those that are archived behind the others."""
        self._matters, before = matters, self._chosen()
        self.list.clear()
        for matter in sorted(matters, key=lambda matter: matter.archived):
            name, words = desk_name(matter), self._words(matter)
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{name}\n{words}")
            item.setData(_MatterRole, matter)
            self.list.addItem(item)
            shown = boxed(column(ElidedLabel(name), PlainLabel(words, role="soft"), margins=_ROW, spacing=2))
            item.setSizeHint(QSize(0, shown.sizeHint().height()))
            self.list.setItemWidget(item, shown)
            if before is not None and matter.id == before.id:
                self.list.setCurrentItem(item)
        self.list.setVisible(bool(matters))
        self.empty_words.setVisible(not matters)
        for button in (self.rename, self.archive, self.export, self.delete, self.open_button):
            button.setVisible(bool(matters))
        if matters and not self.list.selectedItems():
            self.list.setCurrentRow(0)
        self._enable()

    @Slot(object)
    def show_sizes(self, sizes: dict[str, int]) -> None:
        """Show how many bytes each matter takes on the disk, by its id."""
        if sizes != self._sizes:
            self._sizes = sizes
            self.show_matters(self._matters)

    def _words(self, matter: Matter) -> str:
        opened = _("opened on {day}").format(day=day(datetime.fromtimestamp(matter.opened_at).astimezone()))
        if matter.id == self._open_id:
            opened = _("open now")
        taken = self._sizes.get(matter.id)
        takes = _("takes {size}").format(size=size(taken)) if taken else ""
        return " · ".join(filter(None, (opened, takes, _("archived") if matter.archived else "")))

    def _chosen(self) -> Matter | None:
        chosen: Matter | None = next((item.data(_MatterRole) for item in self.list.selectedItems()), None)
        return chosen

    @Slot()
    def _open(self) -> None:
        if (matter := self._chosen()) is not None and matter.id != self._open_id:
            self.open_wanted.emit(matter.id)

    @Slot()
    def _enable(self) -> None:
        matter = self._chosen()
        for button in (self.rename, self.archive, self.export):
            button.setEnabled(matter is not None)
        for button in (self.open_button, self.delete):
            button.setEnabled(matter is not None and matter.id != self._open_id)
        tip = _("Open the library or another matter first.")
        self.delete.setToolTip(tip if matter is not None and not self.delete.isEnabled() else "")
        self.archive.setText(_("Unarchive") if matter is not None and matter.archived else _("Archive"))

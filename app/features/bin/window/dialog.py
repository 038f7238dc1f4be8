"""The bin: what is in it, to be restored or deleted for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QDialog, QListWidget, QListWidgetItem, QWidget

from app.core.conversations.bin import BinEntry
from app.features.bin.words import entry_words
from app.ui.look.theme import SPACE_L, SPACE_S
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import DIALOG, STRETCH, boxed, column, row
from app.wording.bin import title_words
from app.wording.i18n import _
from app.wording.units import counted

_EntryRole = int(Qt.ItemDataRole.UserRole)
_SIZE = QSize(560, 420)
_ROW = (SPACE_S, SPACE_S, SPACE_S, SPACE_S)


class BinDialog(QDialog):
    """The bin. `restore_wanted` and `purge_wanted` carry the BinEntries that were chosen, as a tuple."""

    restore_wanted = Signal(object)
    purge_wanted = Signal(object)

    def __init__(self, entries: Sequence[BinEntry], now: datetime, days: int, parent: QWidget | None = None) -> None:
        """`now` is aware of its zone; `days` is how long the bin keeps things."""
        super().__init__(parent)
        self._days = days
        self.setWindowTitle(_("Bin"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self.resize(_SIZE)
        one = _("What you delete stays here for 1 day. It no longer appears in lists, searches or new answers.")
        several = _("What you delete stays here for {n} days. It no longer appears in lists, searches or new answers.")
        self._words = PlainLabel(counted(days, one, several), wraps=True)
        self.empty_words = PlainLabel(_("The bin is empty."), role="soft")
        self.empty_words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.list = QListWidget()
        self.list.setAccessibleName(_("Bin"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setProperty("role", "framed")
        self.restore = TextButton(_("Restore"), role="primary")
        self.delete = TextButton(_("Delete permanently…"))
        self.empty = TextButton(_("Empty the bin…"), role="quiet")
        close = TextButton(_("Close"))
        for button in (self.delete, self.empty, close):
            button.setAutoDefault(False)
        self.restore.setDefault(True)
        self.restore.clicked.connect(self._restore)
        self.delete.clicked.connect(self._purge)
        self.empty.clicked.connect(self._empty)
        close.clicked.connect(self.accept)
        self.list.itemActivated.connect(self._restore)
        self.list.itemSelectionChanged.connect(self._enable)
        buttons = row(self.empty, STRETCH, self.delete, self.restore, close, spacing=SPACE_S)
        heading = PlainLabel(_("Bin"), role="heading")
        column(
            heading, self._words, SPACE_S, (self.list, 1), (self.empty_words, 1), SPACE_L, buttons,
            of=self, margins=DIALOG, spacing=SPACE_S,
        )  # fmt: skip
        self.show_entries(entries, now)

    def show_entries(self, entries: Sequence[BinEntry], now: datetime) -> None:
        self.list.clear()
        for entry in entries:
            title, words = title_words(entry), entry_words(entry, now, self._days)
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{title}\n{words}")
            item.setData(_EntryRole, entry)
            self.list.addItem(item)
            labels = column(PlainLabel(title), PlainLabel(words, role="soft"), margins=_ROW, spacing=2)
            shown = boxed(labels)
            item.setSizeHint(shown.sizeHint())
            self.list.setItemWidget(item, shown)
        self.list.setVisible(bool(entries))
        self.empty_words.setVisible(not entries)
        for button in (self.empty, self.delete, self.restore):
            button.setVisible(bool(entries))
        if entries:
            self.list.setCurrentRow(0)
            self.list.setFocus()
        self._enable()

    def _chosen(self) -> tuple[BinEntry, ...]:
        return tuple(item.data(_EntryRole) for item in self.list.selectedItems())

    @Slot()
    def _restore(self) -> None:
        self.restore_wanted.emit(self._chosen())

    @Slot()
    def _purge(self) -> None:
        self.purge_wanted.emit(self._chosen())

    @Slot()
    def _empty(self) -> None:
        self.purge_wanted.emit(tuple(self.list.item(number).data(_EntryRole) for number in range(self.list.count())))

    @Slot()
    def _enable(self) -> None:
        for button in (self.restore, self.delete):
            button.setEnabled(bool(self.list.selectedItems()))

"""The entries of the record as rows of a table, the last first; which of them are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.core.kept import RecordedThing
from app.core.record import RecordEntry, RecordKind
from app.features.governance.record_words import kind_words, time_words, what_words
from app.wording.i18n import _
from app.wording.units import count

ALL, ASKED, CAME, GONE, DECIDED = "all", "asked", "came", "gone", "decided"
"""The groups of entries: everything; what models were asked; what came or left; what was deleted; what was decided."""

_KINDS: dict[str, frozenset[str]] = {
    ASKED: frozenset((RecordKind.ANSWER, RecordKind.ASKED_ALL, RecordKind.CELL, RecordKind.ASIDE)),
    CAME: frozenset((RecordKind.IMPORT, RecordKind.EXPORT, RecordKind.MOVED, RecordKind.BACKUP, RecordKind.DOWNLOAD)),
    GONE: frozenset((RecordKind.DELETED, RecordKind.RESTORED, RecordKind.PURGED, RecordKind.EXPIRED)),
    DECIDED: frozenset((RecordKind.BEGUN, RecordKind.REMOTE, RecordKind.SETTING, RecordKind.POLICY)),
}
_Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()


def wanted(entries: Sequence[RecordEntry], group: str, days: int, now: datetime) -> tuple[RecordEntry, ...]:
    """Return the entries of a group and of the last days, 0 for all; the last first. `now` is aware of its zone."""
    since = "" if days == 0 else (now.astimezone(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    kinds = _KINDS.get(group)
    return tuple(each for each in reversed(entries) if each.time >= since and (kinds is None or each.kind in kinds))


class EntryTable(QAbstractTableModel):
    def __init__(self, things: Sequence[RecordedThing], parent: QObject | None = None) -> None:
        """`things` are what entries name."""
        super().__init__(parent)
        self._things = things
        self._entries: tuple[RecordEntry, ...] = ()

    def show_entries(self, entries: tuple[RecordEntry, ...]) -> None:
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def entry(self, row: int) -> RecordEntry | None:
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def rowCount(self, parent: _Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: _Index = _TOP) -> int:
        return 0 if parent.isValid() else 4

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Vertical:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section == 0:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.DisplayRole:
            return (_("No."), _("When"), _("What"), _("About"))[section]
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.entry(index.row())
        if entry is None:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 0:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            about = " · ".join(filter(None, (entry.text, what_words(entry, self._things))))
            return (count(entry.number), time_words(entry), kind_words(entry.kind), about)[index.column()]
        return None

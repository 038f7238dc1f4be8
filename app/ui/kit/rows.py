"""A list of rows for a view, each drawn as one thing: whoever has one says what a row is in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.ui.widgets.labels import plain_tip

Row = TypeVar("Row")
Index: TypeAlias = QModelIndex | QPersistentModelIndex

RowRole = int(Qt.ItemDataRole.UserRole) + 1
"""The role that gives a row itself, which a delegate draws."""

_ROOT = QModelIndex()


class RowsModel(QAbstractListModel, Generic[Row]):
    """A list of frozen rows: `put` shows others, `change` puts one in the place of another."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []

    def words(self, row: Row) -> str:
        """Return a row in words, as a screen reader says it. A subclass overrides it."""
        raise NotImplementedError

    def description(self, row: Row) -> str:  # noqa: ARG002
        """Return more about a row for a screen reader; empty for nothing."""
        return ""

    def tip(self, row: Row) -> str:  # noqa: ARG002
        """Return the words of a row that may be cut where it is drawn; empty for nothing."""
        return ""

    def can_choose(self, row: Row) -> bool:  # noqa: ARG002
        """Return whether a person can choose a row; a heading cannot be chosen."""
        return True

    @property
    def rows(self) -> Sequence[Row]:
        return self._rows

    def put(self, rows: Iterable[Row]) -> None:
        """Show these in the place of all others; nothing is chosen then."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def change(self, number: int, row: Row) -> None:
        self._rows[number] = row
        self.dataChanged.emit(self.index(number), self.index(number))

    def find(self, is_wanted: Callable[[Row], bool]) -> QModelIndex:
        """Return the index of the first row that is wanted; an invalid one if there is none."""
        return next((self.index(number) for number, row in enumerate(self._rows) if is_wanted(row)), QModelIndex())

    def step(self, row: int, step: int) -> QModelIndex:
        """Return the index of the row that is chosen `step` rows after `row`, or before it for less than 0: the first
        from there on, in the same direction, that can be chosen; an invalid one if none can."""
        target = max(0, min(row + step, len(self._rows) - 1))
        while 0 <= target < len(self._rows) and not self.can_choose(self._rows[target]):
            target += 1 if step > 0 else -1
        return self.index(target)

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or not self.can_choose(self._rows[index.row()]):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == RowRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.words(row)
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return self.description(row) or None
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self.tip(row)) or None
        return None

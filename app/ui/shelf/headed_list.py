"""A list model of rows under headings, which cannot be chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.ui.shelf.rows import HeadingRow

Row = TypeVar("Row")
Index: TypeAlias = QModelIndex | QPersistentModelIndex

_ROOT = QModelIndex()


class HeadedList(QAbstractListModel, Generic[Row]):
    """What a row shows is the subclass's to say (`data`)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[HeadingRow | Row] = []

    def entries(self) -> Iterator[tuple[int, Row]]:
        """The rows that are not headings, with their numbers."""
        for number, row in enumerate(self._rows):
            if not isinstance(row, HeadingRow):
                yield number, row

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or isinstance(self._rows[index.row()], HeadingRow):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def _arrange(self, groups: Sequence[tuple[str, Sequence[Row]]]) -> list[Any]:
        """Each group under its heading; a group without rows has none."""
        arranged: list[HeadingRow | Row] = []
        for heading, group in groups:
            if group:
                arranged += [HeadingRow(heading), *group]
        return arranged

    def _replace(self, rows: list[HeadingRow | Row]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

"""A table as a list: a row for every question, with its answer and its pages."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from PySide6.QtCore import Qt

from app.core.documents.untrusted import disarm
from app.features.tables.window.cell_table import ROOT, CellRole, CellTable, Index, ShownCell
from app.ui.kit.words import spoken_words
from app.wording.i18n import _


class ListColumn(IntEnum):
    QUESTION = 0
    ANSWER = 1
    PAGES = 2


class ListTable(CellTable):
    def cell_at(self, index: Index) -> ShownCell | None:
        return self.cells()[index.row()] if index.isValid() else None

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._cells)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(ListColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation is Qt.Orientation.Vertical:
            return str(section + 1)
        return {ListColumn.QUESTION: _("Question"), ListColumn.ANSWER: _("Answer"), ListColumn.PAGES: _("Pages")}[
            ListColumn(section)
        ]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        shown = self.cell_at(index)
        if role == CellRole or shown is None:
            return shown
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return {
                ListColumn.QUESTION: f"{shown.number}. {spoken_words(disarm(shown.question), shown.progress)}",
                ListColumn.ANSWER: disarm(shown.text),
                ListColumn.PAGES: "; ".join(chip.label for chip in shown.chips),
            }[ListColumn(index.column())]
        return None

    def _tell_of(self, shown: ShownCell) -> None:
        row = shown.number - 1
        self.dataChanged.emit(self.index(row, 0), self.index(row, len(ListColumn) - 1))

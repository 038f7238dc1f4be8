"""The list of questions with their answers: opens the pages of their chips."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QModelIndex, QPointF, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu

from app.core.conversations.conversation import Citation
from app.core.documents.document import Book
from app.features.tables.window.cell_table import Chip, ShownCell
from app.features.tables.window.cell_view import CellView, copy_text
from app.features.tables.window.list_cells import ListCells
from app.features.tables.window.list_table import ListColumn, ListTable
from app.ui.chat.text.citations import describe_citation
from app.ui.chat.text.evidence import SentenceEvidence
from app.ui.kit.commands import WordsMenu, add_entries
from app.ui.look.theme import Theme
from app.wording.i18n import _

_QUESTION_SHARE = 0.27
_PAGES_SHARE, _PAGES_WIDEST = 0.24, 190


class ListView(CellView):
    def __init__(self, table: ListTable, theme: Theme, words_menu: WordsMenu) -> None:
        super().__init__(table, theme, words_menu)
        self.setAccessibleName(_("Answers"))
        self._cells = ListCells(theme, self)
        self.setItemDelegate(self._cells)
        table.modelAboutToBeReset.connect(self._cells.forget)
        self.setWordWrap(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setHighlightSections(False)

    def menu_of(self, shown: ShownCell) -> QMenu:
        """Make the menu of an answer: its pages, and copying it."""
        menu = self.new_menu()
        for chip in shown.chips:
            menu.addAction(chip.label.replace("&", "&&"), partial(self.citation_clicked.emit, chip.citation))
        if not menu.isEmpty():
            menu.addSeparator()
        menu.addAction(_("Copy the answer"), partial(copy_text, shown.text)).setEnabled(bool(shown.text))
        words = f"{shown.question}\n\n{shown.text}" if shown.text else ""
        add_entries(menu, self.words_menu(words, None, shown.cell.question.id))
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.open_menu(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _chip_at(self, index: QModelIndex, point: QPointF) -> Chip | None:
        return self._cells.chip_at(index, self.visualRect(index), point)

    def _citation_at(self, index: QModelIndex, point: QPointF) -> Citation | None:
        chip = self._chip_at(index, point)
        return chip.citation if chip is not None else None

    def _tip_at(self, index: QModelIndex, point: QPointF) -> str:
        chip = self._chip_at(index, point)
        return _describe(chip, self._table.books) if chip is not None else ""

    @Slot()
    def _spread(self) -> None:
        whole = self.viewport().width()
        question = round(whole * _QUESTION_SHARE)
        pages = min(_PAGES_WIDEST, round(whole * _PAGES_SHARE))
        for column, width in ((ListColumn.QUESTION, question), (ListColumn.PAGES, pages)):
            self.setColumnWidth(column, width)
        self.setColumnWidth(ListColumn.ANSWER, whole - question - pages)
        self.resizeRowsToContents()


def _describe(chip: Chip, books: Mapping[str, Book]) -> str:
    """Return the evidence behind a chip: its verdict with the sentences of the pages, or where it leads."""
    if chip.verdict is None:
        return describe_citation(chip.citation, books)
    return SentenceEvidence(chip.verdict, chip.said, books).describe()

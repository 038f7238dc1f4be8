"""The table of a question sheet: opens pages on a click, and has a menu for the keyboard."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QPointF, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QMenu, QTableView, QToolTip, QWidget

from app.core.documents.document import Book
from app.features.tables.window.cells import SheetCells
from app.features.tables.window.table import Chip, SheetColumn, SheetTable, ShownRole, ShownRow
from app.ui.chat.citations import describe_citation, escape_tip
from app.ui.chat.evidence import SentenceEvidence
from app.ui.kit.commands import WordsMenu, add_entries
from app.ui.look.theme import Theme
from app.wording.i18n import _

_QUESTION_SHARE = 0.27
_PAGES_SHARE, _PAGES_WIDEST = 0.24, 190


class SheetView(QTableView):
    """`citation_clicked` carries the Citation."""

    citation_clicked = Signal(object)

    def __init__(self, table: SheetTable, theme: Theme, words_menu: WordsMenu, parent: QWidget | None = None) -> None:
        """`words_menu`: what can be done with an answer by others."""
        super().__init__(parent)
        self._words_menu = words_menu
        self.setAccessibleName(_("Answers"))
        self.setModel(table)
        self._cells = SheetCells(theme, self)
        self.setItemDelegate(self._cells)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setHighlightSections(False)
        table.modelReset.connect(self._on_reset)
        table.dataChanged.connect(self._on_changed)
        theme.changed.connect(self._on_theme)

    def menu_of(self, row: ShownRow) -> QMenu:
        """The pages of a row, and copying its answer."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for chip in row.chips:
            menu.addAction(chip.label.replace("&", "&&"), partial(self.citation_clicked.emit, chip.citation))
        if not menu.isEmpty():
            menu.addSeparator()
        copy = menu.addAction(_("Copy the answer"), partial(_copy, row.text))
        copy.setEnabled(bool(row.text))
        words = f"{row.question}\n\n{row.text}" if row.text else ""
        add_entries(menu, self._words_menu(words, None, row.question_id))
        return menu

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            rect = self.visualRect(self.currentIndex())
            self._open_menu(self.currentIndex(), self.viewport().mapToGlobal(rect.center()))
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The chosen row shows where the focus is, so there always is one."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            self.selectRow(0)
        self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        self._open_menu(index if index.isValid() else self.currentIndex(), event.globalPos())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        chip = self._chip_at(event.position())
        if chip is not None and event.button() is Qt.MouseButton.LeftButton:
            self.citation_clicked.emit(chip.citation)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        over = self._chip_at(event.position()) is not None
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            chip = self._chip_at(QPointF(event.pos()))
            row: ShownRow | None = self.indexAt(event.pos()).data(ShownRole)
            books = (row.books if row is not None else None) or {}
            tip = escape_tip(_describe(chip, books)) if chip is not None else ""
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._spread()

    def _chip_at(self, point: QPointF) -> Chip | None:
        index = self.indexAt(point.toPoint())
        return self._cells.chip_at(index, self.visualRect(index), point) if index.isValid() else None

    def _open_menu(self, index: QModelIndex, where: QPoint) -> None:
        row = index.data(ShownRole)
        if isinstance(row, ShownRow):
            self.menu_of(row).popup(where)

    def _spread(self) -> None:
        whole = self.viewport().width()
        question = round(whole * _QUESTION_SHARE)
        pages = min(_PAGES_WIDEST, round(whole * _PAGES_SHARE))
        for column, width in ((SheetColumn.QUESTION, question), (SheetColumn.PAGES, pages)):
            self.setColumnWidth(column, width)
        self.setColumnWidth(SheetColumn.ANSWER, whole - question - pages)
        self.resizeRowsToContents()

    @Slot()
    def _on_reset(self) -> None:
        self._cells.forget()
        self._spread()

    @Slot(QModelIndex, QModelIndex)
    def _on_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        for row in range(first.row(), last.row() + 1):
            self.resizeRowToContents(row)

    @Slot()
    def _on_theme(self) -> None:
        self._cells.forget()
        self.viewport().update()


def _describe(chip: Chip, books: Mapping[str, Book]) -> str:
    """The evidence behind a chip: its verdict with the sentences of the pages, or where it leads."""
    if chip.verdict is None:
        return describe_citation(chip.citation, books)
    return SentenceEvidence(chip.verdict, chip.said, books).describe()


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)

"""The table of a grid: opens pages on a click, sorts by its questions, and has a menu for each cell and question."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QMenu, QTableView, QToolTip, QWidget

from app.core.conversations.values import ValueKind
from app.core.documents.untrusted import disarm
from app.features.tables.data import GridColumn, GridRow
from app.features.tables.window.grid_cells import DocumentHeader, GridCells, QuestionHeader
from app.features.tables.window.grid_table import GridRole, GridTable, ShownDocument, ShownValue
from app.features.tables.words import evidence_words, found_words
from app.ui.chat.citations import escape_tip
from app.ui.kit.commands import WordsMenu, add_entries
from app.ui.look.theme import SPACE_M, Theme
from app.ui.widgets.labels import PlainLabel
from app.wording.i18n import _

_DOCUMENT_SHARE, _DOCUMENT_LEAST, _DOCUMENT_MOST = 0.27, 150, 300
_WIDTHS = {
    ValueKind.PROSE: 260,
    ValueKind.TEXT: 140,
    ValueKind.YES_NO: 96,
    ValueKind.DATE: 108,
    ValueKind.AMOUNT: 116,
    ValueKind.CHOICE: 116,
}
_CORRECT = Qt.Key.Key_F2
_NARROWEST = 0.85
"""Columns are as narrow as this share of their width, if then all are in sight."""


class GridView(QTableView):
    """`citation_clicked` carries the Citation; `book_wanted` its id; the others a ShownValue, the number of a
    column, of a row, or an Arrangement."""

    citation_clicked = Signal(object)
    book_wanted = Signal(str)
    again_wanted = Signal(object)
    correction_wanted = Signal(object)
    comment_wanted = Signal(object)
    column_wanted = Signal(int)
    column_unwanted = Signal(int)
    row_unwanted = Signal(int)
    arranged = Signal(object)

    def __init__(self, table: GridTable, theme: Theme, words_menu: WordsMenu, parent: QWidget | None = None) -> None:
        """`words_menu`: what can be done with a cell by others."""
        super().__init__(parent)
        self._words_menu = words_menu
        self.setAccessibleName(_("Table of answers"))
        self._table = table
        self.may_change = True
        self.setModel(table)
        self._cells = GridCells(theme, self)
        self.setItemDelegate(self._cells)
        self.setHorizontalHeader(QuestionHeader(theme, self))
        self.setVerticalHeader(DocumentHeader(theme, self))
        self._look()
        self.corner = PlainLabel(_("Document"), role="small", parent=self)
        self.corner.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.corner.setContentsMargins(SPACE_M, 0, 0, 0)
        self.corner.setAlignment(Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft)
        self.horizontalHeader().sectionClicked.connect(self.sort_by)
        self.horizontalHeader().sectionResized.connect(self._on_resized)
        self.horizontalHeader().setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.horizontalHeader().customContextMenuRequested.connect(self._open_column_menu)
        self.verticalHeader().sectionClicked.connect(self._open_document)
        self.verticalHeader().setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalHeader().customContextMenuRequested.connect(self._open_row_menu)
        table.modelReset.connect(self._spread)
        table.dataChanged.connect(self._on_changed)
        theme.repaint_on_change(self.viewport())

    def _look(self) -> None:
        self.setProperty("role", "grid")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    # ---- menus

    def menu_of(self, value: ShownValue) -> QMenu:
        """What can be done with a cell."""
        menu = self._menu()
        citation = value.read.citation
        page = menu.addAction(_("Open the page"), partial(self.citation_clicked.emit, citation))
        page.setEnabled(citation is not None)
        menu.addSeparator()
        correct = menu.addAction(_("Correct…"), partial(self.correction_wanted.emit, value))
        correct.setShortcut(QKeySequence(_CORRECT))
        menu.addAction(_("Comment…"), partial(self.comment_wanted.emit, value))
        again = menu.addAction(_("Ask again"), partial(self.again_wanted.emit, value))
        again.setEnabled(self.may_change)
        menu.addSeparator()
        copy = menu.addAction(_("Copy the answer"), partial(_copy, value))
        copy.setEnabled(bool(value.words))
        words = f"{value.column.title}: {value.words}" if value.words else ""
        add_entries(menu, self._words_menu(words, value.read.citation, value.read.cell.question.id))
        return menu

    def column_menu_of(self, column: GridColumn) -> QMenu:
        """What can be done with a question."""
        menu, now = self._menu(), self._table.arrangement
        for words, descending in ((_("Sort ascending"), False), (_("Sort descending"), True)):
            wanted = replace(now, column=column.number, descending=descending, grouped=False)
            menu.addAction(words, partial(self.arranged.emit, wanted))
        grouped = now.grouped and now.column == column.number
        wanted = replace(now, column=column.number, grouped=not grouped)
        group = menu.addAction(_("Group by this question"), partial(self.arranged.emit, wanted))
        group.setCheckable(True)
        group.setChecked(grouped)
        wanted = replace(now, column=0, descending=False, grouped=False)
        menu.addAction(_("As the documents were added"), partial(self.arranged.emit, wanted))
        menu.addSeparator()
        change = menu.addAction(_("Change the question…"), partial(self.column_wanted.emit, column.number))
        remove = menu.addAction(_("Remove the question…"), partial(self.column_unwanted.emit, column.number))
        for action in (change, remove):
            action.setEnabled(self.may_change)
        return menu

    def row_menu_of(self, row: GridRow) -> QMenu:
        menu = self._menu()
        menu.addAction(_("Open the document"), partial(self.book_wanted.emit, row.books[0].book_id))
        remove = menu.addAction(_("Remove from the table…"), partial(self.row_unwanted.emit, row.number))
        remove.setEnabled(self.may_change)
        return menu

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    # ---- what a person does

    @Slot(int)
    def sort_by(self, section: int) -> None:
        """By a question; once more, the other way round; then as the documents were added."""
        number, now = self._table.columns[section].number, self._table.arrangement
        if now.column != number:
            wanted = replace(now, column=number, descending=False, grouped=False)
        elif not now.descending:
            wanted = replace(now, descending=True)
        else:
            wanted = replace(now, column=0, descending=False, grouped=False)
        self.arranged.emit(wanted)

    def event(self, event: QEvent) -> bool:
        """F2 renames the conversation elsewhere, which would close the table."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() == _CORRECT:
            event.accept()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        value = self._table.value(self.currentIndex())
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if value is not None:
                if value.read.citation is not None:
                    self.citation_clicked.emit(value.read.citation)
            case key if key == _CORRECT:
                if value is not None:
                    self.correction_wanted.emit(value)
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The chosen cell shows where the focus is, so there always is one."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._table.rowCount():
            self.setCurrentIndex(self._table.index(0, 0))
        self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        value = self._table.value(index)
        if value is not None:
            middle = self.viewport().mapToGlobal(self.visualRect(index).center())
            self.menu_of(value).popup(event.globalPos() if by_mouse else middle)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        value = self._table.value(self.indexAt(event.position().toPoint()))
        if value is not None and value.read.citation is not None and event.button() is Qt.MouseButton.LeftButton:
            self.citation_clicked.emit(value.read.citation)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        over = index.isValid() and self._cells.is_on_place(index, self.visualRect(index), event.position())
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            value = self._table.value(self.indexAt(event.pos()))
            QToolTip.showText(event.globalPos(), escape_tip(self._tip(value)) if value is not None else "", self)
            return True
        return super().viewportEvent(event)

    def _tip(self, value: ShownValue) -> str:
        """The finding and what it rests on: nothing else is said of a cell."""
        read = value.read
        said = [read.cell.comment] if value.is_running or not value.words else [found_words(read), read.cell.comment]
        if read.cell.correction and read.answered.text:
            said.append(_("The model wrote: {value}").format(value=read.answered.text))
        said.append(disarm(evidence_words(read, self._table.books)))
        return "\n".join(filter(None, said))

    # ---- sizes

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._spread()
        self._place_corner()

    @Slot()
    def _spread(self) -> None:
        """Widths as the kinds want them, wider where there is room; then heights."""
        whole = self.width()
        document = min(_DOCUMENT_MOST, max(_DOCUMENT_LEAST, round(whole * _DOCUMENT_SHARE)))
        self.verticalHeader().setFixedWidth(document)
        wanted = [_WIDTHS[column.form.kind] for column in self._table.columns]
        room = whole - document - self.verticalScrollBar().sizeHint().width()
        stretch = max(_NARROWEST, room / sum(wanted)) if wanted else 1.0
        stretch = stretch if stretch * sum(wanted) <= room + 1 else 1.0
        self.horizontalHeader().blockSignals(True)
        for place, width in enumerate(wanted):
            self.setColumnWidth(place, int(width * stretch))
        self.horizontalHeader().blockSignals(False)
        self.resizeRowsToContents()
        self._refresh_heads()

    @Slot(int, int, int)
    def _on_resized(self) -> None:
        self.resizeRowsToContents()
        self._refresh_heads()

    def _refresh_heads(self) -> None:
        self.horizontalHeader().setFixedHeight(self.horizontalHeader().sizeHint().height())
        self.updateGeometries()
        self._place_corner()

    def _place_corner(self) -> None:
        heads = self.horizontalHeader().height()
        self.corner.setGeometry(0, 0, self.verticalHeader().width(), heads - SPACE_M // 2)

    @Slot(QModelIndex, QModelIndex)
    def _on_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        for row in range(first.row(), last.row() + 1):
            self.resizeRowToContents(row)

    # ---- heads

    @Slot(int)
    def _open_document(self, section: int) -> None:
        head = self._table.headerData(section, Qt.Orientation.Vertical, GridRole)
        if isinstance(head, ShownDocument) and head.row.books:
            self.book_wanted.emit(head.row.books[0].book_id)

    @Slot(QPoint)
    def _open_column_menu(self, point: QPoint) -> None:
        section = self.horizontalHeader().logicalIndexAt(point)
        if section >= 0:
            where = self.horizontalHeader().mapToGlobal(point)
            self.column_menu_of(self._table.columns[section]).popup(where)

    @Slot(QPoint)
    def _open_row_menu(self, point: QPoint) -> None:
        section = self.verticalHeader().logicalIndexAt(point)
        line = self._table.line(section) if section >= 0 else None
        if isinstance(line, GridRow):
            self.row_menu_of(line).popup(self.verticalHeader().mapToGlobal(point))


def _copy(value: ShownValue) -> None:
    QGuiApplication.clipboard().setText(value.read.value.text or value.words)

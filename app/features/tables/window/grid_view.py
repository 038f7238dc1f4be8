"""The table of a grid: opens pages on a click, sorts by its questions, and has a menu for each cell and question."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QModelIndex, QPoint, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QMenu

from app.core.conversations.conversation import Citation
from app.core.conversations.values import ValueKind
from app.core.documents.untrusted import disarm
from app.features.tables.data import GridColumn, GridRow
from app.features.tables.window.cell_table import CellRole, ShownCell
from app.features.tables.window.cell_view import CellView, copy_text
from app.features.tables.window.grid_cells import DocumentHeader, GridCells, QuestionHeader
from app.features.tables.window.grid_table import GridTable, ShownDocument
from app.features.tables.words import evidence_words, found_words
from app.ui.kit.commands import WordsMenu, add_entries
from app.ui.look.theme import SPACE_M, Theme
from app.ui.shelf.covers import BookCovers
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
"""The share of their width down to which columns become narrower, if then all are in sight."""


class GridView(CellView):
    """The view of a grid. `book_wanted` carries a book's id; the other signals a ShownCell, the number of a column or
    of a row, or an Arrangement."""

    book_wanted = Signal(str)
    again_wanted = Signal(object)
    correction_wanted = Signal(object)
    comment_wanted = Signal(object)
    column_wanted = Signal(int)
    column_unwanted = Signal(int)
    row_unwanted = Signal(int)
    arranged = Signal(object)

    def __init__(self, table: GridTable, theme: Theme, covers: BookCovers, words_menu: WordsMenu) -> None:
        super().__init__(table, theme, words_menu)
        self.setAccessibleName(_("Table of answers"))
        self._grid = table
        self.may_change = True
        self._cells = GridCells(theme, self)
        self.setItemDelegate(self._cells)
        self.setHorizontalHeader(QuestionHeader(theme, self))
        self.setVerticalHeader(DocumentHeader(theme, covers, self))
        self.setProperty("role", "grid")
        self.setCornerButtonEnabled(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
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

    # ---- menus

    def menu_of(self, value: ShownCell) -> QMenu:
        """Make the menu of what can be done with a cell."""
        menu = self.new_menu()
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
        copied = value.read.value.text or value.words
        menu.addAction(_("Copy the answer"), partial(copy_text, copied)).setEnabled(bool(value.words))
        words = f"{value.column.title}: {value.words}" if value.words else ""
        add_entries(menu, self.words_menu(words, value.read.citation, value.read.cell.question.id))
        return menu

    def column_menu_of(self, column: GridColumn) -> QMenu:
        """Make the menu of what can be done with a question."""
        menu, now = self.new_menu(), self._grid.arrangement
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
        menu = self.new_menu()
        menu.addAction(_("Open the document"), partial(self.book_wanted.emit, row.books[0].book_id))
        remove = menu.addAction(_("Remove from the table…"), partial(self.row_unwanted.emit, row.number))
        remove.setEnabled(self.may_change)
        return menu

    # ---- what a person does

    @Slot(int)
    def sort_by(self, section: int) -> None:
        """Sort by a question; once more, the other way round; then as the documents were added."""
        number, now = self._grid.columns[section].number, self._grid.arrangement
        if now.column != number:
            wanted = replace(now, column=number, descending=False, grouped=False)
        elif not now.descending:
            wanted = replace(now, descending=True)
        else:
            wanted = replace(now, column=0, descending=False, grouped=False)
        self.arranged.emit(wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        value = self._table.cell_at(self.currentIndex())
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if value is not None:
                if value.read.citation is not None:
                    self.citation_clicked.emit(value.read.citation)
            case key if key == _CORRECT:
                if value is not None:
                    self.correction_wanted.emit(value)
            case _:
                super().keyPressEvent(event)

    def _citation_at(self, index: QModelIndex, point: QPointF) -> Citation | None:  # noqa: ARG002 - all of a cell
        shown = self._table.cell_at(index)
        return shown.read.citation if shown is not None else None

    def _is_link(self, index: QModelIndex, point: QPointF) -> bool:
        return self._cells.is_on_place(index, self.visualRect(index), point)

    def _tip_at(self, index: QModelIndex, point: QPointF) -> str:  # noqa: ARG002 - all of a cell
        shown = self._table.cell_at(index)
        return self._tip(shown) if shown is not None else ""

    def _tip(self, value: ShownCell) -> str:
        """Return the finding and what it rests on: nothing else is said of a cell."""
        read = value.read
        said = [read.cell.comment] if value.is_running or not value.words else [found_words(read), read.cell.comment]
        if read.cell.correction and read.answered.text:
            said.append(_("The model wrote: {value}").format(value=read.answered.text))
        said.append(disarm(evidence_words(read, self._table.books)))
        return "\n".join(filter(None, said))

    # ---- sizes

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_corner()

    @Slot()
    def _spread(self) -> None:
        """Give the columns widths as their kinds want them, wider if there is room; then set the heights."""
        whole = self.width()
        document = min(_DOCUMENT_MOST, max(_DOCUMENT_LEAST, round(whole * _DOCUMENT_SHARE)))
        self.verticalHeader().setFixedWidth(document)
        wanted = [_WIDTHS[column.form.kind] for column in self._grid.columns]
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

    # ---- heads

    @Slot(int)
    def _open_document(self, section: int) -> None:
        head = self._grid.headerData(section, Qt.Orientation.Vertical, CellRole)
        if isinstance(head, ShownDocument) and head.row.books:
            self.book_wanted.emit(head.row.books[0].book_id)

    @Slot(QPoint)
    def _open_column_menu(self, point: QPoint) -> None:
        section = self.horizontalHeader().logicalIndexAt(point)
        if section >= 0:
            where = self.horizontalHeader().mapToGlobal(point)
            self.column_menu_of(self._grid.columns[section]).popup(where)

    @Slot(QPoint)
    def _open_row_menu(self, point: QPoint) -> None:
        section = self.verticalHeader().logicalIndexAt(point)
        line = self._grid.line(section) if section >= 0 else None
        if isinstance(line, GridRow):
            self.row_menu_of(line).popup(self.verticalHeader().mapToGlobal(point))

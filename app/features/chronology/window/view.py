"""A list of the chronology: opens pages on a click, and has a menu for what can be done with its entries."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView

from app.core.conversations.conversation import Citation
from app.features.chronology.window.cells import TimelineDelegate
from app.features.chronology.window.rows import EventRow, NameRow, TimelineList
from app.ui.kit.rows import RowRole
from app.ui.look.theme import Theme
from app.ui.widgets.row_list import RowListView

_TAB, _BACKTAB = Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason
_BATCH = 100
"""Rows that are laid out in one step of the event loop."""

_BELOW_HEADING = 48
"""The distance in px from the top at which a row is looked for: no year is there."""

_CHOOSING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class TimelineView(RowListView):
    """The list. `citation_clicked` carries the Citation; `menu_wanted` and `delete_wanted` are about `chosen`."""

    citation_clicked = Signal(object)
    menu_wanted = Signal(QPoint)
    delete_wanted = Signal()

    def __init__(self, entries: TimelineList, name: str, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setModel(entries)
        self._cells = TimelineDelegate(theme, self)
        self.setItemDelegate(self._cells)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setProperty("by_keyboard", False)  # where the focus is, is shown to whoever came there by keys
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setLayoutMode(QListView.LayoutMode.Batched)  # thousands of rows would take a second at once
        self.setBatchSize(_BATCH)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.viewport().setAutoFillBackground(False)
        theme.repaint_on_change(self.viewport())
        self._entries = entries
        self._goal: tuple[str, int] | None = None  # a row, and how far below the top it is to be
        self._kept: list[str] = []
        entries.modelAboutToBeReset.connect(self._keep)
        entries.modelReset.connect(self._choose_again)
        self.verticalScrollBar().rangeChanged.connect(self._go_back)

    def chosen(self) -> list[EventRow | NameRow]:
        """Return the chosen rows in the order in which they are listed."""
        indexes = sorted(self.selectedIndexes(), key=lambda index: index.row())
        rows = (index.data(RowRole) for index in indexes)
        return [row for row in rows if isinstance(row, EventRow | NameRow)]

    @Slot()
    def _keep(self) -> None:
        """Keep where the person is, and what is chosen, as other rows may come and go."""
        self._kept = [row.id for row in self.chosen()]
        if self._goal is None and self.verticalScrollBar().value():
            below = self.indexAt(QPoint(self.viewport().width() // 2, _BELOW_HEADING))
            row = below.data(RowRole)
            self._goal = (row.id, self.visualRect(below).top()) if isinstance(row, EventRow | NameRow) else None

    @Slot()
    def _choose_again(self) -> None:
        for id in self._kept:
            if (index := self._entries.index_of(id)).isValid():
                self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.Select)

    @Slot()
    def _go_back(self) -> None:
        """Scroll back to the row that stood on top, as soon as the rows are laid out as far as that."""
        if self._goal is None:
            return
        id, top = self._goal
        index = self._entries.index_of(id)
        bar = self.verticalScrollBar()
        wanted = bar.value() + self.visualRect(index).top() - top
        if not index.isValid() or (self.visualRect(index).isValid() and wanted <= bar.maximum()):
            self._goal = None
            if index.isValid():
                bar.setValue(wanted)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._goal = None
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.setProperty("by_keyboard", True)
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self.currentIndex().isValid():
                self._open(self.currentIndex())
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace if self.chosen():
                self.delete_wanted.emit()
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Take the focus, and choose a row if none is: there always is one that shows where the focus is."""
        self.setProperty("by_keyboard", event.reason() in (_TAB, _BACKTAB))
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            first = self.moveCursor(QAbstractItemView.CursorAction.MoveHome, Qt.KeyboardModifier.NoModifier)
            self.setCurrentIndex(first)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setProperty("by_keyboard", False)
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and not event.modifiers() & _CHOOSING and index.isValid():
            chip = self._cells.chip_at(index, self.visualRect(index), event.position())
            if chip is not None:
                self.citation_clicked.emit(chip.citation)
            else:
                self._open(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.viewport().setCursor(self._cursor(event.position()))

    def _cursor(self, point: QPointF) -> Qt.CursorShape:
        index = self.indexAt(point.toPoint())
        over = index.isValid() and bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
        return Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        where = event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard or not index.isValid():
            where = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())
        if self.chosen():
            self.menu_wanted.emit(where)

    @Slot(QModelIndex)
    def _open(self, index: QModelIndex) -> None:
        citation = _first(index.data(RowRole))
        if citation is not None:
            self.citation_clicked.emit(citation)


def _first(row: object) -> Citation | None:
    return row.chips[0].citation if isinstance(row, EventRow | NameRow) and row.chips else None

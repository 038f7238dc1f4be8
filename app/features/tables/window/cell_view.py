"""The behaviour that the views of both layouts share: a page is opened with a click, a cell has a menu, and evidence as
a tooltip."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QGuiApplication, QHelpEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QMenu, QTableView, QToolTip

from app.core.conversations.conversation import Citation
from app.features.tables.window.cell_table import CellTable, ShownCell
from app.ui.chat.text.citations import escape_tip
from app.ui.kit.commands import WordsMenu
from app.ui.look.theme import Theme


class CellView(QTableView):
    """A view of cells. `citation_clicked` carries the Citation."""

    citation_clicked = Signal(object)

    def __init__(self, table: CellTable, theme: Theme, words_menu: WordsMenu) -> None:
        """`words_menu` returns what other features can do with an answer."""
        super().__init__()
        self.words_menu = words_menu
        self._table = table
        self.setModel(table)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.modelReset.connect(self._spread)
        table.dataChanged.connect(self._on_changed)
        theme.repaint_on_change(self.viewport())

    # ---- what each layout says

    def menu_of(self, shown: ShownCell) -> QMenu:
        """Make the menu of what can be done with a cell."""
        raise NotImplementedError

    def _citation_at(self, index: QModelIndex, point: QPointF) -> Citation | None:
        """Return the page that a click on this point of the view opens; None if it opens none."""
        raise NotImplementedError

    def _is_link(self, index: QModelIndex, point: QPointF) -> bool:
        """Return whether a point of the view looks as if it opened something."""
        return self._citation_at(index, point) is not None

    def _tip_at(self, index: QModelIndex, point: QPointF) -> str:
        raise NotImplementedError

    @Slot()
    def _spread(self) -> None:
        """Share the width out among the columns."""
        raise NotImplementedError

    # ---- what a person does

    def new_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def open_menu(self, index: QModelIndex) -> None:
        """Open the menu of a cell, in its middle."""
        if (shown := self._table.cell_at(index)) is not None:
            self.menu_of(shown).popup(self.viewport().mapToGlobal(self.visualRect(index).center()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Choose a cell, as the chosen one shows where the focus is; so there always is one."""
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._table.rowCount():
            self.setCurrentIndex(self._table.index(0, 0))
        self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() is not QContextMenuEvent.Reason.Mouse:
            self.open_menu(self.currentIndex())
        elif (shown := self._table.cell_at(self.indexAt(event.pos()))) is not None:
            self.menu_of(shown).popup(event.globalPos())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        citation = self._citation_at(index, event.position()) if index.isValid() else None
        if citation is not None and event.button() is Qt.MouseButton.LeftButton:
            self.citation_clicked.emit(citation)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        over = index.isValid() and self._is_link(index, event.position())
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            tip = self._tip_at(index, QPointF(event.pos())) if index.isValid() else ""
            QToolTip.showText(event.globalPos(), escape_tip(tip) if tip else "", self)
            return True
        return super().viewportEvent(event)

    # ---- sizes

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._spread()

    @Slot(QModelIndex, QModelIndex)
    def _on_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        for row in range(first.row(), last.row() + 1):
            self.resizeRowToContents(row)


def copy_text(text: str) -> None:
    QGuiApplication.clipboard().setText(text)

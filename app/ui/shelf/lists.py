"""A list view of the shelf: shows its focus only when reached by keyboard, and is as high as its rows need."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QFrame, QListView, QSizePolicy, QWidget

from app.ui.shelf.row_motion import RowMotion
from app.ui.widgets.row_list import RowListView

_EDIT = Qt.Key.Key_F2
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_TALLEST = 4_000  # px that a list asks for: more than a screen has


class ShelfListView(RowListView):
    """A list of the shelf. `opened` fires for a click, Enter or Return; `menu_wanted` for the context menu, by mouse or
    key. F2 edits the current row if its model allows that, and is kept from the window, which renames the open
    conversation."""

    opened = Signal(QModelIndex)
    toggled = Signal(QModelIndex)
    moved = Signal(QModelIndex, int)  # Alt+Up or Alt+Down: so many rows further down
    menu_wanted = Signal(QModelIndex, QPoint)
    edited = Signal()  # the editor of a row was closed, whether its text was taken or not

    def __init__(self, name: str) -> None:
        super().__init__()
        self.motion = RowMotion(self)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMouseTracking(True)
        self.setProperty("by_keyboard", False)
        self.viewport().setAutoFillBackground(False)
        self.clicked.connect(self.opened)
        self.customContextMenuRequested.connect(self._ask_menu)

    @property
    def is_editing(self) -> bool:
        """True while the text of a row is edited in place: a list that was filled anew would throw it away."""
        return self.state() is QAbstractItemView.State.EditingState

    def edit_row(self, index: QModelIndex) -> None:
        """Let the person edit the text of a row in place."""
        if index.isValid():
            self.scrollTo(index)
            self.edit(index)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        super().closeEditor(editor, hint)
        self.edited.emit()

    def select(self, index: QModelIndex) -> None:
        """Show `index` as the selected row, and the heading right above it; an invalid one clears the selection. Emits
        nothing."""
        if index.isValid():
            self.setCurrentIndex(index)
            above = index.siblingAtRow(index.row() - 1)
            if above.isValid() and not above.flags() & Qt.ItemFlag.ItemIsEnabled:
                self.scrollTo(above)
            self.scrollTo(index)
        else:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())

    def accept_moves(self) -> None:
        """Let rows be dragged to other places, as far as the model allows."""
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(True)
        self.setDragDropOverwriteMode(False)

    def content_height(self, most: int) -> int:
        """Return the height of all rows together, px; `most` if they take more than that."""
        height, model = 0, self.model()
        for row in range(model.rowCount() if model else 0):
            if height >= most:
                break
            height += self.sizeHintForRow(row)
        return min(height, most)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.content_height(_TALLEST))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() == _EDIT:
            event.accept()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.setProperty("by_keyboard", True)
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            self.opened.emit(index)
        elif event.key() in _STEPS and event.modifiers() & Qt.KeyboardModifier.AltModifier and index.isValid():
            self.moved.emit(index, _STEPS[Qt.Key(event.key())])
        elif event.key() == Qt.Key.Key_Space and index.isValid():
            self.toggled.emit(index)
        elif event.key() == _EDIT:
            if index.flags() & Qt.ItemFlag.ItemIsEditable:
                self.edit(index)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setProperty("by_keyboard", False)
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        by_tab = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.setProperty("by_keyboard", by_tab)
        super().focusInEvent(event)
        if not self.currentIndex().isValid():
            self.setCurrentIndex(
                self.moveCursor(QAbstractItemView.CursorAction.MoveHome, Qt.KeyboardModifier.NoModifier)
            )

    @Slot(QPoint)
    def _ask_menu(self, point: QPoint) -> None:
        index = self.indexAt(point)
        if not index.isValid():
            index = self.currentIndex()
            point = self.visualRect(index).center()
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.menu_wanted.emit(index, self.viewport().mapToGlobal(point))

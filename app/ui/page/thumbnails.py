"""The pages of a drawn book as small pictures, to go to one at a glance."""

from __future__ import annotations

from typing import Any, TypeAlias

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget

from app.core.page_names import PageNames
from app.ui.fonts import ui_font
from app.ui.theme import SIZE_SMALL, SPACE_S, SPACE_XL, SPACE_XS, Theme
from app.ui.widgets.thumbnails import Thumbnails
from app.wording.i18n import _
from app.wording.page_names import name_words, page_words

_Index: TypeAlias = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_ImageRole = int(Qt.ItemDataRole.UserRole)
_PICTURE = QSize(92, 124)
_CELL = QSize(_PICTURE.width() + 2 * SPACE_S, _PICTURE.height() + 2 * SPACE_S + 18)
_ROWS = 3


class ThumbnailModel(QAbstractListModel):
    """A picture is asked for when its row is painted."""

    def __init__(self, names: PageNames, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names = names
        self.thumbnails = Thumbnails(self)
        self.thumbnails.drawn.connect(self._redraw)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else self._names.pages

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        page = index.row() + 1
        if role == Qt.ItemDataRole.DisplayRole:
            return name_words(self._names.of(page))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return page_words(self._names.of(page))
        return self.thumbnails.of(page) if role == _ImageRole else None

    @Slot(object)
    def _redraw(self, page: int) -> None:
        changed = self.index(page - 1, 0)
        self.dataChanged.emit(changed, changed)


class _ThumbnailDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002
        return _CELL

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        palette = self._theme.palette
        cell: QRect = option.rect
        image: QImage | None = index.data(_ImageRole)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if option.state & QStyle.StateFlag.State_MouseOver and not chosen:
            painter.fillRect(cell, QColor(palette.wash))
        box = QRect(cell.left() + SPACE_S, cell.top() + SPACE_S, _PICTURE.width(), _PICTURE.height())
        size = image.size().scaled(_PICTURE, Qt.AspectRatioMode.KeepAspectRatio) if image is not None else _PICTURE
        paper = QRect(QPoint(), size)
        paper.moveCenter(box.center())
        if image is not None:
            painter.drawImage(paper, image)
        else:
            painter.fillRect(paper, QColor(palette.ground))
        painter.setPen(QPen(QColor(palette.accent if chosen else palette.line), 2 if chosen else 1))
        painter.drawRect(paper)
        painter.setFont(ui_font(SIZE_SMALL))
        painter.setPen(QColor(palette.accent if chosen else palette.soft_ink))
        label = QRect(cell.left(), box.bottom() + SPACE_XS, cell.width(), cell.bottom() - box.bottom() - SPACE_XS)
        words = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, label.width())
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()


class ThumbnailPopup(QFrame):
    """`chosen` carries a page's number; `wanted` the page, and the width in device pixels, of a picture to draw."""

    chosen = Signal(int)
    wanted = Signal(int, int)

    def __init__(self, names: PageNames, page: int, theme: Theme, parent: QWidget | None = None) -> None:
        """`page` is the one that is shown."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "popup")
        self.pages = ThumbnailModel(names, self)
        self.pages.thumbnails.wanted.connect(self._pass_on)
        self.view = QListView()
        self.view.setAccessibleName(_("Thumbnails"))
        self.view.setViewMode(QListView.ViewMode.IconMode)
        self.view.setMovement(QListView.Movement.Static)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setUniformItemSizes(True)
        self.view.setGridSize(_CELL)
        self.view.setMouseTracking(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.view.setModel(self.pages)
        self.view.setItemDelegate(_ThumbnailDelegate(theme, self.view))
        self.view.setCurrentIndex(self.pages.index(page - 1, 0))
        self.view.clicked.connect(self._choose)
        self.view.activated.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        column.addWidget(self.view)

    def drop_below(self, header: QWidget) -> None:
        """Below the panel's header, with as many pictures beside one another as the panel has room for."""
        bar = self.view.verticalScrollBar().sizeHint().width() + 2 * SPACE_S + SPACE_XS
        across = max(2, (header.width() - 2 * SPACE_XL - bar) // _CELL.width())
        lines = min(_ROWS, -(-self.pages.rowCount() // across))
        self.resize(across * _CELL.width() + bar, lines * _CELL.height() + 2 * SPACE_S + SPACE_XS)
        self.move(header.mapToGlobal(QPoint((header.width() - self.width()) // 2, header.height() + SPACE_S)))
        self.show()
        self.view.setFocus()
        self.view.scrollTo(self.view.currentIndex(), QListView.ScrollHint.PositionAtCenter)

    @Slot(object)
    def _pass_on(self, page: int) -> None:
        self.wanted.emit(page, round(_PICTURE.width() * self.devicePixelRatioF()))

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            self.chosen.emit(index.row() + 1)
            self.close()

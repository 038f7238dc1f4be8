"""Lists that drop down below the page's header, to go to another page: the outline, and the pages as small pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen, QPolygon
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from app.core.conversations.conversation import Turn
from app.core.conversations.verdict import Verdict
from app.core.documents.document import Book
from app.core.documents.page_names import PageNames
from app.ui.chat.text.citations import mark_citations
from app.ui.chat.text.verdict_marks import colour_verdict, gravest, mark_verdicts
from app.ui.look.fonts import ui_font
from app.ui.look.theme import SIZE_SMALL, SPACE_S, SPACE_XL, SPACE_XS, Theme
from app.ui.widgets.layouts import column
from app.ui.widgets.pictures import Thumbnails
from app.ui.widgets.popups import Popup
from app.wording.i18n import _
from app.wording.page_names import name_words, page_words
from app.wording.units import count

_Index: TypeAlias = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_ImageRole = int(Qt.ItemDataRole.UserRole)
_PICTURE = QSize(92, 124)
_CELL = QSize(_PICTURE.width() + 2 * SPACE_S, _PICTURE.height() + 2 * SPACE_S + 18)
_ROWS = 3
_WIDEST, _HIGHEST, _ROW_HEIGHT = 480, 480, 26
_PageRole = int(Qt.ItemDataRole.UserRole)
_CitedRole = int(Qt.ItemDataRole.UserRole) + 1
_RIBBON = QSize(18, 24)
_NOTCH, _MOST_COUNTED = 6, 9


@dataclass(frozen=True)
class Cited:
    """The number of marks of the answers that lead to a page; `verdict` is the gravest one on a sentence that has such
    a mark, None if nothing was found out."""

    marks: int
    verdict: Verdict | None = None


def cited_pages(turns: Iterable[Turn], book_id: str) -> dict[int, Cited]:
    """Return the pages of a book to which marks of the answers lead, with what is known of those marks."""
    led: dict[int, list[Verdict | None]] = {}
    for answer in (turn.answer for turn in turns if turn.answer is not None):
        marks = mark_citations(answer.text, answer.citations, {})
        for mark in mark_verdicts(answer.text, marks, answer.verdicts, {}):
            if mark.citation is not None and mark.citation.book_id == book_id and mark.citation.page > 0:
                led.setdefault(mark.citation.page, []).append(mark.verdict.verdict if mark.verdict else None)
    return {page: Cited(len(found), gravest(list(filter(None, found)))) for page, found in led.items()}


class _PagePopup(Popup):
    """A list that drops down. `chosen` carries a page's number."""

    chosen = Signal(int)

    def __init__(self, view: QAbstractItemView, parent: QWidget) -> None:
        super().__init__(parent)
        column(view, of=self, margins=(SPACE_S, SPACE_S, SPACE_S, SPACE_S))


class OutlinePopup(_PagePopup):
    def __init__(self, book: Book, page: int, parent: QWidget) -> None:
        """`page` is the one that is shown: the section it belongs to is selected."""
        self.tree = QTreeWidget()
        self.tree.setColumnCount(2)
        self.tree.setHeaderHidden(True)
        self.tree.setAccessibleName(_("Outline"))
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setUniformRowHeights(True)
        self._fill(book, page)
        self.tree.expandAll()
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, header.ResizeMode.Stretch)
        header.setSectionResizeMode(1, header.ResizeMode.ResizeToContents)
        super().__init__(self.tree, parent)
        self.tree.itemClicked.connect(self._choose)
        self.tree.itemActivated.connect(self._choose)
        self._rows = len(book.outline)

    def drop_below(self, header: QWidget) -> None:
        """Open below the panel's header, as wide as the page allows and as high as the rows need."""
        self.resize(
            min(_WIDEST, header.width() - 2 * SPACE_XL), min(_HIGHEST, self._rows * _ROW_HEIGHT + 2 * SPACE_S + 4)
        )
        self.move(header.mapToGlobal(QPoint(SPACE_XL, header.height() + SPACE_S)))
        self.show()
        self.tree.setFocus()
        current = self.tree.currentItem()
        if current is not None:
            self.tree.scrollToItem(current)

    def _fill(self, book: Book, page: int) -> None:
        above: list[tuple[int, QTreeWidgetItem]] = []
        current: QTreeWidgetItem | None = None
        names = book.page_names
        for section in book.outline:
            item = QTreeWidgetItem([" ".join(section.title.split()), name_words(names.of(section.page))])
            item.setData(0, _PageRole, section.page)
            item.setToolTip(0, "")
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            while above and above[-1][0] >= section.level:
                above.pop()
            if above:
                above[-1][1].addChild(item)
            else:
                self.tree.addTopLevelItem(item)
            above.append((section.level, item))
            if section.page <= page:
                current = item
        if current is not None:
            self.tree.setCurrentItem(current)

    @Slot(QTreeWidgetItem)
    def _choose(self, item: QTreeWidgetItem) -> None:
        self.chosen.emit(item.data(0, _PageRole))
        self.close()


class ThumbnailModel(QAbstractListModel):
    """A small picture for each page, asked for when its row is painted."""

    def __init__(self, names: PageNames, cited: Mapping[int, Cited], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._names = names
        self._cited = cited
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
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return self._words(page)
        if role == _CitedRole:
            return self._cited.get(page)
        return self.thumbnails.of(page) if role == _ImageRole else None

    def _words(self, page: int) -> str:
        """Return the name of a page, and how often it is cited."""
        words, cited = page_words(self._names.of(page)), self._cited.get(page)
        if cited is None:
            return words
        if cited.marks == 1:
            return _("{page}, cited once in this conversation").format(page=words)
        return _("{page}, cited {n} times in this conversation").format(page=words, n=count(cited.marks))

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
        if (cited := index.data(_CitedRole)) is not None:
            self._paint_ribbon(painter, paper, cited)
        painter.setFont(ui_font(SIZE_SMALL))
        painter.setPen(QColor(palette.accent if chosen else palette.soft_ink))
        label = QRect(cell.left(), box.bottom() + SPACE_XS, cell.width(), cell.bottom() - box.bottom() - SPACE_XS)
        words = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, label.width())
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()

    def _paint_ribbon(self, painter: QPainter, paper: QRect, cited: Cited) -> None:
        """Paint a ribbon like that of a book over the page's upper edge, with the number of marks on it."""
        palette = self._theme.palette
        ribbon = QRect(QPoint(paper.right() - _RIBBON.width() - SPACE_XS, paper.top() - 2), _RIBBON)
        middle = QPoint(ribbon.center().x() + 1, ribbon.bottom() - _NOTCH)
        corners = (ribbon.topLeft(), ribbon.topRight() + QPoint(1, 0), ribbon.bottomRight() + QPoint(1, 0))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour_verdict(cited.verdict, palette)))
        painter.drawPolygon(QPolygon([*corners, middle, ribbon.bottomLeft()]))
        painter.setPen(QColor(palette.on_accent))
        painter.setFont(ui_font(SIZE_SMALL - 1, QFont.Weight.DemiBold))
        number = str(cited.marks) if cited.marks <= _MOST_COUNTED else f"{_MOST_COUNTED}+"
        painter.drawText(ribbon.adjusted(0, 0, 1, -_NOTCH), Qt.AlignmentFlag.AlignCenter, number)
        painter.restore()


class ThumbnailPopup(_PagePopup):
    """The small pictures of the pages. `wanted` carries the page, and the width in device pixels, of a picture to
    draw."""

    wanted = Signal(int, int)

    def __init__(self, names: PageNames, page: int, cited: Mapping[int, Cited], theme: Theme, parent: QWidget) -> None:
        """`page` is the one that is shown; `cited` are those that bear a mark."""
        self.view = QListView()
        super().__init__(self.view, parent)
        self.pages = ThumbnailModel(names, cited, self)
        self.pages.thumbnails.wanted.connect(self._pass_on)
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

    def drop_below(self, header: QWidget) -> None:
        """Open below the panel's header, with as many pictures beside one another as the panel has room for."""
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

"""The outline of the book that lies open, as a list that drops down and goes where one chooses."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.core.document import Book
from app.ui.theme import SPACE_S, SPACE_XL
from app.wording.i18n import _
from app.wording.page_names import name_words

_WIDEST, _HIGHEST, _ROW_HEIGHT = 480, 480, 26
_PageRole = int(Qt.ItemDataRole.UserRole)


class OutlinePopup(QFrame):
    """`chosen` carries a page's number."""

    chosen = Signal(int)

    def __init__(self, book: Book, page: int, parent: QWidget | None = None) -> None:
        """`page` is the one that is shown: the section it belongs to is selected."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "popup")
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
        self.tree.itemClicked.connect(self._choose)
        self.tree.itemActivated.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        column.addWidget(self.tree)
        self._rows = len(book.outline)

    def drop_below(self, header: QWidget) -> None:
        """Below the panel's header, as wide as the page and as high as it needs to be."""
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

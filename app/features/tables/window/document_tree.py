"""The documents of the library by folder, each with a box to tick."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from PySide6.QtCore import QAbstractItemModel, QEvent, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QStyle, QStyleOptionViewItem, QTreeWidget, QTreeWidgetItem

from app.core.conversations.conversation import BookRef
from app.core.documents.document import Book
from app.features.tables.window.sheet_work import ListedDocument
from app.language.folding import sorting_key
from app.ui.kit.rows import Index
from app.ui.look.fonts import text_font, ui_font
from app.ui.look.icons import Icons, Symbol, draw_symbol
from app.ui.look.theme import SIZE_SMALL, SIZE_UI, SPACE_M, SPACE_S, SPACE_XS
from app.ui.shelf.delegates import RowDelegate
from app.ui.widgets.accessibility import announce
from app.ui.widgets.labels import plain_tip
from app.wording.i18n import _
from app.wording.page_names import range_words
from app.wording.units import count, printable

_BookRole = int(Qt.ItemDataRole.UserRole)
"""The role that gives the Book of a row; None for a folder."""
_NoteRole = _BookRole + 1
_ROW, _GAP, _LINE, _BOX, _CARET, _STEP_IN = 48, 2, 18, 16, 14, 16
_SHOWN_OPEN = 40
"""The number of documents up to which a library shows its folders open at first."""
_TICKED = Qt.CheckState.Checked
_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable


class DocumentTree(QTreeWidget):
    """The tree. A click anywhere in a row, or Space, ticks it; that of a folder ticks all that is shown in it. `ticked`
    tells that a person has ticked, or taken a tick away."""

    ticked = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._chosen: dict[str, BookRef] = {}
        self._words: tuple[str, ...] = ()
        self._only_chosen = False
        self.setAccessibleName(_("Documents"))
        self.setColumnCount(1)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)  # the rows are set in as they are drawn
        self.setExpandsOnDoubleClick(False)
        self.setUniformRowHeights(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "documents")
        self.setProperty("by_keyboard", False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setItemDelegate(_DocumentRows(icons, self))
        icons.theme.repaint_on_change(self.viewport())

    # ---- what is there, and what is ticked

    def show_documents(self, documents: Sequence[ListedDocument]) -> None:
        """Show these documents by folder and title, as the shelf does: first what is in no folder; then folders, each
        with its folders first. One that is there no more is not ticked."""
        folded = {path for path, item in self._folders() if not item.isExpanded()} if self.topLevelItemCount() else None
        self.blockSignals(True)
        self.clear()
        folders: dict[PurePosixPath, QTreeWidgetItem] = {}
        for document in sorted(documents, key=_place):
            self._add(document, folders)
        shown_open = len(documents) <= _SHOWN_OPEN
        for path, item in self._folders():
            item.setExpanded(shown_open if folded is None else path not in folded)
        self.blockSignals(False)
        known = {book.id for _item, book in self.documents()}
        self._chosen = {id: ref for id, ref in self._chosen.items() if id in known}
        self._show_ticks()
        self._hide()

    @property
    def chosen(self) -> tuple[BookRef, ...]:
        """The ticked documents, in the order of the tree."""
        return tuple(self._chosen[book.id] for _item, book in self.documents() if book.id in self._chosen)

    def choose(self, chosen: Mapping[str, BookRef]) -> None:
        """Tick these documents and no others."""
        self._chosen = dict(chosen)
        self._show_ticks()
        self._hide()

    def toggle(self, item: QTreeWidgetItem) -> None:
        """Tick a row, or take its tick away; for a folder, do so with all that is shown in it."""
        books = [book for each, book in self.documents(item) if not each.isHidden()]
        if all(book.id in self._chosen for book in books):
            for book in books:
                del self._chosen[book.id]
        else:
            self._chosen |= {book.id: BookRef(book.id) for book in books if book.id not in self._chosen}
        self._show_ticks()
        self.ticked.emit()

    def documents(self, item: QTreeWidgetItem | None = None) -> Iterator[tuple[QTreeWidgetItem, Book]]:
        """Yield the rows of all documents, or of those within a row, with their books."""
        for each in _within(item or self.invisibleRootItem()):
            book = each.data(0, _BookRole)
            if isinstance(book, Book):
                yield each, book

    # ---- what is shown of it

    def filter(self, words: str, *, only_chosen: bool) -> None:
        """Show the documents alone whose title or folder has these words, or those of them that are ticked."""
        before = self._words, self._only_chosen
        self._words, self._only_chosen = tuple(words.casefold().split()), only_chosen
        self._hide()
        if before != (self._words, self._only_chosen) and (self._words or only_chosen):
            self.expandAll()

    def _hide(self) -> None:
        for item, book in self.documents():
            text = f"{book.title} {_path(item.parent())}".casefold()
            is_found = all(word in text for word in self._words)
            item.setHidden(not is_found or (self._only_chosen and book.id not in self._chosen))
        for _path_of, item in self._folders():
            item.setHidden(all(each.isHidden() for each, _book in self.documents(item)))

    def _add(self, document: ListedDocument, folders: dict[PurePosixPath, QTreeWidgetItem]) -> None:
        parent = self._folder(PurePosixPath(document.folder), folders)
        item = QTreeWidgetItem(parent, [printable(document.book.title)])
        item.setData(0, _BookRole, document.book)
        item.setToolTip(0, plain_tip(document.book.title))
        item.setFlags(_FLAGS | Qt.ItemFlag.ItemNeverHasChildren)

    def _folder(self, path: PurePosixPath, folders: dict[PurePosixPath, QTreeWidgetItem]) -> QTreeWidgetItem:
        if not path.name:
            return self.invisibleRootItem()
        if path not in folders:
            parent = self._folder(path.parent, folders)
            item = folders[path] = QTreeWidgetItem([printable(path.name)])
            item.setFlags(_FLAGS)
            folders_before = sum(each.parent == path.parent for each in folders) - 1
            parent.insertChild(folders_before if path.parent.name else parent.childCount(), item)
        return folders[path]

    def _folders(self) -> list[tuple[str, QTreeWidgetItem]]:
        rows = _within(self.invisibleRootItem())
        return [(_path(item), item) for item in rows if not isinstance(item.data(0, _BookRole), Book)]

    def _show_ticks(self) -> None:
        """Show the ticks of the documents, and one in part at a folder in which not all are ticked."""
        self.blockSignals(True)
        for item, book in self.documents():
            ref = self._chosen.get(book.id)
            _mark(item, _TICKED if ref is not None else Qt.CheckState.Unchecked, _note(book, ref))
        for _path_of, item in self._folders():
            books = [book for _item, book in self.documents(item)]
            n = sum(book.id in self._chosen for book in books)
            part = Qt.CheckState.PartiallyChecked if n else Qt.CheckState.Unchecked
            _mark(item, _TICKED if n == len(books) else part, _folder_note(n, len(books)))
        self.blockSignals(False)
        self.viewport().update()

    # ---- keys and the mouse

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.setProperty("by_keyboard", True)
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self.toggle(item)
            self._say(item)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setProperty("by_keyboard", False)
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        by_tab = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.setProperty("by_keyboard", by_tab)
        super().focusInEvent(event)
        first = self.topLevelItem(0)
        if by_tab and first is not None and self.currentItem() is None:
            self.setCurrentItem(first)
        if by_tab and (item := self.currentItem()) is not None:
            self._say(item)

    def _say(self, item: QTreeWidgetItem) -> None:
        """Say which row it is and whether it is ticked: a tree says neither when it gets the focus, nor the change."""
        words = {Qt.CheckState.Checked: _("ticked"), Qt.CheckState.Unchecked: _("not ticked")}
        announce(self, f"{item.text(0)}: {words.get(item.checkState(0), _('partly ticked'))}")

    @Slot(QTreeWidgetItem)
    def fold(self, item: QTreeWidgetItem) -> None:
        item.setExpanded(not item.isExpanded())


class _DocumentRows(RowDelegate):
    """Draws a row as the shelf draws its own, with a box."""

    def __init__(self, icons: Icons, tree: DocumentTree) -> None:
        super().__init__(icons, tree)
        self._tree = tree

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002
        return QSize(80, _ROW + _GAP)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        palette, area = self._theme.palette, _area(option, index)
        state = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        option.state &= ~QStyle.StateFlag.State_Selected  # a row that is ticked is seen, not the current one
        if state is _TICKED:
            option.state |= QStyle.StateFlag.State_Selected
        self._paint_ground(painter, area, option, card=False)
        self._paint_focus(painter, area, option)
        is_part = state is Qt.CheckState.PartiallyChecked
        self._paint_box(painter, _box(area), ticked=state is _TICKED, partly=is_part)
        is_book = index.data(_BookRole) is not None
        if not is_book:
            is_open = self._tree.isExpanded(index)
            draw_symbol(painter, _caret(area), Symbol.DOWN if is_open else Symbol.NEXT, palette.soft_ink)
        left = _box(area).right() + SPACE_M if is_book else _caret(area).right() + SPACE_S
        font = text_font(SIZE_UI + 1, QFont.Weight.DemiBold) if is_book else ui_font(SIZE_UI + 1, QFont.Weight.DemiBold)
        line = QRect(left, area.y() + (area.height() - 2 * _LINE) // 2, area.right() - SPACE_S - left, _LINE)
        for text, face, colour in (
            (index.data(), font, palette.ink),
            (index.data(_NoteRole), ui_font(SIZE_SMALL), palette.soft_ink),
        ):
            painter.setFont(face)
            painter.setPen(QColor(colour))
            shown = QFontMetrics(face).elidedText(str(text), Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
            line.translate(0, _LINE)
        painter.restore()

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:  # noqa: ARG002
        if event.type() != QEvent.Type.MouseButtonRelease or not isinstance(event, QMouseEvent):
            return False
        item = self._tree.itemFromIndex(index)
        if event.button() is not Qt.MouseButton.LeftButton or item is None:
            return False
        area = _area(option, index)
        is_fold = area.x() <= event.position().x() <= _caret(area).right() + SPACE_XS
        if is_fold and _caret(area).left() - SPACE_XS <= event.position().x() and item.childCount():
            self._tree.fold(item)
        else:
            self._tree.toggle(item)
        return True


def _within(item: QTreeWidgetItem) -> Iterator[QTreeWidgetItem]:
    """Yield the item, unless it is the root of all, and whatever is in it, from top to bottom."""
    if item.text(0):
        yield item
    for place in range(item.childCount()):
        if (child := item.child(place)) is not None:
            yield from _within(child)


def _path(item: QTreeWidgetItem | None) -> str:
    return f"{_path(item.parent())}/{item.text(0)}" if item is not None else ""


def _mark(item: QTreeWidgetItem, state: Qt.CheckState, note: str) -> None:
    item.setCheckState(0, state)
    item.setData(0, _NoteRole, note)
    item.setData(0, Qt.ItemDataRole.AccessibleDescriptionRole, note)


def _note(book: Book, ref: BookRef | None) -> str:
    if ref is not None and ref.pages is not None:
        names = book.page_names
        return range_words(names.of(ref.pages.first), names.of(ref.pages.last))
    return _("1 page") if book.page_count == 1 else _("{n} pages").format(n=count(book.page_count))


def _folder_note(ticked: int, total: int) -> str:
    words = _("1 document") if total == 1 else _("{n} documents").format(n=count(total))
    return words if not 0 < ticked < total else _("{n} of {total} documents").format(n=count(ticked), total=words)


def _place(document: ListedDocument) -> tuple[object, object]:
    return sorting_key(document.folder), sorting_key(document.book.title)


def _area(option: QStyleOptionViewItem, index: Index) -> QRect:
    """Return the area in which a row is drawn, set in as deep as its folder is."""
    level, above = 0, index.parent()
    while above.isValid():
        level, above = level + 1, above.parent()
    area: QRect = option.rect.adjusted(level * _STEP_IN, 0, 0, -_GAP)
    return area


def _box(area: QRect) -> QRect:
    return QRect(area.x() + SPACE_S, area.y() + (area.height() - _BOX) // 2, _BOX, _BOX)


def _caret(area: QRect) -> QRect:
    return QRect(_box(area).right() + SPACE_S, area.y() + (area.height() - _CARET) // 2, _CARET, _CARET)

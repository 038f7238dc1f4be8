"""Ctrl+K: finds any command, book, conversation or image by the words in its name."""

from __future__ import annotations

from collections.abc import Sequence
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
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QDialog, QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.ui.commands import Entry, EntryKind
from app.ui.fonts import ui_font
from app.ui.icons import Icons, Symbol
from app.ui.theme import CORNER, ICON, SIZE_SMALL, SIZE_TEXT, SPACE_M, SPACE_S
from app.ui.widgets.layouts import column
from app.wording.i18n import _

_Index: TypeAlias = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_EntryRole = int(Qt.ItemDataRole.UserRole)
_WIDTH, _ROW, _ROWS = 560, 36, 10
_FEW = 3


_SYMBOLS = {
    EntryKind.COMMAND: Symbol.COMMAND,
    EntryKind.CONVERSATION: Symbol.CONVERSATION,
    EntryKind.BOOK: Symbol.BOOK,
    EntryKind.IMAGE: Symbol.SCAN,
    EntryKind.PROMPT: Symbol.TEXT,
}


def rank(entries: Sequence[Entry], words: str) -> list[Entry]:
    """The entries in whose title, or in the shortcut of a saved prompt, every word occurs; those first where words
    begin the title, then a word of it."""
    wanted = words.casefold().split()
    found = []
    for place, entry in enumerate(entries):
        title = (f"{entry.title} {entry.detail}" if entry.kind is EntryKind.PROMPT else entry.title).casefold()
        if all(word in title for word in wanted):
            starts = f" {title}"
            score = sum(2 * title.startswith(word) + (f" {word}" in starts) for word in wanted)
            found.append((-score, place, entry))
    return [entry for _score, _place, entry in sorted(found, key=lambda each: each[:2])]


def suggest(entries: Sequence[Entry]) -> list[Entry]:
    """What is offered before a word is typed: a few conversations and books, every command; where there are only saved
    prompts, all of them."""
    if all(entry.kind is EntryKind.PROMPT for entry in entries):
        return list(entries)
    few = [
        entry
        for kind in (EntryKind.CONVERSATION, EntryKind.BOOK)
        for entry in [entry for entry in entries if entry.kind is kind][:_FEW]
    ]
    return few + [entry for entry in entries if entry.kind is EntryKind.COMMAND]


class EntryList(QAbstractListModel):
    def __init__(self, entries: Sequence[Entry], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all = tuple(entries)
        self._shown = suggest(self._all)

    def add(self, entries: Sequence[Entry], words: str) -> None:
        """More entries, after all others; `words` as `narrow` was given them."""
        self._all += tuple(entries)
        self.narrow(words)

    def narrow(self, words: str) -> None:
        self.beginResetModel()
        self._shown = rank(self._all, words) if words.strip() else suggest(self._all)
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self._shown[index.row()]
        if role == _EntryRole:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return entry.detail
        return None


class _EntryDelegate(QStyledItemDelegate):
    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:  # noqa: ARG002
        return QSize(80, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry: Entry = index.data(_EntryRole)
        palette = self._icons.theme.palette
        area: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.wash))
            painter.drawRoundedRect(area, CORNER, CORNER)
        icon = QRect(area.left() + SPACE_S, area.center().y() - ICON // 2 + 1, ICON, ICON)
        self._icons.icon(_SYMBOLS[entry.kind], palette.accent if chosen else palette.soft_ink).paint(painter, icon)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(ui_font(SIZE_SMALL))
        painter.setPen(QColor(palette.soft_ink))
        room = area.adjusted(icon.right() - area.left() + SPACE_M, 0, -SPACE_M, 0)
        detail = painter.fontMetrics().elidedText(entry.detail, Qt.TextElideMode.ElideRight, room.width() // 2)
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, detail)
        room.setRight(room.right() - painter.fontMetrics().horizontalAdvance(detail) - SPACE_M)
        painter.setFont(ui_font(SIZE_TEXT))
        painter.setPen(QColor(palette.accent if chosen else palette.ink))
        title = QFontMetrics(ui_font(SIZE_TEXT)).elidedText(entry.title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, title)
        painter.restore()


class PaletteDialog(QDialog):
    """`chosen` carries the Entry."""

    chosen = Signal(object)

    def __init__(self, icons: Icons, entries: Sequence[Entry], parent: QWidget, *, hint: str = "") -> None:
        """`hint`: what there is to choose from, where that is not all."""
        super().__init__(parent, Qt.WindowType.Popup)
        self._window = parent
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "popup")
        self.setAccessibleName(_("Find anything"))
        self._model = EntryList(entries, self)
        self.line = QLineEdit()
        self.line.setPlaceholderText(hint or _("A command, book, conversation or image"))
        self.line.setAccessibleName(_("Find anything"))
        self.line.textChanged.connect(self._narrow)
        self.line.installEventFilter(self)
        self.view = QListView()
        self.view.setAccessibleName(_("Found"))
        self.view.setModel(self._model)
        self.view.setItemDelegate(_EntryDelegate(icons, self.view))
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.clicked.connect(self._choose)
        column(self.line, self.view, of=self, margins=(SPACE_M,) * 4, spacing=SPACE_S)
        self.view.setFixedHeight(_ROW * _ROWS)
        self.setFixedWidth(min(_WIDTH, parent.width() - 2 * SPACE_M))
        self._select(0)

    @Slot(object)
    def add(self, entries: Sequence[Entry]) -> None:
        """More to choose from, found meanwhile."""
        row = self.view.currentIndex().row()
        self._model.add(entries, self.line.text())
        self._select(row)

    def open_over(self) -> None:
        """Show it in the upper part of its window."""
        window = self._window
        self.move(window.mapToGlobal(QPoint((window.width() - self.width()) // 2, window.height() // 10)))
        self.show()
        self.line.setFocus()

    def eventFilter(self, watched: QObject, event: Any) -> bool:
        if watched is self.line and isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            steps = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: _ROWS - 1,
                Qt.Key.Key_PageUp: 1 - _ROWS,
            }
            step = steps.get(Qt.Key(event.key()))
            if step is not None:
                self._select(self.view.currentIndex().row() + step)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._choose(self.view.currentIndex())
                return True
        return super().eventFilter(watched, event)

    def _select(self, row: int) -> None:
        last = self._model.rowCount() - 1
        self.view.setCurrentIndex(self._model.index(max(0, min(row, last)), 0))

    @Slot(str)
    def _narrow(self, words: str) -> None:
        self._model.narrow(words)
        self._select(0)

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            entry = index.data(_EntryRole)
            self.close()
            self.chosen.emit(entry)

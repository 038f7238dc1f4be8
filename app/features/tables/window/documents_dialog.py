"""Chooses documents of the library for a table."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.features.tables.window.work import ListedDocument
from app.ui.look.theme import SPACE_S
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.layouts import boxed, column, row
from app.wording.i18n import _
from app.wording.units import count, printable

_IdRole = int(Qt.ItemDataRole.UserRole)
_HEIGHT = 320
_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)


class _WholeRow(QStyledItemDelegate):
    """A click anywhere in a row ticks it, or takes its tick away."""

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        if event.type() in _PRESSES:
            return False
        if event.type() != QEvent.Type.MouseButtonRelease or not isinstance(event, QMouseEvent):
            return super().editorEvent(event, model, option, index)
        if event.button() is not Qt.MouseButton.LeftButton:
            return False
        is_ticked = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) is Qt.CheckState.Checked
        state = Qt.CheckState.Unchecked if is_ticked else Qt.CheckState.Checked
        return model.setData(index, state, Qt.ItemDataRole.CheckStateRole)


class DocumentsDialog(SmallDialog):
    """`given` carries the ids of the chosen books, in the order of the list: the `chosen` ones first, then by folder
    and title."""

    given = Signal(object)

    def __init__(
        self,
        title: str,
        action: str,
        documents: Sequence[ListedDocument],
        chosen: Collection[str],
        parent: QWidget | None = None,
    ) -> None:
        self.search = QLineEdit()
        self.search.setPlaceholderText(_("Find a document"))
        self.search.setAccessibleName(_("Find a document"))
        self.list = QListWidget()
        self.list.setProperty("role", "framed")
        self.list.setAccessibleName(_("Documents"))
        self.list.setMinimumHeight(_HEIGHT)
        self.list.setItemDelegate(_WholeRow(self.list))
        for document in sorted(documents, key=lambda each: (each.book.id not in chosen, *_place(each))):
            item = QListWidgetItem("  ·  ".join(filter(None, _shown(document))), self.list)
            item.setData(_IdRole, document.book.id)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable)
            item.setCheckState(Qt.CheckState.Checked if document.book.id in chosen else Qt.CheckState.Unchecked)
        self.counted = PlainLabel(role="small")
        self.all = TextButton(_("Choose all"))
        body = boxed(column(self.search, self.list, row((self.counted, 1), self.all), spacing=SPACE_S))
        words = _("Every question is asked of each of them by itself.")
        super().__init__(title, words, action, body=body, parent=parent)
        self.search.textChanged.connect(self._filter)
        self.list.itemChanged.connect(self._count)
        self.all.clicked.connect(self._choose_all)
        self._count()
        self.search.setFocus()

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(str(item.data(_IdRole)) for item in self._items() if item.checkState() is Qt.CheckState.Checked)

    def accept(self) -> None:
        if self.chosen:
            self.given.emit(self.chosen)
            super().accept()

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(number) for number in range(self.list.count())]

    @Slot(str)
    def _filter(self, words: str) -> None:
        for item in self._items():
            text = item.text().casefold()
            item.setHidden(not all(word in text for word in words.casefold().split()))

    @Slot()
    def _choose_all(self) -> None:
        """Choose all documents that are found; if all of them are chosen already, none."""
        shown = [item for item in self._items() if not item.isHidden()]
        whole = all(item.checkState() is Qt.CheckState.Checked for item in shown)
        for item in shown:
            item.setCheckState(Qt.CheckState.Unchecked if whole else Qt.CheckState.Checked)

    @Slot()
    def _count(self) -> None:
        n = len(self.chosen)
        self.counted.setText(_("1 document") if n == 1 else _("{n} documents").format(n=count(n)))
        self.action.setEnabled(bool(n))


def _shown(document: ListedDocument) -> tuple[str, str]:
    return printable(document.book.title), printable(document.folder)


def _place(document: ListedDocument) -> tuple[str, str]:
    return document.folder.casefold(), document.book.title.casefold()

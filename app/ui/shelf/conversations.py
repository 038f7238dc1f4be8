"""The conversations as a list model, newest first, under Today and Earlier."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.core.conversation import Conversation
from app.messages import _
from app.ui.shelf.rows import Heading, ItemRole

_Index: TypeAlias = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class ConversationList(QAbstractListModel):
    """`ItemRole` gives a `Heading` or a `Conversation`; an edited title emits `renamed` with the id and the title."""

    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Heading | Conversation] = []

    def show_conversations(self, conversations: Sequence[Conversation], now: datetime) -> None:
        """`now` decides what counts as today, in its own time zone."""
        newest_first = sorted(conversations, key=lambda conversation: conversation.updated_at, reverse=True)
        today: list[Conversation] = []
        earlier: list[Conversation] = []
        for conversation in newest_first:
            day = datetime.fromtimestamp(conversation.updated_at, now.tzinfo).date()
            (today if day >= now.date() else earlier).append(conversation)
        self.beginResetModel()
        self._rows = []
        for heading, group in ((_("Today"), today), (_("Earlier"), earlier)):
            if group:
                self._rows += [Heading(heading), *group]
        self.endResetModel()

    def conversations(self) -> tuple[Conversation, ...]:
        return tuple(row for row in self._rows if isinstance(row, Conversation))

    def index_of(self, conversation_id: str) -> QModelIndex:
        """An invalid index when there is none."""
        for number, row in enumerate(self._rows):
            if isinstance(row, Conversation) and row.id == conversation_id:
                return self.index(number)
        return QModelIndex()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ItemRole:
            return row
        words = row.text if isinstance(row, Heading) else title_of(row)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.AccessibleTextRole):
            return words
        return None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: ARG002
        row = self._rows[index.row()]
        title = " ".join(str(value).split())
        if isinstance(row, Heading) or not title or title == row.title:
            return False
        self.renamed.emit(row.id, title)
        return True

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid() or isinstance(self._rows[index.row()], Heading):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable


def title_of(conversation: Conversation) -> str:
    return conversation.title or _("New conversation")

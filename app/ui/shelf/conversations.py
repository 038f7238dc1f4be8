"""The conversations as a list model, newest first, under Today and Earlier."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal

from app.core.conversation import Conversation
from app.ui.shelf.rows import HeadedList, HeadingRow, Index, ItemRole
from app.wording.i18n import _


class ConversationList(HeadedList[Conversation]):
    """`ItemRole` gives a `HeadingRow` or a `Conversation`; an edited title emits `renamed` with the id and the
    title."""

    renamed = Signal(str, str)

    def show_conversations(self, conversations: Sequence[Conversation], now: datetime) -> None:
        """`now` decides what counts as today, in its own time zone."""
        newest_first = sorted(conversations, key=lambda conversation: conversation.updated_at, reverse=True)
        today: list[Conversation] = []
        earlier: list[Conversation] = []
        for conversation in newest_first:
            day = datetime.fromtimestamp(conversation.updated_at, now.tzinfo).date()
            (today if day >= now.date() else earlier).append(conversation)
        self._replace(self._arrange(((_("Today"), today), (_("Earlier"), earlier))))

    def conversations(self) -> tuple[Conversation, ...]:
        return tuple(row for _number, row in self.entries())

    def index_of(self, conversation_id: str) -> QModelIndex:
        """An invalid index when there is none."""
        return next((self.index(number) for number, row in self.entries() if row.id == conversation_id), QModelIndex())

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ItemRole:
            return row
        words = row.text if isinstance(row, HeadingRow) else title_of(row)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.AccessibleTextRole):
            return words
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: ARG002
        row = self._rows[index.row()]
        title = " ".join(str(value).split())
        if isinstance(row, HeadingRow) or not title or title == row.title:
            return False
        self.renamed.emit(row.id, title)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if flags else flags


def title_of(conversation: Conversation) -> str:
    return conversation.title or _("New conversation")

"""A list whose rows are as high as the width of the view makes them."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QListView


class RowListView(QListView):
    """Qt lays rows out anew where their height changes, and not where their width does, as when a scroll bar comes."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.scheduleDelayedItemsLayout()

"""A field for one page of a book, typed as the book calls it or by its number, or moved with Up and Down."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from app.core.page_names import PageNames
from app.wording.page_names import name_words


class PageField(QLineEdit):
    """What is typed is looked up when the field is left. Where there is no such page it stays to be mended, and the
    page is the one of before.

    Pages are numbers from 1. `changed` carries the new page, also once one is named again after one that there is not;
    `typed` what was looked up and how many pages it can mean.
    """

    changed = Signal(int)
    typed = Signal(str, int)

    def __init__(self, names: PageNames, page: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = names
        self._page = page
        self._strange = False  # what stands in the field is no page
        self.editingFinished.connect(self._take)
        self._show()

    def page(self) -> int:
        """The page that the field says now."""
        self._take()
        return self._page

    @property
    def known(self) -> bool:
        """Whether there is a page of the name that stands in the field."""
        typed = self.text().strip()
        return typed == self._name() or bool(self._names.find(typed))

    def set_page(self, page: int) -> None:
        moved = page != self._page or self._strange
        self._page, self._strange = page, False
        self._show()
        if moved:
            self.changed.emit(page)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.set_page(min(self._names.pages, max(1, self.page() + step)))

    def _name(self) -> str:
        return name_words(self._names.of(self._page))

    def _show(self) -> None:
        self.setText(self._name())

    @Slot()
    def _take(self) -> None:
        """Of several pages that are called so, the nearest."""
        typed = self.text().strip()
        if typed == self._name():
            self.set_page(self._page)
            return
        found = self._names.find(typed)
        if found:
            self.set_page(min(found, key=lambda page: abs(page - self._page)))
        self._strange = not found
        self.typed.emit(typed, len(found))

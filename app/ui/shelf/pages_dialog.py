"""Which pages of a book lie on the desk: all of them, or a range, taken from the outline or typed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.core.conversation import PageRange
from app.core.document import Book
from app.messages import _, count
from app.ui.theme import SPACE_S
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.number_field import NumberField

_RangeRole = int(Qt.ItemDataRole.UserRole)
_OUTLINE_HEIGHT = 220


class PagesDialog(SmallDialog):
    """`chosen` carries the book's id and a PageRange, or None for the whole book."""

    chosen = Signal(str, object)

    def __init__(self, book: Book, pages: PageRange | None, parent: QWidget | None = None) -> None:
        self._book = book
        shown = pages or PageRange(1, book.page_count)
        self.first = _page_box(shown.first, book.page_count, _("First page"))
        self.last = _page_box(shown.last, book.page_count, _("Last page"))
        self.outline = QListWidget()
        self.outline.setAccessibleName(_("Chapters"))
        self.outline.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.outline.setProperty("role", "framed")
        self.outline.setFixedHeight(_OUTLINE_HEIGHT)
        for title, chapter in chapters(book):
            item = QListWidgetItem(f"{title}   {chapter.first}–{chapter.last}")
            item.setData(_RangeRole, chapter)
            self.outline.addItem(item)
        self.outline.currentItemChanged.connect(self._take_chapter)
        sentence = _("The model reads these pages of “{title}” and no others. The book has {n} pages.").format(
            title=book.title, n=count(book.page_count)
        )
        super().__init__(_("Choose pages"), sentence, _("Put on the desk"), body=self._body(), parent=parent)

    def accept(self) -> None:
        first, last = sorted((int(self.first.value()), int(self.last.value())))
        whole = first == 1 and last == self._book.page_count
        self.chosen.emit(self._book.id, None if whole else PageRange(first, last))
        super().accept()

    def _body(self) -> QWidget:
        body = QWidget()
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(PlainLabel(_("Pages")))
        row.addWidget(self.first)
        row.addWidget(PlainLabel("–"))
        row.addWidget(self.last)
        row.addStretch(1)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(row)
        if self.outline.count():
            column.addWidget(PlainLabel(_("Or a chapter:"), role="small"))
            column.addWidget(self.outline)
        return body

    @Slot(QListWidgetItem)
    def _take_chapter(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            chapter: PageRange = item.data(_RangeRole)
            self.first.set_value(chapter.first)
            self.last.set_value(chapter.last)


def chapters(book: Book) -> list[tuple[str, PageRange]]:
    """The outline's entries, each up to the page before the next entry of its level or a higher one."""
    found = []
    for number, section in enumerate(book.outline):
        following = (other.page for other in book.outline[number + 1 :] if other.level <= section.level)
        last = max(section.page, next(following, book.page_count + 1) - 1)
        found.append(("    " * (section.level - 1) + section.title, PageRange(section.page, last)))
    return found


def _page_box(value: int, pages: int, name: str) -> NumberField:
    box = NumberField(value, 1, pages)
    box.setFixedWidth(80)
    box.setAccessibleName(name)
    return box

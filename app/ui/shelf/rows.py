"""The rows of the shelf's lists: headings, books and their states; and the model that puts them under headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Generic, TypeAlias, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.core.conversation import BookRef, PageRange
from app.core.document import Book
from app.services.context import ContextSegment
from app.ui.words import ReadingNow
from app.wording.i18n import _
from app.wording.page_flags import look_words, outdated_words
from app.wording.page_names import name_words

ItemRole = int(Qt.ItemDataRole.UserRole) + 1
Row = TypeVar("Row")
Index: TypeAlias = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


@dataclass(frozen=True)
class HeadingRow:
    text: str


class HeadedList(QAbstractListModel, Generic[Row]):
    """A subclass says what a row shows (`data`)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[HeadingRow | Row] = []

    def entries(self) -> Iterator[tuple[int, Row]]:
        """The rows that are not headings, with their numbers."""
        for number, row in enumerate(self._rows):
            if not isinstance(row, HeadingRow):
                yield number, row

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or isinstance(self._rows[index.row()], HeadingRow):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def _arrange(self, groups: Sequence[tuple[str, Sequence[Row]]]) -> list[Any]:
        """Each group under its heading; a group without rows has none."""
        arranged: list[HeadingRow | Row] = []
        for heading, group in groups:
            if group:
                arranged += [HeadingRow(heading), *group]
        return arranged

    def _replace(self, rows: list[HeadingRow | Row]) -> None:
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()


class BookState(StrEnum):
    OPENING = "opening"  # the file is being turned into pages
    READING = "reading"  # the model is reading it
    READY = "ready"
    PARTLY_READ = "partly_read"  # the model has read its first pages
    READ = "read"  # it is in the model's context, or saved
    FAILED = "failed"


@dataclass(frozen=True)
class BookRow:
    """A book on the shelf, or one on its way there (`book` is None; `key` is then the path).

    `tokens` is None while it is not counted; `state_text` puts the state into words, `fraction` draws a bar.
    """

    key: str
    title: str
    book: Book | None = None
    on_desk: bool = False
    pages: PageRange | None = None
    tokens: int | None = None
    state: BookState = BookState.READY
    state_text: str = ""
    fraction: float | None = None


def book_row(
    book: Book, ref: BookRef | None, tokens: int | None, segment: ContextSegment | None, now: ReadingNow | None
) -> BookRow:
    """The row of a book. `ref` is None unless it is on the desk; `tokens` are those of the whole book; `segment` is its
    part of the context, as far as it is read; `now` is the reading that is under way."""
    row = BookRow(
        book.id,
        book.title,
        book,
        on_desk=ref is not None,
        pages=ref.pages if ref else None,
        tokens=tokens if ref is None or ref.pages is None else None,
        state_text=look_words(book.flagged_pages) or (outdated_words() if book.is_outdated else ""),
    )
    if now is not None and now.place is not None and now.place.book_id == book.id:
        words = _("paused at p. {page}") if now.paused else _("reading p. {page}")
        words = words.format(page=name_words(now.place.page))
        words = f"{words} · {now.left}" if now.left and not now.paused else words
        return replace(row, state=BookState.READING, state_text=words, fraction=now.place.fraction)
    if ref is None or segment is None or row.state_text:
        return row
    if segment.held_tokens >= segment.tokens:
        return replace(row, state=BookState.READ, state_text=_("✓ ready"))
    if segment.read_to:
        words = _("ready up to p. {page}").format(page=name_words(segment.page_names.of(segment.read_to)))
        return replace(row, state=BookState.PARTLY_READ, state_text=words)
    return row

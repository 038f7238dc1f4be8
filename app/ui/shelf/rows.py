"""The lists of the shelf as models: conversations and books, with their states, under headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeAlias, TypeVar

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.core.conversation import BookRef, Conversation, PageRange
from app.core.document import Book
from app.core.page_names import PageName
from app.services.context import ContextSegment
from app.ui.shelf.covers import format_words
from app.ui.words import ReadingNow
from app.wording.i18n import _
from app.wording.page_flags import look_words, outdated_words
from app.wording.page_names import name_words, place_words, range_words
from app.wording.units import count

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

    `tokens` is None while it is not counted, `counted` how many percent of it are while that is done, `indexed` the
    same of its passages. `state_text` puts
    the state into words, `fraction` draws a bar, and `left` says how long it will take.
    """

    key: str
    title: str
    book: Book | None = None
    on_desk: bool = False
    pages: PageRange | None = None
    tokens: int | None = None
    counted: int | None = None
    indexed: int | None = None
    state: BookState = BookState.READY
    state_text: str = ""
    fraction: float | None = None
    left: str = ""


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
        words = _("paused at {page}") if now.paused else _("model is reading, {page}")
        words = words.format(page=_place_words(now.place.page))
        left = "" if now.paused else now.left
        return replace(row, state=BookState.READING, state_text=words, left=left, fraction=now.place.fraction)
    if ref is None or segment is None or row.state_text:
        return row
    if segment.held_tokens >= segment.tokens:
        return replace(row, state=BookState.READ, state_text=_("✓ ready"))
    if segment.read_to:
        words = _("ready up to p. {page}").format(page=name_words(segment.page_names.of(segment.read_to)))
        return replace(row, state=BookState.PARTLY_READ, state_text=words)
    return row


def _place_words(name: PageName) -> str:
    """ "3 of 12", and where the book calls it something else, "p. iii (3 of 12)"."""
    if not name.counted:
        return place_words(name)
    return _("{page} of {pages}").format(page=name.label, pages=count(name.pages))


class ConversationList(HeadedList[Conversation]):
    """`ItemRole` gives a `HeadingRow` or a `Conversation`; an edited title emits `renamed` with the id and the
    title."""

    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: tuple[Conversation, ...] = ()
        self._now: datetime | None = None
        self.shows_archived = False

    def show_conversations(self, conversations: Sequence[Conversation], now: datetime) -> None:
        """`now` decides what counts as today, in its own time zone."""
        newest_first = sorted(conversations, key=lambda conversation: conversation.updated_at, reverse=True)
        self._kept = tuple(sorted(newest_first, key=lambda conversation: conversation.archived))
        self._now = now
        pinned: list[Conversation] = []
        today: list[Conversation] = []
        earlier: list[Conversation] = []
        for conversation in self._kept:
            day = datetime.fromtimestamp(conversation.updated_at, now.tzinfo).date()
            if conversation.pinned and not conversation.archived:
                pinned.append(conversation)
            elif not conversation.archived:
                (today if day >= now.date() else earlier).append(conversation)
        archived = self.archived if self.shows_archived else ()
        groups = ((_("Pinned"), pinned), (_("Today"), today), (_("Earlier"), earlier), (_("Archived"), archived))
        self._replace(self._arrange(groups))

    def show_archived(self, shown: bool) -> None:
        """Whether those are listed, too, that were put away."""
        self.shows_archived = shown
        if self._now is not None:
            self.show_conversations(self._kept, self._now)

    def conversations(self) -> tuple[Conversation, ...]:
        """All, listed or not: the newest first, those that were put away last."""
        return self._kept

    @property
    def archived(self) -> tuple[Conversation, ...]:
        return tuple(conversation for conversation in self._kept if conversation.archived)

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


_MIME = "application/x-octavo-book"


class BookList(HeadedList[BookRow]):
    """`ItemRole` gives a `HeadingRow` or a `BookRow`. Books can be dragged onto the desk, within it, and off it."""

    dropped = Signal(str, int)  # a book's id; before which number of the desk, -1: off the desk

    def show_books(self, rows: Sequence[BookRow]) -> None:
        """Keeps the given order within desk and shelf; a change of states alone keeps selection and scroll position."""
        desk = [row for row in rows if row.on_desk]
        shelf = [row for row in rows if not row.on_desk]
        arranged = self._arrange(((_("On the desk"), desk), (_("Shelf"), shelf)))
        if [_identity(row) for row in arranged] == [_identity(row) for row in self._rows]:
            changed = [number for number, (old, new) in enumerate(zip(self._rows, arranged, strict=True)) if old != new]
            self._rows = arranged
            for number in changed:
                self.dataChanged.emit(self.index(number), self.index(number))
            return
        self._replace(arranged)

    def books(self) -> tuple[BookRow, ...]:
        return tuple(row for _number, row in self.entries())

    def index_of(self, key: str) -> QModelIndex:
        """An invalid index when there is none."""
        return next((self.index(number) for number, row in self.entries() if row.key == key), QModelIndex())

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        row = self._rows[index.row()]
        draggable = isinstance(row, BookRow) and row.book is not None
        return super().flags(index) | (Qt.ItemFlag.ItemIsDragEnabled if draggable else Qt.ItemFlag.NoItemFlags)

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        return [_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        rows = [self._rows[index.row()] for index in indexes]
        data.setData(_MIME, "".join(row.key for row in rows if isinstance(row, BookRow)).encode())
        return data

    def dropMimeData(self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index) -> bool:  # noqa: ARG002
        """Says where a book was dropped; always False, so that the view itself removes no row."""
        if data.hasFormat(_MIME):
            place = row if row >= 0 else len(self._rows)
            shelf = next((n for n, one in enumerate(self._rows) if n and isinstance(one, HeadingRow)), len(self._rows))
            desk = [number for number, one in self.entries() if one.on_desk and one.book is not None]
            off = bool(desk) and shelf < place
            number = -1 if off else sum(other < place for other in desk)
            self.dropped.emit(bytes(data.data(_MIME).data()).decode(), number)
        return False

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ItemRole:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.text if isinstance(row, HeadingRow) else row.title
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and isinstance(row, BookRow):
            kind = format_words(row.book) if row.book is not None else ""
            return " · ".join(part for part in (kind, measure_of(row), row.state_text) if part)
        return None


def measure_of(row: BookRow) -> str:
    """How long a book is, in words: "412 pages · 231,480 tokens", or the chosen pages of it; what time is left."""
    if row.book is None:
        return ""
    pages = _("1 page") if row.book.page_count == 1 else _("{n} pages").format(n=count(row.book.page_count))
    if row.pages is not None:
        names = row.book.page_names
        pages = range_words(names.of(row.pages.first), names.of(row.pages.last))
    if row.left:
        return f"{pages} · {row.left}"
    if row.tokens is None and row.counted is not None:
        return _("{pages} · counting words, {percent} %").format(pages=pages, percent=row.counted)
    if row.indexed is not None:
        return _("{pages} · indexing, {percent} %").format(pages=pages, percent=row.indexed)
    if row.tokens is None:
        return pages
    return _("{pages} · {n} tokens").format(pages=pages, n=count(row.tokens))


def _identity(row: HeadingRow | BookRow) -> tuple[str | bool, ...]:
    """What decides a row's place and height."""
    if isinstance(row, HeadingRow):
        return (row.text,)
    return row.key, row.title, row.on_desk, bool(row.state_text), row.fraction is not None

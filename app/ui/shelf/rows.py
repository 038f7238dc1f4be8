"""The lists of the shelf as models: conversations and books, with their states, under headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec
from msgspec.structs import replace
from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from app.core.conversations.conversation import BookRef, Conversation, PageRange
from app.core.conversations.sources import Shelved, SourceCounts
from app.core.documents.document import Book
from app.core.documents.page_names import PageName
from app.core.documents.untrusted import disarm
from app.language.folding import sorting_key
from app.services.asking.context import ContextSegment
from app.ui.kit.words import ReadingNow
from app.ui.shelf.covers import format_words
from app.wording.i18n import _
from app.wording.page_flags import look_words, outdated_words
from app.wording.page_names import name_words, place_words, range_words
from app.wording.units import count, counted, printable

ItemRole = int(Qt.ItemDataRole.UserRole) + 1
Row = TypeVar("Row")
Index: TypeAlias = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_NO_WORD = re.compile(r"[\W_]+")
_OPEN_UP_TO = 20
"""The number of books up to which an added folder shows the folders in it unfolded at first."""


def key_of(index: Index) -> str:
    """Return the name by which a row is found again in a list that was filled anew: the key of a book or a folder, the
    id of a conversation, the words of a heading; empty for none of these."""
    row = index.data(ItemRole)
    return str(getattr(row, "key", "") or getattr(row, "id", "") or getattr(row, "text", ""))


@dataclass(frozen=True)
class HeadingRow:
    text: str


@dataclass(frozen=True)
class GroupRow(HeadingRow):
    """A folder that was added, or one in it, with so many books in it and below. `folded` tells that they are not
    listed."""

    key: str = ""
    source_id: int = 0
    level: int = 0
    count: int = 0
    folded: bool = False
    watched: bool = False


class HeadedList(QAbstractListModel, Generic[Row]):
    """A list under headings. A subclass says what a row shows (`data`), and which id it has if its title can be
    edited; an edited title emits `renamed` with the id and the title."""

    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[HeadingRow | Row] = []

    def entries(self) -> Iterator[tuple[int, Row]]:
        """Yield the rows that are not headings, with their numbers."""
        for number, row in enumerate(self._rows):
            if not isinstance(row, HeadingRow):
                yield number, row

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or type(self._rows[index.row()]) is HeadingRow:
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if self._id_to_rename(self._rows[index.row()]) else flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:  # noqa: ARG002
        title, id = " ".join(str(value).split()), self._id_to_rename(self._rows[index.row()])
        if not id or not title or title == index.data(Qt.ItemDataRole.EditRole):
            return False
        self.renamed.emit(id, title)
        return True

    def _id_to_rename(self, row: HeadingRow | Row) -> str:
        """Return the id of what a row shows; empty if its title cannot be edited."""
        raise NotImplementedError

    def _arrange(self, groups: Sequence[tuple[str, Sequence[HeadingRow | Row]]]) -> list[Any]:
        """Put each group under its heading; a group without rows has none."""
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


class BookRow(msgspec.Struct, frozen=True):
    """A book on the shelf, or one on its way there (`book` is None; `key` is then the path).

    `tokens` is None while it is not counted, `counted` how many percent of it are while that is done, `indexed` the
    same of its passages. `state_text` puts the state into words, `fraction` draws a bar, and `left` says how long it
    will take. `shelved` says which folder it is from, `level` how far it is set in there.
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
    shelved: Shelved | None = None
    level: int = 0

    @property
    def is_earlier(self) -> bool:
        """True if there is a newer version of its document."""
        return self.shelved is not None and bool(self.shelved.newer_id)


def book_row(
    book: Book,
    ref: BookRef | None,
    tokens: int | None,
    segment: ContextSegment | None,
    now: ReadingNow | None,
    shelved: Shelved | None = None,
) -> BookRow:
    """Make the row of a book. `ref` is None unless the book is on the desk; `tokens` are those of the whole book;
    `segment` is its part of the context, as far as it is read; `now` is the reading that is under way."""
    row = BookRow(
        book.id,
        book.title,
        book,
        on_desk=ref is not None,
        pages=ref.pages if ref else None,
        tokens=tokens if ref is None or ref.pages is None else None,
        state_text=look_words(book.flagged_pages) or (outdated_words() if book.is_outdated else ""),
        shelved=shelved,
    )
    if row.is_earlier:
        row = replace(row, state_text=_("There is a newer version"))
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
        words = read_to_words(segment.page_names.of(segment.read_to))
        return replace(row, state=BookState.PARTLY_READ, state_text=words)
    return row


def read_to_words(name: PageName) -> str:
    """Say up to which page the model has read a book."""
    return _("ready up to p. {page}").format(page=name_words(name))


def _place_words(name: PageName) -> str:
    """Return the place of a page, such as "3 of 12", or "p. iii (3 of 12)" if the book calls it something else."""
    if not name.counted:
        return place_words(name)
    return _("{page} of {pages}").format(page=name.label, pages=count(name.pages))


class ConversationList(HeadedList[Conversation]):
    """The conversations. `ItemRole` gives a `HeadingRow` or a `Conversation`; an edited title emits `renamed` with the
    id and the title."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: tuple[Conversation, ...] = ()
        self._now: datetime | None = None
        self.shows_archived = False

    def show_conversations(self, conversations: Sequence[Conversation], now: datetime) -> None:
        """List these conversations; `now` decides what counts as today, in its own time zone."""
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
        """List the conversations that were put away, too, or not."""
        self.shows_archived = shown
        if self._now is not None:
            self.show_conversations(self._kept, self._now)

    def conversations(self) -> tuple[Conversation, ...]:
        """Return all conversations, listed or not: the newest first, those that were put away last."""
        return self._kept

    @property
    def archived(self) -> tuple[Conversation, ...]:
        return tuple(conversation for conversation in self._kept if conversation.archived)

    def index_of(self, conversation_id: str) -> QModelIndex:
        """Return the index of a conversation; an invalid one if it is not listed."""
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

    def _id_to_rename(self, row: HeadingRow | Conversation) -> str:
        return "" if isinstance(row, HeadingRow) else row.id


def title_of(conversation: Conversation) -> str:
    return conversation.title or _("New conversation")


_MIME = "application/x-octavo-book"


def in_folders(
    rows: Sequence[BookRow], sources: Sequence[SourceCounts], folds: Mapping[str, bool]
) -> list[GroupRow | BookRow]:
    """Arrange the books that are from folders, each below its folder: folders first, then books by the names of their
    files, with what belongs to a book below it. `folds` tells which folders a person has folded or not."""
    arranged: list[GroupRow | BookRow] = []
    for counts in sources:
        of_source = [row for row in rows if row.shelved is not None and row.shelved.source_id == counts.source.id]
        if of_source:
            arranged += _Folder(counts, of_source, folds).rows(Path(), 0)
    return arranged


def group_key(source_id: int, folder: Path = Path()) -> str:
    """Return the key that identifies a folder that was added, or one in it."""
    return f"{source_id}:{folder.as_posix()}"


class _Folder:
    """A folder that was added, with its books."""

    def __init__(self, counts: SourceCounts, rows: Sequence[BookRow], folds: Mapping[str, bool]) -> None:
        self._counts = counts
        self._folds = folds
        self._many = len(rows) > _OPEN_UP_TO
        self._inside: dict[Path, list[BookRow]] = {Path(): []}
        for row in rows:
            folder = (row.shelved.folder if row.shelved is not None else None) or Path()
            self._inside.setdefault(folder, []).append(row)
        self._below: dict[Path, list[Path]] = {}
        self._counted: dict[Path, int] = {Path(): 0}
        for folder in tuple(self._inside):
            self._count(folder)

    def _count(self, folder: Path) -> None:
        """Count the books of a folder for all folders above it, each of which is listed below the next."""
        number, at = len(self._inside[folder]), folder
        while at != (above := at.parent):
            if at not in self._counted:
                self._counted[at] = 0
                self._below.setdefault(above, []).append(at)
            self._counted[at] += number
            at = above
        self._counted[Path()] += number

    def rows(self, folder: Path, level: int) -> Iterator[GroupRow | BookRow]:
        source = self._counts.source
        key = group_key(source.id, folder)
        folded = self._folds.get(key, level > 0 and self._many)
        name = disarm(printable(folder.name or source.name))
        yield GroupRow(name, key, source.id, level, self._counted[folder], folded, source.watched)
        if folded:
            return
        for other in sorted(self._below.get(folder, ()), key=lambda path: sorting_key(path.name)):
            yield from self.rows(other, level + 1)
        yield from nested(sorted(self._inside.get(folder, ()), key=_file_name), level)


def nested(rows: Sequence[BookRow], level: int = 0) -> Iterator[BookRow]:
    """Yield the rows in their order, each with its level, but attachments below their mail, and earlier versions below
    the newest."""
    keys, below, tops = {row.key for row in rows}, dict[str, list[BookRow]](), list[BookRow]()
    for row in rows:
        newer = row.shelved.newer_id if row.shelved is not None else ""
        parent = row.book.parent_id if row.book is not None else ""
        above = next((key for key in (newer, parent) if key in keys and key != row.key), None)
        (tops if above is None else below.setdefault(above, [])).append(row)
    waiting = [(row, level) for row in reversed(tops)]
    while waiting:
        row, depth = waiting.pop()
        yield row if row.level == depth else replace(row, level=depth)
        waiting += [(each, depth + 1) for each in reversed(below.pop(row.key, []))]


def _file_name(row: BookRow) -> tuple[object, str]:
    places = row.shelved.places if row.shelved is not None else ()
    name = places[0].name if places else Path(row.book.path).name if row.book else row.title
    return sorting_key(name), row.key


class BookList(HeadedList[BookRow]):
    """The books. `ItemRole` gives a `HeadingRow` or a `BookRow`. Books can be dragged onto the desk, within it, and off
    it."""

    dropped = Signal(str, int)  # a book's id; before which number of the desk, -1: off the desk

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._given: Sequence[BookRow] = ()
        self._sources: Sequence[SourceCounts] = ()
        self._folds: dict[str, bool] = {}
        self._numbers: dict[str, int] = {}
        """The number of each row that is listed, by its key."""

    def show_books(self, rows: Sequence[BookRow], sources: Sequence[SourceCounts] = ()) -> None:
        """List these books in their order, those on the desk first; what is from a folder that was added is below it. A
        change of states alone keeps selection and scroll position."""
        if sources == self._sources and (changed := self._changed(rows)) is not None:
            self._given = rows
            self._update(changed)
            return
        self._given, self._sources = rows, sources
        self._arrange_anew()

    def _changed(self, rows: Sequence[BookRow]) -> list[BookRow] | None:
        """Return the rows that are not as they were; None where places or heights of rows may be others."""
        if len(rows) != len(self._given):
            return None
        pairs = [(old, new) for old, new in zip(self._given, rows, strict=True) if old is not new]
        if not all(_identity(old) == _identity(new) and _place(old) == _place(new) for old, new in pairs):
            return None
        return [new for old, new in pairs if old != new]

    def _update(self, changed: Iterable[BookRow]) -> None:
        """Show these in the places of the rows with their keys, as far as those are listed."""
        for row in changed:
            if (number := self._numbers.get(row.key)) is not None:
                before = self._rows[number]
                self._rows[number] = replace(row, level=before.level if isinstance(before, BookRow) else 0)
                self.dataChanged.emit(self.index(number), self.index(number))

    def _arrange_anew(self) -> None:
        rows, sources = self._given, self._sources
        known = {counts.source.id for counts in sources}
        desk, shelf, grouped = list[BookRow](), list[BookRow](), list[BookRow]()
        for row in rows:
            shelved = row.shelved
            of_folder = shelved is not None and shelved.folder is not None and shelved.source_id in known
            (desk if row.on_desk else grouped if of_folder else shelf).append(row)
        folders = in_folders(grouped, sources, self._folds)
        arranged = self._arrange(
            ((_("On the desk"), desk), (_("Shelf"), tuple(nested(shelf))), (_("Folders"), folders))
        )
        self._numbers = {row.key: number for number, row in enumerate(arranged) if isinstance(row, BookRow | GroupRow)}
        alike = len(arranged) == len(self._rows)
        if alike and all(map(_is_in_place, self._rows, arranged)):
            pairs = enumerate(zip(self._rows, arranged, strict=True))
            changed = [number for number, (old, new) in pairs if old is not new and old != new]
            self._rows = arranged
            for number in changed:
                self.dataChanged.emit(self.index(number), self.index(number))
            return
        self._replace(arranged)

    def fold(self, group: GroupRow) -> None:
        """Hide what is in a folder, or show it."""
        self._folds[group.key] = not group.folded
        self._arrange_anew()

    def inside(self, group: GroupRow) -> tuple[str, ...]:
        """Return the ids of the books in a folder and below it, on the desk or not."""
        folder = Path(group.key.partition(":")[2])
        return tuple(
            row.book.id
            for row in self._given
            if row.book is not None
            and row.shelved is not None
            and row.shelved.folder is not None
            and row.shelved.source_id == group.source_id
            and row.shelved.folder.is_relative_to(folder)
        )

    def folds(self) -> dict[str, bool]:
        """Return whether a person has folded each folder or not, by the keys of the folders that are still there."""
        there = {str(counts.source.id) for counts in self._sources}
        return {key: folded for key, folded in self._folds.items() if key.partition(":")[0] in there}

    def remember(self, folds: Mapping[str, bool]) -> None:
        """Take over which folders a person has folded or not, from what `folds` returned the last time."""
        self._folds = dict(folds)

    def books(self) -> tuple[BookRow, ...]:
        return tuple(row for _number, row in self.entries())

    def index_of(self, key: str) -> QModelIndex:
        """Return the index of the book or the folder with this key; an invalid one when there is none."""
        number = self._numbers.get(key)
        return QModelIndex() if number is None else self.index(number)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        row = self._rows[index.row()]
        draggable = isinstance(row, BookRow) and row.book is not None
        return super().flags(index) | (Qt.ItemFlag.ItemIsDragEnabled if draggable else Qt.ItemFlag.NoItemFlags)

    def _id_to_rename(self, row: HeadingRow | BookRow) -> str:
        return "" if isinstance(row, HeadingRow) or row.book is None else row.book.id

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
        """Say where a book was dropped; return False, so that the view itself removes no row."""
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
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole, Qt.ItemDataRole.AccessibleTextRole):
            return row.text if isinstance(row, HeadingRow) else row.title
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and isinstance(row, GroupRow):
            if row.folded:
                return counted(row.count, _("folder with 1 document, folded"), _("folder with {n} documents, folded"))
            return counted(row.count, _("folder with 1 document"), _("folder with {n} documents"))
        if role == Qt.ItemDataRole.AccessibleDescriptionRole and isinstance(row, BookRow):
            kind = format_words(row.book) if row.book is not None else ""
            return " · ".join(part for part in (kind, measure_of(row), file_of(row), row.state_text) if part)
        return None


def measure_of(row: BookRow) -> str:
    """Return the length of a book in words, or that of the chosen pages of it; what time is left; how many versions
    there are."""
    if row.book is None:
        return ""
    words = _size_words(row, row.book)
    if row.shelved is not None and row.shelved.versions > 1:
        return _("{size} · {n} versions").format(size=words, n=count(row.shelved.versions))
    return words


def file_of(row: BookRow) -> str:
    """Return the name of a book's file where it has other words than the title; empty for a part of another file."""
    book = row.book
    return _unlike(Path(book.path), book.title) if book is not None and not book.member else ""


@lru_cache(maxsize=20_000)  # a list that is scrolled asks for those of its rows again and again
def _unlike(file: Path, title: str) -> str:
    own, named = (_NO_WORD.sub("", text.casefold()) for text in (file.stem, title))
    return "" if own == named else printable(file.name)


def _size_words(row: BookRow, book: Book) -> str:
    pages = counted(book.page_count, _("1 page"), _("{n} pages"))
    if row.pages is not None:
        names = book.page_names
        pages = range_words(names.of(row.pages.first), names.of(row.pages.last))
    if row.left:
        return f"{pages} · {row.left}"
    if row.tokens is None and row.counted is not None:
        return _("{pages} · counting words, {percent} %").format(pages=pages, percent=row.counted)
    if row.indexed is not None:
        return _("{pages} · indexing, {percent} %").format(pages=pages, percent=row.indexed)
    return pages


def _identity(row: HeadingRow | BookRow) -> tuple[str | bool | int, ...]:
    """Return the parts of a row that decide its place and height."""
    if isinstance(row, GroupRow):
        return row.key, row.text, row.count, row.folded, row.level
    if isinstance(row, HeadingRow):
        return (row.text,)
    return row.key, row.title, row.on_desk, bool(row.state_text), row.fraction is not None, row.level


def _is_in_place(old: HeadingRow | BookRow, new: HeadingRow | BookRow) -> bool:
    return old is new or _identity(old) == _identity(new)


def _place(row: BookRow) -> tuple[object, ...]:
    """Return the parts of a row, beside its `_identity`, that decide where it is listed, and below what."""
    return row.shelved, row.book.parent_id if row.book is not None else None

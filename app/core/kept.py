"""The kinds of things that the kernel and its features keep on a desk, as they declare them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class KeptWhere(StrEnum):
    """The kinds that the kernel keeps; features have kinds of their own."""

    DOCUMENTS = "documents"
    CONVERSATIONS = "conversations"
    SHEETS = "tables"  # conversations of cells, which features ask
    NOTES = "notes"
    READINGS = "readings"
    EXPORTS = "exports"  # that the record knows of
    RECORD = "record"
    FOLDERS = "folders"  # that were added
    BIN = "bin"  # titles in it; what they belong to is listed where it is
    SETTINGS = "settings"
    MATTERS = "matters"  # names


@dataclass(frozen=True)
class KeptKind:
    """A kind of thing that is kept, such as documents or notes.

    `words` is its name for a person; `remedy` says what would delete it. `total` is SQL for what is counted, after
    `FROM`; `title` is SQL for the title of one by its id, and whether it is in the bin. `conversations` is the table
    that has the ids of those conversations that are of this kind (`conversation_id`), and are told apart from others.
    """

    id: str
    words: Callable[[], str]
    remedy: Callable[[], str]
    total: str = ""
    title: str = ""
    conversations: str = ""


@dataclass(frozen=True)
class SearchedTable:
    """A table that is looked through for a name. `kind` is the id of what its rows belong to; `owner` is SQL for the id
    of that, by a row `t`; `columns` are those that have texts."""

    table: str
    kind: str
    owner: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class CountedTable:
    """A table whose rows a person knows by a name. `words` are its name, with `{n}` for how many were saved or lost."""

    table: str
    words: Callable[[], str]


@dataclass(frozen=True)
class RecordedThing:
    """A thing that entries of the record are about, as in "export of a chronology": its id, and its name for a
    person."""

    id: str
    words: Callable[[], str]


@dataclass(frozen=True)
class SharedRows:
    """Rows that documents share, such as the persons they name: `table` has the ids, `names` the names that they are
    known by (`key`), `places` where the documents have them. A document that moves to another desk joins the rows that
    are known there by the same name. The columns `entity_id` and `book_id` lead from one to the other."""

    names: str
    key: str
    places: str


@dataclass(frozen=True)
class FoundPeople:
    """Persons and organisations that were found in documents, by SQL. `counted` gives rows of a name, and how many
    documents have it; `places` gives rows of a document's id and a name that it has."""

    counted: str
    places: str


@dataclass(frozen=True)
class TextSource:
    """Texts that a search of the desk finds, such as notes, beside documents and conversations.

    `id` is that of their kind, which a person types after `in:`. `heading` stands above those that were found; `named`
    is their name within a sentence; `one` and `several` say how many were found, with `{n}`; `place` says where one was
    found, with `{title}`.

    `texts` is SQL for rows with the columns `id`, `title`, `text` and `time`; `made` and `place`, since the newest come
    first, and what was made at once is in the order of its places; `question_id`, or empty; and `book_id`, `page`,
    `start` and `stop`, or NULL, which a text has if it belongs to words of a document.
    """

    id: str
    heading: Callable[[], str]
    named: Callable[[], str]
    one: Callable[[], str]
    several: Callable[[], str]
    place: Callable[[], str]
    texts: str


@dataclass(frozen=True)
class Keeps:
    """Everything that the kernel or a feature keeps on a desk; with `+`, what both keep.

    `without_texts` are tables in which no name can be found, since they have ids and numbers alone. Rows go with the
    document or the conversation that they refer to, by foreign keys (`app.store.migrations`). `of_documents` are tables
    of what comes of a document by itself, by its `book_id`: a copy of the document on another desk has it, too.
    """

    kinds: tuple[KeptKind, ...] = ()
    tables: tuple[SearchedTable, ...] = ()
    without_texts: frozenset[str] = frozenset()
    counted: tuple[CountedTable, ...] = ()
    recorded: tuple[RecordedThing, ...] = ()
    shared: tuple[SharedRows, ...] = ()
    people: tuple[FoundPeople, ...] = ()
    texts: tuple[TextSource, ...] = ()
    of_documents: frozenset[str] = frozenset()

    def __add__(self, other: Keeps) -> Keeps:
        return Keeps(
            (*self.kinds, *other.kinds),
            (*self.tables, *other.tables),
            self.without_texts | other.without_texts,
            (*self.counted, *other.counted),
            (*self.recorded, *other.recorded),
            (*self.shared, *other.shared),
            (*self.people, *other.people),
            (*self.texts, *other.texts),
            self.of_documents | other.of_documents,
        )

    def kind(self, id: str) -> KeptKind:
        return next(kind for kind in self.kinds if kind.id == id)

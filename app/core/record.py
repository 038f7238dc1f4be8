"""The record: what was asked of which documents by which model with what outcome, chained so that a change shows.

An entry is one line of `FIELDS`, parted by commas, with no comma, quotation mark or line break in a field. What is
hashed of it is the SHA-256 of the entry before it (64 zeros for the first), a comma, and its line: whoever has the
lines can check them with `sha256sum` alone. A text, where texts are kept, is not in the line but its salted hash: so it
can be erased, and the chain stays as it is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeAlias

import msgspec

FIELDS = (
    *("number", "time", "kind", "item", "documents", "model", "model_hash", "engine", "ending"),
    *("tokens_read", "tokens_written", "detail", "text_hash"),
)
"""The fields of an entry that are hashed, in this order."""

NO_HASH = "0" * 64
"""The hash that stands before the first entry."""

HERE = "local"
"""The engine of an entry whose model computed on this machine; else it is the host of the server."""

MOST_CHARACTERS = 400
"""The most characters of a field; the rest is cut off."""

MOST_TEXT = 20_000
"""Characters of a text that is kept."""

_UNWANTED = re.compile(r'[\x00-\x1f\x7f-\x9f,"\u2028\u2029]+')


class RecordKind(StrEnum):
    BEGUN = "begun"  # the record: always the first
    ANSWER = "answer"
    ASKED_ALL = "asked_all"  # a question to more documents than fit
    CELL = "cell"  # of a sheet or a grid
    ASIDE = "aside"  # documents that the model read for something else than an answer
    EXPORT = "export"
    IMPORT = "import"
    DELETED = "deleted"  # into the bin
    RESTORED = "restored"  # from the bin
    PURGED = "purged"  # deleted for good
    EXPIRED = "expired"  # deleted for good by its age
    MOVED = "moved"  # to another matter
    BACKUP = "backup"
    DOWNLOAD = "download"
    REMOTE = "remote"  # a server was connected to
    SETTING = "setting"
    POLICY = "policy"  # another one is in force
    PROGRAM = "program"  # another program asked over MCP, or a person decided what it may see


class Happening(msgspec.Struct, frozen=True):
    """Something that happened and is to be recorded. `item` is the id of the conversation, book, sheet or matter that
    it is about, with whose deletion `text` goes; without an item no text is kept. `documents` are the SHA-256 of their
    files; `model_hash` is the SHA-256 of the model's file, or `sampled:` and a hash of samples of it."""

    kind: RecordKind
    item: str = ""
    documents: tuple[str, ...] = ()
    model: str = ""
    model_hash: str = ""
    engine: str = ""
    ending: str = ""
    tokens_read: int = 0
    tokens_written: int = 0
    detail: str = ""
    text: str = ""


Noting: TypeAlias = Callable[[Happening], object]
"""Puts something into a record."""


def unrecorded(happening: Happening) -> None:
    """Drop what happened: the recorder of parts that no desk made, and of tools."""


class RecordEntry(msgspec.Struct, frozen=True):
    """An entry of the record. `time` is in UTC, such as 2026-11-27T20:35:51Z. `kind` is a `RecordKind`, or one of a
    later version. `salt` and `text` are empty if no text is kept, or it was erased."""

    number: int
    time: str
    kind: str
    item: str
    documents: str
    model: str
    model_hash: str
    engine: str
    ending: str
    tokens_read: int
    tokens_written: int
    detail: str
    text_hash: str
    sha256: str
    salt: str = ""
    text: str = ""

    @property
    def line(self) -> str:
        """The text that is hashed: the entry's fields, with commas between them."""
        return ",".join(str(getattr(self, name)) for name in FIELDS)


class RecordFlaw(StrEnum):
    CHANGED = "changed"  # an entry is another one than was written
    MISSING = "missing"  # an entry was removed
    MOVED = "moved"  # entries are in another order
    CUT = "cut"  # the last entries are missing
    TEXT = "text"  # its text is another one than was written
    SEAL = "seal"  # how many there are and the last hash are not what this desk has sealed
    OTHER = "other"  # whole in itself, but this desk has written another one


class RecordVerdict(msgspec.Struct, frozen=True):
    """`count` entries were looked at; `head` is the hash of the last. `flaw` is None if all are as they were written;
    then `at` is 0, else the number of the first entry that is not. `is_sealed` tells that the desk's own seal says so
    too."""

    count: int
    head: str
    flaw: RecordFlaw | None = None
    at: int = 0
    is_sealed: bool = False


def field(untrusted_text: str) -> str:
    """Return a text as a field: on one line, without what would end it, and no formula for a spreadsheet."""
    known = untrusted_text.encode("utf-8", "replace").decode()  # a file's name may have bytes that are no text
    text = " ".join(_UNWANTED.sub(" ", known).split())[:MOST_CHARACTERS]
    return text.lstrip("=+-@ ")


def kept_text(text: str) -> str:
    """Return a text as the record keeps it: on one line, cut at `MOST_TEXT` characters."""
    return " ".join(text.split())[:MOST_TEXT]


def chained(before: str, line: str) -> str:
    """Return the SHA-256 of an entry that follows the one whose hash is `before`."""
    return hashlib.sha256(f"{before},{line}".encode()).hexdigest()


def hash_of_text(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def entry_of(happening: Happening, number: int, time: str, before: str, salt: str) -> RecordEntry:
    """Return the entry that comes after the one whose hash is `before`. Without a salt it has no text."""
    text = kept_text(happening.text) if salt else ""
    entry = RecordEntry(
        number,
        time,
        happening.kind,
        field(happening.item),
        " ".join(map(field, happening.documents)),
        field(happening.model),
        field(happening.model_hash),
        field(happening.engine),
        field(happening.ending),
        happening.tokens_read,
        happening.tokens_written,
        field(happening.detail),
        hash_of_text(salt, text) if text else "",
        "",
        salt if text else "",
        text,
    )
    return msgspec.structs.replace(entry, sha256=chained(before, entry.line))


def verify(entries: Iterable[RecordEntry], *, head: tuple[int, str] | None = None) -> RecordVerdict:
    """Check that these are all entries from the first one on, each as it was written. `head` says how many there must
    be, and the hash of the last; None if that is not known."""
    there = tuple(entries)
    before, numbers = NO_HASH, {entry.number for entry in there}
    for expected, entry in enumerate(there, 1):
        if entry.number != expected:
            flaw = RecordFlaw.MOVED if expected in numbers else RecordFlaw.MISSING
            return RecordVerdict(len(there), before, flaw, expected)
        if chained(before, entry.line) != entry.sha256 or entry.line.count(",") != len(FIELDS) - 1:
            return RecordVerdict(len(there), before, RecordFlaw.CHANGED, expected)
        if entry.text and hash_of_text(entry.salt, entry.text) != entry.text_hash:
            return RecordVerdict(len(there), before, RecordFlaw.TEXT, expected)
        before = entry.sha256
    if head is not None and (len(there), before) != head:
        count, _hash = head
        if len(there) < count:
            return RecordVerdict(len(there), before, RecordFlaw.CUT, len(there) + 1)
        return RecordVerdict(len(there), before, RecordFlaw.SEAL, min(count, len(there)) or 1)
    return RecordVerdict(len(there), before)

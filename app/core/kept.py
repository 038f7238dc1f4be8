"""What is kept of a person or of a matter: where, how many, and in which files."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class KeptWhere(StrEnum):
    DOCUMENTS = "documents"
    CONVERSATIONS = "conversations"
    SHEETS = "sheets"
    NOTES = "notes"
    EVENTS = "events"  # of the chronology
    PEOPLE = "people"  # and organisations of the chronology
    PSEUDONYMS = "pseudonyms"
    READINGS = "readings"
    EXPORTS = "exports"  # that the record knows of
    RECORD = "record"
    FOLDERS = "folders"  # that were added
    BIN = "bin"  # titles in it; what they belong to is listed where it is
    PROMPTS = "prompts"
    SETTINGS = "settings"
    MATTERS = "matters"  # names


class KeptPlace(msgspec.Struct, frozen=True):
    """`id` and `title` are those of the document, conversation and so on; `count`: texts of it that have the name."""

    where: KeptWhere
    id: str
    title: str
    count: int
    in_bin: bool = False


class KeptFileKind(StrEnum):
    DATABASE = "database"
    COPY = "copy"  # of the database, from before an upgrade
    DAMAGED = "damaged"  # what a rescue put aside: the database as it was
    RECORD = "record"  # the seal of a record
    KEY = "key"
    READING = "reading"
    LOG = "log"  # numbers and codes alone
    UNFINISHED = "unfinished"  # left by a crash
    OTHER = "other"


class FilesOfKind(msgspec.Struct, frozen=True):
    """All of one kind: how many, and their bytes. `path`: of one, or of the folder that they are in."""

    kind: KeptFileKind
    path: str
    count: int
    size_bytes: int


class KeptDesk(msgspec.Struct, frozen=True):
    """`id`: of a matter, empty for the library. `totals`: how much of everything there is, whatever it says."""

    id: str
    name: str
    places: tuple[KeptPlace, ...]
    totals: dict[KeptWhere, int]


class KeptReport(msgspec.Struct, frozen=True):
    """`name`: that was looked for; empty: everything is counted."""

    name: str
    time: str
    desks: tuple[KeptDesk, ...]
    files: tuple[FilesOfKind, ...]

    @property
    def is_empty(self) -> bool:
        return not any(desk.places for desk in self.desks)

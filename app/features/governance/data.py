"""The report of what is kept of a person or a matter."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class PersonalDataPlace(msgspec.Struct, frozen=True):
    """A place where a name was found. `where` is the id of its kind; `id` and `title` are those of the document,
    conversation and so on; `count` is the number of its texts that have the name."""

    where: str
    id: str
    title: str
    count: int
    in_bin: bool = False


class PersonalDataFileKind(StrEnum):
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
    """All files of one kind: how many, and their bytes. `path` is that of the only one, or of the folder that they are
    in."""

    kind: PersonalDataFileKind
    path: str
    count: int
    size_bytes: int


class PersonalDataDesk(msgspec.Struct, frozen=True):
    """The finds on one desk. `id` is that of a matter, empty for the library. `totals` say how much of everything there
    is, whatever it says."""

    id: str
    name: str
    places: tuple[PersonalDataPlace, ...]
    totals: dict[str, int]


class PersonalDataReport(msgspec.Struct, frozen=True):
    """The report. `name` is what was looked for; if it is empty, everything is counted."""

    name: str
    time: str
    desks: tuple[PersonalDataDesk, ...]
    files: tuple[FilesOfKind, ...]

    @property
    def is_empty(self) -> bool:
        return not any(desk.places for desk in self.desks)

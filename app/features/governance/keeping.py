"""Finds what is kept of a person or a matter: all that has the name, on this desk or, with leave, on all of them."""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from app.core.errors import AppError, Code
from app.core.kept import Keeps, KeptWhere
from app.core.machine.files import DRAFT_SUFFIX
from app.core.machine.paths import Paths
from app.core.matter import LIBRARY, Matter
from app.core.record import RecordEntry, RecordKind
from app.core.work import Cancel, Stopped, Work
from app.features.governance.data import (
    FilesOfKind,
    PersonalDataDesk,
    PersonalDataFileKind,
    PersonalDataPlace,
    PersonalDataReport,
)
from app.features.governance.store import PersonalDataTexts
from app.services.library.matters import Matters
from app.services.models.readings import SavedReadings
from app.services.services import Services
from app.store.books import Books
from app.store.db import RECORD_ENDING, Database
from app.store.record import RecordStore
from app.store.settings import SettingsStore

ENDINGS = (".csv", ".json")


class LookingThrough(msgspec.Struct, frozen=True):
    """The progress: parts of the desks that were looked through, of all."""

    done: int
    total: int


@dataclass(frozen=True)
class Keeping:
    """Looks through desks. `database` is that of the open desk, and `matter` its matter, None for the library."""

    paths: Paths
    database: Database
    matter: Matter | None
    matters: Matters
    settings: SettingsStore
    keeps: Keeps

    def report(
        self, name: str, cancel: Cancel, *, everywhere: bool = False
    ) -> Work[LookingThrough, PersonalDataReport]:
        """Report everything that has this name; with no name, how much of everything there is. `everywhere` looks in
        the library and in all matters, which are opened for it, one after the other. Raises AppError as opening one
        does; Stopped."""
        found: list[PersonalDataDesk] = []
        desks = self._desks(everywhere=everywhere)
        for number, (id, shown) in enumerate(desks):
            with self._opened(id) as database:
                places: tuple[PersonalDataPlace, ...] = ()
                for done, total, so_far in PersonalDataTexts(database, self.keeps).find(name):
                    if cancel.requested:
                        raise Stopped
                    places = so_far
                    yield LookingThrough(number * total + done, len(desks) * total)
                found.append(self._desk(id, shown, database, places))
        time = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return PersonalDataReport(name, time, tuple(found), tuple(_files(self.paths)))

    def _desks(self, *, everywhere: bool) -> list[tuple[str, str]]:
        if not everywhere:
            return [(self.matter.id, self.matter.name) if self.matter is not None else (LIBRARY, "")]
        return [(LIBRARY, ""), *((matter.id, matter.name) for matter in self.matters.all())]

    @contextlib.contextmanager
    def _opened(self, id: str) -> Iterator[Database]:
        if id == (self.matter.id if self.matter is not None else LIBRARY):
            yield self.database
        elif id == LIBRARY:
            yield self.matters.home
        else:
            with contextlib.closing(self.matters.look_into(id)) as database:
                yield database

    def _desk(self, id: str, name: str, database: Database, places: tuple[PersonalDataPlace, ...]) -> PersonalDataDesk:
        """Return the finds on a desk, with what belongs to the documents that were found: readings, exports and entries
        of the record."""
        ids = frozenset(each.id for each in places)
        books = frozenset(each.id for each in places if each.where == KeptWhere.DOCUMENTS)
        texts = PersonalDataTexts(database, self.keeps)
        known = {each.id for each in places if each.where == KeptWhere.RECORD}
        entries = _entries_about(RecordStore(database).entries(), ids, texts.documents_of(books))
        about = [each for each in map(_of_entry, entries) if each.id not in known or each.where == KeptWhere.EXPORTS]
        readings = SavedReadings(self.paths.readings, self.settings, Books(database).ids, id).all()
        read = [
            PersonalDataPlace(KeptWhere.READINGS, each.name, ", ".join(book.untrusted_title for book in each.books), 1)
            for each in readings
            if books & {book.book_id for book in each.books}
        ]
        totals = texts.totals() | {KeptWhere.READINGS: len(readings)}
        return PersonalDataDesk(id, name, tuple(sorted((*places, *about, *read), key=self._order)), totals)

    def _order(self, place: PersonalDataPlace) -> tuple[int, str]:
        return [kind.id for kind in self.keeps.kinds].index(place.where), place.title.casefold()


def keeping_of(desk: Services) -> Keeping:
    return Keeping(desk.paths, desk.database, desk.matter, desk.shared.matters, desk.settings, desk.shared.keeps)


def written(report: PersonalDataReport, ending: str) -> bytes:
    """Return the report as a file. Raises AppError EXPORT_FORMAT."""
    if ending == ".json":
        return msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n"
    if ending != ".csv":
        raise AppError(Code.EXPORT_FORMAT, path=ending, known=", ".join(ENDINGS))
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("desk", "where", "id", "title", "texts", "in the bin"))
    for desk in report.desks:
        for each in desk.places:
            rows.writerow((desk.name, each.where, each.id, _harmless(each.title), each.count, each.in_bin))
    for file in report.files:
        rows.writerow(("", f"file: {file.kind}", _harmless(file.path), "", file.count, ""))
    return text.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    """Return a text that is no formula for a spreadsheet."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def _entries_about(
    entries: tuple[RecordEntry, ...], ids: frozenset[str], documents: frozenset[str]
) -> Iterator[RecordEntry]:
    for entry in entries:
        if (entry.item and entry.item in ids) or documents & set(entry.documents.split()):
            yield entry


def _of_entry(entry: RecordEntry) -> PersonalDataPlace:
    where = KeptWhere.EXPORTS if entry.kind == RecordKind.EXPORT else KeptWhere.RECORD
    time = entry.time.replace("T", " ").removesuffix("Z")
    return PersonalDataPlace(where, str(entry.number), f"{time} UTC · {entry.detail or entry.kind}", 1)


_SHOWN_BY_NAME = (PersonalDataFileKind.DATABASE, PersonalDataFileKind.COPY, PersonalDataFileKind.DAMAGED)


def _files(paths: Paths) -> Iterator[FilesOfKind]:
    """Yield the files of the data folder, but for models, by their kinds."""
    found: dict[tuple[PersonalDataFileKind, str], list[int]] = {}
    for file in sorted(paths.data.rglob("*")):
        if paths.models in file.parents or not file.is_file():
            continue
        kind = _kind(file, paths)
        shown = str(file) if kind in _SHOWN_BY_NAME else str(file.parent)
        with contextlib.suppress(OSError):
            found.setdefault((kind, shown), []).append(file.stat().st_size)
    for (kind, shown), sizes in found.items():
        yield FilesOfKind(kind, shown, len(sizes), sum(sizes))


def _kind(file: Path, paths: Paths) -> PersonalDataFileKind:
    if file.name.endswith(DRAFT_SUFFIX):
        return PersonalDataFileKind.UNFINISHED
    if paths.readings in file.parents:
        return PersonalDataFileKind.READING
    if file.name.endswith(f".db{RECORD_ENDING}"):
        return PersonalDataFileKind.RECORD
    if file.suffix == ".db" or ".db-" in file.name:
        return PersonalDataFileKind.DATABASE
    if ".db.v" in file.name:
        return PersonalDataFileKind.COPY
    if ".db.damaged-" in file.name:
        return PersonalDataFileKind.DAMAGED
    if file in (paths.key_file, paths.data / "octavo.keycard"):
        return PersonalDataFileKind.KEY
    return PersonalDataFileKind.LOG if file.parent == paths.log.parent else PersonalDataFileKind.OTHER

"""The report of what is kept of a person or a matter, in words; for both faces."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.kept import KeptWhere
from app.core.matter import LIBRARY
from app.features.governance.data import (
    FilesOfKind,
    PersonalDataDesk,
    PersonalDataFileKind,
    PersonalDataPlace,
    PersonalDataReport,
)
from app.wording.i18n import _
from app.wording.units import counted, printable, size


def places_words(where: str, places: Sequence[PersonalDataPlace]) -> tuple[str, ...]:
    """Return the lines of the report about one kind of thing; for the record, only how many entries."""
    if where == KeptWhere.RECORD:
        one, several = _("1 entry"), _("{n} entries")
        return (counted(len(places), one, several),)
    if where in (KeptWhere.EXPORTS, KeptWhere.READINGS):
        return tuple(printable(place.title) for place in places)
    return tuple(map(_place_words, places))


def _place_words(place: PersonalDataPlace) -> str:
    one, several = _("1 place"), _("{n} places")
    number = counted(place.count, one, several)
    title = printable(place.title) or _("New conversation")
    return f"{title} · {number} · {_('in the bin')}" if place.in_bin else f"{title} · {number}"


def desk_words(desk: PersonalDataDesk) -> str:
    return _("Library") if desk.id == LIBRARY else printable(desk.name)


def file_words(file: FilesOfKind) -> str:
    kind = {
        PersonalDataFileKind.DATABASE: _("Encrypted database"),
        PersonalDataFileKind.COPY: _("Copy from before an upgrade"),
        PersonalDataFileKind.DAMAGED: _("Damaged data, kept after a rescue"),
        PersonalDataFileKind.RECORD: _("Seal of the record"),
        PersonalDataFileKind.KEY: _("Key, or where it is"),
        PersonalDataFileKind.READING: _("Saved readings, encrypted"),
        PersonalDataFileKind.LOG: _("Log: numbers and codes alone"),
        PersonalDataFileKind.UNFINISHED: _("Left over by a crash"),
        PersonalDataFileKind.OTHER: _("Other files"),
    }[file.kind]
    one, several = _("1 file"), _("{n} files")
    number = counted(file.count, one, several)
    return f"{kind} · {number}, {size(file.size_bytes)} · {printable(file.path)}"


def limits_words() -> str:
    """Say what is not searched."""
    return _(
        "Not searched: pictures, other spellings of the name, files outside Octavo, and backups. A name is found in"
        " texts as it is written."
    )


def nothing_words(report: PersonalDataReport) -> str:
    return _("Nothing has the name “{name}”.").format(name=printable(report.name))

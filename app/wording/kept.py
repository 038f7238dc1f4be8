"""What is kept of a person or a matter, and what would delete it, in words; for both faces."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.kept import FilesOfKind, KeptDesk, KeptFileKind, KeptPlace, KeptReport, KeptWhere
from app.core.matter import LIBRARY
from app.wording.i18n import _
from app.wording.units import count, printable, size


def where_words(where: KeptWhere) -> str:
    return {
        KeptWhere.DOCUMENTS: _("Documents"),
        KeptWhere.CONVERSATIONS: _("Conversations"),
        KeptWhere.SHEETS: _("Question sheets and tables"),
        KeptWhere.NOTES: _("Notes and highlights"),
        KeptWhere.EVENTS: _("Chronology"),
        KeptWhere.PEOPLE: _("People and organisations"),
        KeptWhere.PSEUDONYMS: _("Replaced names"),
        KeptWhere.READINGS: _("Saved readings"),
        KeptWhere.EXPORTS: _("Exports"),
        KeptWhere.RECORD: _("Record"),
        KeptWhere.FOLDERS: _("Added folders and files"),
        KeptWhere.BIN: _("Bin"),
        KeptWhere.PROMPTS: _("Saved prompts"),
        KeptWhere.SETTINGS: _("Settings"),
        KeptWhere.MATTERS: _("Matters"),
    }[where]


def remedy_words(where: KeptWhere) -> str:
    """What would delete it."""
    match where:
        case KeptWhere.DOCUMENTS:
            return _("Remove the document from the shelf and empty the bin: all that came of it goes along.")
        case KeptWhere.CONVERSATIONS | KeptWhere.SHEETS | KeptWhere.PSEUDONYMS:
            return _("Delete the conversation or the sheet and empty the bin.")
        case KeptWhere.NOTES:
            return _("Delete the note.")
        case KeptWhere.EVENTS | KeptWhere.PEOPLE:
            return _("Delete the entry in the chronology, or remove its document.")
        case KeptWhere.READINGS:
            return _("Delete the saved reading in the settings, or remove its document.")
        case KeptWhere.EXPORTS:
            return _("Exported files are outside Octavo: delete them where they are. Their entries stay in the record.")
        case KeptWhere.RECORD:
            return _("Entries stay, without texts once what they are about is deleted.")
        case KeptWhere.FOLDERS:
            return _("Remove its documents: the place goes with them. The files themselves are yours.")
        case KeptWhere.BIN:
            return _("Empty the bin.")
        case KeptWhere.PROMPTS:
            return _("Delete or change the prompt.")
        case KeptWhere.SETTINGS:
            return _("Change the setting.")
        case KeptWhere.MATTERS:
            return _("Rename or delete the matter.")


def places_words(where: KeptWhere, places: Sequence[KeptPlace]) -> tuple[str, ...]:
    """The lines of the report about one kind of thing; of the record, only how many entries."""
    if where is KeptWhere.RECORD:
        one, several = _("1 entry"), _("{n} entries")
        return (one if len(places) == 1 else several.format(n=count(len(places))),)
    if where in (KeptWhere.EXPORTS, KeptWhere.READINGS):
        return tuple(printable(place.title) for place in places)
    return tuple(map(_place_words, places))


def _place_words(place: KeptPlace) -> str:
    one, several = _("1 place"), _("{n} places")
    number = one if place.count == 1 else several.format(n=count(place.count))
    title = printable(place.title) or _("New conversation")
    return f"{title} · {number} · {_('in the bin')}" if place.in_bin else f"{title} · {number}"


def desk_words(desk: KeptDesk) -> str:
    return _("Library") if desk.id == LIBRARY else printable(desk.name)


def file_words(file: FilesOfKind) -> str:
    kind = {
        KeptFileKind.DATABASE: _("Encrypted database"),
        KeptFileKind.COPY: _("Copy from before an upgrade"),
        KeptFileKind.DAMAGED: _("Damaged data, kept after a rescue"),
        KeptFileKind.RECORD: _("Seal of the record"),
        KeptFileKind.KEY: _("Key, or where it is"),
        KeptFileKind.READING: _("Saved readings, encrypted"),
        KeptFileKind.LOG: _("Log: numbers and codes alone"),
        KeptFileKind.UNFINISHED: _("Left over by a crash"),
        KeptFileKind.OTHER: _("Other files"),
    }[file.kind]
    one, several = _("1 file"), _("{n} files")
    number = one if file.count == 1 else several.format(n=count(file.count))
    return f"{kind} · {number}, {size(file.size_bytes)} · {printable(file.path)}"


def limits_words() -> str:
    """What is not found."""
    return _(
        "Not searched: pictures, other spellings of the name, files outside Octavo, and backups. A name is found in"
        " texts as it is written."
    )


def nothing_words(report: KeptReport) -> str:
    return _("Nothing has the name “{name}”.").format(name=printable(report.name))

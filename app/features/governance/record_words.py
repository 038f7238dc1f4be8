"""The entries of the record, and whether it is whole, as a person reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from app.core.conversations.conversation import Ending
from app.core.kept import RecordedThing
from app.core.record import HERE, RecordEntry, RecordFlaw, RecordKind, RecordVerdict
from app.wording.i18n import _
from app.wording.settings import meanings
from app.wording.units import count, counted, printable

_FEW = 3  # hashes of documents in a line


def kind_words(kind: str) -> str:
    """Return the name of a kind; one of a later version is named as it is written."""
    words: dict[str, str] = {
        RecordKind.BEGUN: _("Record begun"),
        RecordKind.ANSWER: _("Answer"),
        RecordKind.ASKED_ALL: _("Answer from many documents"),
        RecordKind.CELL: _("Cell"),
        RecordKind.ASIDE: _("Read by the model"),
        RecordKind.EXPORT: _("Export"),
        RecordKind.IMPORT: _("Added"),
        RecordKind.DELETED: _("Moved to the bin"),
        RecordKind.RESTORED: _("Restored"),
        RecordKind.PURGED: _("Deleted for good"),
        RecordKind.EXPIRED: _("Deleted by age"),
        RecordKind.MOVED: _("Moved to another matter"),
        RecordKind.BACKUP: _("Backup"),
        RecordKind.DOWNLOAD: _("Download"),
        RecordKind.REMOTE: _("Server"),
        RecordKind.SETTING: _("Setting"),
        RecordKind.POLICY: _("Policy"),
        RecordKind.PROGRAM: _("Another program"),
    }
    return words.get(kind, printable(kind))


def ending_words(ending: str) -> str:
    """Say how an answer ended."""
    words: dict[str, str] = {
        Ending.COMPLETE: _("complete"),
        Ending.LENGTH: _("cut off at its limit"),
        Ending.CANCELLED: _("stopped"),
        Ending.CLOSED: _("ended with Octavo"),
        Ending.FAILED: _("failed"),
    }
    return words.get(ending, printable(ending))


def what_words(entry: RecordEntry, things: Sequence[RecordedThing]) -> str:
    """Return a line on what an entry is about: outcome, documents, model, detail. `things` are what entries name."""
    documents = len(entry.documents.split())
    one, several = _("1 document"), _("{n} documents")
    model = entry.model
    if entry.engine not in ("", HERE):
        model = _("{model} on {host}").format(model=entry.model or "?", host=entry.engine)
    parts = (
        ending_words(entry.ending) if entry.ending else "",
        "" if not documents else counted(documents, one, several),
        model,
        _detail_words(entry, things),
    )
    return printable(" · ".join(filter(None, parts)))


def _detail_words(entry: RecordEntry, things: Sequence[RecordedThing]) -> str:
    """Return the meaning of the detail of an entry: a setting and its value, a thing, a thing as a file; who asked."""
    asked, _semicolon, rest = entry.detail.partition("; ")
    if asked.startswith("program: "):
        entry = msgspec.structs.replace(entry, detail=rest)
        return " · ".join(filter(None, (asked.removeprefix("program: "), _detail_words(entry, things) if rest else "")))
    if entry.kind == RecordKind.BEGUN:
        return ""
    if entry.kind == RecordKind.SETTING:
        path, _colon, value = entry.detail.partition(": ")
        if path == "passphrase":
            return _("Passphrase set") if value == "set" else _("Passphrase removed")
        meaning = meanings().get(path)
        shown = {"True": _("On"), "False": _("Off"), "": _("None")}.get(value, value)
        return entry.detail if meaning is None else f"{meaning.title}: {shown}"
    if entry.kind == RecordKind.REMOTE:
        return ""
    thing, colon, number = entry.detail.partition(": ")
    if colon and number.isdecimal():
        return _number_words(thing, int(number))
    thing, as_file, ending = entry.detail.partition(" as ")
    words = next((each.words() for each in things if each.id == thing), thing)
    return _("{thing} as {format}").format(thing=words, format=ending.upper()) if as_file else words


def _number_words(thing: str, number: int) -> str:
    """Return a number of things in words; nothing for documents, which are counted beside it."""
    one, several = {
        "readings": (_("1 saved reading"), _("{n} saved readings")),
        "matters": (_("1 matter"), _("{n} matters")),
        "replaced": (_("1 name or number replaced"), _("{n} names and numbers replaced")),
        "documents": ("", ""),
    }.get(thing, (f"{thing}: {{n}}",) * 2)
    return counted(number, one, several)


def entry_details(entry: RecordEntry) -> str:
    """Return the details that a table has no room for: its hash, those of the documents and the model, and how much was
    read and written."""
    documents = entry.documents.split()
    tokens = _("{read} tokens read, {written} written")
    parts = (
        _("Hash: {hash}").format(hash=entry.sha256),
        _("Documents (SHA-256): {hashes}").format(hashes=" ".join(documents[:_FEW])) if documents else "",
        _("and {n} more").format(n=count(len(documents) - _FEW)) if len(documents) > _FEW else "",
        _("Model: {hash}").format(hash=entry.model_hash) if entry.model_hash else "",
        tokens.format(read=count(entry.tokens_read), written=count(entry.tokens_written)) if entry.ending else "",
    )
    first, *others = filter(None, parts)
    return "\n".join(map(printable, filter(None, (first, " · ".join(others)))))


def time_words(entry: RecordEntry) -> str:
    """Return the time of an entry by the clock of this place."""
    try:
        when = datetime.strptime(entry.time, "%Y-%m-%dT%H:%M:%S%z").astimezone()
    except ValueError:
        return printable(entry.time)
    return when.strftime("%Y-%m-%d %H:%M")


def verdict_words(verdict: RecordVerdict) -> str:
    """Say whether a record is whole, or where it is not."""
    if verdict.flaw is None:
        if verdict.count == 0:
            return _("The record has no entries.")
        one = _("Whole: the only entry is as it was written.")
        whole = counted(verdict.count, one, _("Whole: all {n} entries are as they were written."))
        return f"{whole} {_('This desk has sealed them.')}" if verdict.is_sealed else whole
    words = {
        RecordFlaw.CHANGED: _("Changed at entry {n}: it is not what was written."),
        RecordFlaw.MISSING: _("Entry {n} was removed."),
        RecordFlaw.MOVED: _("The order was changed at entry {n}."),
        RecordFlaw.CUT: _("The end was removed, from entry {n} on."),
        RecordFlaw.TEXT: _("The text of entry {n} was changed."),
        RecordFlaw.SEAL: _("The seal was changed: entries up to {n} are there, but this desk has not sealed them so."),
        RecordFlaw.OTHER: _("Entry {n} is not the one that this desk has written."),
    }[verdict.flaw]
    return words.format(n=count(verdict.at))


def head_words(verdict: RecordVerdict) -> str:
    """Return the hash to write down, so that any later change can be found."""
    one, several = _("Last hash, after 1 entry: {hash}"), _("Last hash, after {n} entries: {hash}")
    return counted(verdict.count, one, several, hash=verdict.head)

"""`octavo record`: what was asked of which documents by which model, also as a file with its proof; and whether it is
whole."""

from __future__ import annotations

import argparse
import sys

from app.cli.screen import print_json
from app.core.errors import AppError, Code, Problem
from app.core.record import RecordEntry, RecordVerdict
from app.export.files import write_bytes
from app.features.governance import record_files
from app.features.governance.record_words import head_words, kind_words, time_words, verdict_words, what_words
from app.services.services import Services
from app.wording.i18n import _
from app.wording.units import counted, printable


def run(options: argparse.Namespace, desk: Services) -> Problem | None:
    """Carry out the command, and return RECORD_CHANGED if a record is not whole. Raises AppError EXPORT_FORMAT,
    EXPORT_NOT_WRITTEN, RECORD_FILE, and as the store does."""
    store = desk.record.store
    if options.verify is not None:
        own = options.verify is True
        verdict = store.verify() if own else record_files.verify_file(options.verify, store)
        return _say_verdict(options, verdict)
    if options.export is not None:
        return _export(options, desk)
    entries = store.entries()
    shown = [each for each in entries if _is_wanted(each, options)]
    if options.json:
        print_json({"event": "record", "entries": shown})
    elif shown:
        for entry in shown:
            what = what_words(entry, desk.shared.keeps.recorded)
            print(f"{entry.number:>5}  {time_words(entry)}  {kind_words(entry.kind)}: {what}".rstrip(": "))
            if entry.text:
                print(f"       {printable(entry.text)}")
    else:
        print(f"octavo: {_('The record has no entries.')}", file=sys.stderr)
    return None


def _is_wanted(entry: RecordEntry, options: argparse.Namespace) -> bool:
    return (not options.kind or entry.kind in options.kind) and entry.time >= (options.since or "")


def _export(options: argparse.Namespace, desk: Services) -> Problem | None:
    """Export the record. One that is not whole is exported as it is, and said to be so."""
    path, store = options.export.absolute(), desk.record.store
    ending = path.suffix.lower()
    if ending not in record_files.ENDINGS:
        raise AppError(Code.EXPORT_FORMAT, path=str(path), known=", ".join(record_files.ENDINGS))
    verdict, entries = store.verify(), store.entries()
    write_bytes(record_files.written(entries, store.seal(), ending), path)
    if not options.json:
        one, several = _("1 entry is in “{path}”."), _("{n} entries are in “{path}”.")
        print(counted(len(entries), one, several, path=printable(str(options.export))))
    return _say_verdict(options, verdict)


def _say_verdict(options: argparse.Namespace, verdict: RecordVerdict) -> Problem | None:
    if options.json:
        print_json({"event": "verdict", "whole": verdict.flaw is None, **_plain(verdict)})
    else:
        print(verdict_words(verdict))
        if verdict.flaw is None and verdict.count:
            print(head_words(verdict))
    return None if verdict.flaw is None else Problem(Code.RECORD_CHANGED, {"number": verdict.at})


def _plain(verdict: RecordVerdict) -> dict[str, object]:
    return {
        "count": verdict.count,
        "head": verdict.head,
        "flaw": verdict.flaw,
        "at": verdict.at,
        "sealed": verdict.is_sealed,
    }

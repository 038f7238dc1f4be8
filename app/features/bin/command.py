"""`octavo bin`: lists what was deleted, restores it, or deletes it for good."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import datetime

from app.cli.screen import print_json
from app.core.conversations.bin import BinEntry
from app.core.errors import AppError, Code
from app.features.bin.words import entry_words
from app.services.services import Services
from app.wording.bin import title_words
from app.wording.i18n import _
from app.wording.units import counted

_NAME_CHARACTERS = 8
"""The characters of an entry's id that are shown: enough to name it by."""


def run(options: argparse.Namespace, desk: Services) -> None:
    """Carry out the command. Raises AppError BIN_ENTRY_UNKNOWN, and as the store does."""
    desk.documents.removal.expire(time.time())
    entries = desk.documents.removal.kept.all()
    if options.restore is not None:
        entry = _named(options.restore, entries)
        desk.documents.removal.restore(entry.id)
        _say(options, "restored", (entry,), _("“{title}” was restored.").format(title=title_words(entry)))
    elif options.empty:
        for entry in entries:
            desk.documents.removal.purge(entry)
        one, several = _("1 item was deleted permanently."), _("{n} items were deleted permanently.")
        words = counted(len(entries), one, several)
        _say(options, "emptied", entries, words if entries else _("The bin is empty."))
    elif options.json:
        _say(options, "bin", entries, "")
    elif entries:
        now = datetime.now().astimezone()
        for entry in entries:
            words = entry_words(entry, now, desk.documents.removal.bin_days)
            print(f"{entry.id[:_NAME_CHARACTERS]}  {title_words(entry)}\n          {words}")
    else:
        print(f"octavo: {_('The bin is empty.')}", file=sys.stderr)


def _named(name: str, entries: tuple[BinEntry, ...]) -> BinEntry:
    found = [entry for entry in entries if name and entry.id.startswith(name)]
    if len(found) != 1:
        raise AppError(Code.BIN_ENTRY_UNKNOWN, name=name)
    return found[0]


def _say(options: argparse.Namespace, event: str, entries: tuple[BinEntry, ...], words: str) -> None:
    if options.json:
        listed = [
            {"id": each.id, "kind": each.kind.value, "title": each.title, "deleted_at": each.deleted_at}
            for each in entries
        ]
        print_json({"event": event, "entries": listed})
    else:
        print(words)

"""The entries of the bin in words, for the window and the terminal."""

from __future__ import annotations

import math
from datetime import datetime

from app.core.conversations.bin import BinEntry, BinKind
from app.wording.i18n import _
from app.wording.units import counted, day

_DAY_S = 86_400


def entry_words(entry: BinEntry, now: datetime, days: int) -> str:
    """Say which thing it is, when it was deleted, and how long it stays, of so many days; `now` is aware of its
    zone."""
    kind = {BinKind.CONVERSATION: _("Conversation"), BinKind.BOOK: _("Document"), BinKind.SHEET: _("Table")}[entry.kind]
    left = min(days, max(1, math.ceil((entry.expires_at(days) - now.timestamp()) / _DAY_S)))
    deleted = _("deleted on {day}").format(day=day(datetime.fromtimestamp(entry.deleted_at, now.tzinfo)))
    stays = counted(left, _("1 day left"), _("{n} days left"))
    return f"{kind} · {deleted} · {stays}"

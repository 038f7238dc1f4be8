"""Names of things that were deleted, in words."""

from __future__ import annotations

from app.core.conversations.bin import BinEntry
from app.wording.i18n import _
from app.wording.units import printable


def title_words(entry: BinEntry) -> str:
    return printable(" ".join(entry.title.split())) or _("New conversation")

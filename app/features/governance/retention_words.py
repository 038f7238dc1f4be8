"""The words for what is deleted by its age; for both faces."""

from __future__ import annotations

from app.features.governance.retention import Aged
from app.wording.i18n import _
from app.wording.units import count, counted


def aged_words(aged: Aged) -> str:
    """Return a sentence on what will be deleted, or was; empty if there is nothing."""
    if aged.is_empty:
        return ""
    conversations, readings = len(aged.conversations), len(aged.readings)
    what = _listed(conversations, readings)
    if aged.done:
        return _("Deleted because of their age: {what}.").format(what=what)
    words = _("From tomorrow on, what is too old is deleted for good: {what}. What you pin is kept.")
    return words.format(what=what)


def _listed(conversations: int, readings: int) -> str:
    one, several = _("1 conversation"), _("{n} conversations")
    of_readings = _("1 saved reading"), _("{n} saved readings")
    parts = (
        (counted(conversations, one, several)) if conversations else "",
        (of_readings[0] if readings == 1 else of_readings[1].format(n=count(readings))) if readings else "",
    )
    return ", ".join(filter(None, parts))

"""Highlights and their notes in words."""

from __future__ import annotations

from app.core.documents.note import Marker
from app.wording.i18n import _


def marker_words(marker: Marker) -> str:
    return {Marker.BLUE: _("Blue"), Marker.YELLOW: _("Yellow, dotted"), Marker.GREEN: _("Green, dashed")}[marker]


def lost_words() -> str:
    return _("Its words are not on this page any more.")

"""The words that a person reads about a search of the whole desk."""

from __future__ import annotations

from collections.abc import Sequence

from app.services.library_search import LibraryFound
from app.wording.i18n import _


def nothing_found(found: LibraryFound) -> str:
    """Say why a search may have found nothing, and what to try."""
    if found.undated:
        return f"{_('Nothing was found.')} {undated_words(found.undated)}"
    if not found.documents:
        return _("Nothing was found, and no document passes the filters. Remove a filter.")
    said = _("Nothing has these words. Try fewer words, or other ones.")
    return f"{said} {unindexed_words(found.unindexed)}" if found.unindexed else said


def unindexed_words(documents: int) -> str:
    """Say that so many documents were searched by their words alone."""
    if documents == 1:
        return _("1 document is not indexed by meaning yet, so only its words were searched.")
    return _("{n} documents are not indexed by meaning yet, so only their words were searched.").format(n=documents)


def undated_words(documents: int) -> str:
    """Say that so many documents have no date."""
    if documents == 1:
        return _("1 document has no date, so it was left out.")
    return _("{n} documents have no date, so they were left out.").format(n=documents)


def without_words(unwanted: Sequence[str]) -> str:
    """Say what was left out because a dash stood before it."""
    return _("Left out: what has {words}").format(
        words=_(", ").join(_("“{word}”").format(word=each) for each in unwanted)
    )

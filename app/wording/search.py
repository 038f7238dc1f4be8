"""What a person reads about a search of the whole desk."""

from __future__ import annotations

from app.core.search_query import SearchPlace
from app.services.library_search import LibraryFound
from app.store.passages import MOST_RANKED
from app.wording.i18n import _
from app.wording.units import count


def nothing_found(found: LibraryFound) -> str:
    """Why a search may have found nothing, and what to try."""
    if found.undated:
        return f"{_('Nothing was found.')} {undated_words(found.undated)}"
    if not found.documents:
        return _("Nothing was found, and no document passes the filters. Remove a filter.")
    said = _("Nothing has these words. Try fewer words, or other ones.")
    return f"{said} {unindexed_words(found.unindexed)}" if found.unindexed else said


def found_words(found: LibraryFound) -> str:
    """`12 passages in 3 documents · 2 conversations`; while the search goes on, it says so."""
    passages, documents = sum(found.counts.values()), len(found.counts)
    said = []
    if found.listed and documents:
        said.append(count_words(documents))
    elif documents:
        many = _("1 passage") if passages == 1 else _("{n} passages").format(n=count(passages))
        many = _("{n} passages or more").format(n=count(passages)) if passages >= MOST_RANKED else many
        said.append(_("{passages} in {documents}").format(passages=many, documents=count_words(documents)))
    elif found.of(SearchPlace.DOCUMENTS):
        said.append(_("No document has these words; some say it in other words"))
    for place, one, several in (
        (SearchPlace.CONVERSATIONS, _("1 conversation"), _("{n} conversations")),
        (SearchPlace.SHEETS, _("1 question sheet"), _("{n} question sheets")),
        (SearchPlace.NOTES, _("1 note"), _("{n} notes")),
    ):
        if hits := len(found.of(place)):
            said.append(one if hits == 1 else several.format(n=count(hits)))
    return " · ".join(said if found.complete else [*said, _("searching…")])


def count_words(documents: int) -> str:
    return _("1 document") if documents == 1 else _("{n} documents").format(n=count(documents))


def remark_words(found: LibraryFound) -> str:
    """What was not searched, or not by meaning; empty where everything was."""
    undated = undated_words(found.undated) if found.undated else ""
    unindexed = unindexed_words(found.unindexed) if found.unindexed else ""
    return " ".join(filter(None, (undated, unindexed)))


def unindexed_words(documents: int) -> str:
    """So many documents were searched by their words alone."""
    if documents == 1:
        return _("1 document is not indexed by meaning yet, so only its words were searched.")
    return _("{n} documents are not indexed by meaning yet, so only their words were searched.").format(n=documents)


def undated_words(documents: int) -> str:
    """So many documents have no date."""
    if documents == 1:
        return _("1 document has no date, so it was left out.")
    return _("{n} documents have no date, so they were left out.").format(n=documents)


def place_words(place: SearchPlace, title: str) -> str:
    """Where something was found that is no document."""
    name = title or _("New conversation")
    match place:
        case SearchPlace.SHEETS:
            return _("question sheet “{title}”").format(title=name)
        case SearchPlace.NOTES:
            return _("note on “{title}”").format(title=name)
        case _:
            return _("conversation “{title}”").format(title=name)

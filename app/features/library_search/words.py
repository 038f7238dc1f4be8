"""The words that a person reads about a search of the whole desk, in the window and in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.kept import TextSource
from app.core.search_query import SearchPlace
from app.services.library_search import LibraryFound
from app.store.passages import MOST_RANKED
from app.wording.i18n import _
from app.wording.search import undated_words, unindexed_words
from app.wording.units import count, counted


def found_words(found: LibraryFound, sources: Sequence[TextSource]) -> str:
    """Say what was found, such as `12 passages in 3 documents · 2 conversations`; while the search goes on, this says
    so."""
    passages, documents = sum(found.counts.values()), len(found.counts)
    said = []
    if found.listed and documents:
        said.append(_count_words(documents))
    elif documents:
        many = counted(passages, _("1 passage"), _("{n} passages"))
        many = _("{n} passages or more").format(n=count(passages)) if passages >= MOST_RANKED else many
        said.append(_("{passages} in {documents}").format(passages=many, documents=_count_words(documents)))
    elif found.of(SearchPlace.DOCUMENTS):
        said.append(_("No document has these words; some say it in other words"))
    for place, one, several in (
        (SearchPlace.CONVERSATIONS, _("1 conversation"), _("{n} conversations")),
        *((source.id, source.one(), source.several()) for source in sources),
    ):
        if hits := len(found.of(place)):
            said.append(counted(hits, one, several))
    return " · ".join(said if found.complete else [*said, _("searching…")])


def _count_words(documents: int) -> str:
    return counted(documents, _("1 document"), _("{n} documents"))


def remark_words(found: LibraryFound) -> str:
    """Say which documents were not searched, or not by meaning; empty if all were."""
    undated = undated_words(found.undated) if found.undated else ""
    unindexed = unindexed_words(found.unindexed) if found.unindexed else ""
    return " ".join(filter(None, (undated, unindexed)))


def place_words(place: str, title: str, sources: Sequence[TextSource]) -> str:
    """Say where something was found that is no document."""
    words = next((source.place() for source in sources if source.id == place), _("conversation “{title}”"))
    return words.format(title=title or _("New conversation"))


def how_to_search(sources: Sequence[TextSource]) -> str:
    """Tell a person where the search looks, and what can be typed."""
    *others, last = (_("documents"), _("conversations"), *(source.named() for source in sources))
    return _(
        "Searches {others} and {last}.\n\n"
        "“side letter” finds exactly these words, -draft leaves out what has this word.\n"
        "Enter opens a page, Ctrl+Enter opens it beside the other one."
    ).format(others=_(", ").join(others), last=last)

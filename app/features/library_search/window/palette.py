"""Looks through conversations and books for what is typed in the palette, at a glance."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QKeySequence

from app.core.search_query import SearchPlace, SearchQuery
from app.services.library_search import LibraryHit, library_search_of
from app.ui.kit.bridge import Executor
from app.ui.kit.commands import Entry, EntryKind, caps_of
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.kit.text_finder import TextFinder
from app.ui.workspace import Workspace
from app.wording.i18n import _
from app.wording.page_names import page_words
from app.wording.units import printable

SEARCH_KEYS = "Ctrl+Shift+F"
_LOOKED_IN = (SearchPlace.CONVERSATIONS, SearchPlace.DOCUMENTS)
_MOST_OF_A_KIND = 6


class LibraryTextFinder(TextFinder):
    """Finds texts. `open_hit` opens what was found, `open_search` the search of everything for some words."""

    def __init__(
        self, workspace: Workspace, open_hit: Callable[[LibraryHit], None], open_search: Callable[[str], None]
    ) -> None:
        super().__init__(QKeySequence(SEARCH_KEYS), _("search everything"), workspace.parent)
        self._search = library_search_of(workspace.desk)
        self._bridge = workspace.bridge
        self._shown = workspace.shown
        self._open_hit = open_hit
        self._open_search = open_search
        self._job: Job | None = None

    def find(self, words: str) -> None:
        self.stop()
        query = SearchQuery(words=tuple(words.split()), places=_LOOKED_IN)
        work = partial(self._search.at_once, query, limit=_MOST_OF_A_KIND)
        self._job = self._bridge.stream(Executor.FINDING, work, partial(self._on_event, words))

    def stop(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def further(self, words: str) -> Entry:
        typed = " ".join(words.split())
        title = _("Search everything for “{words}”").format(words=typed)
        run = partial(self._open_search, typed)
        return Entry(EntryKind.EVERYWHERE, typed, title, keys=caps_of(self.keys), run=run)

    def _on_event(self, words: str, event: LibraryHit | Done[None] | Cancelled | Failed) -> None:
        match event:
            case LibraryHit(place=SearchPlace.CONVERSATIONS):
                self.found.emit(words, [self._said(event)])
            case LibraryHit():
                self.found.emit(words, [self._on_page(event)])
            case Done():
                self.ended.emit(words)
            case Failed():
                self.ended.emit(words)
                self._on_problem(event.problem)
            case Cancelled():
                pass

    def _said(self, hit: LibraryHit) -> Entry:
        title, talk = printable(hit.excerpt.text), hit.title or _("New conversation")
        run = partial(self._open_hit, hit)
        return Entry(EntryKind.SAID, hit.id, title, talk, hit.question_id, matches=hit.excerpt.matches, run=run)

    def _on_page(self, hit: LibraryHit) -> Entry:
        assert hit.span is not None
        book = self._shown.shelf.get(hit.id)
        page = book.page_names.of(hit.span.page) if book is not None else None
        place = f"{hit.title} · {page_words(page)}" if page is not None else hit.title
        title, run = printable(hit.excerpt.text), partial(self._open_hit, hit)
        return Entry(EntryKind.PASSAGE, hit.id, title, place, matches=hit.excerpt.matches, run=run)

"""Searches the library while one types: what the query means, what is shown of what was found, where it leads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QTimer, Signal, Slot

from app.core.documents.document import Format
from app.core.errors import AppError
from app.core.search_query import SearchFilter, unwanted_in, values_of, wanted_again, with_filter
from app.features.library_search.window.panel import BY_DOCUMENT, SearchPanel
from app.features.library_search.window.rows import arrange
from app.features.library_search.words import found_words, how_to_search, remark_words
from app.services.library_search import LibraryFound, LibraryHit, LibrarySearch
from app.ui.kit.bridge import Executor
from app.ui.kit.jobs import Cancelled, Done, Failed, Job
from app.ui.kit.presenter import Presenter
from app.ui.shelf.covers import format_name
from app.ui.workspace import Workspace
from app.wording.errors import sentence
from app.wording.search import nothing_found

_PAUSE_MS = 120
"""The time after the last key before the search."""
_MOST_CHOICES = 30  # in a menu: folders, people


@dataclass(frozen=True)
class _Choices:
    """The kinds, folders and people that filters can choose on this desk."""

    kinds: tuple[Format, ...]
    folders: tuple[str, ...]
    people: tuple[str, ...]


class SearchPresenter(Presenter):
    """The presenter of the search. `hit_chosen` carries what `SearchPanel.chosen` does."""

    hit_chosen = Signal(object, bool)

    def __init__(self, workspace: Workspace, search: LibrarySearch, panel: SearchPanel) -> None:
        super().__init__(workspace.parent)
        self._search = search
        self._bridge = workspace.bridge
        self.panel = panel
        self._shown = workspace.shown
        self._job: Job | None = None
        self._found = LibraryFound()
        self._opened: set[str] = set()
        self._by_document = True
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.search)
        panel.typed.connect(self._on_typed)
        panel.chosen.connect(self._choose)
        panel.more_wanted.connect(self._open_document)
        panel.filter_chosen.connect(self._choose_filter)
        panel.unwanted.removed.connect(self._want_again)
        panel.order_chosen.connect(self._order)
        self.panel.show_note(how_to_search(self._search.sources.all))

    def prepare(self, words: str = "") -> None:
        """Prepare the search, which is shown now: search again for what is typed, or for these words, since the library
        may have changed."""
        self.panel.begin(words)
        self._call(partial(_prepare, self._search), self._offer)
        self.search()

    @Slot()
    def search(self) -> None:
        """Search for the words that are typed now, and no longer for those before."""
        self._pause.stop()
        if self._job is not None:
            self._job.cancel()
            self._job = None
        try:
            query = self._search.understand(self.panel.line.text())
        except AppError as error:
            self.panel.show_note(sentence(error.problem))
            return
        if query.is_empty:
            self.panel.show_note(how_to_search(self._search.sources.all))
            return
        self._opened.clear()
        self._job = self._bridge.stream(Executor.FINDING, partial(self._search.find, query), self._on_found)

    def _on_found(self, event: LibraryFound | Done[LibraryFound] | Cancelled | Failed) -> None:
        match event:
            case LibraryFound():
                self._take(event)
            case Done(result):
                self._take(result)
            case Failed():
                self.panel.show_note(sentence(event.problem))
            case Cancelled():
                pass

    def _take(self, found: LibraryFound) -> None:
        self._found = found
        if found.hits:
            self._show()
        elif found.complete:
            self.panel.show_note(nothing_found(found))

    def _show(self) -> None:
        found, sources = self._found, self._search.sources.all
        rows = arrange(found, self._shown.shelf, sources, by_document=self._by_document, opened=self._opened)
        self.panel.show_rows(rows, found_words(found, sources), remark_words(found))

    # ---- what a person does

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self._pause.start()
        dates = []
        for name in SearchFilter:
            values = values_of(text, name)
            if name in (SearchFilter.AFTER, SearchFilter.BEFORE):
                dates += [f"{name}:{value}" for value in values]
            else:
                self.panel.show_filter(name, ", ".join(values), _value_words(name, values))
        self.panel.show_filter(SearchFilter.AFTER, " ".join(dates), " ".join(dates).replace(":", " "))
        self.panel.unwanted.show_words(unwanted_in(text))

    @Slot(object, str)
    def _choose_filter(self, name: SearchFilter, value: str) -> None:
        text = with_filter(self.panel.line.text(), name, "")
        if name is SearchFilter.AFTER:
            text = with_filter(text, SearchFilter.BEFORE, "")
            text = f"{text} {value}".strip()
        else:
            text = with_filter(text, name, value)
        self._write(text)

    @Slot(str)
    def _want_again(self, unwanted: str) -> None:
        self._write(wanted_again(self.panel.line.text(), unwanted))

    def _write(self, text: str) -> None:
        line = self.panel.line
        line.setText(text)
        line.setFocus()
        line.setCursorPosition(len(text))
        self.search()

    @Slot(object, bool)
    def _choose(self, hit: LibraryHit, beside: bool) -> None:
        """Open a hit. If the person has typed since, the hits are of the words before: then the new ones are searched
        for at once."""
        if self._pause.isActive():
            self.search()
        else:
            self.hit_chosen.emit(hit, beside)

    @Slot(str)
    def _open_document(self, book_id: str) -> None:
        self._opened.add(book_id)
        self._show()

    @Slot(str)
    def _order(self, order: str) -> None:
        self._by_document = order == BY_DOCUMENT
        if self._found.hits:
            self._show()
        self.panel.line.setFocus()

    def _offer(self, choices: _Choices) -> None:
        chips = self.panel.chips
        chips[SearchFilter.KIND].set_values([(kind.value, format_name(kind)) for kind in choices.kinds])
        chips[SearchFilter.FOLDER].set_values([(name, name) for name in choices.folders])
        chips[SearchFilter.PERSON].set_values([(name, name) for name in choices.people])


def _prepare(search: LibrarySearch) -> _Choices:
    search.prepare()
    filters = search.filters
    return _Choices(filters.kinds(), filters.folders()[:_MOST_CHOICES], filters.people()[:_MOST_CHOICES])


def _value_words(name: SearchFilter, values: tuple[str, ...]) -> str:
    if name is SearchFilter.KIND:
        known = {kind.value for kind in Format}
        return ", ".join(format_name(Format(value.lower())) if value.lower() in known else value for value in values)
    return ", ".join(values)

"""The search of everything in a window: its command, its panel once it is opened, and what the palette finds in
texts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.core.search_query import SearchPlace
from app.features.library_search.window.palette import SEARCH_KEYS, LibraryTextFinder
from app.services.library_search import LibraryHit, library_search_of
from app.ui.frame.panes import MiddleRoom
from app.ui.kit.commands import Anchor, Command, Group, PlacedCommands
from app.ui.kit.text_finder import TextFinder
from app.ui.look.icons import Symbol
from app.ui.window_feature import WindowFeature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.features.library_search.window.presenter import SearchPresenter


class LibrarySearchWindow(WindowFeature):
    @cached_property
    def search(self) -> SearchPresenter:
        """The presenter of the search, made with its panel when everything is searched first."""
        from app.features.library_search.window.panel import SearchPanel
        from app.features.library_search.window.presenter import SearchPresenter

        workspace = self._workspace
        search = library_search_of(workspace.desk)
        panel = SearchPanel(workspace.icons, workspace.covers, workspace.now(), search.sources.all)
        workspace.window.add_view(panel)
        panel.closed.connect(workspace.navigation.close_view)
        made = SearchPresenter(workspace, search, panel)
        made.failed.connect(workspace.window.tell)
        made.hit_chosen.connect(self.open_hit)
        return made

    @Slot()
    def open_search(self, words: str = "") -> None:
        """Open the search in the place of the conversation: for these words, or what was searched last."""
        self._workspace.window.show_view(self.search.panel, MiddleRoom.READABLE)
        self.search.prepare(words)

    @Slot(object, bool)
    def open_hit(self, hit: LibraryHit, beside: bool = False) -> None:
        """Open what was found; a page `beside` the one that is open if it is wanted so."""
        go = self._workspace.navigation
        if hit.place == SearchPlace.CONVERSATIONS:
            go.open_conversation(hit.id, hit.question_id)
        elif hit.span is not None:
            go.open_passage(hit.book_id, hit.span, beside=beside)
        else:
            go.open_kept(hit.place, hit.id)

    def commands(self) -> Sequence[PlacedCommands]:
        search = Command(
            _("Search everything"),
            SEARCH_KEYS,
            self.open_search,
            words=_("full text, documents, conversations, find in all documents"),
            symbol=Symbol.FIND,
        )
        return (PlacedCommands(Group.DESK, Anchor.FINDING, (search,)),)

    def text_finder(self) -> TextFinder:
        return LibraryTextFinder(self._workspace, self.open_hit, self.open_search)

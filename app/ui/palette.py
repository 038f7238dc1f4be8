"""Ctrl+K: commands, conversations, books, images and what features have, by their names; conversations and books by
text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.core.search_query import SearchPlace, SearchQuery
from app.services.images import Images
from app.services.library_search import LibraryHit, LibrarySearch
from app.ui.bridge import Bridge, Executor
from app.ui.commands import Commands, Entry, EntryKind
from app.ui.icons import Icons
from app.ui.jobs import Cancelled, Done, Failed, Job
from app.ui.matters.presenter import MattersPresenter
from app.ui.navigation import Navigation
from app.ui.presenter import Presenter
from app.ui.shelf.presenter import ShelfPresenter
from app.ui.shelf.rows import title_of
from app.ui.shown import Shown
from app.wording.i18n import _
from app.wording.page_names import page_words
from app.wording.units import printable

if TYPE_CHECKING:
    from app.ui.palette_dialog import PaletteDialog
    from app.ui.window_feature import WindowFeature


_LOOKED_IN = (SearchPlace.CONVERSATIONS, SearchPlace.DOCUMENTS)
_MOST_OF_A_KIND = 6


class Anything(Presenter):
    def __init__(
        self,
        images: Images,
        texts: LibrarySearch,
        bridge: Bridge,
        shelf: ShelfPresenter,
        shown: Shown,
        navigation: Navigation,
        matters: MattersPresenter,
        icons: Icons,
        window: QWidget,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._images = images
        self._texts = texts
        self._bridge = bridge
        self._shelf = shelf
        self._shown = shown
        self._navigation = navigation
        self._matters = matters
        self._icons = icons
        self._window = window
        self._commands: Commands | None = None
        self._features: Sequence[WindowFeature] = ()
        self._dialog: PaletteDialog | None = None
        self._job: Job | None = None

    def use(self, commands: Commands, features: Sequence[WindowFeature]) -> None:
        """These are found, too, and what features have."""
        self._commands, self._features = commands, features

    @Slot()
    def find(self) -> None:
        assert self._commands is not None
        from app.ui.palette_dialog import PaletteDialog  # when it is opened

        entries = [
            Entry(EntryKind.CONVERSATION, conversation.id, title_of(conversation))
            for conversation in self._shelf.conversations
        ]
        entries += [Entry(EntryKind.BOOK, book.id, book.title) for book in self._shown.shelf.values()]
        entries += self._matters.entries()
        entries += self._commands.entries()
        entries += [entry for feature in self._features for entry in feature.palette_entries()]
        dialog = self._dialog = PaletteDialog(self._icons, entries, self._window, in_texts=True)
        dialog.chosen.connect(self._go)
        dialog.search_wanted.connect(self._search)
        dialog.finished.connect(self._close)
        dialog.open_over()
        self._bridge.call(Executor.STORE, partial(_list_images, self._images), dialog.add, self._on_problem)

    @Slot()
    def _close(self) -> None:
        self._dialog = None
        self._stop_search()

    @Slot(str)
    def _search(self, words: str) -> None:
        """Look for these words, and no longer for those before."""
        self._stop_search()
        if self._dialog is not None:
            self._dialog.begin_search()
            query = SearchQuery(words=tuple(words.split()), places=_LOOKED_IN)
            work = partial(self._texts.at_once, query, limit=_MOST_OF_A_KIND)
            self._job = self._bridge.stream(Executor.FINDING, work, partial(self._on_found, words))

    def _stop_search(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _on_found(self, words: str, event: LibraryHit | Done[None] | Cancelled | Failed) -> None:
        dialog = self._dialog
        if dialog is None or dialog.line.text() != words:
            return
        match event:
            case LibraryHit(place=SearchPlace.CONVERSATIONS):
                dialog.add_found([_said(event)])
            case LibraryHit():
                dialog.add_found([self._on_page(event)])
            case Done() | Cancelled():
                dialog.end_search()
            case Failed():
                dialog.end_search()
                self._on_problem(event.problem)

    def _on_page(self, hit: LibraryHit) -> Entry:
        assert hit.span is not None
        book = self._shown.shelf.get(hit.id)
        page = book.page_names.of(hit.span.page) if book is not None else None
        place = f"{hit.title} · {page_words(page)}" if page is not None else hit.title
        title = printable(hit.excerpt.text)
        return Entry(EntryKind.PASSAGE, hit.id, title, place, matches=hit.excerpt.matches, span=hit.span)

    @Slot(object)
    def _go(self, entry: Entry) -> None:
        if entry.run is not None:
            entry.run()
            return
        match entry.kind:
            case EntryKind.COMMAND if self._commands is not None:
                self._commands.actions[entry.key].trigger()
            case EntryKind.CONVERSATION | EntryKind.IMAGE | EntryKind.SAID:
                self._navigation.open_conversation(entry.key, entry.place)
            case EntryKind.PASSAGE if entry.span is not None:
                self._navigation.open_passage(entry.key, entry.span)
            case EntryKind.EVERYWHERE:
                self._navigation.open_search(entry.key)
            case EntryKind.MATTER:
                self._matters.open(entry.key)
            case _:
                self._navigation.open_book(entry.key)


def _said(hit: LibraryHit) -> Entry:
    title, talk = printable(hit.excerpt.text), hit.title or _("New conversation")
    return Entry(EntryKind.SAID, hit.id, title, talk, hit.question_id, matches=hit.excerpt.matches)


def _list_images(images: Images) -> list[Entry]:
    """Found by their names, shown with the conversations that they are in."""
    return [
        Entry(
            EntryKind.IMAGE,
            image.conversation_id,
            printable(image.untrusted_name),
            _("image in “{title}”").format(title=image.title or _("New conversation")),
            image.question_id,
        )
        for image in images.named()
    ]

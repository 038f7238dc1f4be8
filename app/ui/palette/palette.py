"""Ctrl+K: commands, conversations, books, images and what features have, by their names; and texts that features
find."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.services.library.images import Images
from app.ui.frame.navigation import Navigation
from app.ui.kit.commands import Commands, Entry, EntryKind
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext
from app.ui.matters.presenter import MattersPresenter
from app.ui.shelf.presenter import ShelfPresenter
from app.ui.shelf.rows import title_of
from app.wording.i18n import _
from app.wording.units import printable

if TYPE_CHECKING:
    from app.ui.kit.text_finder import TextFinder
    from app.ui.palette.palette_dialog import PaletteDialog
    from app.ui.window_feature import WindowFeature


class Anything(Presenter):
    def __init__(
        self, context: WindowContext, shelf: ShelfPresenter, navigation: Navigation, matters: MattersPresenter
    ) -> None:
        super().__init__(context.parent)
        self._images = context.desk.documents.images
        self._bridge = context.bridge
        self._shelf = shelf
        self._shown = context.shown
        self._navigation = navigation
        self._matters = matters
        self._icons = context.icons
        self._window = context.window
        self._commands: Commands | None = None
        self._features: Sequence[WindowFeature] = ()
        self._dialog: PaletteDialog | None = None
        self._finders: tuple[TextFinder, ...] = ()
        self._looking: set[TextFinder] = set()

    def use(self, commands: Commands, features: Sequence[WindowFeature]) -> None:
        """Take the commands, which are found too, and what features have."""
        self._commands, self._features = commands, features
        self._finders = tuple(finder for each in features if (finder := each.text_finder()) is not None)
        for finder in self._finders:
            finder.found.connect(self._on_found)
            finder.ended.connect(partial(self._on_ended, finder))
            finder.failed.connect(self.failed)

    def search(self) -> None:
        """Search through all texts, if a feature can do so; else find anything by its name."""
        if self._finders:
            self._go(self._finders[0].further(""))
        else:
            self.find()

    @Slot()
    def find(self) -> None:
        assert self._commands is not None
        from app.ui.palette.palette_dialog import PaletteDialog  # when it is opened

        entries = [
            Entry(EntryKind.CONVERSATION, conversation.id, title_of(conversation))
            for conversation in self._shelf.conversations
        ]
        entries += [Entry(EntryKind.BOOK, book.id, book.title) for book in self._shown.shelf.values()]
        entries += self._matters.entries()
        entries += self._commands.entries()
        entries += [entry for feature in self._features for entry in feature.palette_entries()]
        dialog = self._dialog = PaletteDialog(self._icons, entries, self._window, finders=self._finders)
        dialog.chosen.connect(self._go)
        dialog.search_wanted.connect(self._search)
        dialog.finished.connect(self._close)
        dialog.open_over()
        self._call(partial(_list_images, self._images), dialog.add)

    @Slot()
    def _close(self) -> None:
        self._dialog = None
        for finder in self._finders:
            finder.stop()

    @Slot(str)
    def _search(self, words: str) -> None:
        """Look for these words in texts, and no longer for those before."""
        if self._dialog is not None:
            self._dialog.begin_search()
            self._looking = set(self._finders)
            for finder in self._finders:
                finder.find(words)

    @Slot(str, object)
    def _on_found(self, words: str, entries: Sequence[Entry]) -> None:
        if self._dialog is not None and self._dialog.line.text() == words:
            self._dialog.add_found(entries)

    def _on_ended(self, finder: TextFinder, words: str) -> None:
        if self._dialog is not None and self._dialog.line.text() == words:
            self._looking.discard(finder)
            if not self._looking:
                self._dialog.end_search()

    @Slot(object)
    def _go(self, entry: Entry) -> None:
        if entry.run is not None:
            entry.run()
            return
        match entry.kind:
            case EntryKind.COMMAND if self._commands is not None:
                self._commands.actions[entry.key].trigger()
            case EntryKind.CONVERSATION | EntryKind.IMAGE:
                self._navigation.open_conversation(entry.key, entry.place)
            case EntryKind.MATTER:
                self._matters.open(entry.key)
            case _:
                self._navigation.open_book(entry.key)


def _list_images(images: Images) -> list[Entry]:
    """List the images, to be found by their names and shown with the conversations that they are in."""
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

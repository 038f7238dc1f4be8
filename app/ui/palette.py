"""Ctrl+K: commands, conversations, books, images and saved prompts by their names."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.services.images import Images
from app.ui.bridge import Bridge, Executor
from app.ui.commands import Commands, Entry, EntryKind
from app.ui.icons import Icons
from app.ui.navigation import Navigation
from app.ui.presenter import Presenter
from app.ui.prompts.presenter import PromptsPresenter
from app.ui.shelf.presenter import ShelfPresenter
from app.ui.shelf.rows import title_of
from app.ui.shown import Shown
from app.wording.i18n import _
from app.wording.units import printable


class Anything(Presenter):
    def __init__(
        self,
        images: Images,
        bridge: Bridge,
        shelf: ShelfPresenter,
        shown: Shown,
        navigation: Navigation,
        prompts: PromptsPresenter,
        icons: Icons,
        window: QWidget,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._images = images
        self._bridge = bridge
        self._shelf = shelf
        self._shown = shown
        self._navigation = navigation
        self._prompts = prompts
        self._icons = icons
        self._window = window
        self._commands: Commands | None = None

    def use(self, commands: Commands) -> None:
        """These are found, too."""
        self._commands = commands

    @Slot()
    def find(self) -> None:
        assert self._commands is not None
        from app.ui.palette_dialog import PaletteDialog  # when it is opened

        entries = [
            Entry(EntryKind.CONVERSATION, conversation.id, title_of(conversation), _("conversation"))
            for conversation in self._shelf.conversations
        ]
        entries += [Entry(EntryKind.BOOK, book.id, book.title, _("book")) for book in self._shown.shelf.values()]
        entries += self._prompts.entries()
        dialog = PaletteDialog(self._icons, [*entries, *self._commands.entries()], self._window)
        dialog.chosen.connect(self._go)
        dialog.open_over()
        self._bridge.call(Executor.STORE, partial(_list_images, self._images), dialog.add, self._on_problem)

    @Slot(object)
    def _go(self, entry: Entry) -> None:
        if entry.kind is EntryKind.COMMAND and self._commands is not None:
            self._commands.actions[entry.key].trigger()
        elif entry.kind in (EntryKind.CONVERSATION, EntryKind.IMAGE):
            self._navigation.open_conversation(entry.key, entry.place)
        elif entry.kind is EntryKind.PROMPT:
            self._prompts.use(entry)
        else:
            self._navigation.open_book(entry.key)


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

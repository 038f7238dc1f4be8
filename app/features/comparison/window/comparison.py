"""The comparison in a window: its command, and the books that one is compared with, in the menu of that."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.core.documents.document import Book
from app.ui.kit.commands import Anchor, Command, Group, MenuEntry, PlacedCommands
from app.ui.window_feature import WindowFeature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.features.comparison.window.presenter import ComparePresenter


class ComparisonWindow(WindowFeature):
    @cached_property
    def comparing(self) -> ComparePresenter:
        from app.features.comparison.window.presenter import ComparePresenter  # when books are compared first

        workspace = self._workspace
        made = ComparePresenter(workspace)
        made.failed.connect(workspace.window.tell)
        made.saved.connect(workspace.saved_files.show)
        made.ask_wanted.connect(workspace.window.talk.composer.take_quotation)
        made.image_taken.connect(workspace.attachments.add)
        made.conversation_wanted.connect(workspace.talk.stored)
        made.conversation_wanted.connect(workspace.navigation.open_conversation)
        workspace.events.book_removed.connect(made.forget_book)
        return made

    def compare(self, first_id: str, second_id: str) -> None:
        """Show what differs in the second book, if both are on the shelf."""
        first, second = (self._workspace.shown.shelf.get(book_id) for book_id in (first_id, second_id))
        if first is not None and second is not None:
            self.comparing.compare(first, second)

    @Slot()
    def compare_on_desk(self) -> None:
        """Compare the first two books on the desk."""
        books = self._workspace.shown.books
        if len(books) > 1:
            self.compare(books[0].book_id, books[1].book_id)
        else:
            self._workspace.window.tell(_("Put the two documents that you want to compare on the desk first."))

    def commands(self) -> Sequence[PlacedCommands]:
        compare = Command(
            _("Compare the first two documents on the desk…"),
            "Ctrl+Shift+D",
            self.compare_on_desk,
            words=_("differences, changes, versions, redline"),
        )
        return (PlacedCommands(Group.DESK, Anchor.FINDING, (compare,)),)

    def book_menu(self, book: Book) -> Sequence[MenuEntry]:
        """Return the entry with the books to compare this one with: those on the desk first. A book that came onto the
        shelf later is the later version, until the person says otherwise."""
        others = [other for other in self._workspace.shelf.listed_books() if other.id != book.id]
        return (MenuEntry(_("Compare with"), below=tuple(self._entry(book, other) for other in others)),)

    def _entry(self, book: Book, other: Book) -> MenuEntry:
        first, second = sorted((book, other), key=lambda each: each.added_at)
        return MenuEntry(other.title, partial(self.compare, first.id, second.id))

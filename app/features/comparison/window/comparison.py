"""The comparison in a window: its command, and the books that one is compared with, in the menu of that."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.core.documents.document import Book
from app.ui.kit.commands import Anchor, Command, Entry, EntryKind, Group, MenuEntry, PlacedCommands
from app.ui.window_feature import WindowFeature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.features.comparison.window.presenter import ComparePresenter


_LISTED = 12
"""The most books that the menu lists to compare one with."""


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
        """Return the entry with the books to compare this one with, those with the most similar titles first; if there
        are many, the last entry finds any of them. A book that came onto the shelf later is the later version, until
        the person says otherwise."""
        from rapidfuzz import fuzz, process  # when a menu is opened

        others = {other.id: other for other in self._workspace.shown.shelf.values() if other.id != book.id}
        titles = {book_id: other.title for book_id, other in others.items()}
        alike = process.extract(book.title, titles, scorer=fuzz.token_set_ratio, limit=_LISTED)
        below = [MenuEntry(title, partial(self._compare, book, others[book_id])) for title, _ratio, book_id in alike]
        if len(others) > len(below):
            below.append(MenuEntry(_("Another document…"), partial(self._find_other, book, tuple(others.values()))))
        return (MenuEntry(_("Compare with"), below=tuple(below)),)

    def _find_other(self, book: Book, others: Sequence[Book]) -> None:
        """Let the person find the book to compare with by its title."""
        from app.ui.palette.palette_dialog import PaletteDialog  # when it is opened

        entries = [
            Entry(EntryKind.BOOK, other.id, other.title, run=partial(self._compare, book, other)) for other in others
        ]
        hint = _("The document to compare “{title}” with").format(title=book.title)
        dialog = PaletteDialog(self._workspace.icons, entries, self._workspace.window, hint=hint)
        dialog.chosen.connect(_run)
        dialog.open_over()

    def _compare(self, book: Book, other: Book) -> None:
        first, second = sorted((book, other), key=lambda each: each.added_at)
        self.compare(first.id, second.id)


def _run(entry: Entry) -> None:
    assert entry.run is not None
    entry.run()

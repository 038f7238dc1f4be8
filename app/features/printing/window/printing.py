"""Printing in a window: its commands, and what carries them out once they are used."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Slot

from app.ui.kit.commands import Anchor, Command, Group, MenuEntry, PlacedCommands
from app.ui.look.icons import Symbol
from app.ui.window_feature import WindowFeature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.features.printing.window.book import BookPrinting
    from app.features.printing.window.conversation import ConversationPrinting
    from app.features.printing.window.presenter import PrintingPresenter

Printing = TypeVar("Printing", bound="PrintingPresenter")


class PrintingWindow(WindowFeature):
    @cached_property
    def book(self) -> BookPrinting:
        from app.features.printing.window.book import BookPrinting  # when something is printed first

        return self._connected(BookPrinting(self._workspace))

    @cached_property
    def conversation(self) -> ConversationPrinting:
        from app.features.printing.window.conversation import ConversationPrinting  # the same

        return self._connected(ConversationPrinting(self._workspace))

    def _connected(self, made: Printing) -> Printing:
        made.failed.connect(self._workspace.window.tell)
        made.done.connect(self._workspace.window.say)
        made.saved.connect(self._workspace.saved_files.show)
        return made

    @Slot()
    def print_book(self) -> None:
        """Let the person choose a printer and pages of the open book."""
        self.book.print()

    @Slot()
    def print_conversation(self) -> None:
        """Let the person choose a printer for the shown conversation."""
        self.conversation.print()

    def commands(self) -> Sequence[PlacedCommands]:
        conversation = Command(
            _("Print the conversation…"),
            "Ctrl+P",
            self.print_conversation,
            words=_("paper, printer"),
            symbol=Symbol.PRINT,
            can=self._workspace.exporting.has_words,
        )
        book = Command(
            _("Print pages of the document…"), "", self.print_book, words=_("paper, printer"), symbol=Symbol.PRINT
        )
        return (
            PlacedCommands(Group.CONVERSATION, Anchor.EXPORTING, (conversation,)),
            PlacedCommands(Group.PAGE, Anchor.SPLIT_VIEW, (book,)),
        )

    def page_menu(self) -> Sequence[MenuEntry]:
        return (MenuEntry(_("Print…"), self.print_book),)

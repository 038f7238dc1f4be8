"""Notes in a window: their commands, what is offered about answers and words, and their panel once it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.core.conversations.conversation import Citation
from app.ui.kit.commands import Anchor, Command, Group, MenuEntry, PlacedCommands
from app.ui.look.icons import Symbol
from app.ui.window_feature import WindowFeature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.features.notes.window.presenter import NotesPresenter


class NotesWindow(WindowFeature):
    @cached_property
    def notes(self) -> NotesPresenter:
        from app.features.notes.window.presenter import NotesPresenter  # when something is done with notes first

        made = NotesPresenter(self._workspace)
        made.failed.connect(self._workspace.window.tell)
        made.saved.connect(self._workspace.saved_files.show)
        return made

    @Slot()
    def open(self) -> None:
        """Show the notes of all books, in the place of the conversation."""
        self.notes.open()

    @Slot()
    def open_of_book(self) -> None:
        """Show the notes of the book that is open, in the place of the conversation."""
        self.notes.open_of_book()

    @Slot()
    def keep_last(self) -> None:
        """Keep the last answer that is shown."""
        self.notes.keep_last()

    def commands(self) -> Sequence[PlacedCommands]:
        all_notes = Command(
            _("Notes and highlights"),
            "Ctrl+Shift+N",
            self.open,
            words=_("annotations, comments, marked"),
            symbol=Symbol.NOTES,
            shelf_name=_("Notes"),
        )
        of_answer = Command(
            _("Keep the last answer as a note"), "", self.keep_last, words=_("remember, collect"), symbol=Symbol.NOTES
        )
        of_book = Command(_("Notes in this document"), "", self.open_of_book, words=_("annotations, highlights"))
        return (
            PlacedCommands(Group.DESK, Anchor.FINDING, (all_notes,)),
            PlacedCommands(Group.CONVERSATION, Anchor.FITTING, (of_answer,)),
            PlacedCommands(Group.PAGE, Anchor.REFERENCES, (of_book,)),
        )

    def answer_menu(self, answer_id: str, citation: Citation | None) -> Sequence[MenuEntry]:
        keep = MenuEntry(_("Keep the answer as a note"), lambda: self.notes.keep(answer_id))
        if citation is None:
            return (keep,)
        return MenuEntry(_("Highlight the quotation"), lambda: self.notes.keep_citation(citation)), keep

    def words_menu(self, words: str, citation: Citation | None, question_id: str) -> Sequence[MenuEntry]:
        keep = MenuEntry(
            _("Keep as a note"), lambda: self.notes.keep_cell(citation, words, question_id), can=bool(words)
        )
        return (keep,)

    def book_notes_menu(self) -> Sequence[MenuEntry]:
        return (MenuEntry(_("All notes"), self.open),)

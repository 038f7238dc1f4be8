"""The parts that a feature adds to a window: commands, and the panels and dialogs behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from PySide6.QtCore import QObject

from app.core.conversations.conversation import Citation
from app.core.documents.document import Book
from app.ui.chat.submission import GoOn, Submission
from app.ui.kit.commands import Entry, MenuEntry, PlacedCommands
from app.ui.kit.file_kind import GivenKind
from app.ui.kit.text_finder import TextFinder
from app.ui.settings.feature_row import FeatureRow
from app.ui.workspace import Workspace


class WindowFeature(QObject):
    """A feature in one window, made with it. It makes a panel or a dialog when that is opened first: few starts need
    one."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._workspace = workspace

    def commands(self) -> Sequence[PlacedCommands]:
        """Return the commands of menus, palette and shortcuts; asked for once."""
        return ()

    def begin(self) -> None:
        """Begin, once, as the desk is open and its panels are shown."""

    def end(self) -> None:
        """End, once, as the window leaves the desk; whatever is still under way for it is stopped."""

    def busy_words(self) -> str:
        """Say which work of the feature would be stopped if another desk were opened now; empty for none."""
        return ""

    def take_back(self) -> bool:
        """Let what is shown of the feature, and waits to be asked, wait no longer: a person wants to stop something.
        Return whether there was any."""
        return False

    def look_through(self, submission: Submission, go_on: GoOn) -> None:
        """Let a question that was sent go on, as a `Gate` does: at once, or when the person has decided."""
        go_on(submission)

    def palette_entries(self) -> Sequence[Entry]:
        """Return entries that the palette finds by their names, each with `run`; asked for whenever it is opened."""
        return ()

    def text_finder(self) -> TextFinder | None:
        """Return what looks through texts for what is typed in the palette, if the feature can; asked for once."""
        return None

    def open_kept(self, kind: str, id: str) -> bool:  # noqa: ARG002
        """Show something that the feature keeps, by the id of its `KeptKind` and its own. Return whether it is of this
        feature."""
        return False

    def file_kind(self) -> GivenKind | None:
        """Return the kind of files that the feature takes for the next question, if it takes any; asked for once."""
        return None

    def book_menu(self, book: Book) -> Sequence[MenuEntry]:  # noqa: ARG002
        """Return entries for the menu of one document on the shelf."""
        return ()

    def desk_menu(self) -> Sequence[MenuEntry]:
        """Return entries about desks, for the end of the menu in which another one is opened."""
        return ()

    def page_menu(self) -> Sequence[MenuEntry]:
        """Return entries about pages of the open document, for the end of the menu of how they are shown."""
        return ()

    def settings_rows(self) -> Sequence[FeatureRow]:
        """Return the rows of the feature in the settings, each with a button; asked for once."""
        return ()

    def answer_menu(self, answer_id: str, citation: Citation | None) -> Sequence[MenuEntry]:  # noqa: ARG002
        """Return entries about an answer, and about the citation in it that is pointed at, for the answer's menu."""
        return ()

    def words_menu(self, words: str, citation: Citation | None, question_id: str) -> Sequence[MenuEntry]:  # noqa: ARG002
        """Return entries about words that another feature shows, such as a cell of a table, for the menu of that. The
        words rest on `citation`, and answer a question; if there are none yet, they are empty."""
        return ()

    def book_notes_menu(self) -> Sequence[MenuEntry]:
        """Return entries for where the feature leads from the notes of one document: buttons below the list that drops
        down on the page."""
        return ()


MakeWindowFeature: TypeAlias = Callable[[Workspace], WindowFeature]

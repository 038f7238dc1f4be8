"""Exports the shown conversation with its names replaced, once a person has seen which they are."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.core.conversations.conversation import Conversation
from app.core.errors import Problem
from app.export.report import Report
from app.features.pseudonyms.data import Pseudonym
from app.features.pseudonyms.export import texts_of
from app.features.pseudonyms.service import outbound_review_of
from app.features.pseudonyms.window.rows import OutboundChoice
from app.ui.kit.bridge import Executor
from app.ui.kit.presenter import Presenter
from app.ui.workspace import Workspace
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.features.pseudonyms.window.dialog import OutboundDialog


class ReplacedExport(Presenter):
    """The export. `dialog` is the dialog while it is open."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._leaving = outbound_review_of(workspace.desk)
        self._bridge, self._icons, self._window = workspace.bridge, workspace.icons, workspace.window
        self._shown, self._exporting = workspace.shown, workspace.exporting
        self._conversation: Conversation | None = None
        self.dialog: OutboundDialog | None = None

    def begin(self) -> None:
        """Show which names are in the shown conversation, and write it into a file in which they are replaced."""
        conversation = self._shown.conversation
        if conversation is None or not self._exporting.has_words():
            return
        from app.features.pseudonyms.window.dialog import OutboundDialog  # when it is opened

        self._conversation = conversation
        self.dialog = dialog = OutboundDialog(self._icons, "", self._window)
        dialog.decided.connect(self._decide)
        dialog.destroyed.connect(self._on_closed)
        self._call(partial(self._find, conversation), dialog.show_found, self._on_not_found, executor=Executor.FINDING)
        dialog.open()

    def _find(self, conversation: Conversation) -> list[Pseudonym]:
        """Find the names in a conversation, off the GUI thread."""
        texts, books = texts_of(self._exporting.report(conversation)), [ref.book_id for ref in conversation.books]
        return self._leaving.found_in_file(conversation.id, texts, books)

    @Slot()
    def _on_closed(self) -> None:
        self.dialog = None

    @Slot(object)
    def _on_not_found(self, problem: Problem) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self._on_problem(problem)

    @Slot(object)
    def _decide(self, choice: OutboundChoice) -> None:
        if self._conversation is None:
            return
        work = partial(self._leaving.decide_for_file, self._conversation.id, choice.replaced, choice.as_is)
        if choice.replaces:
            self._do(work, self._choose_replaced)
        else:
            self._exporting.choose(self._conversation)

    @Slot()
    def _choose_replaced(self) -> None:
        if self._conversation is not None:
            self._exporting.choose(self._conversation, name=_("Conversation"), change=self._replace)

    def _replace(self, conversation: Conversation, report: Report) -> Report:
        """Replace the names in a report, off the GUI thread."""
        return self._leaving.in_file(report, conversation.id, [ref.book_id for ref in conversation.books])

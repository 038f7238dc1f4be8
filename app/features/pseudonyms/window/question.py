"""Shows the names that are replaced in a question before it goes to a server, unless that was decided."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot

from app.core.errors import Problem
from app.core.settings import RemoteImages, RemoteTexts
from app.features.pseudonyms.service import outbound_review_of
from app.features.pseudonyms.window.rows import OutboundChoice
from app.ui.chat.submission import GoOn, Submission
from app.ui.chat.writing.image_consent import undecided_host
from app.ui.kit.bridge import Executor
from app.ui.kit.presenter import Presenter
from app.ui.workspace import Workspace

if TYPE_CHECKING:
    from app.features.pseudonyms.window.dialog import OutboundDialog


class OutboundPresenter(Presenter):
    """A gate for questions. `chosen` tells that a setting is to have another value."""

    chosen = Signal(str, object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.parent)
        self._leaving, self._models = outbound_review_of(workspace.desk), workspace.desk.models
        self._bridge = workspace.bridge
        self._composer = workspace.window.talk.composer
        self._icons = workspace.icons
        self.dialog: OutboundDialog | None = None

    def look_through(self, submission: Submission, go_on: GoOn) -> None:
        """Let a question that stays here go on, or one that a person has decided about; for any other, what is in it is
        shown first. One of a conversation that is not there yet has its names replaced."""
        host = self._leaving.must_ask()
        if not host or not submission.conversation_id:
            go_on(submission)
            return
        from app.features.pseudonyms.window.dialog import OutboundDialog  # when it is opened

        shows = bool(undecided_host(self._models, submission))
        self.dialog = dialog = OutboundDialog(self._icons, host, self._composer.window(), shows=shows)
        decide = partial(self._decide, submission.conversation_id, partial(go_on, submission), shows)
        dialog.decided.connect(decide)
        dialog.destroyed.connect(self._on_closed)
        work = partial(self._leaving.found_in_question, submission.question, submission.turns)
        self._call(work, dialog.show_found, self._on_not_found, executor=Executor.FINDING)
        dialog.open()

    @Slot(object)
    def _on_not_found(self, problem: Problem) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self._on_problem(problem)

    @Slot()
    def _on_closed(self) -> None:
        self.dialog = None

    def _decide(self, conversation_id: str, go_on: Callable[[], None], shows: bool, choice: OutboundChoice) -> None:
        texts = RemoteTexts.ASKED
        if choice.always:
            texts = RemoteTexts.REPLACED if choice.replaces else RemoteTexts.AS_IS
        self.chosen.emit("remote.texts", texts)
        if shows:
            self.chosen.emit("remote.images", RemoteImages.SENT)
        work = partial(self._leaving.send_as_is, conversation_id)
        if choice.replaces:
            work = partial(self._leaving.decide, conversation_id, choice.replaced, choice.as_is)
        self._do(work, go_on)

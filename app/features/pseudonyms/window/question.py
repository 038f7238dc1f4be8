"""Before a question goes to a server: the names that are replaced in it are shown, unless that was decided."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.core.conversations.conversation import Question, Turn
from app.core.errors import Problem
from app.core.settings import RemoteImages, RemoteTexts
from app.features.pseudonyms.service import leaving_of
from app.features.pseudonyms.window.rows import LeavingChoice
from app.services.services import Services
from app.ui.chat.image_consent import undecided_host
from app.ui.frame.main_window import MainWindow
from app.ui.kit.bridge import Bridge, Executor
from app.ui.kit.presenter import Presenter
from app.ui.look.icons import Icons

if TYPE_CHECKING:
    from app.features.pseudonyms.window.dialog import LeavingDialog


class LeavingPresenter(Presenter):
    """Stands between a question that is sent, and what asks it. `chosen`: a setting is to have another value."""

    chosen = Signal(str, object)

    def __init__(
        self, desk: Services, bridge: Bridge, window: MainWindow, icons: Icons, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._leaving, self._models = leaving_of(desk), desk.models
        self._bridge = bridge
        self._composer = window.talk.composer
        self._icons = icons
        self._asked: Question | None = None
        self._agreed: Question | None = None
        self._shows = False
        self.dialog: LeavingDialog | None = None

    def is_settled(self, question: Question, turns: tuple[Turn, ...]) -> bool:
        """Whether a question can be sent: it stays here, or a person has decided. Else what is in it is shown, and once
        it is decided the question is sent again. One of a conversation that is not there yet has its names replaced."""
        host = self._leaving.must_ask()
        if not host or not question.conversation_id:
            return True
        agreed, self._agreed = self._agreed, None
        if agreed == question:
            return True
        self._open(host, question, turns, shows=bool(undecided_host(self._models, question, turns)))
        return False

    def _open(self, host: str, question: Question, turns: tuple[Turn, ...], *, shows: bool) -> None:
        from app.features.pseudonyms.window.dialog import LeavingDialog  # when it is opened

        self._asked, self._shows = question, shows
        self.dialog = dialog = LeavingDialog(self._icons, host, self._composer.window(), shows=shows)
        dialog.decided.connect(self._decide)
        dialog.destroyed.connect(self._on_closed)
        work = partial(self._leaving.found_in_question, question, turns)
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

    @Slot(object)
    def _decide(self, choice: LeavingChoice) -> None:
        if self._asked is None:
            return
        texts = RemoteTexts.ASKED
        if choice.always:
            texts = RemoteTexts.REPLACED if choice.replaces else RemoteTexts.AS_IS
        self.chosen.emit("remote.texts", texts)
        if self._shows:
            self.chosen.emit("remote.images", RemoteImages.SENT)
        id = self._asked.conversation_id
        work = partial(self._leaving.send_as_is, id)
        if choice.replaces:
            work = partial(self._leaving.decide, id, choice.replaced, choice.as_is)
        self._do(work, partial(self._send, self._asked))

    @Slot(object)
    def _send(self, asked: Question) -> None:
        self._agreed = asked
        self._composer.submit()
        self._agreed = None

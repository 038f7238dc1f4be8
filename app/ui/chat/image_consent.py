"""Before a question with images goes to a server: that they go there as they are is agreed to, unless that was
decided."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from app.core.conversations.conversation import Question, Turn
from app.core.settings import RemoteImages
from app.services.models.models import Models
from app.ui.chat.composer import Composer
from app.ui.kit.bridge import Bridge
from app.ui.kit.presenter import Presenter

if TYPE_CHECKING:
    from app.ui.chat.image_consent_dialog import ImagesLeave


def undecided_host(models: Models, question: Question, turns: Iterable[Turn] = ()) -> str:
    """The server that a person has to be asked about before images of this question, or of those before it, go there;
    empty where there is none, or that was decided."""
    shows = bool(question.images) or any(turn.question.images for turn in turns)
    return models.host() if shows and models.remote_images() is RemoteImages.UNDECIDED else ""


class ImageConsent(Presenter):
    """Stands between a question that is sent, and what asks it. `chosen`: a setting is to have another value."""

    chosen = Signal(str, object)

    def __init__(self, models: Models, bridge: Bridge, composer: Composer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._models, self._bridge, self._composer = models, bridge, composer
        self._asked: Question | None = None
        self._agreed: Question | None = None
        self.dialog: ImagesLeave | None = None

    def may_ask(self, question: Question, turns: tuple[Turn, ...]) -> bool:
        """Whether a question can be sent. Else the person is asked, and once it is agreed the question is sent
        again."""
        if not (host := undecided_host(self._models, question, turns)):
            return True
        agreed, self._agreed = self._agreed, None
        if agreed == question:
            return True
        from app.ui.chat.image_consent_dialog import ImagesLeave  # when it is opened

        self._asked = question
        self.dialog = dialog = ImagesLeave(host, self._composer.window())
        dialog.accepted.connect(self._agree)
        dialog.open()
        return False

    @Slot()
    def _agree(self) -> None:
        if self._asked is not None:
            self.chosen.emit("remote.images", RemoteImages.SENT)
            self._do(self._models.host, partial(self._send, self._asked))  # once that is kept

    def _send(self, asked: Question) -> None:
        self._agreed = asked
        self._composer.submit()
        self._agreed = None

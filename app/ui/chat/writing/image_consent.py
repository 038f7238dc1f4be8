"""Asks the person, before a question with images goes to a server, to agree that they go there as they are; a decision
in the settings makes that needless."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from app.core.settings import RemoteImages
from app.services.models.models import Models
from app.ui.chat.submission import GoOn, Submission
from app.ui.chat.writing.composer import Composer
from app.ui.kit.presenter import Presenter
from app.ui.kit.window_context import WindowContext

if TYPE_CHECKING:
    from app.ui.chat.writing.image_consent_dialog import ImagesLeave


def undecided_host(models: Models, submission: Submission) -> str:
    """Return the server that a person has to be asked about before images of this question, or of those before it, go
    there; empty if there is none, or that was decided."""
    shows = bool(submission.question.images) or any(turn.question.images for turn in submission.turns)
    return models.host() if shows and models.remote_images() is RemoteImages.UNDECIDED else ""


class ImageConsent(Presenter):
    """A gate for questions. `chosen` tells that a setting is to have another value."""

    chosen = Signal(str, object)

    def __init__(self, context: WindowContext, composer: Composer) -> None:
        super().__init__(context.parent)
        self._models, self._bridge, self._composer = context.desk.models, context.bridge, composer
        self.dialog: ImagesLeave | None = None

    def look_through(self, submission: Submission, go_on: GoOn) -> None:
        if not (host := undecided_host(self._models, submission)):
            go_on(submission)
            return
        from app.ui.chat.writing.image_consent_dialog import ImagesLeave  # when it is opened

        self.dialog = dialog = ImagesLeave(host, self._composer.window())
        dialog.accepted.connect(partial(self._agree, partial(go_on, submission)))
        dialog.open()

    def _agree(self, go_on: Callable[[], None]) -> None:
        self.chosen.emit("remote.images", RemoteImages.SENT)
        self._do(self._models.host, go_on)  # once that is kept

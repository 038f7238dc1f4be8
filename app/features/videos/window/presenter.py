"""Videos that are given for the next question: a person chooses frames of one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Signal, Slot

from app.core.conversations.image import MOST_IN_QUESTION
from app.features.videos.service import Videos
from app.ui.kit.presenter import Presenter
from app.ui.workspace import Workspace
from app.wording.i18n import _
from app.wording.units import count, printable

if TYPE_CHECKING:
    from app.features.videos.window.dialog import VideoDialog


class VideosPresenter(Presenter):
    frames_taken = Signal(object)  # tuple[Image, ...]
    use_changed = Signal()  # of the context

    def __init__(self, videos: Videos, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._videos = videos
        self._bridge = workspace.bridge
        self._attachments = workspace.attachments
        self._shown = workspace.shown
        self._window = workspace.window
        self._waiting: list[Path] = []
        self.dialog: VideoDialog | None = None
        self.frames_taken.connect(self._attachments.add_all)
        self._window.closing.connect(self.stop)

    @Slot(list)
    def take(self, paths: list[Path]) -> None:
        """Let the person choose frames of these, as far as the question has room for any."""
        self._waiting += paths
        self._open_next()

    @Slot()
    def stop(self) -> None:
        """Close what is open, and open nothing of what waits."""
        self._waiting = []
        if self.dialog is not None and shiboken6.isValid(self.dialog):
            self.dialog.reject()

    def free_tokens(self) -> int | None:
        """Return how many tokens of the context are free beside what is on the desk and attached; None while nobody
        knows."""
        use = self._shown.use
        if use is None:
            return None
        return max(0, use.context_tokens - use.used_tokens - self._attachments.tokens)

    def _open_next(self) -> None:
        if not self._waiting or (self.dialog is not None and shiboken6.isValid(self.dialog)):
            return
        room = self._attachments.room
        if room < 1:
            names, self._waiting = ", ".join(printable(path.name) for path in self._waiting), []
            words = _(
                "A question can have up to {n} images, and this one already has them. Remove some, then add frames of"
                " the video again: {names}"
            )
            self.failed.emit(words.format(n=count(MOST_IN_QUESTION), names=names))
            return
        path = self._waiting.pop(0)
        from app.features.videos.window.dialog import VideoDialog  # when it is opened

        self.dialog = VideoDialog(path.name, self._window)

        from app.features.videos.window.frame_choice import FrameChoice  # when it is opened

        choice = FrameChoice(
            self._videos,
            self._bridge,
            self.dialog,
            path,
            most=room,
            free_tokens=self.free_tokens,
            blindness=self._attachments.blindness,
            parent=self,
        )
        self.use_changed.connect(choice.measure)
        choice.taken.connect(self.frames_taken)
        choice.ended.connect(self._on_ended)
        self.dialog.open()

    @Slot()
    def _on_ended(self) -> None:
        self.dialog = None
        self._open_next()

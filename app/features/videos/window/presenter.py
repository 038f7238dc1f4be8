"""Videos that are given for the next question: a person chooses frames of one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import Signal, Slot

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

    def __init__(self, workspace: Workspace, videos: Videos) -> None:
        super().__init__(workspace.parent)
        self._videos = videos
        self._workspace = workspace
        self._attachments = workspace.attachments
        self._window = workspace.window
        self._waiting: list[Path] = []
        self.dialog: VideoDialog | None = None
        self.frames_taken.connect(self._attachments.add_all)
        self._window.closing.connect(self.stop)

    @Slot(list)
    def take(self, paths: list[Path]) -> None:
        """Let the person choose frames of these videos, as far as the question has room for any."""
        self._waiting += paths
        self._open_next()

    @Slot()
    def stop(self) -> None:
        """Close what is open, and open nothing of what waits."""
        self._waiting = []
        if self.dialog is not None and shiboken6.isValid(self.dialog):
            self.dialog.reject()

    def _open_next(self) -> None:
        if not self._waiting or (self.dialog is not None and shiboken6.isValid(self.dialog)):
            return
        if self._attachments.room < 1:
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

        choice = FrameChoice(self._workspace, self._videos, self.dialog, path)
        self.use_changed.connect(choice.measure)
        choice.taken.connect(self.frames_taken)
        choice.ended.connect(self._on_ended)
        self.dialog.open()

    @Slot()
    def _on_ended(self) -> None:
        self.dialog = None
        self._open_next()

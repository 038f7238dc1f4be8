"""Videos that are given for the next question: a person chooses frames of one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, Signal, Slot

from app.core.image import MOST_IN_QUESTION
from app.services.images import Videos
from app.ui.bridge import Bridge
from app.ui.chat.attachments_presenter import AttachmentsPresenter
from app.ui.main_window import MainWindow
from app.ui.presenter import Presenter
from app.ui.shelf.file_import import FileImport
from app.ui.shown import Shown
from app.wording.i18n import _
from app.wording.units import count, printable

if TYPE_CHECKING:
    from app.ui.video.dialog import VideoDialog


class VideosPresenter(Presenter):
    frames_taken = Signal(object)  # tuple[Image, ...]
    use_changed = Signal()  # of the context

    def __init__(
        self,
        videos: Videos,
        bridge: Bridge,
        files: FileImport,
        attachments: AttachmentsPresenter,
        shown: Shown,
        window: MainWindow,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._videos = videos
        self._bridge = bridge
        self._attachments = attachments
        self._shown = shown
        self._window = window
        self._waiting: list[Path] = []
        self.dialog: VideoDialog | None = None
        files.videos_given.connect(self.take)
        self.frames_taken.connect(attachments.add_all)
        window.closing.connect(self.stop)

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
        """Of the context, beside what is on the desk and attached; None while nobody knows."""
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
        from app.ui.video.dialog import VideoDialog  # when it is opened

        self.dialog = VideoDialog(path.name, self._window)

        from app.ui.video.frame_choice import FrameChoice  # when it is opened

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

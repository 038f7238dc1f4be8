"""Videos in a window: files that are given for the next question, frames of which a person chooses."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from app.features.videos.reading import kinds
from app.ui.kit.file_kind import ChoosingWords, DroppingWords, GivenKind
from app.ui.window_feature import WindowFeature
from app.ui.workspace import Workspace
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.features.videos.service import Videos
    from app.features.videos.window.presenter import VideosPresenter


class VideosWindow(WindowFeature):
    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._service: Videos | None = None

    @cached_property
    def videos(self) -> VideosPresenter:
        from app.features.videos.service import videos_of  # when a video is given first
        from app.features.videos.window.presenter import VideosPresenter

        self._service = videos_of(self._workspace.desk)
        made = VideosPresenter(self._workspace, self._service)
        made.failed.connect(self._workspace.window.tell)
        self._workspace.events.context_measured.connect(made.use_changed)
        return made

    def take(self, paths: list[Path]) -> None:
        """Let a person choose frames of these videos."""
        self.videos.take(paths)

    def file_kind(self) -> GivenKind:
        return GivenKind(
            endings=kinds.ENDINGS,
            head_bytes=kinds.HEAD_BYTES,
            is_one=kinds.is_video,
            take=self.take,
            choosing=ChoosingWords(
                command=_("Show the model an image or a video…"),
                tip=_("Show the model an image, or frames of a video"),
                title=_("Show the model images or videos"),
                kinds=_("Images and videos ({patterns})"),
            ),
            dropping=DroppingWords(
                one=_("frames of “{name}”"),
                several=_("{n} images and videos"),
                detail=_("You choose which frames of a video become part of your next question"),
            ),
        )

    def end(self) -> None:
        if self._service is not None:
            self._service.close()

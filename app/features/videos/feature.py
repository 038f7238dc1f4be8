"""Videos: frames of one are chosen by a person and shown to the model as images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.feature import Feature

if TYPE_CHECKING:
    from app.ui.window_feature import WindowFeature
    from app.ui.workspace import Workspace


def _window(workspace: Workspace) -> WindowFeature:
    from app.features.videos.window.videos import VideosWindow

    return VideosWindow(workspace)


VIDEOS = Feature(name="videos", window=_window)

"""Printing: pages of the open book and the shown conversation on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.feature import Feature

if TYPE_CHECKING:
    from app.ui.window_feature import WindowFeature
    from app.ui.workspace import Workspace


def _window(workspace: Workspace) -> WindowFeature:
    from app.features.printing.window.printing import PrintingWindow

    return PrintingWindow(workspace)


PRINTING = Feature(name="printing", window=_window)

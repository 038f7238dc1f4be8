"""Tables: lists of questions that are asked of many documents, each question as if it were the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.feature import Feature

if TYPE_CHECKING:
    from app.ui.window_feature import WindowFeature
    from app.ui.workspace import Workspace


def _window(workspace: Workspace) -> WindowFeature:
    from app.features.tables.window.tables import TablesWindow

    return TablesWindow(workspace)


TABLES = Feature(name="tables", window=_window)

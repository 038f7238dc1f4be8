"""The context of a window, with its frame: for what is shown in there, unfolds it, or says something at its top."""

from __future__ import annotations

from dataclasses import dataclass

from app.ui.frame.main_window import MainWindow
from app.ui.kit.handbook import Handbook
from app.ui.kit.window_context import WindowContext


@dataclass(frozen=True)
class FrameContext(WindowContext):
    """The parts of a window that its presenters work on. `handbook` is the document that is open at the first start."""

    window: MainWindow
    handbook: Handbook

"""An area of the window: its presenters, joined with each other and with what happens elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from PySide6.QtCore import QObject, SignalInstance

from app.ui.frame.frame_context import FrameContext


class Telling(Protocol):
    """A part of the window that says what went wrong with it."""

    failed: SignalInstance


class WindowArea(QObject):
    """A part of the window in which nothing is decided: signals of one presenter are connected to those whom they
    concern. An area knows those that were made before it, and hears of the others by `WindowContext.events`."""

    def __init__(self, context: FrameContext) -> None:
        super().__init__(context.parent)
        self._context, self._window = context, context.window

    def _let_tell(self, presenters: Iterable[Telling]) -> None:
        """Let the window say at its top what goes wrong with these presenters."""
        for presenter in presenters:
            presenter.failed.connect(self._window.tell)

"""Keeps what lies open in the window in its desk: at the end, and while it changes, since no crash is announced."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QTimer, Slot

from app.core.errors import AppError, Problem
from app.ui.kit.bridge import Bridge, Executor
from app.ui.kit.frame_state import WindowState

if TYPE_CHECKING:
    from app.services.services import Services

INTERVAL_MS = 5_000

_NAME = "window"


def stored_state(desk: Services) -> WindowState:
    """Return what lay open when the desk was left. Nothing did if another version of the program wrote it. Raises
    AppError."""
    blob = desk.own_settings.get_blob(_NAME)
    if blob is not None:
        with contextlib.suppress(msgspec.MsgspecError):
            return msgspec.msgpack.decode(blob, type=WindowState)
    return WindowState()


class KeptState(QObject):
    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._desk: Services | None = None
        self._state: Callable[[], WindowState] = WindowState
        self._stored = b""
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self._keep_changes)

    def follow(self, desk: Services, state: Callable[[], WindowState]) -> None:
        """Keep what `state` returns in this desk from now on."""
        self._desk, self._state, self._stored = desk, state, b""
        self._timer.start()

    def leave(self) -> None:
        """Keep it a last time, and follow no longer. A disk that is full loses it."""
        self._timer.stop()
        if self._desk is not None:
            with contextlib.suppress(AppError):
                self._desk.own_settings.set_blob(_NAME, msgspec.msgpack.encode(self._state()))
        self._desk, self._state = None, WindowState

    @Slot()
    def _keep_changes(self) -> None:
        state = msgspec.msgpack.encode(self._state())
        if self._desk is not None and state != self._stored:
            self._stored = state
            work = partial(self._desk.own_settings.set_blob, _NAME, state)
            self._bridge.do(Executor.STORE, work, self._ignore, self._forget)

    @Slot()
    def _ignore(self) -> None:
        """Do nothing: nobody waits for it."""

    @Slot(object)
    def _forget(self, _problem: Problem) -> None:
        """Try it again with the next change."""
        self._stored = b""

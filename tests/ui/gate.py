"""Where a script waits for its test."""

from __future__ import annotations

import threading

from app.core.work import Cancel

WAIT_S = 20.0
"""The longest that a script waits at a gate; a test that needs it fails."""


class Gate:
    """Where a script stops until the test opens it; `reached` tells that it waits there."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._open = threading.Event()

    def open(self) -> None:
        self._open.set()

    def wait(self, cancel: Cancel | None = None) -> None:
        if cancel is not None:
            cancel.on_request(self._open.set)
        self.reached.set()
        if not self._open.wait(WAIT_S):
            raise TimeoutError("nobody opened the gate")

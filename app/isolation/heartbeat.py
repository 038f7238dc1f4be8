"""A child's own side: its pipe to the desk, and what every child may say there."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any, Generic, TypeVar

import msgspec

from app.core.errors import Problem
from app.isolation.framing import Decoder, Encoder
from app.isolation.sandbox import Step

Incoming = TypeVar("Incoming")

_INTERVAL_S = 1.0


class Alive(msgspec.Struct, frozen=True, tag=True):
    """Sent every second. `stuck_s` is how long the work has been in its present step; 0 when it waits for orders."""

    stuck_s: float


class SandboxReady(msgspec.Struct, frozen=True, tag=True):
    """Sent once, first, by a reader: the sandbox is closed, and this is the step that is in force."""

    step: Step


class WireFailed(msgspec.Struct, frozen=True, tag="Failed"):
    """Answers an order that could not be carried out."""

    problem: Problem


class Port(Generic[Incoming]):
    """The pipe to the desk. Made once, first thing in a child.

    It moves the pipe away from stdin and stdout, so that native code that prints cannot garble a message: whatever
    is printed goes to stderr.
    """

    def __init__(self, incoming: Any) -> None:
        self._working_since: float | None = None
        receive_from, send_to = os.dup(0), os.dup(1)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        self._decoder: Decoder[Incoming] = Decoder(os.fdopen(receive_from, "rb"), incoming)
        self._encoder = Encoder(os.fdopen(send_to, "wb"))
        self._sending = threading.Lock()
        threading.Thread(target=self._live, name="pulse", daemon=True).start()

    def send(self, message: msgspec.Struct) -> None:
        with self._sending:
            self._encoder.send(message)

    def receive(self) -> Incoming | None:
        """The next order; None when the desk is gone or wants the child to end."""
        return self._decoder.receive()

    def step(self) -> None:
        """A new step of work begins: called between slices, tokens, pages, so that a hang can be told from work."""
        self._working_since = time.monotonic()

    def rest(self) -> None:
        """The work is done; waiting for orders is not a hang."""
        self._working_since = None

    def _live(self) -> None:
        while True:
            since = self._working_since
            try:
                self.send(Alive(0.0 if since is None else time.monotonic() - since))
            except OSError:
                os._exit(0)  # the desk is gone: nobody is left to work for
            time.sleep(_INTERVAL_S)

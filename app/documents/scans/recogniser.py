"""The desk's side of recognition: one process that is given pictures, started when there is the first."""

from __future__ import annotations

import time
from concurrent.futures import Executor

import msgspec

from app.core.cancel import Cancel
from app.core.document import PageImage, Recognition
from app.documents.scans.protocol import Event, Recognise, Recognised, Started, Working
from app.isolation import sandbox
from app.isolation.child import Child, ChildDied, command
from app.isolation.limits import READER_MEMORY_BYTES
from app.isolation.sandbox import Step

PAGE_CPU_S = 120
"""Processor time for each page that is to be recognised, a backstop: a full one takes 6 to 10 seconds."""

PROGRESS_LIMIT_S = 60.0
"""How long a few lines may take, or finding them: seconds on a busy machine."""

START_LIMIT_S = 120.0
"""How long loading the libraries and models may take: two seconds, far longer from a slow disk on a busy machine."""

_POLL_S = 0.05


class NotRecognised(Exception):
    """The process died of a picture, hung, or could not be started; the next picture gets a new one."""


class RecogniserLimits(msgspec.Struct, frozen=True):
    progress_s: float = PROGRESS_LIMIT_S
    memory_bytes: int = READER_MEMORY_BYTES
    page_cpu_s: int = PAGE_CPU_S


class Recogniser:
    """One picture at a time."""

    def __init__(self, step: Step, limits: RecogniserLimits, pages: int, starter: Executor) -> None:
        """`pages` is the most that it will be given. Its process ends with the thread of `starter` that starts it."""
        self.reached: Step | None = None
        self._limits = limits
        self._starter = starter
        arguments = (step.value, str(limits.memory_bytes), str(limits.page_cpu_s * max(1, pages)))
        self._argv = sandbox.wrap(command("app.documents.scans.worker", *arguments), step)
        self._child: Child[Event] | None = None

    def recognise(self, image: PageImage, cancel: Cancel) -> Recognition | None:
        """None once `cancel` is asked, and the process ends. Raises NotRecognised."""
        try:
            if self._child is None:
                self._child = self._start()
            self._child.send(Recognise(image))
            return self._await(self._child, cancel)
        except (ChildDied, OSError) as error:
            self.close()
            raise NotRecognised from error

    def close(self) -> None:
        """End the process at once; a later picture would start a new one."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _start(self) -> Child[Event]:
        self.reached = None
        return self._starter.submit(
            Child[Event],
            self._argv,
            Event,
            stall_limit_s=self._limits.progress_s,
            env=sandbox.environment(),
        ).result()

    def _await(self, child: Child[Event], cancel: Cancel) -> Recognition | None:
        last_sign = time.monotonic()
        while not cancel.requested:
            event = child.receive(_POLL_S)
            match event:
                case None:
                    if time.monotonic() - last_sign > (self._limits.progress_s if self.reached else START_LIMIT_S):
                        break
                    continue
                case Started(step):
                    self.reached = step
                case Working():
                    pass
                case Recognised(text, confidence) if 0 <= confidence <= 1:
                    return Recognition(text, confidence)
                case Recognised():
                    break
            last_sign = time.monotonic()
        self.close()
        if cancel.requested:
            return None
        raise NotRecognised

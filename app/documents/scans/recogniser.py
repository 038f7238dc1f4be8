"""The desk's side of recognition: one process that is given pictures, started when there is the first."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Executor

import msgspec

from app.core.cancel import Cancel
from app.core.document import Recognition
from app.core.image import Raster
from app.documents.scans.protocol import Event, Recognise, Recognised, Started, Working
from app.isolation import sandbox
from app.isolation.child import Child, ChildDied
from app.isolation.limits import READER_MEMORY_BYTES
from app.isolation.program import command
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
        self._limits = limits
        self._starter = starter
        arguments = (step.value, str(limits.memory_bytes), str(limits.page_cpu_s * max(1, pages)))
        self._argv = sandbox.wrap(command("app.documents.scans.worker", *arguments), step)
        self._child: Child[Event] | None = None

    def recognise(self, image: Raster, cancel: Cancel) -> Recognition | None:
        """None once `cancel` is asked, and the process ends. Raises NotRecognised."""
        try:
            child = self._child or self._start(cancel)
            if child is not None:
                child.send(Recognise(image))
                for event in self._events(child, cancel, self._limits.progress_s):
                    match event:
                        case Working():
                            continue
                        case Recognised(text, confidence) if 0 <= confidence <= 1:
                            return Recognition(text, confidence)
                    raise NotRecognised
        except (ChildDied, OSError) as error:
            self.close()
            raise NotRecognised from error
        except NotRecognised:
            self.close()
            raise
        self.close()
        return None

    def close(self) -> None:
        """End the process at once; a later picture would start a new one."""
        if self._child is not None:
            self._child.kill()
            self._child = None

    def _start(self, cancel: Cancel) -> Child[Event] | None:
        """Wait until it is ready: a picture sent before would fill the pipe, and hold up whoever cancels."""
        self._child = self._starter.submit(
            Child[Event],
            self._argv,
            Event,
            stall_limit_s=self._limits.progress_s,
            env=sandbox.environment(),
        ).result()
        for event in self._events(self._child, cancel, START_LIMIT_S):
            if isinstance(event, Started):
                return self._child
            raise NotRecognised
        return None

    def _events(self, child: Child[Event], cancel: Cancel, patience_s: float) -> Iterator[Event]:
        """What it says, until `cancel` is asked. Raises ChildDied, and NotRecognised when it is silent for too long."""
        last_sign = time.monotonic()
        while not cancel.requested:
            event = child.receive(_POLL_S)
            if event is not None:
                yield event
                last_sign = time.monotonic()
            elif time.monotonic() - last_sign > patience_s:
                raise NotRecognised

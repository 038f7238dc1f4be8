"""A reader process seen from the desk: what is asked of it, what may be believed of its answers, how it died."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any, Generic, TypeVar

import msgspec

from app.core.cancel import Cancel
from app.core.errors import AppError, Code, Problem
from app.core.events import Opening
from app.core.image import Raster
from app.isolation import sandbox
from app.isolation.child import SILENCE_LIMIT_S, Cause, Child, ChildDied
from app.isolation.limits import READER_CPU_S, READER_MEMORY_BYTES
from app.isolation.program import command
from app.isolation.sandbox import Step

PROGRESS_LIMIT_S = 60.0
"""How long a reader may work without anything to show for it: the slowest sound page takes a few seconds."""

START_LIMIT_S = 120.0
"""How long a reader may take to load its libraries: about a second, far longer from a slow disk on a busy machine."""

NO_FILE = -1
"""In place of a file descriptor, on the command line: the process is given no file."""

_POLL_S = 0.05
_SHELL_SIGNALS = 128  # bubblewrap reports a signal that ended the child as this plus its number

Answer = TypeVar("Answer")
Findings = Mapping[Code, Mapping[str, type[str] | type[int]]]


class ReaderLimits(msgspec.Struct, frozen=True):
    """What one file may cost before it is given up."""

    progress_s: float = PROGRESS_LIMIT_S
    silence_s: float = SILENCE_LIMIT_S
    memory_bytes: int = READER_MEMORY_BYTES
    cpu_s: int = READER_CPU_S


class Ready(msgspec.Struct, frozen=True, tag=True):
    """Sent once, first: the sandbox is closed, and this is the step that is in force."""

    step: Step


class WireFailed(msgspec.Struct, frozen=True, tag="Failed"):
    problem: Problem


def step_to_ask_for(asked: Step | None) -> Step:
    """`asked`, or the highest: a system that offers half of Landlock's step gets that half."""
    step = asked or sandbox.probe()
    return Step.LANDLOCK if asked is None and step is Step.RLIMITS else step


class ReaderProcess(Generic[Answer]):
    """A process that carries out one order at a time; `kill` may come from any thread."""

    def __init__(
        self,
        module: str,
        fds: Sequence[int],
        step: Step,
        limits: ReaderLimits,
        events: Any,
        findings: Findings,
        starter: Executor,
    ) -> None:
        """Run `module`, which gets the open files `fds`, on a thread of `starter`: it ends with that thread.

        `events`: the (union) type of all that it says. `findings`: what it may say went wrong, and the parameters that
        come with each. Raises OSError when no process could be started.
        """
        self.reached: Step | None = None
        self._limits = limits
        self._findings = findings
        files = ",".join(map(str, fds or (NO_FILE,)))
        arguments = (step.value, files, str(limits.memory_bytes), str(limits.cpu_s))
        self._child: Child[Opening | Ready | WireFailed | Answer] = starter.submit(
            Child[Opening | Ready | WireFailed | Answer],
            sandbox.wrap(command(module, *arguments), step),
            events,
            stall_limit_s=limits.progress_s,
            silence_limit_s=limits.silence_s,
            pass_fds=fds,
            env=sandbox.environment(),
        ).result()

    @property
    def alive(self) -> bool:
        return self._child.death is None

    def kill(self) -> None:
        """End the process at once; its memory is back when this returns."""
        self._child.kill()

    def ask(self, order: msgspec.Struct, path: str) -> Answer | None:
        """The answer to an order that is carried out at once. Raises AppError as `converse` does."""
        for event in self.converse(order, path, None):
            if not isinstance(event, Opening):
                return event
        return None

    def converse(self, order: msgspec.Struct, path: str, cancel: Cancel | None) -> Iterator[Opening | Answer]:
        """Yield the progress, then the answer; once `cancel` is asked nothing more, and the process ends.

        Raises AppError: what the reader found, or how it died. `path` names the file in it.
        """
        try:
            self._child.send(order)
            last_sign = time.monotonic()
            while cancel is None or not cancel.requested:
                event = self._child.receive(_POLL_S)
                match event:
                    case None:
                        patience_s = self._limits.progress_s if self.reached else START_LIMIT_S
                        if time.monotonic() - last_sign > patience_s:
                            self.kill()
                            raise AppError(Code.READER_TIMEOUT, path=path, seconds=math.ceil(patience_s))
                        continue
                    case Ready(step):
                        self.reached = step
                    case Opening():
                        yield event
                    case WireFailed(problem) if self._is_finding(problem):
                        named = {"path": path} if "path" in problem.params else {}  # it knows the file's name only
                        raise AppError(problem.code, **(problem.params | named))
                    case WireFailed():
                        raise unbelievable(path)
                    case _:
                        yield event
                        return
                last_sign = time.monotonic()
            self.kill()
        except ChildDied as died:
            raise self._explain(died, path) from died

    def _is_finding(self, problem: Problem) -> bool:
        return {name: type(value) for name, value in problem.params.items()} == self._findings.get(problem.code)

    def _explain(self, died: ChildDied, path: str) -> AppError:
        ended_by = died.detail if died.cause is Cause.SIGNAL else 0
        if died.cause is Cause.EXITED and died.detail > _SHELL_SIGNALS:
            ended_by = died.detail - _SHELL_SIGNALS
        match died.cause:
            case Cause.OUT_OF_MEMORY:
                return AppError(Code.READER_OUT_OF_MEMORY, path=path)
            case Cause.HUNG:
                return AppError(Code.READER_TIMEOUT, path=path, seconds=died.detail)
            case Cause.EXITED if not ended_by:
                return AppError(Code.BUG, where=f"reader exited with {died.detail}")
        if ended_by == getattr(signal, "SIGXCPU", -1):
            return AppError(Code.READER_TIMEOUT, path=path, seconds=self._limits.cpu_s)
        return AppError(Code.READER_CRASHED, path=path, signal=ended_by)


# A reader that a file has taken over may say anything: nothing that later code relies on is taken on trust.


def unbelievable(path: str) -> AppError:
    """For an answer that no sound reader gives."""
    return AppError(Code.READER_CRASHED, path=path, signal=0)


def is_whole(image: Raster) -> bool:
    """Whether there are as many pixels as it claims."""
    return min(image.width, image.height) >= 1 and len(image.rgb) == image.width * image.height * 3

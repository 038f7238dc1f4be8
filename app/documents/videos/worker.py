"""The process in which one video is decoded.

`python -P -m app.documents.videos.worker STEP FD MEMORY_BYTES CPU_S`: FD is the video, opened by the desk.
"""

from __future__ import annotations

import math
import sys
import time
import traceback
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from app.core.errors import AppError, Code, Problem
from app.core.events import Opening
from app.documents.videos import container
from app.documents.videos.decoding import OpenVideo
from app.documents.videos.protocol import Draw, Drawn, Event, Order, Survey
from app.documents.videos.survey import survey
from app.isolation import limits, sandbox
from app.isolation.process import Ready, WireFailed
from app.isolation.pulse import Port

OUT_OF_MEMORY = WireFailed(Problem(Code.READER_OUT_OF_MEMORY, {"path": ""}))
"""Made in time."""

_TELL_S, _REPEAT_S = 0.1, 5.0


class Work:
    """Carries out orders on one file. `tell` is given progress, `step` is called between pieces of work."""

    def __init__(self, file: FileIO, tell: Callable[[Opening], None], step: Callable[[], None]) -> None:
        self._file = file
        self._tell = tell
        self._step = step
        self._video: OpenVideo | None = None
        self._told = Opening(0, 0)
        self._told_at = math.inf
        """Infinite but in a survey."""

    def carry_out(self, order: Order) -> Event:
        """Whatever happens becomes an event."""
        try:
            if self._video is None:
                self._video = OpenVideo(self._file, self._alive)
            match order:
                case Survey():
                    self._told_at = 0.0
                    return survey(self._video, self._progress)
                case Draw(time_s, side):
                    return Drawn(self._video.raster(time_s, side))
        except AppError as error:
            return WireFailed(error.problem)
        except MemoryError:
            return OUT_OF_MEMORY
        except Exception as error:
            traceback.print_exc()  # to the void, unless OCTAVO_DEBUG connects it
            return WireFailed(Problem(Code.BUG, {"where": _where(error)}))
        finally:
            self._told_at = math.inf

    def _alive(self) -> None:
        """A survey that finds nothing for a while is at work all the same: it has its own end."""
        self._step()
        if time.monotonic() - self._told_at >= _REPEAT_S:
            self._say(self._told)

    def _progress(self, done_s: float, total_s: float) -> None:
        self._told = Opening(max(0, int(done_s)), int(total_s))
        if time.monotonic() - self._told_at >= _TELL_S:
            self._say(self._told)

    def _say(self, opening: Opening) -> None:
        self._told_at = time.monotonic()
        self._tell(opening)


def _where(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno} {type(error).__name__}"


def main(step: str, fd: str, memory_bytes: str, cpu_s: str) -> None:
    limits.confine(limits.Limits(memory_bytes=int(memory_bytes), cpu_s=int(cpu_s)))
    container.get_ready()
    reached = sandbox.lock(sandbox.Step(step))
    port: Port[Order] = Port(Order)  # starts a thread, so that it comes after the lock
    limits.seal()
    port.send(Ready(reached))
    work = Work(FileIO(int(fd)), port.send, port.step)
    while (order := port.receive()) is not None:
        port.step()
        event = work.carry_out(order)
        try:
            port.send(event)
        except MemoryError:  # there was room for the pixels, but not for their copy in the message
            del event
            port.send(OUT_OF_MEMORY)
        port.rest()


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The process in which one video is decoded.

Its command line is that of `isolation.worker_main.enter`; its file is the video, opened by the desk.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from io import FileIO

from app.core.conversations.events import Opening
from app.features.videos.reading import container
from app.features.videos.reading.decoding import OpenVideo
from app.features.videos.reading.protocol import Draw, DrawnFrame, Event, Order, SurveyVideo
from app.features.videos.reading.survey import survey
from app.isolation import worker_main

_SEND_S, _REPEAT_S = 0.1, 5.0


class VideoWork:
    """Carries out orders on one file. `send` is given progress, `step` is called between pieces of work."""

    def __init__(self, file: FileIO, send: Callable[[Opening], None], step: Callable[[], None]) -> None:
        self._file = file
        self._send = send
        self._step = step
        self._video: OpenVideo | None = None
        self._latest = Opening(0, 0)
        self._sent_at = math.inf
        """The moment at which progress was sent last; infinite but in a survey."""

    def carry_out(self, order: Order) -> Event:
        """Carry out an order, and make an event of whatever happens."""
        event: Event = worker_main.attempt(lambda: self._carry_out(order))
        self._sent_at = math.inf
        return event

    def _carry_out(self, order: Order) -> Event:
        if self._video is None:
            self._video = OpenVideo(self._file, self._alive)
        match order:
            case SurveyVideo():
                self._sent_at = 0.0
                return survey(self._video, self._progress)
            case Draw(time_s, side):
                return DrawnFrame(self._video.raster(time_s, side))

    def _alive(self) -> None:
        """Say that a survey is still at work that finds nothing for a while: it has its own end."""
        self._step()
        if time.monotonic() - self._sent_at >= _REPEAT_S:
            self._say(self._latest)

    def _progress(self, done_s: float, total_s: float) -> None:
        self._latest = Opening(max(0, int(done_s)), int(total_s))
        if time.monotonic() - self._sent_at >= _SEND_S:
            self._say(self._latest)

    def _say(self, opening: Opening) -> None:
        self._sent_at = time.monotonic()
        self._send(opening)


def main(*arguments: str) -> None:
    port, (fd,) = worker_main.enter(Order, arguments, get_ready=container.get_ready)
    work = VideoWork(FileIO(fd), port.send, port.step)
    worker_main.serve(port, work.carry_out)


if __name__ == "__main__":
    main(*sys.argv[1:])

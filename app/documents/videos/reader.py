"""The desk's side of decoding a video: a process that is locked in as every reader is, and has no other file."""

from __future__ import annotations

import logging
import math
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from app.core.cancel import Cancel
from app.core.errors import AppError, Code
from app.core.events import Cancelled, Done, Failed, Opening
from app.core.image import Raster
from app.core.video import Video
from app.documents.files import open_document
from app.documents.videos.protocol import (
    MAX_DURATION_S,
    MAX_MOMENTS,
    MAX_SIDE,
    Draw,
    Drawn,
    Event,
    Survey,
    Surveyed,
    size_within,
)
from app.isolation.files import Version, look_at, printable
from app.isolation.process import Findings, ReaderLimits, ReaderProcess, is_whole, step_to_ask_for, unbelievable
from app.isolation.sandbox import Step

MEMORY_BYTES = 3 << 30
"""Memory that one video may take: a decoder of 8K holds up to 1.8 GB, and one frame of 4K as it is sent 0.1."""

CPU_S = 1_800
"""Processor time of one process, a backstop: a survey takes two minutes at most, a frame a second."""

MAX_FILE_BYTES = 1 << 40
"""Nothing of it is held in memory. A film as cinemas get it has 0.3 TB."""

_MODULE = "app.documents.videos.worker"
_FINDINGS: Findings = {
    Code.VIDEO_UNKNOWN: {"path": str},
    Code.VIDEO_EMPTY: {"path": str},
    Code.VIDEO_CODEC: {"path": str, "codec": str},
    Code.VIDEO_DAMAGED: {"path": str, "format": str},
    Code.VIDEO_LIMIT: {"path": str, "limit": str, "value": int},
    Code.FILE_UNREADABLE: {"path": str},
    Code.READER_OUT_OF_MEMORY: {"path": str},
    Code.BUG: {"where": str},
}

_Answer: TypeAlias = Surveyed | Drawn

_log = logging.getLogger("octavo.videos")


class _Opened:
    """A process and the video it has."""

    def __init__(self, path: Path, version: Version, process: ReaderProcess[_Answer]) -> None:
        self.path = path
        self.version = version
        self.process = process


class VideoReader:
    """Every method may be called from any thread.

    A video gets a process of its own, which is kept for the frames that are asked for after the survey, until another
    video is opened or `release`.
    """

    def __init__(self, step: Step | None = None, limits: ReaderLimits | None = None) -> None:
        """`step` None takes the highest that this system offers."""
        self._asked = step
        self._limits = limits or ReaderLimits(memory_bytes=MEMORY_BYTES, cpu_s=CPU_S)
        self._running: set[_Opened] = set()
        self._kept: _Opened | None = None
        self._surveyed: dict[Path, tuple[Version, tuple[int, int]]] = {}  # the last one, and the size of its frames
        self._keeping = threading.Lock()
        # A process ends with the thread that started it, so that none outlives the desk: this thread lives as long.
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="video-starter")

    def survey(self, path: Path, cancel: Cancel) -> Iterator[Opening | Done[Video] | Cancelled | Failed]:
        """Look through a video; Opening counts its seconds. Cancelling ends its process within a tenth of a second."""
        yield Opening(0, 0)
        opened: _Opened | None = None
        try:
            opened = self._start(path)
            for event in opened.process.converse(Survey(), printable(path), cancel):
                match event:
                    case Opening(done, total):
                        yield Opening(max(0, min(done, total or done)), max(0, total))
                    case Surveyed() if is_sound(event):
                        size = event.width, event.height
                        self._surveyed = {path: (opened.version, size)}
                        video = Video(printable(path.name), event.duration_s, *size, event.moments, event.complete)
                        self._keep(opened)
                        opened = None
                        yield Done(video)
                        return
                    case _:
                        raise unbelievable(printable(path))
            yield Cancelled()
        except AppError as error:
            yield self._failed(error)
        finally:
            if opened is not None:
                self._end(opened)

    def frames(
        self, path: Path, times: Sequence[float], side: int, cancel: Cancel
    ) -> Iterator[Opening | Done[tuple[Raster, ...]] | Cancelled | Failed]:
        """The frames that are seen at `times`, in that order, no side longer than `side`; Opening counts them.

        Fails with VIDEO_CHANGED where the file is not as it was surveyed.
        """
        yield Opening(0, len(times))
        opened: _Opened | None = None
        rasters: dict[int, Raster] = {}
        try:
            opened, size = self._take_out(path)
            # In the order of time, since the way back costs more.
            for place in sorted(range(len(times)), key=lambda place: times[place]):
                raster = self._frame(opened, Draw(times[place], side), size_within(*size, side), cancel)
                if raster is None:
                    yield Cancelled()
                    return
                rasters[place] = raster
                yield Opening(len(rasters), len(times))
            self._keep(opened)
            opened = None
            yield Done(tuple(rasters[place] for place in range(len(times))))
        except AppError as error:
            yield self._failed(error)
        finally:
            if opened is not None:
                self._end(opened)

    def release(self) -> None:
        """End the process that is kept."""
        with self._keeping:
            kept, self._kept = self._kept, None
        if kept is not None:
            self._end(kept)

    def close(self) -> None:
        """End every process; may be called twice, and nothing can be decoded afterwards."""
        for opened in list(self._running):
            self._end(opened)
        self._kept = None
        self._starter.shutdown()

    def _frame(self, opened: _Opened, order: Draw, size: tuple[int, int], cancel: Cancel) -> Raster | None:
        """None once `cancel` is asked. Raises AppError."""
        for event in opened.process.converse(order, printable(opened.path), cancel):
            match event:
                case Drawn(raster) if (raster.width, raster.height) == size and is_whole(raster):
                    return raster
                case _:
                    raise unbelievable(printable(opened.path))
        return None

    def _take_out(self, path: Path) -> tuple[_Opened, tuple[int, int]]:
        """A process that has the file as it was surveyed, for the caller alone, and the size of the frames."""
        surveyed = self._surveyed.get(path)
        if surveyed is None or look_at(path) != surveyed[0]:
            raise AppError(Code.VIDEO_CHANGED, path=printable(path))
        version, size = surveyed
        with self._keeping:
            kept, self._kept = self._kept, None
        if kept is not None:
            if kept.path == path and kept.version == version and kept.process.alive:
                return kept, size
            self._end(kept)
        opened = self._start(path)
        if opened.version != version:
            self._end(opened)
            raise AppError(Code.VIDEO_CHANGED, path=printable(path))
        return opened, size

    def _keep(self, opened: _Opened) -> None:
        with self._keeping:
            before, self._kept = self._kept, opened
        if before is not None:
            self._end(before)

    def _start(self, path: Path) -> _Opened:
        file = open_document(path, MAX_FILE_BYTES)
        try:
            process: ReaderProcess[_Answer] = ReaderProcess(
                _MODULE, (file.fd,), step_to_ask_for(self._asked), self._limits, Event, _FINDINGS, self._starter
            )
        except OSError as error:
            raise AppError(Code.READER_OUT_OF_MEMORY, path=printable(path)) from error
        finally:
            os.close(file.fd)
        opened = _Opened(path, file.version, process)
        self._running.add(opened)
        return opened

    def _end(self, opened: _Opened) -> None:
        opened.process.kill()
        self._running.discard(opened)

    def _failed(self, error: AppError) -> Failed:
        _log.warning("not taken: %s", error.code.value)
        return Failed(error.problem)


# A process that a video has taken over may say anything: nothing that later code relies on is taken on trust.


def is_sound(found: Surveyed) -> bool:
    times = [moment.time_s for moment in found.moments]
    return (
        0.0 < found.duration_s <= MAX_DURATION_S
        and 1 <= found.width <= MAX_SIDE
        and 1 <= found.height <= MAX_SIDE
        and 1 <= len(times) <= MAX_MOMENTS
        and all(math.isfinite(moment.change) and 0.0 <= moment.change <= 1.0 for moment in found.moments)
        and all(earlier < later for earlier, later in pairwise(times))
        and times[0] >= 0.0
        and times[-1] <= found.duration_s
    )

"""The desk's side of decoding a video: a process that is locked in as every reader is, and has no other file."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from app.core.conversations.events import Opening
from app.core.conversations.image import Raster
from app.core.errors import AppError, Code
from app.core.work import Cancel, Work, finish
from app.documents.files import open_document
from app.features.videos.data import Video
from app.features.videos.reading.protocol import (
    MAX_DURATION_S,
    MAX_MOMENTS,
    MAX_SIDE,
    Draw,
    DrawnFrame,
    Event,
    SurveyVideo,
    VideoSurveyed,
    size_within,
)
from app.isolation.client import (
    Findings,
    ReaderClient,
    ReaderKind,
    ReaderLimits,
    ReaderProcess,
    is_whole,
    logged,
    unbelievable,
)
from app.isolation.files import Version, look_at, printable
from app.isolation.sandbox import Step

MEMORY_BYTES = 3 << 30
"""The memory that one video may take: a decoder of 8K holds up to 1.8 GB, and one frame of 4K as it is sent 0.1."""

CPU_S = 1_800
"""The processor time of one process, in seconds. It is a backstop: a survey takes two minutes at most, a frame a
second."""

MAX_FILE_BYTES = 1_000_000_000_000
"""The largest file of a video. Nothing of it is held in memory; a film as cinemas get it has 0.3 TB."""

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

_KIND = ReaderKind("app.features.videos.reading.worker", Event, _FINDINGS)

_log = logging.getLogger("octavo.videos")


class VideoReader:
    """Decodes videos. Every method may be called from any thread.

    A video gets a process of its own, which is kept for the frames that are asked for after the survey, until another
    video is opened or `release`.
    """

    def __init__(self, step: Step | None = None, limits: ReaderLimits | None = None) -> None:
        """`step` is how strictly the process is locked in; None takes the highest that this system offers."""
        limits = limits or ReaderLimits(memory_bytes=MEMORY_BYTES, cpu_s=CPU_S)
        self._client = ReaderClient(_KIND, limits, step)
        self._surveyed: dict[Path, tuple[Version, tuple[int, int]]] = {}  # the last one, and the size of its frames

    def survey(self, path: Path, cancel: Cancel) -> Work[Opening, Video]:
        """Look through a video; Opening counts its seconds. Cancelling ends its process within a tenth of a second.

        Raises AppError as `open_document`, VIDEO_..., READER_...; Stopped.
        """
        yield Opening(0, 0)
        with logged(_log, "not taken"):
            process, version = self._open(path)
            try:
                found = yield from process.converse(SurveyVideo(), printable(path), VideoSurveyed, is_sound, cancel)
            except BaseException:
                self._client.end(process)
                raise
        size = found.width, found.height
        self._surveyed = {path: (version, size)}
        self._client.put_back(path, version, process)
        return Video(printable(path.name), found.duration_s, *size, found.moments, found.complete)

    def frames(
        self, path: Path, times: Sequence[float], side: int, cancel: Cancel
    ) -> Work[Opening, tuple[Raster, ...]]:
        """Return the frames that are seen at `times`, in that order, no side longer than `side`; Opening counts them.

        Raises AppError VIDEO_CHANGED if the file is not as it was surveyed, and as `survey` does; Stopped.
        """
        yield Opening(0, len(times))
        rasters: dict[int, Raster] = {}
        with logged(_log, "not taken"):
            version, size = self._known(path)
            process = self._client.take_out(path, version) or self._open_again(path, version)
            try:
                # The frames are decoded in the order of time, since the way back costs more.
                for place in sorted(range(len(times)), key=lambda place: times[place]):
                    order = Draw(times[place], side)
                    rasters[place] = _frame(process, order, size_within(*size, side), printable(path), cancel)
                    yield Opening(len(rasters), len(times))
            except BaseException:
                self._client.end(process)
                raise
        self._client.put_back(path, version, process)
        return tuple(rasters[place] for place in range(len(times)))

    def release(self) -> None:
        """End the process that is kept."""
        self._client.release()

    def close(self) -> None:
        """End every process; may be called twice, and nothing can be decoded afterwards."""
        self._client.close()

    def _known(self, path: Path) -> tuple[Version, tuple[int, int]]:
        """Return the file's state, as it was surveyed and still is, and the size of its frames. Raises AppError
        VIDEO_CHANGED."""
        surveyed = self._surveyed.get(path)
        if surveyed is None or look_at(path) != surveyed[0]:
            raise AppError(Code.VIDEO_CHANGED, path=printable(path))
        return surveyed

    def _open(self, path: Path) -> tuple[ReaderProcess, Version]:
        file = open_document(path, MAX_FILE_BYTES)
        return self._client.open((file.fd,), printable(path)), file.version

    def _open_again(self, path: Path, version: Version) -> ReaderProcess:
        process, found = self._open(path)
        if found != version:
            self._client.end(process)
            raise AppError(Code.VIDEO_CHANGED, path=printable(path))
        return process


def _frame(process: ReaderProcess, order: Draw, size: tuple[int, int], path: str, cancel: Cancel) -> Raster:
    def refuse(_opening: Opening) -> None:
        raise unbelievable(path)

    def is_sound(said: DrawnFrame) -> bool:
        return (said.raster.width, said.raster.height) == size and is_whole(said.raster)

    return finish(process.converse(order, path, DrawnFrame, is_sound, cancel), refuse).raster


# A process that a video has taken over may say anything: nothing that later code relies on is taken on trust.


def is_sound(found: VideoSurveyed) -> bool:
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

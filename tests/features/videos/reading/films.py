"""Small videos, made in the test, whose frames tell their number; and what becomes of them in the real process."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from app.core.conversations.events import Opening
from app.core.conversations.image import Raster
from app.core.errors import Problem
from app.core.work import Cancel
from app.features.videos.data import Video
from app.features.videos.reading.decoding import OpenVideo
from app.features.videos.reading.kinds import VideoKind
from app.features.videos.reading.protocol import MAX_SIDE, VideoSurveyed
from app.features.videos.reading.reader import VideoReader
from app.features.videos.reading.survey import survey
from app.ui.kit.jobs import Done, Failed
from tests.endings import as_events

RATE = 10
BITS = 8
WIDTH, HEIGHT = 128, 96

MADE = {
    VideoKind.MP4: ("mp4", "libx264"),
    VideoKind.MATROSKA: ("matroska", "libvpx-vp9"),
    VideoKind.AVI: ("avi", "mpeg4"),
    VideoKind.MPEG_TS: ("mpegts", "libx264"),
    VideoKind.MPEG_PS: ("mpeg", "mpeg2video"),
    VideoKind.OGG: ("ogg", "libvpx"),
    VideoKind.FLASH: ("flv", "flv"),
    VideoKind.ASF: ("asf", "wmv2"),
}
"""For each container FFmpeg's name of it, and an encoder. Ogg gets what FFmpeg writes into it: VP8."""

_QUICK = {
    "libx264": {"preset": "ultrafast", "tune": "fastdecode", "qp": "10"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none:pools=none:frame-threads=1"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "row-mt": "0"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8"},
    "libsvtav1": {"preset": "12", "crf": "10", "svtav1-params": "lp=1:enable-tf=0"},
}


def drawing(number: int, scene: int = 0) -> np.ndarray[Any, Any]:
    """Eight fields above that tell `number` in black and white, and below a pattern that belongs to the scene."""
    pixels = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    for bit in range(BITS):
        left = bit * WIDTH // BITS
        pixels[: HEIGHT // 2, left : left + WIDTH // BITS] = 220 if number >> bit & 1 else 40
    tiles = np.random.default_rng(scene).integers(0, 256, (3, 4, 3), np.uint8)
    pixels[HEIGHT // 2 :] = np.kron(tiles, np.ones((HEIGHT // 6, WIDTH // 4, 1), np.uint8))
    return pixels


def number_of(raster: Raster) -> int:
    """Read the number that `drawing` wrote; the raster may be of any size, but must be upright."""
    pixels = np.frombuffer(raster.rgb, np.uint8).reshape(raster.height, raster.width, 3)
    row = pixels[raster.height // 4]
    return sum(1 << bit for bit in range(BITS) if row[(2 * bit + 1) * raster.width // (2 * BITS)].mean() > 128)


def film(
    container: str = "mp4",
    codec: str = "libx264",
    frames: Iterable[np.ndarray[Any, Any]] | None = None,
    times: Callable[[int], int] | None = None,
    key_every: int = 8,
    pixel_format: str = "yuv420p",
    rate: int = RATE,
    options: dict[str, str] | None = None,
    change: Callable[[Any], None] | None = None,
    muxing: dict[str, str] | None = None,
) -> bytes:
    """`times`: milliseconds of a frame by its number. `change` may set more on the stream before it is opened."""
    file = io.BytesIO()
    with _same_priority(), av.open(file, "w", format=container, container_options=muxing or {}) as out:
        stream: Any = out.add_stream(codec, rate=rate, options=_QUICK.get(codec, {}) | (options or {}))
        pictures = list(frames if frames is not None else (drawing(number) for number in range(24)))
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = pixel_format
        stream.gop_size = key_every
        stream.codec_context.thread_count = 1
        stream.bit_rate = 0 if codec == "libsvtav1" else 2_000_000
        if times is not None:
            stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        if change is not None:
            change(stream)
        for number, pixels in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24" if pixels.dtype == np.uint8 else "rgb48le")
            if times is not None:
                frame.pts, frame.time_base = times(number), Fraction(1, 1000)
            else:
                frame.pts, frame.time_base = number, Fraction(1, rate)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return file.getvalue()


@contextmanager
def _same_priority() -> Iterator[None]:
    """SVT-AV1, where it may, makes the thread that calls it the most urgent of the whole system, and leaves it so."""
    if not hasattr(os, "sched_getscheduler"):
        yield
        return
    policy, parameter = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, parameter)


def surveyed(reader: VideoReader, path: Path) -> Video:
    *before, last = as_events(reader.survey(path, Cancel()))
    assert before
    assert all(isinstance(event, Opening) for event in before)
    assert isinstance(last, Done), last
    return last.result


def problem(reader: VideoReader, path: Path) -> Problem:
    *_, last = as_events(reader.survey(path, Cancel()))
    assert isinstance(last, Failed), "it was read"
    return last.problem


def frames(reader: VideoReader, path: Path, times: Iterable[float], side: int = MAX_SIDE) -> tuple[Raster, ...]:
    *_, last = as_events(reader.frames(path, list(times), side, Cancel()))
    assert isinstance(last, Done), last
    return last.result


@contextmanager
def opened(trusted_bytes: bytes) -> Iterator[OpenVideo]:
    """Open a video that was made here, as the process does, without a process."""
    with tempfile.TemporaryFile(buffering=0) as file:
        file.write(trusted_bytes)
        assert isinstance(file, io.FileIO)
        yield OpenVideo(file, lambda: None)


def look_through(video: OpenVideo) -> VideoSurveyed:
    return survey(video, lambda _done, _total: None)


def numbers(video: OpenVideo, times: Iterable[float]) -> list[int]:
    return [number_of(video.raster(time_s, MAX_SIDE)) for time_s in times]

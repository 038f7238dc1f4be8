"""One untrusted video, open: its frames by their time, one after the other or at a moment."""

from __future__ import annotations

import math
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from io import FileIO
from typing import NamedTuple

import av
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from app.core.conversations.image import Raster
from app.core.errors import AppError, Code
from app.features.videos.reading.container import as_problems, moving_pictures, open_container, prepare
from app.features.videos.reading.kinds import HEAD_BYTES, VideoKind, kind_of
from app.features.videos.reading.pictures import Painter
from app.features.videos.reading.protocol import MAX_DURATION_S

_INDEXED = frozenset({VideoKind.MP4, VideoKind.MATROSKA, VideoKind.AVI})
"""The kinds whose index lists all key frames from the start, or none."""

NEAR_S = 2.0
"""The seconds ahead up to which frames are decoded without looking for a key frame."""

_STEPS_BACK_S = (0.0, 2.0, 10.0, 60.0, math.inf)
"""The seconds before the time in question at which to look, one after the other: some kinds of file have no index, and
what is found may be too late."""

_SAME_S = 0.0005
"""The seconds by which times that are the same may differ. In MPEG-PS, where only some frames have a time of their own,
those of the others differ with where reading began, by about half a frame."""

_TOO_OFTEN = 5_000
"""The number of packets in a row of which nothing can be decoded, beyond which the video is damaged."""


class DecodedFrame(NamedTuple):
    """A decoded frame and when it is seen, in seconds from the first one."""

    picture: VideoFrame
    time_s: float


class OpenVideo:
    """A video that is open. It is not to be used by two threads. What FFmpeg raises leaves as AppError VIDEO_DAMAGED
    (see `as_problems`)."""

    def __init__(self, file: FileIO, step: Callable[[], None]) -> None:
        """`step` is called between pieces of work.

        Raises AppError VIDEO_UNKNOWN, VIDEO_DAMAGED, VIDEO_EMPTY, VIDEO_LIMIT, VIDEO_CODEC, whose path is empty: no
        name is known here; MemoryError.
        """
        self._step = step
        file.seek(0)
        kind = kind_of(file.read(HEAD_BYTES))
        if kind is None:
            raise AppError(Code.VIDEO_UNKNOWN, path="")
        file.seek(0)
        self.kind = kind
        self.stop_at = math.inf
        """The moment of the monotonic clock at which the file is taken to end where it was read to."""
        self.size_bytes = os.fstat(file.fileno()).st_size
        self._start = self._count = self._failed = 0
        self._base_s: float | None = None
        self._timed = True
        self._counted = False
        self._last: DecodedFrame | None = None
        self._ahead: DecodedFrame | None = None
        self._frames: Iterator[DecodedFrame] = iter(())
        with as_problems(kind):
            self._container = open_container(file, kind)
            self._stream = moving_pictures(self._container)
            prepare(self._container, self._stream)
            self._tick_s = float(self._stream.time_base or 0) or 1 / 90_000
            rate = float(self._stream.guessed_rate or 0)
            self.interval_s = 1 / rate if rate > 0 else 0.04
            # An AVI says when a packet is decoded, not when it is shown, and these decoders do not know either.
            self._counted = kind is VideoKind.AVI and self._stream.codec_context.name in ("h264", "hevc")
            self._same_s = 0.55 * self.interval_s if kind is VideoKind.MPEG_PS else _SAME_S
            first = next(self._decoded(), None)
            if first is None:
                raise AppError(Code.VIDEO_DAMAGED, path="", format=kind.value)
            self._start = round(first.time_s / self._tick_s) if self._timed else 0
            self.first = DecodedFrame(first.picture, 0.0)
            self.painter = Painter(self.first.picture, float(self._stream.sample_aspect_ratio or 1))

    @property
    def claimed_s(self) -> float:
        """The seconds that the file says it has; 0 if it does not say, or says what cannot be."""
        found = 0.0
        if self._stream.duration:
            found = self._stream.duration * self._tick_s
        elif self._container.duration:
            found = self._container.duration / av.time_base
        return found if 0 < found <= MAX_DURATION_S else 0.0

    def raster(self, time_s: float, side: int) -> Raster:
        """Return the frame that is seen at `time_s`, no side longer than `side` pixels. Raises AppError,
        MemoryError."""
        with as_problems(self.kind):
            return self.painter.raster(self._at(time_s).picture, side)

    def every(self) -> Iterator[DecodedFrame]:
        """Yield all frames from the first one."""
        with as_problems(self.kind):
            self._go(-math.inf)
            yield from self._decoded()

    def key_frames(self, step_s: float) -> Iterator[DecodedFrame]:
        """Yield the frames that can be decoded by themselves, from the first one on, no two closer than `step_s`."""
        with as_problems(self.kind):
            self._go(-math.inf, keys=True)
            due_s = -math.inf
            for packet in self._packets():
                if not packet.is_keyframe or self._packet_s(packet, due_s) < due_s:
                    continue
                for frame in self._decode(packet):
                    due_s = frame.time_s + step_s
                    yield frame

    def key_frame(self, time_s: float, after_s: float) -> DecodedFrame | None:
        """Return the key frame before `time_s`; None if it is not later than `after_s`, or none can be found."""
        with as_problems(self.kind):
            if not self._go(time_s, keys=True):
                return None
            for packet in self._packets():
                if not packet.is_keyframe:
                    continue
                if self._packet_s(packet, math.inf) <= after_s + self._same_s:
                    return None
                # The decoder is flushed, or else it holds a frame back until others follow; what comes next begins with
                # a seek.
                for frame in (*self._decode(packet), *self._decode(None)):
                    return frame if frame.time_s > after_s + self._same_s else None
        return None

    def end_s(self, claimed_s: float) -> float | None:
        """Return when the last frame is over, in seconds; None if it cannot be found from the end."""
        with as_problems(self.kind):
            if not self._go(claimed_s):
                return None
            times = deque((frame.time_s for frame in self._decoded()), maxlen=1)
            return times[0] + self.interval_s if times else None

    # ---- a moment

    def _at(self, time_s: float) -> DecodedFrame:
        """Return the last frame whose time is not after `time_s`, or the first one."""
        if self._last is not None and self._last.time_s <= time_s + self._same_s and self._goes_on(self._last, time_s):
            return self._forward(time_s) or self._last
        for back_s in _STEPS_BACK_S:
            if self._go(time_s - back_s):
                self._frames = self._decoded()
                found = self._forward(time_s)
                if found is not None:
                    return found
        return self.first

    def _goes_on(self, last: DecodedFrame, time_s: float) -> bool:
        """Return whether decoding on from `last` is no slower than from a key frame."""
        if time_s - last.time_s <= NEAR_S or not self._timed:
            return True
        if self.kind not in _INDEXED:
            return False
        entries = self._stream.index_entries
        found = entries.search_timestamp(self._ticks(time_s))
        return found >= 0 and self._time(entries[found].timestamp) <= last.time_s

    def _forward(self, time_s: float) -> DecodedFrame | None:
        """Decode up to the frame that is seen at `time_s`; None if the first one comes later."""
        while True:
            if self._ahead is None:
                self._ahead = next(self._frames, None)
            if self._ahead is None or self._ahead.time_s > time_s + self._same_s:
                return self._last
            self._last, self._ahead = self._ahead, None

    def _forget(self) -> None:
        self._last = self._ahead = None
        self._frames = iter(())

    # ---- packets

    def _go(self, time_s: float, keys: bool = False) -> bool:
        """Go to the key frame before a time, or to the beginning for times before it. Return False if that is
        impossible.

        With `keys`, only key frames are decoded from there on.
        """
        self._forget()
        self._stream.codec_context.skip_frame = "NONKEY" if keys else "DEFAULT"
        if time_s > 0 and not self._timed:
            return False
        try:
            self._container.seek(self._ticks(time_s), stream=self._stream)
        except (av.FFmpegError, OverflowError):
            if time_s > 0:
                return False
            self._container.seek(0, unsupported_byte_offset=True, any_frame=True)
        return True

    def _decoded(self) -> Iterator[DecodedFrame]:
        for packet in self._packets():
            yield from self._decode(packet)

    def _packets(self) -> Iterator[Packet[VideoStream]]:
        """Yield the packets up to the end, or to where the file cannot be read any further."""
        self._count = self._failed = 0
        self._base_s = None
        try:
            for packet in self._container.demux(self._stream):
                self._step()
                if self._base_s is None:
                    self._base_s = self._packet_s(packet, 0.0)
                yield packet
                if time.monotonic() > self.stop_at:
                    return
        except MemoryError:
            raise
        except av.FFmpegError:
            return

    def _decode(self, packet: Packet[VideoStream] | None) -> list[DecodedFrame]:
        """Return the frames that come with a packet; none if it is damaged."""
        try:
            pictures = self._stream.codec_context.decode(packet)
        except MemoryError:
            raise
        except av.FFmpegError:
            self._failed += 1
            if self._failed > _TOO_OFTEN:
                raise
            return []
        return [self._frame(picture) for picture in pictures]

    def _frame(self, picture: VideoFrame) -> DecodedFrame:
        self._failed = 0
        self._count += 1
        if picture.pts is None and not self._counted:
            self._timed = False
        if picture.pts is None or self._counted:
            return DecodedFrame(picture, (self._base_s or 0.0) + (self._count - 1) * self.interval_s)
        return DecodedFrame(picture, self._time(picture.pts))

    def _packet_s(self, packet: Packet[VideoStream], unknown_s: float) -> float:
        ticks = packet.dts if self._counted else packet.pts
        return unknown_s if ticks is None else self._time(ticks)

    def _time(self, ticks: int) -> float:
        return (ticks - self._start) * self._tick_s

    def _ticks(self, time_s: float) -> int:
        return self._start + round(max(0.0, min(time_s, MAX_DURATION_S)) / self._tick_s)

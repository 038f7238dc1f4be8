"""Looking through a video: which frames it has to show, and where its picture changes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

import numpy as np

from app.features.videos.data import OPENING, Moment
from app.features.videos.reading.decoding import DecodedFrame, OpenVideo
from app.features.videos.reading.pictures import Pixels
from app.features.videos.reading.protocol import MAX_DURATION_S, MAX_MOMENTS, VideoSurveyed

WHOLE_PIXELS = 4_000_000_000
"""A video of no more pixels, all frames together, is decoded whole: a minute of 1920 x 1080 at 30 frames a second,
which takes some ten seconds. In longer ones only key frames are looked at."""

WHOLE_BYTES = 32 << 20
"""The bytes up to which a video is decoded whole that does not give its length, as one that was recorded live."""

WHOLE_FRAMES = 10_000
"""The number of frames up to which a video is decoded whole, if WHOLE_PIXELS allows it, too: small frames take some
time each all the same."""

LONGEST_S = 120.0
"""The longest time that a survey takes. What was not looked at by then is not among the moments, but can be asked
for."""

FEW_S = 20.0
"""The seconds between key frames, on average, beyond which changes between them would be missed: then all frames are
decoded."""

SAMPLE_SIDE = 32
"""The side in pixels of the squares that are compared. It does away with noise, and a line of a slide still counts."""

_NEIGHBOURS = 2
_DARK, _FLAT = 16.0, 6.0  # of 255

Progress = Callable[[float, float], None]


def survey(video: OpenVideo, progress: Progress) -> VideoSurveyed:
    """Look through a video. `progress` is given how many seconds of it were looked at, and of how many, 0 if that is
    not known.

    Raises AppError, MemoryError.
    """
    video.stop_at = time.monotonic() + LONGEST_S
    try:
        return _survey(video, progress)
    finally:
        video.stop_at = math.inf


def _survey(video: OpenVideo, progress: Progress) -> VideoSurveyed:
    claimed_s = video.claimed_s
    if not _is_short(video):
        step_s = max(1.0, claimed_s / MAX_MOMENTS)
        ways = (_sought(video, claimed_s, step_s), video.key_frames(step_s))
        for frames in ways if claimed_s else ways[1:]:
            seen = _Seen(video, progress)
            seen.look(frames)
            enough = max(claimed_s, seen.last_s) / max(FEW_S, 2 * step_s)
            if len(seen.times) >= enough or seen.gave_up:
                end_s = video.end_s(claimed_s) or claimed_s
                return _surveyed(video, end_s if claimed_s else seen.last_s + video.interval_s, seen, complete=False)
    seen = _Seen(video, progress, close=True)
    seen.look(video.every())
    end_s = seen.last_s + video.interval_s
    return _surveyed(video, max(end_s, claimed_s) if seen.gave_up else end_s, seen, complete=not seen.gave_up)


def _is_short(video: OpenVideo) -> bool:
    """Return whether all of a video can be decoded; one that does not give its length is judged by its bytes."""
    if not video.claimed_s:
        return video.size_bytes <= WHOLE_BYTES
    picture, frames = video.first.picture, video.claimed_s / video.interval_s
    return frames <= WHOLE_FRAMES and frames * picture.width * picture.height <= WHOLE_PIXELS


def _sought(video: OpenVideo, claimed_s: float, step_s: float) -> Iterator[DecodedFrame]:
    """Yield key frames, one in each step at most."""
    yield video.first
    last_s = 0.0
    for step in range(1, math.ceil(claimed_s / step_s) + 1):
        frame = video.key_frame(min(step * step_s, claimed_s), last_s)
        if frame is not None:
            last_s = frame.time_s
            yield frame


def _surveyed(video: OpenVideo, end_s: float, seen: _Seen, complete: bool) -> VideoSurveyed:
    moments = seen.moments()
    if len(moments) > MAX_MOMENTS:
        strongest = sorted(moments, key=lambda moment: -moment.change)[:MAX_MOMENTS]
        moments = sorted(strongest, key=lambda moment: moment.time_s)
        complete = False
    end_s = min(max(end_s, seen.last_s), MAX_DURATION_S)
    return VideoSurveyed(end_s, *video.painter.size, tuple(moments), complete)


class _Seen:
    """The frames that were looked at, by their times and how each differs from the one before, in the order of time."""

    def __init__(self, video: OpenVideo, progress: Progress, close: bool = False) -> None:
        """`close` tells that the frames are so close to each other that neighbours show a movement."""
        self._video = video
        self._progress = progress
        self._close = close
        self._shown: Pixels | None = None
        self._differences: list[float] = []
        self.times: list[float] = []
        self.gave_up = False

    @property
    def last_s(self) -> float:
        return self.times[-1]

    def look(self, frames: Iterator[DecodedFrame]) -> None:
        """Look at all frames, until the time for it is over; at the first one in any case."""
        for frame in frames:
            self._progress(frame.time_s, self._video.claimed_s)
            self._add(frame)
            if time.monotonic() > self._video.stop_at:
                break
        self.gave_up = time.monotonic() > self._video.stop_at
        if not self.times:
            self._add(self._video.first)

    def _add(self, frame: DecodedFrame) -> None:
        if not 0.0 <= frame.time_s <= MAX_DURATION_S or (self.times and frame.time_s <= self.times[-1]):
            return
        self.times.append(frame.time_s)
        self._differences.append(self._difference(self._video.painter.sample(frame.picture, SAMPLE_SIDE)))

    def moments(self) -> list[Moment]:
        """Return the frames with their changes. If frames are close, what the neighbours change too is movement, and
        taken off, much as PySceneDetect's AdaptiveDetector does."""
        changes = np.array(self._differences)
        steady = changes.copy()
        for place in range(len(changes) if self._close else 0):
            around = changes[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS + 1]
            around = np.delete(around, min(place, _NEIGHBOURS))
            around = around[around < OPENING]
            if len(around) and changes[place] < OPENING:
                steady[place] = max(0.0, changes[place] - around.mean())
        return [Moment(when, float(change)) for when, change in zip(self.times, steady, strict=True)]

    def _difference(self, sample: Pixels) -> float:
        """Return the mean absolute difference of the pixels from those of the frame before, 0 to 1, the pair-wise
        comparison of Zhang, Kankanhalli and Smoliar, Automatic partitioning of full-motion video (1993), on small
        pictures.

        A black frame begins no scene: the one after it is compared with the one before it.
        """
        if sample.mean() < _DARK and sample.std() < _FLAT:
            return 0.0
        before, self._shown = self._shown, sample
        if before is None:
            return OPENING
        difference = float(np.abs(sample - before).mean()) / 255
        return min(difference, 0.99 * OPENING)

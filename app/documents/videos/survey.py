"""Looking through a video: which frames it has to show, and where its picture changes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator

import numpy as np

from app.core.video import OPENING, Moment
from app.documents.videos.decoding import Frame, OpenVideo
from app.documents.videos.pictures import Painter, Pixels
from app.documents.videos.protocol import MAX_DURATION_S, MAX_MOMENTS, Surveyed

WHOLE_PIXELS = 4_000_000_000
"""A video of no more pixels, all frames together, is decoded whole: a minute of 1920 x 1080 at 30 frames a second,
which takes some ten seconds. Of longer ones only key frames are looked at."""

LONGEST_S = 120.0
"""How long a survey may take. What then was not looked at is not among the moments, but can be asked for."""

FEW_S = 20.0
"""Where key frames are further apart on average, changes between them would be missed: then all frames are decoded."""

SAMPLE_SIDE = 32
"""Pixels of the squares that are compared. It does away with noise, and a line of a slide still counts."""

_NEIGHBOURS = 2
_DARK, _FLAT = 16.0, 6.0  # of 255

Progress = Callable[[float, float], None]


def survey(video: OpenVideo, progress: Progress) -> Surveyed:
    """`progress` is told seconds of the video that were looked at, and of how many, 0 if that is not known.

    Raises AppError, MemoryError.
    """
    claimed_s = video.claimed_s
    frames = claimed_s / video.interval_s
    picture = video.first.picture
    deadline = time.monotonic() + LONGEST_S
    seen = _Seen(video.painter, claimed_s, progress, deadline)
    if claimed_s and frames * picture.width * picture.height <= WHOLE_PIXELS:
        return _whole(video, seen)
    if claimed_s:
        step_s = max(1.0, claimed_s / MAX_MOMENTS)
        seen.look(_sought(video, claimed_s, step_s))
        if len(seen.times) >= claimed_s / FEW_S:
            end_s = video.end_s(claimed_s) or seen.times[-1] + video.interval_s
            return _surveyed(video, max(end_s, seen.times[-1]), seen.moments(alone=True), complete=False)
    elif _is_small(video):
        return _whole(video, seen)
    else:
        seen.look(video.key_frames())
        if len(seen.times) * FEW_S >= seen.times[-1]:
            return _surveyed(video, seen.times[-1] + video.interval_s, seen.moments(alone=True), complete=False)
    return _whole(video, _Seen(video.painter, claimed_s, progress, deadline))


def _is_small(video: OpenVideo) -> bool:
    """Of unknown length, and yet a file that a minute's video may be."""
    return video.size_bytes <= 32 << 20


def _whole(video: OpenVideo, seen: _Seen) -> Surveyed:
    seen.look(video.every())
    moments = seen.moments(alone=False)
    complete = len(moments) <= MAX_MOMENTS and not seen.gave_up
    end_s = seen.times[-1] + video.interval_s
    return _surveyed(video, max(end_s, video.claimed_s) if seen.gave_up else end_s, moments, complete)


def _surveyed(video: OpenVideo, end_s: float, moments: list[Moment], complete: bool) -> Surveyed:
    if len(moments) > MAX_MOMENTS:
        strongest = sorted(moments[1:], key=lambda moment: -moment.change)[: MAX_MOMENTS - 1]
        moments = sorted([moments[0], *strongest], key=lambda moment: moment.time_s)
    width, height = video.painter.size(video.first.picture)
    return Surveyed(min(end_s, MAX_DURATION_S), width, height, tuple(moments), complete)


def _sought(video: OpenVideo, claimed_s: float, step_s: float) -> Iterator[Frame]:
    """Key frames, one in each step at most."""
    yield video.first
    last_s = 0.0
    for step in range(1, math.ceil(claimed_s / step_s) + 1):
        frame = video.key_frame(min(step * step_s, claimed_s), last_s)
        if frame is not None:
            last_s = frame.time_s
            yield frame


class _Seen:
    """What was seen of the frames that were looked at, in the order of time."""

    def __init__(self, painter: Painter, claimed_s: float, progress: Progress, deadline: float) -> None:
        self._painter = painter
        self._claimed_s = claimed_s
        self._progress = progress
        self._deadline = deadline
        self._shown: Pixels | None = None
        self.times: list[float] = []
        self.differences: list[float] = []
        self.gave_up = False

    def look(self, frames: Iterator[Frame]) -> None:
        for frame in frames:
            if frame.time_s > MAX_DURATION_S or (self.times and frame.time_s <= self.times[-1]):
                continue
            self.times.append(max(0.0, frame.time_s))
            self.differences.append(self._difference(self._painter.sample(frame.picture, SAMPLE_SIDE)))
            self._progress(frame.time_s, self._claimed_s)
            if time.monotonic() > self._deadline:
                self.gave_up = True
                break

    def moments(self, alone: bool) -> list[Moment]:
        """`alone`: the frames are far apart, so that neighbours tell nothing of a movement.

        Where they are not, what the neighbours change too is movement, and taken off, much as PySceneDetect's
        AdaptiveDetector does.
        """
        changes = np.array(self.differences)
        steady = changes.copy()
        if not alone:
            for place in range(len(changes)):
                around = changes[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS + 1]
                others = (around.sum() - changes[place]) / max(1, len(around) - 1)
                steady[place] = changes[place] if changes[place] >= OPENING else max(0.0, changes[place] - others)
        return [Moment(when, float(change)) for when, change in zip(self.times, steady, strict=True)]

    def _difference(self, sample: Pixels) -> float:
        """Mean absolute difference of the pixels from those of the frame before, 0 to 1, the pair-wise comparison of
        Zhang, Kankanhalli and Smoliar, Automatic partitioning of full-motion video (1993), on small pictures.

        A black frame begins no scene: the one after it is compared with the one before it.
        """
        if sample.mean() < _DARK and sample.std() < _FLAT:
            return 0.0
        before, self._shown = self._shown, sample
        if before is None:
            return OPENING
        difference = float(np.abs(sample.astype(np.int16) - before).mean()) / 255
        return min(difference, 0.99 * OPENING)

"""A video as far as it was looked through, and the choice of frames: evenly spaced, or where the picture changes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import msgspec

LEAST_CHANGE = 0.01
"""The smallest change that counts. A new line on a slide is more, and the noise of a camera that does not move is
less."""

OPENING = 1.0
"""The change at the first frame that shows something; at all others it is less than this."""

MIN_SCENE_S = 0.6
"""The least seconds of a scene (PySceneDetect's default), or else a flash would be a scene. In videos so short that
more scenes are asked for than could be, it is half of an equal part."""


class Moment(msgspec.Struct, frozen=True):
    """A frame that can be shown. `time_s` is in seconds from the beginning.

    `change` is how much it differs from the one looked at before it, 0 to 1; OPENING where the first scene begins.
    """

    time_s: float
    change: float


class Video(msgspec.Struct, frozen=True):
    """A video. `width` and `height` are in pixels, upright and with square pixels, as its frames come out.

    `moments` are in the order of time, and at least one. `complete` tells that every frame of the video is among them.
    """

    untrusted_name: str
    duration_s: float
    width: int
    height: int
    moments: tuple[Moment, ...]
    complete: bool = False


def evenly_spaced(video: Video, count: int) -> tuple[float, ...]:
    """Return the middle of each of `count` equal parts, in seconds, ascending; fewer if the video has not so many
    frames."""
    middles = [(part + 0.5) * video.duration_s / count for part in range(count)]
    if not video.complete:
        return tuple(sorted(set(middles)))
    times = [moment.time_s for moment in video.moments]
    return tuple(sorted({times[max(0, bisect_right(times, middle) - 1)] for middle in middles}))


def scene_changes(video: Video, count: int) -> tuple[float, ...]:
    """Return where the strongest scenes begin, in seconds, ascending; the first scene is always one. They are fewer
    than `count` if there are fewer."""
    first = next((moment for moment in video.moments if moment.change >= OPENING), video.moments[0])
    apart_s = min(MIN_SCENE_S, video.duration_s / (2 * count))
    chosen = [first.time_s]
    for moment in sorted(video.moments, key=lambda moment: (-moment.change, moment.time_s)):
        if len(chosen) >= count or moment.change < LEAST_CHANGE:
            break
        if moment.time_s > first.time_s and all(abs(moment.time_s - other) >= apart_s for other in chosen):
            chosen.append(moment.time_s)
    return tuple(sorted(chosen))


def frame_name(untrusted_name: str, time_s: float, times: Sequence[float]) -> str:
    """Return the name of a frame, such as "clip.mp4, 1:23". `times` are those of all frames that are taken together; if
    two names would be the same, they have tenths of a second or as many digits as tell them apart."""
    digits = next((digits for digits in range(4) if len({_clock(t, digits) for t in times}) == len(set(times))), 3)
    return f"{untrusted_name}, {_clock(time_s, digits)}"


def _clock(time_s: float, digits: int) -> str:
    """Return a time as on a clock, with hours only if there are any. It is cut, not rounded, as players show it."""
    parts = 10**digits
    whole, part = divmod(int(time_s * parts + 1e-6), parts)  # 0.7 * 10 is a little less than 7 in binary
    minutes, seconds = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    shown = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{shown}.{part:0{digits}}" if digits else shown

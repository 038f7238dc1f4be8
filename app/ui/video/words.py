"""Puts into words what is chosen of a video: times, numbers of frames, what they take of the context."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.video import frame_name
from app.messages import _, count


def clock_words(time_s: float, times: Sequence[float] = ()) -> str:
    """As in the name of the frame at this time: "1:23". `times`: those that it is to be told from."""
    return frame_name("", time_s, times or (time_s,)).removeprefix(", ")


def sum_words(frames: int, tokens: int | None, free_tokens: int | None) -> tuple[str, bool]:
    """What so many frames of `tokens` each take, and whether it is more than is free; None is what nobody knows."""
    words = _("1 frame") if frames == 1 else _("{n} frames").format(n=count(frames))
    if tokens is None:
        return words, False
    taken = frames * tokens
    words = _("{frames}, {n} tokens").format(frames=words, n=count(taken))
    if free_tokens is None:
        return words, False
    if taken <= free_tokens:
        return _("{frames}; {n} are free").format(frames=words, n=count(free_tokens)), False
    if frames > 1 and tokens <= free_tokens:
        return _("{frames}; only {n} are free: choose fewer").format(frames=words, n=count(free_tokens)), True
    return _("{frames}; only {n} are free").format(frames=words, n=count(free_tokens)), True


def changes_words(frames: int) -> str:
    """Where a picture changes less often than frames are wanted; the first frame is one in any case."""
    if frames == 1:
        return _("The picture does not change: 1 frame.")
    if frames == 2:
        return _("The picture changes once: 2 frames.")
    return _("The picture changes {n} times: {frames} frames.").format(n=count(frames - 1), frames=count(frames))

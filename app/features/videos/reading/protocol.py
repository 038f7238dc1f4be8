"""The messages between the desk and the process that decodes a video, and how large a video may be."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from app.core.conversations.events import Opening
from app.core.conversations.image import Raster
from app.features.videos.data import Moment
from app.isolation.heartbeat import SandboxReady, WireFailed

MAX_PIXELS = 8_192 * 4_320
"""The most pixels of a frame as it is coded, 8K of cinemas. A decoder holds up to 17 frames, of 53 MB each, or 106 of
10 bits."""

MAX_SIDE = 4_096
"""The most pixels of a frame's longer side as it comes out; what is larger is reduced. It is more than the model is
ever shown."""

MAX_MOMENTS = 600
"""The most frames in a survey: one a second for ten minutes, one in ten for longer videos than most."""

MAX_DURATION_S = 1e6
"""The longest duration of a video, eleven days: a longer one is a mistake, or meant to be."""

PREVIEW_SIDE = 320
"""The pixels of the longer side of a preview."""

# ---- orders, desk to reader -----------------------------------------------------------------------------------


class SurveyVideo(msgspec.Struct, frozen=True, tag=True):
    """An order to look through the video. It is answered by VideoSurveyed or WireFailed, and before that by Opening, in
    seconds."""


class Draw(msgspec.Struct, frozen=True, tag=True):
    """An order to decode the frame that is seen at `time_s`, no side longer than `side` pixels.

    It is answered by DrawnFrame or WireFailed.
    """

    time_s: float
    side: int


Order: TypeAlias = SurveyVideo | Draw


# ---- events, reader to desk: Ready first, as of every reader -----------------------------------------------------


class VideoSurveyed(msgspec.Struct, frozen=True, tag=True):
    """The answer to SurveyVideo. Its fields are those of `Video`."""

    duration_s: float
    width: int
    height: int
    moments: tuple[Moment, ...]
    complete: bool


class DrawnFrame(msgspec.Struct, frozen=True, tag=True):
    raster: Raster


Event: TypeAlias = SandboxReady | Opening | VideoSurveyed | DrawnFrame | WireFailed


def size_within(width: int, height: int, side: int) -> tuple[int, int]:
    """Return width and height, reduced in proportion so that neither is more than `side`."""
    scale = min(1.0, side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))

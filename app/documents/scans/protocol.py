"""What the desk and the recogniser say to each other: pixels there, text back; it never sees a file."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from app.core.events import Opening
from app.core.image import Raster
from app.isolation.heartbeat import SandboxReady, WireFailed


class Recognise(msgspec.Struct, frozen=True, tag=True):
    """Read a picture of a page. Answered by Recognised or WireFailed; some lines more are read with each Opening."""

    image: Raster


class Recognised(msgspec.Struct, frozen=True, tag=True):
    """The page's text, "" where none was found, and how sure the models are of it, from 0 to 1."""

    text: str
    confidence: float


Event: TypeAlias = SandboxReady | Opening | Recognised | WireFailed

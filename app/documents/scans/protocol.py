"""What the desk and the recogniser say to each other: pixels there, text back; it never sees a file."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from app.core.image import Raster


class Recognise(msgspec.Struct, frozen=True, tag=True):
    """Read a picture of a page. Answered by any number of Working, then Recognised."""

    image: Raster


class Started(msgspec.Struct, frozen=True, tag=True):
    """Sent once, first: the models are loaded, and the sandbox is closed."""


class Working(msgspec.Struct, frozen=True, tag=True):
    """Some lines more are read: the work goes on."""


class Recognised(msgspec.Struct, frozen=True, tag=True):
    """The page's text, "" where none was found, and how sure the models are of it, from 0 to 1."""

    text: str
    confidence: float


Event: TypeAlias = Started | Working | Recognised

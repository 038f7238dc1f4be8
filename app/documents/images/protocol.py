"""The messages between the desk and the process that decodes images, and how large an image may be."""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from app.core.conversations.image import Raster
from app.isolation.heartbeat import SandboxReady, WireFailed

MAX_PIXELS = 100_000_000
"""The most pixels of an image. Telephones take 50 million, the largest cameras 100. The pixels then take 400 MB, and
twice that while the image is turned upright or its colours are converted."""

MAX_SIDE = 32_767
"""The most pixels of width or height. What is long and thin is of no use to a model, and libraries have their mistakes
there."""

MAX_FILE_BYTES = 256_000_000
"""The largest file of an image, which is held in memory whole: 80 million pixels without any compression."""

MAX_PROFILE_BYTES = 4 << 20
"""The largest colour profile: one for a printing press has 2 MB."""

THUMBNAIL_SIDE = 320
"""The pixels of the longer side of a thumbnail; that of a smaller image is no larger than itself."""

# ---- orders, desk to reader -----------------------------------------------------------------------------------


class Decode(msgspec.Struct, frozen=True, tag=True):
    """Decode the file that the process was given, whose name it never learns. It is answered by Decoded or
    WireFailed."""


class Pack(msgspec.Struct, frozen=True, tag=True):
    """Make an image of pixels. It is answered by Decoded or WireFailed."""

    raster: Raster


class Resize(msgspec.Struct, frozen=True, tag=True):
    """Decode what Decoded brought, resized to `size` (width, height). It is answered by Resized or WireFailed."""

    png: bytes
    size: tuple[int, int]


class Prepare(msgspec.Struct, frozen=True, tag=True):
    """Lay an image, resized to `fitted` (width, height), at the upper left of a black canvas; and if `overview` is not
    0, resize all of it once more, to a square of that side. It is answered by Prepared or WireFailed."""

    png: bytes
    fitted: tuple[int, int]
    canvas: tuple[int, int]
    overview: int


Order: TypeAlias = Decode | Pack | Resize | Prepare


# ---- events, reader to desk: Ready first, as of every reader -----------------------------------------------------


class Decoded(msgspec.Struct, frozen=True, tag=True):
    """A decoded image. `png` is upright, RGB of 8 bits a channel, nothing but pixels; the same pixels give the same
    bytes."""

    width: int
    height: int
    png: bytes
    thumbnail: Raster


class Resized(msgspec.Struct, frozen=True, tag=True):
    raster: Raster


class Prepared(msgspec.Struct, frozen=True, tag=True):
    canvas: Raster
    overview: Raster | None


Event: TypeAlias = SandboxReady | Decoded | Resized | Prepared | WireFailed


def thumbnail_size(width: int, height: int) -> tuple[int, int]:
    """Return width and height of the thumbnail of an image."""
    scale = min(1.0, THUMBNAIL_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def excess(width: int, height: int) -> tuple[str, int] | None:
    """Return the limit that an image of this size is beyond, and its value; None for one that may be."""
    if max(width, height) > MAX_SIDE:
        return "side", MAX_SIDE
    return ("pixels", MAX_PIXELS) if width * height > MAX_PIXELS else None

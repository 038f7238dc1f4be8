"""Images that a person shows the model, and raw pixels."""

from __future__ import annotations

import msgspec

MOST_IN_QUESTION = 20
"""The most images that a person may attach to one question."""


TILE = 336
"""Pixels of a side of the squares in which Llama 4 sees an image; a projector's header has the last word."""

MAX_TILES = 16
"""Squares of the largest canvas that an image is laid on; the overview of it comes on top."""


def within(width: int, height: int, longest_side: int) -> tuple[int, int]:
    """Return the width and height of an image (px), reduced so that no side exceeds `longest_side`."""
    scale = min(1.0, longest_side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


class Raster(msgspec.Struct, frozen=True):
    """Raw pixels: `width` x `height` x 3 bytes RGB, rows from the top, no padding."""

    width: int
    height: int
    rgb: bytes


class ImageRef(msgspec.Struct, frozen=True):
    """An image that a question refers to. Sizes are in pixels.

    `sha256` is that of its kept bytes. `book_id` is the book from a page of which it was taken; empty for all others.
    """

    sha256: str
    untrusted_name: str
    width: int
    height: int
    book_id: str = ""


class NamedImage(msgspec.Struct, frozen=True):
    """A name of an image, and where it is: `title` is that of the conversation."""

    untrusted_name: str
    question_id: str
    conversation_id: str
    title: str


class Image(msgspec.Struct, frozen=True):
    """An image as it was attached: upright, in sRGB, without transparency and without metadata.

    `png` is what the reader's process wrote; it is decoded there only. `thumbnail` is small enough to keep many.
    """

    ref: ImageRef
    png: bytes
    thumbnail: Raster


def ref_of(image: Image | ImageRef) -> ImageRef:
    return image.ref if isinstance(image, Image) else image

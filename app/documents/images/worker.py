"""The process in which images are decoded: one that someone else made, or any number of those that it wrote itself.

Its command line is that of `isolation.worker_main.enter`; its file is the image, opened by the desk, if there is one.
"""

from __future__ import annotations

import os
import sys

from PIL import Image

from app.core.conversations.image import Raster
from app.documents.images import decoding
from app.documents.images.protocol import (
    MAX_FILE_BYTES,
    Decode,
    Decoded,
    Event,
    Order,
    Pack,
    Prepare,
    Prepared,
    Resize,
    Resized,
)
from app.isolation import worker_main


def carry_out(order: Order, untrusted_bytes: bytes) -> Event:
    """Carry out an order, and make an event of whatever happens."""
    event: Event = worker_main.attempt(lambda: _carry_out(order, untrusted_bytes))
    return event


def _carry_out(order: Order, untrusted_bytes: bytes) -> Event:
    match order:
        case Decode():
            return _decoded(decoding.decode(untrusted_bytes))
        case Pack(raster):
            return _decoded(Image.frombytes("RGB", (raster.width, raster.height), raster.rgb))
        case Resize(png, size):
            return Resized(_raster(decoding.resized(decoding.decode_own(png), size)))
        case Prepare():
            return _prepared(order)


def _read(fd: int) -> bytes:
    """Read all of the file, or one byte more than the limit if it has become larger since the desk looked."""
    with os.fdopen(fd, "rb") as file:
        return file.read(min(os.fstat(fd).st_size, MAX_FILE_BYTES) + 1)


def _decoded(picture: Image.Image) -> Decoded:
    return Decoded(picture.width, picture.height, decoding.encode(picture), _raster(decoding.thumbnail(picture)))


def _prepared(order: Prepare) -> Prepared:
    whole = decoding.decode_own(order.png)
    canvas = Image.new("RGB", order.canvas)
    canvas.paste(decoding.resized(whole, order.fitted))
    side = order.overview
    return Prepared(_raster(canvas), _raster(decoding.resized(whole, (side, side))) if side else None)


def _raster(picture: Image.Image) -> Raster:
    return Raster(picture.width, picture.height, picture.tobytes())


def main(*arguments: str) -> None:
    port, fds = worker_main.enter(Order, arguments, get_ready=decoding.get_ready)
    untrusted_bytes = b"".join(map(_read, fds))
    worker_main.serve(port, lambda order: carry_out(order, untrusted_bytes))


if __name__ == "__main__":
    main(*sys.argv[1:])

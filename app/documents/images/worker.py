"""The process in which images are decoded: one that someone else made, or any number of those that it wrote itself.

`python -P -m app.documents.images.worker STEP FD MEMORY_BYTES CPU_S`: FD is the image, opened by the desk, or -1.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

from PIL import Image

from app.core.errors import AppError, Code, Problem
from app.core.image import Raster
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
from app.isolation import limits, sandbox
from app.isolation.process import NO_FILE, Ready, WireFailed
from app.isolation.pulse import Port

OUT_OF_MEMORY = WireFailed(Problem(Code.READER_OUT_OF_MEMORY, {"path": ""}))
"""Made in time."""


def carry_out(order: Order, untrusted_bytes: bytes) -> Event:
    """Whatever happens becomes an event."""
    try:
        match order:
            case Decode():
                return _decoded(decoding.decode(untrusted_bytes))
            case Pack(raster):
                return _decoded(Image.frombytes("RGB", (raster.width, raster.height), raster.rgb))
            case Resize(png, size):
                return Resized(_raster(decoding.resized(decoding.decode_own(png), size)))
            case Prepare():
                return _prepared(order)
    except AppError as error:
        return WireFailed(error.problem)
    except MemoryError:
        return OUT_OF_MEMORY
    except Exception as error:
        traceback.print_exc()  # to the void, unless OCTAVO_DEBUG connects it
        return WireFailed(Problem(Code.BUG, {"where": _where(error)}))


def _read(fd: int) -> bytes:
    """All of the file, or one byte more than the limit where it has become larger since the desk looked."""
    if fd == NO_FILE:
        return b""
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


def _where(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno} {type(error).__name__}"


def main(step: str, fd: str, memory_bytes: str, cpu_s: str) -> None:
    limits.confine(limits.Limits(memory_bytes=int(memory_bytes), cpu_s=int(cpu_s)))
    decoding.get_ready()
    reached = sandbox.lock(sandbox.Step(step))
    port: Port[Order] = Port(Order)  # starts a thread, so that it comes after the lock
    limits.seal()
    port.send(Ready(reached))
    untrusted_bytes = _read(int(fd))
    while (order := port.receive()) is not None:
        port.step()
        event = carry_out(order, untrusted_bytes)
        try:
            port.send(event)
        except MemoryError:  # there was room for the pixels, but not for their copy in the message
            del event
            port.send(OUT_OF_MEMORY)
        port.rest()


if __name__ == "__main__":
    main(*sys.argv[1:])

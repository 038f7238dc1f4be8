"""The desk's side of decoding images: a process that is locked in as every reader is, and handed nothing but bytes."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from app.core.conversations.events import Opening
from app.core.conversations.image import Image, ImageRef, Raster
from app.core.errors import AppError, Code
from app.core.work import Cancel, Work
from app.documents.files import PACKED_LIMIT_BYTES, open_document
from app.documents.images.protocol import (
    MAX_FILE_BYTES,
    Decode,
    Decoded,
    Event,
    Pack,
    Prepare,
    Prepared,
    Resize,
    Resized,
    excess,
    thumbnail_size,
)
from app.isolation.client import Findings, ReaderClient, ReaderKind, ReaderLimits, ReaderProcess, is_whole, logged
from app.isolation.files import printable
from app.isolation.sandbox import Step

MEMORY_BYTES = 3 << 30
"""The memory that one image may take: 100 million pixels need half of it, and two thirds as WebP."""

CPU_S = 180
"""The processor time of one process, in seconds. It is a backstop: the largest images take 20 seconds."""

PROGRESS_LIMIT_S = 120.0
"""The longest time that one image may take: there is no progress in between, and the machine may be slow and busy."""

_IN_MEMORY = hasattr(os, "memfd_create")
_FINDINGS: Findings = {
    Code.IMAGE_UNKNOWN: {"path": str},
    Code.IMAGE_DAMAGED: {"path": str, "format": str},
    Code.IMAGE_LIMIT: {"path": str, "limit": str, "value": int},
    Code.READER_OUT_OF_MEMORY: {"path": str},
    Code.BUG: {"where": str},
}
_KIND = ReaderKind(
    "app.documents.images.worker",
    Event,
    _FINDINGS,
    harmless=frozenset({Code.IMAGE_UNKNOWN, Code.IMAGE_DAMAGED, Code.IMAGE_LIMIT}),
    forks=True,
)

_PNG = b"\x89PNG\r\n\x1a\n"
_TRUE_COLOUR = b"\x08\x02\0\0\0"  # 8 bits a channel, RGB, and no interlacing: PNG, 11.2.1
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"

_Result = TypeVar("_Result")

_log = logging.getLogger("octavo.images")


class ImageReader:
    """Decodes images. Every method may be called from any thread.

    An image that someone else made gets a process of its own. What that process wrote is decoded in another one, which
    is kept.
    """

    def __init__(self, step: Step | None = None, limits: ReaderLimits | None = None) -> None:
        """`step` is how strictly the process is locked in; None takes the highest that this system offers."""
        limits = limits or ReaderLimits(PROGRESS_LIMIT_S, memory_bytes=MEMORY_BYTES, cpu_s=CPU_S)
        self._client = ReaderClient(_KIND, limits, step)

    def take(self, source: Path | bytes, name: str, cancel: Cancel) -> Work[Opening, Image]:
        """Decode an image (of several frames the first): turned upright, in sRGB, on white, without metadata.

        Cancelling ends its process within a tenth of a second. Raises AppError as `open_document` does, IMAGE_...,
        READER_...; Stopped.
        """
        yield Opening(0, 0)
        path = printable(source if isinstance(source, Path) else name)
        with logged(_log, "not taken"), self._client.opened((_open(source, path),), path) as process:
            return _image((yield from process.converse(Decode(), path, Decoded, _is_sound, cancel)), name)

    def pack(self, raster: Raster, name: str) -> Image:
        """Make an image of pixels. Raises AppError READER_..., IMAGE_LIMIT."""
        path = printable(name)
        found = excess(raster.width, raster.height)
        if found is not None:
            raise AppError(Code.IMAGE_LIMIT, path=path, limit=found[0], value=found[1])

        def is_sound(said: Decoded) -> bool:
            return (said.width, said.height) == (raster.width, raster.height) and _is_sound(said)

        return _image(self._ask(path, lambda process: process.ask(Pack(raster), path, Decoded, is_sound)), name)

    def raster(self, png: bytes, size: tuple[int, int]) -> Raster:
        """Return the pixels of `Image.png`, resized to `size` (width, height). Raises AppError READER_...,
        IMAGE_DAMAGED."""

        def is_sound(said: Resized) -> bool:
            return _is_of(said.raster, size)

        return self._ask("", lambda process: process.ask(Resize(png, size), "", Resized, is_sound)).raster

    def prepare(
        self, png: bytes, fitted: tuple[int, int], canvas: tuple[int, int], overview: int
    ) -> tuple[Raster, Raster | None]:
        """Return the pixels that `engine.protocol.Pixels` asks for. Raises AppError as `raster` does."""

        def is_sound(said: Prepared) -> bool:
            small = said.overview
            return _is_of(said.canvas, canvas) and (_is_of(small, (overview, overview)) if small else not overview)

        order = Prepare(png, fitted, canvas, overview)
        said = self._ask("", lambda process: process.ask(order, "", Prepared, is_sound))
        return said.canvas, said.overview

    def close(self) -> None:
        """End every process; may be called twice, and nothing can be decoded afterwards."""
        self._client.close()

    def _ask(self, path: str, ask: Callable[[ReaderProcess], _Result]) -> _Result:
        """Ask the process that is kept for what Octavo wrote itself."""
        return self._client.ask(None, None, lambda: self._client.open((), path), ask)


def _open(source: Path | bytes, path: str) -> int:
    """Return a file descriptor from which the bytes can be read; whoever gets it closes it.

    Raises AppError as `open_document` does, IMAGE_LIMIT, and READER_OUT_OF_MEMORY if bytes find no room.
    """
    if isinstance(source, bytes):
        _check_size(len(source), path)
        try:
            return _hold(source)
        except OSError as error:
            raise AppError(Code.READER_OUT_OF_MEMORY, path=path) from error
    file = open_document(source, PACKED_LIMIT_BYTES)
    try:
        _check_size(file.version.size, path)
    except AppError:
        os.close(file.fd)
        raise
    return file.fd


def _image(said: Decoded, untrusted_name: str) -> Image:
    ref = ImageRef(hashlib.sha256(said.png).hexdigest(), printable(untrusted_name), said.width, said.height)
    return Image(ref, said.png, said.thumbnail)


def _check_size(size: int, path: str) -> None:
    if not size:
        raise AppError(Code.FILE_EMPTY, path=path)
    if size > MAX_FILE_BYTES:
        raise AppError(Code.IMAGE_LIMIT, path=path, limit="file_bytes", value=MAX_FILE_BYTES)


def _hold(untrusted_bytes: bytes) -> int:
    """Return the bytes as a file that has no name: in memory if the system offers that, else on disk."""
    with os.fdopen(os.memfd_create("image"), "w+b") if _IN_MEMORY else tempfile.TemporaryFile() as file:
        file.write(untrusted_bytes)
        file.seek(0)
        return os.dup(file.fileno())


# A process that an image has taken over may say anything: nothing that later code relies on is taken on trust.


def _is_sound(said: Decoded) -> bool:
    width, height = said.width, said.height
    return (
        min(width, height) >= 1
        and excess(width, height) is None
        and said.png.startswith(_PNG + b"\0\0\0\rIHDR" + width.to_bytes(4) + height.to_bytes(4) + _TRUE_COLOUR)
        and said.png.endswith(_PNG_END)
        and _is_of(said.thumbnail, thumbnail_size(width, height))
    )


def _is_of(raster: Raster, size: tuple[int, int]) -> bool:
    return (raster.width, raster.height) == size and is_whole(raster)

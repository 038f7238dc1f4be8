"""The desk's side of decoding images: a process that is locked in as every reader is, and handed nothing but bytes."""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeAlias

from app.core.cancel import Cancel
from app.core.errors import AppError, Code
from app.core.events import Cancelled, Done, Failed, Opening
from app.core.image import Image, ImageRef, Raster
from app.documents.files import PACKED_LIMIT_BYTES, open_document
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
    excess,
    thumbnail_size,
)
from app.isolation.files import printable
from app.isolation.process import Findings, ReaderLimits, ReaderProcess, is_whole, step_to_ask_for, unbelievable
from app.isolation.sandbox import Step

MEMORY_BYTES = 3 << 30
"""Memory that one image may take: 100 million pixels need half of it, and two thirds as WebP."""

CPU_S = 180
"""Processor time of one process, a backstop: the largest images take 20 seconds."""

PROGRESS_LIMIT_S = 120.0
"""How long one image may take: nothing is told in between, and the machine may be slow and busy."""

_IN_MEMORY = hasattr(os, "memfd_create")
_MODULE = "app.documents.images.worker"
_FINDINGS: Findings = {
    Code.IMAGE_UNKNOWN: {"path": str},
    Code.IMAGE_DAMAGED: {"path": str, "format": str},
    Code.IMAGE_LIMIT: {"path": str, "limit": str, "value": int},
    Code.READER_OUT_OF_MEMORY: {"path": str},
    Code.BUG: {"where": str},
}
_DIED = (Code.READER_CRASHED, Code.READER_OUT_OF_MEMORY, Code.READER_TIMEOUT, Code.BUG)

_PNG = b"\x89PNG\r\n\x1a\n"
_TRUE_COLOUR = b"\x08\x02\0\0\0"  # 8 bits a channel, RGB, and no interlacing: PNG, 11.2.1
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"

_Answer: TypeAlias = Decoded | Resized | Prepared
_Process: TypeAlias = ReaderProcess[_Answer]

_log = logging.getLogger("octavo.images")


class ImageReader:
    """Every method may be called from any thread.

    An image that someone else made gets a process of its own. What that process wrote is decoded in another one, which
    is kept.
    """

    def __init__(self, step: Step | None = None, limits: ReaderLimits | None = None) -> None:
        """`step` None takes the highest that this system offers."""
        self._asked = step
        self._limits = limits or ReaderLimits(PROGRESS_LIMIT_S, memory_bytes=MEMORY_BYTES, cpu_s=CPU_S)
        self._running: set[_Process] = set()
        self._kept: _Process | None = None
        self._keeping = threading.Lock()
        # A process ends with the thread that started it, so that none outlives the desk: this thread lives as long.
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="image-starter")

    def take(
        self, source: Path | bytes, name: str, cancel: Cancel
    ) -> Iterator[Opening | Done[Image] | Cancelled | Failed]:
        """Decode an image (of several frames the first): turned upright, in sRGB, on white, without metadata.

        Cancelling ends its process within a tenth of a second.
        """
        yield Opening(0, 0)
        try:
            image = self._take(source, name, cancel)
        except AppError as error:
            _log.warning("not taken: %s", error.code.value)
            yield Failed(error.problem)
        else:
            yield Cancelled() if image is None else Done(image)

    def pack(self, raster: Raster, name: str) -> Image:
        """An image of pixels. Raises AppError READER_..., IMAGE_LIMIT."""
        path = printable(name)
        found = excess(raster.width, raster.height)
        if found is not None:
            raise AppError(Code.IMAGE_LIMIT, path=path, limit=found[0], value=found[1])
        image = _image(self._ask(Pack(raster), path), name, path)
        if (image.ref.width, image.ref.height) != (raster.width, raster.height):
            raise unbelievable(path)
        return image

    def raster(self, png: bytes, size: tuple[int, int]) -> Raster:
        """The pixels of `Image.png`, resized to `size` (width, height). Raises AppError READER_..., IMAGE_DAMAGED."""
        match self._ask(Resize(png, size), ""):
            case Resized(raster) if _is_of(raster, size):
                return raster
        raise unbelievable("")

    def prepare(
        self, png: bytes, fitted: tuple[int, int], canvas: tuple[int, int], overview: int
    ) -> tuple[Raster, Raster | None]:
        """The pixels that `engine.protocol.Pixels` asks for. Raises AppError as `raster` does."""
        match self._ask(Prepare(png, fitted, canvas, overview), ""):
            case Prepared(whole, None) if not overview and _is_of(whole, canvas):
                return whole, None
            case Prepared(whole, Raster() as small) if _is_of(whole, canvas) and _is_of(small, (overview, overview)):
                return whole, small
        raise unbelievable("")

    def close(self) -> None:
        """End every process; may be called twice, and nothing can be decoded afterwards."""
        for process in list(self._running):
            process.kill()
        self._starter.shutdown()

    def _take(self, source: Path | bytes, name: str, cancel: Cancel) -> Image | None:
        """None once `cancel` is asked. Raises AppError."""
        path = printable(source if isinstance(source, Path) else name)
        fd = _open(source, path)
        try:
            process = self._start((fd,), path)
        finally:
            os.close(fd)
        try:
            for event in process.converse(Decode(), path, cancel):
                if not isinstance(event, Opening):
                    return _image(event, name, path)
        finally:
            self._end(process)
        return None

    def _ask(self, order: Order, path: str) -> _Answer | None:
        """Ask the process that is kept; a new one where there is none, or where it died of age or of an accident."""
        with self._keeping:
            if self._kept is not None:
                try:
                    return self._put(self._kept, order, path)
                except AppError as error:
                    if error.code not in _DIED:
                        raise
            self._kept = self._start((), path)
            return self._put(self._kept, order, path)

    def _put(self, process: _Process, order: Order, path: str) -> _Answer | None:
        """Ask the process that is kept, and give it up if it dies of that. The caller holds the lock."""
        try:
            return process.ask(order, path)
        except AppError as error:
            if error.code in _DIED:
                self._kept = None
                self._end(process)
            raise

    def _start(self, fds: tuple[int, ...], path: str) -> _Process:
        try:
            process: _Process = ReaderProcess(
                _MODULE, fds, step_to_ask_for(self._asked), self._limits, Event, _FINDINGS, self._starter
            )
        except OSError as error:
            raise AppError(Code.READER_OUT_OF_MEMORY, path=path) from error
        self._running.add(process)
        return process

    def _end(self, process: _Process) -> None:
        process.kill()
        self._running.discard(process)


def _open(source: Path | bytes, path: str) -> int:
    """A file descriptor from which the bytes can be read; whoever gets it closes it.

    Raises AppError as `open_document`, IMAGE_LIMIT, and READER_OUT_OF_MEMORY where bytes find no room.
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


def _check_size(size: int, path: str) -> None:
    if not size:
        raise AppError(Code.FILE_EMPTY, path=path)
    if size > MAX_FILE_BYTES:
        raise AppError(Code.IMAGE_LIMIT, path=path, limit="file_bytes", value=MAX_FILE_BYTES)


def _hold(untrusted_bytes: bytes) -> int:
    """The bytes as a file that has no name: in memory where the system offers that, else on disk."""
    with os.fdopen(os.memfd_create("image"), "w+b") if _IN_MEMORY else tempfile.TemporaryFile() as file:
        file.write(untrusted_bytes)
        file.seek(0)
        return os.dup(file.fileno())


# A process that an image has taken over may say anything: nothing that later code relies on is taken on trust.


def _image(answer: _Answer | None, untrusted_name: str, path: str) -> Image:
    match answer:
        case Decoded(width, height, png, thumbnail) if (
            min(width, height) >= 1
            and excess(width, height) is None
            and png.startswith(_PNG + b"\0\0\0\rIHDR" + width.to_bytes(4) + height.to_bytes(4) + _TRUE_COLOUR)
            and png.endswith(_PNG_END)
            and _is_of(thumbnail, thumbnail_size(width, height))
        ):
            ref = ImageRef(hashlib.sha256(png).hexdigest(), printable(untrusted_name), width, height)
            return Image(ref, png, thumbnail)
    raise unbelievable(path)


def _is_of(raster: Raster, size: tuple[int, int]) -> bool:
    return (raster.width, raster.height) == size and is_whole(raster)

"""The desk's side of decoding images: a process that is locked in as every reader is, and handed nothing but bytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.core.cancel import Cancel
from app.core.events import Cancelled, Done, Failed, Opening
from app.core.image import Image, Raster
from app.isolation.sandbox import Step


class ImageReader:
    """Every method may be called from any thread."""

    def __init__(self, step: Step | None = None) -> None:
        """`step` None takes the highest that this system offers."""
        self._asked = step

    def take(
        self, source: Path | bytes, name: str, cancel: Cancel
    ) -> Iterator[Opening | Done[Image] | Cancelled | Failed]:
        """Decode an image (of several frames the first): turned upright, in sRGB, on white, without metadata."""
        raise NotImplementedError

    def pack(self, raster: Raster, name: str) -> Image:
        """An image of pixels. Raises AppError READER_..., IMAGE_LIMIT."""
        raise NotImplementedError

    def raster(self, png: bytes, size: tuple[int, int]) -> Raster:
        """The pixels of `Image.png`, resized to `size` (width, height). Raises AppError READER_..., IMAGE_DAMAGED."""
        raise NotImplementedError

    def prepare(
        self, png: bytes, fitted: tuple[int, int], canvas: tuple[int, int], overview: int
    ) -> tuple[Raster, Raster | None]:
        """The pixels that `engine.protocol.Pixels` asks for. Raises AppError as `raster` does."""
        raise NotImplementedError

    def close(self) -> None:
        """End every process; may be called twice."""

"""An image reader for tests of the window: decodes in this process, what the tests themselves have drawn."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

from PIL import Image as Pillow

from app.core.conversations.events import Opening
from app.core.conversations.image import Image, ImageRef, Raster
from app.core.errors import AppError, Code
from app.core.work import Cancel, Stopped, Work

_THUMBNAIL = 320


def png_of(width: int, height: int, colour: str = "#7A2E35") -> bytes:
    """A plain image."""
    file = io.BytesIO()
    Pillow.new("RGB", (width, height), colour).save(file, "PNG", compress_level=1)
    return file.getvalue()


class DirectImageReader:
    def take(self, source: Path | bytes, name: str, cancel: Cancel) -> Work[Opening, Image]:
        yield Opening(0, 0)
        try:
            data = source if isinstance(source, bytes) else source.read_bytes()
            decoded = Pillow.open(io.BytesIO(data)).convert("RGB")
        except OSError as error:
            raise AppError(Code.IMAGE_UNKNOWN, path=name) from error
        if cancel.requested:
            raise Stopped
        return _image(decoded, name)

    def pack(self, raster: Raster, name: str) -> Image:
        return _image(Pillow.frombytes("RGB", (raster.width, raster.height), raster.rgb), name)

    def raster(self, png: bytes, size: tuple[int, int]) -> Raster:
        return _raster(Pillow.open(io.BytesIO(png)).resize(size))

    def prepare(
        self, png: bytes, fitted: tuple[int, int], canvas: tuple[int, int], overview: int
    ) -> tuple[Raster, Raster | None]:
        decoded = Pillow.open(io.BytesIO(png)).convert("RGB")
        whole = Pillow.new("RGB", canvas)
        whole.paste(decoded.resize(fitted))
        return _raster(whole), _raster(decoded.resize((overview, overview))) if overview else None

    def close(self) -> None:
        """Nothing runs."""


def _image(decoded: Pillow.Image, name: str) -> Image:
    file = io.BytesIO()
    decoded.save(file, "PNG", compress_level=1)
    png = file.getvalue()
    small = decoded.copy()
    small.thumbnail((_THUMBNAIL, _THUMBNAIL))
    ref = ImageRef(hashlib.sha256(png).hexdigest(), name, decoded.width, decoded.height)
    return Image(ref, png, _raster(small))


def _raster(decoded: Pillow.Image) -> Raster:
    return Raster(decoded.width, decoded.height, decoded.tobytes())

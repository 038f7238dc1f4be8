"""Images of every kind, made in the test, and what becomes of them in the real process."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

from PIL import Image, ImageCms, ImageDraw, ImageFont

from app.core.conversations.events import Opening
from app.core.conversations.image import Image as Taken
from app.core.errors import Problem
from app.core.work import Cancel
from app.documents.images import decoding
from app.documents.images.kinds import ImageKind
from app.documents.images.reader import ImageReader
from app.ui.kit.jobs import Cancelled, Done, Failed
from tests.endings import as_events

LOSSLESS = (ImageKind.PNG, ImageKind.TIFF, ImageKind.BMP)
NEARLY: dict[ImageKind, dict[str, Any]] = {
    ImageKind.JPEG: {"quality": 100, "subsampling": 0},
    ImageKind.AVIF: {"quality": 100, "subsampling": "4:4:4", "speed": 10},
    ImageKind.WEBP: {"lossless": True},
}

RED, GREEN, BLUE, GREY = (255, 0, 0), (0, 255, 0), (0, 0, 255), (90, 90, 90)
SIZE = (60, 40)


def flag(size: tuple[int, int] = SIZE) -> Image.Image:
    """Four fields: red and green above, blue and grey below."""
    image = Image.new("RGB", (2, 2))
    for place, colour in (((0, 0), RED), ((1, 0), GREEN), ((0, 1), BLUE), ((1, 1), GREY)):
        image.putpixel(place, colour)
    return image.resize(size, Image.Resampling.NEAREST)


def noise(size: tuple[int, int] = (64, 48), seed: int = 1) -> Image.Image:
    """An image whose every byte counts, so that a file that is cut short lacks something."""
    return Image.frombytes("RGB", size, random.Random(seed).randbytes(size[0] * size[1] * 3))


def saved(image: Image.Image, kind: ImageKind, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind.value.upper(), **(NEARLY.get(kind, {}) | options))
    return file.getvalue()


def lettered(words: str, size: tuple[int, int] = (900, 120)) -> Image.Image:
    """Words that can be recognised."""
    image = Image.new("RGB", size, "white")
    ImageDraw.Draw(image).text((40, 40), words, "black", ImageFont.load_default(28))
    return image


SAMPLES = {kind: saved(flag(), kind) for kind in ImageKind}


def variants() -> list[bytes]:
    """Images that lead a decoder through most of what it has: what it loads late would be missing behind the lock."""
    turned = Image.Exif()
    turned[0x0112] = 6
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    clear = flag().convert("RGBA")
    clear.putalpha(128)
    packings = ("tiff_lzw", "tiff_adobe_deflate", "packbits", "tiff_jpeg", "zstd", "lzma")
    modes = ("L", "1", "CMYK", "YCbCr", "LAB", "I", "F", "I;16", "RGBA", "P")
    with_alpha = (ImageKind.PNG, ImageKind.WEBP, ImageKind.TIFF, ImageKind.AVIF)
    with_metadata = (ImageKind.PNG, ImageKind.JPEG, ImageKind.WEBP, ImageKind.TIFF, ImageKind.AVIF)
    with_frames = (ImageKind.PNG, ImageKind.GIF, ImageKind.WEBP, ImageKind.TIFF, ImageKind.AVIF)
    return [
        *(saved(flag(), ImageKind.TIFF, compression=packing) for packing in packings),
        saved(flag().convert("1"), ImageKind.TIFF, compression="group4"),
        *(saved(Image.new(mode, SIZE), ImageKind.TIFF) for mode in modes),
        *(saved(clear, kind) for kind in with_alpha),
        *(saved(flag(), kind, exif=turned, icc_profile=profile) for kind in with_metadata),
        *(saved(flag(), kind, save_all=True, append_images=[noise(SIZE)]) for kind in with_frames),
        saved(flag().quantize(4), ImageKind.PNG, transparency=1),
        saved(flag().quantize(4), ImageKind.GIF, transparency=1, interlace=True),
        saved(flag().quantize(4), ImageKind.BMP),
        saved(Image.new("I;16", SIZE), ImageKind.PNG),
        saved(flag().convert("CMYK"), ImageKind.JPEG),
        saved(flag(), ImageKind.JPEG, progressive=True),
        saved(flag(), ImageKind.WEBP, lossless=False),
    ]


def ending(reader: ImageReader, untrusted_bytes: bytes | Path, name: str = "a") -> Done[Taken] | Cancelled | Failed:
    first, last = as_events(reader.take(untrusted_bytes, name, Cancel()))
    assert first == Opening(0, 0)
    assert not isinstance(last, Opening)
    return last


def taken(reader: ImageReader, untrusted_bytes: bytes, name: str = "a") -> Taken:
    last = ending(reader, untrusted_bytes, name)
    assert isinstance(last, Done), last
    return last.result


def problem(reader: ImageReader, untrusted_bytes: bytes | Path, name: str = "a") -> Problem:
    last = ending(reader, untrusted_bytes, name)
    assert isinstance(last, Failed), "it was decoded"
    return last.problem


def decoded(trusted_bytes: bytes) -> Image.Image:
    """Decode an image that was made here, as the process does, without a process."""
    image = decoding.decode(trusted_bytes)
    assert image.mode == "RGB"
    assert image.info == {}
    return image


def shown(image: Taken) -> Image.Image:
    """Its pixels; Pillow is the judge here, not the accused."""
    decoded = Image.open(io.BytesIO(image.png), formats=("PNG",))
    assert decoded.mode == "RGB"
    assert decoded.size == (image.ref.width, image.ref.height)
    return decoded.convert("RGB")


def colours(image: Image.Image) -> list[tuple[int, ...]]:
    """Return the colours in the middle of the four fields, row by row."""
    found = []
    for y in (1, 3):
        for x in (1, 3):
            pixel = image.getpixel((image.width * x // 4, image.height * y // 4))
            assert isinstance(pixel, tuple)
            found.append(pixel)
    return found


def close(found: tuple[int, ...], wanted: tuple[int, ...], by: int) -> bool:
    return all(abs(one - other) <= by for one, other in zip(found, wanted, strict=True))

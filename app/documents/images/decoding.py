"""Untrusted bytes into upright pixels: RGB of 8 bits a channel in sRGB, on white, without metadata."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    ExifTags,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from app.core.errors import AppError, Code
from app.documents.images.kinds import ImageKind, kind_of
from app.documents.images.protocol import MAX_FILE_BYTES, MAX_PIXELS, MAX_PROFILE_BYTES, excess, thumbnail_size

_OPENERS: dict[ImageKind, type[ImageFile.ImageFile]] = {
    ImageKind.PNG: PngImagePlugin.PngImageFile,
    ImageKind.JPEG: JpegImagePlugin.JpegImageFile,
    ImageKind.WEBP: WebPImagePlugin.WebPImageFile,
    ImageKind.GIF: GifImagePlugin.GifImageFile,
    ImageKind.TIFF: TiffImagePlugin.TiffImageFile,
    ImageKind.BMP: BmpImagePlugin.BmpImageFile,
    ImageKind.AVIF: AvifImagePlugin.AvifImageFile,
}

_Way = Image.Transpose
_UPRIGHT = {  # by the value of Orientation: Exif 2.3, 4.6.4 A
    2: _Way.FLIP_LEFT_RIGHT,
    3: _Way.ROTATE_180,
    4: _Way.FLIP_TOP_BOTTOM,
    5: _Way.TRANSPOSE,
    6: _Way.ROTATE_270,
    7: _Way.TRANSVERSE,
    8: _Way.ROTATE_90,
}

_ON_ITS_SIDE = (5, 6, 7, 8)

TEXT_LIMIT_BYTES = 32 << 20
"""The most bytes that a text or a profile of a PNG may unpack to. Programs keep the whole history of an image in a
text, megabytes of it; an image with more than this is not decoded at all."""


def get_ready() -> None:
    """Set Pillow's own limits, and load what it loads before it saves its first image; called once, before the sandbox
    closes."""
    Image.preinit()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)  # above the limit; above twice the limit an error
    PngImagePlugin.MAX_TEXT_CHUNK = TEXT_LIMIT_BYTES
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # the process may start none


def decode(untrusted_bytes: bytes, frame: int = 0) -> Image.Image:
    """Decode an image: the first of several frames or pages, or page `frame` of a TIFF, from 0.

    Raises AppError IMAGE_UNKNOWN, IMAGE_DAMAGED, IMAGE_LIMIT, whose path is empty: no name is known here; MemoryError.
    """
    kind = _kind(untrusted_bytes)
    with _told(kind):
        picture = _OPENERS[kind](io.BytesIO(untrusted_bytes))
        if frame:
            picture.seek(frame)
        _check_size(picture)
        picture.load()
        _check_size(picture)  # some kinds know it only now
        orientation = _orientation(picture)
        upright = _upright(_in_rgb(picture), orientation)
        upright.info = {}  # else a profile would be written with the pixels
        return upright


def frame_sizes(untrusted_bytes: bytes, limit: int) -> list[tuple[int, int]]:
    """Return width and height of each page of a TIFF, upright, up to `limit` of them; for other kinds those of the
    first frame. Raises AppError as `decode` does."""
    kind = _kind(untrusted_bytes)
    sizes: list[tuple[int, int]] = []
    with _told(kind):
        picture = _OPENERS[kind](io.BytesIO(untrusted_bytes))
        while len(sizes) < limit:
            _check_size(picture)
            turned = _orientation(picture) in _ON_ITS_SIDE
            sizes.append((picture.height, picture.width) if turned else picture.size)
            if kind is not ImageKind.TIFF:
                break
            try:
                picture.seek(len(sizes))
            except EOFError:
                break
    return sizes


def taken_at(untrusted_bytes: bytes) -> str:
    """Return when a photo was taken, as its Exif says (Exif 2.3, 4.6.5 F); "" if that says nothing."""
    kind = _kind(untrusted_bytes)
    try:
        exif = _OPENERS[kind](io.BytesIO(untrusted_bytes)).getexif()
        said = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    except MemoryError:
        raise
    except Exception:  # a damaged Exif costs itself, not the image
        return ""
    return said.replace(":", "-", 2) if isinstance(said, str) else ""


def _kind(untrusted_bytes: bytes) -> ImageKind:
    if len(untrusted_bytes) > MAX_FILE_BYTES:
        raise AppError(Code.IMAGE_LIMIT, path="", limit="file_bytes", value=MAX_FILE_BYTES)
    kind = kind_of(untrusted_bytes)
    if kind is None:
        raise AppError(Code.IMAGE_UNKNOWN, path="")
    return kind


def decode_own(png: bytes) -> Image.Image:
    """Decode a PNG that this module once wrote. Raises AppError IMAGE_DAMAGED, IMAGE_LIMIT; MemoryError."""
    with _told(ImageKind.PNG):
        picture = PngImagePlugin.PngImageFile(io.BytesIO(png))
        _check_size(picture)
        return picture.convert("RGB")


def resized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the picture in `size`, as models get it: each pixel is the mean of all that it covers, weighted by
    distance (Pillow's "bilinear").

    That is what torchvision's resize with `antialias` gives too, but for rounding.
    """
    return picture if picture.size == size else picture.resize(size, Image.Resampling.BILINEAR)


def thumbnail(picture: Image.Image) -> Image.Image:
    return resized(picture, thumbnail_size(*picture.size))


def encode(picture: Image.Image) -> bytes:
    """Encode an image in RGB as PNG: pixels and nothing else, the same bytes for the same pixels."""
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()


@contextmanager
def _told(kind: ImageKind) -> Iterator[None]:
    """Turn what Pillow raises into AppError: all but a few of its errors are about the bytes, and are of every type."""
    try:
        yield
    except (AppError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise AppError(Code.IMAGE_LIMIT, path="", limit="pixels", value=MAX_PIXELS) from error
    except Exception as error:
        if isinstance(error, ImportError) or (isinstance(error, OSError) and error.errno is not None):
            raise  # the sandbox's doing: a mistake of ours
        raise AppError(Code.IMAGE_DAMAGED, path="", format=kind.value) from error


def _check_size(picture: Image.Image) -> None:
    found = excess(picture.width, picture.height)
    if found is not None:
        raise AppError(Code.IMAGE_LIMIT, path="", limit=found[0], value=found[1])


def _orientation(picture: Image.Image) -> int:
    """Return the value of Exif's Orientation; 1, which is upright, if nothing sensible is said."""
    try:
        said = picture.getexif().get(ExifTags.Base.Orientation, 1)
    except MemoryError:
        raise
    except Exception:  # a damaged Exif costs itself, not the image
        return 1
    return said if said in _UPRIGHT else 1


def _upright(picture: Image.Image, orientation: int) -> Image.Image:
    """Turn a picture upright. ImageOps.exif_transpose would also rewrite other metadata, and fail where that is odd."""
    return picture.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else picture


# ---- colours


def _in_rgb(picture: Image.Image) -> Image.Image:
    """Return the picture in sRGB, on white."""
    profile = picture.info.get("icc_profile") or b""
    if len(profile) > MAX_PROFILE_BYTES:
        raise AppError(Code.IMAGE_LIMIT, path="", limit="profile_bytes", value=MAX_PROFILE_BYTES)
    if picture.mode in ("1", "I", "F") or picture.mode.startswith("I;16"):
        picture = _in_grey(picture)
    if picture.has_transparency_data:
        return _on_white(_in_srgb(picture.convert("RGBA"), profile))
    if picture.mode == "P":
        picture = picture.convert("RGB")
    return _in_srgb(picture, profile).convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Return the picture in sRGB. A profile that cannot be made sense of, or that is for other channels, counts for
    nothing."""
    if not profile:
        return picture
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        own, srgb = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
        changed = ImageCms.profileToProfile(picture, own, srgb, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture
    return changed or picture


def _on_white(picture: Image.Image) -> Image.Image:
    """Lay a picture in RGBA on white, and return it in RGB."""
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def _in_grey(picture: Image.Image) -> Image.Image:
    """Return bits, and numbers of 16 or 32 bits, as 8 bits: scaled, if they are beyond these, and not cut off."""
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode.startswith("I;16"):
        picture, low, high = picture.convert("I"), 0.0, 65_535.0
    else:
        low, high = _bounds(picture)
    scale = 255 / (high - low)
    grey = picture.point(lambda number: number * scale + (0.5 - low * scale)).convert("L")
    grey.info = {}  # a transparent shade of grey would be one of the unscaled numbers
    return grey


def _bounds(picture: Image.Image) -> tuple[float, float]:
    """Return the numbers of black and white: 0 and 1, 255 or 65,535 if all are within these, else the extremes."""
    low, high = picture.getextrema()
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    if not math.isfinite(high - low):
        raise ValueError("numbers without bounds")
    tops = (1.0, 255.0, 65_535.0) if picture.mode == "F" else (255.0, 65_535.0)
    top = next((top for top in tops if high <= top), None)
    return (low, max(high, low + 1)) if low < 0 or top is None else (0.0, top)

"""The kinds of images, recognised by their first bytes; nothing is decoded."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath


class ImageKind(StrEnum):
    """The kinds that are decoded. A kind that is not among them is never handed to a decoder."""

    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    GIF = "gif"
    TIFF = "tiff"
    BMP = "bmp"
    AVIF = "avif"


ENDINGS = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".dib", ".avif")
"""The ends of the names of files of these kinds, in lower case."""

_NOT_TAKEN = (".heic", ".heif", ".hif", ".svg", ".svgz")
"""The ends of the names of other images, so that who drops one learns which kinds are read. HEIC: libheif starts a
thread for each image, which the sandbox forbids, and the package that is kept up is under the GPL. SVG is a program
more than an image."""

HEAD_BYTES = 64
"""The number of bytes at a file's beginning that `kind_of` looks at."""

_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": ImageKind.PNG,
    b"\xff\xd8\xff": ImageKind.JPEG,
    b"GIF87a": ImageKind.GIF,
    b"GIF89a": ImageKind.GIF,
    b"II*\0": ImageKind.TIFF,
    b"MM\0*": ImageKind.TIFF,
    b"II+\0": ImageKind.TIFF,  # BigTIFF
    b"MM\0+": ImageKind.TIFF,
}
_BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})
"""The sizes in bytes of the second header, from byte 14 (Microsoft, Bitmap Storage); a text may well begin with BM."""

_AVIF_BRANDS = frozenset({b"avif", b"avis"})


def kind_of(untrusted_head: bytes) -> ImageKind | None:
    """Return the kind of an image by its first bytes; None for whatever is no image of a known kind."""
    head = untrusted_head[:HEAD_BYTES]
    for signature, kind in _SIGNATURES.items():
        if head.startswith(signature):
            return kind
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return ImageKind.WEBP
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return ImageKind.BMP
    if head[4:8] == b"ftyp" and _AVIF_BRANDS & _brands(head):
        return ImageKind.AVIF
    return None


def is_image(name: str, untrusted_head: bytes) -> bool:
    """Return whether a file is meant as an image rather than as a document: by its bytes, or else by its name.

    `untrusted_head` are its first HEAD_BYTES, or all there are.
    """
    return kind_of(untrusted_head) is not None or PurePath(name).suffix.lower() in (*ENDINGS, *_NOT_TAKEN)


def _brands(head: bytes) -> set[bytes]:
    """Return the brands of a file type box (ISO/IEC 14496-12, 4.3): the major one, and from byte 16 the compatible
    ones."""
    end = min(len(head), int.from_bytes(head[:4], "big"))
    return {head[8:12]} | {head[start : start + 4] for start in range(16, end, 4)}

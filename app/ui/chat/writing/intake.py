"""Finds what was pasted or dropped: files, an image, addresses of the web, or words."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage

IMAGE_TYPES = ("image/png", "image/webp", "image/avif", "image/jpeg", "image/gif", "image/tiff", "image/bmp")
"""Media types of which the bytes are taken, the best first: a program often offers the same image as several."""

_PIXELS = "application/x-qt-image"
_WORDS = "text/plain"


def list_files(source: QMimeData) -> list[str]:
    """Return the paths in what was pasted or dropped, if it consists of files; otherwise none."""
    urls = source.urls() if source.hasUrls() else []
    paths = [url.toLocalFile() for url in urls if url.isLocalFile()]
    return paths if len(paths) == len(urls) else []


def pick_files(source: QMimeData) -> list[Path]:
    """Return the files among what was dropped, whatever else is there."""
    return [Path(url.toLocalFile()) for url in source.urls() if url.isLocalFile()]


def holds_image(source: QMimeData) -> bool:
    """Return whether there is an image, which need not be all there is."""
    return _holds_pixels(source) or any(source.hasFormat(media_type) for media_type in IMAGE_TYPES)


def holds_words(source: QMimeData) -> bool:
    """Return whether there is text. Office programs offer a picture of what was copied beside its text."""
    return source.hasFormat(_WORDS) and bool(source.text().strip())


def holds_addresses(source: QMimeData) -> bool:
    """Return whether the data name something on the web, which is never fetched."""
    return any(url.scheme() in ("http", "https") for url in source.urls())


def read_image(source: QMimeData) -> bytes | QImage:
    """Return the bytes of the image, as they are: only the reader decodes them. Returns pixels if the platform offers
    nothing else, and no bytes if the program that offered the image does not give it after all."""
    for media_type in IMAGE_TYPES:
        if source.hasFormat(media_type) and (untrusted_bytes := bytes(source.data(media_type).data())):
            return untrusted_bytes
    pixels = source.imageData() if _holds_pixels(source) else None
    return pixels if isinstance(pixels, QImage) and not pixels.isNull() else b""


def _holds_pixels(source: QMimeData) -> bool:
    """Return whether there are pixels alone. If there are bytes too, Qt would decode them in this process."""
    return source.hasFormat(_PIXELS) and not any(media_type.startswith("image/") for media_type in source.formats())

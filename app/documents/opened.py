"""One document, open in a reader process of its own, seen from the desk."""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import TypeAlias

from app.core.cancel import Cancel
from app.core.document import BOX_BYTES, Document, PageLayer
from app.core.errors import Code
from app.core.events import Opening
from app.core.image import Raster
from app.core.password import Password
from app.core.work import Work, finish
from app.documents.protocol import (
    MAX_SCAN_SIDE,
    Drawn,
    DrawPage,
    DrawScan,
    Event,
    LayerRead,
    Parse,
    Parsed,
    ReadLayer,
)
from app.isolation.client import Findings, ReaderKind, ReaderProcess, is_whole, unbelievable
from app.isolation.files import printable

_SHA256_DIGITS = 64

_FINDINGS: Findings = {
    Code.FILE_EMPTY: {"path": str},
    Code.FORMAT_UNKNOWN: {"path": str},
    Code.FORMAT_MISMATCH: {"path": str, "expected": str, "found": str},
    Code.DOCUMENT_DAMAGED: {"path": str, "format": str},
    Code.DOCUMENT_ENCRYPTED: {"path": str},
    Code.DOCUMENT_PASSWORD_NEEDED: {"path": str},
    Code.DOCUMENT_PASSWORD_WRONG: {"path": str},
    Code.DOCUMENT_NO_TEXT: {"path": str, "pages": int},
    Code.DOCUMENT_LIMIT: {"path": str, "limit": str, "value": int},
    Code.PAGE_UNAVAILABLE: {"path": str, "page": int},
    Code.READER_OUT_OF_MEMORY: {"path": str},
    Code.BUG: {"where": str},
}
"""What a reader may say went wrong, and the parameters that come with it."""

KIND = ReaderKind("app.documents.worker", Event, _FINDINGS, harmless=frozenset({Code.DOCUMENT_PASSWORD_NEEDED}))

Answer: TypeAlias = Parsed | Drawn | LayerRead


class OpenedDocument:
    """One order at a time."""

    def __init__(self, path: Path, process: ReaderProcess[Answer]) -> None:
        """`process` has the file at `path`."""
        self._path = printable(path)
        self._process = process

    def read(self, name: str, password: Password | None, cancel: Cancel) -> Work[Opening, Document]:
        """The document. Raises AppError: what the reader found, or how it died; Stopped, and the process ends."""
        match (yield from self._process.converse(Parse(name, password), self._path, cancel)):
            case Parsed(document) if _is_sound(document):
                return document
        raise unbelievable(self._path)

    def draw(self, order: DrawPage) -> Raster:
        """Raises AppError: what the reader found, or how it died."""
        match self._process.ask(order, self._path):
            case Drawn(image) if is_whole(image):
                return image
        raise unbelievable(self._path)

    def draw_scan(self, order: DrawScan, cancel: Cancel) -> Raster:
        """A page for recognition. Raises AppError as `draw`; Stopped, and the process ends."""
        match finish(self._process.converse(order, self._path, cancel)):
            case Drawn(image) if is_whole(image) and max(image.width, image.height) <= MAX_SCAN_SIDE:
                return image
        raise unbelievable(self._path)

    def layer(self, order: ReadLayer) -> PageLayer:
        """Raises AppError: what the reader found, or how it died."""
        match self._process.ask(order, self._path):
            case LayerRead(layer) if _is_layer(layer):
                return layer
        raise unbelievable(self._path)


# Nothing that later code relies on is taken on trust.


def _is_sound(document: Document) -> bool:
    numbers = [page.number for page in document.pages]
    return (
        numbers == list(range(1, len(numbers) + 1))
        and not any(page.picture or page.confidence is not None for page in document.pages)  # the recogniser's to say
        and all(1 <= section.page <= len(numbers) for section in document.outline)
        and len(document.sha256) == _SHA256_DIGITS
        and set(document.sha256) <= set("0123456789abcdef")
    )


def _is_layer(layer: PageLayer) -> bool:
    if len(layer.boxes) != BOX_BYTES * len(layer.text):
        return False
    edges = array("f", layer.boxes)
    return all(0.0 <= edge <= 1.0 for edge in edges)

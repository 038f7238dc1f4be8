"""One document, open in a reader process of its own, seen from the desk."""

from __future__ import annotations

from array import array
from pathlib import Path

from app.core.document import BOX_BYTES, Document, PageLayer
from app.core.errors import Code
from app.core.events import Opening
from app.core.image import Raster
from app.core.password import Password
from app.core.work import Cancel, Work
from app.documents.protocol import (
    MAX_SCAN_SIDE,
    DrawnPage,
    DrawPage,
    DrawScan,
    Event,
    LayerRead,
    Parse,
    Parsed,
    ReadLayer,
)
from app.isolation.client import Findings, ReaderKind, ReaderProcess, is_whole
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


class OpenedDocument:
    """One order at a time. Every method raises AppError: what the reader found, or how it died."""

    def __init__(self, path: Path, process: ReaderProcess) -> None:
        """`process` has the file at `path`."""
        self._path = printable(path)
        self._process = process

    def read(self, name: str, password: Password | None, cancel: Cancel) -> Work[Opening, Document]:
        """The document. Raises Stopped, and the process ends."""
        order = Parse(name, password)
        return (yield from self._process.converse(order, self._path, Parsed, _is_sound, cancel)).document

    def draw(self, order: DrawPage) -> Raster:
        return self._process.ask(order, self._path, DrawnPage, lambda said: is_whole(said.image)).image

    def draw_scan(self, order: DrawScan, cancel: Cancel) -> Raster:
        """A page for recognition. Raises Stopped, and the process ends."""
        return self._process.ask(order, self._path, DrawnPage, lambda said: _is_scan(said.image), cancel).image

    def layer(self, order: ReadLayer) -> PageLayer:
        return self._process.ask(order, self._path, LayerRead, lambda said: _is_layer(said.layer)).layer


# Nothing that later code relies on is taken on trust.


def _is_sound(said: Parsed) -> bool:
    document = said.document
    numbers = [page.number for page in document.pages]
    return (
        numbers == list(range(1, len(numbers) + 1))
        and not any(page.picture or page.confidence is not None for page in document.pages)  # the recogniser's to say
        and all(1 <= section.page <= len(numbers) for section in document.outline)
        and len(document.sha256) == _SHA256_DIGITS
        and set(document.sha256) <= set("0123456789abcdef")
    )


def _is_scan(image: Raster) -> bool:
    return is_whole(image) and max(image.width, image.height) <= MAX_SCAN_SIDE


def _is_layer(layer: PageLayer) -> bool:
    if len(layer.boxes) != BOX_BYTES * len(layer.text):
        return False
    edges = array("f", layer.boxes)
    return all(0.0 <= edge <= 1.0 for edge in edges)

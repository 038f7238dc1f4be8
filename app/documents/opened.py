"""One document, open in a reader process of its own, seen from the desk."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import TypeAlias

from app.core.cancel import Cancel
from app.core.document import BOX_BYTES, Document, PageLayer
from app.core.errors import AppError, Code
from app.core.events import Opening
from app.core.image import Raster
from app.core.password import Password
from app.documents.files import open_document
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
from app.isolation.files import Version, printable
from app.isolation.process import Findings, ReaderLimits, ReaderProcess, is_whole, unbelievable
from app.isolation.sandbox import Step

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

_Answer: TypeAlias = Parsed | Drawn | LayerRead


class OpenedDocument:
    """A reader process and the file it holds. One order at a time; `kill` may come from any thread."""

    def __init__(self, path: Path, step: Step, limits: ReaderLimits, starter: Executor) -> None:
        """Start the reader on a thread of `starter`: it ends with that thread (`limits.die_with_parent`).

        Raises AppError as `open_document` does, and READER_OUT_OF_MEMORY when no process could be started.
        """
        self.path = path
        file = open_document(path)
        self.version: Version = file.version
        try:
            self._process: ReaderProcess[_Answer] = ReaderProcess(
                "app.documents.worker", (file.fd,), step, limits, Event, _FINDINGS, starter
            )
        except OSError as error:
            raise AppError(Code.READER_OUT_OF_MEMORY, path=printable(path)) from error
        finally:
            os.close(file.fd)

    @property
    def alive(self) -> bool:
        return self._process.alive

    @property
    def reached(self) -> Step | None:
        """The step of the sandbox that is in force; None until the process is ready."""
        return self._process.reached

    def kill(self) -> None:
        """End the process at once; its memory is back when this returns."""
        self._process.kill()

    def read(self, name: str, password: Password | None, cancel: Cancel) -> Iterator[Opening | Document]:
        """Yield the progress of reading, then the document; once `cancel` is asked nothing more, and the process ends.

        Raises AppError: what the reader found, or how it died.
        """
        for event in self._process.converse(Parse(name, password), printable(self.path), cancel):
            match event:
                case Opening():
                    yield event
                case Parsed(document) if _is_sound(document):
                    yield document
                case _:
                    raise self._unbelievable()

    def draw(self, order: DrawPage) -> Raster:
        """Raises AppError: what the reader found, or how it died."""
        match self._process.ask(order, printable(self.path)):
            case Drawn(image) if is_whole(image):
                return image
        raise self._unbelievable()

    def draw_scan(self, order: DrawScan, cancel: Cancel) -> Raster | None:
        """A page for recognition; None once `cancel` is asked, and the process ends. Raises AppError as `draw`."""
        for event in self._process.converse(order, printable(self.path), cancel):
            match event:
                case Opening():
                    continue
                case Drawn(image) if is_whole(image) and max(image.width, image.height) <= MAX_SCAN_SIDE:
                    return image
            raise self._unbelievable()
        return None

    def layer(self, order: ReadLayer) -> PageLayer:
        """Raises AppError: what the reader found, or how it died."""
        match self._process.ask(order, printable(self.path)):
            case LayerRead(layer) if _is_layer(layer):
                return layer
        raise self._unbelievable()

    def _unbelievable(self) -> AppError:
        return unbelievable(printable(self.path))


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

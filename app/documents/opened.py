"""One document, open in a reader process of its own, seen from the desk."""

from __future__ import annotations

import math
import os
import signal
import time
from array import array
from collections.abc import Iterator
from concurrent.futures import Executor
from pathlib import Path

import msgspec

from app.core.cancel import Cancel
from app.core.document import BOX_BYTES, Document, PageLayer
from app.core.errors import AppError, Code, Parameter, Problem
from app.core.events import Opening
from app.core.image import Raster
from app.core.password import Password
from app.documents.files import Version, open_document, printable
from app.documents.protocol import (
    MAX_SCAN_SIDE,
    Drawn,
    DrawPage,
    DrawScan,
    Event,
    LayerRead,
    Order,
    Parse,
    Parsed,
    ReadLayer,
    Ready,
    WireFailed,
)
from app.isolation import sandbox
from app.isolation.child import SILENCE_LIMIT_S, Cause, Child, ChildDied, command
from app.isolation.limits import READER_CPU_S, READER_MEMORY_BYTES
from app.isolation.sandbox import Step

PROGRESS_LIMIT_S = 60.0
"""How long a reader may work without anything to show for it: the slowest sound page takes a few seconds."""

START_LIMIT_S = 120.0
"""How long a reader may take to load its libraries: about a second, far longer from a slow disk on a busy machine."""

_POLL_S = 0.05
_SHELL_SIGNALS = 128  # bubblewrap reports a signal that ended the child as this plus its number
_SHA256_DIGITS = 64

_FINDINGS: dict[Code, dict[str, type[str] | type[int]]] = {
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


class ReaderLimits(msgspec.Struct, frozen=True):
    """What one document may cost before it is given up."""

    progress_s: float = PROGRESS_LIMIT_S
    silence_s: float = SILENCE_LIMIT_S
    memory_bytes: int = READER_MEMORY_BYTES
    cpu_s: int = READER_CPU_S


class OpenedDocument:
    """A reader process and the file it holds. One order at a time; `kill` may come from any thread."""

    def __init__(self, path: Path, step: Step, limits: ReaderLimits, starter: Executor) -> None:
        """Start the reader on a thread of `starter`: it ends with that thread (`limits.die_with_parent`).

        Raises AppError as `open_document` does, and READER_OUT_OF_MEMORY when no process could be started.
        """
        self.path = path
        self.reached: Step | None = None
        self._limits = limits
        file = open_document(path)
        self.version: Version = file.version
        arguments = (step.value, str(file.fd), str(limits.memory_bytes), str(limits.cpu_s))
        try:
            self._child: Child[Event] = starter.submit(
                Child[Event],
                sandbox.wrap(command("app.documents.worker", *arguments), step),
                Event,
                stall_limit_s=limits.progress_s,
                silence_limit_s=limits.silence_s,
                pass_fds=(file.fd,),
                env=sandbox.environment(),
            ).result()
        except OSError as error:
            raise AppError(Code.READER_OUT_OF_MEMORY, path=printable(path)) from error
        finally:
            os.close(file.fd)

    @property
    def alive(self) -> bool:
        return self._child.death is None

    def kill(self) -> None:
        """End the process at once; its memory is back when this returns."""
        self._child.kill()

    def read(self, name: str, password: Password | None, cancel: Cancel) -> Iterator[Opening | Document]:
        """Yield the progress of reading, then the document; once `cancel` is asked nothing more, and the process ends.

        Raises AppError: what the reader found, or how it died.
        """
        for event in self._converse(Parse(name, password), cancel):
            match event:
                case Opening():
                    yield event
                case Parsed(document) if _is_sound(document):
                    yield document
                case _:
                    raise self._error(Code.READER_CRASHED, signal=0)

    def draw(self, order: DrawPage) -> Raster:
        """Raises AppError: what the reader found, or how it died."""
        match self._ask(order):
            case Drawn(image) if _is_whole(image):
                return image
        raise self._error(Code.READER_CRASHED, signal=0)

    def draw_scan(self, order: DrawScan, cancel: Cancel) -> Raster | None:
        """A page for recognition; None once `cancel` is asked, and the process ends. Raises AppError as `draw`."""
        for event in self._converse(order, cancel):
            match event:
                case Opening():
                    continue
                case Drawn(image) if _is_whole(image) and max(image.width, image.height) <= MAX_SCAN_SIDE:
                    return image
            raise self._error(Code.READER_CRASHED, signal=0)
        return None

    def layer(self, order: ReadLayer) -> PageLayer:
        """Raises AppError: what the reader found, or how it died."""
        match self._ask(order):
            case LayerRead(layer) if _is_layer(layer):
                return layer
        raise self._error(Code.READER_CRASHED, signal=0)

    def _ask(self, order: Order) -> Event | None:
        """The answer to an order that is carried out at once."""
        return next((event for event in self._converse(order, None) if not isinstance(event, Opening)), None)

    def _converse(self, order: Order, cancel: Cancel | None) -> Iterator[Opening | Parsed | Drawn | LayerRead]:
        try:
            self._child.send(order)
            last_sign = time.monotonic()
            while cancel is None or not cancel.requested:
                event = self._child.receive(_POLL_S)
                match event:
                    case None:
                        patience_s = self._limits.progress_s if self.reached else START_LIMIT_S
                        if time.monotonic() - last_sign > patience_s:
                            self.kill()
                            raise self._error(Code.READER_TIMEOUT, seconds=math.ceil(patience_s))
                        continue
                    case Ready(step):
                        self.reached = step
                    case Opening():
                        yield event
                    case WireFailed(problem) if _is_finding(problem):
                        raise AppError(problem.code, **self._with_whole_path(problem.params))
                    case WireFailed():
                        raise self._error(Code.READER_CRASHED, signal=0)
                    case Parsed() | Drawn() | LayerRead():
                        yield event
                        return
                last_sign = time.monotonic()
            self.kill()
        except ChildDied as died:
            raise self._explain(died) from died

    def _explain(self, died: ChildDied) -> AppError:
        ended_by = died.detail if died.cause is Cause.SIGNAL else 0
        if died.cause is Cause.EXITED and died.detail > _SHELL_SIGNALS:
            ended_by = died.detail - _SHELL_SIGNALS
        match died.cause:
            case Cause.OUT_OF_MEMORY:
                return self._error(Code.READER_OUT_OF_MEMORY)
            case Cause.HUNG:
                return self._error(Code.READER_TIMEOUT, seconds=died.detail)
            case Cause.EXITED if not ended_by:
                return AppError(Code.BUG, where=f"reader exited with {died.detail}")
        if ended_by == getattr(signal, "SIGXCPU", -1):
            return self._error(Code.READER_TIMEOUT, seconds=self._limits.cpu_s)
        return self._error(Code.READER_CRASHED, signal=ended_by)

    def _with_whole_path(self, params: dict[str, Parameter]) -> dict[str, Parameter]:
        """The reader knows the file's name only."""
        return params | ({"path": printable(self.path)} if "path" in params else {})

    def _error(self, code: Code, **params: int) -> AppError:
        return AppError(code, path=printable(self.path), **params)


# A reader that a document has taken over may say anything: nothing that later code relies on is taken on trust.


def _is_finding(problem: Problem) -> bool:
    return {name: type(value) for name, value in problem.params.items()} == _FINDINGS.get(problem.code)


def _is_sound(document: Document) -> bool:
    numbers = [page.number for page in document.pages]
    return (
        numbers == list(range(1, len(numbers) + 1))
        and not any(page.picture or page.confidence is not None for page in document.pages)  # the recogniser's to say
        and all(1 <= section.page <= len(numbers) for section in document.outline)
        and len(document.sha256) == _SHA256_DIGITS
        and set(document.sha256) <= set("0123456789abcdef")
    )


def _is_whole(image: Raster) -> bool:
    return min(image.width, image.height) >= 1 and len(image.rgb) == image.width * image.height * 3


def _is_layer(layer: PageLayer) -> bool:
    if len(layer.boxes) != BOX_BYTES * len(layer.text):
        return False
    edges = array("f", layer.boxes)
    return all(0.0 <= edge <= 1.0 for edge in edges)

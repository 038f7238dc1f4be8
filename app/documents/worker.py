"""The reader: the process in which one untrusted document is decoded, and nothing else.

Its command line is that of `isolation.worker_main.enter`; its file is the document, opened by the desk.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import sys
import time
import traceback
from pathlib import Path
from types import FrameType

from app.core.document import Format
from app.core.errors import AppError, Code, Problem
from app.core.events import Opening
from app.documents import parsing
from app.documents.files import PACKED_LIMIT_BYTES
from app.documents.formats.contract import Content
from app.documents.formats.detect import HEAD_BYTES, identify
from app.documents.protocol import DrawnPage, DrawPage, DrawScan, Event, LayerRead, Order, Parse, Parsed, ReadLayer
from app.isolation import worker_main
from app.isolation.heartbeat import Port, WireFailed

HASH_SLICE_BYTES = 16 << 20
EVENT_INTERVAL_S = 0.05
"""Progress is sent at most this often, so that a book of many small steps does not flood the pipe."""


class ProgressSender:
    """Sends the progress of a format to the desk; every call is a sign that the work goes on."""

    def __init__(self, port: Port[Order]) -> None:
        self._port = port
        self._sent_at = 0.0

    def __call__(self, done: int, total: int) -> None:
        self._port.step()
        now = time.monotonic()
        if done >= total or now - self._sent_at >= EVENT_INTERVAL_S:
            self._sent_at = now
            self._port.send(Opening(done, total))


class DocumentHandler:
    """The document on which the orders are carried out."""

    def __init__(self, untrusted_bytes: memoryview | bytes) -> None:
        self._untrusted_bytes = untrusted_bytes
        self._sha256 = ""

    def carry_out(self, order: Order, progress: ProgressSender) -> Event:
        """Whatever happens becomes an event: AppErrors as they are, memory by its own code, the rest by `diagnose`."""
        format: Format | None = None
        try:
            format = identify(order.name, bytes(self._untrusted_bytes[:HEAD_BYTES]))
            content = Content(order.name, self._untrusted_bytes, self._hash(progress), order.password)
            match order:
                case Parse():
                    return Parsed(parsing.parse(content, progress))
                case DrawPage(sha256=sha256, page=page) | ReadLayer(sha256=sha256, page=page) if (
                    sha256 != content.sha256
                ):
                    raise AppError(Code.PAGE_UNAVAILABLE, path=order.name, page=page)
                case DrawPage(page=page, width=width):
                    return DrawnPage(parsing.page_image(content, page, width))
                case ReadLayer(page=page):
                    return LayerRead(parsing.page_layer(content, page))
                case DrawScan(page=page):
                    return DrawnPage(parsing.scan_image(content, page))
        except AppError as error:
            return WireFailed(error.problem)
        except MemoryError:
            return out_of_memory(order.name)
        except Exception as error:
            traceback.print_exc()  # goes nowhere, unless OCTAVO_DEBUG connects it
            return WireFailed(diagnose(error, order.name, format))

    def _hash(self, progress: ProgressSender) -> str:
        """SHA-256 of the file, hex; worked out once."""
        if not self._sha256:
            digest = hashlib.sha256()
            for start in range(0, len(self._untrusted_bytes), HASH_SLICE_BYTES):
                digest.update(self._untrusted_bytes[start : start + HASH_SLICE_BYTES])
                progress(0, 0)
            self._sha256 = digest.hexdigest()
        return self._sha256


def out_of_memory(name: str) -> WireFailed:
    return WireFailed(Problem(Code.READER_OUT_OF_MEMORY, {"path": name}))


def diagnose(error: Exception, name: str, format: Format | None) -> Problem:
    """What an exception means that no format expected.

    Built-in exceptions that our own code raised, and everything the sandbox or a missing import causes, are our bugs.
    What a library raised, in its code or of its own type, says that the library could not make sense of the bytes.
    RecursionError is a document nested beyond reason, wherever the stack happened to end.
    """
    frames = list(traceback.walk_tb(error.__traceback__))
    ours = bool(frames) and _is_ours(frames[-1][0]) and type(error).__module__ == "builtins"
    if not isinstance(error, RecursionError) and (ours or isinstance(error, OSError | ImportError)):
        file, line = (frames[-1][0].f_code.co_filename, frames[-1][1]) if frames else ("?", 0)
        return Problem(Code.BUG, {"where": f"{Path(file).name}:{line} {type(error).__name__}"})
    return Problem(Code.DOCUMENT_DAMAGED, {"path": name, "format": format.value if format else ""})


def _is_ours(frame: FrameType) -> bool:
    """By package, since a frozen program names no files."""
    return str(frame.f_globals.get("__package__")).partition(".")[0] == "app"


def main(*arguments: str) -> None:
    port, (fd,) = worker_main.enter(Order, arguments, get_ready=parsing.preload, mapped_bytes=PACKED_LIMIT_BYTES)
    # A private copy on write, though nothing is written: ctypes gives PDFium the address of writable memory only.
    handler = DocumentHandler(memoryview(mmap.mmap(fd, os.fstat(fd).st_size, access=mmap.ACCESS_COPY)))
    progress = ProgressSender(port)
    worker_main.serve(port, lambda order: handler.carry_out(order, progress), lambda order: out_of_memory(order.name))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The desk's side of reading: a process per document, whose crash or hang costs that document and nothing else."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import msgspec

from app.core.cancel import Cancel
from app.core.document import Document, Flag, Format, PageLayer
from app.core.errors import AppError, Code
from app.core.events import Cancelled, Done, Failed, Opening
from app.core.image import Raster
from app.core.password import Password
from app.documents.opened import OpenedDocument
from app.documents.protocol import DrawPage, DrawScan, ReadLayer
from app.documents.scans import recognition
from app.documents.scans.recogniser import Recogniser, RecogniserLimits
from app.documents.scans.recognition import Forgetful, Recognitions
from app.isolation import sandbox
from app.isolation.files import look_at, printable
from app.isolation.process import ReaderLimits, step_to_ask_for
from app.isolation.sandbox import Step

KEPT_DOCUMENTS = 2
"""Readers that stay for drawing pages: the book a person looks at, and the one they compare it with."""

_Answer = TypeVar("_Answer")

_log = logging.getLogger("octavo.reader")


class Reader:
    """Reads documents and draws their pages. Every method may be called from any thread."""

    def __init__(
        self,
        step: Step | None = None,
        limits: ReaderLimits | None = None,
        recognitions: Recognitions | None = None,
        recogniser_limits: RecogniserLimits | None = None,
    ) -> None:
        """`step` None takes the highest that this system offers, `recognitions` None remembers none."""
        self._asked = step
        self._reached: Step | None = None
        self._limits = limits or ReaderLimits()
        self._recognitions = recognitions or Forgetful()
        self._recogniser_limits = recogniser_limits or RecogniserLimits()
        self._kept: OrderedDict[tuple[Path, str], OpenedDocument] = OrderedDict()
        self._passwords: dict[str, Password] = {}  # by the SHA-256 of what they open
        self._keeping = threading.Lock()
        # A reader ends with the thread that started it, so that none outlives the desk: this thread lives as long.
        self._starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reader-starter")

    def step(self) -> Step:
        """The step in force: what the latest reader reported, before the first one what was found by trying.

        Trying takes a few tenths of a second, once per process.
        """
        return self._reached or self._asked or sandbox.probe()

    def read(
        self, path: Path, cancel: Cancel, password: Password | None = None
    ) -> Iterator[Opening | Done[Document] | Cancelled | Failed]:
        """Turn the file into pages, and recognise the text of those that are pictures.

        Cancelling ends the reader within a tenth of a second.

        A password that opened a file is held in memory until `close`, so that its pages can be drawn; nothing of it is
        kept. Whoever opens the desk anew has the book's text, and gives the password again to see its pages drawn.
        """
        yield Opening(0, 0)
        began = time.monotonic()
        try:
            opened = self._open(path)
        except AppError as error:
            yield self._failed(error)
            return
        document: Document | None = None
        try:
            for event in self._read(opened, password, cancel):
                if isinstance(event, Opening):
                    yield event
                else:
                    document = event
        except AppError as error:
            yield self._failed(error)
            return
        finally:
            self._reached = opened.reached or self._reached
            if document is None or document.format is not Format.PDF:
                opened.kill()
        if document is None:
            yield Cancelled()
            return
        if document.format is Format.PDF:
            with self._keeping:
                if password is not None:
                    self._passwords[document.sha256] = password
                self._keep(path, document.sha256, opened)
        _log.info("read %d pages, %d characters, %.2f s", len(document.pages), document.characters, _since(began))
        yield Done(document)

    def draw_page(self, path: Path, sha256: str, page: int, width: int) -> Raster:
        """Draw page `page` (from 1), `width` pixels wide, of the PDF that had `sha256` when it was read.

        Raises AppError PAGE_UNAVAILABLE when the file moved or changed or has no such page,
        DOCUMENT_PASSWORD_NEEDED when its password was not given since the desk was opened, READER_... when its process
        died of it.
        """
        order = DrawPage(printable(Path(path.name)), sha256, page, width, self._passwords.get(sha256))
        return self._ask(path, sha256, page, lambda opened: opened.draw(order))

    def page_layer(self, path: Path, sha256: str, page: int) -> PageLayer:
        """Where the characters of page `page` (from 1) stand on its drawing. Raises AppError as `draw_page`."""
        order = ReadLayer(printable(Path(path.name)), sha256, page, self._passwords.get(sha256))
        return self._ask(path, sha256, page, lambda opened: opened.layer(order))

    def close(self) -> None:
        """End every reader and drop all passwords. May be called twice; nothing can be read afterwards."""
        for opened in list(self._kept.values()):  # without waiting for a page that is being drawn
            opened.kill()
        with self._keeping:
            while self._kept:
                self._kept.popitem()[1].kill()
        self._passwords.clear()
        self._starter.shutdown()

    def _read(self, opened: OpenedDocument, password: Password | None, cancel: Cancel) -> Iterator[Opening | Document]:
        """The progress, then the document; once `cancel` is asked nothing more. Raises AppError."""
        name = printable(Path(opened.path.name))
        for event in opened.read(name, password, cancel):
            if isinstance(event, Document) and recognition.is_wanted(event):
                yield from self._recognise(event, opened, DrawScan(name, 0, password), cancel)
            else:
                yield event

    def _recognise(
        self, document: Document, opened: OpenedDocument, order: DrawScan, cancel: Cancel
    ) -> Iterator[Opening | Document]:
        """As `recognition.recognise`; a document that then has no text at all is refused."""

        def draw(page: int) -> Raster | None:
            return opened.draw_scan(msgspec.structs.replace(order, page=page), cancel)

        recogniser = Recogniser(
            step_to_ask_for(self._asked), self._recogniser_limits, len(document.pages), self._starter
        )
        try:
            for event in recognition.recognise(document, draw, recogniser, self._recognitions, cancel):
                if isinstance(event, Document) and not event.characters:
                    failed = any(Flag.NOT_RECOGNISED in page.flags for page in event.pages)
                    code = Code.RECOGNITION_FAILED if failed else Code.DOCUMENT_NO_TEXT
                    raise AppError(code, path=printable(opened.path), pages=len(event.pages))
                yield event
        finally:
            recogniser.close()

    def _open(self, path: Path) -> OpenedDocument:
        return OpenedDocument(path, step_to_ask_for(self._asked), self._limits, self._starter)

    def _kept_reader(self, path: Path, sha256: str) -> OpenedDocument | None:
        """The reader that holds the file as it is now. The caller holds the lock."""
        opened = self._kept.get((path, sha256))
        if opened is None:
            return None
        with contextlib.suppress(AppError):
            if opened.alive and opened.version == look_at(path):
                self._kept.move_to_end((path, sha256))
                return opened
        self._kept.pop((path, sha256)).kill()
        return None

    def _ask(self, path: Path, sha256: str, page: int, ask: Callable[[OpenedDocument], _Answer]) -> _Answer:
        """Ask the reader that is kept for this file; a new one where there is none, or where it has died."""
        with self._keeping:
            kept = self._kept_reader(path, sha256)
            if kept is not None:
                try:
                    return self._put(kept, sha256, ask)
                except AppError as error:
                    if error.code is not Code.READER_CRASHED:  # it may have died at any time since the last page
                        raise
            try:
                opened = self._open(path)
            except AppError as error:
                raise AppError(Code.PAGE_UNAVAILABLE, path=printable(path), page=page) from error
            self._keep(path, sha256, opened)
            return self._put(opened, sha256, ask)

    def _put(self, opened: OpenedDocument, sha256: str, ask: Callable[[OpenedDocument], _Answer]) -> _Answer:
        """Ask a kept reader, which is given up if that fails. The caller holds the lock."""
        try:
            return ask(opened)
        except AppError as error:
            if error.code is not Code.DOCUMENT_PASSWORD_NEEDED:
                self._kept.pop((opened.path, sha256), None)
                opened.kill()
            raise
        finally:
            self._reached = opened.reached or self._reached

    def _keep(self, path: Path, sha256: str, opened: OpenedDocument) -> None:
        """Keep it for drawing, and end those that now are too many. The caller holds the lock."""
        with contextlib.suppress(KeyError):
            self._kept.pop((path, sha256)).kill()
        self._kept[path, sha256] = opened
        while len(self._kept) > KEPT_DOCUMENTS:
            self._kept.popitem(last=False)[1].kill()

    def _failed(self, error: AppError) -> Failed:
        _log.warning("not read: %s", error.code.value)
        return Failed(error.problem)


def _since(moment: float) -> float:
    return time.monotonic() - moment

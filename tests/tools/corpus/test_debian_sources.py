"""Every PDF of qpdf, pypdf and pdfminer and every DOCX of python-docx, damaged and hostile ones among them: each gives
pages or a typed error within its limits, and no reader outlives it.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import psutil
import pytest

from app.core.documents.document import Document, Format
from app.core.errors import AppError, Code
from app.core.work import Cancel, finish
from app.documents.reader import DocumentReader
from app.isolation.limits import READER_MEMORY_BYTES
from tests.tools.corpus.words import corpus

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(3_600)]

_PACKAGES = {"qpdf": ".pdf", "pypdf": ".pdf", "pdfminer": ".pdf", "python-docx": ".docx"}
_WORKERS = 2
_LOOK_INTERVAL_S = 0.1
_END_LIMIT_S = 10.0  # the system ends what is inside a sandbox after the sandbox
_UNTYPED = {Code.BUG, Code.READER_CRASHED}
"""The codes which say that a reader came to an end that nobody foresaw."""


class _Outcome(msgspec.Struct, frozen=True):
    path: Path
    document: Document | None
    code: Code | None
    drawing: Code | None  # why page 1 could not be drawn
    seconds: float


class _Watch(threading.Thread):
    """Notes which processes the readers were, and the most memory that any of them had in use."""

    def __init__(self) -> None:
        super().__init__(name="memory-watch", daemon=True)
        self.peak_bytes = 0
        self.seen: set[psutil.Process] = set()
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(_LOOK_INTERVAL_S):
            for child in psutil.Process().children(recursive=True):
                self.seen.add(child)
                self.peak_bytes = max(self.peak_bytes, _high_water(child.pid))

    def end(self) -> None:
        self._ended.set()
        self.join()


def _is_alive(process: psutil.Process) -> bool:
    """One that nobody asks for its exit status is gone all the same, though its number stays."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _high_water(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM:")), 0)


def _try(reader: DocumentReader, path: Path) -> _Outcome:
    began = time.monotonic()
    try:
        document, drawing = finish(reader.read(path, Cancel())), None
    except AppError as error:
        return _Outcome(path, None, error.code, None, time.monotonic() - began)
    if document.format is Format.PDF:
        try:
            reader.draw_page(path, document.sha256, 1, 800)
        except AppError as error:
            drawing = error.code
    return _Outcome(path, document, None, drawing, time.monotonic() - began)


def _files(package: str) -> list[Path]:
    found = (path for path in corpus(package).rglob("*") if path.suffix.lower() == _PACKAGES[package])
    return sorted(path for path in found if path.is_file() and not path.is_symlink())


def _try_all(paths: list[Path]) -> tuple[list[_Outcome], _Watch]:
    watch = _Watch()
    watch.start()
    readers = [DocumentReader() for _ in range(_WORKERS)]

    def work(number: int) -> list[_Outcome]:
        return [_try(readers[number], path) for path in paths[number::_WORKERS]]

    try:
        with ThreadPoolExecutor(_WORKERS) as pool:
            outcomes = [outcome for part in pool.map(work, range(_WORKERS)) for outcome in part]
    finally:
        for reader in readers:
            reader.close()
        watch.end()
    return outcomes, watch


@pytest.mark.parametrize("package", _PACKAGES)
def test_every_document_gives_pages_or_a_typed_error(package: str) -> None:
    paths = _files(package)
    assert paths
    outcomes, watch = _try_all(paths)
    for line in _report(package, outcomes, watch.peak_bytes):
        print(line)
    untyped = [outcome for outcome in outcomes if {outcome.code, outcome.drawing} & _UNTYPED]
    assert not untyped, untyped
    assert all(outcome.document is None or outcome.document.pages for outcome in outcomes)
    assert watch.seen
    psutil.wait_procs([process for process in watch.seen if _is_alive(process)], timeout=_END_LIMIT_S)
    survivors = [process for process in watch.seen if _is_alive(process)]
    assert not survivors
    assert 0 < watch.peak_bytes <= READER_MEMORY_BYTES


def _report(package: str, outcomes: list[_Outcome], peak_bytes: int) -> Iterator[str]:
    documents = [outcome.document for outcome in outcomes if outcome.document]
    pages = [page for document in documents for page in document.pages]
    errors = Counter(outcome.code.value for outcome in outcomes if outcome.code)
    flags = Counter(flag.value for page in pages for flag in page.flags)
    undrawn = Counter(outcome.drawing.value for outcome in outcomes if outcome.drawing)
    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    yield f"\n{package}: {len(outcomes)} documents, {len(documents)} read, {len(pages)} pages"
    yield f"  refused: {dict(errors.most_common())}"
    yield f"  flags of pages: {dict(flags.most_common())}"
    yield f"  page 1 not drawn: {dict(undrawn)}"
    yield f"  slowest: {slowest.seconds:.1f} s, {slowest.path.name}"
    yield f"  most memory of a reader: {peak_bytes >> 20} MiB of {READER_MEMORY_BYTES >> 20} MiB"

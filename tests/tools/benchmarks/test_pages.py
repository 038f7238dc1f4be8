"""How long a page of a book takes to show that was not looked at yet, in a book of 30 pages and in one of 3,000."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from app.documents.layer import Layer
from app.documents.reader import DocumentReader
from app.isolation import sandbox
from tests.documents.pdf_writer import lines, write_pdf

_LINES = 45
_WIDTH = 800
_SENTENCE = "the tenant shall give notice to the harbour office."


def test_the_first_page_of_a_long_book(tmp_path: Path) -> None:
    sandbox.probe()  # once per process, long before
    colds: dict[int, list[float]] = {}
    for pages in (30, 3_000):
        path, sha256 = _book(tmp_path, pages)
        colds[pages] = []
        for page in (1, pages - 1):
            cold_s, warm_s, lit_s, memory = _look(path, sha256, page)
            colds[pages].append(cold_s)
            print(
                f"\n{pages} pages, {path.stat().st_size / 1e6:.1f} MB: page {page} drawn after {cold_s:.2f} s by a new"
                f" reader, the next after {1000 * warm_s:.0f} ms, a quotation found on it after {1000 * lit_s:.0f} ms;"
                f" the reader takes {memory / 1e6:.0f} MB"
            )
    print(f"\nthe long book against the short one: {_mean(colds[3_000]) / _mean(colds[30]):.2f}")


def _book(folder: Path, pages: int) -> tuple[Path, str]:
    path = folder / f"{pages}.pdf"
    path.write_bytes(
        write_pdf(
            [lines(*(f"Page {page} line {line}: {_SENTENCE}" for line in range(_LINES))) for page in range(pages)]
        )
    )
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def _look(path: Path, sha256: str, page: int) -> tuple[float, float, float, int]:
    reader = DocumentReader()
    try:
        began = time.perf_counter()
        assert reader.draw_page(path, sha256, page, _WIDTH).width == _WIDTH
        drawn = time.perf_counter()
        reader.draw_page(path, sha256, page + 1, _WIDTH)
        turned = time.perf_counter()
        assert Layer(reader.page_layer(path, sha256, page)).find_quotation(f"Page {page - 1} line 7: {_SENTENCE}")
        found = time.perf_counter()
        memory = max(child.memory_info().rss for child in psutil.Process().children(recursive=True))
    finally:
        reader.close()
    return drawn - began, turned - drawn, found - turned, memory


def _mean(figures: Sequence[float]) -> float:
    return sum(figures) / len(figures)

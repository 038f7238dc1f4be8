"""How long a PDF's text takes, beside `pdftotext` on the same files: wall clock, the best of a few runs each."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.work import Cancel
from app.documents.reader import DocumentReader
from app.ui.kit.jobs import Done
from tests.documents.pdf_writer import lines, show, write_pdf
from tests.endings import as_events

_RUNS = 3
_PAGES = 400
_FETCHED = ("developers-reference.pdf", "issue-604.pdf")
_LINE = "The river rises in the hills above the town and runs past the old mill before it turns, page {}."


@pytest.fixture(scope="module")
def reader() -> Iterator[DocumentReader]:
    reader = DocumentReader()
    yield reader
    reader.close()


def _page(number: int) -> str:
    body = lines(*(_LINE.format(number) for _ in range(44)), y=700)
    return show("The Ferry at the Old Mill", 72, 750) + body + show(str(number), 300, 40)


def _read(reader: DocumentReader, path: Path) -> tuple[int, float, float]:
    """The number of pages, the seconds from the reader's first word, when it is ready, to its last, and all of them."""
    began = time.monotonic()
    events = as_events(reader.read(path, Cancel()))
    next(events)  # said before there is a reader
    next(events)
    ready = time.monotonic()
    *_, last = events
    ended = time.monotonic()
    assert isinstance(last, Done), last
    return len(last.result.pages), ended - ready, ended - began


def _pdftotext(path: Path, folder: Path) -> float:
    began = time.monotonic()
    subprocess.run(["pdftotext", str(path), str(folder / "text")], check=True)
    return time.monotonic() - began


def _files(folder: Path) -> dict[str, Path]:
    """One that is written here, and what `packaging/dev corpus` fetched, if it did."""
    written = folder / "written.pdf"
    written.write_bytes(write_pdf([_page(number) for number in range(1, _PAGES + 1)]))
    fetched = Path(os.environ.get("OCTAVO_CORPUS", "build/corpus")).absolute() / "unpacked"
    found = {"written for this": written}
    found |= {path.name: path for path in sorted(fetched.rglob("*.pdf")) if path.name in _FETCHED}
    return found


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not there")
def test_extraction_beside_pdftotext(reader: DocumentReader, tmp_path: Path) -> None:
    for name, path in _files(tmp_path).items():
        readings = [_read(reader, path) for _ in range(_RUNS)]
        theirs_s = min(_pdftotext(path, tmp_path) for _ in range(_RUNS))
        pages = readings[0][0]
        ready_s, whole_s = min(each[1] for each in readings), min(each[2] for each in readings)
        print(
            f"\n{name}, {pages} pages: {ready_s:.2f} s, {pages / ready_s:.0f} pages/s; pdftotext {theirs_s:.2f} s;"
            f" ratio {ready_s / theirs_s:.2f}, and {whole_s / theirs_s:.2f} with the start of a reader"
        )
        assert pages

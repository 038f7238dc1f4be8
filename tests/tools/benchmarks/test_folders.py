"""How long a folder takes, with several readers and with one; and how long the window does not answer meanwhile."""

from __future__ import annotations

import contextlib
import hashlib
import time
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from app.core.documents.document import Document, Format, Page
from app.core.machine.paths import Paths
from app.core.work import Cancel, finish
from app.services.library import parallel_reading
from app.services.services import Services
from app.ui.kit.bridge import Bridge
from app.ui.window.application import WindowStart
from app.ui.window.window import WindowPresenter
from tests.documents.office_writer import paragraph, write_docx
from tests.tools.benchmarks.case_folder import make
from tests.tools.benchmarks.test_scale import watch
from tests.tools.benchmarks.waiting import run_until
from tests.ui.room import Room, application
from tests.whole import EXTENSIONS, open_desk

_FILES, _SHELF, _ADDED = 24, 300, 200
_MOST_FRAMES = 3.0
_AGAIN_SHARE = 0.1
"""The share of the time of the first scan that scanning a folder again may take, in which nothing has changed."""


def _fill(folder: Path, files: int) -> Path:
    for number in range(files):
        file = folder / f"part {number % 4}" / f"{number}.docx"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(write_docx("".join(paragraph(f"Berth {number}, line {line}.") for line in range(40))))
    return folder


def _took(folder: Path, desk: Path, readers: int) -> tuple[float, float]:
    """Seconds for all files, and for looking through the folder once more."""
    with (
        contextlib.closing(open_desk(Paths(desk))) as services,
        mock.patch.object(parallel_reading, "readers_at_once", return_value=readers),
    ):
        began = time.monotonic()
        report = finish(services.documents.adding.add([folder], Cancel()))
        added = time.monotonic()
        assert len(report.added) == _FILES
        assert len(finish(services.documents.adding.add([folder], Cancel())).unchanged) == _FILES
        return added - began, time.monotonic() - added


def test_several_readers(tmp_path: Path) -> None:
    folder = _fill(tmp_path / "case", _FILES)
    at_once = max(2, parallel_reading.readers_at_once())
    alone_s, _again = _took(folder, tmp_path / "alone", 1)
    several_s, again_s = _took(folder, tmp_path / "several", at_once)
    print(
        f"\n{_FILES} files: one reader {alone_s:.1f} s, {at_once} readers {several_s:.1f} s"
        f" ({several_s / alone_s:.2f} of it); nothing new: {again_s:.2f} s"
    )
    assert again_s < _AGAIN_SHARE * several_s


def test_the_window_answers_while_a_folder_is_added(tmp_path: Path) -> None:
    room = Room(tmp_path / "desk")
    try:
        for number in range(_SHELF):
            digest = hashlib.sha256(str(number).encode()).hexdigest()
            room.fake.books.add(_document(f"Book {number}", digest), Path(f"/home/me/{number}.pdf"))
        folder = tmp_path / "case"
        for number in range(_ADDED):
            file = folder / f"part {number % 7}" / f"added {number}.pdf"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"x" * number)
            digest = hashlib.sha256(file.name.encode()).hexdigest()
            room.reader.documents[file.name] = _document(file.stem, digest)
        room.add_conversation("A")
        room.open()
        steps = watch(room, lambda _n: room.presenter.shelf_area.folders.take([folder]), 1)
        assert len(room.desk.documents.library.books()) == _SHELF + _ADDED
        steps += watch(room, partial(_open_list, room), 1)
        steps.sort()
        print(f"\n{_ADDED} files onto a shelf of {_SHELF}: the worst step {steps[-1]:.1f} frames, of {len(steps)}")
        assert steps[-1] <= _MOST_FRAMES
    finally:
        room.close()


def test_the_window_answers_while_the_folder_of_a_matter_is_added(tmp_path: Path) -> None:
    """Real files by the real readers: 300 of 25 kinds, scans, copies, damaged and encrypted ones among them."""
    case = make(tmp_path / "case")
    window = _Window(tmp_path / "desk")
    try:
        steps = sorted(watch(window, lambda _n: window.presenter.shelf_area.folders.take([tmp_path / "case"]), 1))
        books = window.desks[-1].documents.library.books()
        within = ", ".join(f"{share:.1%} within {steps[int(share * len(steps))]:.2f}" for share in (0.5, 0.99, 0.999))
        print(f"\n{len(books)} documents: the worst step {steps[-1]:.1f} frames, of {len(steps)}; {within}")
        assert len(books) > len(case.copies)
        assert steps[-1] <= _MOST_FRAMES
    finally:
        window.start.close()


class _Window:
    """The program's own window over a real desk."""

    def __init__(self, folder: Path) -> None:
        self.desks: list[Services] = []
        handbook = Path("resources/handbook")
        self.start = WindowStart(application(), Paths(folder), self._open, handbook, (), EXTENSIONS)
        bridge = self.start.findChild(Bridge)
        assert isinstance(bridge, Bridge)
        self.bridge = bridge
        self.start.begin()
        run_until(lambda: self.start.presenter is not None and self.bridge.idle, every_ms=20)

    def _open(self, *arguments: Any, **named: Any) -> Services:
        self.desks.append(open_desk(*arguments, **named))
        return self.desks[-1]

    @property
    def presenter(self) -> WindowPresenter:
        assert self.start.presenter is not None
        return self.start.presenter


def _open_list(room: Room, _number: int) -> None:
    room.presenter.shelf_area.folders.open_list()


def _document(title: str, digest: str) -> Document:
    pages = tuple(Page(page, str(page), f"{title}, page {page}: the tenant pays.") for page in range(1, 9))
    return Document(title, Format.PDF, digest, pages)

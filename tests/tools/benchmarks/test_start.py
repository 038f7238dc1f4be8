"""How soon the window's frame is on the screen, and the window usable, as a multiple of what an empty window of PySide6
takes: the checkout's, or, with OCTAVO_PROGRAM, that of a frozen program.

Both windows open on the display that there is (Xvfb, say), or offscreen where there is none, one after the other.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from app.core.conversations.conversation import BookRef
from app.core.machine.paths import Paths
from app.store.books import Books
from tests.ui import shelf_of_books
from tests.whole import open_desk

_TIMEOUT_S = 60.0
_ROUNDS = 9
_MOST_TO_FRAME, _MOST_TO_USE = 1.5, 3.0
_LINE = re.compile(r"(its frame was on the screen|the window was open) ([\d.]+) s after the start, ([\d.]+) s of")
_EMPTY = """
import json, time
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget

class Window(QWidget):
    def paintEvent(self, event):
        QTimer.singleShot(0, tell)

def tell():
    wall, processor = time.time(), time.process_time()
    import psutil
    print(json.dumps([wall - psutil.Process().create_time(), processor]))
    application.exit()

application = QApplication([])
window = Window()
window.resize(1440, 900)
window.show()
application.exec()
"""


class Seconds(NamedTuple):
    """Since the start of the process, by the clock; of processor time."""

    wall: float
    processor: float


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """With modules kept compiled, as a person's are."""
    made = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if made.get("DISPLAY"):
        made.pop("QT_QPA_PLATFORM", None)
    return made | {"PYTHONPYCACHEPREFIX": str(tmp_path / "compiled")}


@pytest.fixture
def desk(tmp_path: Path) -> Paths:
    """With a few books and conversations."""
    paths = Paths(tmp_path / "desk")
    with contextlib.closing(open_desk(paths)) as made:
        books = Books(made.database)
        documents = (shelf_of_books.lease(), shelf_of_books.letters(), shelf_of_books.survey(), shelf_of_books.rules())
        kept = [books.add(document, tmp_path / document.title) for document in documents]
        for number in range(5):
            made.conversations.create(f"Conversation {number}", tuple(BookRef(book.id) for book in kept[:number]))
    return paths


def test_the_window_is_there_at_once(desk: Paths, environment: dict[str, str]) -> None:
    frames, opened, empty = [], [], []
    for number in range(_ROUNDS + 1):
        frame, usable = _open_window(desk, environment)
        nothing = _open_empty_window(environment)
        if number:  # the first start compiles, and brings the files into memory
            frames.append(frame)
            opened.append(usable)
            empty.append(nothing)
    ratios = [_ratio(frames, empty), _ratio(opened, empty)]
    for words, found in (("an empty window", empty), ("the frame", frames), ("the window, usable", opened)):
        wall, processor = _median(found)
        print(f"\n{words}: {wall:.3f} s, {processor:.3f} s of processor", end="")
    for words, ratio in zip(("frame", "usable"), ratios, strict=True):
        print(f"\n{words}: {ratio.wall:.2f} times the empty window, {ratio.processor:.2f} of processor", end="")
    print()
    assert ratios[0].wall <= _MOST_TO_FRAME
    assert ratios[1].wall <= _MOST_TO_USE


def _median(found: list[Seconds]) -> Seconds:
    return Seconds(*(statistics.median(column) for column in zip(*found, strict=True)))


def _ratio(ours: list[Seconds], empty: list[Seconds]) -> Seconds:
    mine, others = _median(ours), _median(empty)
    return Seconds(mine.wall / others.wall, mine.processor / others.processor)


def _open_window(paths: Paths, environment: dict[str, str]) -> tuple[Seconds, Seconds]:
    """To the frame and until it is usable, as the log says. Usable: the shelf is listed, and what was waiting done."""
    paths.log.unlink(missing_ok=True)
    frozen = os.environ.get("OCTAVO_PROGRAM")
    start = [frozen] if frozen else [sys.executable, "-P", "-m", "app"]
    program = subprocess.Popen([*start, "--data-dir", str(paths.data)], env=environment, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + _TIMEOUT_S
        while time.monotonic() < end:
            found = _LINE.findall(paths.log.read_text(encoding="utf-8")) if paths.log.exists() else []
            if len(found) > 1:
                frame, usable = (Seconds(float(wall), float(processor)) for _words, wall, processor in found)
                return frame, usable
            time.sleep(0.05)
        raise TimeoutError("the window did not open")
    finally:
        program.terminate()
        program.wait()


def _open_empty_window(environment: dict[str, str]) -> Seconds:
    command = [sys.executable, "-P", "-c", _EMPTY]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return Seconds(*json.loads(told.stdout.splitlines()[0]))

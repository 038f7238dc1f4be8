"""Does what a person does: moves the mouse, presses its buttons, types, carries files over from another window."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QPoint, QRect

_MOVES = 6


def xdotool(*words: object) -> str:
    """Raises CalledProcessError."""
    done = subprocess.run(["xdotool", *map(str, words)], capture_output=True, text=True, check=True)
    return done.stdout


def point(place: QPoint) -> None:
    xdotool("mousemove", "--sync", place.x(), place.y())


def click(place: QPoint, *, button: int = 1, times: int = 1) -> None:
    point(place)
    xdotool("click", "--repeat", times, "--delay", 80, button)


def scroll(place: QPoint, steps: int) -> None:
    """Down, or up where `steps` is negative."""
    point(place)
    xdotool("click", "--repeat", abs(steps), "--delay", 30, 5 if steps > 0 else 4)


def write(text: str) -> None:
    xdotool("type", "--delay", 15, text)


def press(*keys: str) -> None:
    xdotool("key", "--delay", 40, *keys)


@contextmanager
def folder_window(files: list[Path], place: QRect) -> Iterator[QPoint]:
    """A window of another program with a row of files, which can all be dragged at once; gives the point to drag."""
    source = [sys.executable, "-m", "tests.tools.journey.folder", *map(str, (place.x(), place.y(), *files))]
    process = subprocess.Popen(source, stdout=subprocess.PIPE, text=True, env=os.environ)
    try:
        assert process.stdout is not None
        x, y = map(int, process.stdout.readline().split())
        yield QPoint(x, y)
    finally:
        process.terminate()
        process.wait(10)


def drag(begin: QPoint, end: QPoint, *, stay_s: float = 0.0) -> None:
    """Drag as a hand does it, in several moves; over the end for `stay_s` before the button is let go."""
    point(begin)
    xdotool("mousedown", 1)
    for step in range(1, _MOVES + 1):
        part = step / _MOVES
        point(QPoint(round(begin.x() + (end.x() - begin.x()) * part), round(begin.y() + (end.y() - begin.y()) * part)))
        time.sleep(0.08)
    time.sleep(stay_s)


def drop() -> None:
    xdotool("mouseup", 1)

"""Does with Octavo's window what a person does: drops a file on it, types a question, waits for the answer; takes
pictures on the way. Everything goes through the display's own mouse and keyboard (XTEST).

person.py FILE QUESTION PICTURES LOG: FILE as the program sees it; LOG is Octavo's log, which says when it is done.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QPoint, Qt, QUrl, Signal
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel

PATIENCE_S = 300.0
READ, ANSWERED = " read ", "octavo.ask answer "
"""The words that the log has for a book that was read, and for an answer that has come to its end."""

_STEPS = 20


def xdotool(*words: object) -> str:
    done = subprocess.run(["/usr/bin/xdotool", *map(str, words)], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def wait_for(what: str, found: Callable[[], object]) -> None:
    """Raises TimeoutError."""
    end = time.monotonic() + PATIENCE_S
    while not found():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {PATIENCE_S:.0f} s for {what}")
        time.sleep(0.25)


class Source(QLabel):
    """A window with a file in it, to be dragged away."""

    def __init__(self, file: str) -> None:
        super().__init__(Path(file).name)
        self._file = file
        self.setWindowTitle("file")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setGeometry(1600, 1000, 240, 120)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        carried = QMimeData()
        carried.setUrls([QUrl.fromLocalFile(self._file)])
        drag = QDrag(self)
        drag.setMimeData(carried)
        drag.exec(Qt.DropAction.CopyAction)


class Person(QObject):
    """A person at the window. The work is done on a thread of its own, while this program's window answers the
    display."""

    look = Signal(str)
    done = Signal(int)

    def __init__(self, file: str, question: str, pictures: Path, log: Path) -> None:
        super().__init__()
        self._question, self._pictures, self._log = question, pictures, log
        self._source = Source(file)
        self.look.connect(self._take_picture, Qt.ConnectionType.BlockingQueuedConnection)
        self.done.connect(QApplication.exit)

    def begin(self) -> None:
        self._source.show()
        threading.Thread(target=self._work, daemon=True).start()

    def _take_picture(self, name: str) -> None:
        screen = QApplication.primaryScreen()
        screen.grabWindow(0).save(str(self._pictures / f"{name}.png"))

    def _work(self) -> None:
        try:
            self._ask()
        except (OSError, TimeoutError) as error:
            print(error, file=sys.stderr)
            self.look.emit("gave-up")
            self.done.emit(1)
        else:
            self.done.emit(0)

    def _ask(self) -> None:
        wait_for("the window", self._window)
        window = self._window()
        xdotool("windowmove", window, 0, 0)
        time.sleep(2)
        self.look.emit("1-window")
        self._drop_on(700, 400)
        wait_for("the book to be read", lambda: self._logged(READ))
        time.sleep(3)
        self.look.emit("2-dropped")
        xdotool("windowfocus", window)
        xdotool("type", "--delay", 20, self._question)
        time.sleep(1)
        self.look.emit("3-typed")
        xdotool("key", "Return")
        wait_for("the answer", lambda: self._logged(ANSWERED))
        time.sleep(2)
        self.look.emit("4-answer")
        xdotool("windowfocus", window)
        xdotool("key", "ctrl+q")
        wait_for("the window to close", lambda: not self._window())

    def _window(self) -> str:
        return xdotool("search", "--onlyvisible", "--name", "Octavo").partition("\n")[0]

    def _logged(self, text: str) -> bool:
        return self._log.exists() and text in self._log.read_text(encoding="utf-8")

    def _drop_on(self, x: int, y: int) -> None:
        begin = self._source.geometry().center()
        xdotool("mousemove", begin.x(), begin.y())
        xdotool("mousedown", 1)
        way = QPoint(x, y) - begin
        for step in range(1, _STEPS + 1):
            xdotool("mousemove", begin.x() + way.x() * step // _STEPS, begin.y() + way.y() * step // _STEPS)
            time.sleep(0.05)
        time.sleep(1)
        self.look.emit("dragging")
        xdotool("mouseup", 1)


def main(file: str, question: str, pictures: str, log: str) -> int:
    application = QApplication(sys.argv[:1])
    person = Person(file, question, Path(pictures), Path(log))
    person.begin()
    return application.exec()


if __name__ == "__main__":
    os._exit(main(*sys.argv[1:]))  # its thread may be in the middle of something

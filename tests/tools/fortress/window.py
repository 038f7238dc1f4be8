"""The program's own window, driven by the display's mouse and keyboard: it may be an installed one, which nobody can
look into. What happens in it shows in its log, in its desk and in pictures."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import psutil
from numpy.typing import NDArray

from tests.tools.fortress.program import Program
from tests.tools.journey import hand

PATIENCE_S = 180.0
READ, ANSWERED, LOADED = "octavo.reader read ", "octavo.ask answer ", "octavo.models planned "
"""The words in the log of a document that was read, of an answer that has come to its end, and of a model that is
loaded: the starter, where a person chose none."""

_SETTLE_S = 1.0
_TITLE, _OF_OCTAVO = "Octavo", " — Octavo"
"""The words in the main window's title, and those that Qt adds to the title of a dialog."""

_READ_CLIPBOARD = """
from PySide6.QtGui import QGuiApplication
application = QGuiApplication([])
print(application.clipboard().text(), end="")
"""
_LOOK_S, _GAP_S = 0.02, 0.01

_SIZE = (1440, 900)
ANSWERS = (306, 60, 946, 750)
"""The places in a window as it opens first, in px: its size, and where answers are in it, from the left and the top."""


def wait(what: str, is_so: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Raises AssertionError."""
    until = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < until, what
        time.sleep(0.1)


def holder(process: subprocess.Popen[bytes], program: Program) -> int:
    """Which holds the lock of the desk's window: it, or a child of it where the command is a script; 0 if neither."""
    lock = program.data / "window" / "lock"
    if not lock.exists():
        return 0
    held = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    inode = str(lock.stat().st_ino)
    pids = {int(fields[4]) for fields in held if fields[1] != "->" and fields[5].rpartition(":")[2] == inode}
    with contextlib.suppress(psutil.Error):
        return next((each.pid for each in family(process.pid) if each.pid in pids), 0)
    return 0


def is_visible(title: str) -> bool:
    """Whether the display shows a window whose title begins so."""
    try:
        return bool(hand.xdotool("search", "--onlyvisible", "--name", f"^{re.escape(title)}"))
    except subprocess.CalledProcessError:
        return False


def family(pid: int) -> list[psutil.Process]:
    """The process and all that it started. Raises psutil.Error."""
    this = psutil.Process(pid)
    return [this, *this.children(recursive=True)]


def copied() -> str:
    """Return the display's clipboard, as text."""
    return subprocess.run(
        [sys.executable, "-c", _READ_CLIPBOARD], env={**os.environ, "QT_QPA_PLATFORM": "xcb"}, check=True,
        capture_output=True, text=True, timeout=PATIENCE_S,
    ).stdout  # fmt: skip


class Log:
    """The lines that the program has written to its log since the last look; a log that was put aside is read to its
    end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("rb") if path.exists() else None
        if self._file is not None:
            self._file.seek(0, os.SEEK_END)

    def news(self) -> str:
        read = b"" if self._file is None else self._file.read()
        if self._path.exists() and (
            self._file is None or self._path.stat().st_ino != os.fstat(self._file.fileno()).st_ino
        ):
            self.close()
            self._file = self._path.open("rb")
            read += self._file.read()
        return read.decode("utf-8", "replace")

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


class Window:
    """One that is open, on the display that DISPLAY names."""

    def __init__(self, program: Program, process: subprocess.Popen[bytes], log: Log) -> None:
        self.program, self.process, self._log = program, process, log
        self._id = ""

    @property
    def id(self) -> str:
        """The id of the main window, as the display calls it; empty while there is none."""
        if not self._id:
            with contextlib.suppress(subprocess.CalledProcessError):
                self._id = hand.xdotool("search", "--onlyvisible", "--name", _TITLE).partition("\n")[0]
        return self._id

    @property
    def title(self) -> str:
        """The title of the main window: it begins with that of the conversation."""
        try:
            return hand.xdotool("getwindowname", self.id).strip()
        except subprocess.CalledProcessError:
            return ""

    @property
    def pid(self) -> int:
        """The id of the window's own process: the one that was started may be a script, or strace."""
        return holder(self.process, self.program)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def until(self, otherwise: str, is_so: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
        wait(otherwise, lambda: is_so() or not self.alive, patience_s)
        assert self.alive, f"the window ended with {self.process.returncode}"

    def until_shown(self, title: str) -> None:
        """A window with this title; the main window's may have more than this."""
        self.until(f"there is no window {title!r}, but {self.title!r}", lambda: is_visible(title))

    @property
    def size(self) -> tuple[int, int]:
        """In px, without its frame."""
        said = hand.xdotool("getwindowgeometry", "--shell", self.id)
        found = dict(line.split("=") for line in said.split())
        return int(found["WIDTH"]), int(found["HEIGHT"])

    def dialog(self) -> str:
        """The title of a dialog that is in front; empty if none is."""
        try:
            front = hand.xdotool("getactivewindow").strip()
            return "" if front == self.id else hand.xdotool("getwindowname", front).strip().removesuffix(_OF_OCTAVO)
        except subprocess.CalledProcessError:  # it was closed meanwhile
            return ""

    def until_idle(self, rest_s: float = 0.5) -> None:
        """Until it has handled all that was given to it: none of its threads runs, or waits for a processor, for so
        long."""
        process = Path(f"/proc/{self.pid}/task")
        since = time.monotonic()

        def rests() -> bool:
            nonlocal since
            states = set()
            for path in process.glob("*/stat"):
                with contextlib.suppress(OSError):  # the thread has ended meanwhile
                    states.add(path.read_text().rpartition(")")[2].split()[0])
            since = since if states <= {"S"} else time.monotonic()
            time.sleep(_LOOK_S)
            return time.monotonic() - since >= rest_s

        self.until("the window does not come to rest", rests)

    def processor_s(self) -> float:
        """That its process took so far."""
        times = psutil.Process(self.pid).cpu_times()
        return times.user + times.system

    def command(self, name: str) -> None:
        """By the list that Ctrl+K opens: a command, or a conversation or a document by its title."""
        hand.press("ctrl+k")
        self.until_idle()
        hand.write(name)
        self.until_idle()
        hand.press("Return")
        self.until_idle()

    def ask(self, text: str, patience_s: float = PATIENCE_S) -> None:
        """In the conversation that is shown, and until its answer has come to its end."""
        hand.write(text)
        self.press_for_answer("Return", patience_s)

    def press_for_answer(self, keys: str, patience_s: float = PATIENCE_S) -> None:
        self._log.news()
        hand.press(keys)
        self.until_logged(ANSWERED, "no answer", patience_s)

    def hand_over(self, file: Path) -> None:
        """Give a file as a file manager does it: a second start gives its file to this window, which reads it."""
        self._log.news()
        subprocess.run(
            self.program.window_words(file), cwd=self.program.cwd, env=os.environ, check=True, timeout=PATIENCE_S
        )
        self.until_logged(READ, "the document was not read")

    def until_logged(self, text: str, otherwise: str, patience_s: float = PATIENCE_S) -> None:
        said = ""

        def came() -> bool:
            nonlocal said
            said += self._log.news()
            return text in said

        self.until(otherwise, came, patience_s)

    def click_row(self, y: int, columns: Sequence[int]) -> None:
        """At each place of a row, one after the other; px of the window."""
        words = [("mousemove", "--window", self.id, x, y, "sleep", _GAP_S, "click", "--delay", 0, 1) for x in columns]
        hand.xdotool(*chain.from_iterable(words))

    def scroll(self, steps: int, x: int, y: int) -> None:
        """Scroll what is at this place of the window, by the wheel: down, or up where `steps` is negative."""
        button = 5 if steps > 0 else 4
        hand.xdotool("mousemove", "--window", self.id, x, y, "click", "--repeat", abs(steps), "--delay", 30, button)

    def answers(self) -> NDArray[np.uint8]:
        """Return what is seen of the conversation's answers: rows, columns, and red, green, blue."""
        return self._seen(ANSWERS)

    def whole(self) -> NDArray[np.uint8]:
        """The whole window as it is seen, in the same way."""
        return self._seen((0, 0, *_SIZE))

    def _seen(self, place: tuple[int, int, int, int]) -> NDArray[np.uint8]:
        assert self.size == _SIZE, "the places in it are those of a window of another size"
        left, top, right, bottom = place
        part = f"{right - left}x{bottom - top}+{left}+{top}"
        words = ["import", "-window", self.id, "-crop", part, "-depth", "8", "rgb:-"]
        seen = subprocess.run(words, check=True, capture_output=True).stdout
        return np.frombuffer(seen, np.uint8).reshape(bottom - top, right - left, 3)

    def picture(self, path: Path) -> None:
        """Write a picture of the whole display, as a PNG."""
        subprocess.run(["import", "-window", "root", str(path)], check=True)

    def quit(self) -> int:
        """By Ctrl+Q; its exit status."""
        hand.xdotool("windowfocus", self.id)
        hand.press("ctrl+q")
        return self.process.wait(PATIENCE_S)


@contextlib.contextmanager
def opened_window(program: Program, display: dict[str, str]) -> Iterator[Window]:
    """One that is visible and has the desk's place. `display`: the fixture's; it must be in os.environ, too. What is
    left of it afterwards is ended."""
    log = Log(program.data / "logs" / "octavo.log")
    with (program.data.parent / "window.log").open("ab") as output:
        process = subprocess.Popen(
            program.window_words(), cwd=program.cwd, env={**os.environ, **display}, stdout=output, stderr=output
        )
    window = Window(program, process, log)
    try:
        wait("no window opened", lambda: (holder(process, program) and window.id) or not window.alive)
        assert window.alive, f"the window ended: {(program.data.parent / 'window.log').read_text()[-600:]}"
        hand.xdotool("windowfocus", window.id)
        time.sleep(_SETTLE_S)
        yield window
    except Exception:
        window.picture(program.data.parent / "lost.png")
        raise
    finally:
        with contextlib.suppress(psutil.Error):
            for each in family(process.pid):
                each.kill()
        process.wait(60)
        log.close()

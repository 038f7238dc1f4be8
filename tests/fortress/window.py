"""The program's own window, driven by the display's mouse and keyboard: it may be an installed one, which nobody can
look into. What happens in it shows in its log, in its desk and in pictures."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from tests.fortress.program import Program
from tests.journey import hand

PATIENCE_S = 180.0
READ, ANSWERED = "octavo.reader read ", "octavo.ask answer "
"""What the log says of a document that was read, and of an answer that has come to its end."""

_SETTLE_S = 1.0
_TITLE = "Octavo"


def wait(what: str, is_so: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Raises AssertionError."""
    until = time.monotonic() + patience_s
    while not is_so():
        assert time.monotonic() < until, what
        time.sleep(0.1)


def has_place(process: subprocess.Popen[bytes], program: Program) -> bool:
    """Whether it, or a child of it where the command is a script, holds the lock of the desk's window."""
    lock = program.data / "window" / "lock"
    if not lock.exists():
        return False
    held = [line.split() for line in Path("/proc/locks").read_text().splitlines()]
    inode = str(lock.stat().st_ino)
    pids = {fields[4] for fields in held if fields[1] != "->" and fields[5].rpartition(":")[2] == inode}
    with contextlib.suppress(psutil.Error):
        return bool(pids & {str(each.pid) for each in family(process.pid)})
    return False


def family(pid: int) -> list[psutil.Process]:
    """The process and all that it started. Raises psutil.Error."""
    this = psutil.Process(pid)
    return [this, *this.children(recursive=True)]


class Log:
    """What the program has written to its log since the last look; a log that was put aside is read to its end."""

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

    @property
    def id(self) -> str:
        """Of the main window, as the display calls it; empty while there is none."""
        try:
            return hand.xdotool("search", "--onlyvisible", "--name", _TITLE).partition("\n")[0]
        except subprocess.CalledProcessError:
            return ""

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def command(self, name: str) -> None:
        """By the list that Ctrl+K opens: a command, or a conversation or a document by its title."""
        hand.press("ctrl+k")
        time.sleep(_SETTLE_S / 2)
        hand.write(name)
        time.sleep(_SETTLE_S)
        hand.press("Return")
        time.sleep(_SETTLE_S / 2)

    def ask(self, text: str, patience_s: float = PATIENCE_S) -> None:
        """In the conversation that is shown, and until its answer has come to its end."""
        hand.write(text)
        self._log.news()
        hand.press("Return")
        self.until_logged(ANSWERED, "no answer", patience_s)

    def hand_over(self, file: Path) -> None:
        """As a file manager does it: a second start gives its file to this window, which reads it."""
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

        wait(otherwise, lambda: came() or not self.alive, patience_s)
        assert self.alive, f"the window ended with {self.process.returncode}"

    def picture(self, path: Path) -> None:
        """Of the whole display, as a PNG."""
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
        wait("no window opened", lambda: (has_place(process, program) and window.id) or not window.alive)
        assert window.alive, f"the window ended: {(program.data.parent / 'window.log').read_text()[-600:]}"
        hand.xdotool("windowfocus", window.id)
        time.sleep(_SETTLE_S)
        yield window
    finally:
        with contextlib.suppress(psutil.Error):
            for each in family(process.pid):
                each.kill()
        process.wait(60)
        log.close()

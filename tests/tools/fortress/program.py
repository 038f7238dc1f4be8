"""The program in the terminal, with a data folder of its own."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_PATIENCE_S = 600
_ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Program:
    """`command` starts it; `data` is its data folder; `before` are words before it, such as those of strace; `cwd` is
    the folder that it runs in."""

    command: list[str]
    data: Path
    before: tuple[str, ...] = ()
    cwd: Path = _ROOT

    def run(
        self, *words: object, env: dict[str, str] | None = None, typed: str = "", umask: int = -1, code: int | None = 0
    ) -> Done:
        """One command to its end. `code` is what it must end with; None: anything."""
        done = subprocess.run(
            self.words(*words), input=typed, capture_output=True, text=True, errors="replace", check=False,
            timeout=_PATIENCE_S, env={**os.environ, **(env or {})}, umask=umask, cwd=self.cwd,
        )  # fmt: skip
        assert code is None or done.returncode == code, f"{words} ended with {done.returncode}: {done.stderr[-600:]}"
        return Done(done.returncode, done.stdout, done.stderr)

    def words(self, *words: object) -> list[str]:
        """The command line; the data folder goes with the command's name, unless the words name another."""
        first, *rest = map(str, words) if words else ("",)
        if "--data-dir" in rest:
            return [*self.before, *self.command, first, *rest]
        named = [first, "--data-dir", str(self.data), *rest] if first else ["--data-dir", str(self.data)]
        return [*self.before, *self.command, *named]

    def window_words(self, *files: Path) -> list[str]:
        """Return the words that start the window, or hand files to one that is open: the program by its other name."""
        if self.command[-2:] == ["-m", "app"]:
            named = [*self.command[:-2], "-c", "import sys; from app.__main__ import desk; sys.exit(desk())"]
        else:
            link = self.data.with_name("octavo-desk")
            if not link.is_symlink():
                link.symlink_to(Path(self.command[0]).resolve())
            named = [str(link)]
        return [*self.before, *named, "--data-dir", str(self.data), *map(str, files)]

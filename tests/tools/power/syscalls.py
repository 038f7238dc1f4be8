"""Reads from strace what a program asked the system to do with files, to find what it never had put on the disk."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

STRACE = shutil.which("strace")

_CALLS = (
    *("write", "pwrite64", "writev", "pwritev", "ftruncate", "sendfile", "copy_file_range"),
    *("fsync", "fdatasync", "rename", "renameat", "renameat2", "link", "linkat", "mkdir", "mkdirat"),
    *("unlink", "unlinkat"),
)
_LINE = re.compile(r"^(?:\d+\s+)?(?P<call>\w+)\((?P<rest>.*)\)\s+= (?P<result>-?\d+)")
_PATH = re.compile(r'<(?P<of_fd>/[^<>]*)>|"(?P<named>[^"]*)"')
_WRITES = ("write", "pwrite64", "writev", "pwritev", "ftruncate", "sendfile")


def words(log: Path) -> tuple[str, ...]:
    """Return the words that come before a command that is to be watched."""
    assert STRACE is not None
    return (
        STRACE,
        "-f",
        "-qq",
        "-y",
        "-s",
        "0",
        "-e",
        f"trace={','.join(_CALLS)}",
        "-e",
        "signal=none",
        "-o",
        str(log),
    )


def whole(lines: Iterable[str]) -> Iterator[str]:
    """Calls of which strace shows the beginning and the end apart, put together, where they ended."""
    waiting: dict[str, str] = {}
    for line in lines:
        number = line.split(" ", 1)[0]
        if line.rstrip().endswith("<unfinished ...>"):
            waiting[number] = line.split("<unfinished", 1)[0]
            continue
        if "resumed>" in line:
            line = waiting.pop(number, "") + line.split("resumed>", 1)[1]
        yield line


@dataclass
class Watch:
    """Follows the calls on what is below `folder`, `seen` so far. `careless`: what was done before it was safe; each
    with its reason. In the end `unsynced` says what is not on the disk for sure.

    Of a process that nobody of the same user may look into, as Octavo's are, strace shows no paths unless root runs it.
    """

    folder: Path
    careless: list[str] = field(default_factory=list)
    seen: int = 0
    _written: set[str] = field(default_factory=set)
    _names: dict[str, str] = field(default_factory=dict)

    def follow(self, lines: Iterable[str]) -> None:
        for line in whole(lines):
            if (found := _LINE.match(line)) and int(found["result"]) >= 0:
                self._take(found["call"], found["rest"])

    @property
    def unsynced(self) -> set[str]:
        """Files with data, and names, that a power cut may take."""
        return {f"data of {name}" for name in self._written} | {f"{what} {name}" for name, what in self._names.items()}

    def _take(self, call: str, rest: str) -> None:
        paths = [path for found in _PATH.finditer(rest) if (path := self._ours(found["of_fd"] or found["named"]))]
        if not paths:
            return
        self.seen += 1
        first, last = paths[0], paths[-1]
        if call in _WRITES:
            self._written.add(first)
        elif call == "copy_file_range":
            self._written.add(last)
        elif call in ("fsync", "fdatasync"):
            self._written.discard(first)
            for name in [name for name in self._names if str(Path(name).parent) == first]:
                del self._names[name]
        elif call.startswith(("rename", "link")):
            if first in self._written:
                self.careless.append(f"{call} of {first} before its data is on the disk")
            if call.startswith("rename"):
                self._names.pop(first, None)
            self._names[last] = "new name"
        elif call.startswith("mkdir"):
            self._names[last] = "new folder"
        elif call.startswith("unlink"):
            self._written.discard(last)
            if self._names.pop(last, None) is None:
                self._names[last] = "removed"

    def _ours(self, path: str | None) -> str | None:
        return path if path and (path == str(self.folder) or path.startswith(f"{self.folder}/")) else None


def watch(command: list[str], folder: Path, log: Path, **options: object) -> Watch:
    """Run a command, and say what it did to files below `folder`."""
    subprocess.run([*words(log), *command], check=True, capture_output=True, **options)  # type: ignore[call-overload]
    seen = Watch(folder)
    seen.follow(log.read_text("utf-8", "replace").splitlines())
    return seen

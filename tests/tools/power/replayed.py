"""Replays what a program did to files, from strace with all that was written, as events of a `Disk`. What goes through
a mapping is not seen: SQLite's index of its log, which it makes anew after a power cut."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.tools.power.disk import Cut, Disk, FolderSynced, Synced, Unnamed, Written
from tests.tools.power.syscalls import STRACE, whole

_CALLS = (
    *("openat", "lseek", "write", "pwrite64", "ftruncate", "fsync", "fdatasync", "rename", "link", "unlink"),
    *("open", "creat", "writev", "pwritev", "pwritev2", "sendfile", "copy_file_range", "fallocate", "truncate"),
    *("renameat", "renameat2", "linkat", "unlinkat", "splice"),
)
_KNOWN = frozenset(_CALLS[:10]) | {"unlinkat"}
_HEX = r"(?:\\x[0-9a-f]{2})*"
_LINE = re.compile(r"^(?P<pid>\d+)\s+(?P<call>\w+)\((?P<rest>.*)\)\s+= (?P<result>\d+)(?:<(?P<opened>[^>]*)>)?")
_FILE = re.compile(rf"^(?P<fd>\d+)<(?P<path>{_HEX})>(?:, (?P<more>.*))?$")
_TEXT = re.compile(rf'"({_HEX})"')


def words(log: Path) -> tuple[str, ...]:
    """Return the words that come before a command to have it traced."""
    assert STRACE is not None
    traced = f"trace={','.join(_CALLS)}"
    return (STRACE, "-f", "-qq", "-y", "-xx", "-s", str(1 << 22), "-e", traced, "-e", "signal=none", "-o", str(log))


class Replay:
    """Notes on `disk` what was done below `folder`, but for what `left_out` says of names. What the first process wrote
    on its standard output goes to `on_output`, in its place among the events."""

    def __init__(
        self, disk: Disk, folder: Path, left_out: Callable[[str], bool], on_output: Callable[[bytes], None]
    ) -> None:
        self._disk, self._folder, self._left_out, self._on_output = disk, folder, left_out, on_output
        self._places: dict[tuple[str, str], int] = {}
        self._sizes: dict[int, int] = {}

    def follow(self, lines: Iterable[str]) -> None:
        """Take the events of one command. Raises AssertionError for a call that is not understood."""
        first = ""
        for line in whole(lines):
            if found := _LINE.match(line):
                first = first or found["pid"]
                self._take(found, found["pid"] == first)

    def _take(self, found: re.Match[str], is_first: bool) -> None:
        call, rest, result = found["call"], found["rest"], int(found["result"])
        file = _FILE.match(rest)
        if call == "openat":
            self._open(rest, found["result"], found["opened"] or "")
        elif call in ("rename", "link", "unlink", "unlinkat"):
            self._name(call, [_bytes(text).decode() for text in _TEXT.findall(rest)])
        elif file is not None:
            name = self._ours(_bytes(file["path"]).decode("utf-8", "replace"))
            if is_first and call == "write" and file["fd"] == "1":
                self._on_output(_bytes(_TEXT.findall(rest)[0])[:result])
            elif name is not None:
                assert call in _KNOWN, f"{call} of {name}"
                self._change(call, name, (file["fd"], name), file["more"] or "", result)

    def _open(self, rest: str, fd: str, opened: str) -> None:
        name = self._ours(_bytes(opened).decode("utf-8", "replace"))
        if name is None:
            return
        self._places[fd, name] = -1 if "O_APPEND" in rest else 0
        if "O_CREAT" in rest:
            inode = self._disk.inode(name)
            if "O_TRUNC" in rest:
                self._cut(inode, 0)

    def _change(self, call: str, name: str, place: tuple[str, str], more: str, result: int) -> None:
        if call in ("fsync", "fdatasync"):
            known = self._disk.has(name)
            self._disk.note(Synced(self._disk.inode(name)) if known else FolderSynced(name))
            return
        inode = self._disk.inode(name)
        if call == "lseek":
            if self._places.get(place) != -1:
                self._places[place] = result
        elif call == "ftruncate":
            self._cut(inode, int(more))
        else:
            at = int(more.rsplit(", ", 1)[1]) if call == "pwrite64" else self._places.get(place, 0)
            at = self._sizes.get(inode, 0) if at == -1 else at
            self._disk.note(Written(inode, at, _bytes(_TEXT.findall(more)[0])[:result]))
            self._sizes[inode] = max(self._sizes.get(inode, 0), at + result)
            if call == "write" and self._places.get(place) != -1:
                self._places[place] = at + result

    def _cut(self, inode: int, size: int) -> None:
        self._disk.note(Cut(inode, size))
        self._sizes[inode] = size

    def _name(self, call: str, paths: list[str]) -> None:
        names = [self._ours(path) for path in paths]
        if names[0] is None or not self._disk.has(names[0]):
            return
        if call.startswith("unlink"):
            self._disk.note(Unnamed(names[0]))
            return
        assert names[-1] is not None, f"{call} to {paths[-1]}"
        (self._disk.link if call == "link" else self._disk.move)(names[0], names[-1])

    def _ours(self, path: str) -> str | None:
        if not Path(path).is_relative_to(self._folder):
            return None
        name = str(Path(path).relative_to(self._folder))
        return None if self._left_out(name) else name


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))

"""Models a disk by what it was given, and every state that it may be in after a power cut.

The model is that of ALICE (Pillai et al., OSDI 2014), at its strictest: what was synced is there; of what was not, any
sectors may be, in any order, a longer file may have zeros or anything where nothing arrived; a name that was made,
changed or removed is so for sure only once its folder was synced, and until then each of these may be done or not,
whatever came before it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True)
class Written:
    inode: int
    offset: int
    data: bytes


@dataclass(frozen=True)
class Cut:
    """Made shorter, or longer with zeros."""

    inode: int
    size: int


@dataclass(frozen=True)
class Synced:
    inode: int


@dataclass(frozen=True)
class Named:
    """A file got a name, which another one may have had. `instead_of`: the name that it had before, in one step."""

    name: str
    inode: int
    instead_of: str = ""


@dataclass(frozen=True)
class Unnamed:
    name: str


@dataclass(frozen=True)
class FolderSynced:
    folder: str


@dataclass(frozen=True)
class Acknowledged:
    """From here on a person may rely on it."""

    what: str


Event: TypeAlias = Written | Cut | Synced | Named | Unnamed | FolderSynced | Acknowledged


@dataclass
class _File:
    durable: bytes = b""
    pending: list[Written | Cut] = field(default_factory=list)


@dataclass(frozen=True)
class State:
    """One that the disk may be in. `step`: after so many events; `kept`: what was acknowledged by then; `settled`:
    nothing else has begun since."""

    step: int
    files: dict[str, bytes]
    kept: tuple[str, ...]
    last: Event

    @property
    def settled(self) -> bool:
        return isinstance(self.last, Acknowledged)

    def lay_out(self, folder: Path) -> None:
        """Write the files, whose names are below `folder`."""
        for name, content in self.files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


class Disk:
    """Records events; names are paths below one folder."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._names: dict[str, int] = {}
        self._first: dict[str, bytes] = {}
        self._inodes = 0

    def adopt(self, folder: Path) -> None:
        """Take all that is in the folder to be on the disk from the beginning."""
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                self._first[str(file.relative_to(folder))] = file.read_bytes()
        for name in self._first:
            self._inodes += 1
            self._names[name] = self._inodes

    def inode(self, name: str) -> int:
        """That of the file of this name now, which is made where there is none."""
        if name not in self._names:
            self._inodes += 1
            self.note(Named(name, self._inodes))
        return self._names[name]

    def has(self, name: str) -> bool:
        return name in self._names

    def link(self, old: str, new: str) -> None:
        self.note(Named(new, self._names[old]))

    def move(self, old: str, new: str) -> None:
        self.note(Named(new, self._names[old], old))

    def note(self, event: Event) -> None:
        self.events.append(event)
        match event:
            case Named(name, inode, old):
                self._names.pop(old, None)
                self._names[name] = inode
            case Unnamed(name):
                self._names.pop(name, None)

    def states(self, each: int, rng: random.Random, every: int = 1) -> Iterator[State]:
        """After every event (or every few): nothing that was not synced is there, all of it is, and `each` others."""
        replay = _Replay(self._first)
        for step, event in enumerate(self.events):
            replay.apply(event)
            if step % every and not isinstance(event, Acknowledged):
                continue
            for arrives in (0.0, 1.0, *(rng.choice((0.05, 0.5, 0.95)) for _ in range(each))):
                yield State(step, replay.cut_off(arrives, rng), tuple(replay.kept), event)


class _Replay:
    def __init__(self, first: dict[str, bytes]) -> None:
        self.kept: list[str] = []
        self._files = {number: _File(content) for number, content in enumerate(first.values(), 1)}
        self._names = {name: number for number, name in enumerate(first, 1)}
        self._pending: list[Named | Unnamed] = []

    def apply(self, event: Event) -> None:
        match event:
            case Written(inode) | Cut(inode):
                self._file(inode).pending.append(event)
            case Synced(inode):
                file = self._file(inode)
                file.durable = _applied(file.durable, file.pending)
                file.pending = []
            case Named() | Unnamed():
                self._pending.append(event)
            case FolderSynced(folder):
                mine = [each for each in self._pending if str(Path(each.name).parent) == folder]
                self._pending = [each for each in self._pending if each not in mine]
                _rename(self._names, mine)
            case Acknowledged(what):
                self.kept.append(what)

    def _file(self, inode: int) -> _File:
        return self._files.setdefault(inode, _File())

    def cut_off(self, arrives: float, rng: random.Random) -> dict[str, bytes]:
        names = dict(self._names)
        _rename(names, [each for each in self._pending if rng.random() < arrives])
        torn = rng.choice((512, 4096))
        filling = rng.choice((b"\0", b"\xa5"))
        found = {}
        for name, inode in names.items():
            file = self._file(inode)
            arrived = [part for event in file.pending for part in _parts(event, torn) if rng.random() < arrives]
            found[name] = _applied(file.durable, arrived, filling if arrives < 1 else b"\0")
        return found


def _rename(names: dict[str, int], events: list[Named | Unnamed]) -> None:
    for event in events:
        if isinstance(event, Named):
            names.pop(event.instead_of, None)
            names[event.name] = event.inode
        else:
            names.pop(event.name, None)


def _parts(event: Written | Cut, sector: int) -> Iterator[Written | Cut]:
    """Cut an event into the parts of which each arrives or not as a whole."""
    if isinstance(event, Cut):
        yield event
        return
    start, stop = event.offset, event.offset + len(event.data)
    while start < stop:
        end = min((start // sector + 1) * sector, stop)
        yield Written(event.inode, start, event.data[start - event.offset : end - event.offset])
        start = end


def _applied(content: bytes, events: list[Written | Cut], filling: bytes = b"\0") -> bytes:
    made = bytearray(content)
    for event in events:
        if isinstance(event, Cut):
            made = made[: event.size].ljust(event.size, b"\0")
        else:
            made.extend(filling * (event.offset - len(made)))
            made[event.offset : event.offset + len(event.data)] = event.data
    return bytes(made)

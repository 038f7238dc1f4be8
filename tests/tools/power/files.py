"""Records what the desk does to files by Python's `os`; what SQLite does, `vfs.py` records."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from tests.tools.power.disk import Disk, FolderSynced, Synced, Unnamed, Written


@contextlib.contextmanager
def recorded(folder: Path, disk: Disk) -> Iterator[None]:
    """Until the block is left, of files below `folder`."""
    recorder = _Recorder(folder, disk)
    with contextlib.ExitStack() as patches:
        for name in ("open", "fsync", "link", "rename", "replace", "unlink"):
            real = getattr(os, name)
            patches.enter_context(mock.patch.object(os, name, recorder.around(name, real)))
        yield


class _Recorder:
    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder, self._disk = folder, disk

    def around(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **options: Any) -> Any:
            if name != "open":
                getattr(self, f"_before_{name}", lambda *_: None)(*args)
            result = real(*args, **options)
            getattr(self, f"_after_{name}", lambda *_: None)(*args)
            return result

        return call

    def _name(self, path: object) -> str | None:
        if not isinstance(path, (str, os.PathLike)):
            return None
        path = Path(path)
        return str(path.relative_to(self._folder)) if path.is_relative_to(self._folder) else None

    def _after_open(self, path: object, flags: int, *_mode: object) -> None:
        name = self._name(path)
        if name is not None and flags & os.O_CREAT:
            self._disk.inode(name)

    def _after_fsync(self, descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}")
        if (name := self._name(path.readlink())) is None:
            return
        if stat.S_ISDIR(path.stat().st_mode):
            self._disk.note(FolderSynced(name))
        else:
            self._note_content(name)
            self._disk.note(Synced(self._disk.inode(name)))

    def _note_content(self, name: str) -> None:
        """Note that the content that was written since the last look is on its way."""
        if not name.startswith("octavo.db"):
            self._disk.note(Written(self._disk.inode(name), 0, (self._folder / name).read_bytes()))

    def _before_link(self, source: object, target: object) -> None:
        self._before_move(source, target)

    def _before_move(self, source: object, _target: object) -> None:
        if (name := self._name(source)) is not None and self._disk.has(name):
            self._note_content(name)

    def _after_link(self, source: object, target: object) -> None:
        old, new = self._name(source), self._name(target)
        if old is not None and new is not None:
            self._disk.link(old, new)

    _before_rename = _before_replace = _before_move

    def _after_rename(self, source: object, target: object) -> None:
        old, new = self._name(source), self._name(target)
        if old is not None and new is not None:
            self._disk.move(old, new)

    _after_replace = _after_rename

    def _after_unlink(self, path: object) -> None:
        name = self._name(path)
        if name is not None and self._disk.has(name):
            self._disk.note(Unnamed(name))

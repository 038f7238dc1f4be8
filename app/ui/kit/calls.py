"""One window for each desk: a second start hands its files to the window that is open, and ends.

No socket is opened for it. The window holds a lock in the data folder, which the system takes back however its process
ends, and watches the folder around it. A second start leaves a call there: a file that names other files, which the
window takes away as soon as it has read it.
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
from PySide6.QtCore import QFileSystemWatcher, QObject, Signal, Slot

from app.core.errors import AppError, Code
from app.core.machine.files import try_lock
from app.core.machine.paths import Paths, make_private
from app.core.machine.window_action import WindowAction

PATIENCE_S = 15.0
"""The longest time that a second start waits for the window to take its call; a busy window takes it within a
second."""

_STEP_S = 0.05
_OLD_S = 60
_MAX_CALL_BYTES = 16 << 20
_TOKEN = "XDG_ACTIVATION_TOKEN"  # noqa: S105 -- the name of a variable; Wayland, xdg-activation-v1


class Call(msgspec.Struct, frozen=True):
    """The wishes of a second start: these files on the desk, `action` done, and the window in front. `files` are
    absolute paths as the system writes them; `token` is the desktop's leave to come to the front, empty if it gives
    none."""

    files: tuple[bytes, ...] = ()
    token: str = ""
    action: WindowAction = WindowAction.NONE

    @classmethod
    def of(cls, files: Sequence[Path], action: WindowAction = WindowAction.NONE) -> Call:
        return cls(tuple(os.fsencode(file.absolute()) for file in files), os.environ.get(_TOKEN, ""), action)

    def paths(self) -> list[Path]:
        return [Path(os.fsdecode(name)) for name in self.files]

    def permit(self) -> None:
        """Let the next window that asks Qt for it come to the front on Wayland, where Qt takes the token from a
        variable of the environment, once."""
        if self.token:
            os.environ[_TOKEN] = self.token


class WindowLock:
    """The right to be a desk's window, until `close` or the end of the process."""

    def __init__(self, folder: Path | None, descriptor: int | None) -> None:
        """`take` makes the lock. `folder` and `descriptor` are None if nothing can be written into the folder; opening
        the desk will say so."""
        self.folder = folder
        self._descriptor = descriptor

    @classmethod
    def take(cls, paths: Paths, call: Call, *, patience_s: float = PATIENCE_S) -> WindowLock | None:
        """Return the right to be the desk's window, or None if that window is open and took the call.

        Raises AppError WINDOW_SILENT if it is open and does not take the call.
        """
        try:
            paths.create()
            make_private(paths.window)
            descriptor = os.open(paths.window / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except (AppError, OSError):
            return cls(None, None)
        try:
            if try_lock(descriptor) or not _handed_over(paths, call, descriptor, patience_s):
                return cls(paths.window, descriptor)
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        return None

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _handed_over(paths: Paths, call: Call, descriptor: int, patience_s: float) -> bool:
    """Return whether the window took the call. False if it closed meanwhile: the lock is then held by `descriptor`."""
    left = _leave(paths.window, call)
    try:
        deadline = time.monotonic() + patience_s
        while left.exists():
            if try_lock(descriptor):
                return False
            if time.monotonic() > deadline:
                raise AppError(Code.WINDOW_SILENT, path=str(paths.data))
            time.sleep(_STEP_S)
        return True
    finally:
        left.unlink(missing_ok=True)


class Calls(QObject):
    """Listens for the calls of second starts. `arrived` carries each Call."""

    arrived = Signal(object)

    def __init__(self, place: WindowLock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = place.folder
        self._watcher = QFileSystemWatcher(self)
        if self._folder is not None:
            self._watcher.addPath(str(self._folder))
            self._watcher.directoryChanged.connect(self.look)

    @Slot()
    def look(self) -> None:
        """Take the calls that there are, in the order in which they came."""
        for call in _take_all(self._folder) if self._folder is not None else ():
            self.arrived.emit(call)


def _leave(folder: Path, call: Call) -> Path:
    """Write a call; it gets its name once it is whole. Nothing forces it onto the disk: it stays for a moment only.

    Raises AppError WINDOW_SILENT if it cannot be written.
    """
    path = folder / f"{time.time_ns():020d}-{uuid.uuid4().hex}.call"
    part = path.with_suffix(".part")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.msgpack.encode(call))
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise AppError(Code.WINDOW_SILENT, path=str(folder.parent)) from error
    return path


def _take_all(folder: Path) -> Iterator[Call]:
    """Yield the calls in the folder and delete their files. A file that is no call, or an old one of a start that was
    ended while it waited, is deleted all the same."""
    for path in sorted(folder.glob("*.call")) + [part for part in folder.glob("*.part") if _is_old(part)]:
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            content = b"" if _is_old(path) or path.stat().st_size > _MAX_CALL_BYTES else path.read_bytes()
            path.unlink()
            yield msgspec.msgpack.decode(content, type=Call)


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > _OLD_S
    except OSError:
        return False

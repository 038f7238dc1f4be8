"""Copies and hashes large files: bytes are hashed while they pass, on disk when it returns, and never half there."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, TypeVar

import msgspec

from app.core.conversations.events import Copying, Hashing
from app.core.errors import AppError, Code
from app.core.machine.files import open_private
from app.core.machine.paths import machine_error
from app.core.work import Cancel, Stopped, Work
from app.isolation.files import open_regular

if TYPE_CHECKING:
    from hashlib import _Hash

PIECE_BYTES = 4 << 20
"""Read, hashed and written at once; between pieces it is checked whether to stop."""

_FICLONE = 0x40049409  # linux/fs.h: two files share their blocks until one is written to

Step = TypeVar("Step", Copying, Hashing)


class Sink(Protocol):
    def write(self, piece: bytes, /) -> object: ...


class CopyJob(msgspec.Struct, frozen=True):
    """A file to copy or to hash. `sha256` is what its hash has to be, empty if nobody knows."""

    source: Path
    name: str
    size_bytes: int
    sha256: str = ""


class ByteCount:
    """Counts the bytes of several files."""

    def __init__(self, total: int, cancel: Cancel) -> None:
        self.done = 0
        self.total = total
        self._cancel = cancel

    def add(self, bytes: int) -> None:
        """Count bytes that are done. Raises Stopped."""
        if self._cancel.requested:
            raise Stopped
        self.done += bytes


def copy(jobs: Sequence[CopyJob], folder: Path, cancel: Cancel) -> Work[Copying | Hashing, list[str]]:
    """Copy files into a folder, under their names, and return their hashes, in order.

    A file system that can share blocks between files does that, and the copy is only read. Raises AppError
    DISK_TOO_SMALL before a byte is written, DISK_FULL, FOLDER_READ_ONLY, DISK_FILE_LIMIT; MODEL_CHANGED if size or hash
    is another; FILE_* if a source cannot be read; Stopped. What was copied by then stays.
    """
    shared = [_share_blocks(job, folder / job.name) for job in jobs]
    need_room(folder, sum(job.size_bytes for job, is_shared in zip(jobs, shared, strict=True) if not is_shared))
    progress = ByteCount(sum(job.size_bytes for job in jobs), cancel)
    hashes = []
    for job, is_shared in zip(jobs, shared, strict=True):
        if is_shared:
            copied = msgspec.structs.replace(job, source=folder / job.name)
            hashes.append((yield from _pass(copied, progress, Hashing)))
            continue
        with new_file(folder / job.name, job.size_bytes) as target:
            hashes.append((yield from copy_into(job, target, progress)))
    return hashes


def copy_into(job: CopyJob, target: Sink, progress: ByteCount) -> Work[Copying, str]:
    """Append a file to an open one, and return its hash. Raises as `copy` does."""
    return _pass(job, progress, Copying, target)


def hash_files(jobs: Sequence[CopyJob], cancel: Cancel) -> Work[Hashing, list[str]]:
    """Return the hashes of files, in order. Raises AppError MODEL_CHANGED, FILE_*; Stopped."""
    progress = ByteCount(sum(job.size_bytes for job in jobs), cancel)
    hashes = []
    for job in jobs:
        hashes.append((yield from _pass(job, progress, Hashing)))
    return hashes


def _pass(job: CopyJob, progress: ByteCount, step: type[Step], target: Sink | None = None) -> Work[Step, str]:
    digest = hashlib.sha256()
    with _reading(job) as source:
        yield step(progress.done, progress.total, job.name)
        while piece := source.read(PIECE_BYTES):
            progress.add(len(piece))
            digest.update(piece)
            if target is not None:
                target.write(piece)
            yield step(progress.done, progress.total, job.name)
    return _checked(job, digest)


@contextlib.contextmanager
def _reading(job: CopyJob) -> Iterator[BinaryIO]:
    """Open the source; whoever changed it meanwhile is found out. Raises AppError FILE_*, MODEL_CHANGED."""
    opened = open_regular(job.source)
    with os.fdopen(opened.fd, "rb", buffering=0) as source:
        if opened.version.size != job.size_bytes:
            raise _changed(job)
        try:
            yield source
        except OSError as error:  # of the source: errors of what is written to have become AppErrors by then
            raise AppError(Code.FILE_UNREADABLE, path=str(job.source)) from error


@contextlib.contextmanager
def new_file(path: Path, size_bytes: int) -> Iterator[Target]:
    """Create a private file that is not there yet. It is on disk afterwards, and gone again if something is raised
    meanwhile.

    Raises AppError DISK_FULL, FOLDER_READ_ONLY, DISK_FILE_LIMIT.
    """
    try:
        descriptor = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    except OSError as error:
        raise _not_written(error, path, size_bytes) from error
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            _check_room_for(descriptor, path, size_bytes)
            yield Target(file, path, size_bytes)
            try:
                os.fsync(descriptor)
            except OSError as error:
                raise _not_written(error, path, size_bytes) from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise


class Target:
    """Writes whole pieces. Raises AppError as `new_file`."""

    def __init__(self, file: BinaryIO, path: Path, size_bytes: int) -> None:
        self._file = file
        self._path = path
        self._size = size_bytes

    def fileno(self) -> int:
        return self._file.fileno()

    def write(self, piece: bytes, /) -> None:
        rest = memoryview(piece)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise _not_written(error, self._path, self._size) from error


def _check_room_for(descriptor: int, path: Path, size_bytes: int) -> None:
    """Refuse a size that a file system cannot count up to before anything is written: FAT takes 4 GiB."""
    try:
        os.lseek(descriptor, size_bytes, os.SEEK_SET)
        os.lseek(descriptor, 0, os.SEEK_SET)
    except OSError as error:
        raise _too_large(path, size_bytes) from error


def need_room(folder: Path, bytes: int) -> None:
    """Check that the disk of a folder has room for so many bytes more. Raises AppError DISK_TOO_SMALL."""
    free = free_bytes(folder)
    if bytes > free:
        raise AppError(Code.DISK_TOO_SMALL, path=str(folder), needed_bytes=bytes, free_bytes=free)


def free_bytes(folder: Path) -> int:
    """Return the free bytes of the disk that a folder is on, or will be on."""
    there = next((each for each in (folder, *folder.parents) if each.is_dir()), Path.cwd())
    return shutil.disk_usage(there).free


def _share_blocks(job: CopyJob, target: Path) -> bool:
    """Make the target the source's bytes on a file system that can do so without copying; return whether it is now."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        return False
    source = open_regular(job.source)
    try:
        with new_file(target, job.size_bytes) as clone:
            fcntl.ioctl(clone.fileno(), _FICLONE, source.fd)
    except OSError:
        return False
    finally:
        os.close(source.fd)
    return True


def _checked(job: CopyJob, digest: _Hash) -> str:
    found = digest.hexdigest()
    if job.sha256 and found != job.sha256:
        raise _changed(job)
    return found


def _changed(job: CopyJob) -> AppError:
    return AppError(Code.MODEL_CHANGED, path=str(job.source), file=job.name)


def _not_written(error: OSError, path: Path, size_bytes: int) -> AppError:
    if error.errno == errno.EFBIG:
        return _too_large(path, size_bytes)
    return machine_error(error, path.parent)


def _too_large(path: Path, size_bytes: int) -> AppError:
    return AppError(Code.DISK_FILE_LIMIT, path=str(path), size_bytes=size_bytes)

"""A model with its hashes in one file: a plain tar archive that `tar x` and `sha256sum -c SHA256SUMS` prove.

The record comes first, then SHA256SUMS, then the files that the record names, uncompressed. An archive is untrusted:
it is read as a stream, a member at a time, and a member counts only if it is a regular file that the record names, for
the first time, with the size that the record says. So nothing is written that was not announced. Extended headers (PAX
and the sparse files of GNU tar, whose sizes are elsewhere than in the header) are refused, as links and devices are,
and of GNU's long names only what is short enough for a file's name is read.
"""

from __future__ import annotations

import hashlib
import tarfile
from pathlib import Path
from typing import BinaryIO

from app.core.conversations.events import Copying
from app.core.errors import AppError, Code
from app.core.work import Cancel, Work
from app.models.copying import PIECE_BYTES, ByteCount, CopyJob, Sink, copy_into, need_room, new_file
from app.models.offers import MAX_NAME_BYTES
from app.models.provenance import (
    MAX_RECORD_BYTES,
    RECORD_NAME,
    SUMS_NAME,
    Record,
    RecordedFile,
    encode_record,
    parse_record,
    sums_of,
)

SUFFIX = ".octavo-model.tar"

_BLOCK = tarfile.BLOCKSIZE
_FILE_TYPES = (tarfile.REGTYPE, tarfile.AREGTYPE)
_LONG_NAME_BYTES = MAX_NAME_BYTES + 1  # with the null character at its end


def packed_bytes(record: Record) -> int:
    """Return the bytes of a packed model, with the most that its record may take."""
    return sum(2 * _BLOCK + _padded(file.size_bytes) for file in record.files) + 2 * MAX_RECORD_BYTES


def write(record: Record, folder: Path, target: Sink, cancel: Cancel) -> Work[Copying, None]:
    """Write the files that a record names, from `folder`.

    Raises AppError MODEL_CHANGED where one is not as recorded, FILE_* where it cannot be read; Stopped.
    """
    for name, content in ((RECORD_NAME, encode_record(record)), (SUMS_NAME, sums_of(record))):
        target.write(_header(name, len(content)) + content + _padding(len(content)))
    progress = ByteCount(record.size_bytes, cancel)
    for file in record.files:
        target.write(_header(file.path, file.size_bytes))
        yield from copy_into(CopyJob(folder / file.path, file.path, file.size_bytes, file.sha256), target, progress)
        target.write(_padding(file.size_bytes))
    target.write(bytes(2 * _BLOCK))


class Packed:
    """A packed model that is read. Its `path` is named in errors, which are PACKED_UNSOUND and FILE_UNREADABLE."""

    def __init__(self, archive: BinaryIO, path: Path) -> None:
        self._stream = _Stream(archive, path)
        self.record = self._stream.record()

    def unpack(self, folder: Path, cancel: Cancel) -> Work[Copying, None]:
        """Write the files into an empty folder, and hash them on their way.

        Raises AppError MODEL_CHANGED where a hash is another, DISK_TOO_SMALL, DISK_FULL, DISK_FILE_LIMIT,
        FOLDER_READ_ONLY; Stopped. What was written by then stays.
        """
        need_room(folder, self.record.size_bytes)
        stream = self._stream
        awaited = {file.path: file for file in self.record.files}
        seen: set[str] = set()
        progress = ByteCount(self.record.size_bytes, cancel)
        while (member := stream.member()) is not None:
            if member.name in seen:
                raise stream.unsound("packed_twice")
            seen.add(member.name)
            if member.name == SUMS_NAME and member.size <= MAX_RECORD_BYTES:
                stream.content(member.size)  # the record says the same
                continue
            file = awaited.pop(member.name, None)
            if file is None:
                raise stream.unsound("packed_unnamed")
            if member.size != file.size_bytes:
                raise stream.unsound("packed_size")
            yield from _extract(stream, file, folder, progress)
        if awaited:
            raise stream.unsound("packed_missing")


def is_packed(path: Path) -> bool:
    """Return whether a file is a tar archive, as its first block shows."""
    try:
        with path.open("rb") as file:
            tarfile.TarInfo.frombuf(file.read(_BLOCK), "utf-8", "surrogateescape")
    except (OSError, tarfile.HeaderError):
        return False
    return True


def _extract(stream: _Stream, file: RecordedFile, folder: Path, progress: ByteCount) -> Work[Copying, None]:
    digest = hashlib.sha256()
    with new_file(folder / file.path, file.size_bytes) as target:
        yield Copying(progress.done, progress.total, file.path)
        left = file.size_bytes
        while left:
            piece = stream.exactly(min(left, PIECE_BYTES))
            left -= len(piece)
            progress.add(len(piece))
            digest.update(piece)
            target.write(piece)
            yield Copying(progress.done, progress.total, file.path)
        stream.skip_padding(file.size_bytes)
        if digest.hexdigest() != file.sha256:
            raise AppError(Code.MODEL_CHANGED, path=str(stream.path), file=file.path)


class _Stream:
    """Members of an archive, one after the other. All methods raise AppError PACKED_UNSOUND, FILE_UNREADABLE."""

    def __init__(self, archive: BinaryIO, path: Path) -> None:
        self._archive = archive
        self.path = path

    def record(self) -> Record:
        first = self.member()
        if first is None or first.name != RECORD_NAME or first.size > MAX_RECORD_BYTES:
            raise self.unsound("packed_record")
        record = parse_record(self.content(first.size))
        if record is None:
            raise self.unsound("packed_record")
        return record

    def member(self) -> tarfile.TarInfo | None:
        """Return the next member, whose content comes next in the stream; None at the end."""
        header = self._header()
        if header is None or header.type != tarfile.GNUTYPE_LONGNAME:
            return header if header is None else self._checked(header)
        if not 0 < header.size <= _LONG_NAME_BYTES:
            raise self.unsound("packed_name")
        name = self.content(header.size).rstrip(b"\0").decode("utf-8", "replace")
        header = self._header()
        if header is None:
            raise self.unsound("packed_cut")
        header.name = name
        return self._checked(header)

    def content(self, size: int) -> bytes:
        read = self.exactly(size)
        self.skip_padding(size)
        return read

    def skip_padding(self, size: int) -> None:
        self.exactly(_padded(size) - size)

    def exactly(self, size: int) -> bytes:
        try:
            read = self._archive.read(size)
        except OSError as error:
            raise AppError(Code.FILE_UNREADABLE, path=str(self.path)) from error
        if len(read) != size:
            raise self.unsound("packed_cut")
        return read

    def unsound(self, flaw: str) -> AppError:
        return AppError(Code.PACKED_UNSOUND, path=str(self.path), flaw=flaw)

    def _header(self) -> tarfile.TarInfo | None:
        block = self.exactly(_BLOCK)
        if not any(block):
            return None
        try:
            return tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        except tarfile.HeaderError as error:
            raise self.unsound("packed_kind") from error

    def _checked(self, header: tarfile.TarInfo) -> tarfile.TarInfo:
        if header.type not in _FILE_TYPES:
            raise self.unsound("packed_kind")
        if "/" in header.name or "\\" in header.name:
            raise self.unsound("packed_name")
        if header.size < 0:
            raise self.unsound("packed_size")
        return header


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = size
    info.mode = 0o644
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def _padded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


def _padding(size: int) -> bytes:
    return bytes(_padded(size) - size)

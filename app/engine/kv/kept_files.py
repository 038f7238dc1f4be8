"""Files of what was made of something of a person's, kept encrypted on disk so that it is not made again.

It is that thing in another form, so it is kept as saved readings are (`kv.saved_states`), in a folder beside them, and
names of files say nothing about what is inside. Nothing here needs numpy or llama.cpp.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import logging
import os
import struct
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from app.core.errors import AppError
from app.core.machine.files import remove_private, write_private
from app.core.machine.paths import machine_error, make_private
from app.engine.kv.encrypted_file import SealBroken, SealedReader, seal
from app.engine.protocol import ReadingsSpec

Description = TypeVar("Description", bound=msgspec.Struct)

_LENGTH = struct.Struct("<I")  # of the encoded description, which comes before the content
_EMBEDDINGS_SHARE = 8  # of the disk space that saved readings may take
_TOKENS_BYTES = 1 << 30
"""The most bytes of kept tokens, as of hundreds of long books: they come with the books, readings saved or not."""

_log = logging.getLogger("octavo.engine")


@dataclass(frozen=True)
class KeptFiles:
    """Files of one kind, one for each thing and each maker. `quota_bytes` is what all of them may take; `desk` is the
    desk that they belong to, if those of each desk are apart."""

    kept_in: ReadingsSpec
    kind: str
    quota_bytes: int
    desk: str = ""

    def read(
        self, of: str, made_by: str, description: type[Description], size_of: Callable[[Description], int]
    ) -> tuple[Description, bytearray] | None:
        """Return all that was kept of a thing, whose bytes are as many as `size_of` says; None where nothing is. A file
        that does not open is deleted, where that can be done."""
        path = self._path(of, made_by)
        try:
            with path.open("rb") as file:
                sealed = SealedReader(file, self.kept_in.secret)
                size = _LENGTH.unpack(sealed.read(_LENGTH.size))[0]
                described = msgspec.msgpack.decode(sealed.read(size), type=description)
                content = bytearray(size_of(described))
                sealed.read_into(memoryview(content))
                sealed.finish()
            os.utime(path)  # what was not used for longest goes first
        except FileNotFoundError:
            return None
        except (SealBroken, msgspec.MsgspecError):
            _log.warning("deleting %s that do not open", self.kind)
            with contextlib.suppress(AppError):
                remove_private(path)
            return None
        except OSError as error:
            _log.warning("%s were not read: %s", self.kind, machine_error(error, path).code.value)
            return None
        return described, content

    def write(self, of: str, made_by: str, description: msgspec.Struct, content: memoryview) -> None:
        """Keep it where there is room: what cannot be written is made again one day."""
        try:
            self._write(self._path(of, made_by), msgspec.msgpack.encode(description), content)
        except AppError as error:
            _log.warning("%s were not saved: %s", self.kind, error.code.value)

    def retain(self, wanted: Collection[str]) -> None:
        """Delete what anything made of other things than these. Raises AppError FOLDER_READ_ONLY."""
        names = {self._name(of) for of in wanted}
        for path in self._folder.glob(f"*.{self.kind}"):
            if path.name.partition("-")[0] not in names:
                remove_private(path)

    def clear(self) -> None:
        """Delete all, and the folder where it is empty then. Raises AppError FOLDER_READ_ONLY."""
        self.retain(())
        with contextlib.suppress(OSError):
            self._folder.rmdir()

    def delete(self, of: str) -> None:
        """Delete what anything made of this. Raises AppError FOLDER_READ_ONLY."""
        for path in self._folder.glob(f"{self._name(of)}-*.{self.kind}"):
            remove_private(path)

    @property
    def _folder(self) -> Path:
        return Path(self.kept_in.folder) / _FOLDERS[self.kind] / self.desk

    def _path(self, of: str, made_by: str) -> Path:
        maker = hashlib.blake2b(made_by.encode(), digest_size=8).hexdigest()
        return self._folder / f"{self._name(of)}-{maker}.{self.kind}"

    def _name(self, of: str) -> str:
        return hmac.new(self.kept_in.secret, of.encode(), hashlib.sha256).hexdigest()[:32]

    def _write(self, path: Path, described: bytes, content: memoryview) -> None:
        try:
            make_private(path.parent)
        except OSError as error:
            raise machine_error(error, path.parent) from error
        if self._make_room(content.nbytes):
            parts = [memoryview(_LENGTH.pack(len(described))), memoryview(described), content]
            write_private(path, lambda file: seal(file, self.kept_in.secret, parts))

    def _make_room(self, size: int) -> bool:
        """Delete what was not used for longest until `size` more bytes keep within the quota; False if they never will.

        Raises AppError.
        """
        if size > self.quota_bytes:
            return False
        try:
            found = self._folder.glob(f"*.{self.kind}")
            kept = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in found)
        except OSError as error:
            raise machine_error(error, self._folder) from error
        taken = sum(bytes for _, bytes, _ in kept)
        for _, bytes, path in kept:
            if taken + size <= self.quota_bytes:
                break
            remove_private(path)
            taken -= bytes
        return True


_FOLDERS = {"embeddings": "images", "tokens": "tokens"}


def kept_embeddings(kept_in: ReadingsSpec) -> KeptFiles:
    """Return the kept embeddings of one desk's images, by the SHA-256 of their bytes; a projector and an engine made
    them."""
    return KeptFiles(kept_in, "embeddings", kept_in.quota_bytes // _EMBEDDINGS_SHARE, kept_in.desk)


def kept_tokens(kept_in: ReadingsSpec) -> KeptFiles:
    """Return the kept tokens of books, by the books' ids; a vocabulary made them."""
    return KeptFiles(kept_in, "tokens", _TOKENS_BYTES)

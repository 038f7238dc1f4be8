"""Readings on disk: the state of the context after some books, so that they need not be read again.

A reading is the books in another form, so it is kept as the books are: encrypted, authenticated, private. It is only
good for the very model, KV type, layout of prompts and build of llama.cpp that made it, and for the exact tokens; the
first four name its file, the tokens are inside.
"""

from __future__ import annotations

import hashlib
import logging
import mmap
import os
import re
import secrets
import shutil
import struct
import time
from array import array
from collections.abc import Callable
from pathlib import Path

import msgspec

from app.core.errors import AppError, Code
from app.core.files import DRAFT_SUFFIX, remove_private, write_private
from app.core.paths import machine_error
from app.core.settings import KvType
from app.engine.kv.encrypted_file import SealBroken, SealedReader, SealUnknown, seal
from app.engine.kv.reuse import Tokens, common_prefix
from app.engine.protocol import BookSpan

_SUFFIX = ".reading"
_LENGTH = struct.Struct("<I")  # of the encoded SavedState, which comes before the state
_LOAD_STEP_BYTES = 32 << 20
_OLD_DRAFT_S = 3600
_SPARE_DISK_BYTES = 256 << 20
"""Free space that stays when a reading is saved: the database needs some, too."""

_SAMPLES, _SAMPLE_BYTES = 64, 64 << 10
_PART = re.compile(r"-00001-of-(\d{5})\.gguf$")

_log = logging.getLogger("octavo.engine")


class StateKey(msgspec.Struct, frozen=True):
    """What a state depends on, besides its tokens."""

    model: str  # `fingerprint`
    kv_type: KvType
    layout: int  # prompt.LAYOUT_VERSION
    engine: str  # llama_loader.version()

    @property
    def digest(self) -> str:
        return hashlib.blake2b(msgspec.msgpack.encode(self), digest_size=8).hexdigest()


class SavedState(msgspec.Struct, frozen=True):
    """All about a reading but the state itself. `logits`: those of the token after the last (float32).

    `kernels` says what computed it (`session._kernels`): elsewhere rounding differs, and with it the state. It is no
    part of the key, since a reading of other kernels is as good; but the probe allows for it.
    """

    key: StateKey
    tokens_le32: bytes
    position_min: int
    logits: bytes
    state_bytes: int
    books: tuple[BookSpan, ...]
    model_name: str
    complete: bool  # else the last book was not read to its end
    saved_at: float
    kernels: str = ""
    name: str = ""  # its file, once it is saved
    size_bytes: int = 0

    @property
    def tokens(self) -> Tokens:
        return array("i", self.tokens_le32)  # every system that llama.cpp runs on is little-endian


class _Entry(msgspec.Struct, frozen=True):
    """A file in the folder. `reading`: None where another version of Octavo wrote it, in a way that this one does not
    know."""

    name: str
    used_at: float
    size_bytes: int
    reading: SavedState | None


class SavedStates:
    """The folder of saved readings. Several processes may use it; each file is written once and then only deleted.

    What another version of Octavo saved stays for that version, and counts for the quota like all others. It goes with
    the first book that is deleted, since nobody knows what is in it.
    """

    def __init__(self, folder: Path, secret: bytes, quota_bytes: int) -> None:
        """`secret`: `encrypted_file.SECRET_BYTES` bytes. `quota_bytes`: what all readings together may take."""
        self._folder = folder
        self._secret = secret
        self._quota_bytes = quota_bytes
        self._known: dict[str, SavedState] = {}
        self._passed_over: set[str] = set()
        self.thrown_away = 0
        """Files that did not open and were deleted; those of other versions are not among them."""

    def all(self) -> tuple[SavedState, ...]:
        """Every reading of this version, the last used first; one that does not open is deleted. Raises AppError."""
        return self._find("*")

    def of(self, key: StateKey) -> tuple[SavedState, ...]:
        """Those that a context of this kind can use, but for what was passed over."""
        found = self._find(f"{key.digest}-*")
        return tuple(reading for reading in found if reading.key == key and reading.name not in self._passed_over)

    def pass_over(self, reading: SavedState) -> None:
        """It did not give what it gave when it was saved: in this process nobody gets it again, and none takes its
        place. Its bytes are authentic, so it stays for whoever computes as it was computed."""
        self._passed_over.add(reading.name)

    def load(self, reading: SavedState, on_progress: Callable[[float], None]) -> mmap.mmap:
        """The whole state, authenticated to its last byte. The caller closes it.

        `on_progress(fraction)` may raise, to give up. Raises SealBroken, MemoryError, AppError.
        """
        path = self._folder / reading.name
        try:
            state = mmap.mmap(-1, max(1, reading.state_bytes))
        except OSError as error:
            raise MemoryError from error
        try:
            with memoryview(state) as target, path.open("rb") as file:
                sealed = SealedReader(file, self._secret)
                sealed.read(_LENGTH.unpack(sealed.read(_LENGTH.size))[0])
                for start in range(0, len(target), _LOAD_STEP_BYTES):
                    with target[start : start + _LOAD_STEP_BYTES] as part:
                        sealed.read_into(part)
                    on_progress(min(1.0, (start + _LOAD_STEP_BYTES) / len(target)))
                sealed.finish()
            os.utime(path)  # what was not used for longest goes first
        except OSError as error:
            state.close()
            raise machine_error(error, path) from error
        except BaseException:
            state.close()
            raise
        return state

    def save(self, reading: SavedState, state: mmap.mmap) -> SavedState:
        """Keep a reading; it takes the place of unfinished ones that it goes on from. Older ones go for the quota.

        Raises AppError READING_NOT_SAVED when the quota or the disk has no room for it; DISK_FULL, FOLDER_READ_ONLY.
        """
        self._make_room(reading.state_bytes + len(reading.tokens_le32))
        path = self._folder / f"{reading.key.digest}-{secrets.token_hex(8)}{_SUFFIX}"
        described = msgspec.msgpack.encode(reading)
        with memoryview(state) as view:
            parts = [memoryview(_LENGTH.pack(len(described))), memoryview(described), view]
            write_private(path, lambda file: seal(file, self._secret, parts))
        try:
            saved = self._described(path, reading)
        except OSError as error:
            raise machine_error(error, path) from error
        self._known[path.name] = saved
        for other in self.of(reading.key):
            if other.name != saved.name and _covers(saved, other):
                self.delete(other)
        return saved

    def delete(self, reading: SavedState) -> None:
        """Raises AppError FOLDER_READ_ONLY."""
        self._remove(reading.name)

    def delete_of_book(self, book_id: str) -> None:
        """A book that leaves the shelf takes along every reading that it is a part of."""
        for entry in self._entries("*"):
            if entry.reading is None or any(book.book_id == book_id for book in entry.reading.books):
                self._remove(entry.name)

    def _find(self, pattern: str) -> tuple[SavedState, ...]:
        return tuple(entry.reading for entry in self._entries(pattern) if entry.reading is not None)

    def _entries(self, pattern: str) -> list[_Entry]:
        """The last used first; what does not open is deleted. Raises AppError."""
        try:
            paths = {path.name: path for path in self._folder.glob(pattern + _SUFFIX)}
            found = []
            for name, path in paths.items():
                reading: SavedState | None = None
                try:
                    status = path.stat()
                    reading = self._known.get(name) or self._open(path)
                    self._known[name] = reading
                except FileNotFoundError:
                    continue  # another process deleted it
                except SealUnknown:
                    pass
                except SealBroken:
                    _log.warning("deleting a saved reading that does not open")
                    remove_private(path)
                    self.thrown_away += 1
                    continue
                found.append(_Entry(name, status.st_mtime, status.st_size, reading))
        except OSError as error:
            raise machine_error(error, self._folder) from error
        return sorted(found, key=lambda entry: (entry.used_at, entry.name), reverse=True)

    def _open(self, path: Path) -> SavedState:
        """Raises SealBroken, SealUnknown, OSError."""
        with path.open("rb") as file:
            sealed = SealedReader(file, self._secret)
            size = _LENGTH.unpack(sealed.read(_LENGTH.size))[0]
            try:
                reading = msgspec.msgpack.decode(sealed.read(size), type=SavedState)
            except msgspec.MsgspecError as error:  # authentic
                raise SealUnknown from error
        return self._described(path, reading)

    def _remove(self, name: str) -> None:
        """Raises AppError FOLDER_READ_ONLY."""
        remove_private(self._folder / name)
        self._known.pop(name, None)

    def _described(self, path: Path, reading: SavedState) -> SavedState:
        return msgspec.structs.replace(reading, name=path.name, size_bytes=path.stat().st_size)

    def _make_room(self, size: int) -> None:
        """Delete what was not used for longest until `size` more bytes keep within the quota."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for draft in self._folder.glob(f"*{DRAFT_SUFFIX}"):
                if draft.stat().st_mtime < time.time() - _OLD_DRAFT_S:
                    draft.unlink(missing_ok=True)
        except OSError as error:
            raise machine_error(error, self._folder) from error
        kept = self._entries("*")
        room = min(self._quota_bytes, _free(self._folder) + sum(entry.size_bytes for entry in kept))
        if size > room:
            raise AppError(Code.READING_NOT_SAVED, needed_bytes=size, free_bytes=max(0, room))
        while (kept and sum(e.size_bytes for e in kept) + size > self._quota_bytes) or size > _free(self._folder):
            self._remove(kept.pop().name)


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free - _SPARE_DISK_BYTES
    except OSError as error:
        raise machine_error(error, folder) from error


def _covers(longer: SavedState, other: SavedState) -> bool:
    """Whether `longer` makes `other` needless: the same kernels computed both, it goes on from it, and `other` is
    unfinished or the very same."""
    one, two = longer.tokens, other.tokens
    goes_on = longer.kernels == other.kernels and common_prefix(one, two) == len(two)
    return goes_on and (not other.complete or len(one) == len(two))


def fingerprint(model_path: Path) -> str:
    """Tells model files apart without reading a hundred gigabytes: sizes, heads, tails and samples between them.

    All parts of a split model count. Raises OSError.
    """
    digest = hashlib.blake2b(digest_size=16)
    parts = [model_path]
    if match := _PART.search(model_path.name):
        stem = model_path.name[: match.start()]
        count = int(match[1])
        parts = [model_path.with_name(f"{stem}-{n:05}-of-{count:05}.gguf") for n in range(1, count + 1)]
    for part in parts:
        size = part.stat().st_size
        digest.update(size.to_bytes(8, "little"))
        with part.open("rb") as file:
            for sample in range(_SAMPLES):
                file.seek(max(0, size - _SAMPLE_BYTES) * sample // (_SAMPLES - 1))
                digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()

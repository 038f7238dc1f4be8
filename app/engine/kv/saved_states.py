"""Readings on disk: the state of the context after some books, so that they need not be read again.

A reading is the books in another form, so it is kept as the books are: encrypted, authenticated, private. It is only
good for the very model, KV type, layout of prompts and build of llama.cpp that made it, and for the exact tokens; the
first four name its file, the tokens are inside.

Where the layout of a state is known (`state_layout`), its growing part is in files of its own: rows of the global
layers, of some tokens each. The reading's file names them, and has the rest of the state: the local layers. So a later
reading of the same sequence writes only the rows that are new, and names the others' files too. Each file of rows is
known by its salt, so that rows of two readings never mix. Rows are written first, so after a crash some may be of no
reading; those go later. What is in one file, as earlier versions wrote it, is read as ever.

Invariants:

- Rows of the global layers only grow, so each is written once. A state with anything in it that `state_layout` does not
  know to the last byte is written whole. Held by:
  tests/engine/kv/test_saved_rows.py::test_a_longer_reading_writes_only_what_is_new,
  tests/engine/kv/test_saved_rows.py::test_what_has_no_layout_is_written_whole.
- What another version of Octavo saved stays for that version. Held by:
  tests/engine/kv/test_saved_states.py::test_what_another_version_saved_stays_for_it.
- Whoever changes how prompts are laid out raises `prompt.LAYOUT_VERSION`. Not tested: nothing can tell a change that
  matters from one that does not.
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
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path

import msgspec

from app.core.errors import AppError, Code
from app.core.machine.files import DRAFT_SUFFIX, remove_private, write_private
from app.core.machine.paths import machine_error, make_private
from app.core.settings import KvType
from app.engine.kv.encrypted_file import SealBroken, SealedReader, SealUnknown, seal
from app.engine.kv.reuse import Tokens, common_prefix
from app.engine.kv.state_layout import RowKind, StateLayout, layout_of
from app.engine.protocol import BookSpan

_SUFFIX = ".reading"
_LENGTH = struct.Struct("<I")  # of the encoded description, which comes first
_LOAD_STEP_BYTES = 32 << 20
_OLD_S = 3600
"""A draft, or rows of no reading, that are older than this were left by a crash."""

_SPARE_DISK_BYTES = 256 << 20
"""Free space that stays when a reading is saved: the database needs some, too."""

_SAMPLES, _SAMPLE_BYTES = 64, 64 << 10
_PART = re.compile(r"-00001-of-(\d{5})\.gguf$")

_log = logging.getLogger("octavo.engine")


class StateKey(msgspec.Struct, frozen=True):
    """The properties that a saved state depends on, besides its tokens."""

    model: str  # `fingerprint`
    kv_type: KvType
    layout: int  # prompt.LAYOUT_VERSION
    engine: str  # llama_loader.version()

    @property
    def digest(self) -> str:
        return hashlib.blake2b(msgspec.msgpack.encode(self), digest_size=8).hexdigest()


class RowsUsed(msgspec.Struct, frozen=True):
    """The rows of tokens [first, end) that a reading has from a file; the file may have more. `salt` is the file's."""

    name: str
    salt: bytes
    first: int
    end: int


class SavedState(msgspec.Struct, frozen=True):
    """All about a reading but the state itself. `logits` are those of the token after the last (float32). The state of
    a recurrent or hybrid model is that before the last token, since it cannot be brought back by one.

    `kernels` says what computed it (`session._kernels`): elsewhere rounding differs, and with it the state. It is no
    part of the key, since a reading of other kernels is as good; but the probe allows for it. `used` tells where the
    rows of its global layers are, whose kinds are `rows`; empty if all is in its own file. `size_bytes` is that of all
    its files, but for those that a reading listed earlier has too.
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
    rows: tuple[RowKind, ...] = ()
    used: tuple[RowsUsed, ...] = ()

    @property
    def tokens(self) -> Tokens:
        return array("i", self.tokens_le32)  # every system that llama.cpp runs on is little-endian


class SavedRows(msgspec.Struct, frozen=True):
    """The description of a file of rows: those of tokens [first, end), of one kind after the other."""

    key: StateKey
    rows: tuple[RowKind, ...]
    first: int
    end: int


class _Description(msgspec.Struct, frozen=True, omit_defaults=True):
    """The beginning of the files of a reading in several files; versions that do not know these leave them alone."""

    in_parts: SavedState | None = None
    rows_of_one: SavedRows | None = None


class _Entry(msgspec.Struct, frozen=True):
    """A file in the folder. `what` is None if another version of Octavo wrote it, in a way that this one does not
    know."""

    name: str
    used_at: float
    size_bytes: int
    what: SavedState | SavedRows | None

    @property
    def used(self) -> tuple[RowsUsed, ...]:
        return self.what.used if isinstance(self.what, SavedState) else ()


@dataclass(frozen=True)
class GoesOn:
    """A saved reading, and how many tokens from its beginning the context has held ever since, in the same state."""

    reading: SavedState
    tokens: int


class SavedStates:
    """The folder of saved readings. Several processes may use it; each file is written once and then only deleted.

    What another version of Octavo saved stays for that version, and counts for the quota like all others. It goes with
    the first book that is deleted, since nobody knows what is in it.
    """

    def __init__(self, folder: Path, secret: bytes, quota_bytes: int) -> None:
        """`secret` has `encrypted_file.SECRET_BYTES` bytes. `quota_bytes` is what all readings together may take."""
        self._folder = folder
        self._secret = secret
        self._quota_bytes = quota_bytes
        self._known: dict[str, SavedState | SavedRows] = {}
        self._passed_over: set[str] = set()
        self.thrown_away = 0
        """Files that did not open and were deleted; those of other versions are not among them."""

    def all(self) -> tuple[SavedState, ...]:
        """Return every reading of this version, the last used first; one that does not open is deleted. Raises
        AppError."""
        return self._find("*")

    def of(self, key: StateKey) -> tuple[SavedState, ...]:
        """Return the readings that a context of this kind can use, but for those that were passed over."""
        found = self._find(f"{key.digest}-*")
        return tuple(reading for reading in found if reading.key == key and reading.name not in self._passed_over)

    def pass_over(self, reading: SavedState) -> None:
        """Pass over a reading that did not give what it gave when it was saved: in this process nobody gets it again,
        and none takes its place. Its bytes are authentic, so it stays for whoever computes as it was computed."""
        self._passed_over.add(reading.name)

    def load(self, reading: SavedState, on_progress: Callable[[float], None]) -> mmap.mmap:
        """Return the whole state, authenticated to its last byte. The caller closes it.

        `on_progress(fraction)` may raise, to give up. Raises SealBroken, MemoryError, AppError.
        """
        path = self._folder / reading.name
        try:
            state = mmap.mmap(-1, max(1, reading.state_bytes))
        except OSError as error:
            raise MemoryError from error
        try:
            with memoryview(state) as target:
                self._load_into(_Loading(target, on_progress), reading)
            for name in (*(used.name for used in reading.used), reading.name):
                os.utime(self._folder / name)  # what was not used for longest goes first
        except FileNotFoundError as error:
            state.close()
            raise SealBroken from error  # another process deleted a part of it
        except OSError as error:
            state.close()
            raise machine_error(error, path) from error
        except BaseException:
            state.close()
            raise
        return state

    def _load_into(self, loading: _Loading, reading: SavedState) -> None:
        layout = StateLayout(len(reading.tokens), reading.rows) if reading.used else None
        begin = layout.end if layout else 0
        if begin > reading.state_bytes:
            raise SealBroken
        with (self._folder / reading.name).open("rb") as file:
            sealed = SealedReader(file, self._secret)
            sealed.skip(_LENGTH.unpack(sealed.read(_LENGTH.size))[0])
            loading.fill(sealed, begin, reading.state_bytes)
            sealed.finish()
        if layout is None:
            return
        layout.write_frame(loading.target)
        row = 0
        for used in reading.used:
            if used.first != row:
                raise SealBroken
            self._load_rows(loading, reading, used, layout)
            row = used.end
        if row != layout.tokens:
            raise SealBroken

    def _load_rows(self, loading: _Loading, reading: SavedState, used: RowsUsed, layout: StateLayout) -> None:
        with (self._folder / used.name).open("rb") as file:
            sealed = SealedReader(file, self._secret)
            has = _described(sealed)
            if not isinstance(has, SavedRows) or sealed.salt != used.salt:
                raise SealBroken
            if (has.key, has.rows, has.first) != (reading.key, reading.rows, used.first):
                raise SealBroken
            if not used.first < used.end <= min(has.end, layout.tokens):
                raise SealBroken
            for kind, (start, end) in zip(layout.rows, layout.places(used.first, used.end), strict=True):
                loading.fill(sealed, start, end)
                sealed.skip((has.end - used.end) * kind.row_bytes)
            sealed.finish()

    def save(self, reading: SavedState, state: mmap.mmap, goes_on: GoesOn | None = None) -> SavedState:
        """Keep a reading; it takes the place of unfinished ones that it goes on from. Older ones go for the quota.

        `goes_on` tells that what it shares with one on disk need not be written again. Its `size_bytes` are those that
        were written. Raises AppError READING_NOT_SAVED when the quota or the disk has no room for it; DISK_FULL,
        FOLDER_READ_ONLY.
        """
        with memoryview(state) as view:
            layout = layout_of(view, len(reading.tokens))
            kept = self._kept(reading, layout, goes_on) if layout else ()
            first = kept[-1].end if kept else 0
            size = reading.state_bytes + len(reading.tokens_le32) - (first * layout.row_bytes if layout else 0)
            names = {used.name for used in kept} | ({goes_on.reading.name} if goes_on and kept else set())
            self._make_room(size, names)
            if layout is None:
                reading = msgspec.structs.replace(reading, rows=(), used=())
                saved = self._write(reading, [view], reading)
            else:
                saved = self._write_parts(reading, view, layout, kept)
        for other in self.of(reading.key):
            if other.name != saved.name and _covers(saved, other):
                self.delete(other)
        return saved

    def _kept(self, reading: SavedState, layout: StateLayout, goes_on: GoesOn | None) -> tuple[RowsUsed, ...]:
        """Return the rows on disk that belong to `reading`, from its first token on."""
        if goes_on is None or (goes_on.reading.key, goes_on.reading.rows) != (reading.key, layout.rows):
            return ()
        same = min(goes_on.tokens, common_prefix(goes_on.reading.tokens, reading.tokens))
        kept = []
        for used in goes_on.reading.used:
            if used.first >= same or not (self._folder / used.name).exists():
                break
            kept.append(msgspec.structs.replace(used, end=min(used.end, same)))
        return tuple(kept)

    def _write_parts(
        self, reading: SavedState, state: memoryview, layout: StateLayout, kept: tuple[RowsUsed, ...]
    ) -> SavedState:
        """Write the rows that are not kept, then the reading that names them all."""
        first = kept[-1].end if kept else 0
        written = 0
        if first < layout.tokens:
            rows = SavedRows(reading.key, layout.rows, first, layout.tokens)
            with ExitStack() as stack:  # a mapping cannot be closed before all views of it are released
                places = layout.places(first, layout.tokens)
                content = [stack.enter_context(state[start:end]) for start, end in places]
                path, salt = self._write_file(reading.key, _Description(rows_of_one=rows), content)
            kept = (*kept, RowsUsed(path.name, salt, first, layout.tokens))
            self._known[path.name] = rows
            written = path.stat().st_size
        in_parts = msgspec.structs.replace(reading, rows=layout.rows, used=kept)
        try:
            with state[layout.end :] as rest:
                saved = self._write(in_parts, [rest], _Description(in_parts=in_parts))
        except BaseException:
            if written:
                self._remove(kept[-1].name)
            raise
        return msgspec.structs.replace(saved, size_bytes=saved.size_bytes + written)

    def _write(
        self, reading: SavedState, content: list[memoryview], description: SavedState | _Description
    ) -> SavedState:
        path, _ = self._write_file(reading.key, description, content)
        saved = msgspec.structs.replace(reading, name=path.name, size_bytes=path.stat().st_size)
        self._known[path.name] = saved
        return saved

    def _write_file(
        self, key: StateKey, description: SavedState | _Description, content: list[memoryview]
    ) -> tuple[Path, bytes]:
        """Write a description and what it describes into a new file; return its path and its salt."""
        path = self._folder / f"{key.digest}-{secrets.token_hex(8)}{_SUFFIX}"
        described = msgspec.msgpack.encode(description)
        salts: list[bytes] = []
        parts = [memoryview(_LENGTH.pack(len(described))), memoryview(described), *content]
        write_private(path, lambda file: salts.append(seal(file, self._secret, parts)))
        return path, salts[0]

    def delete(self, reading: SavedState) -> None:
        """Delete a reading, with those of its rows that no other reading has. Raises AppError FOLDER_READ_ONLY."""
        self._remove(reading.name)
        self._remove_unused({used.name for used in reading.used})

    def delete_of_book(self, book_id: str) -> None:
        """Delete every reading that a book is a part of, since it leaves the shelf, and all rows of no reading."""
        for entry in self._entries("*"):
            reading = entry.what
            if reading is None or (
                isinstance(reading, SavedState) and any(book.book_id == book_id for book in reading.books)
            ):
                self._remove(entry.name)
        self._remove_unused(None)

    def _find(self, pattern: str) -> tuple[SavedState, ...]:
        entries = self._entries(pattern)
        sizes = {entry.name: entry.size_bytes for entry in entries}
        found = []
        for entry in entries:
            if isinstance(entry.what, SavedState):
                size = sum(sizes.pop(name, 0) for name in (entry.name, *(used.name for used in entry.used)))
                found.append(msgspec.structs.replace(entry.what, size_bytes=size))
        return tuple(found)

    def _entries(self, pattern: str) -> list[_Entry]:
        """Return what the files hold, the last used first; what does not open is deleted, and so is a reading whose
        rows are gone. Raises AppError."""
        try:
            paths = list(self._folder.glob(pattern + _SUFFIX))
            self._forget_gone(pattern, {path.name for path in paths})
            found = [entry for path in paths if (entry := self._entry(path)) is not None]
            whole = [entry for entry in found if all((self._folder / used.name).exists() for used in entry.used)]
        except OSError as error:
            raise machine_error(error, self._folder) from error
        for entry in found:
            if entry not in whole:
                _log.info("deleting a saved reading whose rows are gone")
                self._remove(entry.name)
        return sorted(whole, key=lambda entry: (entry.used_at, entry.name), reverse=True)

    def _forget_gone(self, pattern: str, names: Collection[str]) -> None:
        """Keep nothing in memory of what another process deleted: what is known of a reading has its book's tokens."""
        for name in list(self._known):
            if name not in names and fnmatchcase(name, pattern + _SUFFIX):
                self._known.pop(name, None)

    def _entry(self, path: Path) -> _Entry | None:
        """Return what a file holds; None if it is gone, or did not open and was deleted. Raises AppError, OSError."""
        what: SavedState | SavedRows | None = None
        try:
            status = path.stat()
            what = self._known.get(path.name) or self._open(path)
            self._known[path.name] = what
        except FileNotFoundError:
            return None  # another process deleted it
        except SealUnknown:
            pass
        except SealBroken:
            _log.warning("deleting a saved reading that does not open")
            remove_private(path)
            self.thrown_away += 1
            return None
        return _Entry(path.name, status.st_mtime, status.st_size, what)

    def _open(self, path: Path) -> SavedState | SavedRows:
        """Open a saved file. Raises SealBroken, SealUnknown, OSError."""
        with path.open("rb") as file:
            what = _described(SealedReader(file, self._secret))
        return msgspec.structs.replace(what, name=path.name) if isinstance(what, SavedState) else what

    def _remove(self, name: str) -> None:
        """Remove a file. Raises AppError FOLDER_READ_ONLY."""
        remove_private(self._folder / name)
        self._known.pop(name, None)

    def _remove_unused(self, names: Collection[str] | None, older_than_s: float = 0.0) -> None:
        """Remove the files of rows that no reading has, of those called `names` or of all. Raises AppError."""
        entries = self._entries("*")
        used = {used.name for entry in entries for used in entry.used}
        for entry in entries:
            is_unused = isinstance(entry.what, SavedRows) and entry.name not in used
            if is_unused and (names is None or entry.name in names) and entry.used_at <= time.time() - older_than_s:
                self._remove(entry.name)

    def _make_room(self, size: int, kept: Collection[str]) -> None:
        """Delete what was not used for longest, but not `kept`, until `size` more bytes keep within the quota."""
        try:
            make_private(self._folder)
            for draft in self._folder.glob(f"*{DRAFT_SUFFIX}"):
                if draft.stat().st_mtime < time.time() - _OLD_S:
                    draft.unlink(missing_ok=True)
        except OSError as error:
            raise machine_error(error, self._folder) from error
        self._remove_unused(None, _OLD_S)
        entries = self._entries("*")
        uses = Counter(used.name for entry in entries for used in entry.used)
        movable = [entry for entry in entries if entry.name not in kept and not isinstance(entry.what, SavedRows)]
        going = {entry.name for entry in movable} | {used.name for entry in movable for used in entry.used} - set(kept)
        taken = sum(entry.size_bytes for entry in entries)
        fixed = sum(entry.size_bytes for entry in entries if entry.name not in going)
        room = min(self._quota_bytes - fixed, _free(self._folder) + taken - fixed)
        if size > room:
            raise AppError(Code.READING_NOT_SAVED, needed_bytes=size, free_bytes=max(0, room))
        sizes = {entry.name: entry.size_bytes for entry in entries}
        while movable and (sum(sizes.values()) + size > self._quota_bytes or size > _free(self._folder)):
            entry = movable.pop()
            uses.subtract(used.name for used in entry.used)
            for name in (entry.name, *(used.name for used in entry.used if not uses[used.name])):
                if name not in kept:
                    self._remove(name)
                    sizes.pop(name, None)


@dataclass(frozen=True)
class _Loading:
    """A state that is being filled; what is reported is the part that is there."""

    target: memoryview
    on_progress: Callable[[float], None]
    _done: list[int] = field(default_factory=lambda: [0])

    def fill(self, sealed: SealedReader, start: int, end: int) -> None:
        """Take bytes [start, end) from `sealed`. Raises as it does, and what `on_progress` raises."""
        for at in range(start, end, _LOAD_STEP_BYTES):
            with self.target[at : min(at + _LOAD_STEP_BYTES, end)] as part:
                sealed.read_into(part)
                self._done[0] += part.nbytes
            self.on_progress(min(1.0, self._done[0] / len(self.target)))


def _described(sealed: SealedReader) -> SavedState | SavedRows:
    """Read the description that a file begins with. Raises SealBroken, SealUnknown, OSError."""
    content = sealed.read(_LENGTH.unpack(sealed.read(_LENGTH.size))[0])
    try:
        description = msgspec.msgpack.decode(content, type=_Description)
        return description.rows_of_one or description.in_parts or msgspec.msgpack.decode(content, type=SavedState)
    except msgspec.MsgspecError as error:  # authentic
        raise SealUnknown from error


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free - _SPARE_DISK_BYTES
    except OSError as error:
        raise machine_error(error, folder) from error


def _covers(longer: SavedState, other: SavedState) -> bool:
    """Return whether `longer` makes `other` needless: the same kernels computed both, it goes on from it, and `other`
    is unfinished or the very same."""
    one, two = longer.tokens, other.tokens
    goes_on = longer.kernels == other.kernels and common_prefix(one, two) == len(two)
    return goes_on and (not other.complete or len(one) == len(two))


def known_fingerprint(model_path: Path) -> str:
    """Give the `fingerprint`, but do not read a file again that is as it was. Raises OSError."""
    status = model_path.stat()
    return _known_fingerprint(model_path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _known_fingerprint(model_path: Path, _size_bytes: int, _changed_ns: int) -> str:
    return fingerprint(model_path)


def fingerprint(model_path: Path) -> str:
    """Return what tells model files apart, without reading a hundred gigabytes: sizes, heads, tails and samples between
    them.

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

"""Models that are added or removed, in hidden folders of the models folder: one rename makes one appear or go.

`.fetching/DIGEST/` holds `offer.json`, a lock and, in `files/`, what the hub has sent; it stays until the download is
finished or given up. There a file has its name with `.part` until its SHA-256 was found right, then its name. What was
verified is remembered with size and time of change, so that it is neither fetched nor hashed again.

`.arriving/NAME/` holds what is copied or unpacked, `.leaving/NAME/` what is deleted: whatever is there when nobody
holds its lock was left by a crash, and goes.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec

from app.core.errors import AppError, Code
from app.core.machine.files import DRAFT_SUFFIX, open_private, remove_private, rename_private, try_lock, write_private
from app.core.machine.paths import machine_error, sync_folder
from app.models.local import size_of
from app.models.offers import Offer, stored_name
from app.models.provenance import RECORD_NAME, Record, encode_record

FETCHING, ARRIVING, LEAVING = ".fetching", ".arriving", ".leaving"

VERIFIED_NAME = ".verified.json"
"""The name of the file that lists what is verified of a download, each a `Verified`."""

_OFFER, _LOCK, _FILES = "offer.json", "lock", "files"
_PRIVATE_FOLDER = 0o700


class _Begun(msgspec.Struct, frozen=True):
    """A download. `resolved` is the offer as the hub completed it; None if it has to be asked again."""

    offer: Offer
    resolved: Offer | None


class Unfinished(msgspec.Struct, frozen=True):
    """A download that was begun; fetching the offer again goes on with it."""

    offer: Offer
    done_bytes: int


class Incoming:
    def __init__(self, models: Path) -> None:
        """Take the models folder, which need not be there yet."""
        self._models = models

    # ---- downloads

    @contextlib.contextmanager
    def fetching(self, offer: Offer) -> Iterator[Path]:
        """Hold the folder of a download's files for one process at a time.

        Raises AppError FETCH_RUNNING, DISK_FULL, FOLDER_READ_ONLY.
        """
        folder = self._place(offer)
        files = _make(folder / _FILES)
        with _held(folder) as is_ours:
            if not is_ours:
                raise AppError(Code.FETCH_RUNNING, path=offer.key)
            yield files

    def begun(self, offer: Offer) -> Offer | None:
        """Return the offer as the hub completed it when its download was begun, if anything of that is there. An
        earlier version did not write down the revision of each file: then the hub is asked again."""
        begun = _read(self._place(offer))
        known = begun is not None and begun.resolved is not None and all(f.revision for f in begun.resolved.all_files)
        return begun.resolved if begun and known and _present_bytes(self._place(offer)) else None

    def remember(self, offer: Offer, resolved: Offer | None) -> None:
        """Remember what the hub said of an offer. With None the hub is asked again the next time; what is there stays.
        Raises AppError DISK_FULL, FOLDER_READ_ONLY."""
        content = msgspec.json.encode(_Begun(offer, resolved))
        write_private(self._place(offer) / _OFFER, lambda file: file.write(content))

    def unfinished(self) -> tuple[Unfinished, ...]:
        """Return the downloads of which something is there, begun in this process or an earlier one."""
        found = []
        for folder in _folders(self._models / FETCHING):
            begun, present = _read(folder), _present_bytes(folder)
            if begun is not None and present:
                found.append(Unfinished(begun.offer, min(present, (begun.resolved or begun.offer).size_bytes)))
        return tuple(sorted(found, key=lambda each: each.offer.key))

    def discard(self, offer: Offer) -> None:
        """Delete what was fetched of an offer. Raises AppError FETCH_RUNNING, FOLDER_READ_ONLY."""
        folder = self._place(offer)
        if not folder.is_dir():
            return
        with _held(folder) as is_ours:
            if not is_ours:
                raise AppError(Code.FETCH_RUNNING, path=offer.key)
            (folder / _OFFER).unlink(missing_ok=True)  # first: without it the folder says nothing
            _empty(folder)
        _clear(folder)

    # ---- arrivals and departures

    @contextlib.contextmanager
    def arriving(self) -> Iterator[Path]:
        """Make a new folder to copy into, gone afterwards unless it was published.

        Raises AppError DISK_FULL, FOLDER_READ_ONLY.
        """
        self.sweep()
        folder = _make(self._models / ARRIVING / secrets.token_hex(8))
        try:
            with _held(folder):
                yield _make(folder / _FILES)
        finally:
            _clear(folder)

    def publish(self, files: Path, name: str, record: Record) -> Path:
        """Write the record of a folder of finished files, and give that its name among the models. Raises AppError
        MODEL_THERE, DISK_FULL, FOLDER_READ_ONLY."""
        target = self._models / name
        content = encode_record(record)
        write_private(files / RECORD_NAME, lambda file: file.write(content))
        try:
            sync_folder(files)
            if holds_files(target):
                raise AppError(Code.MODEL_THERE, path=str(target))
            if target.exists():  # what was left of a model
                self.leave(target)
            files.rename(target)
            sync_folder(self._models)
        except OSError as error:
            raise machine_error(error, target) from error
        return target

    def leave(self, folder: Path) -> None:
        """Delete a folder of a model: at once for whoever looks, then on disk. Raises AppError FOLDER_READ_ONLY."""
        place = _make(self._models / LEAVING / secrets.token_hex(8))
        with _held(place):
            try:
                folder.rename(place / _FILES)
                sync_folder(folder.parent)
            except OSError as error:
                raise machine_error(error, folder) from error
            _empty(place)
        _clear(place)

    def sweep(self) -> None:
        """Delete what a crash left behind."""
        left = [each for kind in (ARRIVING, LEAVING) for each in _folders(self._models / kind)]
        left += [each for each in _folders(self._models / FETCHING) if not (each / _FILES).exists()]
        for folder in left:
            with _held(folder) as is_ours:
                pass
            if is_ours:
                _clear(folder)

    def _place(self, offer: Offer) -> Path:
        return self._models / FETCHING / hashlib.sha256(offer.key.encode()).hexdigest()[:32]


def _make(folder: Path) -> Path:
    """Make a folder with the folders above it, all of them private whatever the umask; one that is there already stays
    as it is."""
    try:
        for each in (*reversed(folder.parents), folder, folder):  # twice: another process may be clearing around it
            if not each.is_dir():
                with contextlib.suppress(FileNotFoundError, FileExistsError):
                    each.mkdir(mode=_PRIVATE_FOLDER)
                    os.chmod(each, _PRIVATE_FOLDER)
    except OSError as error:
        raise machine_error(error, folder) from error
    if not folder.is_dir():
        raise AppError(Code.FOLDER_READ_ONLY, path=str(folder))
    return folder


def holds_files(target: Path) -> bool:
    """Return whether there is a model, or anything else that is not ours to replace: a file, or a folder with one in
    it. What is left of a model whose files were deleted outside is no more than its record."""
    if not target.is_dir() or target.is_symlink():
        return target.exists()
    return any(name != RECORD_NAME for _place, folders, names in os.walk(target) for name in (*folders, *names))


def _clear(folder: Path) -> None:
    """Delete a folder with what is in it, and the one around it if nothing else is there."""
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()


def _folders(parent: Path) -> list[Path]:
    try:
        return sorted(each for each in parent.iterdir() if each.is_dir() and not each.is_symlink())
    except OSError:
        return []


def _present_bytes(folder: Path) -> int:
    """Return how many bytes there are of the files that a hub has sent."""
    places = os.walk(folder / _FILES)
    sizes = (size_of(Path(place) / name) or 0 for place, _folders, names in places for name in names if name[0] != ".")
    return sum(sizes)


def _read(folder: Path) -> _Begun | None:
    try:
        return msgspec.json.decode((folder / _OFFER).read_bytes(), type=_Begun)
    except (OSError, msgspec.MsgspecError):
        return None


def _empty(folder: Path) -> None:
    """Empty a folder but for the lock, which cannot be deleted everywhere while it is held. Raises AppError
    FOLDER_READ_ONLY."""
    try:
        if (folder / _FILES).exists():
            shutil.rmtree(folder / _FILES)
    except OSError as error:
        raise machine_error(error, folder) from error


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Hold the folder's lock while the block runs; the block gets whether it is ours."""
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield False
        return
    try:
        yield try_lock(descriptor)
    finally:
        os.close(descriptor)


# ---- the files of a download


class Verified(msgspec.Struct, frozen=True):
    name: str
    size_bytes: int
    changed_ns: int
    sha256: str


class Staging:
    """The files of one download: how much of each is there, and which were found right.

    Used by one process at a time; by any of its threads.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._verified = _read_verified(folder / VERIFIED_NAME)

    def path(self, name: str) -> Path:
        return self._folder / name

    def draft(self, name: str) -> Path:
        return self._folder / f"{name}{DRAFT_SUFFIX}"

    def is_verified(self, name: str, size_bytes: int, sha256: str) -> bool:
        """Return whether the file is there, and unchanged since it had this hash."""
        known = self._verified.get(name)
        try:
            status = self.path(name).stat()
        except OSError:
            return False
        state = Verified(name, status.st_size, status.st_mtime_ns, sha256)
        return known == state and status.st_size == size_bytes

    def present_bytes(self, name: str, size_bytes: int) -> int:
        """Return how many bytes of the file are there, verified or not; at most `size_bytes`."""
        for path in (self.path(name), self.draft(name)):
            try:
                return min(path.stat().st_size, size_bytes)
            except OSError:
                continue
        return 0

    def open_draft(self, name: str, size_bytes: int) -> int:
        """Open what is there of the file to read and write; the caller closes the descriptor. What is longer than
        `size_bytes` is cut. A file that has its name already, but is not remembered, becomes a draft again.

        Raises OSError.
        """
        draft = self.draft(name)
        if self.path(name).exists():
            self.path(name).replace(draft)
        fd = open_private(draft, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0))
        if os.fstat(fd).st_size > size_bytes:
            os.ftruncate(fd, size_bytes)
        return fd

    def keep(self, name: str, sha256: str) -> None:
        """Keep the draft, which has this hash and is on disk: give it its name, and remember it.

        Raises AppError FOLDER_READ_ONLY or DISK_FULL.
        """
        rename_private(self.draft(name), self.path(name))
        status = self.path(name).stat()
        with self._lock:
            self._verified[name] = Verified(name, status.st_size, status.st_mtime_ns, sha256)
            content = msgspec.json.encode(list(self._verified.values()))
            write_private(self._folder / VERIFIED_NAME, lambda file: file.write(content))

    def discard(self, name: str) -> None:
        """Remove the draft. Raises AppError FOLDER_READ_ONLY."""
        remove_private(self.draft(name))


def present_bytes(offer: Offer, folder: Path) -> int:
    """Return how many bytes of an offer's files are in its staging folder."""
    staging = Staging(folder)
    return sum(staging.present_bytes(stored_name(file.path), file.size_bytes) for file in offer.all_files)


def are_verified(offer: Offer, folder: Path) -> bool:
    """Return whether all files of an offer are there, and unchanged since their hashes were found right."""
    staging = Staging(folder)
    names = [stored_name(file.path) for file in offer.all_files]
    return all(
        staging.is_verified(name, file.size_bytes, file.sha256)
        for name, file in zip(names, offer.all_files, strict=True)
    )


def _read_verified(path: Path) -> dict[str, Verified]:
    """Read which files were verified. An unreadable list is empty: then everything is hashed again."""
    try:
        known = msgspec.json.decode(path.read_bytes(), type=list[Verified])
    except (OSError, msgspec.MsgspecError):
        return {}
    return {verified.name: verified for verified in known}

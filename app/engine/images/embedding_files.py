"""Where the embeddings of images are on disk, and which of them stay; nothing here needs numpy or llama.cpp."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from pathlib import Path

from app.core.files import remove_private
from app.core.paths import machine_error
from app.engine.protocol import ReadingsSpec

_QUOTA_SHARE = 8  # of the disk space that saved readings may take
_FOLDER, _SUFFIX = "images", ".embeddings"


def folder_in(readings: Path) -> Path:
    """Where they are, in the folder of saved readings."""
    return readings / _FOLDER


def path_of(kept_in: ReadingsSpec, sha256: str, identity: str) -> Path:
    """`identity`: of the projector and the engine that made them. The name says nothing about the image."""
    made_by = hashlib.blake2b(identity.encode(), digest_size=8).hexdigest()
    return folder_in(Path(kept_in.folder)) / f"{_name(kept_in, sha256)}-{made_by}{_SUFFIX}"


def retain(kept_in: ReadingsSpec, sha256s: Collection[str]) -> None:
    """Delete from disk what any projector made of other images than these. Raises AppError FOLDER_READ_ONLY."""
    names = {_name(kept_in, sha256) for sha256 in sha256s}
    for path in folder_in(Path(kept_in.folder)).glob(f"*{_SUFFIX}"):
        if path.name.partition("-")[0] not in names:
            remove_private(path)


def _name(kept_in: ReadingsSpec, sha256: str) -> str:
    return hmac.new(kept_in.secret, sha256.encode(), hashlib.sha256).hexdigest()[:32]


def make_room(kept_in: ReadingsSpec, size: int) -> bool:
    """Delete what was not used for longest until `size` more bytes keep within the quota; False if they never will.

    Raises AppError.
    """
    folder, quota_bytes = folder_in(Path(kept_in.folder)), kept_in.quota_bytes // _QUOTA_SHARE
    if size > quota_bytes:
        return False
    try:
        kept = sorted((path.stat().st_mtime, path.stat().st_size, path) for path in folder.glob(f"*{_SUFFIX}"))
    except OSError as error:
        raise machine_error(error, folder) from error
    taken = sum(bytes for _, bytes, _ in kept)
    for _, bytes, path in kept:
        if taken + size <= quota_bytes:
            break
        remove_private(path)
        taken -= bytes
    return True

"""What a projector made of images, so that none goes through it twice: in memory, and encrypted on disk.

Embeddings are the image in another form, so they are kept as saved readings are (`kv.saved_states`), and names of files
say nothing about what is inside. They are good for the very projector and build of llama.cpp that made them.
"""

from __future__ import annotations

import logging
import os
import struct
from collections import OrderedDict
from collections.abc import Collection

import msgspec
import numpy as np

from app.core.errors import AppError
from app.core.files import remove_private, write_private
from app.core.paths import machine_error
from app.engine.images import embedding_files
from app.engine.images.projector import Embeddings
from app.engine.kv.encrypted_file import SealBroken, SealedReader, seal
from app.engine.protocol import ReadingsSpec

MEMORY_BYTES = 1 << 30
"""What may stay in memory besides the images of the prompt that is being answered: about twenty of Scout's largest."""

_LENGTH = struct.Struct("<I")  # of the encoded _Description, which comes before the numbers

_log = logging.getLogger("octavo.engine")


class _Description(msgspec.Struct, frozen=True):
    identity: str
    sha256: str
    rows: int
    width: int


class ImageEmbeddings:
    """By the SHA-256 of the image's kept bytes."""

    def __init__(self, kept_in: ReadingsSpec | None, identity: str, memory_bytes: int = MEMORY_BYTES) -> None:
        """`kept_in`: where and with what secret; None keeps nothing on disk. `identity`: of projector and engine."""
        self._kept_in = kept_in
        self._identity = identity
        self._memory_bytes = memory_bytes
        self._held: OrderedDict[str, Embeddings] = OrderedDict()
        self._pinned: frozenset[str] = frozenset()

    def pin(self, sha256s: Collection[str]) -> None:
        """These stay in memory until others are pinned."""
        self._pinned = frozenset(sha256s)

    def get(self, sha256: str) -> Embeddings | None:
        """(tokens, width); None where they are not kept."""
        held = self._held.get(sha256)
        if held is None:
            held = self._read(sha256)
            if held is not None:
                self._hold(sha256, held)
        else:
            self._held.move_to_end(sha256)
        return held

    def put(self, sha256: str, embeddings: Embeddings) -> None:
        """Keep them in memory, and on disk where there is room: what cannot be written is encoded again one day."""
        self._hold(sha256, embeddings)
        if self._kept_in is None:
            return
        try:
            self._write(self._kept_in, sha256, embeddings)
        except AppError as error:
            _log.warning("embeddings were not saved: %s", error.code.value)

    def retain(self, sha256s: Collection[str]) -> None:
        """Keep those of these images only. Raises AppError FOLDER_READ_ONLY."""
        for sha256 in [held for held in self._held if held not in sha256s]:
            del self._held[sha256]
        if self._kept_in is not None:
            embedding_files.retain(self._kept_in, sha256s)

    def _hold(self, sha256: str, embeddings: Embeddings) -> None:
        self._held[sha256] = embeddings
        self._held.move_to_end(sha256)
        for other in list(self._held):
            if sum(held.nbytes for held in self._held.values()) <= self._memory_bytes:
                break
            if other not in self._pinned and other != sha256:
                del self._held[other]

    def _read(self, sha256: str) -> Embeddings | None:
        if self._kept_in is None:
            return None
        path = embedding_files.path_of(self._kept_in, sha256, self._identity)
        try:
            with path.open("rb") as file:
                sealed = SealedReader(file, self._kept_in.secret)
                size = _LENGTH.unpack(sealed.read(_LENGTH.size))[0]
                description = msgspec.msgpack.decode(sealed.read(size), type=_Description)
                if (description.identity, description.sha256) != (self._identity, sha256):
                    return None
                found = np.empty((description.rows, description.width), np.float32)
                sealed.read_into(memoryview(found).cast("B"))
                sealed.finish()
            os.utime(path)  # what was not used for longest goes first
        except FileNotFoundError:
            return None
        except (SealBroken, msgspec.MsgspecError):
            _log.warning("deleting embeddings that do not open")
            remove_private(path)
            return None
        except OSError as error:
            _log.warning("embeddings were not read: %s", machine_error(error, path).code.value)
            return None
        return found

    def _write(self, kept_in: ReadingsSpec, sha256: str, embeddings: Embeddings) -> None:
        path = embedding_files.path_of(kept_in, sha256, self._identity)
        rows, width = embeddings.shape
        described = msgspec.msgpack.encode(_Description(self._identity, sha256, rows, width))
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise machine_error(error, path.parent) from error
        if not embedding_files.make_room(kept_in, embeddings.nbytes):
            return
        numbers = memoryview(np.ascontiguousarray(embeddings)).cast("B")
        parts = [memoryview(_LENGTH.pack(len(described))), memoryview(described), numbers]
        write_private(path, lambda file: seal(file, kept_in.secret, parts))

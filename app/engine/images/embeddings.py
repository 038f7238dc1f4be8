"""The embeddings that a projector made of images, kept so that no image goes through it twice: in memory, and encrypted
on disk (`kv.kept_files`). They are good for the very projector and build of llama.cpp that made them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection

import msgspec
import numpy as np

from app.engine.images.projector import Embeddings
from app.engine.kv.kept_files import kept_embeddings
from app.engine.protocol import ReadingsSpec

MEMORY_BYTES = 1 << 30
"""The bytes of embeddings that may stay in memory besides those of the prompt that is being answered: about twenty of
Scout's largest images."""


class _Description(msgspec.Struct, frozen=True):
    identity: str
    sha256: str
    rows: int
    width: int


class ImageEmbeddings:
    """The kept embeddings, by the SHA-256 of the image's kept bytes."""

    def __init__(self, kept_in: ReadingsSpec | None, identity: str, memory_bytes: int = MEMORY_BYTES) -> None:
        """`kept_in` says where and with what secret they are kept; None keeps nothing on disk. `identity` is that of
        projector and engine."""
        self._kept_in = kept_in
        self._files = kept_embeddings(kept_in) if kept_in is not None else None
        self._identity = identity
        self._memory_bytes = memory_bytes
        self._held: OrderedDict[str, Embeddings] = OrderedDict()
        self._pinned: frozenset[str] = frozenset()

    def pin(self, sha256s: Collection[str]) -> None:
        """Keep the embeddings of these images in memory until others are pinned."""
        self._pinned = frozenset(sha256s)

    def get(self, sha256: str) -> Embeddings | None:
        """Return the embeddings of an image, (tokens, width), or None if they are not kept."""
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
        if self._files is not None:
            description = _Description(self._identity, sha256, *embeddings.shape)
            content = memoryview(np.ascontiguousarray(embeddings)).cast("B")
            self._files.write(sha256, self._identity, description, content)

    def retain(self, sha256s: Collection[str]) -> None:
        """Keep those of these images only. Raises AppError FOLDER_READ_ONLY."""
        for sha256 in [held for held in self._held if held not in sha256s]:
            del self._held[sha256]
        if self._files is not None:
            self._files.retain(sha256s)

    def change_desk(self, desk: str) -> None:
        """Keep nothing in memory, and what is put from now on for this desk (`ReadingsSpec.desk`)."""
        self._held.clear()
        self._pinned = frozenset()
        if self._kept_in is not None:
            self._files = kept_embeddings(msgspec.structs.replace(self._kept_in, desk=desk))

    def _hold(self, sha256: str, embeddings: Embeddings) -> None:
        self._held[sha256] = embeddings
        self._held.move_to_end(sha256)
        for other in list(self._held):
            if sum(held.nbytes for held in self._held.values()) <= self._memory_bytes:
                break
            if other not in self._pinned and other != sha256:
                del self._held[other]

    def _read(self, sha256: str) -> Embeddings | None:
        if self._files is None:
            return None
        found = self._files.read(sha256, self._identity, _Description, lambda kept: 4 * kept.rows * kept.width)
        if found is None:
            return None
        description, content = found
        if (description.identity, description.sha256) != (self._identity, sha256):
            return None
        return np.frombuffer(content, np.float32).reshape(description.rows, description.width)

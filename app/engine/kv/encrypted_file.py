"""Large files, encrypted and authenticated in chunks: changed, cut, reordered or spliced, they do not open.

The format is the STREAM construction as age uses it (c2sp.org/age, "Payload"), with AES-256-GCM: a magic, a random
salt, then chunks of 1 MiB plaintext and a tag each. A file's own key is HKDF-SHA256(secret, salt); a chunk's nonce is
its number (11 bytes, big-endian) and a byte that is 1 for the last chunk only.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES = 32

_MAGIC_OF_ALL = b"octavo sealed "
_MAGIC = _MAGIC_OF_ALL + b"1\n"
_SALT_BYTES, _TAG_BYTES = 32, 16
_CHUNK_BYTES = 1 << 20


class SealBroken(Exception):
    """The file is not what was sealed with this secret."""


class SealUnknown(SealBroken):
    """The file says that it was sealed by another version, in a way of its own; whether it is sound is not known."""


def seal(file: BinaryIO, secret: bytes, parts: Sequence[memoryview]) -> None:
    """Write the `parts`, one after the other, into an empty file. Raises OSError."""
    salt = os.urandom(_SALT_BYTES)
    cipher = _cipher(secret, salt)
    file.write(_MAGIC + salt)
    views = [part.cast("B") for part in parts]
    left = sum(view.nbytes for view in views)
    pending, number = bytearray(), 0
    for view in views:
        offset = 0
        while offset < view.nbytes:
            taken = view[offset : offset + _CHUNK_BYTES - len(pending)]
            pending += taken
            offset += taken.nbytes
            left -= taken.nbytes
            if len(pending) == _CHUNK_BYTES and left:
                file.write(cipher.encrypt(_nonce(number, last=False), bytes(pending), None))
                pending.clear()
                number += 1
    file.write(cipher.encrypt(_nonce(number, last=True), bytes(pending), None))


class SealedReader:
    """Reads what `seal` wrote, from the beginning on; nothing is handed out that was not authenticated."""

    def __init__(self, file: BinaryIO, secret: bytes) -> None:
        """Raises SealBroken, SealUnknown, OSError."""
        self._file = file
        head = file.read(len(_MAGIC) + _SALT_BYTES)
        if head.startswith(_MAGIC_OF_ALL) and not _MAGIC.startswith(head[: len(_MAGIC)]):
            raise SealUnknown
        self._left = os.fstat(file.fileno()).st_size - len(head)
        if not head.startswith(_MAGIC) or self._left < _TAG_BYTES:
            raise SealBroken
        self._cipher = _cipher(secret, head[len(_MAGIC) :])
        self._number = 0
        self._opened = memoryview(b"")

    def read_into(self, target: memoryview) -> None:
        """Fill `target` with the next bytes. Raises SealBroken also when so many are not there; OSError."""
        filled = 0
        while filled < target.nbytes:
            if not self._opened.nbytes:
                self._open_chunk()
            taken = self._opened[: target.nbytes - filled]
            target[filled : filled + taken.nbytes] = taken
            self._opened = self._opened[taken.nbytes :]
            filled += taken.nbytes

    def read(self, size: int) -> bytes:
        """The next `size` bytes. Raises as `read_into` does."""
        buffer = bytearray(size)
        self.read_into(memoryview(buffer))
        return bytes(buffer)

    def finish(self) -> None:
        """Raises SealBroken when there is more to read."""
        if self._left and not self._opened.nbytes:
            self._open_chunk()
        if self._opened.nbytes or self._left:
            raise SealBroken

    def _open_chunk(self) -> None:
        if not self._left:
            raise SealBroken
        sealed = self._file.read(_CHUNK_BYTES + _TAG_BYTES)
        self._left -= len(sealed)
        try:
            plain = self._cipher.decrypt(_nonce(self._number, last=self._left <= 0), sealed, None)
        except InvalidTag as error:
            raise SealBroken from error
        self._number += 1
        self._opened = memoryview(plain)


def _cipher(secret: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), SECRET_BYTES, salt, b"octavo sealed file").derive(secret))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])

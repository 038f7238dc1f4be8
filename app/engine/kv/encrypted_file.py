"""Large files, encrypted and authenticated in chunks: changed, cut, reordered or spliced, they do not open.

The format is the STREAM construction as age uses it (c2sp.org/age, "Payload"), with AES-256-GCM: a magic, a random
salt, then chunks of 1 MiB plaintext and a tag each. A file's own key is HKDF-SHA256(secret, salt); a chunk's nonce is
its number (11 bytes, big-endian) and a byte that is 1 for the last chunk only.

Chunks do not depend on each other: several threads encrypt them straight from the memory that is sealed, and decrypt
them straight to where they belong. Besides, each thread has one sealed chunk in memory, which is what is read or
written at once: more than that does not stay in the processor's cache.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from io import BufferedReader
from typing import TYPE_CHECKING, BinaryIO, TypeVar

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SECRET_BYTES = 32

_MAGIC_OF_ALL = b"octavo sealed "
_MAGIC = _MAGIC_OF_ALL + b"1\n"
_SALT_BYTES, _TAG_BYTES = 32, 16
_CHUNK_BYTES = 1 << 20
_SEALED_BYTES = _CHUNK_BYTES + _TAG_BYTES
_HEAD_BYTES = len(_MAGIC) + _SALT_BYTES
_MOST_THREADS = 4
"""More than that a disk does not take."""

_Made = TypeVar("_Made")


class SealBroken(Exception):
    """The file is not what was sealed with this secret."""


class SealUnknown(SealBroken):
    """The file says that it was sealed by another version, in a way of its own; whether it is sound is not known."""


def seal(file: BinaryIO, secret: bytes, parts: Sequence[memoryview], threads: int = 0) -> bytes:
    """Write the `parts`, one after the other, into an empty file. `threads` of 0 takes what suits this machine.

    Return the file's salt, which tells it from all others: it is random, and the file's key comes from it. Raises
    OSError.
    """
    salt = os.urandom(_SALT_BYTES)
    cipher = _cipher(secret, salt)
    file.write(_MAGIC + salt)
    size = sum(part.nbytes for part in parts)
    chunks = max(1, -(-size // _CHUNK_BYTES))

    def encrypt(number: int, buffer: memoryview) -> memoryview:
        with _cut(views, number * _CHUNK_BYTES, min((number + 1) * _CHUNK_BYTES, size)) as plain:
            sealed = buffer[: plain.nbytes + _TAG_BYTES]
            cipher.encrypt_into(_nonce(number, last=number == chunks - 1), plain, None, sealed)
        return sealed

    with ExitStack() as stack:  # a mapping cannot be closed before all views of it are released
        views = [stack.enter_context(part.cast("B")) for part in parts]
        for chunk in stack.enter_context(closing(_in_order(encrypt, chunks, threads))):
            file.write(chunk)
    return salt


class SealedWriter:
    """Writes what `seal` writes, piece by piece, for what is not in memory as a whole; from where the file is."""

    def __init__(self, file: BinaryIO, secret: bytes) -> None:
        """Begin to write an encrypted file. Raises OSError."""
        salt = os.urandom(_SALT_BYTES)
        self._file, self._cipher = file, _cipher(secret, salt)
        self._waiting = bytearray()
        self._number = 0
        file.write(_MAGIC + salt)

    def write(self, content: bytes | memoryview) -> None:
        """Write some content. Raises OSError."""
        self._waiting += content
        sealed = 0
        with memoryview(self._waiting) as waiting:
            while len(waiting) - sealed > _CHUNK_BYTES:  # what may be the last chunk waits for more, or for `finish`
                with waiting[sealed : sealed + _CHUNK_BYTES] as chunk:
                    self._seal(chunk, last=False)
                sealed += _CHUNK_BYTES
        del self._waiting[:sealed]

    def finish(self) -> None:
        """Write what waits as the last chunk. Raises OSError."""
        with memoryview(self._waiting) as rest:
            self._seal(rest, last=True)

    def _seal(self, chunk: memoryview, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, None))
        self._number += 1


class SealedReader:
    """Reads what `seal` or a `SealedWriter` wrote, from where the file is to its end; nothing is handed out that was
    not authenticated."""

    def __init__(self, file: BufferedReader, secret: bytes, threads: int = 0) -> None:
        """`threads` are as for `seal`. Raises SealBroken, SealUnknown, OSError."""
        self._file = file
        self._threads = threads
        self._start = file.tell() + _HEAD_BYTES
        head = file.read(_HEAD_BYTES)
        if head.startswith(_MAGIC_OF_ALL) and not _MAGIC.startswith(head[: len(_MAGIC)]):
            raise SealUnknown
        self._left = os.fstat(file.fileno()).st_size - file.tell()
        if not head.startswith(_MAGIC) or self._left < _TAG_BYTES:
            raise SealBroken
        self.salt = head[len(_MAGIC) :]
        self._cipher = _cipher(secret, self.salt)
        self._last = (self._left - 1) // _SEALED_BYTES  # number of the last chunk
        self._number = 0
        self._opened = memoryview(b"")
        self._reading = threading.Lock()

    def read_into(self, target: memoryview) -> None:
        """Fill `target` with the next bytes. Raises SealBroken also when so many are not there; OSError."""
        filled = self._take_opened(target)
        whole = (target.nbytes - filled) // _CHUNK_BYTES
        with target[filled : filled + whole * _CHUNK_BYTES] as chunks:
            self._open_whole(chunks, whole)
        filled += whole * _CHUNK_BYTES
        if filled < target.nbytes:
            self._open_next()
            with target[filled:] as rest:
                filled += self._take_opened(rest)
        if filled < target.nbytes:
            raise SealBroken

    def read(self, size: int) -> bytes:
        """Return the next `size` bytes. Raises as `read_into` does."""
        if size > self._left + self._opened.nbytes:
            raise SealBroken
        buffer = bytearray(size)
        self.read_into(memoryview(buffer))
        return bytes(buffer)

    def skip(self, size: int) -> None:
        """Open the next `size` bytes and drop them. Raises as `read_into` does."""
        for start in range(0, size, _CHUNK_BYTES):
            self.read(min(_CHUNK_BYTES, size - start))

    def finish(self) -> None:
        """Check that all was read. Raises SealBroken if there is more to read."""
        if self._left and not self._opened.nbytes:
            self._open_next()
        if self._opened.nbytes or self._left:
            raise SealBroken

    def _take_opened(self, target: memoryview) -> int:
        taken = self._opened[: target.nbytes]
        target[: taken.nbytes] = taken
        self._opened = self._opened[taken.nbytes :]
        return taken.nbytes

    def _open_next(self) -> None:
        """Open one chunk, which may be short, for `_take_opened`."""
        sealed = bytearray(min(_SEALED_BYTES, self._left))
        plain = memoryview(bytearray(max(0, len(sealed) - _TAG_BYTES)))
        self._open(self._number, memoryview(sealed), plain)
        self._advance(1)
        self._opened = plain

    def _open_whole(self, target: memoryview, count: int) -> None:
        """Open `count` chunks straight into `target`, which has their very size."""
        first = self._number

        def open_chunk(index: int, buffer: memoryview) -> None:
            with target[index * _CHUNK_BYTES : (index + 1) * _CHUNK_BYTES] as plain:
                self._open(first + index, buffer, plain)

        if count * _SEALED_BYTES > self._left:
            raise SealBroken
        if not count:
            return
        for _ in _in_order(open_chunk, count, self._threads):
            pass
        self._advance(count)

    def _open(self, number: int, sealed: memoryview, plain: memoryview) -> None:
        """Read a chunk into `sealed` and open it into `plain`; both have its very size."""
        with self._reading:
            self._file.seek(self._start + number * _SEALED_BYTES)
            if self._file.readinto(sealed) != sealed.nbytes:
                raise SealBroken  # it was cut meanwhile
        from cryptography.exceptions import InvalidTag  # now, as in `_cipher`

        try:
            self._cipher.decrypt_into(_nonce(number, last=number == self._last), sealed, None, plain)
        except InvalidTag as error:
            plain[:] = bytes(plain.nbytes)  # it was written before it was found wrong
            raise SealBroken from error

    def _advance(self, chunks: int) -> None:
        self._number += chunks
        self._left = max(0, self._left - chunks * _SEALED_BYTES)


def _in_order(make: Callable[[int, memoryview], _Made], chunks: int, threads: int) -> Generator[_Made]:
    """Yield the results of `make` for each number below `chunks`, one after the other, made on several threads. `make`
    also gets memory for a sealed chunk, which stays as it is until the next one is taken."""
    threads = min(threads or min(_MOST_THREADS, os.cpu_count() or 1), chunks)
    buffers = [memoryview(bytearray(_SEALED_BYTES)) for _ in range(threads + 1)]
    if threads <= 1:
        yield from (make(number, buffers[0]) for number in range(chunks))
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="sealing") as pool:
        ahead: deque[Future[_Made]] = deque()
        for number in range(chunks):
            if len(ahead) == len(buffers):
                yield ahead.popleft().result()
            ahead.append(pool.submit(make, number, buffers[number % len(buffers)]))
        yield from (made.result() for made in ahead)


def _cut(views: Sequence[memoryview], start: int, end: int) -> memoryview:
    """Return bytes [start, end) of the views, one after the other; a copy only if they are in more than one."""
    found = []
    for view in views:
        if start < view.nbytes and end > 0:
            found.append(view[max(0, start) : end])
        start, end = start - view.nbytes, end - view.nbytes
    return found[0] if len(found) == 1 else memoryview(b"".join(found))


def _cipher(secret: bytes, salt: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # now: most commands open no such file
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(HKDF(SHA256(), SECRET_BYTES, salt, b"octavo sealed file").derive(secret))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])

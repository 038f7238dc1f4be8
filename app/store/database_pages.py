"""The pages of a database file, decrypted one by one, with those of its write-ahead log in their place.

SQLite gives up a table, and often all, at the first page that is damaged; this reads every other one. Sources: SQLite3
Multiple Ciphers, cipher_chacha20.c; "Database File Format" and "WAL-mode File Format" of SQLite.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.poly1305 import Poly1305

from app.core.errors import AppError, Code
from app.core.machine.files import try_lock_range
from app.core.machine.paths import machine_error
from app.core.machine.secret import Key

PAGE_BYTES: Final = 4096
USABLE_BYTES: Final = PAGE_BYTES - 32
"""The rest of a page is its nonce and its tag, 16 bytes each."""

_NONCE_BYTES: Final = 16
_TAG_BYTES: Final = 16
_CLEAR_BYTES: Final = 24  # at the beginning of page 1
_COUNT_AT: Final = 28  # in the header of page 1: how many pages the database has
_TRIED: Final = 4096  # a tenth of a second, where the key fits none
_LOCK_AT: Final = 1 << 30  # os_unix.c, PENDING_BYTE: whoever has a database open holds a lock among these bytes
_LOCK_BYTES: Final = 512
_BLOCK: Final = struct.Struct("<I")
_WAL_MAGIC: Final = (0x377F0682, 0x377F0683)
_WAL_HEADER: Final = struct.Struct(">8I")  # magic, version, page size, checkpoint, two salts, two checksums
_FRAME_HEADER: Final = struct.Struct(">6I")  # page, not 0 if it ends a transaction, salts, checksums


class StoredPages:
    """The pages of a database file. `count` is how many there are or were: as many as page 1 says, or as are there.
    `damaged` are the numbers of those that were asked for and do not have what was written."""

    def __init__(self, file: BinaryIO, log: BinaryIO | None, key: Key) -> None:
        """Take files that `open_pages` opened."""
        self._file, self._log = file, log
        self._key = bytes.fromhex(key.secret)
        self._in_log = {} if log is None else self._frames(log)
        first = self._stored(1)
        said = 0 if first is None else int.from_bytes(first[_COUNT_AT : _COUNT_AT + 4], "big")
        self.count = max(said, -(-file.seek(0, 2) // PAGE_BYTES), *self._in_log, 1)
        self.damaged: set[int] = set()

    def read(self, number: int) -> bytes | None:
        """Return a page, counted from 1; None if it is damaged, or there is none of this number."""
        if not 0 < number <= self.count:
            return None
        page = self._stored(number)
        if page is None:
            self.damaged.add(number)
        return page

    def fits(self) -> bool:
        """Return whether the key opens any of some pages that are spread over the file."""
        some = range(1, self.count + 1, max(1, self.count // _TRIED))
        return any(self._stored(number) is not None for number in some)

    def _stored(self, number: int) -> bytes | None:
        place = self._in_log.get(number)
        logged = None if place is None or self._log is None else self._read_at(self._log, place, number)
        return logged or self._read_at(self._file, (number - 1) * PAGE_BYTES, number)

    def _read_at(self, file: BinaryIO, place: int, number: int) -> bytes | None:
        with contextlib.suppress(OSError):  # a sector that the disk cannot read
            file.seek(place)
            return self._decrypted(file.read(PAGE_BYTES), number)
        return None

    def _decrypted(self, page: bytes, number: int) -> bytes | None:
        if len(page) < PAGE_BYTES:
            return None
        body, nonce, tag = page[:USABLE_BYTES], page[USABLE_BYTES:-_TAG_BYTES], page[-_TAG_BYTES:]
        counter = _BLOCK.unpack(nonce[12:])[0] ^ number
        keys = _chacha(self._key, nonce, counter, bytes(64))
        try:
            Poly1305.verify_tag(keys[:32], page[:-_TAG_BYTES], tag)
        except InvalidSignature:
            return None
        clear = _CLEAR_BYTES if number == 1 else 0
        return body[:clear] + _chacha(keys[32:], nonce, counter + 1, body[clear:])

    def _frames(self, log: BinaryIO) -> dict[int, int]:
        """Return where the pages of finished transactions are in the log.

        Its checksums are not computed: what a page says is authenticated by its tag. So nothing is believed that the
        log itself says, such as how many pages the database has. The log ends at a sector that cannot be read.
        """
        found, pending = dict[int, int](), dict[int, int]()
        with contextlib.suppress(OSError):
            header = log.read(_WAL_HEADER.size)
            if len(header) < _WAL_HEADER.size:
                return found
            magic, _version, size, _checkpoint, *salts = _WAL_HEADER.unpack(header)[:6]
            if magic not in _WAL_MAGIC or size != PAGE_BYTES:
                return found
            while len(frame := log.read(_FRAME_HEADER.size)) == _FRAME_HEADER.size:
                number, ends, *of = _FRAME_HEADER.unpack(frame)[:4]
                place = log.tell()
                if of != salts or self._decrypted(log.read(PAGE_BYTES), number) is None:
                    break
                pending[number] = place
                if ends:
                    found.update(pending)
                    pending.clear()
        return found


@contextlib.contextmanager
def open_pages(path: Path, key: Key, *, alone: bool = False) -> Iterator[StoredPages]:
    """Open the pages of a database. If `alone`, nobody else can open it until the block is left. Raises AppError
    DATABASE_LOCKED if somebody has it open; FOLDER_READ_ONLY if it cannot be read."""
    log_path = path.with_name(f"{path.name}-wal")
    with contextlib.ExitStack() as files:
        try:
            file = files.enter_context(path.open("r+b" if alone else "rb"))
            log = files.enter_context(log_path.open("rb")) if log_path.exists() else None
            if alone and not try_lock_range(file.fileno(), _LOCK_AT, _LOCK_BYTES):
                raise AppError(Code.DATABASE_LOCKED, path=str(path))
            pages = StoredPages(file, log, key)
        except OSError as error:
            raise machine_error(error, path) from error
        yield pages


def _chacha(key: bytes, nonce: bytes, counter: int, data: bytes) -> bytes:
    """Encrypt with ChaCha20 and a block counter of 32 bits, which goes on at zero (RFC 8439 does not say how)."""
    counter &= 0xFFFFFFFF
    blocks = (1 << 32) - counter
    head, rest = data[: blocks * 64], data[blocks * 64 :]
    cipher = Cipher(algorithms.ChaCha20(key, _BLOCK.pack(counter) + nonce[:12]), mode=None)
    done: bytes = cipher.encryptor().update(head)
    return done + (_chacha(key, nonce, 0, rest) if rest else b"")

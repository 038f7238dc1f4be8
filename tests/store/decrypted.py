"""The pages of a database as they are once they are decrypted, with what is in none of its rows any more."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import apsw

from app.core.machine.secret import Key


def decrypted(path: Path, key: Key) -> bytes:
    """Return the decrypted content of a copy, with its write-ahead log; the database itself may be open."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        for ending in ("", "-wal"):
            if (file := path.with_name(path.name + ending)).exists():
                shutil.copy(file, copy.with_name(copy.name + ending))
        connection = apsw.Connection(str(copy))
        try:
            connection.pragma("cipher", "chacha20")
            connection.pragma("key", f"raw:{key.secret}")
            connection.pragma("journal_mode", "delete")
            connection.pragma("rekey", "")
        finally:
            connection.close()
        content = copy.read_bytes()
    assert content.startswith(b"SQLite format 3\0")
    return content

"""The covers of books: small pictures of their first pages, kept with them, gone with them."""

from __future__ import annotations

import zlib

from app.core.conversations.image import Raster
from app.store.db import Database

_LARGEST_BYTES = 4 << 20
"""The most bytes of a cover's pixels."""


class KeptCovers:
    """All methods raise AppError as `Database.read` and `Database.write` do; what is kept is on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, book_id: str) -> Raster | None:
        """Return a book's cover, or None if none is kept."""
        row = self._database.row("SELECT width, height, pixels FROM covers WHERE book_id = ?", (book_id,))
        if row is None:
            return None
        width, height, pixels = row
        return Raster(width, height, zlib.decompressobj().decompress(pixels, _LARGEST_BYTES))

    def keep(self, book_id: str, cover: Raster) -> None:
        """Keep a book's cover. Without effect for a book that was deleted meanwhile."""
        self._database.run(
            """INSERT OR REPLACE INTO covers (book_id, width, height, pixels)
                SELECT id, ?, ?, ? FROM books WHERE id = ?""",
            (cover.width, cover.height, zlib.compress(cover.rgb), book_id),
        )

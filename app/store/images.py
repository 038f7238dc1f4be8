"""Images that questions refer to: what the reader made of them, each kept once, for as long as a question has it."""

# ruff: noqa: S608 (what is put into the SQL below are constants of the store, never a value)

from __future__ import annotations

from collections.abc import Iterable

import apsw

from app.core.conversations.image import Image, ImageRef, NamedImage, Raster, ref_of
from app.core.errors import AppError, Code
from app.language.folding import storable
from app.store.db import Database

_MEDIA_TYPE = "image/png"
_SEEN = """EXISTS (
    SELECT 1 FROM question_images r JOIN questions q ON q.id = r.question_id
        JOIN conversations c ON c.id = q.conversation_id
        WHERE r.sha256 = i.sha256 AND c.bin_id = '' AND r.book_id NOT IN (SELECT id FROM books WHERE bin_id != '')
)"""
"""The condition that an image is not only in the bin."""


class ImageStore:
    """All methods raise AppError as `Database.read` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def png(self, sha256: str) -> bytes:
        """Return an image's bytes (PNG); whoever wants pixels asks the reader. Raises AppError IMAGE_MISSING."""
        row = self._database.row(f"SELECT bytes FROM images i WHERE sha256 = ? AND {_SEEN}", (sha256,))
        if row is None:
            raise AppError(Code.IMAGE_MISSING, path="")
        return bytes(row[0])

    def thumbnail(self, sha256: str) -> Raster | None:
        """Return an image's thumbnail, or None if none is kept."""
        row = self._database.row(
            f"SELECT thumbnail_width, thumbnail FROM images i WHERE sha256 = ? AND {_SEEN}", (sha256,)
        )
        if row is None or not row[0]:
            return None
        width, rgb = int(row[0]), bytes(row[1])
        return Raster(width, len(rgb) // (3 * width), rgb)

    def named(self) -> tuple[NamedImage, ...]:
        """Return the names of images in all conversations, the last one asked about first; a name that a conversation
        has several times stands where it was asked about last."""
        rows = self._database.rows(
            """SELECT i.name, q.id, c.id, c.title, max(q.seq) AS last FROM question_images i
                JOIN questions q ON q.id = i.question_id JOIN conversations c ON c.id = q.conversation_id
                WHERE c.bin_id = '' AND i.book_id NOT IN (SELECT id FROM books WHERE bin_id != '')
                GROUP BY c.id, i.name ORDER BY last DESC, i.position  -- all columns are of the row with the maximum
            """
        )
        return tuple(NamedImage(*row[:4]) for row in rows)

    def all(self) -> frozenset[str]:
        """Return the SHA-256 of every image that is kept, in the bin too."""
        return frozenset(str(sha256) for (sha256,) in self._database.rows("SELECT sha256 FROM images"))


def put_images(connection: apsw.Connection, question_id: str, images: Iterable[Image | ImageRef]) -> None:
    """Let a question refer to images, in their order. Raises AppError IMAGE_MISSING for a reference to nothing."""
    for position, image in enumerate(images):
        ref = ref_of(image)
        if isinstance(image, Image):
            connection.execute(
                """INSERT INTO images (sha256, media_type, width, height, bytes, thumbnail_width, thumbnail)
                    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING""",
                (ref.sha256, _MEDIA_TYPE, ref.width, ref.height, image.png, image.thumbnail.width, image.thumbnail.rgb),
            )
        elif connection.execute("SELECT 1 FROM images WHERE sha256 = ?", (ref.sha256,)).fetchone() is None:
            raise AppError(Code.IMAGE_MISSING, path=ref.untrusted_name)
        connection.execute(
            "INSERT INTO question_images (question_id, position, sha256, name, book_id) VALUES (?, ?, ?, ?, ?)",
            (question_id, position, ref.sha256, storable(ref.untrusted_name), ref.book_id),
        )

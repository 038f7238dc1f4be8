"""Text recognised in pictures of pages, so that no picture is recognised twice."""

from __future__ import annotations

from app.core.document import Recognition
from app.store.db import Database


class Recognitions:
    """The pages of the books on the shelf, and what was recognised for documents that are still being opened.

    So a book that is deleted takes along all that was recognised for it. All methods raise AppError as `Database.read`
    and `Database.write` do.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, picture: str) -> Recognition | None:
        """What was recognised in the picture that is known by `picture` (`Page.picture`), if anything was."""
        with self._database.read() as connection:
            row = connection.execute(
                """SELECT text, confidence FROM recognitions WHERE picture = :picture
                    UNION ALL SELECT text, ifnull(confidence, 0.0) FROM pages
                        WHERE picture = :picture AND picture != ''
                    LIMIT 1""",
                {"picture": picture},
            ).fetchone()
            return None if row is None else Recognition(*row)

    def keep(self, picture: str, recognition: Recognition) -> None:
        """Until a page with this picture is on the shelf, or `forget_unfinished`."""
        with self._database.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO recognitions (picture, text, confidence) VALUES (?, ?, ?)",
                (picture, recognition.text, recognition.confidence),
            )

    def forget_unfinished(self) -> None:
        """Forget what was recognised for documents that never came on the shelf."""
        with self._database.read() as connection:
            if connection.execute("SELECT 1 FROM recognitions LIMIT 1").fetchone() is None:
                return
        with self._database.write() as connection:
            connection.execute("DELETE FROM recognitions")
        self._database.scrub()

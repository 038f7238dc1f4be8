"""The questions that are suggested for books: kept with them, gone with them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.features.suggestions.data import SuggestedQuestion
from app.store.db import Database


class SuggestedQuestions:
    """The suggested questions on disk. All methods raise AppError as `Database.read` and `Database.write` do; what is
    kept is on disk. `rules` is the version of those that the questions were made by."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_book(self, book_id: str, rules: int) -> tuple[SuggestedQuestion, ...] | None:
        """Return the questions of a book; None if none were made by these rules, or the book's pages were read again
        since."""
        row = self._database.row(
            "SELECT questions FROM suggested_questions WHERE book_id = ? AND rules = ?", (book_id, rules)
        )
        return None if row is None else msgspec.json.decode(row[0], type=tuple[SuggestedQuestion, ...])

    def keep(self, book_id: str, rules: int, questions: Sequence[SuggestedQuestion]) -> None:
        """Keep the questions of a book; this has no effect for one that was deleted meanwhile."""
        self._database.run(
            """INSERT OR REPLACE INTO suggested_questions (book_id, rules, questions)
                SELECT id, ?, ? FROM books WHERE id = ?""",
            (rules, msgspec.json.encode(tuple(questions)).decode(), book_id),
        )

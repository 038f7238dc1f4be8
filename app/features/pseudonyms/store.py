"""Stores the stand-ins for names and numbers in a conversation: kept with it, gone with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.features.pseudonyms.data import NamedKind, Pseudonym, PseudonymUse
from app.language.folding import storable
from app.store.db import Database


@dataclass(frozen=True)
class KnownText:
    """A text in which names were looked for: the number of the last pseudonym that is used in it. `book_id` is empty
    for what was said."""

    last: int
    book_id: str = ""


class PseudonymStore:
    """The pseudonyms on disk. All methods raise AppError as `Database.read` and `Database.write` do; what is kept is on
    disk. What belongs to a conversation that is gone is not kept."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, conversation_id: str) -> list[Pseudonym]:
        """Return the pseudonyms of a conversation in the order in which they were found."""
        rows = self._database.rows(
            "SELECT number, kind, text, stand_in, use FROM pseudonyms WHERE conversation_id = ? ORDER BY number",
            (conversation_id,),
        )
        return [
            Pseudonym(int(number), NamedKind(kind), str(text), str(stand_in), PseudonymUse(use))
            for number, kind, text, stand_in, use in rows
        ]

    def texts(self, conversation_id: str) -> dict[bytes, KnownText]:
        """Return the texts in which names were looked for, by their digests."""
        sql = "SELECT digest, known, book_id FROM replaced_texts WHERE conversation_id = ?"
        rows = self._database.rows(sql, (conversation_id,))
        return {bytes(digest): KnownText(int(known), str(book_id)) for digest, known, book_id in rows}

    def keep(
        self, conversation_id: str, pseudonyms: Sequence[Pseudonym], texts: Mapping[bytes, KnownText] | None = None
    ) -> None:
        """Add these pseudonyms, or put them in the place of those with their numbers."""
        with self._database.write() as connection:
            connection.executemany(
                """INSERT OR REPLACE INTO pseudonyms (conversation_id, number, kind, text, stand_in, use)
                    SELECT id, ?, ?, ?, ?, ? FROM conversations WHERE id = ?""",
                [(p.number, p.kind, storable(p.text), p.stand_in, p.use, conversation_id) for p in pseudonyms],
            )
            connection.executemany(
                """INSERT OR IGNORE INTO replaced_texts (conversation_id, digest, known, book_id)
                    SELECT id, ?, ?, ? FROM conversations WHERE id = ?""",
                [(digest, text.last, text.book_id, conversation_id) for digest, text in (texts or {}).items()],
            )

    def is_sent_as_is(self, conversation_id: str) -> bool:
        """Return whether the person wants nothing replaced in this conversation."""
        row = self._database.row("SELECT sent_as_is FROM conversations WHERE id = ?", (conversation_id,))
        return row is not None and bool(row[0])

    def send_as_is(self, conversation_id: str, as_is: bool) -> None:
        self._database.run("UPDATE conversations SET sent_as_is = ? WHERE id = ?", (int(as_is), conversation_id))

"""Questions that are written and not asked yet, one for each conversation."""

from __future__ import annotations

from app.core.conversation import Draft
from app.store.db import Database
from app.store.folding import storable


class Drafts:
    """All methods raise AppError as `Database.read` and `Database.write` do; what they keep is on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, conversation_id: str) -> Draft:
        """An empty one where nothing is written."""
        with self._database.read() as connection:
            row = connection.execute(
                "SELECT text, ifnull(question_id, ''), edited FROM drafts WHERE conversation_id = ?", (conversation_id,)
            ).fetchone()
        return Draft() if row is None else Draft(*row)

    def keep(self, conversation_id: str, draft: Draft) -> None:
        """Instead of the one before; an empty one takes that away. Of what was deleted meanwhile nothing is kept."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM drafts WHERE conversation_id = ?", (conversation_id,))
            if draft != Draft():
                connection.execute(
                    """INSERT INTO drafts (conversation_id, text, question_id, edited)
                        SELECT id, ?, (SELECT q.id FROM questions q WHERE q.id = ? AND q.conversation_id = c.id), ?
                            FROM conversations c WHERE id = ?""",
                    (storable(draft.text), draft.question_id, storable(draft.edited), conversation_id),
                )

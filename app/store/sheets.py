"""Question sheets on disk: what makes a conversation a sheet, and its rows.

A sheet is a conversation of its own kind: its rows are the conversation's first questions, which are siblings. So each
is asked without any history, and all that is true of answers holds for rows too, by the same code: what is written is
kept every few seconds, an answer that a kill left open is closed at the next start, every variant stays, and deleting
takes everything along. The lists and the search of conversations leave sheets out.
"""

# ruff: noqa: S608 (what is put into the SQL below are constants of the store, never a value)

from __future__ import annotations

from collections.abc import Sequence

from app.core.conversation import BookRef, Ending, Question
from app.core.sheet import Sheet, SheetEntry, SheetRow
from app.store.branches import ANSWER, QUESTION, QUESTION_COLUMNS, answer_of, question_of
from app.store.conversations import Conversations
from app.store.db import Database

_ANSWERED = f"('{Ending.COMPLETE}', '{Ending.LENGTH}')"


class SheetStore:
    """All methods raise AppError as `Database.read` and `Database.write` do; what they return is on disk."""

    def __init__(self, database: Database, conversations: Conversations) -> None:
        self._database = database
        self._conversations = conversations

    def create(self, title: str, books: tuple[BookRef, ...], questions: Sequence[str], *, excerpts: bool) -> Sheet:
        """A new sheet with none of its questions answered; whole or not at all."""
        with self._database.write() as connection:
            conversation = self._conversations.create(title, books)
            connection.execute(
                "INSERT INTO sheets (conversation_id, excerpts) VALUES (?, ?)", (conversation.id, int(excerpts))
            )
            rows = tuple(
                SheetRow(self._conversations.add_question(Question(conversation.id, text, books))) for text in questions
            )
        return Sheet(conversation.id, conversation.title, conversation.created_at, books, rows, excerpts)

    def get(self, id: str) -> Sheet | None:
        with self._database.read() as connection:
            row = connection.execute("SELECT excerpts FROM sheets WHERE conversation_id = ?", (id,)).fetchone()
            conversation = self._conversations.get(id)
            if row is None or conversation is None:
                return None
            found = connection.execute(
                f"""SELECT {QUESTION}, {ANSWER} FROM questions q LEFT JOIN answers a ON a.question_id = q.id AND a.shown
                    WHERE q.conversation_id = ? AND q.parent_id IS NULL ORDER BY q.seq""",
                (id,),
            )
            rows = []
            for columns in found:
                question, answer = columns[:QUESTION_COLUMNS], columns[QUESTION_COLUMNS:]
                rows.append(SheetRow(question_of(question), None if answer[0] is None else answer_of(answer)))
        return Sheet(id, conversation.title, conversation.created_at, conversation.books, tuple(rows), bool(row[0]))

    def all(self) -> tuple[SheetEntry, ...]:
        """The newest first."""
        rows = self._database.rows(
            f"""SELECT c.id, c.title, c.created_at, count(*), count(a.id) FILTER (WHERE a.ending IN {_ANSWERED})
                FROM sheets s JOIN conversations c ON c.id = s.conversation_id
                JOIN questions q ON q.conversation_id = c.id AND q.parent_id IS NULL
                LEFT JOIN answers a ON a.question_id = q.id AND a.shown
                GROUP BY c.id ORDER BY c.created_at DESC, c.id"""
        )
        return tuple(SheetEntry(*row) for row in rows)

    def delete(self, id: str) -> None:
        """Delete a sheet and all that came of it; its bytes are overwritten, in the log of changes too."""
        self._conversations.delete(id)

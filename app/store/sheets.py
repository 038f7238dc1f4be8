"""Question sheets on disk: what makes a conversation a sheet, and its rows.

A sheet is a conversation of its own kind: its rows are the conversation's first questions, which are siblings. So each
is asked without any history, and all that is true of answers holds for rows too, by the same code: what is written is
kept every few seconds, an answer that a kill left open is closed at the next start, every variant stays, and deleting
takes everything along. The lists and the search of conversations leave sheets out.
"""

# ruff: noqa: S608 (what is put into the SQL below are constants of the store, never a value)

from __future__ import annotations

from collections.abc import Sequence

from app.core.conversation import BookRef, Ending, Question, StoredQuestion
from app.core.sheet import Sheet, SheetEntry, SheetRow
from app.store.branches import ANSWER, QUESTION, QUESTION_COLUMNS, answer_of, encode, question_of
from app.store.conversations import Conversations
from app.store.db import Database
from app.store.folding import storable

_ANSWERED = f"('{Ending.COMPLETE}', '{Ending.LENGTH}')"


class SheetStore:
    """All methods raise AppError as `Database.read` and `Database.write` do; what they return is on disk."""

    def __init__(self, database: Database, conversations: Conversations) -> None:
        self._database = database
        self._conversations = conversations

    def create(
        self,
        title: str,
        books: tuple[BookRef, ...],
        questions: Sequence[str],
        *,
        excerpts: bool,
        parts: Sequence[tuple[BookRef, ...]] = (),
        question_id: str = "",
    ) -> Sheet:
        """A new sheet with none of its questions answered; whole or not at all. `parts`: what each question is asked
        of, where that is not all of `books`. `question_id`: a question that notes are collected for; raises KeyError
        if it is gone."""
        asked = list(zip(questions, parts or [books] * len(questions), strict=True))
        with self._database.write() as connection:
            if question_id and self._conversations.question(question_id) is None:
                raise KeyError(question_id)
            conversation = self._conversations.create(title, books)
            connection.execute(
                "INSERT INTO sheets (conversation_id, excerpts, question_id) VALUES (?, ?, ?)",
                (conversation.id, int(excerpts), question_id),
            )
            rows = tuple(
                SheetRow(
                    self._conversations.add_question(Question(conversation.id, text, refs)), None, bool(question_id)
                )
                for text, refs in asked
            )
        return Sheet(conversation.id, conversation.title, conversation.created_at, books, rows, excerpts, question_id)

    def get(self, id: str) -> Sheet | None:
        with self._database.read() as connection:
            of_sheet = "SELECT excerpts, question_id FROM sheets WHERE conversation_id = ?"
            row = connection.execute(of_sheet, (id,)).fetchone()
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
                begun = None if answer[0] is None else answer_of(answer)
                rows.append(SheetRow(question_of(question), begun, bool(row[1])))
        created_at, books = conversation.created_at, conversation.books
        return Sheet(id, conversation.title, created_at, books, tuple(rows), bool(row[0]), str(row[1]))

    def of_question(self, question_id: str) -> tuple[Sheet, ...]:
        """The sheets that collect notes for a question, the first one first."""
        rows = self._database.rows(
            """SELECT s.conversation_id FROM sheets s JOIN conversations c ON c.id = s.conversation_id
                WHERE s.question_id = ? AND c.bin_id = '' ORDER BY c.created_at, c.id""",
            (question_id,),
        )
        return tuple(sheet for (id,) in rows if (sheet := self.get(str(id))) is not None)

    def unanswered(self, text: str, books: tuple[BookRef, ...]) -> StoredQuestion | None:
        """The newest question of these words to these books that notes were collected for, and no answer written."""
        row = self._database.row(
            f"""SELECT {QUESTION} FROM sheets s JOIN questions q ON q.id = s.question_id
                JOIN conversations c ON c.id = q.conversation_id
                WHERE q.text = ? AND q.books = ? AND c.bin_id = ''
                AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.question_id = q.id AND a.ending IN {_ANSWERED})
                ORDER BY q.seq DESC LIMIT 1""",
            (storable(text), encode(books)),
        )
        return None if row is None else question_of(row)

    def all(self) -> tuple[SheetEntry, ...]:
        """The newest first, without those that only make notes shorter."""
        rows = self._database.rows(
            f"""SELECT c.id, c.title, c.created_at, count(*), count(a.id) FILTER (WHERE a.ending IN {_ANSWERED})
                FROM sheets s JOIN conversations c ON c.id = s.conversation_id
                JOIN questions q ON q.conversation_id = c.id AND q.parent_id IS NULL
                LEFT JOIN answers a ON a.question_id = q.id AND a.shown
                WHERE c.bin_id = '' AND NOT (s.excerpts AND s.question_id != '')
                GROUP BY c.id ORDER BY c.created_at DESC, c.id"""
        )
        return tuple(SheetEntry(*row) for row in rows)

    def delete(self, id: str) -> None:
        """Delete a sheet for good, and all that came of it; its bytes are overwritten, in the log of changes too."""
        self._conversations.delete(id)

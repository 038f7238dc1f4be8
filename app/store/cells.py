"""Cells on disk, and the notes on the parts of long books, which are cells.

Cells are the first questions of a conversation of their own kind, siblings that stand in rows and columns (the tables
`sheets`, `sheet_columns`, `sheet_rows` and `sheet_cells`). So each is asked without any history, and all that is true
of answers holds for cells too, by the same code: what is written is kept every few seconds, an answer that a kill left
open is closed at the next start, every variant stays, and deleting takes everything along. The lists and the search of
conversations leave them out. A row that asks a book in the bin is not there until the book is back.
"""

# ruff: noqa: S608 (what is put into the SQL below are constants of the store, never a value)

from __future__ import annotations

from collections.abc import Iterable, Sequence

import apsw

from app.core.conversations.cell import Cell, PartNotes
from app.core.conversations.conversation import BookRef, Ending, StoredQuestion
from app.core.conversations.values import FREE
from app.language.folding import storable
from app.store.branches import ANSWER, QUESTION, QUESTION_COLUMNS, answer_of, encode, question_of
from app.store.conversations import Conversations, FirstQuestion
from app.store.db import Database

WHOLE = f"('{Ending.COMPLETE}', '{Ending.LENGTH}')"
"""The endings of answers that need not be asked again, for SQL."""

IN_BIN = """EXISTS (
    SELECT 1 FROM json_each(r.books) j JOIN books k ON k.id = j.value ->> 'book_id' WHERE k.bin_id != ''
)"""
"""SQL for whether a row `r` asks a book in the bin."""

_CELLS = f"""
    SELECT {QUESTION}, {ANSWER}, l.row_number
        FROM sheet_cells l JOIN questions q ON q.id = l.question_id
        LEFT JOIN answers a ON a.question_id = q.id AND a.shown
        JOIN sheet_rows r ON r.sheet_id = l.sheet_id AND r.number = l.row_number
        WHERE l.sheet_id = ? AND NOT {IN_BIN} ORDER BY l.row_number, l.column_number"""


class CellStore:
    """The base of all stores of cells. All methods raise AppError as `Database.read` and `Database.write` do."""

    def __init__(self, database: Database, conversations: Conversations) -> None:
        self._database = database
        self._conversations = conversations

    def asks(self, question_id: str) -> bool:
        """Return whether a question is still a cell of a row that is there."""
        row = self._database.row(
            f"""SELECT 1 FROM sheet_cells l JOIN sheet_rows r ON r.sheet_id = l.sheet_id AND r.number = l.row_number
                WHERE l.question_id = ? AND NOT {IN_BIN}""",
            (question_id,),
        )
        return row is not None

    def delete(self, id: str) -> None:
        """Delete cells for good by the id of their conversation, and all that came of them; their bytes are
        overwritten, in the log of changes too."""
        self._conversations.delete(id)

    # ---- steps of a transaction

    def _begin(
        self,
        connection: apsw.Connection,
        title: str,
        rows: Sequence[tuple[BookRef, ...]],
        excerpts: bool,
        question_id: str = "",
    ) -> str:
        """Create a conversation for cells and return its id. `question_id` is the question that they collect notes
        for."""
        conversation = self._conversations.create(title, joined(rows))
        connection.execute(
            "INSERT INTO sheets (conversation_id, excerpts, question_id) VALUES (?, ?, ?)",
            (conversation.id, int(excerpts), question_id),
        )
        return conversation.id

    def _put_rows(self, connection: apsw.Connection, id: str, rows: Sequence[tuple[BookRef, ...]]) -> list[int]:
        """Add rows behind the others, and return their numbers."""
        first = next_number(connection, "row", id)
        connection.executemany(
            "INSERT INTO sheet_rows (sheet_id, number, books) VALUES (?, ?, ?)",
            [(id, number, encode(books)) for number, books in enumerate(rows, first)],
        )
        return list(range(first, first + len(rows)))

    def _put_cells(self, connection: apsw.Connection, id: str, cells: Sequence[tuple[int, int, FirstQuestion]]) -> None:
        """Add questions, each by the numbers of its row and its column."""
        ids = self._conversations.add_first_questions(id, [question for _row, _column, question in cells])
        connection.executemany(
            "INSERT INTO sheet_cells (question_id, sheet_id, row_number, column_number) VALUES (?, ?, ?, ?)",
            [(asked, id, row, column) for asked, (row, column, _question) in zip(ids, cells, strict=True)],
        )


class PartNotesStore(CellStore):
    """The notes that are collected for a question about books that do not fit into the context."""

    def create(
        self,
        title: str,
        questions: Sequence[str],
        parts: Sequence[tuple[BookRef, ...]],
        question_id: str,
        *,
        shortens: bool,
    ) -> PartNotes:
        """Keep what is asked of each part, nothing of it answered; whole or not at all. Raises KeyError if the question
        that the notes are for is gone."""
        with self._database.write() as connection:
            question = self._conversations.question(question_id)
            if question is None:
                raise KeyError(question_id)
            id = self._begin(connection, title, [question.books], shortens, question_id)
            connection.execute(
                "INSERT INTO sheet_columns (sheet_id, number, name, question, form) VALUES (?, 1, '', '', ?)",
                (id, encode(FREE)),
            )
            rows = self._put_rows(connection, id, parts)
            asked = zip(rows, questions, parts, strict=True)
            self._put_cells(connection, id, [(row, 1, FirstQuestion(text, books)) for row, text, books in asked])
        made = self.get(id)
        if made is None:
            raise KeyError(id)
        return made

    def get(self, id: str) -> PartNotes | None:
        with self._database.read() as connection:
            found = connection.execute(
                """SELECT s.excerpts FROM sheets s JOIN conversations c ON c.id = s.conversation_id
                    WHERE c.id = ? AND c.bin_id = ''""",
                (id,),
            ).fetchone()
            if found is None:
                return None
            cells = tuple(
                Cell(
                    question_of(columns[:QUESTION_COLUMNS]),
                    None if columns[QUESTION_COLUMNS] is None else answer_of(columns[QUESTION_COLUMNS:-1]),
                    int(str(columns[-1])),
                )
                for columns in connection.execute(_CELLS, (id,)).fetchall()
            )
        return PartNotes(id, cells, bool(found[0]))

    def of_question(self, question_id: str) -> tuple[PartNotes, ...]:
        """Return the notes for a question, those that were begun first at the beginning."""
        rows = self._database.rows(
            """SELECT s.conversation_id FROM sheets s JOIN conversations c ON c.id = s.conversation_id
                WHERE s.question_id = ? AND c.bin_id = '' ORDER BY c.created_at, c.id""",
            (question_id,),
        )
        return tuple(notes for (id,) in rows if (notes := self.get(str(id))) is not None)

    def unanswered(self, text: str, books: tuple[BookRef, ...]) -> StoredQuestion | None:
        """Return the newest question of these words to these books that notes were collected for, and no answer
        written."""
        row = self._database.row(
            f"""SELECT {QUESTION} FROM sheets s JOIN questions q ON q.id = s.question_id
                JOIN conversations c ON c.id = q.conversation_id
                WHERE q.text = ? AND q.books = ? AND c.bin_id = ''
                AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.question_id = q.id AND a.ending IN {WHOLE})
                ORDER BY q.seq DESC LIMIT 1""",
            (storable(text), encode(books)),
        )
        return None if row is None else question_of(row)


def joined(rows: Iterable[tuple[BookRef, ...]]) -> tuple[BookRef, ...]:
    """Return all books of these rows, each once."""
    return tuple(dict.fromkeys(ref for books in rows for ref in books))


def next_number(connection: apsw.Connection, what: str, id: str) -> int:
    """Return the number of a new row or column."""
    sql = f"SELECT ifnull(max(number), 0) + 1 FROM sheet_{what}s WHERE sheet_id = ?"
    (found,) = connection.execute(sql, (id,)).fetchall()
    return int(str(found[0]))

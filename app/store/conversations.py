"""Conversations on disk: their books, questions and answers, with every variant kept and one branch shown; and what is
written and not asked yet."""

# ruff: noqa: S608 (what is put into the SQL below are constants of the store, never a value)

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import apsw
import msgspec

from app.core.conversations.conversation import (
    Answer,
    BookRef,
    Conversation,
    Draft,
    Ending,
    MatterScope,
    PageRange,
    Question,
    StoredQuestion,
    Turn,
)
from app.core.conversations.values import FREE, AnswerForm
from app.core.errors import Problem
from app.language.folding import storable
from app.store.branches import (
    ANSWER,
    QUESTION,
    answer_of,
    choose_answer,
    decode,
    encode,
    question_of,
    show_question,
    shown_turns,
    turns_above,
)
from app.store.db import Database
from app.store.images import put_images

_CONVERSATION = "c.id, c.title, c.created_at, c.updated_at, c.rules, c.instructions, c.pinned, c.archived, c.scope"
_KEPT = "c.bin_id = '' AND NOT EXISTS (SELECT 1 FROM sheets s WHERE s.conversation_id = c.id)"
_GIVEN_UP = f"('{Ending.CANCELLED}', '{Ending.CLOSED}', '{Ending.FAILED}')"
_NEWEST_FIRST = "ORDER BY c.updated_at DESC, c.created_at DESC, c.id"


class FirstQuestion(NamedTuple):
    """A question that nothing comes before, and what its answer has to be."""

    text: str
    books: tuple[BookRef, ...]
    form: AnswerForm = FREE


class Conversations:
    """All methods raise AppError as `Database.read` and `Database.write` do; what they return is on disk.

    An id that is not there, or in the bin, raises KeyError where something is to be put below it, and is None, empty or
    without effect elsewhere: what was deleted in the meantime stays deleted.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def together(self) -> Iterator[None]:
        """Put all that is kept in the block, by whatever store of this database, on disk as a whole, or not at all."""
        with self._database.write():
            yield

    # ---- conversations --------------------------------------------------------------------------------------------

    def all(self) -> tuple[Conversation, ...]:
        """Return all conversations; the one that was last asked something comes first. Sheets are not among them."""
        with self._database.read() as connection:
            asked = f"SELECT {_CONVERSATION} FROM conversations c WHERE {_KEPT} {_NEWEST_FIRST}"
            return _conversations(connection, connection.execute(asked).fetchall())

    def get(self, id: str) -> Conversation | None:
        with self._database.read() as connection:
            asked = f"SELECT {_CONVERSATION} FROM conversations c WHERE c.id = ? AND c.bin_id = ''"
            return next(iter(_conversations(connection, connection.execute(asked, (id,)).fetchall())), None)

    def create(
        self, title: str = "", books: tuple[BookRef, ...] = (), instructions: str = "", scope: MatterScope | None = None
    ) -> Conversation:
        now, wanted = time.time(), storable(instructions)
        id = uuid.uuid4().hex
        conversation = Conversation(id, storable(title), now, now, books, instructions=wanted, scope=scope)
        with self._database.write() as connection:
            connection.execute(
                """INSERT INTO conversations (id, title, created_at, updated_at, rules, instructions, scope)
                    VALUES (?, ?, ?, ?, ?, ?, ?)""",
                (id, conversation.title, now, now, conversation.rules, wanted, encode(scope)),
            )
            _put_books(connection, conversation.id, books)
        return conversation

    def begin(self) -> Conversation:
        """Return a conversation in which nothing was asked, written or chosen yet, which is as good as a new one; a new
        one if there is none."""
        unused = f"""SELECT c.id FROM conversations c WHERE {_KEPT} AND c.title = '' AND c.instructions = ''
            AND c.scope = 'null' AND NOT c.pinned AND NOT c.archived AND NOT c.sent_as_is
            AND NOT EXISTS (SELECT 1 FROM questions q WHERE q.conversation_id = c.id)
            AND NOT EXISTS (SELECT 1 FROM conversation_books b WHERE b.conversation_id = c.id)
            AND NOT EXISTS (SELECT 1 FROM drafts d WHERE d.conversation_id = c.id) {_NEWEST_FIRST} LIMIT 1"""
        with self._database.write() as connection:
            for (id,) in connection.execute(unused).fetchall():
                now = time.time()
                taken = Conversation(str(id), "", now, now)
                dated = "UPDATE conversations SET created_at = ?, updated_at = ?, rules = ? WHERE id = ?"
                connection.execute(dated, (now, now, taken.rules, taken.id))
                return taken
            return self.create()

    def rename(self, id: str, title: str) -> None:
        self._database.run("UPDATE conversations SET title = ? WHERE id = ?", (storable(title), id))

    def rename_from(self, id: str, present: str, title: str) -> bool:
        """Rename a conversation that is called `present`; False where it has another name by now, or is gone."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE conversations SET title = ? WHERE id = ? AND title = ? AND bin_id = ''",
                (storable(title), id, storable(present)),
            )
            return connection.changes() > 0

    def pin(self, id: str, pinned: bool) -> None:
        """List a conversation before all others, or no longer."""
        self._database.run("UPDATE conversations SET pinned = ? WHERE id = ?", (int(pinned), id))

    def archive(self, id: str, archived: bool) -> None:
        """Put a conversation away, or back among the others; a new question puts it back, too."""
        self._database.run("UPDATE conversations SET archived = ? WHERE id = ?", (int(archived), id))

    def instruct(self, id: str, instructions: str) -> None:
        """Set how the person wants answers in a conversation, from the next one on."""
        self._database.run("UPDATE conversations SET instructions = ? WHERE id = ?", (storable(instructions), id))

    def set_scope(self, id: str, scope: MatterScope | None) -> None:
        """Set the documents that a conversation asks besides the books on its desk, from the next question on."""
        self._database.run("UPDATE conversations SET scope = ? WHERE id = ?", (encode(scope), id))

    def delete(self, id: str) -> None:
        """Delete a conversation for good, and all that came of it; its bytes are overwritten, in the log of changes
        too."""
        self._database.run("DELETE FROM conversations WHERE id = ?", (id,))
        self._database.scrub()

    def set_books(self, id: str, books: tuple[BookRef, ...]) -> None:
        """Set the books on the desk of a conversation, in this order. Raises KeyError."""
        with self._database.write() as connection:
            _require(connection, "conversations", id)
            connection.execute("DELETE FROM conversation_books WHERE conversation_id = ?", (id,))
            _put_books(connection, id, books)

    def add_book(self, id: str, book_id: str) -> None:
        """Put a book on the desk of a conversation, behind the others, unless it is there already."""
        self._database.run(
            """INSERT INTO conversation_books (conversation_id, position, book_id)
                SELECT c.id, ifnull(max(b.position) + 1, 0), :book
                    FROM conversations c LEFT JOIN conversation_books b ON b.conversation_id = c.id
                    WHERE c.id = :id GROUP BY c.id HAVING NOT ifnull(max(b.book_id = :book), 0)""",
            {"id": id, "book": book_id},
        )

    # ---- questions and answers ------------------------------------------------------------------------------------

    def add_question(self, question: Question) -> StoredQuestion:
        """Keep a question with its images, below the answer it follows, and show it. The one that it `replaces` goes,
        if no answer to that has a word and nothing follows it.

        Raises KeyError, AppError IMAGE_MISSING.
        """
        id, text, now = uuid.uuid4().hex, storable(question.text), time.time()
        with self._database.write() as connection:
            _require(connection, "conversations", question.conversation_id)
            if question.parent_id is not None:
                _require_answer(connection, question.parent_id, question.conversation_id)
            connection.execute(
                """INSERT INTO questions (id, conversation_id, parent_id, text, books, plan, form, created_at, shown)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)""",
                (
                    *(id, question.conversation_id, question.parent_id, text),
                    *(encode(question.books), encode(question.plan), encode(question.form), now),
                ),
            )
            put_images(connection, id, question.images)
            show_question(connection, id)
            connection.execute(
                """DELETE FROM questions WHERE id = ? AND conversation_id = ? AND parent_id IS ?
                    AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.question_id = questions.id AND (a.text != ''
                        OR EXISTS (SELECT 1 FROM questions f WHERE f.parent_id = a.id)))""",
                (question.replaces, question.conversation_id, question.parent_id),
            )
            _touch(connection, question.conversation_id, now)
            rows = connection.execute(f"SELECT {QUESTION} FROM questions q WHERE q.id = ?", (id,)).fetchall()
        return question_of(rows[0])

    def add_first_questions(self, id: str, questions: Sequence[FirstQuestion]) -> tuple[str, ...]:
        """Add questions that are asked without each other, and gives their ids; none of them is shown. Raises
        KeyError."""
        now = time.time()
        rows = [
            (uuid.uuid4().hex, id, storable(text), encode(books), encode(form), now) for text, books, form in questions
        ]
        with self._database.write() as connection:
            _require(connection, "conversations", id)
            connection.executemany(
                """INSERT INTO questions (id, conversation_id, parent_id, text, books, form, created_at, shown)
                    VALUES (?, ?, NULL, ?, ?, ?, ?, 0)""",
                rows,
            )
            _touch(connection, id, now)
        return tuple(row[0] for row in rows)

    def begin_answer(self, question_id: str, model: str) -> Answer:
        """Make room for an answer, with the ending OPEN, and show it. Raises KeyError.

        Tries that failed or were stopped before their first word, and that nothing follows, are no variants: they go.
        """
        answer = Answer(uuid.uuid4().hex, question_id, "", Ending.OPEN, storable(model), time.time())
        with self._database.write() as connection:
            conversation_id = _require(connection, "questions", question_id)
            connection.execute(
                f"""DELETE FROM answers WHERE question_id = ? AND text = '' AND ending IN {_GIVEN_UP}
                    AND NOT EXISTS (SELECT 1 FROM questions f WHERE f.parent_id = answers.id)""",
                (question_id,),
            )
            connection.execute(
                """INSERT INTO answers (id, question_id, text, ending, model, created_at, citations, usage, timings,
                        problem, passages, outlines, parts, instructions, excerpts, from_search, words_alone, verdicts,
                        sent, thought, shown)
                    VALUES (?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)""",
                (answer.id, question_id, answer.ending, answer.model, answer.created_at, *_findings(answer)),
            )
            choose_answer(connection, answer.id)
            _touch(connection, conversation_id, answer.created_at)
        return answer

    def save_answer(self, answer: Answer) -> None:
        """Put an answer in the place of what was kept under its id so far, whole or partial."""
        self._database.run(
            """UPDATE answers SET text = ?, ending = ?, model = ?,
                citations = ?, usage = ?, timings = ?, problem = ?, passages = ?, outlines = ?, parts = ?,
                instructions = ?, excerpts = ?, from_search = ?, words_alone = ?, verdicts = ?, sent = ?, thought = ?
                WHERE id = ?""",
            (storable(answer.text), answer.ending, storable(answer.model), *_findings(answer), answer.id),
        )

    def keep_verdicts(self, answer: Answer) -> bool:
        """Keep the verdicts on an answer's sentences; False where it has another text by now, or is gone."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE answers SET verdicts = ? WHERE id = ? AND text = ?",
                (encode(answer.verdicts), answer.id, storable(answer.text)),
            )
            return connection.changes() > 0

    def question(self, id: str) -> StoredQuestion | None:
        row = self._database.row(f"SELECT {QUESTION} FROM questions q WHERE q.id = ?", (id,))
        return None if row is None else question_of(row)

    def answer(self, id: str) -> Answer | None:
        row = self._database.row(f"SELECT {ANSWER} FROM answers a WHERE a.id = ?", (id,))
        return None if row is None else answer_of(row)

    def turns(self, conversation_id: str) -> tuple[Turn, ...]:
        """Return the branch that is shown, first to last."""
        with self._database.read() as connection:
            return shown_turns(connection, conversation_id)

    def history(self, question_id: str) -> tuple[Turn, ...]:
        """Return the turns that a question follows from, first to last, shown or not; without the question itself."""
        with self._database.read() as connection:
            return turns_above(connection, question_id)

    def close_open_answers(self) -> tuple[str, ...]:
        """Close answers at start-up that are still OPEN, since Octavo was ended meanwhile. Each is CLOSED and keeps its
        text.

        Returns their ids. Where another process is giving one of them right now, its own ending follows.
        """
        with self._database.write() as connection:
            values = (Ending.CLOSED, Ending.OPEN)
            rows = connection.execute("UPDATE answers SET ending = ? WHERE ending = ? RETURNING id", values).fetchall()
        return tuple(str(id) for (id,) in rows)

    def leave_out(self, answer_ids: Iterable[str], left_out: bool) -> None:
        """Set whether questions that follow these answers are asked without them and their questions."""
        with self._database.write() as connection:
            connection.executemany(
                "UPDATE answers SET left_out = ? WHERE id = ?", [(int(left_out), id) for id in answer_ids]
            )

    # ---- variants -------------------------------------------------------------------------------------------------

    def show_question(self, question_id: str) -> None:
        """Show this variant of a question; below it, what was last shown there."""
        with self._database.write() as connection:
            show_question(connection, question_id)

    def show_answer(self, answer_id: str) -> None:
        """Show this variant of an answer; below it, what was last shown there."""
        with self._database.write() as connection:
            row = connection.execute("SELECT question_id FROM answers WHERE id = ?", (answer_id,)).fetchone()
            if row is not None:
                choose_answer(connection, answer_id)
                show_question(connection, row[0])

    def question_variants(self, question_id: str) -> tuple[str, ...]:
        """Return the ids of a question and its siblings, oldest first."""
        rows = self._database.rows(
            """SELECT s.id FROM questions q JOIN questions s
                ON s.conversation_id = q.conversation_id AND s.parent_id IS q.parent_id
                WHERE q.id = ? ORDER BY s.seq""",
            (question_id,),
        )
        return tuple(str(id) for (id,) in rows)

    def answer_variants(self, question_id: str) -> tuple[str, ...]:
        """Return the ids of a question's answers, oldest first."""
        rows = self._database.rows("SELECT id FROM answers WHERE question_id = ? ORDER BY seq", (question_id,))
        return tuple(str(id) for (id,) in rows)


class Drafts:
    """All methods raise AppError as `Database.read` and `Database.write` do; what they keep is on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, conversation_id: str) -> Draft:
        """Return a conversation's draft, an empty one if nothing is written."""
        sql = "SELECT text, ifnull(question_id, ''), edited FROM drafts WHERE conversation_id = ?"
        row = self._database.row(sql, (conversation_id,))
        return Draft() if row is None else Draft(*row)

    def keep(self, conversation_id: str, draft: Draft) -> None:
        """Keep a draft in place of the one before; an empty one takes that away. Nothing is kept for what was deleted
        meanwhile."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM drafts WHERE conversation_id = ?", (conversation_id,))
            if draft != Draft():
                connection.execute(
                    """INSERT INTO drafts (conversation_id, text, question_id, edited)
                        SELECT id, ?, (SELECT q.id FROM questions q WHERE q.id = ? AND q.conversation_id = c.id), ?
                            FROM conversations c WHERE id = ?""",
                    (storable(draft.text), draft.question_id, storable(draft.edited), conversation_id),
                )


def _conversations(connection: apsw.Connection, rows: Sequence[tuple[Any, ...]]) -> tuple[Conversation, ...]:
    """Return the conversations in these rows. `rows` is no cursor: APSW never frees one that is held while another
    statement runs on its connection."""
    books = _books(connection, [row[0] for row in rows])
    return tuple(
        Conversation(
            *(id, title, created_at, updated_at, tuple(books.get(id, ()))),
            *(rules, instructions, bool(pinned), bool(archived), decode(scope, MatterScope | None)),
        )
        for id, title, created_at, updated_at, rules, instructions, pinned, archived, scope in rows
    )


def _books(connection: apsw.Connection, ids: Sequence[str]) -> dict[str, list[BookRef]]:
    """Return the books on the desks of conversations, by the ids of these. One statement asks for thousands."""
    found: dict[str, list[BookRef]] = {}
    rows = connection.execute(
        """SELECT conversation_id, book_id, first_page, last_page FROM conversation_books
            WHERE conversation_id IN (SELECT value FROM json_each(?)) ORDER BY conversation_id, position""",
        (msgspec.json.encode(ids).decode(),),
    )
    for id, book_id, first, last in rows:
        found.setdefault(id, []).append(BookRef(book_id, None if first is None else PageRange(first, last)))
    return found


def _put_books(connection: apsw.Connection, conversation_id: str, books: tuple[BookRef, ...]) -> None:
    connection.executemany(
        """INSERT INTO conversation_books (conversation_id, position, book_id, first_page, last_page)
            VALUES (?, ?, ?, ?, ?)""",
        [
            (
                conversation_id,
                position,
                book.book_id,
                *((book.pages.first, book.pages.last) if book.pages else (None, None)),
            )
            for position, book in enumerate(books)
        ],
    )


def _findings(answer: Answer) -> tuple[str | int, ...]:
    """Return citations, usage, timings, problem, passages, outlines, parts, instructions, excerpts, from_search,
    words_alone, verdicts, sent and thought of an answer, as they are kept."""
    problem = answer.problem
    if problem is not None:
        params = {name: storable(value) if isinstance(value, str) else value for name, value in problem.params.items()}
        problem = Problem(problem.code, params)
    thought = answer.thought
    if thought is not None:
        thought = msgspec.structs.replace(thought, text=storable(thought.text))
    found = (answer.citations, answer.usage, answer.timings, problem, answer.passages, answer.outlines, answer.parts)
    flags = (int(answer.excerpts), int(answer.from_search), int(answer.words_alone))
    return (
        *(encode(value) for value in found),
        storable(answer.instructions),
        *flags,
        encode(answer.verdicts),
        encode(answer.sent),
        encode(thought),
    )


def _touch(connection: apsw.Connection, conversation_id: str, now: float) -> None:
    connection.execute("UPDATE conversations SET updated_at = ?, archived = 0 WHERE id = ?", (now, conversation_id))


def _require(connection: apsw.Connection, table: str, id: str) -> str:
    """Return the conversation that a row belongs to. Raises KeyError if there is no such row."""
    column = "id" if table == "conversations" else "conversation_id"
    row = connection.execute(
        f"SELECT t.{column} FROM {table} t JOIN conversations c ON c.id = t.{column} WHERE t.id = ? AND c.bin_id = ''",
        (id,),
    ).fetchone()
    if row is None:
        raise KeyError(id)
    return str(row[0])


def _require_answer(connection: apsw.Connection, id: str, conversation_id: str) -> None:
    row = connection.execute(
        "SELECT q.conversation_id FROM answers a JOIN questions q ON q.id = a.question_id WHERE a.id = ?", (id,)
    ).fetchone()
    if row != (conversation_id,):
        raise KeyError(id)

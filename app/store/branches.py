"""Questions and answers as a tree: reading a branch of it, and choosing which branch is shown."""

# ruff: noqa: S608 (what is put into the SQL below are constants of the store, never a value)

from __future__ import annotations

from typing import Any, TypeVar

import apsw
import msgspec

from app.core.conversations.conversation import (
    Answer,
    BookRef,
    Citation,
    Ending,
    MatterPlan,
    OutlineRef,
    Part,
    PassageRef,
    Sent,
    StoredQuestion,
    Thought,
    Timings,
    Turn,
    Usage,
)
from app.core.conversations.image import ImageRef
from app.core.conversations.values import AnswerForm
from app.core.conversations.verdict import SentenceVerdict
from app.core.errors import AppError, Code, Problem

Value = TypeVar("Value")

_IMAGES = """(
    SELECT json_group_array(json_object(
        'sha256', i.sha256, 'untrusted_name', r.name, 'width', i.width, 'height', i.height, 'book_id', r.book_id
    ) ORDER BY r.position)
    FROM question_images r JOIN images i ON i.sha256 = r.sha256
        WHERE r.question_id = q.id AND r.book_id NOT IN (SELECT id FROM books WHERE bin_id != '')
)"""
QUESTION = f"q.id, q.conversation_id, q.parent_id, q.text, q.books, q.created_at, {_IMAGES}, q.plan, q.form"
ANSWER = (
    "a.id, a.question_id, a.text, a.ending, a.model, a.created_at, "
    "a.citations, a.usage, a.timings, a.problem, a.passages, a.excerpts, a.from_search, a.left_out, "
    "a.outlines, a.instructions, a.parts, a.verdicts, a.words_alone, a.sent, a.thought"
)
QUESTION_COLUMNS = 9
_ANSWER_COLUMNS = 21

# CROSS JOIN keeps SQLite from reading the questions of all conversations first.
_TURNS = f"""
    SELECT {QUESTION}, {ANSWER},
        (SELECT count(*) FROM questions s
            WHERE s.conversation_id = q.conversation_id AND s.parent_id IS q.parent_id AND s.seq <= q.seq),
        (SELECT count(*) FROM questions s WHERE s.conversation_id = q.conversation_id AND s.parent_id IS q.parent_id),
        (SELECT count(*) FROM answers s WHERE s.question_id = q.id AND s.seq <= a.seq),
        (SELECT count(*) FROM answers s WHERE s.question_id = q.id)
    FROM branch CROSS JOIN questions q ON q.id = branch.question_id LEFT JOIN answers a ON a.id = branch.answer_id
"""

_SHOWN = f"""
    WITH RECURSIVE branch (question_id, answer_id, depth) AS (
        SELECT q.id, a.id, 0 FROM questions q LEFT JOIN answers a ON a.question_id = q.id AND a.shown
            WHERE q.conversation_id = :conversation AND q.parent_id IS NULL AND q.shown
        UNION ALL
        SELECT q.id, a.id, depth + 1 FROM branch JOIN questions q ON q.parent_id = branch.answer_id AND q.shown
            LEFT JOIN answers a ON a.question_id = q.id AND a.shown
    ) {_TURNS} ORDER BY depth
"""

_ABOVE_QUESTION = """
    WITH RECURSIVE branch (question_id, answer_id, depth) AS (
        SELECT a.question_id, a.id, 1 FROM questions q JOIN answers a ON a.id = q.parent_id WHERE q.id = :question
        UNION ALL
        SELECT a.question_id, a.id, depth + 1 FROM branch
            JOIN questions q ON q.id = branch.question_id JOIN answers a ON a.id = q.parent_id
    )
"""
_HISTORY = f"{_ABOVE_QUESTION} {_TURNS} ORDER BY depth DESC"
_HIDDEN_ABOVE = f"""
    {_ABOVE_QUESTION} SELECT q.id, a.id FROM branch
        JOIN questions q ON q.id = branch.question_id JOIN answers a ON a.id = branch.answer_id
        WHERE NOT (q.shown AND a.shown)
"""


def shown_turns(connection: apsw.Connection, conversation_id: str) -> tuple[Turn, ...]:
    return tuple(_turn(row) for row in connection.execute(_SHOWN, {"conversation": conversation_id}))


def turns_above(connection: apsw.Connection, question_id: str) -> tuple[Turn, ...]:
    return tuple(_turn(row) for row in connection.execute(_HISTORY, {"question": question_id}))


def show_question(connection: apsw.Connection, question_id: str) -> None:
    """Show a question, and all that it follows from; what was shown below it stays."""
    _choose_question(connection, question_id)
    for parent_question_id, parent_answer_id in connection.execute(_HIDDEN_ABOVE, {"question": question_id}).fetchall():
        choose_answer(connection, str(parent_answer_id))
        _choose_question(connection, str(parent_question_id))


def choose_answer(connection: apsw.Connection, answer_id: str) -> None:
    """Show an answer in place of its siblings; its question need not be shown."""
    connection.execute(
        "UPDATE answers SET shown = 0 WHERE shown AND question_id = (SELECT question_id FROM answers WHERE id = ?)",
        (answer_id,),
    )
    connection.execute("UPDATE answers SET shown = 1 WHERE id = ?", (answer_id,))


def _choose_question(connection: apsw.Connection, question_id: str) -> None:
    connection.execute(
        """UPDATE questions AS s SET shown = 0 FROM questions AS q
            WHERE q.id = ? AND s.shown AND s.conversation_id = q.conversation_id AND s.parent_id IS q.parent_id""",
        (question_id,),
    )
    connection.execute("UPDATE questions SET shown = 1 WHERE id = ?", (question_id,))


def question_of(row: tuple[Any, ...]) -> StoredQuestion:
    """Return the question that a row with the columns QUESTION has."""
    id_, conversation_id, parent_id, text, books, created_at, images, plan, form = row
    refs, shown = decode(books, tuple[BookRef, ...]), decode(images, tuple[ImageRef, ...])
    planned, held = decode(plan, MatterPlan | None), decode(form, AnswerForm)
    return StoredQuestion(id_, conversation_id, parent_id, text, refs, created_at, shown, planned, held)


def answer_of(row: tuple[Any, ...]) -> Answer:
    """Return the answer that a row with the columns ANSWER has."""
    id_, question_id, text, ending, model, created_at, citations, usage, timings, problem, passages, *more = row
    excerpts, from_search, left_out, outlines, instructions, parts, verdicts, words_alone, sent, thought = more
    return Answer(
        id=id_,
        question_id=question_id,
        text=text,
        ending=Ending(ending),
        model=model,
        created_at=created_at,
        citations=decode(citations, tuple[Citation, ...]),
        usage=decode(usage, Usage),
        timings=decode(timings, Timings),
        problem=_problem(problem),
        passages=decode(passages, tuple[PassageRef, ...]),
        excerpts=bool(excerpts),
        from_search=bool(from_search),
        left_out=bool(left_out),
        outlines=decode(outlines, tuple[OutlineRef, ...]),
        instructions=instructions,
        parts=decode(parts, tuple[Part, ...]),
        verdicts=decode(verdicts, tuple[SentenceVerdict, ...]),
        words_alone=bool(words_alone),
        sent=decode(sent, Sent | None),
        thought=decode(thought, Thought | None),
    )


class _Coded(msgspec.Struct, frozen=True):
    code: str


def _problem(text: str) -> Problem | None:
    """Return the problem that is kept. Codes come and go with versions: an answer with one that this version does not
    know is shown, too."""
    try:
        known: Problem | None = decode(text, Problem | None)
    except msgspec.ValidationError:
        return AppError(Code.PROBLEM_UNKNOWN, name=decode(text, _Coded).code).problem
    return known


def encode(value: object) -> str:
    return msgspec.json.encode(value).decode("utf-8")


def decode(text: str, value_type: Any) -> Any:
    return msgspec.json.decode(text, type=value_type)


def _turn(row: tuple[Any, ...]) -> Turn:
    question, rest = row[:QUESTION_COLUMNS], row[QUESTION_COLUMNS:]
    answer, variants = rest[:_ANSWER_COLUMNS], rest[_ANSWER_COLUMNS:]
    question_variant, question_variants, answer_variant, answer_variants = variants
    return Turn(
        question=question_of(question),
        answer=None if answer[0] is None else answer_of(answer),
        question_variant=question_variant,
        question_variants=question_variants,
        answer_variant=max(1, answer_variant),
        answer_variants=max(1, answer_variants),
    )

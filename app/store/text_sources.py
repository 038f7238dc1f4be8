"""Finds what conversations, and sources of texts such as notes, have of some words."""

# ruff: noqa: S608 (what is put into the SQL below are constants of the program, never a value)

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from app.core.documents.document import Format
from app.core.kept import TextSource
from app.store.db import Database


class FoundText(NamedTuple):
    """A text of a source. `book_id` is None if it does not belong to words of a document; else these are on `page`,
    from `start` to `stop`. `format` is that of the document; what a person or a model wrote is Markdown."""

    id: str
    title: str
    text: str
    question_id: str
    book_id: str | None
    page: int
    start: int
    stop: int
    format: Format


class TextPlace(NamedTuple):
    """A text that was found, and the question that it is, or answers."""

    question_id: str
    text: str


class TextSources:
    def __init__(self, database: Database, all: Sequence[TextSource]) -> None:
        self._database = database
        self.all = tuple(all)

    def find(
        self, source: TextSource, words: Sequence[str], without: Sequence[str], begin: float, end: float
    ) -> tuple[FoundText, ...]:
        """Return the texts that have all `words`, and none that they must be `without`, as `fold` returned them, whose
        time is not before `begin` and before `end`; the newest first. No words are nowhere. Raises AppError as
        `Database.read` does."""
        if not words:
            return ()
        found = [f"contains(text, :word{number})" for number in range(len(words))]
        found += [f"NOT contains(text, :gone{number})" for number in range(len(without))]
        values: dict[str, str | float] = {f"word{number}": word for number, word in enumerate(words)}
        values |= {f"gone{number}": word for number, word in enumerate(without)}
        rows = self._database.rows(
            f"""SELECT id, title, text, question_id, book_id, ifnull(page, 0), ifnull(start, 0), ifnull(stop, 0),
                ifnull((SELECT format FROM books WHERE books.id = book_id), :otherwise)
                FROM ({source.texts}) WHERE time >= :begin AND time < :end AND {" AND ".join(found)}
                ORDER BY made DESC, id, place""",
            values | {"begin": begin, "end": end, "otherwise": Format.MARKDOWN},
        )
        return tuple(FoundText._make((*row[:-1], Format(row[-1]))) for row in rows)

    def in_conversations(
        self, ids: Sequence[str], words: Sequence[str], without: Sequence[str] = ()
    ) -> dict[str, TextPlace]:
        """Return, for those of these conversations that have one, the newest question, or answer to it, that contains
        all `words`, and none that it must be `without`, as `fold` returned them.

        Every variant is searched, not only what is shown, in one statement.
        """
        values = {f"word{number}": word for number, word in enumerate(words)}
        unwanted = {f"unwanted{number}": word for number, word in enumerate(without)}
        asked, answered = (
            " AND ".join(
                [f"contains({text}, :{name})" for name in values]
                + [f"NOT contains({text}, :{name})" for name in unwanted]
            )
            if words
            else "0"
            for text in ("q.text", "ifnull(a.text, '')")
        )
        rows = self._database.rows(
            f"""SELECT q.conversation_id, q.id, iif({asked}, q.text, a.text)
                FROM questions q LEFT JOIN answers a ON a.question_id = q.id
                WHERE q.conversation_id IN (SELECT value FROM json_each(:ids)) AND (({asked}) OR ({answered}))
                ORDER BY q.seq, a.seq""",
            {"ids": msgspec.json.encode(ids).decode(), **values, **unwanted},
        )
        return {id: TextPlace(question_id, text) for id, question_id, text in rows}

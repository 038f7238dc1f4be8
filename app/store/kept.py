"""Where a name is in the texts of a database: all of its tables are looked through, to the last one.

A table that is not in `PLACES` or `WITHOUT_TEXTS` fails a test: whoever adds one says where its texts are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import apsw

from app.core.kept import KeptPlace, KeptWhere
from app.store.db import Database
from app.store.folding import fold

_TITLE = 80


@dataclass(frozen=True)
class SearchedTable:
    """`owner`: SQL for the id of what a row belongs to; `columns`: that are looked through."""

    where: KeptWhere
    owner: str
    columns: tuple[str, ...]


_OF_QUESTION = "(SELECT q.conversation_id FROM questions q WHERE q.id = t.question_id)"

PLACES: dict[str, SearchedTable] = {
    "books": SearchedTable(KeptWhere.DOCUMENTS, "t.id", ("title", "path", "outline", "labels", "member", "facts")),
    "pages": SearchedTable(KeptWhere.DOCUMENTS, "t.book_id", ("label", "text", "chapter", "hidden")),
    "suggested_questions": SearchedTable(KeptWhere.DOCUMENTS, "t.book_id", ("questions",)),
    "recognitions": SearchedTable(KeptWhere.DOCUMENTS, "t.picture", ("text",)),
    "conversations": SearchedTable(KeptWhere.CONVERSATIONS, "t.id", ("title", "instructions")),
    "questions": SearchedTable(KeptWhere.CONVERSATIONS, "t.conversation_id", ("text", "form", "plan")),
    "answers": SearchedTable(
        KeptWhere.CONVERSATIONS,
        _OF_QUESTION,
        (
            "text",
            "citations",
            "passages",
            "outlines",
            "instructions",
            "parts",
            "verdicts",
            "problem",
            "sent",
            "thought",
        ),
    ),
    "question_images": SearchedTable(KeptWhere.CONVERSATIONS, _OF_QUESTION, ("name",)),
    "drafts": SearchedTable(KeptWhere.CONVERSATIONS, "t.conversation_id", ("text", "edited")),
    "sheet_columns": SearchedTable(KeptWhere.CONVERSATIONS, "t.sheet_id", ("name", "question", "form")),
    "sheet_cells": SearchedTable(KeptWhere.CONVERSATIONS, "t.sheet_id", ("correction", "comment")),
    "notes": SearchedTable(KeptWhere.NOTES, "t.id", ("words", "text")),
    "timeline_events": SearchedTable(KeptWhere.EVENTS, "t.id", ("text",)),
    "timeline_event_places": SearchedTable(KeptWhere.EVENTS, "t.event_id", ("quote", "words")),
    "timeline_entities": SearchedTable(KeptWhere.PEOPLE, "t.id", ("name",)),
    "timeline_entity_places": SearchedTable(KeptWhere.PEOPLE, "t.entity_id", ("name",)),
    "timeline_names": SearchedTable(KeptWhere.PEOPLE, "t.entity_id", ("key",)),
    "pseudonyms": SearchedTable(KeptWhere.PSEUDONYMS, "t.conversation_id", ("text", "stand_in")),
    "record_entries": SearchedTable(KeptWhere.RECORD, "t.number", ("model", "engine", "detail")),
    "record_texts": SearchedTable(KeptWhere.RECORD, "t.number", ("text",)),
    "sources": SearchedTable(KeptWhere.FOLDERS, "t.path", ("path",)),
    "places": SearchedTable(KeptWhere.FOLDERS, "t.path", ("path", "name", "problem")),
    "bin": SearchedTable(KeptWhere.BIN, "t.id", ("title",)),
    "saved_prompts": SearchedTable(KeptWhere.PROMPTS, "t.id", ("name", "text")),
    "settings": SearchedTable(KeptWhere.SETTINGS, "t.name", ("value",)),
    "blobs": SearchedTable(KeptWhere.SETTINGS, "t.name", ("value",)),
    "matters": SearchedTable(KeptWhere.MATTERS, "t.id", ("name",)),
    "mcp_clients": SearchedTable(KeptWhere.SETTINGS, "t.name", ("name", "program")),
}

WITHOUT_TEXTS = frozenset(
    {
        *("book_tokens", "conversation_books", "covers", "deleted_matters", "images", "left_out", "passage_vectors"),
        "mcp_matters",
        *("record_head", "replaced_texts", "sheet_rows", "sheets", "timeline_books", "timeline_left_out"),
        "passages",  # with its indexes: of the pages of books, which are looked through
    }
)
"""Ids, numbers, digests and pictures; a name in a picture is not found."""

_TOTALS = {
    KeptWhere.DOCUMENTS: "books",
    KeptWhere.CONVERSATIONS: "conversations c WHERE NOT EXISTS (SELECT 1 FROM sheets s WHERE s.conversation_id = c.id)",
    KeptWhere.SHEETS: "sheets",
    KeptWhere.NOTES: "notes",
    KeptWhere.EVENTS: "timeline_events",
    KeptWhere.PEOPLE: "timeline_entities",
    KeptWhere.PSEUDONYMS: "pseudonyms",
    KeptWhere.RECORD: "record_entries",
    KeptWhere.EXPORTS: "record_entries WHERE kind = 'export'",
    KeptWhere.FOLDERS: "sources",
    KeptWhere.BIN: "bin",
    KeptWhere.PROMPTS: "saved_prompts",
    KeptWhere.SETTINGS: "settings",
}

_TITLES = {
    KeptWhere.DOCUMENTS: "SELECT title, bin_id != '' FROM books WHERE id = ?",
    KeptWhere.CONVERSATIONS: "SELECT title, bin_id != '' FROM conversations WHERE id = ?",
    KeptWhere.PSEUDONYMS: "SELECT title, bin_id != '' FROM conversations WHERE id = ?",
    KeptWhere.NOTES: "SELECT iif(words = '', text, words), 0 FROM notes WHERE id = ?",
    KeptWhere.EVENTS: (
        "SELECT iif(e.text = '', (SELECT quote FROM timeline_event_places WHERE event_id = e.id LIMIT 1), e.text), 0"
        " FROM timeline_events e WHERE e.id = ?"
    ),
    KeptWhere.PEOPLE: "SELECT name, 0 FROM timeline_entities WHERE id = ?",
    KeptWhere.RECORD: "SELECT kind || ' ' || time, 0 FROM record_entries WHERE number = ?",
    KeptWhere.BIN: "SELECT title, 1 FROM bin WHERE id = ?",
    KeptWhere.PROMPTS: "SELECT name, 0 FROM saved_prompts WHERE id = ?",
    KeptWhere.MATTERS: "SELECT name, 0 FROM matters WHERE id = ?",
}


class KeptTexts:
    """All methods raise AppError as `Database.read` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def totals(self) -> dict[KeptWhere, int]:
        """How many documents, conversations and so on there are, those in the bin among them."""
        with self._database.read() as connection:
            return {where: _number(connection, f"SELECT count(*) FROM {sql}") for where, sql in _TOTALS.items()}  # noqa: S608

    def find(self, name: str) -> Iterator[tuple[int, int, tuple[KeptPlace, ...]]]:
        """Tables done, of how many, and what was found so far; case and width do not count. No name is nowhere."""
        found: dict[tuple[KeptWhere, str], int] = {}
        needle = fold(name)
        for done, (table, place) in enumerate(PLACES.items(), 1):
            with self._database.read() as connection:
                if needle:
                    for owner, count in _matching(connection, table, place, needle):
                        key = place.where, owner
                        found[key] = found.get(key, 0) + count
                places = tuple(_titled(connection, where, id, n) for (where, id), n in found.items())
            yield done, len(PLACES), places

    def documents_of(self, ids: frozenset[str]) -> frozenset[str]:
        """SHA-256 of these books."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT id, sha256 FROM books").fetchall()
        return frozenset(str(sha256) for id, sha256 in rows if id in ids)


def _matching(connection: apsw.Connection, table: str, place: SearchedTable, needle: str) -> Iterator[tuple[str, int]]:
    having = " OR ".join(f"contains(t.{column}, :needle)" for column in place.columns)
    rows = connection.execute(
        f"SELECT {place.owner}, count(*) FROM {table} t WHERE {having} GROUP BY 1",  # noqa: S608
        {"needle": needle},
    )
    for owner, count in rows:
        yield owner.decode("utf-8", "replace") if isinstance(owner, bytes) else str(owner), int(str(count))


def _titled(connection: apsw.Connection, where: KeptWhere, id: str, count: int) -> KeptPlace:
    row = connection.execute(_TITLES[where], (id,)).fetchone() if where in _TITLES else None
    title, in_bin = (id, False) if row is None else (str(row[0] or ""), bool(row[1]))
    if where is KeptWhere.CONVERSATIONS and _number(
        connection, "SELECT count(*) FROM sheets WHERE conversation_id = ?", id
    ):
        where = KeptWhere.SHEETS
    return KeptPlace(where, id, " ".join(title.split())[:_TITLE], count, in_bin)


def _number(connection: apsw.Connection, sql: str, *values: str) -> int:
    row = connection.execute(sql, values).fetchone()
    return 0 if row is None else int(str(row[0]))

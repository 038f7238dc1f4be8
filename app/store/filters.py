"""Finds the documents, and the pages of them, that the filters of a search let pass."""

# ruff: noqa: S608 (what is put into the SQL below are constants of the store, never a value)

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time
from pathlib import PurePath
from typing import NamedTuple

import msgspec

from app.core.document import Flag
from app.core.ingestion import LOOK_AT
from app.core.search_query import PageCondition, SearchQuery
from app.store.db import Database
from app.store.folding import fold

_FLAGS: dict[PageCondition, frozenset[Flag]] = {
    PageCondition.FLAGGED: LOOK_AT,
    PageCondition.SCANNED: frozenset(
        {Flag.RECOGNISED, Flag.TEXT_LAYER, Flag.NO_TEXT, Flag.LOW_CONFIDENCE, Flag.NOT_RECOGNISED}
    ),
    PageCondition.HIDDEN: frozenset({Flag.HIDDEN_TEXT}),
}


class FoundDocument(NamedTuple):
    """A document that filters let pass."""

    id: str
    title: str


class PagePlace(NamedTuple):
    """A page that filters let pass, with the beginning of its text. `number` counts from 1."""

    book_id: str
    number: int
    label: str
    beginning: str


class SearchFilters:
    """All methods raise AppError as `Database.read` does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def documents(self, query: SearchQuery) -> tuple[FoundDocument, ...]:
        """Those that the filters for documents let pass, the newest first; of filters for pages nothing is asked."""
        rows = self._database.rows(
            """SELECT id, title, path FROM books WHERE bin_id = ''
                AND (:kinds = '[]' OR format IN (SELECT value FROM json_each(:kinds)))
                AND added_at >= :after AND added_at < :before ORDER BY added_at DESC, id""",
            {
                "kinds": msgspec.json.encode(query.kinds).decode(),
                "after": seconds(query.after, 0.0),
                "before": seconds(query.before, float("inf")),
            },
        )
        folders = list(map(fold, query.folders))
        return tuple(FoundDocument(id, title) for id, title, path in rows if not folders or _is_in(path, folders))

    def pages(self, query: SearchQuery) -> tuple[PagePlace, ...]:
        """The pages that the filters for pages let pass, of all documents."""
        rows = self._database.rows(
            f"""SELECT g.book_id, g.number, g.label, substr(g.text, 1, 400) FROM pages g
                JOIN books b ON b.id = g.book_id WHERE b.bin_id = '' AND g.flags != '[]' AND ({_condition(query)})
                ORDER BY b.added_at DESC, b.id, g.number"""
        )
        return tuple(PagePlace(*row) for row in rows)

    def passages(self, query: SearchQuery) -> list[int]:
        """The ids of the passages on such pages, ascending."""
        rows = self._database.rows(
            f"""SELECT p.id FROM pages g JOIN passages p ON p.book_id = g.book_id AND p.page = g.number
                WHERE g.flags != '[]' AND ({_condition(query)}) ORDER BY p.id"""
        )
        return [id for (id,) in rows]


def seconds(day: date | None, otherwise: float) -> float:
    """When a day begins, where this machine is, since the epoch."""
    if day is None:
        return otherwise
    try:
        return datetime.combine(day, time()).astimezone().timestamp()
    except (OverflowError, ValueError, OSError):  # years that this machine's clock does not have
        return datetime.combine(day, time(), UTC).timestamp()


def _condition(query: SearchQuery) -> str:
    wanted = {flag for condition in query.pages for flag in _FLAGS[condition]}
    return " OR ".join(f"g.flags LIKE '%\"{flag.value}\"%'" for flag in sorted(wanted)) or "1"


def _is_in(path: bytes, folders: list[str]) -> bool:
    """Whether one of these is the name of a folder above the file, or the last names of the way to one."""
    above = [fold(part) for part in PurePath(os.fsdecode(path)).parent.parts]
    for folder in folders:
        wanted = [part for part in folder.replace("\\", "/").split("/") if part]
        ends = range(len(wanted), len(above) + 1)
        if wanted and any(above[end - len(wanted) : end] == wanted for end in ends):
            return True
    return False

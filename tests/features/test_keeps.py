"""The kernel and its features declare all tables of a desk: with their texts, or as tables that have none."""

from __future__ import annotations

from app.store.db import Database
from tests.whole import KEEPS_OF_ALL


def test_every_table_is_looked_through_or_has_no_texts(database: Database) -> None:
    with database.read() as connection:
        rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        tables = {str(name) for (name,) in rows if not str(name).startswith(("passage_words", "passage_signs"))}
        known = {each.table for each in KEEPS_OF_ALL.tables} | KEEPS_OF_ALL.without_texts
        assert tables - {"passage_sign_places"} == known
        for each in KEEPS_OF_ALL.tables:
            columns = {str(row[1]) for row in connection.execute(f"PRAGMA table_info({each.table})")}
            assert set(each.columns) <= columns

"""The databases of a desk as their pager gives them: all pages, free ones too, with nothing vacuumed; and a desk from
which everything is deleted."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import apsw

from app.core.conversations.bin import BinKind
from app.core.machine.paths import Paths
from app.core.work import Cancel, finish
from app.features.governance.data import PersonalDataFileKind
from app.features.governance.keeping import keeping_of
from app.features.programs.service import mcp_access_of
from app.features.prompts.store import SavedPrompts
from app.features.tables.service import sheets_of
from app.store import keys
from app.store.db import Database
from app.store.matters import MatterStore
from tests.whole import open_desk


def databases(data: Path, passphrase: str) -> Iterator[tuple[str, apsw.Connection]]:
    """Each database of a desk, opened as the store does, without changing it."""
    paths = Paths(data)
    key = keys.obtain(paths, passphrase)
    with contextlib.closing(Database.open(paths.database, key)) as home:
        with home.read() as connection:
            yield f"{data.name}/octavo.db", connection
        for matter in MatterStore(home).all():
            own = Database.open(paths.matter(matter.id), MatterStore(home).key(matter.id))
            with contextlib.closing(own), own.read() as connection:
                yield f"{data.name}/{matter.id}", connection


def pages(data: Path, passphrase: str) -> dict[str, bytes]:
    """All pages of each database, decrypted: `serialize` does not vacuum, which a test of its own shows."""
    return {name: connection.serialize("main") for name, connection in databases(data, passphrase)}


def terms(data: Path, passphrase: str) -> list[str]:
    """Return the words that the full-text indexes list, each with its database and table."""
    found: list[str] = []
    for name, connection in databases(data, passphrase):
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE sql LIKE '%USING fts5 (%'").fetchall()
        for (table,) in tables:
            connection.execute(f'CREATE VIRTUAL TABLE temp."v_{table}" USING fts5vocab(main, "{table}", row)')
            listed = connection.execute(f'SELECT term FROM temp."v_{table}"').fetchall()
            connection.execute(f'DROP TABLE temp."v_{table}"')
            found += [f"{name} {table}: {term}" for (term,) in listed]
    return found


def delete_all(data: Path, passphrase: str) -> None:
    """Delete all as a person does: to the bin, the bin emptied, folders forgotten, prompts, matters, programs, what a
    rescue left."""
    with contextlib.closing(open_desk(Paths(data), passphrase)) as desk:
        for matter in desk.shared.matters.all():
            desk.shared.matters.delete(matter.id)
        for sheet in sheets_of(desk).store.all():
            desk.documents.removal.delete(BinKind.SHEET, sheet.id)
        for conversation in desk.conversations.all():
            desk.documents.removal.delete(BinKind.CONVERSATION, conversation.id)
        for note in desk.documents.notes.store.all():
            desk.documents.notes.store.delete(note.id)
        for book in desk.documents.library.books():
            desk.documents.removal.delete(BinKind.BOOK, book.id)
        for source in desk.documents.adding.sources.all():
            desk.documents.adding.sources.forget(source.source.id)
        prompts = SavedPrompts(desk.shared.matters.home)
        for prompt in prompts.all():
            prompts.delete(prompt.id)
        for client in mcp_access_of(desk).all():
            mcp_access_of(desk).forget(client.name)
        for entry in desk.documents.removal.kept.all():
            desk.documents.removal.purge(entry)
        for file in finish(keeping_of(desk).report("", Cancel())).files:
            if file.kind is PersonalDataFileKind.DAMAGED:
                Path(file.path).unlink()


def kept(data: Path, passphrase: str, names: tuple[str, ...]) -> list[str]:
    """Which of these the desk says that it has something of, in the library or in a matter."""
    with contextlib.closing(open_desk(Paths(data), passphrase)) as desk:
        return [name for name in names if not finish(keeping_of(desk).report(name, Cancel(), everywhere=True)).is_empty]

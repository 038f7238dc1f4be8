"""Desks with known rows, damage to their pages, and what SQLite says that may be lost by it."""

from __future__ import annotations

import contextlib
import random
import struct
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.poly1305 import Poly1305

from app.core.conversations.conversation import Ending, Question
from app.core.documents.document import Document, Format, Page
from app.core.machine.secret import Key
from app.core.work import finish
from app.features.rescue.store.reading import DERIVED, DamagedRows
from app.store.books import Books
from app.store.conversations import Conversations
from app.store.database_pages import PAGE_BYTES, USABLE_BYTES, open_pages
from app.store.db import Database
from tests.store.fixtures.fill import fill

Rows: TypeAlias = dict[str, list[dict[str, Any]]]

BY_NUMBER = {"answers", "asked_entries", "images", "pages", "questions", "sources", "timeline_event_places"}
"""Tables whose inner pages have no rows."""


def fill_much(database: Database, books: int, talks: int) -> None:
    """Something in every table, and so much in some that they have inner pages and rows of several pages."""
    fill(database)
    shelf, conversations = Books(database), Conversations(database)
    with database.write():
        for number in range(books):
            pages = tuple(
                Page(n, "", f"Book {number}, page {n}. " + f"word{n} " * (50 * n % 1500), "") for n in range(1, 41)
            )
            document = Document(f"Book {number}", Format.PDF, f"{number:064x}", pages, (), "en")
            shelf.add(document, Path(f"/books/{number}.pdf"))
        for number in range(talks):
            talk = conversations.create(f"Talk {number} " + "t" * 90)
            parent = None
            for turn in range(2):
                asked = conversations.add_question(Question(talk.id, f"Question {turn} {'?' * 300}", parent_id=parent))
                begun = conversations.begin_answer(asked.id, "tiny")
                text = f"Answer {turn} " + "!" * (9000 if number % 40 == 7 else 500)
                conversations.save_answer(msgspec.structs.replace(begun, text=text, ending=Ending.COMPLETE))
                parent = begun.id


class Collected:
    """A target that only collects."""

    def __init__(self) -> None:
        self.rows: Rows = defaultdict(list)

    def put(self, table: str, rows: list[dict[str, Any]]) -> None:
        self.rows[table] += rows

    def values(self, table: str, column: str) -> set[Any]:
        return {row.get(column) for row in self.rows[table]}


def read_rows(path: Path, key: Key) -> tuple[Rows, DamagedRows]:
    """Return the rows as the rescue reads them, and the reading."""
    with open_pages(path, key) as pages:
        target, reading = Collected(), DamagedRows(pages)
        finish(reading.run(target))
    return target.rows, reading


def rows_of(path: Path, key: Key) -> Rows:
    """Return the rows as SQLite has them."""
    with contextlib.closing(Database.open(path, key)) as database, database.read() as connection:
        kinds = [(str(row[1]), row[2]) for row in connection.execute("PRAGMA main.table_list")]
        tables = [name for name, kind in kinds if kind == "table" and not name.startswith("sqlite_")]
        found: Rows = {}
        for table in tables:
            if table not in DERIVED:
                names = [str(row[1]) for row in connection.execute(f"PRAGMA table_info({table})")]
                rows = connection.execute(f"SELECT * FROM {table}").fetchall()
                found[table] = [dict(zip(names, row, strict=True)) for row in rows]
    return found


def unordered(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in rows)


def damage(path: Path, target: Path, numbers: list[int], rng: random.Random) -> None:
    """A copy in which each of these pages has a bit that is another one, or nothing but zeros, or noise."""
    content = bytearray(path.read_bytes())
    for number in numbers:
        start, kind = (number - 1) * PAGE_BYTES, rng.choice(("bit", "zeros", "sector"))
        if kind == "bit":
            content[start + rng.randrange(PAGE_BYTES)] ^= 1 << rng.randrange(8)
        elif kind == "zeros":
            content[start : start + PAGE_BYTES] = bytes(PAGE_BYTES)
        else:
            content[start + 512 : start + 1024] = rng.randbytes(512)
    target.write_bytes(content)


def blank(path: Path, numbers: Iterable[int]) -> None:
    """Overwrite these pages with zeros."""
    with path.open("r+b") as file:
        for number in numbers:
            file.seek((number - 1) * PAGE_BYTES)
            file.write(bytes(PAGE_BYTES))


def forge(path: Path, key: Key, number: int, body: bytes) -> None:
    """Put a page with this content, which is short, in the place of another, authenticated as SQLite does it."""
    body, nonce = body.ljust(USABLE_BYTES, b"\0"), bytes(12) + b"\1\0\0\0"

    def chacha(key: bytes, counter: int, data: bytes) -> bytes:
        start = struct.pack("<I", counter) + nonce[:12]
        return Cipher(ChaCha20(key, start), mode=None).encryptor().update(data)

    keys = chacha(bytes.fromhex(key.secret), 1 ^ number, bytes(64))
    content = chacha(keys[32:], (1 ^ number) + 1, body) + nonce
    with path.open("r+b") as file:
        file.seek((number - 1) * PAGE_BYTES)
        file.write(content + Poly1305.generate_tag(keys[:32], content))


class Oracle:
    """The truth that SQLite tells of the whole database: its rows, and how many of them a damaged page may take."""

    def __init__(self, path: Path, key: Key) -> None:
        self.path, self.key = path, key
        self.rows = rows_of(path, key)
        self.count = path.stat().st_size // PAGE_BYTES
        self._known = {table: set(unordered(rows)) for table, rows in self.rows.items()}
        with contextlib.closing(Database.open(path, key)) as database, database.read() as connection:
            rows: list[Any] = connection.execute("SELECT pageno, name, pagetype, ncell FROM dbstat").fetchall()
        self._uses = {int(number): (str(name), str(kind), int(cells)) for number, name, kind, cells in rows}

    def one_of_each(self) -> list[int]:
        """A page of each kind of each table that has rows."""
        found = {
            (name, kind): number
            for number, (name, kind, _n) in self._uses.items()
            if self.rows.get(name) or number == 1
        }
        return list(found.values())

    def pages_of(self, *tables: str, kind: str = "") -> list[int]:
        """Return the numbers of the pages of some tables; of one kind, such as "internal", if that is given."""
        return sorted(n for n, (name, of, _cells) in self._uses.items() if name in tables and kind in ("", of))

    def may_be_lost(self, numbers: list[int]) -> dict[str, int]:
        """Rows of each table."""
        lost: dict[str, int] = defaultdict(int)
        for number in numbers:
            name, kind, cells = self._uses.get(number, ("", "", 0))
            if name in self.rows and (kind != "internal" or name not in BY_NUMBER):
                lost[name] += 1 if kind == "overflow" else cells
        return lost

    def check(self, damaged: Path, numbers: list[int], rng: random.Random) -> int:
        """How many rows are lost; raises AssertionError if one is that is on no damaged page. With many such pages, of
        the tables that hold what a person read and wrote: a row of another may refer to what is lost, and be nobody's.
        """
        damage(self.path, damaged, numbers, rng)
        found, _reading = read_rows(damaged, self.key)
        allowed, lost = self.may_be_lost(numbers), 0
        for table, wanted in self._known.items():
            there = set(unordered(found.get(table, [])))
            if table in _PERSONS or len(numbers) == 1:
                assert len(wanted - there) <= allowed[table], (numbers, table)
            assert table not in _PERSONS - {"settings"} or there <= wanted, (numbers, table)
            lost += len(wanted - there)
        return lost

    def judge(self, saved: Rows, numbers: list[int]) -> int:
        """How many rows a new database lacks of what a person read and wrote, made of one in which these pages were
        damaged; raises AssertionError if one is that was on none of them. What stands in for a row does not count, and
        what a rescue mends in rows that were saved does not matter."""
        allowed, lost = self.may_be_lost(numbers), 0
        for table in _PERSONS:
            missing = _as_written(table, self.rows[table]) - _as_written(table, saved[table])
            assert len(missing) <= allowed[table], (numbers, table)
            lost += len(missing)
        return lost


def _as_written(table: str, rows: list[dict[str, Any]]) -> set[str]:
    return set(unordered([{name: row[name] for name in row.keys() - _MENDED.get(table, set())} for row in rows]))


_MENDED = {
    "books": {"reading", "embedder", "embedded"},
    "questions": {"parent_id", "shown"},
    "answers": {"shown"},
    "notes": {"book_id"},
}
"""Columns that may refer to what is lost, or say which of several is shown, or what is derived of a book."""

_PERSONS = {"books", "pages", "conversations", "questions", "answers", "notes", "images", "settings", "matters"}
"""Tables of what a person read and wrote; and in which nothing may be that was not there. A page of an index may pass
for settings where all that it could refer to is lost; whoever reads them passes over unknown names."""

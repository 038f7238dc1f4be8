"""The record on disk: every change of it shows, and what is deleted leaves no text in it."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable

import apsw
import pytest

from app.core.conversations.conversation import Question
from app.core.machine.paths import Paths
from app.core.machine.secret import Key
from app.core.record import Happening, RecordFlaw, RecordKind
from app.store.conversations import Conversations
from app.store.db import RECORD_ENDING, Database
from app.store.record import RecordStore
from tests.store.decrypted import decrypted

Damage = Callable[[apsw.Connection], object]


def happening(n: int) -> Happening:
    return Happening(
        RecordKind.ANSWER, f"c{n}", ("ab" * 32, "cd" * 32), "Scout, the 17B", "ef" * 32, "local", "complete"
    )


@pytest.fixture
def record(database: Database) -> RecordStore:
    made = RecordStore(database)
    for n in range(5):
        made.add((happening(n),), texts=False)
    return made


def test_a_record_begins_is_numbered_and_is_whole(record: RecordStore, database: Database) -> None:
    entries = record.entries()
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5, 6]
    assert entries[0].kind == RecordKind.BEGUN
    assert entries[1].line.count(",") == 12
    assert entries[1].model == "Scout the 17B"
    assert entries[1].time.endswith("Z")
    verdict = record.verify()
    assert (verdict.count, verdict.flaw, verdict.is_sealed) == (6, None, True)
    assert record.has_sealed(6, verdict.head, record.seal().mac)
    assert not record.has_sealed(5, verdict.head, record.seal().mac)


def test_a_record_that_was_never_begun_is_whole(database: Database) -> None:
    verdict = RecordStore(database).verify()
    assert (verdict.count, verdict.flaw) == (0, None)


def swap(connection: apsw.Connection) -> None:
    connection.execute("UPDATE record_entries SET number = -1 WHERE number = 3")
    connection.execute("UPDATE record_entries SET number = 3 WHERE number = 4")
    connection.execute("UPDATE record_entries SET number = 4 WHERE number = -1")


def forget_the_last(connection: apsw.Connection) -> None:
    connection.execute("DELETE FROM record_entries WHERE number > 4")
    connection.execute(
        "UPDATE record_head SET count = 4, sha256 = (SELECT sha256 FROM record_entries WHERE number = 4)"
    )


@pytest.mark.parametrize(
    ("damage", "flaw", "at"),
    [
        (lambda c: c.execute("DELETE FROM record_entries WHERE number = 3"), RecordFlaw.MISSING, 3),
        (lambda c: c.execute("DELETE FROM record_entries WHERE number = 1"), RecordFlaw.MISSING, 1),
        (lambda c: c.execute("DELETE FROM record_entries WHERE number = 6"), RecordFlaw.CUT, 6),
        (lambda c: c.execute("DELETE FROM record_entries"), RecordFlaw.CUT, 1),
        (forget_the_last, RecordFlaw.SEAL, 4),
        (lambda c: c.execute("UPDATE record_entries SET ending = 'failed' WHERE number = 4"), RecordFlaw.CHANGED, 4),
        (lambda c: c.execute("UPDATE record_entries SET documents = '' WHERE number = 2"), RecordFlaw.CHANGED, 2),
        (swap, RecordFlaw.CHANGED, 3),
        (lambda c: c.execute("UPDATE record_head SET count = 7"), RecordFlaw.CUT, 7),
        (lambda c: c.execute("DELETE FROM record_head"), RecordFlaw.SEAL, 1),
    ],
)
def test_every_change_shows(record: RecordStore, database: Database, damage: Damage, flaw: RecordFlaw, at: int) -> None:
    with database.write() as connection:
        damage(connection)
    verdict = record.verify()
    assert (verdict.flaw, verdict.at) == (flaw, at)


def test_a_field_cannot_pass_for_two(record: RecordStore, database: Database) -> None:
    with database.write() as connection:
        connection.execute(
            "UPDATE record_entries SET model = model || ',' || model_hash, model_hash = engine, engine = ending,"
            " ending = tokens_read, tokens_read = 0 WHERE number = 3"
        )
    assert record.verify().at == 3


def test_a_database_from_before_shows_by_the_file_beside_it(paths: Paths, key: Key) -> None:
    with contextlib.closing(Database.open(paths.database, key)) as database:
        RecordStore(database).add((happening(1),), texts=False)
    shutil.copy(paths.database, paths.data / "before")
    with contextlib.closing(Database.open(paths.database, key)) as database:
        RecordStore(database).add((happening(2), happening(3)), texts=False)
    (paths.data / "before").replace(paths.database)
    with contextlib.closing(Database.open(paths.database, key)) as database:
        verdict = RecordStore(database).verify()
    assert (verdict.flaw, verdict.at) == (RecordFlaw.CUT, 3)


def test_a_file_that_is_behind_or_gone_is_no_fault_and_a_damaged_one_is(record: RecordStore, paths: Paths) -> None:
    file = paths.data / f"octavo.db{RECORD_ENDING}"
    behind = file.read_bytes()
    record.add((happening(9),), texts=False)
    file.write_bytes(behind)
    assert record.verify().is_sealed
    file.unlink()
    assert (record.verify().flaw, record.verify().is_sealed) == (None, False)
    file.write_bytes(json.dumps(json.loads(behind) | {"count": 2}).encode())
    assert record.verify().flaw is RecordFlaw.SEAL
    file.write_bytes(b"\xff")
    assert record.verify().flaw is RecordFlaw.SEAL


def test_entries_of_a_transaction_that_is_undone_were_never_written(record: RecordStore, database: Database) -> None:
    class Undone(Exception):
        pass

    with contextlib.suppress(Undone), database.write():
        record.add((happening(9),), texts=False)
        raise Undone
    assert record.count() == 6
    assert record.verify().is_sealed


def test_a_deleted_conversation_takes_its_text_along_and_the_chain_holds(database: Database, paths: Paths) -> None:
    record, conversations = RecordStore(database), Conversations(database)
    talk = conversations.create("Talk")
    conversations.add_question(Question(talk.id, "Who is\nthe whistleblower?"))
    asked = Happening(RecordKind.ANSWER, talk.id, text="Who is\nthe whistleblower?")
    record.add((asked, happening(1)), texts=True)
    assert [entry.text for entry in record.entries()] == ["", "Who is the whistleblower?", ""]
    assert record.verify().flaw is None
    conversations.delete(talk.id)
    entry = record.entries()[1]
    assert (entry.item, entry.text, entry.salt) == (talk.id, "", "")
    assert entry.text_hash
    assert record.verify().flaw is None
    assert b"whistleblower" not in decrypted(paths.database, database.key)


def test_a_text_that_was_changed_shows(database: Database) -> None:
    record = RecordStore(database)
    record.add((Happening(RecordKind.ANSWER, "c", text="Who?"),), texts=True)
    database.run("UPDATE record_texts SET text = 'Why?'")
    verdict = record.verify()
    assert (verdict.flaw, verdict.at) == (RecordFlaw.TEXT, 2)

"""A damaged database: every row that is on no damaged page is saved, and the new one is whole."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from app.core.errors import AppError, Code
from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.core.work import finish
from app.features.rescue.store import rescue as module
from app.features.rescue.store.reading import DERIVED, DamagedRows
from app.features.rescue.store.rescue import Rescued, rescue
from app.features.rescue.store.saving import StandIns
from app.features.rescue.store.shapes import layout_of
from app.store.branches import shown_turns
from app.store.conversations import Conversations
from app.store.database_pages import PAGE_BYTES, open_pages
from app.store.db import Database, find_damaged
from app.store.migrations import MIGRATIONS
from tests.features.rescue.store.rescuing import (
    Collected,
    Oracle,
    blank,
    damage,
    fill_much,
    forge,
    read_rows,
    rows_of,
    unordered,
)
from tests.store.test_migrations import KEY

_FIXTURES = Path(__file__).parents[3] / "store" / "fixtures"
WORDS = StandIns("a document", "a conversation", "a question")


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    path, key = tmp_path_factory.mktemp("whole") / "octavo.db", Key(draw_secret(), KeyOrigin.FILE)
    with contextlib.closing(Database.open(path, key)) as database:
        fill_much(database, books=1, talks=50)
    return Oracle(path, key)


@pytest.fixture
def desk(oracle: Oracle, tmp_path: Path) -> Path:
    return Path(shutil.copy(oracle.path, tmp_path / "octavo.db"))


def run(path: Path, key: Key) -> Rescued:
    return finish(rescue(path, key, WORDS))


def test_all_rows_of_a_whole_database_are_read(oracle: Oracle) -> None:
    found, reading = read_rows(oracle.path, oracle.key)
    assert not reading.damaged
    for table, rows in oracle.rows.items():
        assert unordered(found[table]) == unordered(rows), table


def test_what_is_on_no_damaged_page_is_read(oracle: Oracle, tmp_path: Path) -> None:
    rng = random.Random(5)
    for number in rng.sample(oracle.one_of_each(), 8):
        oracle.check(tmp_path / "damaged.db", [number], rng)
    oracle.check(tmp_path / "damaged.db", [1], rng)
    oracle.check(tmp_path / "damaged.db", rng.sample(range(1, oracle.count + 1), 20), rng)


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_a_desk_of_every_version_is_saved(tmp_path: Path, version: int) -> None:
    path = Path(shutil.copy(_FIXTURES / f"v{version}.db", tmp_path / "octavo.db"))
    whole = Path(shutil.copy(path, tmp_path / "whole.db"))
    damage(path, path, [1], random.Random(version))
    found = run(path, KEY)
    assert found.saved.saved["answers"] == len(rows_of(whole, KEY)["answers"])
    assert unordered(rows_of(path, KEY)["answers"]) == unordered(rows_of(whole, KEY)["answers"])


def test_the_new_database_takes_the_place_of_the_damaged_one(oracle: Oracle, desk: Path) -> None:
    numbers = random.Random(3).sample(range(2, oracle.count + 1), 12)
    damage(desk, desk, [1, *numbers], random.Random(3))
    before = desk.read_bytes()
    with pytest.raises(AppError) as caught:
        Database.open(desk, oracle.key)
    assert caught.value.code is Code.DATABASE_DAMAGED

    found = run(desk, oracle.key)
    assert Path(found.aside).read_bytes() == before
    assert find_damaged(desk) == [Path(found.aside)]
    with contextlib.closing(Database.open(desk, oracle.key)) as database:
        database.check()
        with database.read() as connection:
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            ((found_words,),) = connection.execute(
                "SELECT count(*) FROM passage_words WHERE passage_words MATCH 'word7'"
            ).fetchall()
        assert found_words
        with database.read() as connection:
            for talk in Conversations(database).all():
                shown_turns(connection, talk.id)
    lost = oracle.may_be_lost([1, *numbers])
    after = rows_of(desk, oracle.key)
    for table, key in (("answers", "id"), ("questions", "id"), ("conversations", "id"), ("books", "id")):
        wanted = {row[key] for row in oracle.rows[table]}
        assert len(wanted - {row[key] for row in after[table]}) <= lost[table]
    assert {file.suffix for file in desk.parent.iterdir()} <= {".db", ".damaged-1", ".lock"}


def test_rows_whose_number_is_that_of_a_lost_row_go_with_it(oracle: Oracle, desk: Path) -> None:
    assert oracle.rows["record_texts"]
    with contextlib.closing(apsw.Connection(str(desk))) as connection:
        connection.pragma("cipher", "chacha20")
        connection.pragma("key", f"raw:{oracle.key.secret}")
        connection.execute("DELETE FROM record_entries")  # which nothing holds back here
    damage(desk, desk, [1], random.Random(1))
    found = run(desk, oracle.key)
    assert found.saved.dropped["record_texts"] == len(oracle.rows["record_texts"])
    assert not rows_of(desk, oracle.key)["record_texts"]


def test_a_log_that_was_not_moved_into_the_database_counts(oracle: Oracle, desk: Path, tmp_path: Path) -> None:
    with contextlib.closing(Database.open(desk, oracle.key)) as database:
        made = [Conversations(database).create(f"late {number}").id for number in range(30)]
        for ending in ("", "-wal"):  # as a kill leaves them
            shutil.copy(desk.with_name(desk.name + ending), tmp_path / f"killed.db{ending}")
    killed = tmp_path / "killed.db"
    damage(killed, killed, [1], random.Random(1))
    run(killed, oracle.key)
    with contextlib.closing(Database.open(killed, oracle.key)) as database:
        assert {talk.id for talk in Conversations(database).all()} >= set(made)


@pytest.mark.parametrize("size", [0, 1])
def test_what_is_in_a_log_outlives_the_file(oracle: Oracle, desk: Path, tmp_path: Path, size: int) -> None:
    with contextlib.closing(Database.open(desk, oracle.key)) as database:
        made = [Conversations(database).create(f"late {number}").id for number in range(30)]
        for ending in ("", "-wal"):
            shutil.copy(desk.with_name(desk.name + ending), tmp_path / f"killed.db{ending}")
    killed = tmp_path / "killed.db"
    os.truncate(killed, size)
    for opening in (Database.open, Database.look):
        with pytest.raises(AppError) as caught:
            opening(killed, oracle.key)
        assert caught.value.code is Code.DATABASE_DAMAGED
    run(killed, oracle.key)
    assert {row["id"] for row in rows_of(killed, oracle.key)["conversations"]} & set(made)


def test_what_a_log_says_of_the_number_of_pages_is_not_believed(oracle: Oracle, desk: Path, tmp_path: Path) -> None:
    with contextlib.closing(Database.open(desk, oracle.key)) as database:
        late = Conversations(database).create("late").id
        for ending in ("", "-wal"):
            shutil.copy(desk.with_name(desk.name + ending), tmp_path / f"killed.db{ending}")
    killed, log = tmp_path / "killed.db", tmp_path / "killed.db-wal"
    content = bytearray(log.read_bytes())
    for frame in range(32, len(content), 24 + PAGE_BYTES):
        if any(content[frame + 4 : frame + 8]):  # it ends a transaction
            content[frame + 4] ^= 0x7F
    log.write_bytes(content)
    with open_pages(killed, oracle.key) as pages:
        assert pages.count <= killed.stat().st_size // PAGE_BYTES + len(content) // PAGE_BYTES
    assert late in {row["id"] for row in read_rows(killed, oracle.key)[0]["conversations"]}


@pytest.mark.parametrize("zeroed", [True, False])
def test_a_desk_opens_without_its_log(oracle: Oracle, desk: Path, tmp_path: Path, zeroed: bool) -> None:
    """Rows that were in the log alone are lost, and nobody can say so; all else is there."""
    with contextlib.closing(Database.open(desk, oracle.key)) as database:
        Conversations(database).create("late")
        killed = Path(shutil.copy(desk, tmp_path / "killed.db"))
        size = desk.with_name("octavo.db-wal").stat().st_size
    if zeroed:
        killed.with_name("killed.db-wal").write_bytes(bytes(size))
    with contextlib.closing(Database.open(killed, oracle.key)) as database:
        database.check()
    assert unordered(rows_of(killed, oracle.key)["conversations"]) == unordered(oracle.rows["conversations"])


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: os.truncate(path, path.stat().st_size // 2),
        lambda path: os.truncate(path, path.stat().st_size - 1000),
        lambda path: path.write_bytes(bytes(8192) + path.read_bytes()[8192:]),
    ],
    ids=["half", "cut off", "no beginning"],
)
def test_a_file_that_was_cut_is_saved_as_far_as_it_goes(
    oracle: Oracle, desk: Path, harm: Callable[[Path], object]
) -> None:
    harm(desk)
    found = run(desk, oracle.key)
    assert sum(found.saved.saved.values()) > 20
    with contextlib.closing(Database.open(desk, oracle.key)) as database:
        database.check()


def test_what_is_below_a_page_that_was_cut_off_is_saved(oracle: Oracle, tmp_path: Path) -> None:
    path = tmp_path / "octavo.db"
    with contextlib.closing(Database.open(path, oracle.key)) as database, database.write():
        for number in range(1200):
            Conversations(database).create(f"{number} {'t' * 90}")
    deep = Oracle(path, oracle.key)
    inner = deep.pages_of("conversations", kind="internal")[-1]
    assert deep.pages_of("conversations", kind="leaf")[0] < inner
    os.truncate(path, (inner - 1) * PAGE_BYTES)
    found = run(path, oracle.key)
    assert deep.judge(rows_of(path, oracle.key), list(range(inner, deep.count + 1)))
    assert found.saved.damaged["conversations"]


@pytest.mark.parametrize("kept", [1, 2, 100])
def test_loss_is_told_however_little_is_left(oracle: Oracle, desk: Path, kept: int) -> None:
    os.truncate(desk, kept * PAGE_BYTES)
    saved = run(desk, oracle.key).saved
    assert saved.damaged or saved.unknown


def test_a_key_that_opens_one_page_of_a_hundred_is_no_wrong_one(oracle: Oracle, desk: Path) -> None:
    blank(desk, set(range(1, oracle.count + 1)).difference(oracle.pages_of("books")))
    assert len(oracle.pages_of("books")) < 5
    assert run(desk, oracle.key).saved.saved["books"] == len(oracle.rows["books"])


def test_damaged_pages_that_nothing_leads_to_are_counted(oracle: Oracle, desk: Path) -> None:
    blank(desk, range(1, 121))
    assert run(desk, oracle.key).saved.unknown == 119


def test_pages_that_nothing_leads_to_are_read_a_few_times_at_most(oracle: Oracle, desk: Path) -> None:
    blank(desk, range(1, 101))
    read = 0
    with open_pages(desk, oracle.key) as pages:

        def count(number: int) -> bytes | None:
            nonlocal read
            read += 1
            return stored(number)

        stored, pages.read = pages.read, count  # type: ignore[method-assign]
        finish(DamagedRows(pages).run(Collected()))
        assert read < 6 * pages.count


@pytest.mark.parametrize("table", ["sqlite_schema", "pages", "conversations"])
def test_pages_that_lead_in_a_circle_are_read_once(oracle: Oracle, desk: Path, table: str) -> None:
    """A disk that loses a write leaves pages of different times, each of them authentic."""
    number = oracle.pages_of(table, kind="leaf")[-1]
    forge(desk, oracle.key, number, bytes([5, *bytes(7)]) + number.to_bytes(4, "big"))
    run(desk, oracle.key)
    oracle.judge(rows_of(desk, oracle.key), [number])


def test_what_a_page_of_an_earlier_time_does_not_lead_to_is_saved(oracle: Oracle, desk: Path) -> None:
    root = oracle.pages_of("conversations")[0]
    with contextlib.closing(Database.open(desk, oracle.key)) as database, database.write():
        for number in range(200):
            Conversations(database).create(f"{number} {'t' * 90}")
    later = Oracle(desk, oracle.key)
    assert root in later.pages_of("conversations", kind="internal")
    with oracle.path.open("rb") as earlier, desk.open("r+b") as file:
        for each in (earlier, file):
            each.seek((root - 1) * PAGE_BYTES)
        file.write(earlier.read(PAGE_BYTES))
    run(desk, oracle.key)
    later.judge(rows_of(desk, oracle.key), [root])


REFERRING = sorted(
    shape.name
    for shape in layout_of(len(MIGRATIONS), DERIVED).shapes.values()
    if shape.kept and any(column.refers is not None for column in shape.columns)
)


@pytest.mark.parametrize("table", REFERRING)
def test_a_table_whose_rows_refer_to_others_is_made_whole_without_those(oracle: Oracle, desk: Path, table: str) -> None:
    """Such a rescue went on for ever where a row may refer to nothing."""
    left = oracle.pages_of(table, "sqlite_schema")
    blank(desk, sorted(set(range(1, oracle.count + 1)).difference(left)))
    found = run(desk, oracle.key)
    assert found.saved.saved[table] + found.saved.dropped.get(table, 0) == len(oracle.rows[table])
    with contextlib.closing(Database.open(desk, oracle.key)) as database, database.read() as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_wrong_key_saves_nothing_and_changes_nothing(oracle: Oracle, desk: Path) -> None:
    before = desk.read_bytes()
    with pytest.raises(AppError) as caught:
        run(desk, Key(draw_secret(), KeyOrigin.FILE))
    assert caught.value.code is Code.DATABASE_KEY
    assert [file.name for file in desk.parent.iterdir()] == [desk.name]
    assert desk.read_bytes() == before


def test_nothing_is_saved_while_somebody_has_it_open(oracle: Oracle, desk: Path) -> None:
    script = (
        "import sys, contextlib; from pathlib import Path; from app.store.db import Database;"
        "from app.core.machine.secret import Key, KeyOrigin;"
        "database = Database.open(Path(sys.argv[1]), Key(sys.argv[2], KeyOrigin.FILE)); print('open', flush=True);"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(desk), oracle.key.secret],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[4],
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(AppError) as caught:
            run(desk, oracle.key)
        other.communicate("")
    assert caught.value.code is Code.DATABASE_LOCKED
    run(desk, oracle.key)


def test_cut_short_when_the_new_one_is_whole_the_next_start_ends_it(
    oracle: Oracle, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(desk, desk, [1], random.Random(1))
    desk.with_name("octavo.db-wal").write_bytes(b"of the damaged one")

    def die(_path: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "finish_rescue", die)
    with pytest.raises(KeyboardInterrupt):
        run(desk, oracle.key)
    with contextlib.closing(Database.open(desk, oracle.key)) as database:
        database.check()
    assert find_damaged(desk)[0].with_name("octavo.db.damaged-1-wal").read_bytes() == b"of the damaged one"


def test_damage_that_is_found_in_use_is_looked_for_at_the_next_start(oracle: Oracle, desk: Path) -> None:
    last = oracle.count - 3  # of the index of words, say: nothing reads it at the start
    damage(desk, desk, list(range(last - 30, last)), random.Random(1))
    with contextlib.closing(Database.open(desk, oracle.key)) as database, pytest.raises(AppError) as caught:
        database.verify()
    assert caught.value.code is Code.DATABASE_DAMAGED
    with pytest.raises(AppError) as caught:
        Database.open(desk, oracle.key)
    assert caught.value.code is Code.DATABASE_DAMAGED
    run(desk, oracle.key)
    Database.open(desk, oracle.key).close()

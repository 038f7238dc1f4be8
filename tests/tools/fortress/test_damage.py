"""Damaged pages of the database: whatever is on no damaged page is saved, and the new database is whole. The last test
asks it of the program, an installed one too."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.machine.paths import Paths
from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.core.work import finish
from app.features.rescue.store.rescue import rescue
from app.features.rescue.store.saving import StandIns
from app.store.database_pages import PAGE_BYTES
from app.store.db import Database
from tests.features.rescue.store.rescuing import Oracle, damage, fill_much, rows_of
from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.killing import opened
from tests.tools.fortress.program import Program

pytestmark = [pytest.mark.fortress, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    path, key = tmp_path_factory.mktemp("whole") / "octavo.db", Key(draw_secret(), KeyOrigin.FILE)
    with contextlib.closing(Database.open(path, key)) as database:
        fill_much(database, books=3, talks=120)
    return Oracle(path, key)


@pytest.mark.usefixtures("checkout")
def test_each_page(oracle: Oracle, tmp_path: Path, times: Callable[[int], int], figure: Callable[[str], None]) -> None:
    rng = random.Random(21)
    numbers = list(range(1, oracle.count + 1))
    tried = rng.sample(numbers, min(len(numbers), times(len(numbers))))
    lost = sum(oracle.check(tmp_path / "damaged.db", [number], rng) for number in tried)
    figure(
        f"{len(tried):,} of {len(numbers):,} pages damaged, one after the other: 0 rows lost but for {lost:,} on the"
        " damaged pages themselves"
    )


@pytest.mark.usefixtures("checkout")
def test_many_pages(oracle: Oracle, tmp_path: Path, times: Callable[[int], int], figure: Callable[[str], None]) -> None:
    rng, count = random.Random(22), times(300)
    for _ in range(count):
        numbers = rng.sample(range(1, oracle.count + 1), rng.choice((2, 5, 20, 100)))
        oracle.check(tmp_path / "damaged.db", numbers, rng)
    figure(
        f"{count:,} databases with 2 to 100 of {oracle.count} pages damaged: of documents, conversations, notes,"
        " images, settings and matters 0 rows lost but for those on the damaged pages"
    )


@pytest.mark.usefixtures("checkout")
def test_the_new_database(
    oracle: Oracle, tmp_path: Path, times: Callable[[int], int], figure: Callable[[str], None]
) -> None:
    rng, count = random.Random(23), times(60)
    for number in range(count):
        path = Path(shutil.copy(oracle.path, tmp_path / "octavo.db"))
        numbers = rng.sample(range(1, oracle.count + 1), rng.choice((1, 5, 20, 100)))
        damage(path, path, numbers, rng)
        if number % 3 == 0:
            with path.open("r+b") as file:
                file.truncate(rng.randrange(PAGE_BYTES, path.stat().st_size))
        finish(rescue(path, oracle.key, StandIns("a document", "a conversation", "a question")))
        with contextlib.closing(Database.open(path, oracle.key)) as database:
            database.check()
            with database.read() as connection:
                assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for left in tmp_path.glob("octavo.db*"):
            left.unlink()
    figure(f"{count:,} databases with damaged pages, every third cut off: each new one whole, none refused")


def test_the_program_saves_it(
    program: Program, oracle: Oracle, tmp_path: Path, times: Callable[[int], int], figure: Figure
) -> None:
    """The checkout reads the database that the program has made of the damaged one."""
    rng, count, lost, pages = random.Random(24), times(60), 0, 0
    for number in range(count):
        paths = Paths(tmp_path / f"desk {number}")
        paths.create()
        paths.key_file.write_text(oracle.key.secret, "ascii")
        numbers = rng.sample(range(1, oracle.count + 1), rng.choice((1, 1, 5, 20, 100)))
        damage(oracle.path, paths.database, numbers, rng)
        damaged = paths.database.read_bytes()
        said = Program(program.command, paths.data).run("rescue", "--json")
        (desk,) = json.loads(said.out)["desks"]
        if desk["rescued"] is None:  # the pages that were hit hold nothing
            assert not oracle.may_be_lost(numbers)
        else:
            assert Path(desk["rescued"]["aside"]).read_bytes() == damaged
        with opened(paths.data):
            pass
        lost += oracle.judge(rows_of(paths.database, oracle.key), numbers)
        pages += len(numbers)
        shutil.rmtree(paths.data)
    figure(
        f"octavo rescue mended {count:,} databases with {pages:,} damaged pages: each new one whole, 0 rows lost but"
        f" for {lost:,} on the damaged pages themselves, and the damaged one kept as it was"
    )

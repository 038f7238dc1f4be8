"""A backup of a desk of 2 GB made while it is written to, restored elsewhere, compared; and what is no such backup.

The program makes and restores it, each in a process of its own; so their memory can be measured.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.core.conversations.conversation import BookRef, Ending, Question
from app.core.conversations.image import Image, ImageRef, Raster
from app.core.documents.document import Document, Format, Page
from app.core.machine.paths import Paths
from app.core.machine.secret import Key
from app.store import keys
from app.store.books import Books
from app.store.conversations import Conversations
from app.store.db import Database
from app.store.matters import MatterStore
from app.store.record import RecordStore
from tests.store.fixtures.fill import fill
from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.program import Program
from tests.whole import open_desk

pytestmark = [pytest.mark.fortress, pytest.mark.timeout(7200)]

_DESK_BYTES = 2_000_000_000
_MATTERS = 4
_PAGE_CHARACTERS = 3000
_BOOK_PAGES = 600
_IMAGE_BYTES = 8 << 20
_MOST_MEMORY = 800 << 20
"""Half a gigabyte of it may be what a guess of the passphrase costs."""
_TITLE = "Under use"
_WRITTEN = "written meanwhile:"
_PASSED = (_TITLE, _WRITTEN, "backup.last")
WORDS = "four unrelated plain words"


def _book(number: int, dice: random.Random) -> Document:
    """Its text cannot be made smaller, as that of no two books is the same."""

    def page(n: int) -> Page:
        words = " ".join(f"{dice.getrandbits(40):x}" for _ in range(_PAGE_CHARACTERS // 11))
        return Page(n, str(n), f"Book {number}, page {n}. {words}")

    return Document(f"Book {number}", Format.PDF, f"{number:064x}", tuple(page(n + 1) for n in range(_BOOK_PAGES)))


def _furnish(database: Database, size: int, dice: random.Random, first: int) -> None:
    """Something in every table, books for a tenth of the size, and images for the rest."""
    fill(database)
    number = first
    while database.size_bytes < size // 10:
        Books(database).add(_book(number, dice), Path(f"/{number}.pdf"))
        number += 1
    talks = Conversations(database)
    talk = talks.create("Images", (BookRef(Books(database).all()[0].id),))
    while (left := size - database.size_bytes) > 0:
        png = dice.randbytes(min(left, _IMAGE_BYTES))
        ref = ImageRef(hashlib.sha256(png).hexdigest(), "scan.png", 2, 3)
        image = Image(ref, png, Raster(1, 2, b"abcdef"))
        talks.add_question(Question(talk.id, "What is this?", talk.books, images=(image,)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backup")


@pytest.fixture(scope="module")
def large(folder: Path, scale: float) -> Path:
    """The data folder of a desk of 2 GB: half of it in the library, half in four matters; and saved readings."""
    dice, size = random.Random(7), int(_DESK_BYTES * scale)
    with contextlib.closing(open_desk(Paths(folder / "desk"))) as desk:
        _furnish(desk.shared.matters.home, size // 2, dice, 1)
        for matter in desk.shared.matters.all():
            desk.shared.matters.kept.give_up(matter.id)
        for n in range(_MATTERS):
            with contextlib.closing(
                desk.shared.matters.open(desk.shared.matters.create(f"Matter {n}").id)
            ) as matter_database:
                _furnish(matter_database, size // 2 // _MATTERS, dice, 1000 * (n + 1))
        desk.paths.readings.mkdir(exist_ok=True)
        for n in range(20):
            (desk.paths.readings / f"{n:016x}.reading").write_bytes(dice.randbytes(1_000_000))
    return folder / "desk"


@pytest.fixture(scope="module")
def passphrase(folder: Path) -> Path:
    file = folder / "passphrase"
    file.write_text(WORDS, "utf-8")
    return file


@contextlib.contextmanager
def _in_use(data: Path) -> Iterator[list[int]]:
    """Write to a desk as a window does while an answer is written, and yield how often something was on disk; none of
    it may be refused."""
    written, stop = [0], threading.Event()
    with contextlib.closing(open_desk(Paths(data))) as desk:
        talk = desk.conversations.create(_TITLE, (BookRef(desk.documents.library.books()[0].id),))
        question = desk.conversations.add_question(Question(talk.id, "What is written meanwhile?", talk.books))
        answer = desk.conversations.begin_answer(question.id, "tiny")
        failed: list[BaseException] = []

        def write() -> None:
            text = _WRITTEN
            try:
                while not stop.is_set():
                    text += f" word {written[0]}"
                    open_ = msgspec.structs.replace(answer, text=text[:50_000], ending=Ending.OPEN)
                    desk.conversations.save_answer(open_)
                    written[0] += 1
                    stop.wait(0.02)
            except BaseException as error:
                failed.append(error)

        writing = threading.Thread(target=write)
        writing.start()
        try:
            yield written
        finally:
            stop.set()
            writing.join()
        assert not failed, failed


def _measured(program: Program, *words: object) -> tuple[float, float, int]:
    """Seconds by the clock and of the processor, and the most memory in bytes, of a command that has to go well."""
    began = time.monotonic()
    process = subprocess.Popen(program.words(*words), cwd=program.cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, err = process.stdout, process.stderr
    assert out is not None
    assert err is not None
    said = out.read() + err.read()
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    out.close()
    err.close()
    assert process.returncode == 0, said.decode()
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


@pytest.fixture(scope="module")
def made(large: Path, folder: Path, passphrase: Path, octavo: list[str], scale: float) -> tuple[Path, str]:
    """The backup, and the figures of making it."""
    file = folder / "disk" / "large.octavo-backup"
    file.parent.mkdir()
    with _in_use(large) as written:
        seconds, processor, memory = _measured(
            Program(octavo, large), "backup", file, "--readings", "--passphrase-file", passphrase
        )
        meanwhile = written[0]
    assert meanwhile > 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert memory < _MOST_MEMORY
    assert [each.name for each in file.parent.iterdir()] == [file.name]
    size = file.stat().st_size / 1e9
    return file, (
        f"{size:.2f} GB written and read back in {seconds:.0f} s ({processor:.0f} s of the processor) with"
        f" {memory / 1e6:.0f} MB of memory at most, and {meanwhile} writes to the desk meanwhile"
    )


def _digests(database: Database) -> dict[str, tuple[int, int]]:
    """By table: how many rows there are, and a sum of their hashes, but for those of the conversation that was written
    to meanwhile, the record, which goes on too, and when the backup was made."""
    found = {}
    with database.read() as connection:
        schema = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        for name in [str(name) for (name,) in schema if not str(name).startswith("record_")]:
            count = total = 0
            for row in connection.execute(f'SELECT * FROM "{name}"'):
                if not any(isinstance(value, str) and value.startswith(_PASSED) for value in row):
                    count += 1
                    total += int.from_bytes(hashlib.sha256(repr(row).encode()).digest()[:16], "big")
            found[name] = count, total
    return found


def test_a_desk_in_use_is_backed_up_and_restored_equal(
    large: Path, made: tuple[Path, str], folder: Path, passphrase: Path, octavo: list[str], figure: Figure
) -> None:
    file, figures = made
    there = folder / "there"
    seconds, processor, memory = _measured(Program(octavo, there), "restore", file, "--passphrase-file", passphrase)
    assert memory < _MOST_MEMORY
    tables = rows = 0
    for here, other in _databases(large, there):
        found = _digests(other)
        assert found == _digests(here)
        entries = RecordStore(other).entries()
        assert entries == RecordStore(here).entries()[: len(entries)], "it went on meanwhile"
        assert RecordStore(other).verify().flaw is None
        tables, rows = tables + len(found), rows + sum(count for count, _total in found.values())
    readings = {path.name: path.read_bytes() for path in (large / "readings").glob("*.reading")}
    assert {path.name: path.read_bytes() for path in (there / "readings").glob("*.reading")} == readings
    with contextlib.closing(open_desk(Paths(there))) as desk:
        used = [each for each in desk.conversations.all() if each.title == _TITLE]
        assert len(used) == 1, "what was there when it began"
        assert len(desk.shared.matters.all()) == _MATTERS
    figure(
        f"{figures}; restored in {seconds:.0f} s ({processor:.0f} s of the processor) with {memory / 1e6:.0f} MB at"
        f" most; {tables} tables with {rows:,} rows and {len(readings)} saved readings equal"
    )


def _databases(here: Path, there: Path) -> Iterator[tuple[Database, Database]]:
    """The library and each matter, here and there."""
    folders = [Paths(here), Paths(there)]
    with contextlib.ExitStack() as opened:

        def look(path: Path, key: Key) -> Database:
            return opened.enter_context(contextlib.closing(Database.look(path, key)))

        homes = [look(paths.database, keys.obtain(paths)) for paths in folders]
        yield homes[0], homes[1]
        for matter in MatterStore(homes[0]).all():
            first, second = (
                look(paths.matter(matter.id), MatterStore(home).key(matter.id))
                for paths, home in zip(folders, homes, strict=True)
            )
            yield first, second


def test_wrong_cut_and_flipped_backups_are_refused(
    made: tuple[Path, str], folder: Path, passphrase: Path, octavo: list[str], scale: float, figure: Figure
) -> None:
    """In the large file: at its beginning, its end, and at places by chance in between."""
    whole, dice = made[0], random.Random(11)
    size, there, copy = whole.stat().st_size, folder / "nothing", folder / "disk" / "copy"
    program = Program(octavo, there)
    wrong = folder / "wrong"
    wrong.write_text("four unrelated plain Words", "utf-8")
    done = program.run("restore", whole, "--passphrase-file", wrong, code=3)
    assert "does not open" in done.err
    assert not there.exists()
    shutil.copyfile(whole, copy)
    flips = [3, 40, 200, 300, size - 1, *(dice.randrange(size) for _ in range(max(2, round(10 * scale))))]
    for place in flips:
        with copy.open("r+b") as file:
            file.seek(place)
            byte = file.read(1)[0]
            file.seek(place)
            file.write(bytes([byte ^ 1 << dice.randrange(8)]))
            file.flush()
            done = program.run("restore", copy, "--passphrase-file", passphrase, code=3)
            file.seek(place)
            file.write(bytes([byte]))
        assert "is not a backup of Octavo, or it is damaged" in done.err, place
        assert not there.exists()
    cuts = sorted((dice.randrange(size) for _ in range(max(2, round(5 * scale)))), reverse=True)
    for cut in (size - 1, size - 16, *cuts, 100, 0):
        os.truncate(copy, cut)
        done = program.run("restore", copy, "--passphrase-file", passphrase, code=3)
        assert "is not a backup of Octavo, or it is damaged" in done.err, cut
        assert not there.exists()
    copy.unlink()
    figure(f"{len(flips)} flipped bits, {len(cuts) + 4} cuts and a wrong passphrase refused, nothing written")


@pytest.mark.root
def test_a_full_disk_leaves_no_half_file(
    large: Path, made: tuple[Path, str], folder: Path, passphrase: Path, octavo: list[str], figure: Figure
) -> None:
    """A disk that fills while it is written to, after there seemed to be room: another file takes it."""
    size = made[0].stat().st_size
    disk = folder / "full"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={int(size * 1.05)}", "octavo", disk], check=True)
    try:
        (disk / "before.octavo-backup").write_bytes(b"the one before")
        program = Program(octavo, large)
        words = program.words("backup", disk / "before.octavo-backup", "--readings", "--passphrase-file", passphrase)
        process = subprocess.Popen(words, cwd=program.cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while process.poll() is None and not list(disk.glob("*.part")):
            time.sleep(0.01)
        with contextlib.suppress(OSError), (disk / "another").open("wb") as another:
            another.write(bytes(int(size * 0.5)))
        _out, err = process.communicate(timeout=600)
        assert process.returncode == 3, err.decode()
        assert b"is full" in err
        assert sorted(each.name for each in disk.iterdir()) == ["another", "before.octavo-backup"]
        assert (disk / "before.octavo-backup").read_bytes() == b"the one before"
        done = program.run("backup", disk / "more", "--passphrase-file", passphrase, code=3)
        assert "There is no room" in done.err
        there = Program(octavo, disk / "there")
        done = there.run("restore", made[0], "--passphrase-file", passphrase, code=3)
        assert "is full" in done.err
        assert not there.data.exists()
    finally:
        subprocess.run(["umount", disk], check=True)
    assert not list((large / "matters").glob("*.part*"))
    figure("a disk that fills during a backup, and during a restoring, and one that is full before: nothing left")


def test_kills_leave_no_desk_or_the_whole_one(
    made: tuple[Path, str], folder: Path, passphrase: Path, octavo: list[str], scale: float, figure: Figure
) -> None:
    """SIGKILL at moments by chance: of the restoring, and of a backup."""
    dice, file = random.Random(13), made[0]
    whole = folder / "whole"
    seconds = _measured(Program(octavo, whole), "restore", file, "--passphrase-file", passphrase)[0]
    shutil.rmtree(whole)
    kills, none, complete = max(4, round(20 * scale)), 0, 0
    for _ in range(kills):
        there = folder / "killed"
        program = Program(octavo, there)
        process = subprocess.Popen(
            program.words("restore", file, "--passphrase-file", passphrase), cwd=program.cwd,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(dice.uniform(0.3, 1.1 * seconds))
        process.send_signal(signal.SIGKILL)
        process.wait()
        if (there / "restored").exists() or (there / "octavo.db").exists():
            program.run("matters")  # whoever opens it brings it into its place
            assert len(program.run("matters").out.splitlines()) == _MATTERS
            complete += 1
        else:
            program.run("restore", file, "--passphrase-file", passphrase)
            assert len(program.run("matters").out.splitlines()) == _MATTERS
            none += 1
        assert not (there / "restoring").exists()
        shutil.rmtree(there)
    figure(f"{kills} kills while restoring: {none} times no desk, {complete} times the whole one, none in between")

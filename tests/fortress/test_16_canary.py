"""A sentence, the names of a file and a folder, a title and a person's name, through all that a person does: once the
program has ended, no byte on the disk tells them; once all was deleted, no page of the decrypted databases does."""

from __future__ import annotations

import contextlib
import gzip
import os
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import apsw
import pytest

from tests.fortress.conftest import ROOT, Figure
from tests.fortress.needles import Hit, Search, draw, newer
from tests.fortress.program import Program
from tests.fortress.walk import Walk, Words

pytestmark = pytest.mark.fortress

_ELSEWHERE = ("/tmp", "/var/tmp", "/dev/shm", "/run/user")
_LARGEST = 32 << 20


@dataclass(frozen=True)
class Places:
    """All where a program may leave something, but for what a person made."""

    home: Path
    temporary: Path
    session: Path

    @property
    def env(self) -> dict[str, str]:
        return {"HOME": str(self.home), "TMPDIR": str(self.temporary), "XDG_RUNTIME_DIR": str(self.session)}

    def __iter__(self) -> Iterator[Path]:
        return iter((self.home, self.temporary, self.session))


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(*(tmp_path / name for name in ("home", "temporary", "session")))
    for each in made:
        each.mkdir(mode=0o700)
    return made


@pytest.fixture
def words() -> Words:
    drawn = [draw() for _ in range(7)]
    return Words(
        sentence=f"The {drawn[0]} hid the {drawn[1]} under the third stair.",
        file=drawn[2],
        folder=f"{drawn[3]} case",
        person=f"{drawn[4].capitalize()} {drawn[5].capitalize()}",
        title=drawn[6].capitalize(),
    )


def _needles(words: Words) -> tuple[str, ...]:
    """Each drawn word by itself: then any part of the sentence shows."""
    told = f"{words.sentence} {words.file} {words.folder} {words.person} {words.title}".lower().split()
    usual = {"the", "hid", "under", "third", "stair.", "case"}
    return tuple(word for word in told if word not in usual)


def _said(hits: list[Hit]) -> str:
    return "; ".join(sorted({f"{hit.word} ({hit.form}) in {hit.where}" for hit in hits})[:6])


def test_the_search_finds_what_is_there(words: Words, tmp_path: Path) -> None:
    """The control of the control: each form, in a file, in a member, in a name."""
    needles = _needles(words)
    place = tmp_path / "place"
    place.mkdir()
    contents = {
        "plain": words.sentence.encode(),
        "utf-16": words.sentence.encode("utf-16-be"),
        "gzip": gzip.compress(words.sentence.encode()),
        "inside": b"junk" * 9 + zlib.compress(words.sentence.encode()) + b"junk",
        "hex": words.sentence.lower().encode().hex().encode(),
        "capitals": words.sentence.upper().encode(),
    }
    for name, content in contents.items():
        (place / name).write_bytes(content)
    found = {Path(hit.where.split(",")[0]).name for hit in Search(needles).folders(place)}
    assert found == set(contents)
    (tmp_path / "names" / words.folder).mkdir(parents=True)
    assert Search(needles).folders(tmp_path / "names")


def test_after_quitting_and_after_deleting(
    program: Program, places: Places, words: Words, figure: Figure, tmp_path: Path, tiny_scout_fast: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    began = time.time()
    walk = Walk(program, tmp_path / "files", tiny_scout_fast, words, tuple(places.env.items()))
    walk.write_documents()
    walked = len(list(walk.go()))
    search = Search(_needles(words))
    hits = search.folders(program.data, *places)
    elsewhere = list(newer(map(Path, _ELSEWHERE), began, tmp_path, _LARGEST))
    for path in elsewhere:
        with contextlib.suppress(OSError):
            hits += search.text(str(path), path.read_bytes(), depth=9)
    looked = f"{search.files + len(elsewhere)} files, {search.bytes / 1e6:.0f} MB, {search.members} compressed members"
    figure(f"after {walked} commands: {len(hits)} hits of {len(search.words)} words in {looked}")
    assert not hits, _said(hits)
    if os.environ.get("OCTAVO_COMMAND"):
        return

    for name, value in places.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(tempfile, "tempdir", None)
    before = _decrypted(program.data)
    control = _pages(before, search.words)
    assert control, "what is kept is in the decrypted pages, else this check shows nothing"
    _delete_all(program.data)
    decrypted = _decrypted(program.data)
    left = _pages(decrypted, search.words)
    terms = [f"{name}: {term}" for name, found in _terms(program.data).items() for term in found]
    hits = search.folders(program.data, *places)
    pages = sum(len(content) for content in decrypted.values()) // 4096
    figure(
        f"before deleting {len(control)} hits in the decrypted pages; after it {len(left)} in {pages} pages of"
        f" {len(decrypted)} databases, {len(terms)} terms in full-text indexes, {len(hits)} on disk"
    )
    known = [term for term in terms if any(part in term for part in search.words)]
    assert (left, known, hits) == ([], [], []), _said(left)


def _delete_all(data: Path) -> None:
    """As a person does: all to the bin, the bin emptied, folders forgotten, matters deleted."""
    from app.bootstrap import open_desk
    from app.core.bin import BinKind
    from app.core.paths import Paths

    with contextlib.closing(open_desk(Paths(data))) as desk:
        for matter in desk.matters.all():
            desk.matters.delete(matter.id)
        for sheet in desk.sheets.store.all():
            desk.removal.delete(BinKind.SHEET, sheet.id)
        for conversation in desk.conversations.all():
            desk.removal.delete(BinKind.CONVERSATION, conversation.id)
        for note in desk.notes.store.all():
            desk.notes.store.delete(note.id)
        for book in desk.library.books():
            desk.removal.delete(BinKind.BOOK, book.id)
        for source in desk.adding.sources.all():
            desk.adding.sources.forget(source.source.id)
        for entry in desk.removal.kept.all():
            desk.removal.purge(entry)


def _databases(data: Path) -> Iterator[tuple[str, apsw.Connection]]:
    """Each database of a desk, opened as the store does, without changing it."""
    from app.core.paths import Paths
    from app.store import keys
    from app.store.db import Database
    from app.store.matters import MatterStore

    paths = Paths(data)
    key = keys.obtain(paths, None)
    with contextlib.closing(Database.open(paths.database, key)) as home:
        with home.read() as connection:
            yield "octavo.db", connection
        for matter in MatterStore(home).all():
            own = Database.open(paths.matter(matter.id), MatterStore(home).key(matter.id))
            with contextlib.closing(own), own.read() as connection:
                yield matter.id, connection


def _decrypted(data: Path) -> dict[str, bytes]:
    """All pages, free ones too, as the pager gives them: nothing is vacuumed (see the control below)."""
    return {name: connection.serialize("main") for name, connection in _databases(data)}


def _pages(decrypted: dict[str, bytes], words: tuple[str, ...]) -> list[Hit]:
    """Whole words, and their ends: an index leaves out the beginning that a term shares with the one before it."""
    sought = Search(words + tuple(word[4:] for word in words if len(word) > 9))
    return [hit for name, content in decrypted.items() for hit in sought.text(name, content, depth=9)]


def _terms(data: Path) -> dict[str, list[str]]:
    """What the full-text indexes list."""
    found: dict[str, list[str]] = {}
    for name, connection in _databases(data):
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE sql LIKE '%USING fts5(%'").fetchall()
        for (table,) in tables:
            connection.execute(f'CREATE VIRTUAL TABLE temp."v_{table}" USING fts5vocab(main, "{table}", row)')
            terms = connection.execute(f'SELECT term FROM temp."v_{table}"').fetchall()
            connection.execute(f'DROP TABLE temp."v_{table}"')
            found[f"{name} {table}"] = [str(term) for (term,) in terms]
    return found


@pytest.mark.usefixtures("checkout")
def test_the_way_pages_are_read_does_not_vacuum(figure: Figure, tmp_path: Path) -> None:
    found = {}
    for is_careful in (False, True):
        connection = apsw.Connection(str(tmp_path / f"{is_careful}.db"))
        connection.pragma("cipher", "chacha20")
        connection.pragma("key", f"raw:{'5a' * 32}")
        connection.pragma("secure_delete", is_careful)
        connection.execute("CREATE TABLE t (text)")
        connection.executemany("INSERT INTO t VALUES (?)", [(f"canary {number} " * 200,) for number in range(60)])
        connection.execute("DELETE FROM t")
        free = connection.pragma("freelist_count")
        found[is_careful] = (connection.serialize("main").count(b"canary"), free)
        assert connection.pragma("freelist_count") == free
        connection.close()
    (careless, free), (careful, _) = found[False], found[True]
    figure(f"control: {careless} traces in {free} free pages without secure_delete, {careful} with it")
    assert free > 40
    assert careless > 0 == careful


@pytest.mark.usefixtures("checkout")
def test_the_window_leaves_nothing_outside_its_desk(
    display: dict[str, str], places: Places, figure: Figure, tmp_path: Path
) -> None:
    """The journey's own names, after the window has closed."""
    words = [sys.executable, "-P", "-m", "tests.journey", "--out", str(tmp_path / "pictures"), "--home"]
    env = {**os.environ, **places.env, **display, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*words, str(places.home)], cwd=ROOT, env=env, capture_output=True, text=True, errors="replace", check=False
    )
    assert done.returncode == 0, done.stderr[-800:]
    search = Search(("lease-2025", "lease-2026", "lease of a berth", "harbour lease", "night watchman", "backup.bin"))
    hits = search.folders(*places)
    hits = [hit for hit in hits if f"{places.home}/Documents" not in hit.where]
    looked = f"{search.files} files, {search.bytes / 1e6:.0f} MB, {search.members} compressed members"
    figure(f"window: {len(hits)} hits of {len(search.words)} names in {looked}")
    assert not hits, _said(hits)

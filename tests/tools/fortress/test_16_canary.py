"""A sentence, the names of a file and a folder, a title and a person's name, through all that a person does: once the
program has ended, no byte on the disk tells them; once all was deleted, no page of the decrypted databases does."""

from __future__ import annotations

import contextlib
import gzip
import json
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

from app.core.conversations.conversation import Draft
from app.core.documents.note import Marker, NoteSource
from app.core.machine.paths import Paths
from app.core.matter import LIBRARY
from app.features.chronology.service import timelines_of
from app.features.notes.service import note_keeping_of
from app.features.programs.service import mcp_access_of
from app.store import keys
from app.store.conversations import Drafts
from tests.engine.remote import toy_server
from tests.engine.remote.toy_server import ToyServer
from tests.features.programs.mcp_program import served
from tests.tools.fortress.conftest import ROOT, Figure
from tests.tools.fortress.decrypted import delete_all, kept, pages, terms
from tests.tools.fortress.locking import PASSPHRASE
from tests.tools.fortress.needles import Hit, Search, draw, newer
from tests.tools.fortress.program import Program
from tests.tools.fortress.walk import Walk, Words
from tests.whole import open_desk

pytestmark = pytest.mark.fortress

_ELSEWHERE = ("/tmp", "/var/tmp", "/dev/shm", "/run/user")
_LARGEST = 32 << 20
_PROGRAM = "a program"
"""Its name: the record keeps it after all was deleted."""


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
    told = " ".join(words.said).lower().split()
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
    if is_checkout := "OCTAVO_COMMAND" not in os.environ:
        for name, value in places.env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(tempfile, "tempdir", None)
        _work_in_the_window(walk)
        sent = _ask_a_server(walk, monkeypatch)
        figure(f"pseudonyms: {sent:,} characters sent to a server, none of the person's name; put back in its answer")
        _let_a_program_read(walk)
        _lock(walk)
    search = Search(_needles(words))
    hits = search.folders(program.data, walk.elsewhere, walk.wordless, *places)
    elsewhere = list(newer(map(Path, _ELSEWHERE), began, tmp_path, _LARGEST))
    for path in elsewhere:
        with contextlib.suppress(OSError):
            hits += search.text(str(path), path.read_bytes(), depth=9)
    looked = f"{search.files + len(elsewhere)} files, {search.looked_through / 1e6:.0f} MB"
    looked = f"{looked}, {search.members} compressed members"
    journeys = f"{walked} commands" + (", notes, pseudonyms, a program and a lock" if is_checkout else "")
    figure(f"after {journeys}: {len(hits)} hits of {len(search.words)} words in {looked}")
    assert not hits, _said(hits)
    if is_checkout:
        for data in (program.data, walk.elsewhere):
            figure(_delete(data, search, places, words))


def _work_in_the_window(walk: Walk) -> None:
    """Do what the terminal cannot do: notes, edited events, drafts, titles, and the record with its texts."""
    with contextlib.closing(open_desk(Paths(walk.program.data))) as desk:
        desk.settings.change("record_texts", True)
        (book,) = [book for book in desk.documents.library.books() if Path(book.path) == walk.book]
        desk.documents.notes.mark(book.id, 1, (0, 60), Marker.YELLOW, walk.words.sentence)
        note_keeping_of(desk).keep_words(walk.words.sentence, NoteSource.ANSWER, "")
        talk = desk.conversations.all()[0]
        desk.conversations.rename(talk.id, walk.words.sentence)
        desk.conversations.instruct(talk.id, f"Write as {walk.words.person} does.")
        Drafts(desk.database).keep(talk.id, Draft(walk.words.sentence))
        for event in timelines_of(desk).store.events():
            timelines_of(desk).store.change_event(event.id, event.span, walk.words.sentence)
    prompts = walk.folder / "prompts.md"
    prompts.write_text(f"# {walk.words.title} /{walk.words.file}\n\n{walk.words.sentence}\n", "utf-8")
    for line in (("prompts", "--import", prompts), ("notes", "--find", walk.words.person)):
        walk.program.run(*line, env=dict(walk.env))
    walk.program.run("notes", "--export", walk.folder / "exports" / "all.md", env=dict(walk.env))


def _ask_a_server(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> int:
    """With pseudonyms; how many characters it was sent."""
    monkeypatch.setattr(toy_server, "CONTEXT_TOKENS", 1 << 15)
    with contextlib.closing(ToyServer("llama-server")) as server:
        server.answer = ["It was [Per", "son 1]."]
        asked = f"What did Ms {walk.words.person} hide?"
        words = ("ask", "--document", walk.book, "--remote", server.address, "--pseudonyms", "on", asked)
        done = walk.program.run(*words, "--max-tokens", "8", env=dict(walk.env))
        sent = [json.dumps(body) for _path, body, _headers in server.asked]
        sent += [toy_server.detokenize(prompt) for prompt in server.prompts()]
    assert f"It was {walk.words.person}" in done.out
    assert "third stair" in "".join(sent), "the control: what is sent is seen"
    for name in walk.words.person.lower().split():
        assert name not in "".join(sent).lower()
    return len("".join(sent))


def _let_a_program_read(walk: Walk) -> None:
    """Another program, which a person allowed it, searches and reads over MCP."""
    with contextlib.closing(open_desk(Paths(walk.program.data))) as desk:
        mcp_access_of(desk).allow(_PROGRAM, [LIBRARY])
    with served(walk.program.data) as program:
        program.greet(_PROGRAM)
        (passage, *_more) = program.use("search", query=walk.words.file)["passages"]
        (document,) = [each for each in program.use("list_documents")["documents"] if each["title"] == walk.words.file]
        read = program.use("read_pages", document=document["id"])["pages"][0]["text"]
        assert walk.words.sentence in read
        assert passage
        program.leave()


def _lock(walk: Walk) -> None:
    """The desk gets a passphrase; the real window opens, locks itself, opens again, and is closed."""
    with contextlib.closing(open_desk(Paths(walk.program.data))) as desk:
        keys.set_passphrase(desk.shared.matters.home, desk.paths, PASSPHRASE)
    done = subprocess.run(
        [sys.executable, "-m", "tests.tools.fortress.locking", str(walk.program.data)], cwd=ROOT, input="\n\n\n",
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.split()) == (0, ["open", "locked", "open"]), done.stderr[-800:]


def _delete(data: Path, search: Search, places: Places, words: Words) -> str:
    """Everything; the figure, once nothing is left."""
    control = _traces(pages(data, PASSPHRASE), search.words)
    listed = _known(terms(data, PASSPHRASE), search.words)
    assert control, "what is kept is in the decrypted pages, else this check shows nothing"
    assert listed, "and in the full-text indexes"
    assert kept(data, PASSPHRASE, words.said) == list(words.said)
    delete_all(data, PASSPHRASE)
    decrypted = pages(data, PASSPHRASE)
    left = _traces(decrypted, search.words)
    known = _known(terms(data, PASSPHRASE), search.words)
    hits = search.folders(data, *places)
    assert (left, known, hits) == ([], [], []), _said(left + hits)
    assert kept(data, PASSPHRASE, words.said) == []
    count = sum(len(content) for content in decrypted.values()) // 4096
    return (
        f"{data.name}: before deleting {len(control)} hits in decrypted pages and {len(listed)} terms in full-text"
        f" indexes; after it {len(left)} in {count} pages, {len(known)} terms, {len(hits)} hits on disk"
    )


def _known(listed: list[str], words: tuple[str, ...]) -> list[str]:
    return [term for term in listed if any(word in term.lower() for word in words)]


def _traces(decrypted: dict[str, bytes], words: tuple[str, ...]) -> list[Hit]:
    """Whole words, and their ends: an index leaves out the beginning that a term shares with the one before it."""
    sought = Search(words + tuple(word[4:] for word in words if len(word) > 9))
    return [hit for name, content in decrypted.items() for hit in sought.text(name, content, depth=9)]


@pytest.mark.usefixtures("checkout")
def test_the_way_pages_are_read_does_not_vacuum(figure: Figure, tmp_path: Path) -> None:
    found = {}
    for is_careful in (False, True):
        connection = apsw.Connection(str(tmp_path / f"{is_careful}.db"))
        connection.pragma("cipher", "chacha20")
        connection.pragma("key", f"raw:{'5a' * 32}")
        connection.pragma("secure_delete", is_careful)
        connection.execute("CREATE TABLE t (text)")
        connection.executemany("INSERT INTO t VALUES (?)", [(f"canary {number} " * 200,) for number in range(120)])
        connection.execute("DELETE FROM t")
        free = connection.pragma("freelist_count")
        serialized = connection.serialize("main")
        found[is_careful] = (serialized.count(b"canary"), free)
        assert connection.pragma("freelist_count") == free
        assert len(serialized) == connection.pragma("page_count") * connection.pragma("page_size")
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
    words = [sys.executable, "-P", "-m", "tests.tools.journey", "--out", str(tmp_path / "pictures"), "--home"]
    env = {**os.environ, **places.env, **display, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*words, str(places.home)], cwd=ROOT, env=env, capture_output=True, text=True, errors="replace", check=False
    )
    assert done.returncode == 0, done.stderr[-800:]
    search = Search(("lease-2025", "lease-2026", "lease of a berth", "harbour lease", "night watchman", "backup.bin"))
    hits = search.folders(*places)
    hits = [hit for hit in hits if f"{places.home}/Documents" not in hit.where]
    looked = f"{search.files} files, {search.looked_through / 1e6:.0f} MB, {search.members} compressed members"
    figure(f"window: {len(hits)} hits of {len(search.words)} names in {looked}")
    assert not hits, _said(hits)

"""A backup has the whole desk, while it is in use; a desk made of it is equal, and of anything else none is made."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import shutil
import stat
from collections.abc import Iterator
from io import BufferedReader
from itertools import pairwise
from pathlib import Path

import pytest

from app.core.conversations.conversation import BookRef, Question
from app.core.conversations.events import Copying, Hashing
from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.core.machine.secret import Key, KeyOrigin
from app.core.settings import EngineSettings, Sampling, Settings, ThemeChoice
from app.core.work import Cancel, finish
from app.documents import plain_text
from app.documents.formats.contract import Content
from app.features.backup import backup_file, service
from app.features.backup.backup_file import DATABASE, BackupHead, BackupMember, BackupReader, BackupWriter
from app.features.backup.data import BackupMade, Restored
from app.features.backup.service import backups_of, restore
from app.services.services import Services
from app.store import keys, restoring
from app.store.books import Books
from app.store.db import Database
from app.store.key_derivation import Argon2Cost
from app.store.keys import set_passphrase
from app.store.migrations import MIGRATIONS
from app.store.sealing import SealedKind, new_sealing
from app.store.settings import SettingsStore
from tests.store.compared import desk_rows
from tests.store.fixtures.fill import fill
from tests.whole import open_desk
from tests.work import answered, at, problem_of, run, stop

WORDS = "four unrelated plain words"
CHEAP = Argon2Cost(32, 1, 1)
HEX = "a" * 32


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with something in every table, in a matter too, and saved readings."""
    folder = tmp_path_factory.mktemp("filled") / "desk"
    with contextlib.closing(open_desk(Paths(folder))) as opened:
        fill(opened.shared.matters.home)
        for matter in opened.shared.matters.all():  # they have no databases
            opened.shared.matters.kept.give_up(matter.id)
        opened.settings.change("theme", ThemeChoice.DARK)
        with contextlib.closing(opened.shared.matters.open(opened.shared.matters.create("Marlow").id)) as marlow:
            fill(marlow)
        for name in ("one.reading", f"images/{HEX}/two.embeddings", "tokens/three.tokens", "four.reading.part"):
            file = opened.paths.readings / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(name.encode() * 1000)
    return folder


@pytest.fixture
def desk(filled: Path, tmp_path: Path) -> Iterator[Services]:
    shutil.copytree(filled, tmp_path / "desk")
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "disk" / "desk.octavo-backup"


@pytest.fixture(autouse=True)
def disk(file: Path) -> None:
    file.parent.mkdir()


def made(desk: Services, file: Path, *, readings: bool = False) -> BackupMade:
    return finish(backups_of(desk).make(file, WORDS, Cancel(), readings=readings))


def restored(file: Path, folder: Path) -> Restored:
    return finish(restore(file, WORDS, Paths(folder), Cancel()))


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_desk_made_of_a_backup_is_equal(desk: Services, file: Path, tmp_path: Path) -> None:
    before = desk_rows(desk.paths, desk.shared.matters.home.key)
    told, result = run(backups_of(desk).make(file, WORDS, Cancel()))
    assert result == BackupMade(str(file), file.stat().st_size, 1, readings=False)
    assert {type(each) for each in told} == {Copying, Hashing}, "it is read back"
    for one, next_one in pairwise(told):
        assert one.done <= next_one.done <= next_one.total or type(one) is not type(next_one)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    for trace in ("Moby-Dick", "Ishmael", "Marlow", "octavo.db", "SQLite format"):
        assert trace.encode() not in file.read_bytes()
    assert backups_of(desk).last_at() is not None

    there = Paths(tmp_path / "another")
    done = restored(file, there.data)
    assert (done.path, done.matters, done.readings, done.was_protected) == (str(there.data), 1, False, False)
    assert sorted(path.name for path in there.data.iterdir()) == [
        *("logs", "matters", "octavo.db", "octavo.key", "octavo.keycard", "octavo.lock")
    ]
    assert desk_rows(there) == before
    assert keys.obtain(there).secret != desk.shared.matters.home.key.secret
    assert all(stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
               for path in (there.data, *there.data.rglob("*")))  # fmt: skip
    with contextlib.closing(open_desk(there)) as opened:
        assert [book.title for book in opened.documents.library.books()] == ["Moby-Dick 白鯨"]
        marlow = opened.shared.turn_to(opened.shared.matters.kept.named("Marlow").id)
        assert [book.title for book in marlow.documents.library.books()] == ["Moby-Dick 白鯨"]
        assert opened.settings.load().theme is ThemeChoice.DARK
        marlow.database.close()


def test_saved_readings_are_in_it_if_that_is_wanted(desk: Services, file: Path, tmp_path: Path) -> None:
    assert made(desk, file, readings=True).readings
    assert restored(file, tmp_path / "another").readings
    there = files_below(tmp_path / "another" / "readings")
    assert there.keys() == {"one.reading", f"images/{HEX}/two.embeddings"}, "tokens are made again in a moment"
    assert there["one.reading"] == b"one.reading" * 1000


def test_the_desk_is_used_meanwhile(desk: Services, file: Path, tmp_path: Path) -> None:
    """Neither the desk nor the backup waits, and what is written after the beginning is not in it."""
    before, written = desk_rows(desk.paths, desk.shared.matters.home.key), iter(range(1000))

    def use(_told: object) -> None:
        desk.conversations.create(f"Later {next(written)}")
        desk.shared.matters.create(f"Later {next(written)}")
        (desk.paths.readings / "one.reading").unlink(missing_ok=True)

    run(backups_of(desk).make(file, WORDS, Cancel(), readings=True), use)
    restored(file, tmp_path / "another")
    assert desk_rows(Paths(tmp_path / "another")) == before
    assert not (tmp_path / "another" / "readings" / "one.reading").exists(), "it had gone before it was its turn"
    assert len(desk.shared.matters.all()) > 2


def test_another_process_may_make_it(desk: Services, file: Path, tmp_path: Path) -> None:
    """A second desk of the same folder is opened for the backup, as while the window is open."""
    with contextlib.closing(open_desk(desk.paths)) as terminal, desk.shared.matters.home.write() as connection:
        with pytest.raises(AppError) as error:
            backup_of_the_moment(terminal, file)
        assert error.value.code is Code.DATABASE_LOCKED
        connection.execute("UPDATE matters SET archived = 1")
    with contextlib.closing(open_desk(desk.paths)) as terminal:
        made(terminal, file)
    restored(file, tmp_path / "another")
    assert desk_rows(Paths(tmp_path / "another"))[""]["matters"] == desk_rows(desk.paths)[""]["matters"]


def backup_of_the_moment(desk: Services, file: Path) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("app.features.backup.snapshots._PATIENCE_S", 0.0)
        made(desk, file)


def test_a_matter_that_cannot_be_read_is_named_and_does_not_keep_the_others_out(
    desk: Services, file: Path, tmp_path: Path
) -> None:
    for name, content in (("Broken", b"no database" * 1000), ("Gone", b"")):
        path = desk.paths.matter(desk.shared.matters.create(name).id)
        Database.discard(path)
        if content:
            path.write_bytes(content)
    rotten = desk.paths.matter(desk.shared.matters.create("Rotten").id)
    whole = bytearray(rotten.read_bytes())
    whole[len(whole) // 2] ^= 1
    rotten.write_bytes(whole)
    result = made(desk, file)
    assert set(result.left_out) == {"Broken", "Gone", "Rotten"}
    assert result.matters == 1
    assert restored(file, tmp_path / "another").matters == 1
    with contextlib.closing(open_desk(Paths(tmp_path / "another"))) as opened:
        assert opened.shared.turn_to(opened.shared.matters.kept.named("Marlow").id).documents.library.books()
        opened.database.close()


# ---- where it cannot be written


def test_a_backup_is_not_written_into_the_desk_nor_nowhere(desk: Services, file: Path, tmp_path: Path) -> None:
    def refused(target: Path, words: str = WORDS) -> Code:
        return problem_of(backups_of(desk).make(target, words, Cancel())).code

    assert refused(desk.paths.data / "mine.octavo-backup") is Code.BACKUP_INSIDE
    assert refused(tmp_path / "nowhere" / "mine.octavo-backup") is Code.EXPORT_NOT_WRITTEN
    assert refused(file.parent) is Code.EXPORT_NOT_WRITTEN
    assert refused(file, "password1") is Code.PASSPHRASE_WEAK
    assert list(file.parent.iterdir()) == []
    assert backups_of(desk).last_at() is None


def test_a_disk_that_is_full_or_takes_no_such_file_keeps_the_backup_of_before(desk: Services, file: Path) -> None:
    file.write_bytes(b"the one before")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with pytest.MonkeyPatch.context() as patched:

        def finish(_writer: BackupWriter) -> None:
            raise OSError(errno.ENOSPC, "full")

        patched.setattr(BackupWriter, "finish", finish)
        assert problem_of(backups_of(desk).make(file, WORDS, Cancel())).code is Code.DISK_FULL
    make = backups_of(desk).make(file, WORDS, Cancel())

    def limit(told: Copying | Hashing) -> None:
        if told.done > told.total / 3:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))

    try:
        with pytest.raises(AppError) as error:
            run(make, limit)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert error.value.code in (Code.BACKUP_TOO_LARGE, Code.DISK_FULL)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _path: _Free(10))
        problem = problem_of(backups_of(desk).make(file, WORDS, Cancel()))
    assert problem.code is Code.BACKUP_NO_ROOM
    assert problem.params["free_bytes"] == 10
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert file.read_bytes() == b"the one before"
    assert not list(desk.paths.matters.glob("*.part*"))
    assert backups_of(desk).last_at() is None


class _Free:
    def __init__(self, free: int) -> None:
        self.free = free


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="it looks at what descriptors are of")
def test_a_usb_stick_knows_no_modes(desk: Services, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fchmod

    def refuse(descriptor: int, mode: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").readlink().is_relative_to(file.parent):
            raise PermissionError(errno.EPERM, "FAT")
        real(descriptor, mode)

    monkeypatch.setattr(os, "fchmod", refuse)
    assert made(desk, file).path == str(file)


def test_what_is_stopped_leaves_nothing(desk: Services, file: Path, tmp_path: Path) -> None:
    for kind in (Copying, Hashing):
        cancel = Cancel()
        stop(backups_of(desk).make(file, WORDS, cancel), at(kind, cancel.request))
    assert list(file.parent.iterdir()) == []
    assert not list(desk.paths.matters.glob("*.part*"))
    made(desk, file)
    cancel = Cancel()
    stop(restore(file, WORDS, Paths(tmp_path / "another"), cancel), lambda _told: cancel.request())
    assert not (tmp_path / "another").exists()


def test_what_is_read_back_must_be_what_was_written(
    desk: Services, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Faulty(BackupReader):
        def __init__(self, file: BufferedReader, passphrase: str) -> None:
            os.truncate(file.name, os.fstat(file.fileno()).st_size - 1)
            super().__init__(file, passphrase)

    monkeypatch.setattr(service, "BackupReader", Faulty)
    assert problem_of(backups_of(desk).make(file, WORDS, Cancel())).code is Code.BACKUP_NOT_PROVED
    assert list(file.parent.iterdir()) == []


def test_what_a_killed_backup_left_goes_with_the_next(desk: Services, file: Path) -> None:
    left = file.with_name(f"{file.name}.0123abcd.part")
    kept = file.with_name("another.octavo-backup.0123abcd.part")
    for each in (left, kept):
        each.write_bytes(b"x")
    made(desk, file)
    assert not left.exists()
    assert kept.exists()


# ---- what is no backup, or not for this program


def test_what_is_no_whole_backup_is_refused_and_nothing_is_written(desk: Services, file: Path, tmp_path: Path) -> None:
    made(desk, file, readings=True)
    whole, there = file.read_bytes(), Paths(tmp_path / "another")

    def refused(content: bytes, words: str = WORDS) -> Code:
        file.write_bytes(content)
        code = problem_of(restore(file, words, there, Cancel())).code
        assert not there.data.exists()
        return code

    assert refused(whole, "four unrelated plain Words") is Code.BACKUP_PASSPHRASE
    step = 1 + len(whole) // 40
    for place in (*range(0, 300, 7), *range(300, len(whole), step), len(whole) - 1):
        flipped = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        assert refused(flipped) in (Code.BACKUP_FILE, Code.FILE_NEWER), place
        assert refused(whole[:place]) is Code.BACKUP_FILE, place
    assert refused(whole + b"\0") is Code.BACKUP_FILE
    assert refused(b"%PDF-1.7") is Code.BACKUP_FILE
    file.unlink()
    assert problem_of(restore(file, WORDS, there, Cancel())).code is Code.FILE_MISSING
    assert problem_of(restore(tmp_path, WORDS, there, Cancel())).code is Code.FILE_UNREADABLE


def forged(file: Path, *members: tuple[BackupMember, bytes], head: BackupHead | None = None) -> None:
    """A backup that anybody may have made, with a passphrase that is given along."""
    usual = BackupHead("9.9", len(MIGRATIONS), 0.0, protected=False)
    with file.open("wb") as target:
        writer = BackupWriter(target, new_sealing(backup_file.KIND, WORDS, CHEAP), head or usual)
        for member, content in members:
            source = file.with_suffix(".source")
            source.write_bytes(content)
            with source.open("rb") as opened:
                list(writer.add(member, opened))
        writer.finish()


@pytest.mark.parametrize(
    "name",
    [
        "../evil.db",
        "/etc/evil",
        "matters/../../evil.db",
        "readings/../octavo.db",
        "readings/..",
        "readings/.hidden",
        "readings/a\\..\\b",
        "readings/a/b/c/d",
        "models/evil.gguf",
        "octavo.key",
        "octavo.db",
        "matters/short.db",
        f"matters/{HEX}.db\n",
    ],
)
def test_a_name_inside_that_leads_elsewhere_is_refused(file: Path, tmp_path: Path, name: str) -> None:
    empty = tmp_path / "empty.db"
    Database.open(empty, Key("ab" * 32, KeyOrigin.FILE)).close()
    first = (BackupMember(DATABASE, empty.stat().st_size, "ab" * 32), empty.read_bytes())
    forged(file, first, (BackupMember(name, 4), b"evil"))
    folder = tmp_path / "deep" / "another"
    assert problem_of(restore(file, WORDS, Paths(folder), Cancel())).code is Code.BACKUP_FILE
    assert not folder.exists()
    assert not list(tmp_path.rglob("*evil*"))
    forged(file, first)
    finish(restore(file, WORDS, Paths(folder), Cancel()))


@pytest.mark.parametrize("sql", [
    "INSERT INTO matters (id, name, folded, created_at, opened_at, archived, secret)"
    " VALUES ('../../evil', '', '', 0, 0, 0, '')",
    "INSERT INTO deleted_matters VALUES ('../../evil')",
    "CREATE TRIGGER odd AFTER INSERT ON books BEGIN DELETE FROM books; END",
])  # fmt: skip
def test_a_database_inside_that_is_none_of_octavo_is_refused(file: Path, tmp_path: Path, sql: str) -> None:
    odd = tmp_path / "odd.db"
    with contextlib.closing(Database.open(odd, Key("ab" * 32, KeyOrigin.FILE))) as database:
        database.run(sql)
    content = (BackupMember(DATABASE, odd.stat().st_size, "ab" * 32), odd.read_bytes())
    forged(file, content)
    assert problem_of(restore(file, WORDS, Paths(tmp_path / "another"), Cancel())).code is Code.BACKUP_FILE
    forged(file, (BackupMember(DATABASE, len(content[1]), "not a key"), content[1]))
    assert problem_of(restore(file, WORDS, Paths(tmp_path / "another"), Cancel())).code is Code.BACKUP_FILE
    assert not (tmp_path / "another").exists()


def test_a_backup_of_a_newer_octavo_is_refused_by_its_own_sentence(file: Path, tmp_path: Path) -> None:
    forged(file, head=BackupHead("9.9", len(MIGRATIONS) + 1, 0.0, protected=False))
    assert problem_of(restore(file, WORDS, Paths(tmp_path / "another"), Cancel())).code is Code.FILE_NEWER
    newer = new_sealing(SealedKind("octavo-backup", 2), WORDS, CHEAP)
    file.write_bytes(newer.begin + b"in a way of its own")
    assert problem_of(restore(file, WORDS, Paths(tmp_path / "another"), Cancel())).code is Code.FILE_NEWER


@pytest.mark.usefixtures("next_version")
def test_a_backup_of_an_older_octavo_is_brought_to_this_version(file: Path, tmp_path: Path) -> None:
    old = Path(__file__).parents[2] / "store" / "fixtures" / "v1.db"
    forged(file, (BackupMember(DATABASE, old.stat().st_size, "5a" * 32), old.read_bytes()))
    restored(file, tmp_path / "another")
    there = Paths(tmp_path / "another")
    assert not list(there.data.glob("octavo.db.v*"))
    with contextlib.closing(open_desk(there)) as opened:
        assert [book.title for book in opened.documents.library.books()] == ["Moby-Dick 白鯨"]


# ---- where it is restored


def test_a_desk_is_never_replaced(desk: Services, file: Path, tmp_path: Path) -> None:
    made(desk, file)
    before = {name: content for name, content in files_below(desk.paths.data).items() if "-shm" not in name}
    assert problem_of(restore(file, WORDS, desk.paths, Cancel())).code is Code.DATA_THERE
    after = {name: content for name, content in files_below(desk.paths.data).items() if "-shm" not in name}
    assert after == before
    left = Paths(tmp_path / "left")
    left.create()
    left.matter(HEX).write_bytes(b"of a desk whose main database is gone")
    assert problem_of(restore(file, WORDS, left, Cancel())).code is Code.DATA_THERE


def test_models_that_are_there_already_stay(desk: Services, file: Path, tmp_path: Path) -> None:
    there = Paths(tmp_path / "another")
    there.models.mkdir(parents=True)
    (there.models / "big.gguf").write_bytes(b"GGUF")
    assert problem_of(restore(file, WORDS, there, Cancel())).code is Code.FILE_MISSING
    made(desk, file)
    assert problem_of(restore(file, "wrong", there, Cancel())).code is Code.BACKUP_PASSPHRASE
    assert files_below(there.data) == {"models/big.gguf": b"GGUF"}
    restored(file, there.data)
    assert (there.models / "big.gguf").read_bytes() == b"GGUF"


def test_two_do_not_restore_into_one_folder(desk: Services, file: Path, tmp_path: Path) -> None:
    made(desk, file)
    there = Paths(tmp_path / "another")
    with restoring.staging(there):
        assert problem_of(restore(file, WORDS, there, Cancel())).code is Code.DATABASE_LOCKED


def test_a_full_disk_leaves_nothing_of_the_desk(
    desk: Services, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(desk, file)

    def fail(*_values: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", fail)
    assert problem_of(restore(file, WORDS, Paths(tmp_path / "another"), Cancel())).code is Code.DISK_FULL
    assert not (tmp_path / "another").exists()


def test_a_desk_with_nothing_in_it_gives_way_at_the_next_start(desk: Services, file: Path, tmp_path: Path) -> None:
    """The desk that gives way is one that a first start of the window began."""
    before = desk_rows(desk.paths, desk.shared.matters.home.key)
    made(desk, file)
    there = Paths(tmp_path / "another")
    with contextlib.closing(open_desk(there)) as begun:
        begun.shared.matters.create("Nothing in it")
        finish(restore(file, WORDS, there, Cancel(), may_replace=True))
        assert begun.conversations.all() == ()
    restoring.settle(there)
    assert desk_rows(there) == before
    finish(restore(file, WORDS, there, Cancel(), may_replace=True))
    with contextlib.closing(open_desk(there)) as opened:  # as the next start does
        assert [matter.name for matter in opened.shared.matters.all()] == ["Marlow"]
        assert not (there.data / "restored").exists()
    assert [path.stem for path in there.matters.glob("*.db")] == [matter.id for matter in desk.shared.matters.all()]


def test_a_passphrase_of_the_desk_is_not_that_of_the_backup(desk: Services, file: Path, tmp_path: Path) -> None:
    set_passphrase(desk.shared.matters.home, desk.paths, "of the desk alone", cost=CHEAP)
    made(desk, file)
    done = restored(file, tmp_path / "another")
    assert done.was_protected
    assert done.key == KeyOrigin.FILE
    with contextlib.closing(open_desk(Paths(tmp_path / "another"))) as opened:
        assert SettingsStore(opened.shared.matters.home).load().theme is ThemeChoice.DARK


# ---- a conversation goes on elsewhere


@pytest.mark.usefixtures("near_engines")
def test_a_conversation_goes_on_with_its_saved_reading(tiny_scout_fast: Path, file: Path, tmp_path: Path) -> None:
    """No page of the book is evaluated on the other computer."""
    settings = Settings(
        engine=EngineSettings(model_path=str(tiny_scout_fast), context_tokens=2048, ubatch_tokens=64),
        sampling=Sampling(temperature=0, lookup=False),
        max_answer_tokens=4,
        close_reading=False,
        weigh_sentences=False,
    )
    text = "The harbour opens at six, and the tenant gives notice twelve months before the end.\n" * 12
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as desk:
        desk.settings.save(settings)
        document = plain_text.parse(Content("lease.txt", text.encode(), "ab" * 32), lambda _done, _total: None)
        book = BookRef(Books(desk.shared.matters.home).add(document, Path("/lease.txt")).id)
        talk = desk.conversations.create("Notice", books=(book,))
        first = answered(desk.asking.ask.ask(Question(talk.id, "When?", talk.books), Cancel()))
        assert first.usage is not None
        assert first.usage.reused_tokens == 0
        desk.engine.flush_saved()
        finish(backups_of(desk).make(file, WORDS, Cancel(), readings=True))
    restored(file, tmp_path / "another")
    shutil.rmtree(tmp_path / "desk")
    with contextlib.closing(open_desk(Paths(tmp_path / "another"))) as desk:
        (talk,) = desk.conversations.all()
        (turn,) = desk.conversations.turns(talk.id)
        assert turn.answer is not None
        assert turn.answer.text == first.text
        asked = Question(talk.id, "And then?", talk.books, turn.answer.id)
        second = answered(desk.asking.ask.ask(asked, Cancel()))
        assert second.usage is not None
        (reading,) = desk.models.readings.all()
        assert reading.complete
        assert second.usage.reused_tokens == len(reading.tokens) > 800, "rules and book, as they were read there"

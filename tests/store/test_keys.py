"""Keys: a desk that was readable stays readable, and only for who has its key."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend

from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.store.db import Database
from app.store.key_derivation import Argon2Cost
from app.store.keys import Key, KeyOrigin, is_passphrase, obtain, set_passphrase
from app.store.settings import SettingsStore
from app.store.system_keyring import Ring

CHEAP = Argon2Cost(memory_kib=32, passes=1, lanes=1)
FIRST, SECOND = "lantern quay otter violet", "harbour plum ladder nineteen"


class Memory(KeyringBackend):
    """A keyring that works; `open` says whether it does right now."""

    priority = 0.0  # so that no search for backends ever picks it

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}
        self.open = True

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username)) if self.open else None

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.open:
            self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.open:
            del self.entries[service, username]


@pytest.fixture
def memory() -> Memory:
    return Memory()


@contextlib.contextmanager
def opened(paths: Paths, passphrase: str | None = None, ring: Ring | None = None) -> Iterator[Database]:
    """The desk, as a start of Octavo opens it. What was kept at the first one is checked at every later one."""
    with contextlib.closing(Database.open(paths.database, obtain(paths, passphrase, ring=ring))) as database:
        store = SettingsStore(database)
        if store.get_blob("kept") is None:
            store.set_blob("kept", bytes(range(256)) * 20)
        yield database


def check(paths: Paths, passphrase: str | None = None, ring: Ring | None = None) -> Key:
    with opened(paths, passphrase, ring) as database:
        assert SettingsStore(database).get_blob("kept") == bytes(range(256)) * 20
        return database.key


def code_of(attempt: Callable[[], object]) -> Code:
    with pytest.raises(AppError) as caught:
        attempt()
    return caught.value.code


def names(paths: Paths) -> set[str]:
    return {path.name for path in paths.data.iterdir() if path.is_file()}


# ---- where a key comes from ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("umask", [0, 0o777])
def test_without_a_keyring_the_key_lies_in_a_private_file(paths: Paths, umask: int) -> None:
    before = os.umask(umask)
    try:
        key = obtain(paths)
    finally:
        os.umask(before)
    assert key.origin is KeyOrigin.FILE
    assert {stat.S_IMODE((paths.data / name).stat().st_mode) for name in names(paths)} == {0o600}
    assert paths.key_file.name in names(paths)
    assert check(paths) == obtain(paths) == key


def test_a_key_is_never_printed(paths: Paths) -> None:
    key = obtain(paths)
    assert key.secret not in repr(key) + str(key) + f"{key}"


def test_with_a_keyring_no_secret_lies_on_the_disk(paths: Paths, memory: Memory) -> None:
    key = check(paths, ring=Ring(memory))
    assert key.origin is KeyOrigin.KEYRING
    assert obtain(paths, ring=Ring(memory)) == key
    assert list(memory.entries.values()) == [key.secret]
    content = b"".join((paths.data / name).read_bytes() for name in names(paths))
    assert key.secret.encode() not in content
    assert bytes.fromhex(key.secret) not in content


def test_desks_are_kept_apart_and_can_be_carried_away(paths: Paths, memory: Memory, tmp_path: Path) -> None:
    other = Paths(tmp_path / "other")
    other.create()
    first, second = check(paths, ring=Ring(memory)), check(other, ring=Ring(memory))
    assert first.secret != second.secret
    moved = Paths(tmp_path / "moved")
    paths.data.rename(moved.data)
    assert check(moved, ring=Ring(memory)) == first


def test_a_key_file_wins_over_a_keyring_that_appears_later(paths: Paths, memory: Memory) -> None:
    key = check(paths)
    assert check(paths, ring=Ring(memory)) == key
    (paths.data / "octavo.keycard").unlink()
    assert check(paths, ring=Ring(memory)) == key
    assert memory.entries == {}


def test_a_keyring_that_keeps_nothing_is_not_relied_on(paths: Paths, memory: Memory) -> None:
    memory.open = False
    assert check(paths, ring=Ring(memory)).origin is KeyOrigin.FILE


def test_a_database_whose_key_is_out_of_reach_never_gets_a_new_one(paths: Paths, memory: Memory) -> None:
    key = check(paths, ring=Ring(memory))
    before = {name: (paths.data / name).read_bytes() for name in names(paths)}
    memory.open = False
    assert code_of(lambda: obtain(paths, ring=Ring(memory))) is Code.DATABASE_KEY_AWAY
    assert code_of(lambda: obtain(paths)) is Code.DATABASE_KEY_AWAY
    another = Paths(paths.data.with_name("copied"))
    shutil.copytree(paths.data, another.data)
    assert code_of(lambda: obtain(another, ring=Ring(Memory()))) is Code.DATABASE_KEY_AWAY, "on another computer"
    assert {name: (paths.data / name).read_bytes() for name in names(paths)} == before
    memory.open = True
    assert check(paths, ring=Ring(memory)) == key


@pytest.mark.parametrize("content", [None, b"", b"half a key", b"\xff" * 64])
def test_a_lost_key_file_is_not_replaced(paths: Paths, content: bytes | None) -> None:
    key = check(paths)
    paths.key_file.unlink()
    if content is not None:
        paths.key_file.write_bytes(content)
    assert code_of(lambda: obtain(paths)) is Code.DATABASE_KEY
    (paths.data / "octavo.keycard").unlink()
    assert code_of(lambda: obtain(paths)) is Code.DATABASE_KEY
    paths.key_file.write_text(f"{key.secret}\n", encoding="ascii")  # as somebody would put it back by hand
    assert check(paths) == key


def test_a_start_that_was_cut_short_is_begun_again(paths: Paths, memory: Memory) -> None:
    obtain(paths, ring=Ring(memory))  # and no database came of it
    paths.database.touch()
    memory.open = False
    assert check(paths, ring=Ring(memory)).origin is KeyOrigin.FILE
    other = Paths(paths.data / "other")
    other.create()
    other.key_file.write_bytes(b"half a key")
    assert check(other).origin is KeyOrigin.FILE


def test_a_card_that_cannot_be_understood_is_left_alone(paths: Paths) -> None:
    check(paths)
    card = paths.data / "octavo.keycard"
    card.write_bytes(b'{"type": "smartcard"}')
    assert code_of(lambda: obtain(paths)) is Code.DATABASE_KEY
    assert card.read_bytes() == b'{"type": "smartcard"}'


@pytest.mark.parametrize("with_keyring", [False, True])
def test_first_starts_at_the_same_moment_agree_on_one_key(tmp_path: Path, memory: Memory, with_keyring: bool) -> None:
    ring = Ring(memory) if with_keyring else None
    every = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for number in range(10):
            desk = Paths(tmp_path / str(number))
            desk.create()
            memory.entries.clear()
            _start_at_once(desk, ring)
            assert len(memory.entries) == int(with_keyring)
    finally:
        sys.setswitchinterval(every)


def _start_at_once(paths: Paths, ring: Ring | None) -> None:
    start, keys = threading.Barrier(8), []

    def begin() -> None:
        start.wait()
        keys.append(obtain(paths, ring=ring))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8
    assert set(keys) == {check(paths, ring=ring)}
    assert not any(name.startswith("octavo.key") for name in names(paths) - {"octavo.key", "octavo.keycard"})


def test_a_read_only_folder_is_named(ordinary_folder: Path) -> None:
    ordinary_folder.chmod(0o500)
    assert code_of(lambda: obtain(Paths(ordinary_folder))) is Code.FOLDER_READ_ONLY
    assert list(ordinary_folder.iterdir()) == []


# ---- passphrases --------------------------------------------------------------------------------------------------


def test_a_new_desk_can_begin_with_a_passphrase(paths: Paths) -> None:
    assert check(paths, "été 契約 月と橋 lantern").origin is KeyOrigin.PASSPHRASE
    assert not paths.key_file.exists()
    check(paths, "e\u0301te\u0301 契約 月と橋 lantern")  # the same, typed on another system
    assert code_of(lambda: obtain(paths)) is Code.PASSPHRASE_NEEDED
    assert code_of(lambda: obtain(paths, "")) is Code.PASSPHRASE_NEEDED
    assert code_of(lambda: check(paths, "ete 契約 月と橋 lantern")) is Code.DATABASE_KEY


@pytest.mark.parametrize("with_keyring", [False, True])
def test_a_passphrase_is_set_changed_and_taken_away(paths: Paths, memory: Memory, with_keyring: bool) -> None:
    ring = Ring(memory) if with_keyring else None
    origin = KeyOrigin.KEYRING if with_keyring else KeyOrigin.FILE
    keys = [check(paths, ring=ring)]

    with opened(paths, ring=ring) as database:
        keys.append(set_passphrase(database, paths, FIRST, ring=ring, cost=CHEAP))
        assert SettingsStore(database).get_blob("kept")  # the desk goes on
        assert keys[1].origin is KeyOrigin.PASSPHRASE
        assert not paths.key_file.exists()
        assert memory.entries == {}
    assert code_of(lambda: obtain(paths, ring=ring)) is Code.PASSPHRASE_NEEDED

    with opened(paths, FIRST, ring) as database:
        keys.append(set_passphrase(database, paths, SECOND, ring=ring, cost=CHEAP))
    assert code_of(lambda: check(paths, FIRST, ring)) is Code.DATABASE_KEY

    with opened(paths, SECOND, ring) as database:
        keys.append(set_passphrase(database, paths, None, ring=ring))
        assert set_passphrase(database, paths, None, ring=ring) == keys[3]  # nothing left to take away
    assert keys[3].origin is origin
    assert check(paths, "not needed", ring) == keys[3]

    assert len({key.secret for key in keys}) == 4
    for old in keys[:3]:
        assert code_of(partial(Database.open, paths.database, old)) is Code.DATABASE_KEY
    with opened(paths, ring=ring) as database, database.read() as connection:
        assert connection.pragma("integrity_check") == "ok"
        assert connection.pragma("journal_mode") == "wal"


def test_the_present_passphrase_is_known_from_others(paths: Paths) -> None:
    with opened(paths) as database:
        assert not is_passphrase(database, paths, FIRST), "there is none"
        set_passphrase(database, paths, FIRST, cost=CHEAP)
        assert is_passphrase(database, paths, FIRST)
        assert not is_passphrase(database, paths, FIRST[:-1])


@pytest.mark.parametrize("weak", ["", "a", "harbour", "Smith1985", "パスワード", "ありがとうございます"])
def test_a_weak_passphrase_is_refused(paths: Paths, weak: str) -> None:
    with opened(paths) as database:
        assert code_of(lambda: set_passphrase(database, paths, weak)) is Code.PASSPHRASE_WEAK
    check(paths)


def test_without_argon2_no_passphrase_is_set_and_the_desk_keeps_its_key(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = check(paths)
    monkeypatch.setattr("app.store.key_derivation._has_argon2", lambda: False)
    with opened(paths) as database:
        assert code_of(lambda: set_passphrase(database, paths, FIRST, cost=CHEAP)) is Code.PASSPHRASE_UNSUPPORTED
    assert names(paths) == {"octavo.db", "octavo.key", "octavo.keycard", "octavo.lock"}
    assert check(paths) == key


def test_a_passphrase_that_is_too_weak_now_still_opens(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(paths) as database, monkeypatch.context() as before:
        before.setattr("app.store.keys.require_strong", lambda *_arguments: None)
        set_passphrase(database, paths, "old", cost=CHEAP)
    check(paths, "old")


def test_a_desk_that_is_open_elsewhere_keeps_its_key(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.store.db._BUSY_MS", 1)
    with opened(paths) as database, opened(paths) as elsewhere:
        database._busy_ms = 1
        assert code_of(lambda: set_passphrase(database, paths, FIRST, cost=CHEAP)) is Code.DATABASE_LOCKED
        for each in (database, elsewhere):
            SettingsStore(each).set_blob("after", b"1")
    assert names(paths) == {"octavo.db", "octavo.key", "octavo.keycard", "octavo.lock"}
    check(paths)


def test_a_full_disk_leaves_the_key_as_it_was(paths: Paths) -> None:
    """Real failed writes, in the middle of encrypting anew: the system refuses to make files any larger."""
    resource = pytest.importorskip("resource", reason="limits of a process are POSIX")
    key = check(paths)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    with opened(paths) as database:
        resource.setrlimit(resource.RLIMIT_FSIZE, (paths.database.stat().st_size // 2, limits[1]))
        try:
            failure = code_of(lambda: set_passphrase(database, paths, FIRST, cost=CHEAP))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert failure is Code.DISK_FULL
    assert names(paths) == {"octavo.db", "octavo.key", "octavo.keycard", "octavo.lock"}
    assert check(paths) == key


# ---- a kill in the middle of a change -----------------------------------------------------------------------------

CHANGE = """
import functools, os, shutil, sys
from pathlib import Path
import apsw
from app.core.machine.paths import Paths
from app.store.db import Database
from app.store.key_derivation import Argon2Cost
from app.store.keys import obtain, set_passphrase

folder, snapshots, before, after = sys.argv[1:]
paths, taken, watching = Paths(Path(folder)), 0, False

def snapshot():
    '''What a kill at this moment would leave behind.'''
    global taken, watching
    if watching:
        watching = False
        shutil.copytree(folder, f"{snapshots}/{taken:04}")
        taken, watching = taken + 1, True

class File(apsw.VFSFile):
    writes = 0
    def xWrite(self, data, offset):
        File.writes += 1
        if File.writes % 3 == 0: snapshot()  # pages are many, and much alike
        super().xWrite(data, offset)
    def xTruncate(self, size): snapshot(); super().xTruncate(size)

class Watched(apsw.VFS):
    def xOpen(self, name, flags): snapshot(); return File("", name, flags)
    def xDelete(self, name, sync): snapshot(); super().xDelete(name, sync)

sys.addaudithook(lambda event, arguments: snapshot() if event in ("os.rename", "os.remove", "os.link") else None)
vfs = Watched("watched", "")  # below the one that encrypts
apsw.Connection = functools.partial(apsw.Connection, vfs="multipleciphers-watched")
database = Database.open(paths.database, obtain(paths, before or None))
watching = True
cost = Argon2Cost(memory_kib=32, passes=1, lanes=1)
set_passphrase(database, paths, after or None, cost=cost)
snapshot()
watching = False
database.close()
"""


@pytest.mark.parametrize(
    ("before", "after"), [(None, SECOND), (FIRST, SECOND), (FIRST, None)], ids=["set", "changed", "taken away"]
)
def test_a_kill_at_any_moment_of_a_change_leaves_a_desk_that_opens(
    paths: Paths, tmp_path: Path, before: str | None, after: str | None
) -> None:
    with opened(paths) as database:
        if before is not None:
            set_passphrase(database, paths, before, cost=CHEAP)
    outcomes: list[object] = []
    for folder in _cut_short(paths, tmp_path, before, after):
        desk = Paths(folder)
        if None not in (before, after):
            assert code_of(partial(obtain, desk)) is Code.PASSPHRASE_NEEDED
        fitting: dict[str | None, Key] = {}
        for passphrase in (before, after):
            with contextlib.suppress(AppError):
                fitting[passphrase] = check(desk, passphrase)
        assert len(fitting) == 1 or None in fitting, folder.name  # a passphrase for a desk without one does no harm
        passphrase, settled = next(iter(fitting.items()))
        outcomes.append(settled.origin if None in (before, after) else passphrase)
        assert "octavo.keycard.next" not in names(desk), folder.name
        assert ("octavo.key" in names(desk)) == (settled.origin is KeyOrigin.FILE), folder.name
        shutil.rmtree(folder)
    assert len(outcomes) > 50
    assert outcomes[0] != outcomes[-1]
    turning_point = outcomes.index(outcomes[-1])
    assert set(outcomes[:turning_point]) == {outcomes[0]}
    assert set(outcomes[turning_point:]) == {outcomes[-1]}


def _cut_short(paths: Paths, tmp_path: Path, before: str | None, after: str | None) -> list[Path]:
    """Return the folders that kills at all moments of a change leave behind."""
    snapshots = tmp_path / "snapshots"
    snapshots.mkdir()
    subprocess.run(
        [sys.executable, "-c", CHANGE, str(paths.data), str(snapshots), before or "", after or ""],
        check=True,
        cwd=Path(__file__).parents[2],
    )
    return sorted(snapshots.iterdir())

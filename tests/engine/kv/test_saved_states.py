"""The folder of saved readings: found again, kept within its quota, refused when one bit differs."""

from __future__ import annotations

import mmap
import os
import time
from array import array
from pathlib import Path

import msgspec
import pytest

from app.core.errors import AppError, Code
from app.core.settings import KvType
from app.core.work import Stopped
from app.engine.kv.encrypted_file import SECRET_BYTES, SealBroken, seal
from app.engine.kv.saved_states import SavedState, SavedStates, StateKey, fingerprint
from app.engine.protocol import BookSpan

SECRET = b"s" * SECRET_BYTES
KEY = StateKey("model", KvType.F16, 1, "llama.cpp 1")
MB = 1_000_000


@pytest.fixture
def readings(tmp_path: Path) -> SavedStates:
    return SavedStates(tmp_path / "readings", SECRET, 100 * MB)


def state_of(content: bytes) -> mmap.mmap:
    state = mmap.mmap(-1, len(content))
    state.write(content)
    return state


def made(
    tokens: range, state: mmap.mmap, *, key: StateKey = KEY, complete: bool = True, book_id: str = "b1"
) -> SavedState:
    return SavedState(
        key=key,
        tokens_le32=array("i", tokens).tobytes(),
        position_min=0,
        logits=b"\0" * 4,
        state_bytes=len(state),
        books=(BookSpan(book_id, "A secret title", 0, len(tokens)),),
        model_name="Tiny",
        complete=complete,
        saved_at=1.0,
    )


def save(readings: SavedStates, tokens: range, content: bytes = b"the state", **how: object) -> SavedState:
    state = state_of(content)
    saved = readings.save(made(tokens, state, **how), state)  # type: ignore[arg-type]
    time.sleep(0.01)  # so that their times differ
    return saved


def load(readings: SavedStates, saved: SavedState) -> bytes:
    state = readings.load(saved, lambda _fraction: None)
    content = state[:]
    state.close()
    return content


def test_a_reading_is_found_again_by_another_process(readings: SavedStates, tmp_path: Path) -> None:
    saved = save(readings, range(1000), b"the state" * MB)
    again = SavedStates(tmp_path / "readings", SECRET, 100 * MB)
    assert again.of(KEY) == (saved,)
    assert saved.tokens == array("i", range(1000))
    assert load(again, saved) == b"the state" * MB
    (path,) = (tmp_path / "readings").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "readings").stat().st_mode & 0o777 == 0o700
    content = path.read_bytes()
    assert b"secret title" not in content
    assert b"the state" not in content


@pytest.mark.parametrize("umask", [0, 0o777])
def test_the_folder_is_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    readings = SavedStates(tmp_path / "desk" / "readings", SECRET, 100 * MB)
    before = os.umask(umask)
    try:
        saved = save(readings, range(10))
    finally:
        os.umask(before)
    made = [tmp_path / "desk", tmp_path / "desk" / "readings", tmp_path / "desk" / "readings" / saved.name]
    assert [path.stat().st_mode & 0o777 for path in made] == [0o700, 0o700, 0o600]


@pytest.mark.parametrize(
    "change",
    [{"model": "another"}, {"kv_type": KvType.Q8_0}, {"layout": 2}, {"engine": "llama.cpp 2"}],
    ids=lambda change: next(iter(change)),
)
def test_only_the_very_same_context_gets_it(readings: SavedStates, tmp_path: Path, change: dict[str, object]) -> None:
    saved = save(readings, range(1000))
    other = msgspec.structs.replace(KEY, **change)
    assert readings.of(other) == ()
    path = tmp_path / "readings" / saved.name
    path.rename(path.with_name(saved.name.replace(KEY.digest, other.digest)))  # its name is not what counts
    assert SavedStates(tmp_path / "readings", SECRET, MB).of(other) == ()


@pytest.mark.parametrize("position", [3, 60, -1, -2000])
def test_one_flipped_bit_is_refused(readings: SavedStates, tmp_path: Path, position: int) -> None:
    saved = save(readings, range(1000), os.urandom(5 * MB))
    path = tmp_path / "readings" / saved.name
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)
    again = SavedStates(tmp_path / "readings", SECRET, MB)
    if position > 0:  # in the head: it is not even listed, and goes
        assert again.all() == ()
        assert again.thrown_away == 1
        assert not path.exists()
    with pytest.raises((SealBroken, AppError)):
        load(again, saved)


@pytest.mark.parametrize("left", [0, 10, 1000, 1_000_000])
def test_a_file_cut_short_is_refused(readings: SavedStates, tmp_path: Path, left: int) -> None:
    saved = save(readings, range(1000), os.urandom(5 * MB))
    os.truncate(tmp_path / "readings" / saved.name, left)
    with pytest.raises(SealBroken):
        load(readings, saved)


def test_loading_can_be_given_up(readings: SavedStates) -> None:
    saved = save(readings, range(1000), bytes(50 * MB))
    reported: list[float] = []

    def stop(fraction: float) -> None:
        reported.append(fraction)
        raise Stopped

    with pytest.raises(Stopped):
        readings.load(saved, stop)
    assert 0 < reported[0] < 1


def test_the_quota_drops_what_was_not_used_for_longest(tmp_path: Path) -> None:
    readings = SavedStates(tmp_path / "readings", SECRET, 3 * MB)
    first = save(readings, range(1000), bytes(MB), book_id="b1")
    second = save(readings, range(1000, 2000), bytes(MB), book_id="b2")
    load(readings, first)
    third = save(readings, range(2000, 3000), bytes(MB), book_id="b3")
    assert {saved.name for saved in readings.all()} == {first.name, third.name}
    assert not (tmp_path / "readings" / second.name).exists()


def test_what_does_not_fit_the_quota_is_not_saved(tmp_path: Path) -> None:
    readings = SavedStates(tmp_path / "readings", SECRET, 2 * MB)
    first = save(readings, range(1000), bytes(MB))
    with pytest.raises(AppError) as caught:
        save(readings, range(500), bytes(3 * MB))
    assert caught.value.code is Code.READING_NOT_SAVED
    assert readings.all() == (first,)


def test_a_checkpoint_goes_when_the_reading_is_past_it(readings: SavedStates) -> None:
    save(readings, range(500), complete=False)
    whole = save(readings, range(1000))
    assert readings.all() == (whole,)
    shorter = save(readings, range(200))  # a book of its own
    save(readings, range(300, 700), complete=False)
    assert len(readings.all()) == 3
    again = save(readings, range(200))
    assert shorter.name not in {saved.name for saved in readings.all()}
    assert again.name in {saved.name for saved in readings.all()}


def test_a_book_takes_its_readings_along(readings: SavedStates) -> None:
    save(readings, range(500), book_id="b1")
    other = save(readings, range(500, 600), book_id="b2")
    readings.delete_of_book("b1")
    assert readings.all() == (other,)


def test_nothing_is_known_any_more_of_what_another_process_deleted(readings: SavedStates, tmp_path: Path) -> None:
    save(readings, range(600))
    kept = save(readings, range(700, 1300), book_id="b2")
    assert {saved.name for saved in readings.all()} > {kept.name}
    SavedStates(tmp_path / "readings", SECRET, 100 * MB).delete_of_book("b1")
    assert [saved.name for saved in readings.of(KEY)] == [kept.name]
    assert list(readings._known) == [kept.name]


def sealed_by_another_version(folder: Path, how: str, name: str) -> Path:
    """A reading that a later Octavo saved: in a way that is not known here, or with a description that is not."""
    path = folder / name
    described = msgspec.msgpack.encode({"key": "in another form"})
    with path.open("wb") as file:
        seal(file, SECRET, [memoryview(len(described).to_bytes(4, "little") + described + b"the state")])
    if how == "seal":
        path.write_bytes(path.read_bytes().replace(b"octavo sealed 1\n", b"octavo sealed 2\n"))
    return path


@pytest.mark.parametrize("how", ["seal", "description"])
def test_what_another_version_saved_stays_for_it(readings: SavedStates, tmp_path: Path, how: str) -> None:
    own = save(readings, range(500), book_id="b1")
    other = sealed_by_another_version(tmp_path / "readings", how, f"{KEY.digest}-0123456789abcdef.reading")
    assert readings.all() == readings.of(KEY) == (own,)
    assert readings.thrown_away == 0
    assert other.exists()
    readings.delete_of_book("b2")  # it may hold that book: nobody here can tell
    assert not other.exists()
    assert readings.all() == (own,)


def test_what_another_version_saved_counts_for_the_quota(tmp_path: Path) -> None:
    readings = SavedStates(tmp_path / "readings", SECRET, 3 * MB)
    first = save(readings, range(1000), bytes(MB), book_id="b1")
    other = sealed_by_another_version(tmp_path / "readings", "seal", "x.reading")
    with other.open("ab") as file:
        file.write(bytes(MB))
    os.utime(other, (1, 1))
    second = save(readings, range(1000, 2000), bytes(MB), book_id="b2")
    assert not other.exists()  # it was not used for longest
    assert {saved.name for saved in readings.all()} == {first.name, second.name}


def test_a_later_version_may_tell_more_of_a_reading(readings: SavedStates, tmp_path: Path) -> None:
    saved = save(readings, range(1000))
    path = tmp_path / "readings" / saved.name
    described = msgspec.msgpack.encode(
        msgspec.msgpack.decode(msgspec.msgpack.encode(saved)) | {"read_by": "a later Octavo"}
    )
    with path.open("wb") as file:
        seal(file, SECRET, [memoryview(len(described).to_bytes(4, "little") + described + b"the state")])
    (again,) = SavedStates(tmp_path / "readings", SECRET, MB).of(KEY)
    assert again.tokens == saved.tokens
    assert load(readings, again) == b"the state"


def test_a_write_that_fails_leaves_nothing(
    readings: SavedStates, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.engine.kv.saved_states.seal", full)
    with pytest.raises(AppError) as caught:
        save(readings, range(500))
    assert caught.value.code is Code.DISK_FULL
    assert list((tmp_path / "readings").iterdir()) == []


def test_an_old_draft_is_swept_away(readings: SavedStates, tmp_path: Path) -> None:
    save(readings, range(500))
    old, new = tmp_path / "readings" / "x.reading.1.part", tmp_path / "readings" / "y.reading.2.part"
    for draft in (old, new):
        draft.write_bytes(b"")
    os.utime(old, (1, 1))
    save(readings, range(600, 700))
    assert not old.exists()
    assert new.exists()


def test_fingerprints_tell_files_apart(tmp_path: Path) -> None:
    content = bytearray(os.urandom(3 * MB))
    one, other = tmp_path / "one.gguf", tmp_path / "other.gguf"
    one.write_bytes(content)
    other.write_bytes(content)
    assert fingerprint(one) == fingerprint(other)
    content[-1] ^= 1
    other.write_bytes(content)
    assert fingerprint(one) != fingerprint(other)


def test_all_parts_of_a_split_model_count(tmp_path: Path) -> None:
    parts = [tmp_path / f"scout-0000{n}-of-00002.gguf" for n in (1, 2)]
    for part in parts:
        part.write_bytes(b"GGUF")
    before = fingerprint(parts[0])
    parts[1].write_bytes(b"GGUG")
    assert fingerprint(parts[0]) != before

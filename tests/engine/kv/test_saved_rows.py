"""A reading in several files: what is new is written, nothing else; it comes back to the byte, or is refused."""

from __future__ import annotations

import mmap
import os
import random
import struct
import time
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec
import pytest

from app.core.errors import AppError, Code
from app.engine.kv.encrypted_file import SealBroken, SealedReader, seal
from app.engine.kv.saved_states import GoesOn, SavedState, SavedStates
from app.engine.kv.state_layout import RowKind, StateLayout, layout_of
from tests.engine.kv.test_saved_states import KEY, MB, SECRET, made

ROWS = (RowKind(1, 256), RowKind(8, 96)) * 4
ROW_BYTES = sum(kind.row_bytes for kind in ROWS)
LOCAL_ROW_BYTES = 512


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "readings"


@pytest.fixture
def readings(folder: Path) -> SavedStates:
    return SavedStates(folder, SECRET, 100 * MB)


def state_of(tokens: int, book: int = 0, local: int = 50) -> mmap.mmap:
    """A state whose rows depend on their positions and the book; the last `local` tokens have rows of local layers."""
    layout = StateLayout(tokens, ROWS)
    local_cells = b"".join(struct.pack("<iIi", position, 1, 0) for position in range(tokens - local, tokens))
    local_rows = struct.pack("<iQ", 1, LOCAL_ROW_BYTES) + random.Random(tokens).randbytes(local * LOCAL_ROW_BYTES)
    rest = struct.pack("<II", 1, local) + local_cells + struct.pack("<II", 0, 1) + local_rows * 2
    state = mmap.mmap(-1, layout.end + len(rest))
    with memoryview(state) as view:
        layout.write_frame(view)
        for index, (start, end) in enumerate(layout.places(0, tokens)):
            view[start:end] = random.Random(f"{book} {index}").randbytes(end - start)
        view[layout.end :] = rest
        assert layout_of(view, tokens) == layout
    return state


def save(
    readings: SavedStates, tokens: int, goes_on: GoesOn | None = None, *, book: int = 0, complete: bool = False
) -> SavedState:
    state = state_of(tokens, book)
    ids = range(book * 1_000_000, book * 1_000_000 + tokens)
    reading = made(ids, state, complete=complete, book_id=f"b{book}")
    try:
        return readings.save(reading, state, goes_on)
    finally:
        state.close()
        time.sleep(0.01)  # so that their times differ


def assert_loads(readings: SavedStates, saved: SavedState, tokens: int, book: int = 0) -> None:
    loaded, expected = readings.load(saved, lambda _fraction: None), state_of(tokens, book)
    assert loaded[:] == expected[:]
    loaded.close()
    expected.close()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_longer_reading_writes_only_what_is_new(readings: SavedStates, folder: Path) -> None:
    first = save(readings, 4_000)
    second = save(readings, 5_000, GoesOn(first, 4_000))
    whole = save(readings, 6_000, GoesOn(second, 5_000), complete=True)
    tokens_and_local = 6_000 * 4 + 2 * 50 * LOCAL_ROW_BYTES
    assert whole.size_bytes < 1_000 * ROW_BYTES + tokens_and_local + 5_000
    assert [(used.first, used.end) for used in whole.used] == [(0, 4_000), (4_000, 5_000), (5_000, 6_000)]
    assert names(folder) == {whole.name, *(used.name for used in whole.used)}, (
        "checkpoints are gone, but not their rows"
    )
    on_disk = sum(path.stat().st_size for path in folder.iterdir())
    assert on_disk < 6_000 * ROW_BYTES + tokens_and_local + 10_000
    again = SavedStates(folder, SECRET, 100 * MB)
    (found,) = again.of(KEY)
    assert found.size_bytes == on_disk
    assert found.used == whole.used
    assert_loads(again, found, 6_000)


def test_what_was_cut_meanwhile_is_written_again(readings: SavedStates) -> None:
    first = save(readings, 4_000)
    second = save(readings, 5_000, GoesOn(first, 3_999))
    third = save(readings, 5_500, GoesOn(second, 2_000))
    assert [(used.first, used.end) for used in second.used] == [(0, 3_999), (3_999, 5_000)]
    assert [(used.first, used.end) for used in third.used] == [(0, 2_000), (2_000, 5_500)]
    assert_loads(readings, third, 5_500)


def test_readings_of_two_desks_share_the_rows_of_their_first_book(readings: SavedStates, folder: Path) -> None:
    first = save(readings, 4_000, complete=True)
    second = save(readings, 5_000, GoesOn(first, 4_000), complete=True)
    listed = readings.of(KEY)
    assert {saved.name for saved in listed} == {first.name, second.name}
    assert sum(saved.size_bytes for saved in listed) == sum(path.stat().st_size for path in folder.iterdir())
    readings.delete(first)
    assert_loads(readings, second, 5_000)
    readings.delete(second)
    assert names(folder) == set()


def test_another_text_shares_nothing(readings: SavedStates) -> None:
    first = save(readings, 4_000)
    other = save(readings, 5_000, GoesOn(first, 4_000), book=1)
    assert len(other.used) == 1
    assert_loads(readings, other, 5_000, book=1)


def test_rows_of_two_readings_never_mix(readings: SavedStates, folder: Path) -> None:
    """Both are authentic, of the same kind, size and key; only which of them it is says that they are wrong."""
    one, two = save(readings, 4_000), save(readings, 4_000, book=1)
    (of_one,), (of_two,) = one.used, two.used
    content = (folder / of_one.name).read_bytes()
    (folder / of_one.name).write_bytes((folder / of_two.name).read_bytes())
    (folder / of_two.name).write_bytes(content)
    for saved in (one, two):
        with pytest.raises(SealBroken):
            readings.load(saved, lambda _fraction: None)


def test_rows_that_do_not_fit_each_other_are_refused(readings: SavedStates, folder: Path) -> None:
    first = save(readings, 4_000)
    second = save(readings, 5_000, GoesOn(first, 4_000))
    one, two = second.used
    for used in ((one,), (two,), (two, one), (one, one, two), (msgspec.structs.replace(one, end=4_001), two)):
        wrong = msgspec.structs.replace(second, used=used)
        with pytest.raises(SealBroken):
            readings.load(wrong, lambda _fraction: None)
    with pytest.raises(SealBroken):
        readings.load(msgspec.structs.replace(second, rows=ROWS * 2), lambda _fraction: None)
    assert_loads(readings, second, 5_000)


@pytest.mark.parametrize("which", [0, 1, "reading"])
@pytest.mark.parametrize("how", ["flipped", "cut", "longer"])
def test_a_damaged_file_is_refused(readings: SavedStates, folder: Path, which: int | str, how: str) -> None:
    first = save(readings, 4_000)
    second = save(readings, 5_000, GoesOn(first, 4_000))
    path = folder / (second.name if isinstance(which, str) else second.used[which].name)
    content = path.read_bytes()
    flipped = content[:-5] + bytes([content[-5] ^ 1]) + content[-4:]
    path.write_bytes({"flipped": flipped, "cut": content[:-20], "longer": content + b"\0"}[how])
    with pytest.raises(SealBroken):
        readings.load(second, lambda _fraction: None)


def test_a_reading_whose_rows_are_gone_goes_too(readings: SavedStates, folder: Path) -> None:
    saved = save(readings, 4_000)
    (folder / saved.used[0].name).unlink()
    with pytest.raises(SealBroken):
        readings.load(saved, lambda _fraction: None)
    assert readings.all() == ()
    assert names(folder) == set()
    assert readings.thrown_away == 0, "it was not damaged"


def test_rows_that_are_gone_are_written_again(readings: SavedStates, folder: Path) -> None:
    first = save(readings, 4_000)
    (folder / first.used[0].name).unlink()
    second = save(readings, 5_000, GoesOn(first, 4_000))
    assert_loads(readings, second, 5_000)


@pytest.mark.parametrize("fails", ["rows", "reading"])
def test_a_disk_that_is_full_in_the_middle_loses_nothing(
    readings: SavedStates, folder: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    first = save(readings, 4_000)
    before, written = names(folder), []

    def full(file: BinaryIO, secret: bytes, parts: Sequence[memoryview]) -> bytes:
        written.append(file)
        if len(written) == (1 if fails == "rows" else 2):
            raise OSError(28, "No space left on device")
        return seal(file, secret, parts)

    monkeypatch.setattr("app.engine.kv.saved_states.seal", full)
    with pytest.raises(AppError) as caught:
        save(readings, 5_000, GoesOn(first, 4_000))
    assert caught.value.code is Code.DISK_FULL
    assert names(folder) == before
    assert_loads(readings, first, 4_000)
    monkeypatch.undo()
    assert_loads(readings, save(readings, 5_000, GoesOn(first, 4_000)), 5_000)


def test_rows_that_a_crash_left_alone_go_later(readings: SavedStates, folder: Path) -> None:
    saved, lost = save(readings, 4_000, complete=True), save(readings, 4_000, book=1)
    (folder / lost.name).unlink()
    rows = folder / lost.used[0].name
    save(readings, 500, book=2)
    assert rows.exists(), "somebody may be about to name it"
    os.utime(rows, (1, 1))
    save(readings, 600, book=2)
    assert not rows.exists()
    assert_loads(readings, saved, 4_000)


def test_a_book_takes_its_rows_along(readings: SavedStates, folder: Path) -> None:
    saved, of_book, lost = save(readings, 4_000), save(readings, 4_000, book=1), save(readings, 4_000, book=2)
    (folder / lost.name).unlink()
    readings.delete_of_book("b1")
    assert names(folder) == {saved.name, saved.used[0].name}, "what rows of no reading are of, nobody knows"
    assert not (folder / of_book.name).exists()


def test_the_quota_drops_a_reading_with_its_rows_but_not_what_is_gone_on_from(folder: Path) -> None:
    readings = SavedStates(folder, SECRET, 10_000 * ROW_BYTES)
    first, other = save(readings, 4_000), save(readings, 4_000, book=1)
    longer = save(readings, 7_000, GoesOn(first, 4_000))
    assert {saved.name for saved in readings.all()} == {longer.name}, "the other was used after the first"
    assert not (folder / other.used[0].name).exists()
    assert_loads(readings, longer, 7_000)
    before = names(folder)
    with pytest.raises(AppError) as caught:
        save(readings, 10_500, GoesOn(longer, 7_000))
    assert caught.value.code is Code.READING_NOT_SAVED
    assert names(folder) == before


def test_an_earlier_version_leaves_such_files_alone(readings: SavedStates, folder: Path) -> None:
    """It decodes what comes first in a file as a `SavedState`, and knows none of these."""
    save(readings, 4_000)
    for path in folder.iterdir():
        with path.open("rb") as file:
            sealed = SealedReader(file, SECRET)
            described = sealed.read(int.from_bytes(sealed.read(4), "little"))
        with pytest.raises(msgspec.ValidationError):
            msgspec.msgpack.decode(described, type=SavedState)


def test_what_has_no_layout_is_written_whole(readings: SavedStates, folder: Path) -> None:
    first = save(readings, 4_000)
    state = mmap.mmap(-1, 1_000)
    state.write(os.urandom(1_000))
    ids = array("i", range(5_000))
    saved = readings.save(made(range(5_000), state, complete=True), state, GoesOn(first, 4_000))
    assert (saved.used, saved.tokens) == ((), ids)
    assert names(folder) == {saved.name}
    loaded = readings.load(saved, lambda _fraction: None)
    assert loaded[:] == state[:]
    loaded.close()
    state.close()

"""A file that was sealed opens byte for byte, and nothing else opens at all."""

from __future__ import annotations

import errno
import hashlib
import io
import mmap
import os
from pathlib import Path

import pytest

from app.engine.kv.encrypted_file import SECRET_BYTES, SealBroken, SealedReader, SealedWriter, seal

SECRET, OTHER = b"s" * SECRET_BYTES, b"o" * SECRET_BYTES
MIB = 1 << 20
FULL = Path("/dev/full")


def write(path: Path, *parts: bytes, threads: int = 0) -> Path:
    with path.open("wb") as file:
        seal(file, SECRET, [memoryview(part) for part in parts], threads)
    return path


def read(path: Path, size: int, secret: bytes = SECRET, threads: int = 0) -> bytes:
    with path.open("rb") as file:
        reader = SealedReader(file, secret, threads)
        content = reader.read(size)
        reader.finish()
    return content


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB])
def test_what_was_sealed_opens(tmp_path: Path, size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    path = write(tmp_path / "sealed", content[: size // 3], content[size // 3 :])
    assert read(path, size) == content
    assert size < 100 or content[:100] not in path.read_bytes()


def test_every_flipped_bit_is_noticed(tmp_path: Path) -> None:
    path = write(tmp_path / "sealed", b"a book")
    whole = path.read_bytes()
    for position in range(len(whole)):
        for bit in (0, 7):
            path.write_bytes(whole[:position] + bytes([whole[position] ^ 1 << bit]) + whole[position + 1 :])
            with pytest.raises(SealBroken):
                read(path, 6)


def test_cut_extended_and_reordered_files_are_noticed(tmp_path: Path) -> None:
    path = write(tmp_path / "sealed", bytes(3 * MIB))
    whole = path.read_bytes()
    head, chunk = len(whole) - 3 * (MIB + 16), MIB + 16
    one, two, three = (whole[head + n * chunk : head + (n + 1) * chunk] for n in range(3))
    for changed in (
        whole[:-1],
        whole[:-chunk],  # cut exactly between chunks
        whole[:head],
        whole[: head - 1],
        whole + b"\0",
        whole + three,
        whole[:head] + two + one + three,
        whole[:head] + one + three,
    ):
        path.write_bytes(changed)
        with pytest.raises(SealBroken):
            read(path, 3 * MIB)


def test_another_secret_opens_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "sealed", b"a book")
    with pytest.raises(SealBroken):
        read(path, 6, OTHER)


def test_reading_less_or_more_than_there_is(tmp_path: Path) -> None:
    path = write(tmp_path / "sealed", b"a book")
    for size in (5, 7):
        with pytest.raises(SealBroken):
            read(path, size)


def test_equal_contents_look_different() -> None:
    files = [io.BytesIO(), io.BytesIO()]
    for file in files:
        seal(file, SECRET, [memoryview(b"a book")])
    assert files[0].getvalue()[48:] != files[1].getvalue()[48:]


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("size", [9, 8 * MIB, 21 * MIB - 3])
def test_any_number_of_threads_reads_what_any_number_wrote(tmp_path: Path, size: int, threads: int) -> None:
    content = os.urandom(size)
    path = write(tmp_path / "sealed", content[:3], content[3 : size // 2], b"", content[size // 2 :], threads=threads)
    assert read(path, size, threads=6 - threads) == content


def test_the_format_stays_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes that an earlier version wrote."""
    monkeypatch.setattr(os, "urandom", lambda count: bytes(range(count)))
    short, long = io.BytesIO(), io.BytesIO()
    seal(short, SECRET, [memoryview(b"a "), memoryview(b"book")])
    assert short.getvalue()[48:].hex() == "917382a28bba4dab20205d142a26b9675dce5e1b1426"
    seal(long, SECRET, [memoryview(b"head"), memoryview(bytes(range(256)) * (10 * 4096)), memoryview(b"tail")])
    digest = hashlib.sha256(long.getvalue()).hexdigest()
    assert digest == "26d5507ca03ed361fc34042f8c94f73c68366579f03df91896ecabb2139f0ba8"


@pytest.mark.parametrize("threads", [1, 4])
def test_what_is_not_authentic_is_not_handed_out(tmp_path: Path, threads: int) -> None:
    """Nor does what was read keep the caller from closing its memory."""
    content = os.urandom(16 * MIB)
    path = write(tmp_path / "sealed", content)
    changed = bytearray(path.read_bytes())
    chunk = 10
    changed[48 + chunk * (MIB + 16) + 5] ^= 1
    path.write_bytes(changed)
    with mmap.mmap(-1, len(content)) as target:
        with path.open("rb") as file, pytest.raises(SealBroken) as caught, memoryview(target) as view:
            SealedReader(file, SECRET, threads).read_into(view)
        assert target[chunk * MIB : (chunk + 1) * MIB] == bytes(MIB)
    assert caught.value.__traceback__ is not None
    assert target.closed


@pytest.mark.skipif(not FULL.exists(), reason="there is no disk that is always full")
def test_a_full_disk_leaves_the_memory_free_to_close() -> None:
    with mmap.mmap(-1, 24 * MIB) as state:
        with pytest.raises(OSError, match="No space") as caught, FULL.open("wb") as file, memoryview(state) as view:
            seal(file, SECRET, [memoryview(b"head"), view], 3)
        assert caught.value.errno == errno.ENOSPC
    assert state.closed


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB])
def test_what_was_written_piece_by_piece_opens_behind_what_is_in_plain(tmp_path: Path, size: int) -> None:
    content, path = bytes(range(256)) * (size // 256) + b"x" * (size % 256), tmp_path / "sealed"
    with path.open("wb") as file:
        file.write(b"in plain")
        sealed = SealedWriter(file, SECRET)
        for start in range(0, size, 300_000):
            sealed.write(content[start : start + 300_000])
        sealed.finish()
    for secret in (SECRET, OTHER):
        with path.open("rb") as file:
            assert file.read(8) == b"in plain"
            reader = SealedReader(file, secret)
            if secret == OTHER:
                with pytest.raises(SealBroken):
                    reader.finish()
                continue
            assert reader.read(size) == content
            reader.finish()
    whole = path.read_bytes()
    path.write_bytes(whole[8:])
    assert read(path, size) == content, "it is what `seal` writes"

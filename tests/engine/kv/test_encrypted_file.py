"""What was sealed opens byte for byte, and nothing else opens at all."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from app.engine.kv.encrypted_file import SECRET_BYTES, SealBroken, SealedReader, seal

SECRET, OTHER = b"s" * SECRET_BYTES, b"o" * SECRET_BYTES
MIB = 1 << 20


def write(path: Path, *parts: bytes) -> Path:
    with path.open("wb") as file:
        seal(file, SECRET, [memoryview(part) for part in parts])
    return path


def read(path: Path, size: int, secret: bytes = SECRET) -> bytes:
    with path.open("rb") as file:
        reader = SealedReader(file, secret)
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

"""Sealing and opening a saved reading's bytes against AES-GCM alone on the same bytes, and what more threads give."""

from __future__ import annotations

import mmap
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.engine.kv.encrypted_file import SECRET_BYTES, SealedReader, seal

_SECRET = b"s" * SECRET_BYTES
_MIB = 1 << 20
_SIZE = 256 * _MIB
_LEAST_SHARE = 0.8
_ROUNDS = 5


def _least_cpu_s(*works: Callable[[], object]) -> list[float]:
    """Processor time that each work takes at best, in turns: others use the machine, too."""
    best = [float("inf")] * len(works)
    for _ in range(_ROUNDS):
        for index, work in enumerate(works):
            started = time.process_time()
            work()
            best[index] = min(best[index], time.process_time() - started)
    return best


def _least_wall_s(work: Callable[[int], None], threads: int) -> float:
    best = float("inf")
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        work(threads)
        best = min(best, time.perf_counter() - started)
    return best


class _Bytes:
    """The same bytes in memory and in files that the system holds in memory: sealed by us, and by the cipher alone."""

    def __init__(self, path: Path, plain: memoryview, opened: memoryview) -> None:
        self.path, self.plain, self.opened = path, plain, opened
        self.cipher, self.nonce = AESGCM(_SECRET), bytes(12)
        self.chunks = [self.cipher.encrypt(self.nonce, plain[at : at + _MIB], None) for at in range(0, _SIZE, _MIB)]
        self.bare_path = path.with_suffix(".bare")
        self.bare_path.write_bytes(b"".join(self.chunks))
        with path.open("wb") as file:
            seal(file, _SECRET, [memoryview(b"head"), plain])

    def bare_sealing(self) -> None:
        for start in range(0, _SIZE, _MIB):
            self.cipher.encrypt(self.nonce, self.plain[start : start + _MIB], None)

    def bare_opening(self) -> None:
        for chunk in self.chunks:
            self.cipher.decrypt(self.nonce, chunk, None)

    def bare_opening_of_a_file(self) -> None:
        with self.bare_path.open("rb") as file:
            while chunk := file.read(_MIB + 16):
                self.cipher.decrypt(self.nonce, chunk, None)

    def sealing(self, threads: int) -> None:
        with open(os.devnull, "wb") as file:
            seal(file, _SECRET, [memoryview(b"head"), self.plain], threads)

    def opening(self, threads: int) -> None:
        with self.path.open("rb") as file:
            reader = SealedReader(file, _SECRET, threads)
            reader.read(4)
            reader.read_into(self.opened)
            reader.finish()


@pytest.mark.timeout(600)
def test_sealing_and_opening_against_the_bare_cipher(tmp_path: Path) -> None:
    with mmap.mmap(-1, _SIZE) as state, mmap.mmap(-1, _SIZE) as target:
        for start in range(0, _SIZE, _MIB):
            state[start : start + _MIB] = os.urandom(_MIB)
        with memoryview(state) as plain, memoryview(target) as opened:
            same = _Bytes(tmp_path / "sealed", plain, opened)
            bare_in, one_in, memory_out, bare_out, one_out = _least_cpu_s(
                same.bare_sealing,
                lambda: same.sealing(1),
                same.bare_opening,
                same.bare_opening_of_a_file,
                lambda: same.opening(1),
            )
            shares = {"sealing": bare_in / one_in, "opening": bare_out / one_out}
            works = {"sealing": same.sealing, "opening": same.opening}
            walls = {name: [_least_wall_s(work, n) for n in (1, 2, 4)] for name, work in works.items()}
        assert state[:] == target[:]
    gib = _SIZE / (1 << 30)
    for name, cpu_s in (("sealing", one_in), ("opening", one_out)):
        scaling = ", ".join(f"{walls[name][0] / wall:.2f}" for wall in walls[name])
        print(
            f"\n{name}: {gib / cpu_s:.2f} GiB a second of one thread, {shares[name]:.2f} of the bare cipher;"
            f" 1, 2, 4 threads: {scaling} times as fast on {os.cpu_count()} cores"
        )
    print(f"opening against the cipher on bytes that need not be read from a file: {memory_out / one_out:.2f}")
    assert min(shares.values()) >= _LEAST_SHARE, shares

"""The desk's side of `nursery`: hands over files, and counts how they ended."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from app.core.errors import Code
from tests.tools.fortress.nursery import READ, Born, File

_MEBIBYTE = 1 << 20


class Tally:
    """How many files ended how. `faults`: those that ended in no pages and no sentence of their own."""

    def __init__(self, kept: Path) -> None:
        """`kept`: where files are put that caused a fault."""
        self._kept = kept
        self.endings: Counter[str] = Counter()
        self.faults: list[str] = []
        self._slowest_s = 0.0
        self._peak_bytes = 0

    def add(self, file: File, born: Born) -> None:
        self.endings[born.ending] += 1
        self._slowest_s = max(self._slowest_s, born.seconds)
        self._peak_bytes = max(self._peak_bytes, born.peak_bytes)
        if born.late or born.signal or born.ending in ("died", Code.BUG.value):
            kept = self._kept / f"{self.endings.total()}-{file.name}"
            kept.write_bytes(file.content)
            self.faults.append(f"{kept}: {born}")

    def sentence(self, what: str) -> str:
        total, read = self.endings.total(), self.endings[READ]
        said, oom = total - read - len(self.faults), self.endings[Code.READER_OUT_OF_MEMORY.value]
        return (
            f"{what}: {total} files, {read} read, {said} a sentence ({oom} of memory), {len(self.faults)} faults;"
            f" slowest {self._slowest_s:.1f} CPU s, largest {self._peak_bytes / _MEBIBYTE:.0f} MiB"
        )


class Nursery:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def bear(self, file: File) -> Born:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        message = msgspec.msgpack.encode(file)
        self._process.stdin.write(len(message).to_bytes(4, "little") + message)
        self._process.stdin.flush()
        size = int.from_bytes(self._process.stdout.read(4), "little")
        return msgspec.msgpack.decode(self._process.stdout.read(size), type=Born)


@contextmanager
def nursery(kind: str) -> Iterator[Nursery]:
    """`kind`: "documents" or "images"."""
    words = [sys.executable, "-P", "-m", "tests.tools.fortress.nursery", kind]
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        words, cwd=root, env={"PYTHONPATH": str(root), "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        yield Nursery(process)
        assert process.stdin is not None
        process.stdin.close()

"""Nothing listens: no port, no abstract socket, no socket that another user can reach, while an answer is written."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.program import Program

pytestmark = pytest.mark.fortress


def test_no_process_listens_while_it_works(
    program: Program, figure: Figure, tmp_path: Path, tiny_scout_fast: Path
) -> None:
    book = tmp_path / "book.txt"
    book.write_text("The ferry leaves at nine. It returns at noon.\n" * 60)
    words = program.words("ask", "--document", book, "--model", tiny_scout_fast, "--context", "8192", "When?", "Where?")
    asking = subprocess.Popen(words, cwd=program.cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    looks = sockets = processes = 0
    listening: list[str] = []
    while asking.poll() is None:
        family = [psutil.Process(asking.pid), *_children(asking.pid)]
        processes = max(processes, len(family))
        for process in family:
            inodes = _sockets(process.pid)
            sockets += len(inodes)
            listening += [f"{process.pid} {line}" for line in _tables(process.pid) if line in inodes]
        looks += 1
        time.sleep(0.1)
    assert asking.returncode == 0
    figure(f"{looks} looks at up to {processes} processes: {len(listening)} listening sockets, {sockets} sockets seen")
    assert looks > 3
    assert not listening


def _children(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _sockets(pid: int) -> set[str]:
    """Inodes of the sockets that a process has open."""
    found = set()
    try:
        for name in Path(f"/proc/{pid}/fd").iterdir():
            target = str(name.readlink())
            if target.startswith("socket:["):
                found.add(target[8:-1])
    except OSError:
        pass
    return found


def _tables(pid: int) -> set[str]:
    """Inodes of the sockets that listen, or are of the internet, in a process's network namespace."""
    found = set()
    for name in ("tcp", "tcp6", "udp", "udp6", "raw", "raw6", "packet", "netlink"):
        try:
            rows = Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]
        except OSError:
            continue
        found |= {row.split()[9] for row in rows if name not in ("packet", "netlink") and len(row.split()) > 9}
    try:
        rows = Path(f"/proc/{pid}/net/unix").read_text().splitlines()[1:]
    except OSError:
        rows = []
    return found | {row.split()[6] for row in rows if len(row.split()) > 6 and int(row.split()[3], 16) & 0x10000}

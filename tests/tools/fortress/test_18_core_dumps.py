"""A crash of the desk, the engine or a reader leaves no core file, and nobody may look into one that runs."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.program import Program

pytestmark = pytest.mark.fortress

_PATIENCE_S = 600.0
_LONG = "The ferry leaves at nine. It returns at noon.\n" * 6_000


def _unlimited() -> None:
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))


def _family(pid: int) -> dict[str, psutil.Process]:
    """The desk and its children by what they are; bubblewrap's own processes are none."""
    found = {"desk": psutil.Process(pid)}
    for child in found["desk"].children(recursive=True):
        try:
            words = " ".join(child.cmdline())
        except psutil.Error:
            continue
        if child.name() == "bwrap" or "bwrap" in words.split(" ")[0]:
            continue
        for name in ("app.engine.worker", "app.documents.worker", "app.embedding.worker"):
            if name in words:
                found[name] = child
    return found


@pytest.mark.parametrize("victim", ["desk", "app.engine.worker", "app.documents.worker"])
def test_a_crash_leaves_no_core(
    program: Program, figure: Figure, tmp_path: Path, tiny_scout_fast: Path, victim: str
) -> None:
    book = tmp_path / "book.txt"
    book.write_text(_LONG)
    working = tmp_path / "working"
    working.mkdir()
    words = program.words(
        "ask", "--document", book, "--model", tiny_scout_fast, "--context", "4096", "--excerpts", "When?"
    )
    env = {**os.environ, "PYTHONPATH": str(program.cwd)}
    asking = subprocess.Popen(
        words, cwd=working, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=_unlimited
    )
    until = time.monotonic() + _PATIENCE_S
    killed = None
    while killed is None and asking.poll() is None and time.monotonic() < until:
        found = _family(asking.pid).get(victim) if _alive(asking.pid) else None
        if found is not None and (victim != "desk" or len(found.children()) > 0):
            limits = Path(f"/proc/{found.pid}/limits").read_text()
            line = next(row for row in limits.splitlines() if row.startswith("Max core file size"))
            if line.split()[4] == "0":  # it has hardened itself by now
                found.send_signal(signal.SIGSEGV)
                killed = found.pid
        time.sleep(0.02)
    asking.wait(_PATIENCE_S)
    if killed is None:
        pytest.skip(f"{victim} was not met while it ran")
    pattern = Path("/proc/sys/kernel/core_pattern").read_text().strip()
    cores = [path for path in working.rglob("*") if "core" in path.name]
    cores += [path for path in (program.data, tmp_path) if list(path.glob("core*"))]
    figure(f"SIGSEGV of {victim}: {len(cores)} core files, limit 0 (core_pattern {pattern})")
    assert not cores


def _alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_nobody_of_the_same_user_looks_in(program: Program, figure: Figure, tmp_path: Path) -> None:
    """Not dumpable: memory, environment and descriptors of a running desk belong to root alone."""
    if os.geteuid() == 0:
        pytest.skip("root may look into everything")
    book = tmp_path / "book.txt"
    book.write_text(_LONG)
    asking = subprocess.Popen(
        program.words("find", "--document", book, "ferry"), cwd=program.cwd, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    refused: set[str] = set()
    while asking.poll() is None:
        for name in ("mem", "environ", "maps"):
            try:
                Path(f"/proc/{asking.pid}/{name}").open("rb").close()
            except PermissionError:
                refused.add(name)
            except OSError:
                pass
        time.sleep(0.02)
    figure(f"another process of this user may not open {', '.join(sorted(refused))} of the desk")
    assert refused == {"mem", "environ", "maps"}

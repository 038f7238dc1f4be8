"""Memory that is not there: a model that does not fit is refused before it is loaded; an engine or a reader that the
system kills, or that its limit stops, is named so in a sentence, and the next question works."""

from __future__ import annotations

import resource
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from app.core.errors import Code
from tests.documents.office_writer import pack
from tests.models.llama4 import write_scout
from tests.tools.fortress import adding
from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.nursery import READ, File
from tests.tools.fortress.program import Program

pytestmark = pytest.mark.fortress

_PATIENCE_S = 180.0
_LAYERS = 96
"""The layers of a tiny Scout: 10 million tokens of its context take more memory than this machine has, up to some
hundred GB."""


def test_what_does_not_fit_is_refused_before_it_is_loaded(program: Program, figure: Figure, tmp_path: Path) -> None:
    deep = write_scout(tmp_path / "deep.gguf", layers=_LAYERS)
    book = tmp_path / "book.txt"
    book.write_text("The ferry leaves at nine.\n")
    words = ("ask", "--document", book, "--model", deep, "--context", "10485760", "--kv", "f16", "When?")
    began = time.monotonic()
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    done = program.run(*words, code=None)
    peak = max(children, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
    figure(f"a context of 10 million: exit status {done.code} after {time.monotonic() - began:.0f} s, {peak:.0f} MB")
    assert done.code != 0
    assert "memory" in done.err.lower()
    assert "Traceback" not in done.err


def test_a_reader_that_takes_too_much_is_named(program: Program, figure: Figure, tmp_path: Path) -> None:
    """Inside its limit, by a document that unpacks to much: refused or named, and the other document is read."""
    body = b"<w:p><w:r><w:t>" + b"x" * 400_000_000 + b"</w:t></w:r></w:p>"
    bomb = pack({"[Content_Types].xml": "<Types/>", "word/document.xml": body})
    del body
    files = [File("bomb.docx", bomb), File("book.txt", b"The ferry leaves at nine.\n")]
    added = adding.add(program, adding.write(tmp_path / "shelf", files))
    figure(f"a document of 400 MB in {len(bomb) // 1024} KB and one of a line: {dict(added.endings)}")
    assert added.faults == []
    assert added.endings.pop(READ) == 1
    assert set(added.endings) <= {Code.DOCUMENT_LIMIT, Code.READER_OUT_OF_MEMORY, Code.DOCUMENT_DAMAGED}


@pytest.mark.root
def test_an_engine_that_the_system_kills_for_memory_is_named(
    program: Program, figure: Figure, tmp_path: Path, tiny_scout_fast: Path
) -> None:
    """By the kernel itself: the engine's process in a control group that is too small for it."""
    group = Path("/sys/fs/cgroup") / f"octavo-fortress-{tmp_path.name}"
    if not (group.parent / "cgroup.controllers").exists():
        pytest.skip("this machine has no control groups of version 2")
    try:
        group.mkdir()
        (group / "memory.max").write_text("8M")  # of what it takes from now on
        (group / "memory.swap.max").write_text("0")
    except OSError:
        group.rmdir() if group.exists() else None
        pytest.skip("this machine lets nobody make a control group with a limit of memory")
    book = tmp_path / "book.txt"
    book.write_text("The ferry leaves at nine. It returns at noon.\n" * 3000)
    words = program.words("ask", "--document", book, "--model", tiny_scout_fast, "--context", "65536", "When?")
    asking = subprocess.Popen(words, cwd=program.cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        until = time.monotonic() + _PATIENCE_S
        moved = False
        while not moved and asking.poll() is None and time.monotonic() < until:
            for child in psutil.Process(asking.pid).children(recursive=True):
                if "app.engine.worker" in " ".join(child.cmdline()):
                    (group / "cgroup.procs").write_text(str(child.pid))
                    moved = True
            time.sleep(0.02)
        try:
            _, err = asking.communicate(timeout=_PATIENCE_S)
        except subprocess.TimeoutExpired:
            pytest.skip("the kernel did not kill the engine in time")
        killed = "oom_kill 0" not in (group / "memory.events").read_text()
    finally:
        if asking.poll() is None:
            asking.kill()
            asking.wait()
        (group / "cgroup.kill").write_text("1")
        while "populated 1" in (group / "cgroup.events").read_text():
            time.sleep(0.1)
        group.rmdir()
    if not killed:
        pytest.skip("the engine fitted into 8 MB")
    figure(
        f"the kernel killed the engine for memory: exit status {asking.returncode}, {err.strip().splitlines()[-1]!r}"
    )
    assert "memory" in err.lower()
    assert "Traceback" not in err
    assert program.run("doctor", code=None).code == 0

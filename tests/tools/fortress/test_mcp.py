"""Another program asks the desk over MCP, by the client of the official package: nothing listens, nothing is reached,
and no socket of the internet is made."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.features.programs.test_mcp_client import use_all
from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.program import Program

pytestmark = pytest.mark.fortress

_SOCKET = re.compile(r"\bsocket\((AF_\w+)")
_REACHED = re.compile(r"\b(?:listen|accept4?|connect)\(.* = 0$")
_BOUND = re.compile(r"\bbind\((?!.*AF_NETLINK)")
_OF_SANDBOX = {"AF_NETLINK", "AF_UNIX"}
"""bubblewrap sets up the loopback of an empty network, and glibc looks for a cache of names."""


def test_a_client_asks_all_without_a_socket(
    program: Program, figure: Figure, tmp_path: Path, tiny_scout_fast: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    anyio = pytest.importorskip("anyio")
    monkeypatch.setenv("PYTHONPATH", str(program.cwd))
    book = tmp_path / "book.md"
    book.write_text("# Ferry\n\nThe ferry leaves at nine.\n" * 40)
    program.run("add", book)
    for name, value in (("engine.model_path", tiny_scout_fast), ("max_answer_tokens", 8)):
        program.run("settings", name, value)
    _allow(program, "mcp")
    calls = tmp_path / "calls.txt"
    traced = ["strace", "-f", "-qq", "-e", "trace=network", "-o", str(calls), *program.words("mcp")]
    done = anyio.run(use_all, traced)
    assert done["found"]
    assert done["read"].count("leaves at nine") == 40
    assert done["answer"]["tokens_written"] == 8
    lines = calls.read_text("utf-8", "replace").splitlines()
    families = {name for line in lines for name in _SOCKET.findall(line)}
    assert families <= _OF_SANDBOX
    assert [line for line in lines if _REACHED.search(line) or _BOUND.search(line)] == []
    seen = ", ".join(sorted(families)) or "none"
    figure(
        f"{len(done['tools'])} tools, a resource: 0 AF_INET, 0 AF_INET6, nothing bound, listening or reached ({seen})"
    )


def _allow(program: Program, name: str) -> None:
    """At a terminal, as a person does."""
    ours, its = pty.openpty()
    with os.fdopen(ours, "wb", buffering=0) as keyboard, os.fdopen(its, "rb") as terminal:
        keyboard.write(b"y\n")
        words = [*program.command, "mcp", "allow", "--data-dir", str(program.data), name]
        subprocess.run(words, stdin=terminal, cwd=program.cwd, check=True)

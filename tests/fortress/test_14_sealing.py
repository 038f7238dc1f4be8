"""Check 14: what seals the readers of the program is what seals the checkout's, instruction by instruction, at each
rung of the ladder."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from app.isolation.program import standard_library
from tests.fortress import rungs, sealing
from tests.fortress.conftest import Figure
from tests.fortress.program import Program
from tests.fortress.sealing import Seal
from tests.isolation import cells
from tests.isolation.cells import Rung
from tests.power.syscalls import STRACE

pytestmark = [
    pytest.mark.fortress,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(STRACE is None, reason="there is no strace"),
]

READERS = ("app.documents.worker", "app.models.gguf.worker")
_CONSTANT = re.compile(r"0x[0-9a-f]+|\d+")
_LIBRARY = "the program's own library"


def _sealed(program: Program, rung: Rung, folder: Path, book: Path, model: Path) -> dict[str, Seal]:
    """A reader of each kind."""
    assert STRACE is not None
    folder.mkdir()
    log = folder / "calls"
    before = (*rungs.words(rung, folder / "empty"), *sealing.words(STRACE, log))
    program.run("bin")
    there = replace(program, before=before)
    there.run("ask", "--document", book, "--model", model, "--context", "2048", "--max-tokens", "2", "Who?")
    found = {module: list(sealing.seals(log, module)) for module in READERS}
    assert all(found.values()), f"{rung.name}: no reader was seen"
    return {module: seals[0] for module, seals in found.items()}


def _same_filters(one: Seal, other: Seal) -> int:
    """How many instructions; raises AssertionError where two differ by more than the number of the process itself, or of
    the descriptor through which it gets its document."""
    assert len(one.filters) == len(other.filters) == 1
    own = {(one.pid, other.pid), (one.receiver, other.receiver)}
    for mine, theirs in zip(*one.filters, *other.filters, strict=True):
        differ = [pair for pair in zip(_numbers(mine), _numbers(theirs), strict=True) if pair[0] != pair[1]]
        assert _CONSTANT.sub("", mine) == _CONSTANT.sub("", theirs)
        assert {(str(a), str(b)) for a, b in differ} <= own, (mine, theirs)
    return len(one.filters[0])


def _numbers(instruction: str) -> list[int]:
    return [int(number, 0) for number in _CONSTANT.findall(instruction)]


def _rules(seal: Seal, own: set[str]) -> dict[str, str]:
    """Paths of the program's own library under one name."""
    return {_LIBRARY if path in own else path: access for path, access in seal.rules.items()}


def _wrapping(seal: Seal) -> tuple[list[str], set[str]]:
    """Bubblewrap's words without what it shows, and what it shows."""
    words, kept, shown = iter(seal.wrapper[1 : len(seal.wrapper) - len(seal.argv)]), list[str](), set[str]()
    for word in words:
        if word == "--ro-bind":
            shown.add(next(words))
            assert next(words) in shown
        elif word == "--setenv" and (name := next(words)) == "PYTHONPATH":
            next(words)  # a checkout's
        else:
            kept += [word, *([name] if word == "--setenv" else [])]
    return kept, shown


@pytest.mark.parametrize("rung", rungs.offered(), ids=lambda rung: rung.name)
def test_the_seal_is_the_checkouts(
    rung: Rung, program: Program, tmp_path: Path, tiny_scout_fast: Path, figure: Figure
) -> None:
    (book := tmp_path / "book.txt").write_text("The keeper hid the ledger under the stair. " * 20, "utf-8")
    checkout = Program([sys.executable, "-P", "-m", "app"], tmp_path / "other")
    theirs = _sealed(program, rung, tmp_path / "theirs", book, tiny_scout_fast)
    ours = _sealed(checkout, rung, tmp_path / "ours", book, tiny_scout_fast)
    folder = str(Path(program.command[0]).resolve().parent)
    instructions, limits = 0, 0
    for module in READERS:
        one, other = theirs[module], ours[module]
        instructions += _same_filters(one, other)
        own = (
            {str(path.resolve()) for path in standard_library()} | {str(path) for path in standard_library()} | {folder}
        )
        assert _rules(one, own) == _rules(other, own)
        assert bool(one.rules) == (rung is not cells.FILTER)
        assert one.steps == other.steps
        limits += sum("rlimit" in step or "RLIMIT" in step for step in one.steps)
        assert one.argv[-4::2] == other.argv[-4::2]  # the step and the memory
        assert bool(one.wrapper) == (rung is cells.BUBBLEWRAP)
        words, shown = _wrapping(one)
        their_words, their_shown = _wrapping(other)
        assert words == their_words
        assert shown - {folder} <= their_shown
    figure(
        f"{rung.name}: {instructions} instructions of the filters, {sum(len(each.rules) for each in theirs.values())}"
        f" rules and {limits} limits of readers of documents and of models are the checkout's"
    )

"""Check 14: what seals the readers of the program is what seals the checkout's, instruction by instruction, at each
rung of the ladder."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.isolation.program import CHILD, standard_library
from tests.isolation import cells
from tests.isolation.cells import Rung
from tests.tools.fortress import rungs, sealing
from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.program import Program
from tests.tools.fortress.sealing import Seal
from tests.tools.power.syscalls import STRACE

pytestmark = [
    pytest.mark.fortress,
    pytest.mark.root,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(STRACE is None, reason="there is no strace"),
]

READERS = ("app.documents.worker", "app.models.gguf.worker")
FORKS = "forks of app.documents.worker"
KINDS = (*READERS, FORKS)
_CONSTANT = re.compile(r"0x[0-9a-f]+|\d+")


def _sealed(program: Program, rung: Rung, folder: Path, books: Sequence[Path], model: Path) -> dict[str, Seal]:
    """A reader of each kind, the server of a kind that is forked, and a fork of it: there are two books, since there is
    no server for one."""
    assert STRACE is not None
    folder.mkdir()
    log = folder / "calls"
    there = rungs.at(rung, program, folder / "empty", sealing.words(STRACE, log))
    documents = [word for book in books for word in ("--document", book)]
    there.run("ask", *documents, "--model", model, "--context", "2048", "--max-tokens", "2", "Who?")
    every = {module: list(sealing.seals(log, module)) for module in READERS}
    found = {module: [seal for seal in seals if not seal.is_fork] for module, seals in every.items()}
    found[FORKS] = [seal for seal in every[READERS[0]] if seal.is_fork]
    assert all(found.values()), f"{rung.name}: no reader was seen"
    return {module: seals[0] for module, seals in found.items()}


def _same_filters(one: Seal, other: Seal) -> int:
    """How many instructions; raises AssertionError where two differ by more than the number of the process itself, or
    of the descriptor through which it gets its file. A fork has two filters: its server's, and its own."""
    assert len(one.filters) == len(other.filters) == (2 if one.is_fork else 1)
    own = {(one.pid, other.pid), (one.receiver, other.receiver)}
    for mine_all, theirs_all in zip(one.filters, other.filters, strict=True):
        for mine, theirs in zip(mine_all, theirs_all, strict=True):
            differ = [pair for pair in zip(_numbers(mine), _numbers(theirs), strict=True) if pair[0] != pair[1]]
            assert _CONSTANT.sub("", mine) == _CONSTANT.sub("", theirs)
            assert {(str(a), str(b)) for a, b in differ} <= own, (mine, theirs)
    return sum(map(len, one.filters))


def _numbers(instruction: str) -> list[int]:
    return [int(number, 0) for number in _CONSTANT.findall(instruction)]


def _own(seal: Seal) -> set[str]:
    """Where the program's own library is: an installed one's folder, or Python's folders."""
    folders = [Path(seal.argv[0]).parent] if CHILD in seal.argv else standard_library()
    return {str(path) for folder in folders for path in (folder, folder.resolve())}


def _rules(seal: Seal) -> dict[str, str]:
    """Rights by path, the program's own library under one name."""
    own = _own(seal)
    return {"the library" if path in own else path: access for path, access in seal.rules.items()}


def _limits(seal: Seal) -> int:
    return sum("RLIMIT_" in step for step in seal.steps)


def _options(seal: Seal) -> list[str]:
    """Return the options of bubblewrap, but for what it shows, and where a checkout's modules are."""
    words, found = iter(seal.wrapper[1 : len(seal.wrapper) - len(seal.argv)]), list[str]()
    for word in words:
        pair = [next(words), next(words)] if word in ("--ro-bind", "--setenv") else []
        if word != "--ro-bind" and "PYTHONPATH" not in pair:
            found += [word, *pair]
    return found


def _shown(seal: Seal) -> set[str]:
    """Each path as it is."""
    binds = [seal.wrapper[at + 1 : at + 3] for at, word in enumerate(seal.wrapper) if word == "--ro-bind"]
    assert all(source == target for source, target in binds)
    return {source for source, _target in binds}


@pytest.mark.parametrize("rung", rungs.offered(), ids=lambda rung: rung.name)
def test_the_seal_is_the_checkouts(
    rung: Rung, program: Program, tmp_path: Path, tiny_scout_fast: Path, figure: Figure
) -> None:
    books = [tmp_path / name for name in ("a.txt", "b.txt")]  # of one size, which their readers' limits depend on
    for book in books:
        book.write_text(f"The keeper hid the ledger under the {book.stem}. " * 20, "utf-8")
    checkout = Program([sys.executable, "-P", "-m", "app"], tmp_path / "other")
    theirs = _sealed(program, rung, tmp_path / "theirs", books, tiny_scout_fast)
    ours = _sealed(checkout, rung, tmp_path / "ours", books, tiny_scout_fast)
    instructions = sum(_same_filters(theirs[module], ours[module]) for module in KINDS)
    for module in KINDS:
        one, other = theirs[module], ours[module]
        assert one.steps == other.steps
        assert one.arguments[::2] == other.arguments[::2]  # the step, the memory, the mode
        assert _rules(one) == _rules(other)
        assert bool(one.rules) == (rung is not cells.FILTER)
        assert _options(one) == _options(other)
        assert _shown(one) - _own(one) <= _shown(other)
        assert bool(one.wrapper) == (rung is cells.BUBBLEWRAP)
    rules, limits = (sum(map(count, theirs.values())) for count in (lambda seal: len(seal.rules), _limits))
    figure(
        f"{rung.name}: {instructions} instructions of the filters, {rules} rules for files and {limits} limits of"
        " readers of documents and of models are the checkout's"
    )

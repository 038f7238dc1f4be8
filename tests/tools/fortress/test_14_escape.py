"""Check 14: a reader that was taken over tries all it can, at each rung of the ladder and on older kernels.

The first tests start readers that try it of their own accord. The last ones take over those of the program itself, an
installed one's too, by ptrace.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import msgspec
import psutil
import pytest

from tests.isolation import cells, probes
from tests.isolation.cells import Rung, Tries
from tests.isolation.test_escape import SUCCEED_OUTSIDE
from tests.tools.fortress import rungs, takeover
from tests.tools.fortress.conftest import ROOT, Figure
from tests.tools.fortress.killing import Running, opened
from tests.tools.fortress.program import Program

pytestmark = [pytest.mark.fortress, pytest.mark.timeout(3600)]

NOBODY = 65_534
RUNGS = cells.offered()
DOCUMENTS = "app.documents.worker"
_LONG = "The ferry leaves at nine. It returns at noon.\n" * 6_000
_LOOK_S = 0.005
_AT_ONCE = 40  # probes of one reader of the program
_SPARE = 20  # readers for these, and that may be over before they are seen


@pytest.mark.usefixtures("checkout")
@pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: rung.name)
def test_no_probe_gets_out(rung: Rung, tmp_path: Path, figure: Figure) -> None:
    tries = cells.attempt(rung, tmp_path, probes.HARMLESS)
    assert tries.escapes == {}
    ended = [cells.attempt(rung, tmp_path, [name], aim).signal for name in probes.DEADLY for aim in cells.aims(rung)]
    assert ended == [signal.SIGSYS] * len(probes.DEADLY) * len(cells.aims(rung))
    figure(f"{rung.name}: {len(tries.outcomes)} probes refused, {len(ended)} ended the reader, 0 got out")


@pytest.mark.usefixtures("checkout")
@pytest.mark.skipif(cells.LANDLOCK not in RUNGS, reason="this system has no Landlock")
def test_no_probe_gets_out_on_kernels_with_an_older_landlock(tmp_path: Path, figure: Figure) -> None:
    count = 0
    for abi in range(1, 8):
        for rung in (older := cells.older(abi), cells.forked(older)):
            tries = cells.attempt(rung, tmp_path, probes.HARMLESS)
            assert tries.escapes == {}, rung.name
            count += len(tries.outcomes)
    figure(f"Landlock ABI 1 to 7: {count} probes, 0 got out")


@pytest.mark.root
@pytest.mark.usefixtures("checkout")
def test_no_probe_of_another_user_gets_out(tmp_path: Path, figure: Figure) -> None:
    """The probes run as a user without any right of root."""
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is not installed")
    folder = Path("/tmp", f"octavo-cells-{os.getpid()}")
    folder.mkdir(mode=0o700)
    os.chown(folder, NOBODY, NOBODY)
    words = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", sys.executable]
    try:
        ran = subprocess.run(
            [*words, "-m", "tests.isolation.cells"],
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(folder), "HOME": str(folder)},
            stdout=subprocess.PIPE,
            check=True,
        )
    finally:
        shutil.rmtree(folder)
    found = msgspec.json.decode(ran.stdout, type=dict[str, Tries])
    assert found
    assert {name: tries.escapes for name, tries in found.items() if tries.escapes} == {}
    figure(f"as nobody: {sum(len(tries.outcomes) for tries in found.values())} probes at {', '.join(found)}, 0 got out")


_OPENED_BY_PATH = {
    *("list home", "read", "users", "root of the parent", "messages of the kernel"),
    *(f"{what} of the parent" for what in ("environment", "memory", "map", "files")),
}
"""The probes from which Landlock or bubblewrap keeps a reader that may open fonts, not the filter."""


_AIMS = (cells.SIBLING, cells.SERVER, cells.DESK)
"""The processes that a fork reaches for; one beside it may be gone soon."""


@dataclass
class Raid:
    """Readers of the program in `command` are taken over, one after the other. `outcomes`: of the harmless probes, by
    name and by what they were aimed at; `ended`: the signals by which the others ended theirs."""

    command: Running
    module: str
    folder: Path
    desk: Path
    outcomes: dict[str, str] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)

    def go(self, harmless: Iterable[str], deadly: Iterable[str]) -> None:
        """Until the command is over: the deadly ones take a reader each, the others as many as it takes."""
        pending, seen = list(deadly), set[int]()
        last = [(name, aim) for aim in _AIMS for name in harmless]
        while not self.command.over:
            for pid in self._sealed():
                if (pending or last) and pid not in seen:
                    seen.add(pid)
                    with contextlib.suppress(OSError):  # it is gone
                        if pending:
                            self._end(pid, pending)
                        else:
                            self._try(pid, last)
            time.sleep(_LOOK_S)
        self.command.end()

    def _sealed(self) -> Iterator[int]:
        """Readers that have their document, if they get one."""
        for child in self.command.children(self.module):
            with contextlib.suppress(OSError):
                more = rungs.filters(child.pid) - rungs.filters(self.command.process.pid)
                if more > 0 and (self._document(child.pid) or self.module != DOCUMENTS):
                    yield child.pid

    def _document(self, pid: int) -> int:
        """0 where it has none."""
        for number in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                if number.readlink().is_relative_to(self.folder):
                    return int(number.name)
        return 0

    def _scene(self, pid: int, aim: str = cells.DESK) -> probes.Scene:
        """Its standard input is a pipe from the desk. Raises LookupError where there is nothing to aim at."""
        loot = str(self.folder / "loot")
        desk = self.command.process.pid
        server = psutil.Process(pid).ppid()
        siblings = [each.pid for each in psutil.Process(server).children() if each.pid != pid]
        aimed_at = {cells.DESK: [desk], cells.SERVER: [server], cells.SIBLING: siblings}[aim][0]
        target = aimed_at if aim == cells.DESK else _number_inside(aimed_at)
        return probes.Scene(target, str(Path.home()), str(self.desk / "octavo.db"), loot, self._document(pid), 0)

    def _try(self, pid: int, aimed: list[tuple[str, str]]) -> None:
        """Make some of those that are aimed at one process: a reader that stands still for too long is ended."""
        aim = next(aim for aim in _AIMS for each in aimed if each[1] == aim)
        with takeover.taken_over(pid) as victim, mock.patch.object(probes, "perform", victim.call):
            with contextlib.suppress(LookupError, psutil.Error):
                scene = self._scene(pid, aim)
                for each in [each for each in aimed if each[1] == aim][:_AT_ONCE]:
                    self.outcomes["".join(each)] = probes.outcome(probes.HARMLESS[each[0]], scene)
                    aimed.remove(each)

    def _end(self, pid: int, names: list[str]) -> None:
        try:
            with takeover.taken_over(pid) as victim, mock.patch.object(probes, "perform", victim.call):
                scene = self._scene(pid)
                name = names.pop(0)
                self.outcomes[name] = probes.outcome(probes.DEADLY[name], scene)
        except takeover.Ended as ended:
            self.ended[name] = ended.signal

    @property
    def escapes(self) -> dict[str, str]:
        return {name: how for name, how in self.outcomes.items() if how not in cells.REFUSED}


def _number_inside(pid: int) -> int:
    """The number of a process in the namespace that it is in."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("NSpid:")[2].partition("\n")[0].split()[-1])


@pytest.mark.skipif(not takeover.POSSIBLE, reason="processes are taken over on x86-64 alone")
def test_the_same_probes_of_a_process_that_nothing_seals_succeed(tmp_path: Path) -> None:
    """Without this, a mistake in the taking over would look like a sandbox that holds."""
    (secret := tmp_path / "secret").write_text("the secret")
    with subprocess.Popen(["/bin/sleep", "600"], stdin=subprocess.PIPE) as process:
        try:
            scene = probes.Scene(os.getpid(), str(tmp_path), str(secret), str(tmp_path / "loot"), 0, 0)
            while "libc.so" not in Path(f"/proc/{process.pid}/maps").read_text():
                time.sleep(_LOOK_S)
            with takeover.taken_over(process.pid) as victim, mock.patch.object(probes, "perform", victim.call):
                found = {name: probes.outcome(probes.HARMLESS[name], scene) for name in SUCCEED_OUTSIDE}
        finally:
            process.kill()
    assert {name: how for name, how in found.items() if not how.startswith("done")} == {}


@pytest.mark.root
@pytest.mark.skipif(not takeover.POSSIBLE, reason="processes are taken over on x86-64 alone")
@pytest.mark.parametrize("rung", rungs.offered(), ids=lambda rung: rung.name)
def test_nothing_gets_out_of_a_reader_of_the_program(
    rung: Rung, program: Program, tmp_path: Path, figure: Figure, times: Callable[[int], int]
) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    deadly = list(probes.DEADLY)[: max(3, times(len(probes.DEADLY)))]
    harmless = [*probes.HARMLESS.keys() - probes.IN_PYTHON - (_OPENED_BY_PATH if rung is cells.FILTER else set())]
    for number in range(readers := len(deadly) + _SPARE):
        (documents / f"{number}.txt").write_text(f"Document {number}. {_LONG}", "utf-8")
    there = rungs.at(rung, program, tmp_path / "empty")
    there.run("bin")
    raid = Raid(Running(there, "add", documents), DOCUMENTS, tmp_path, program.data)
    raid.go(harmless, deadly)
    assert raid.escapes == {}
    assert raid.ended == dict.fromkeys(deadly, signal.SIGSYS), raid.command.lines
    assert raid.outcomes.keys() == {name + aim for name in harmless for aim in _AIMS}
    assert not (tmp_path / "loot").exists()
    with opened(program.data) as database:
        ((books,),) = database.rows("SELECT count(*) FROM books")
    assert books >= readers - len(raid.ended)  # more where one had sent its last page
    figure(
        f"{rung.name}: a reader of the program was taken over while it read, {len(raid.outcomes)} probes refused;"
        f" {len(raid.ended)} others ended theirs; 0 got out"
    )

"""Readers that wait for a file: locked in like any other, each for one file, replaced when they die, never left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.core.errors import AppError, Code
from app.isolation import client, sandbox
from app.isolation.client import ReaderClient, ReaderKind, ReaderLimits, ReaderProcess
from app.isolation.sandbox import Step
from tests.isolation import waiter
from tests.isolation.test_sandbox import ESCAPES, REFUSED
from tests.isolation.waiter import Event, Tried, Try

WAITER = Path(waiter.__file__)
KIND = ReaderKind("waiter", Event, {})


@pytest.fixture(params=[Step.BUBBLEWRAP, Step.LANDLOCK])
def locked(request: pytest.FixtureRequest) -> Step:
    step: Step = request.param
    if not sandbox.offers(step):
        pytest.skip(f"this system does not offer {step.value}: not installed, or forbidden")
    return step


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Step], ReaderClient]]:
    """Makes clients of readers that try what they are told to; all end with the test."""
    made: list[ReaderClient] = []
    monkeypatch.setattr(client, "command", lambda _module, *rest: [sys.executable, "-P", str(WAITER), *rest])
    monkeypatch.setattr(sandbox, "wrap", partial(sandbox.wrap, readable=[WAITER.parent]))

    def new(step: Step | None) -> ReaderClient:
        made.append(ReaderClient(KIND, ReaderLimits(), step))
        return made[-1]

    yield new
    for each in made:
        each.close()
    assert psutil.Process().children(recursive=True) == []


def opened(path: Path) -> tuple[int]:
    return (os.open(path, os.O_RDONLY),)


def document(folder: Path, text: str = "the document") -> Path:
    path = folder / f"{text}.txt"
    path.write_text(text, encoding="utf-8")
    return path


def waiting(readers: ReaderClient) -> ReaderProcess:
    """The one that waits, once it has closed its sandbox."""
    assert readers._waiting is not None
    process = readers._waiting.result()
    while process._child._arrived.empty():
        assert process.alive
    return process


def tried(process: ReaderProcess, *names: str, folder: Path = Path("/")) -> dict[str, str]:
    return process.ask(
        Try(names, str(Path.home()), str(folder / "secret.txt"), str(folder / "loot")), "", Tried
    ).outcomes


@pytest.fixture(params=[0, 100], ids=["few open files", "many open files"])
def open_files(request: pytest.FixtureRequest) -> Iterator[None]:
    """The desk has so many more files open: the reader's way to its files then has as high a number."""
    fds = [os.open(os.devnull, os.O_RDONLY) for _ in range(request.param)]
    yield
    for fd in fds:
        os.close(fd)


@pytest.mark.usefixtures("open_files")
def test_a_reader_that_waits_is_locked_in_before_there_is_a_file(
    locked: Step, make: Callable[[Step], ReaderClient], tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("the secret", encoding="utf-8")
    readers = make(locked)
    readers.expect()
    before = waiting(readers)
    process = readers.open(opened(document(tmp_path)), "")
    assert process is before
    got = tried(process, *ESCAPES, "document", "write", "receive", folder=tmp_path)
    assert process.reached is locked
    assert got.pop("document") == "done: the document"
    assert got.pop("receive") == "done: EBADF EPERM"  # EBADF: the end that it has closed; no other can be asked at all
    assert got.pop("write") == "EBADF"
    if locked is Step.BUBBLEWRAP and got["home"].startswith("done"):
        del got["home"]  # the way to this program and nothing else, as the sandbox's own tests show
    assert {name: how for name, how in got.items() if how not in REFUSED} == {}


def test_outside_a_sandbox_the_same_attempts_succeed(make: Callable[[Step], ReaderClient], tmp_path: Path) -> None:
    """Without this, a mistake in the attempts would look like a sandbox that holds."""
    readers = make(Step.RLIMITS)
    readers.expect()
    process = readers.open(opened(document(tmp_path)), "")
    got = tried(process, "tcp", "udp", "unix", "users", "document", "receive")
    assert "ENOTSOCK" in got.pop("receive")
    assert {name: how for name, how in got.items() if not how.startswith("done")} == {}


def test_where_bubblewrap_is_forbidden_another_step_is_taken(
    make: Callable[[Step | None], ReaderClient], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is tried with a real reader, without asking before; that one dies here, and nobody notices."""
    if not sandbox.offers(Step.LANDLOCK):
        pytest.skip("this system does not offer landlock")
    wrap = sandbox.wrap
    started = []

    def forbidden(argv: Sequence[str], step: Step, *rest: Any) -> list[str]:
        started.append(step)
        return ["false"] if step is Step.BUBBLEWRAP else wrap(argv, step, *rest)

    monkeypatch.setattr(sandbox, "wrap", forbidden)
    monkeypatch.setattr(sandbox, "has_bubblewrap", lambda: True)
    monkeypatch.setattr(sandbox, "offers", sandbox.offers.__wrapped__)
    readers = make(None)
    readers.expect()
    process = readers.open(opened(document(tmp_path)), "")
    assert tried(process, "document") == {"document": "done: the document"}
    assert process.reached is Step.LANDLOCK
    assert started[0] is Step.BUBBLEWRAP
    readers.end(process)
    assert readers.step() is Step.LANDLOCK


@pytest.mark.parametrize("deadly", ["exec", "trace"])
def test_what_only_an_intruder_does_ends_a_reader_that_waited(
    locked: Step, make: Callable[[Step], ReaderClient], tmp_path: Path, deadly: str
) -> None:
    readers = make(locked)
    readers.expect()
    process = readers.open(opened(document(tmp_path)), "book")
    with pytest.raises(AppError) as found:
        tried(process, deadly)
    assert (found.value.code, found.value.params["signal"]) == (Code.READER_CRASHED, signal.SIGSYS)


def test_each_file_gets_a_reader_of_its_own(make: Callable[[Step], ReaderClient], tmp_path: Path) -> None:
    readers = make(Step.RLIMITS)
    readers.expect()
    texts = ("one", "two", "three")
    processes = [readers.open(opened(document(tmp_path, text)), "") for text in texts]
    answers = [process.ask(Try(("document",)), "", Tried) for process in processes]
    assert [answer.outcomes["document"] for answer in answers] == [f"done: {text}" for text in texts]
    assert len({answer.pid for answer in answers}) == len(texts)
    (again,) = opened(document(tmp_path, "four"))
    assert processes[0].alive
    assert not processes[0].give((again,))
    os.close(again)
    assert processes[0].ask(Try(("document",)), "", Tried).outcomes == {"document": "done: one"}


def test_another_one_waits_until_all_that_were_expected_have_come(
    make: Callable[[Step], ReaderClient], tmp_path: Path
) -> None:
    readers = make(Step.RLIMITS)
    readers.expect(2)
    first = waiting(readers)
    assert readers.open(opened(document(tmp_path)), "") is first
    second = waiting(readers)
    assert second is not first
    assert readers.open(opened(document(tmp_path)), "") is second
    assert readers._waiting is None
    assert tried(readers.open(opened(document(tmp_path)), ""), "document") == {"document": "done: the document"}


def test_a_reader_that_dies_while_it_waits_is_replaced(make: Callable[[Step], ReaderClient], tmp_path: Path) -> None:
    readers = make(Step.RLIMITS)
    readers.expect()
    first, before = waiting(readers), readers._waiting
    os.kill(first._child.pid, signal.SIGKILL)
    while readers._waiting in (before, None):
        assert readers._deaths <= 1
    second = waiting(readers)
    process = readers.open(opened(document(tmp_path)), "")
    assert process is second
    assert second is not first
    assert tried(process, "document") == {"document": "done: the document"}


def test_a_reader_that_dies_before_it_is_known_to_wait_is_replaced(
    monkeypatch: pytest.MonkeyPatch, make: Callable[[Step], ReaderClient], tmp_path: Path
) -> None:
    """Its death is told while the thread that started it still has it in its hands."""
    start = ReaderClient._start
    dead: list[ReaderProcess] = []

    def start_and_kill(readers: ReaderClient, limits: ReaderLimits) -> ReaderProcess:
        process = start(readers, limits)
        if not dead:
            dead.append(process)
            os.kill(process._child.pid, signal.SIGKILL)
            process._child._listener.join()
        return process

    monkeypatch.setattr(ReaderClient, "_start", start_and_kill)
    readers = make(Step.RLIMITS)
    readers.expect()
    first = readers._waiting
    assert first is not None
    first.result()
    readers._starter.submit(bool).result()  # behind all that the death has brought about
    assert readers._waiting is not first
    second = waiting(readers)
    assert [first.result()] == dead
    assert readers.open(opened(document(tmp_path)), "") is second


def test_readers_that_cannot_wait_are_not_started_for_ever(
    monkeypatch: pytest.MonkeyPatch, make: Callable[[Step], ReaderClient], tmp_path: Path
) -> None:
    """They are told of when there is a file, as any that dies."""
    readers = make(Step.RLIMITS)
    started: list[str] = []

    def command(module: str, *_arguments: str) -> list[str]:
        started.append(module)
        return [sys.executable, "-c", "import os; os._exit(3)"]

    monkeypatch.setattr(client, "command", command)
    readers.expect()
    for _file in range(2):
        with pytest.raises(AppError) as found:
            tried(readers.open(opened(document(tmp_path)), "book"), "document")
        assert found.value.params == {"where": "reader exited with 3"}
    readers.close()
    assert len(started) <= 2 + 3 * client._MOST_DEATHS


def test_nothing_is_left_open(make: Callable[[Step], ReaderClient], tmp_path: Path) -> None:
    def use() -> None:
        readers = make(Step.RLIMITS)
        readers.expect()
        tried(readers.open(opened(document(tmp_path)), ""), "document")
        waiting(readers)
        readers.close()
        readers.close()
        readers.expect()  # too late: nothing starts

    use()
    before = os.listdir("/proc/self/fd")  # noqa: PTH208
    use()
    assert len(os.listdir("/proc/self/fd")) == len(before)  # noqa: PTH208
    assert psutil.Process().children() == []


_PROGRAM = """
import sys, psutil
from app.documents.reader import DocumentReader
reader = DocumentReader()
reader.expect()
process = reader._client._waiting.result()
assert process.gets_ready()
print(*(child.pid for child in psutil.Process().children(recursive=True)), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("end", ["leaves", "killed"])
def test_a_reader_that_waits_ends_with_the_program(end: str) -> None:
    program = subprocess.Popen([sys.executable, "-c", _PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert program.stdin is not None
    assert program.stdout is not None
    with program.stdin, program.stdout:
        children = [psutil.Process(int(pid)) for pid in program.stdout.readline().split()]
        assert children
        if end == "killed":
            program.kill()
    program.wait()
    _gone, alive = psutil.wait_procs(children, timeout=30)
    assert alive == []

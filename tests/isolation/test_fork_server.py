"""Readers that a fork server makes: what they have of it, of each other and of the desk, and what its end costs."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from app.core.errors import AppError, Code
from app.core.work import Cancel, finish
from app.documents import reader as document_reader
from app.documents.images import reader as image_reader
from app.documents.protocol import Parse, Parsed
from app.documents.reader import DocumentReader
from app.isolation import client, fork_server, forks, sandbox
from app.isolation.client import ReaderClient, ReaderKind, ReaderLimits, ReaderProcess
from app.isolation.sandbox import Step
from tests.isolation import waiter
from tests.isolation.test_client import document, opened, tried, waiting
from tests.isolation.waiter import Event

pytestmark = pytest.mark.skipif(not fork_server.POSSIBLE, reason="this system has no fork server")

WAITER = Path(waiter.__file__)
KIND = ReaderKind("waiter", Event, {}, forks=True)
LIMITS = ReaderLimits(memory_bytes=1 << 30, cpu_s=77)
NEEDLE = "heliotrope-" * 40
_KEY = "OCTAVO_TEST_KEY"


@pytest.fixture(params=[Step.BUBBLEWRAP, Step.LANDLOCK])
def step(request: pytest.FixtureRequest) -> Step:
    asked: Step = request.param
    if not sandbox.offers(asked):
        pytest.skip(f"this system does not offer {asked.value}: not installed, or forbidden")
    return asked


@pytest.fixture
def make(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Step], ReaderClient]]:
    """Makes clients of readers that try what they are told to; nothing is left of them after the test."""
    made: list[ReaderClient] = []
    monkeypatch.setattr(client, "command", lambda _module, *rest: [sys.executable, "-P", str(WAITER), *rest])
    monkeypatch.setattr(sandbox, "wrap", partial(sandbox.wrap, readable=[WAITER.parent]))

    def new(asked: Step) -> ReaderClient:
        made.append(ReaderClient(KIND, LIMITS, asked))
        made[-1]._is_unused = False  # the first is forked, too
        return made[-1]

    yield new
    for each in made:
        each.close()
    assert psutil.Process().children(recursive=True) == []


@pytest.fixture
def documents(step: Step) -> Iterator[DocumentReader]:
    reader = DocumentReader(step)
    reader._client._is_unused = False
    yield reader
    reader.close()
    assert psutil.Process().children(recursive=True) == []


def server_of(readers: ReaderClient) -> int:
    """The number of the server's own process, not of the bubblewrap around it."""
    assert readers._server is not None
    server = psutil.Process(readers._server._process.pid)
    inside = [each for each in (server, *server.children(recursive=True)) if each.name() != "bwrap"]
    return min(inside, key=lambda each: len(each.parents())).pid


def forks_of(readers: ReaderClient) -> set[int]:
    return {each.pid for each in psutil.Process(server_of(readers)).children()}


def wait_for_the_end_of(pid: int) -> None:
    """Wait for it: it is killed with its sandbox, and the system takes a moment to clear it away."""
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(pid).wait(timeout=30)


def memory_of(pid: int) -> bytes:
    """All that a process may write to; root alone may look."""
    if os.geteuid() != 0:
        pytest.skip("a reader is not dumpable: only root may look into its memory")
    found = bytearray()
    spans = re.findall(r"^(\w+)-(\w+) rw", Path(f"/proc/{pid}/maps").read_text("ascii"), re.MULTILINE)
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for start, end in spans:
            with contextlib.suppress(OSError):
                memory.seek(int(start, 16))
                found += memory.read(int(end, 16) - int(start, 16))
    return bytes(found)


def parsed(readers: ReaderClient, path: Path) -> ReaderProcess:
    """A reader that has read this file and still lives."""
    process = readers.open((os.open(path, os.O_RDONLY),), str(path))
    assert NEEDLE in "".join(page.text for page in process.ask(Parse(path.name), "", Parsed).document.pages)
    return process


# ---- what a fork has -------------------------------------------------------------------------------------------


def test_a_fork_has_nothing_of_an_earlier_file_or_of_the_desk(
    monkeypatch: pytest.MonkeyPatch, documents: DocumentReader, tmp_path: Path
) -> None:
    monkeypatch.setenv(_KEY, f"{NEEDLE}environment")
    path = tmp_path / "wisteria.txt"
    path.write_text(f"{NEEDLE}\n\n" * 50, "utf-8")
    readers = documents._client
    first = parsed(readers, path)
    (pid,) = forks_of(readers)
    assert NEEDLE.encode() in memory_of(pid)  # else the search would find nothing anywhere
    assert b"wisteria" in memory_of(pid)
    second = readers.open(opened(document(tmp_path)), "")
    assert second.gets_ready()
    (later,) = forks_of(readers) - {pid}
    for each in (later, server_of(readers)):
        held = memory_of(each)
        assert not [word for word in (NEEDLE, "wisteria", str(tmp_path), _KEY) if word.encode() in held]
    for process in (first, second):
        readers.end(process)


def test_a_fork_has_its_pipe_and_its_file_and_no_other_descriptor(
    step: Step, make: Callable[[Step], ReaderClient], tmp_path: Path
) -> None:
    secret = os.open("/etc/hostname", os.O_RDONLY)
    os.set_inheritable(secret, True)
    try:
        readers = make(step)
        with readers.opened(opened(document(tmp_path)), "") as first:
            tried(first, "document")
            with readers.opened(opened(document(tmp_path)), "") as second:
                each = [tried(process, "descriptors")["descriptors"] for process in (first, second)]
    finally:
        os.close(secret)
    assert each == ["done: 0 1 2 4 5 6"] * 2  # the void, the errors twice, the pipe, the document


def test_forks_have_limits_of_their_own_and_chance_of_their_own(
    step: Step, make: Callable[[Step], ReaderClient], tmp_path: Path
) -> None:
    readers = make(step)
    with readers.opened(opened(document(tmp_path)), "") as one, readers.opened(opened(document(tmp_path)), "") as other:
        assert tried(one, "limits")["limits"] == f"done: {LIMITS.memory_bytes} {LIMITS.cpu_s} 0 0 0"
        assert tried(one, "chance") != tried(other, "chance")


def test_a_fork_reaches_neither_its_sibling_nor_the_server(
    step: Step, make: Callable[[Step], ReaderClient], tmp_path: Path
) -> None:
    """By what any program may do to others of its user; `test_escape` tries all that an intruder would."""
    readers = make(step)
    with readers.opened(opened(document(tmp_path)), "") as first, readers.opened(opened(document(tmp_path)), "") as two:
        assert tried(first, "signal") == {"signal": "EPERM"}  # of its parent, the server
        with pytest.raises(AppError) as found:
            tried(first, "trace")
        assert (found.value.code, found.value.params["signal"]) == (Code.READER_CRASHED, signal.SIGSYS)
        assert tried(two, "document") == {"document": "done: the document"}


# ---- how long a server lasts -----------------------------------------------------------------------------------


def test_a_server_is_replaced_after_a_crash_and_after_so_many_files(
    monkeypatch: pytest.MonkeyPatch, step: Step, make: Callable[[Step], ReaderClient], tmp_path: Path
) -> None:
    monkeypatch.setattr(fork_server, "RENEWED_AFTER", 3)
    readers, seen = make(step), list[int]()

    def read() -> ReaderProcess:
        process = readers.open(opened(document(tmp_path)), "")
        tried(process, "document")
        seen.append(server_of(readers))
        return process

    kept = read()
    for _file in range(3):
        readers.end(read())
    assert [seen.index(each) for each in seen] == [0, 0, 0, 3]
    assert tried(kept, "document") == {"document": "done: the document"}  # its server stays as long as it does
    assert psutil.pid_exists(seen[0])
    readers.end(kept)
    wait_for_the_end_of(seen[0])
    crashing = read()
    assert seen[-1] == seen[3]
    with pytest.raises(AppError):
        tried(crashing, "trace")
    readers.end(crashing)
    readers.end(read())
    assert seen[-1] != seen[3]
    wait_for_the_end_of(seen[3])


def test_a_fork_that_waits_beside_a_crash_gets_no_file(
    step: Step, make: Callable[[Step], ReaderClient], tmp_path: Path
) -> None:
    """It has the layout of memory that the file which crashed its reader may have learned something of."""
    readers = make(step)
    readers.expect()
    crashing = readers.open(opened(document(tmp_path)), "")
    beside, before = waiting(readers), server_of(readers)
    with pytest.raises(AppError):
        tried(crashing, "trace")
    with readers.opened(opened(document(tmp_path)), "") as process:
        assert process is not beside
        assert not beside.alive
        assert tried(process, "document") == {"document": "done: the document"}
    assert server_of(readers) != before


def test_one_fork_ends_and_its_siblings_go_on(step: Step, make: Callable[[Step], ReaderClient], tmp_path: Path) -> None:
    readers = make(step)
    processes = [readers.open(opened(document(tmp_path)), "") for _file in range(3)]
    for process in processes:
        tried(process, "document")
    readers.end(processes[1])
    assert len(forks_of(readers)) == 2
    for process in (processes[0], processes[2]):
        assert tried(process, "document") == {"document": "done: the document"}


def test_a_file_whose_server_dies_is_read_by_a_fork_of_another(
    monkeypatch: pytest.MonkeyPatch, documents: DocumentReader, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("The ferry leaves at nine.\n", "utf-8")
    readers, killed = documents._client, list[int]()
    converse = ReaderProcess.converse
    deaths = 1

    def die_with_the_server(process: ReaderProcess, *rest: object) -> object:
        if len(killed) < deaths:
            killed.append(server_of(readers))
            children = forks_of(readers)
            os.kill(killed[-1], signal.SIGKILL)
            for each in children:
                wait_for_the_end_of(each)
        return converse(process, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(ReaderProcess, "converse", die_with_the_server)
    assert "ferry" in finish(documents.read(path, Cancel())).pages[0].text
    assert server_of(readers) not in killed
    deaths = 4
    with pytest.raises(AppError) as told:
        finish(documents.read(path, Cancel()))
    assert (told.value.code, told.value.params) == (Code.READER_ENDED, {"path": str(path)})
    assert len(killed) == 4  # three times for this file, and no more


def test_a_server_that_died_between_two_files_is_replaced_unseen(
    step: Step, make: Callable[[Step], ReaderClient], tmp_path: Path
) -> None:
    readers = make(step)
    readers.end(readers.open(opened(document(tmp_path)), ""))
    psutil.Process(before := server_of(readers)).kill()
    with readers.opened(opened(document(tmp_path)), "") as process:
        assert tried(process, "document") == {"document": "done: the document"}
        assert server_of(readers) != before


def test_a_server_that_does_not_do_as_it_is_told_is_ended(
    monkeypatch: pytest.MonkeyPatch, step: Step, make: Callable[[Step], ReaderClient], tmp_path: Path
) -> None:
    monkeypatch.setattr(forks, "_PATIENCE_S", 0.5)
    readers = make(step)
    process = readers.open(opened(document(tmp_path)), "")
    tried(process, "document")
    psutil.Process(server := server_of(readers)).suspend()
    readers.end(process)
    wait_for_the_end_of(server)
    with readers.opened(opened(document(tmp_path)), "") as another:
        assert tried(another, "document") == {"document": "done: the document"}


# ---- where there is none ---------------------------------------------------------------------------------------


def test_without_the_filter_of_system_calls_nothing_is_forked(
    monkeypatch: pytest.MonkeyPatch, step: Step, make: Callable[[Step], ReaderClient], tmp_path: Path
) -> None:
    hidden = f"import sys; sys.modules['pyseccomp'] = None; sys.path.insert(0, {str(WAITER.parent)!r})"
    program = f"{hidden}; import waiter; waiter.main(*sys.argv[1:])"
    readers = make(step)
    monkeypatch.setattr(client, "command", lambda _module, *rest: [sys.executable, "-P", "-c", program, *rest])
    for _file in range(2):
        with readers.opened(opened(document(tmp_path)), "") as process:
            assert tried(process, "document") == {"document": "done: the document"}
            assert process._forked is None
    assert readers._server is None


def test_a_fork_that_waits_is_locked_in_before_there_is_a_file(
    step: Step, make: Callable[[Step], ReaderClient], tmp_path: Path
) -> None:
    readers = make(step)
    readers.expect()
    before = waiting(readers)
    assert before._forked is not None
    assert readers.open(opened(document(tmp_path)), "") is before
    assert tried(before, "document", "users", "fork") == {
        "document": "done: the document",
        "users": "EPERM",
        "fork": "EPERM",
    }
    assert before.reached is step


@pytest.mark.parametrize(("expected", "forked"), [(0, [False, True]), (1, [False, True]), (2, [True, True])])
def test_the_first_file_is_read_without_a_server_unless_others_are_expected(
    make: Callable[[Step], ReaderClient], tmp_path: Path, expected: int, forked: list[bool]
) -> None:
    """It would pay for the start of both."""
    readers, seen = make(Step.LANDLOCK), list[bool]()
    readers._is_unused = True
    readers.expect(expected)
    for _file in range(2):
        with readers.opened(opened(document(tmp_path)), "") as process:
            assert tried(process, "document") == {"document": "done: the document"}
            seen.append(process._forked is not None)
    assert seen == forked


def test_the_readers_of_documents_and_images_are_forked() -> None:
    assert document_reader.KIND.forks
    assert image_reader._KIND.forks

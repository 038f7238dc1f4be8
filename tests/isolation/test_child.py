"""A real child process and its pipe: what arrives, and what the desk learns when the child dies."""

from __future__ import annotations

import io
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from app.isolation.child import Cause, Child, ChildDied
from app.isolation.heartbeat import MAX_FRAME_BYTES, BrokenFrame, Decoder, Encoder
from tests.isolation import puppet
from tests.isolation.puppet import Echo, Exit, Print, Spill, Wait

LONG_S = 60.0
"""More than any step of these tests takes; reaching it is a failure."""


@contextmanager
def running(**options: Any) -> Iterator[Child[Echo]]:
    child: Child[Echo] = Child([sys.executable, "-P", str(Path(puppet.__file__))], Echo, **options)
    try:
        yield child
    finally:
        child.kill()


def death_of(child: Child[Echo]) -> ChildDied:
    with pytest.raises(ChildDied) as first:
        child.receive(LONG_S)
    for _ in range(2):  # whoever asks later learns the same
        with pytest.raises(ChildDied) as again:
            child.receive(0)
        assert (again.value.cause, again.value.detail) == (first.value.cause, first.value.detail)
    assert child.death is not None
    return first.value


@pytest.mark.parametrize("text", ["", "日本語 \U0001f4d6 \x00", "long " * 500_000])
def test_messages_come_back_as_they_were(text: str) -> None:
    with running() as child:
        child.send(Echo(text))
        assert child.receive(LONG_S) == Echo(text)


def test_messages_of_many_threads_do_not_mix() -> None:
    texts = [str(number) * 20_000 for number in range(8)]
    with running() as child:
        threads = [threading.Thread(target=child.send, args=(Echo(text),)) for text in texts]
        for thread in threads:
            thread.start()
        arrived = [child.receive(LONG_S) for _ in texts]
        for thread in threads:
            thread.join()
    assert sorted(echo.text for echo in arrived if echo) == sorted(texts)


def test_nothing_arrives_in_time() -> None:
    with running() as child:
        assert child.receive(0.0) is None
        assert child.death is None


def test_what_is_printed_does_not_garble_the_pipe() -> None:
    with running() as child:
        for _ in range(20):
            child.send(Print("noise" * 100))
            assert child.receive(LONG_S) == Echo("noise" * 100)


@pytest.mark.parametrize("status", [0, 1, 41])
def test_the_exit_status_is_told(status: int) -> None:
    with running() as child:
        child.send(Exit(status))
        died = death_of(child)
        assert (died.cause, died.detail) == (Cause.EXITED, status)


@pytest.mark.parametrize("ended_by", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_signal_is_told(ended_by: signal.Signals) -> None:
    with running() as child:
        child.send(Wait(stuck=True))
        os.kill(child.pid, ended_by)
        died = death_of(child)
        assert (died.cause, died.detail) == (Cause.SIGNAL, ended_by)


@pytest.mark.parametrize("attempt", range(5))
def test_a_signal_in_the_middle_of_a_message_is_told_as_a_signal(attempt: int) -> None:
    """The pipe closes before the system reports the death: that must not look like garbage on the pipe."""
    with running() as child:
        child.send(Spill(struct.pack("<I", 100) + b"half a mess", signal.SIGSEGV))
        died = death_of(child)
        assert (died.cause, died.detail) == (Cause.SIGNAL, signal.SIGSEGV)


def test_a_stopped_child_counts_as_hung() -> None:
    with running(silence_limit_s=1.5) as child:
        child.send(Echo("it runs"))
        assert child.receive(LONG_S) == Echo("it runs")
        os.kill(child.pid, signal.SIGSTOP)
        died = death_of(child)
        assert died.cause is Cause.HUNG
        assert died.detail >= 1


def test_work_without_a_step_counts_as_hung() -> None:
    with running(stall_limit_s=0.2) as child:
        child.send(Wait(stuck=True))
        assert death_of(child).cause is Cause.HUNG


def test_waiting_for_orders_is_no_hang() -> None:
    """A child at rest outlives the limit of one step, which its signs of life would otherwise exceed."""
    with running(stall_limit_s=0.0) as child:
        assert child.receive(2.5) is None
        child.send(Echo("still here"))
        assert child.receive(LONG_S) == Echo("still here")


DESK = """
import sys
from app.isolation.child import Child
from tests.isolation.puppet import Echo
child = Child([sys.executable, "-P", sys.argv[1]], Echo, silence_limit_s=1.5)
for line in sys.stdin:
    child.send(Echo(line))
    print(child.receive(60), flush=True)
child.kill()
"""


def test_a_desk_that_stood_still_does_not_blame_its_child() -> None:
    """Ctrl+Z stops the desk; its child, in a session of its own, lives on."""
    argv = [sys.executable, "-c", DESK, puppet.__file__]
    root = Path(puppet.__file__).parent.parent.parent
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) as desk:
        assert desk.stdin is not None
        assert desk.stdout is not None
        print("before", file=desk.stdin, flush=True)
        assert "before" in desk.stdout.readline()
        os.kill(desk.pid, signal.SIGSTOP)
        with running(silence_limit_s=2.0) as clock:  # it hangs once more than the desk's own limit has passed
            clock.send(Echo("tick"))
            assert clock.receive(LONG_S) == Echo("tick")
            os.kill(clock.pid, signal.SIGSTOP)
            assert death_of(clock).cause is Cause.HUNG
        os.kill(desk.pid, signal.SIGCONT)
        for _ in range(3):
            print("after", file=desk.stdin, flush=True)
            assert "after" in desk.stdout.readline()
        desk.stdin.close()
    assert desk.returncode == 0


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff" * 64,  # a length beyond all bounds
        struct.pack("<I", 3) + b"\xc1\xc1\xc1",  # not msgpack
        struct.pack("<I", 1) + b"\x07",  # msgpack, but not a message
        struct.pack("<I", 17) + b"\x82\xa4type\xa4Exit\xa6status",  # cut short
        struct.pack("<I", 14) + b"\x81\xa4type\xa7Unknown",  # of no known type
    ],
)
def test_garbage_on_the_pipe_ends_the_child(raw: bytes) -> None:
    with running() as child:
        child.send(Spill(raw))
        assert death_of(child).cause is Cause.PROTOCOL
        assert not psutil.pid_exists(child.pid)


def test_sending_to_the_dead_tells_how_it_died() -> None:
    with running() as child:
        child.send(Exit(7))
        death_of(child)
        with pytest.raises(ChildDied) as told:
            child.send(Echo("x" * 1_000_000))  # more than a pipe holds
        assert (told.value.cause, told.value.detail) == (Cause.EXITED, 7)


def test_a_message_that_was_sent_before_the_death_still_arrives() -> None:
    with running() as child:
        child.send(Echo("last words"))
        child.send(Exit(0))
        assert child.receive(LONG_S) == Echo("last words")
        assert death_of(child).cause is Cause.EXITED


def test_close_lets_the_child_end_by_itself() -> None:
    deaths: list[ChildDied] = []
    child: Child[Echo] = Child([sys.executable, "-P", str(Path(puppet.__file__))], Echo, on_death=deaths.append)
    child.send(Echo("ready"))
    assert child.receive(LONG_S) == Echo("ready")
    child.close()
    assert child.death is not None
    assert (child.death.cause, child.death.detail) == (Cause.EXITED, 0)
    assert deaths == []  # it was asked to


def test_kill_waits_until_the_child_is_gone() -> None:
    with running() as child:
        child.send(Wait(stuck=True))
        child.kill()
        assert not psutil.pid_exists(child.pid)
        assert child.death is not None
        assert child.death.cause is Cause.SIGNAL
        child.kill()  # and may be called again
        child.close()


def test_an_unexpected_death_is_announced_once() -> None:
    deaths: list[ChildDied] = []
    told = threading.Event()

    def announce(died: ChildDied) -> None:
        deaths.append(died)
        told.set()

    with running(on_death=announce) as child:
        child.send(Exit(3))
        assert told.wait(LONG_S)
    assert [(died.cause, died.detail) for died in deaths] == [(Cause.EXITED, 3)]


def test_children_leave_no_threads_and_no_descriptors() -> None:
    def held() -> tuple[int, int]:
        return len(os.listdir("/proc/self/fd")), threading.active_count()  # noqa: PTH208

    with running():
        pass
    before = held()
    for _ in range(3):
        with running() as child:
            child.send(Exit(0))
            death_of(child)
    assert held() == before


def test_a_program_that_is_not_there_raises_at_once() -> None:
    with pytest.raises(OSError, match="octavo-nothing"):
        Child(["/octavo-nothing"], Echo)


def test_a_frame_survives_a_pipe_that_gives_one_byte_at_a_time() -> None:
    class Drip(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(1, size or 0))

    written = io.BytesIO()
    Encoder(written).send(Echo("drop by drop"))
    decoder: Decoder[Echo] = Decoder(Drip(written.getvalue()), Echo)
    assert decoder.receive() == Echo("drop by drop")
    assert decoder.receive() is None


def test_an_announced_length_beyond_the_limit_is_refused_before_memory_is_taken() -> None:
    decoder: Decoder[Echo] = Decoder(io.BytesIO(struct.pack("<I", MAX_FRAME_BYTES + 1)), Echo)
    with pytest.raises(BrokenFrame):
        decoder.receive()


@pytest.mark.skipif(sys.platform == "win32", reason="no process groups")
@pytest.mark.timeout(60)
def test_what_a_dead_child_left_behind_is_killed_with_it() -> None:
    """A sandbox whose outer process was killed before the inner one knew that it would be left alone."""
    left = "import os, time\nif os.fork() == 0: time.sleep(1000)"
    child: Child[Echo] = Child([sys.executable, "-P", "-c", left], Echo)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead; nobody has asked how
    child.kill()  # waits until nobody has the pipe any more
    assert child.death is not None

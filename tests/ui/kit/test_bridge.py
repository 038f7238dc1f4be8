"""Work leaves the GUI thread, its events come back to it, and nothing of it outlives the window."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import QObject, QThread, QTimer
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import Answer, Ending
from app.core.conversations.events import Loading, Reading, Token
from app.core.errors import AppError, Code, Problem
from app.core.work import Cancel, Stopped, Work
from app.ui.kit.bridge import Bridge, Executor
from app.ui.kit.jobs import Cancelled, Done, Failed
from tests.ui.gate import Gate

_ANSWER = Answer("a", "q", "text", Ending.COMPLETE, "model", 0.0)


class Listener(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.events: list[object] = []
        self.results: list[object] = []
        self.problems: list[Problem] = []
        self.threads: set[QThread] = set()

    def hear(self, event: object) -> None:
        self.threads.add(QThread.currentThread())
        self.events.append(event)

    def take(self, result: object) -> None:
        self.threads.add(QThread.currentThread())
        self.results.append(result)

    def fail(self, problem: Problem) -> None:
        self.problems.append(problem)


@pytest.fixture
def bridge(qapp: object) -> Iterator[Bridge]:
    made = Bridge()
    yield made
    assert made.close(), "a thread did not end"
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("bridge-")]


@pytest.fixture
def listener(qapp: object) -> Listener:
    return Listener()


def test_events_come_in_order_on_the_gui_thread_and_work_runs_on_another(
    qtbot: QtBot, bridge: Bridge, listener: Listener
) -> None:
    threads: list[str] = []

    def work(cancel: Cancel) -> Work[Reading | Token, Answer]:
        threads.append(threading.current_thread().name)
        yield Reading(1, 2, 0)
        yield Token("a")
        return _ANSWER

    job = bridge.stream(Executor.ENGINE, work, listener.hear)
    assert not listener.events, "nothing is delivered before the event loop runs"
    qtbot.waitUntil(lambda: not job.running)
    assert listener.events == [Reading(1, 2, 0), Token("a"), Done(_ANSWER)]
    assert listener.threads == {qtbot_thread()}
    assert threads == ["bridge-engine"]
    assert bridge.idle


def qtbot_thread() -> QThread:
    return QThread.currentThread()


def test_streamed_text_is_joined_and_none_of_it_is_lost(qtbot: QtBot, bridge: Bridge, listener: Listener) -> None:
    words = [f"{number} " for number in range(5_000)]

    def work(cancel: Cancel) -> Work[Token, Answer]:
        for word in words:
            yield Token(word)
        return _ANSWER

    job = bridge.stream(Executor.ENGINE, work, listener.hear)
    qtbot.waitUntil(lambda: not job.running)
    texts = [event.text for event in listener.events if isinstance(event, Token)]
    assert "".join(texts) == "".join(words)
    assert len(texts) < len(words) / 10
    assert listener.events[-1] == Done(_ANSWER)


def test_text_arrives_while_the_answer_goes_on(qtbot: QtBot, bridge: Bridge, listener: Listener) -> None:
    gate = Gate()

    def work(cancel: Cancel) -> Work[Token, Answer]:
        yield Token("first")
        gate.wait(cancel)
        yield Token(" second")
        return _ANSWER

    job = bridge.stream(Executor.ENGINE, work, listener.hear)
    qtbot.waitUntil(lambda: listener.events == [Token("first")])
    gate.open()
    qtbot.waitUntil(lambda: not job.running)
    assert listener.events == [Token("first"), Token(" second"), Done(_ANSWER)]


def test_of_progress_only_the_newest_is_worth_delivering(qtbot: QtBot, bridge: Bridge, listener: Listener) -> None:
    def work(cancel: Cancel) -> Work[Reading, str]:
        for done in range(2_000):
            yield Reading(done, 2_000, 0)
        return "read"

    job = bridge.stream(Executor.ENGINE, work, listener.hear)
    qtbot.waitUntil(lambda: not job.running)
    readings = [event.done for event in listener.events if isinstance(event, Reading)]
    assert readings == sorted(readings)
    assert readings[-1] == 1_999
    assert len(readings) < 2_000


def test_one_executor_takes_its_work_in_turns_and_two_executors_do_not_wait_for_each_other(
    qtbot: QtBot, bridge: Bridge, listener: Listener
) -> None:
    gate = Gate()
    bridge.call(Executor.ENGINE, gate.wait, listener.take, listener.fail)
    bridge.call(Executor.ENGINE, lambda: "after the gate", listener.take, listener.fail)
    bridge.call(Executor.STORE, lambda: "meanwhile", listener.take, listener.fail)
    qtbot.waitUntil(lambda: listener.results == ["meanwhile"])
    gate.open()
    qtbot.waitUntil(lambda: len(listener.results) == 3)
    assert listener.results == ["meanwhile", None, "after the gate"]
    assert listener.threads == {qtbot_thread()}


def test_cancelling_a_stream_still_brings_its_one_ending(qtbot: QtBot, bridge: Bridge, listener: Listener) -> None:
    gate = Gate()
    closed = threading.Event()

    def work(cancel: Cancel) -> Work[Token, None]:
        try:
            yield Token("partial")
            gate.wait(cancel)
            if cancel.requested:
                raise Stopped
        finally:
            closed.set()

    job = bridge.stream(Executor.ENGINE, work, listener.hear)
    qtbot.waitUntil(gate.reached.is_set)
    job.cancel()
    qtbot.waitUntil(lambda: not job.running)
    assert listener.events == [Token("partial"), Cancelled()]
    qtbot.waitUntil(closed.is_set)


def test_what_is_cancelled_before_its_turn_never_begins(qtbot: QtBot, bridge: Bridge, listener: Listener) -> None:
    gate = Gate()
    begun: list[str] = []

    def stream(cancel: Cancel) -> Work[Token, None]:
        begun.append("stream")
        yield Token("stream")

    bridge.call(Executor.ENGINE, gate.wait, listener.take, listener.fail)
    waiting = bridge.stream(Executor.ENGINE, stream, listener.hear)
    call = bridge.call(Executor.ENGINE, lambda: begun.append("call"), listener.take, listener.fail)
    waiting.cancel()
    call.cancel()
    gate.open()
    qtbot.waitUntil(lambda: bridge.idle)
    assert begun == []
    assert listener.events == [Cancelled()]
    assert listener.results == [None], "the cancelled call delivers nothing"


def test_an_error_keeps_its_code_and_a_bug_becomes_one(
    qtbot: QtBot, bridge: Bridge, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse() -> None:
        raise AppError(Code.DISK_FULL, path="/desk")

    def stumble(cancel: Cancel) -> Work[Token, None]:
        yield Token("so far")
        raise ValueError("a secret text")

    bridge.call(Executor.STORE, refuse, listener.take, listener.fail)
    bridge.stream(Executor.ENGINE, stumble, listener.hear)
    qtbot.waitUntil(lambda: bridge.idle)
    assert listener.problems == [Problem(Code.DISK_FULL, {"path": "/desk"})]
    endings = [event for event in listener.events if isinstance(event, Failed)]
    assert [event.problem.code for event in endings] == [Code.BUG]
    assert any("ValueError at test_bridge.py" in str(event.problem.params["where"]) for event in endings)
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text + str(endings)


def _read(cancel: Cancel) -> Work[Token, None]:
    yield Token("read")


def test_a_handler_is_a_method_of_a_qobject(bridge: Bridge, listener: Listener) -> None:
    with pytest.raises(TypeError):
        bridge.call(Executor.STORE, lambda: 1, lambda result: None, listener.fail)
    with pytest.raises(TypeError):
        bridge.stream(Executor.STORE, _read, print)


def test_arguments_may_be_bound_to_a_handler(qtbot: QtBot, bridge: Bridge, listener: Listener) -> None:
    heard: list[tuple[object, object]] = []

    class Pair(QObject):
        def hear(self, key: str, result: object) -> None:
            heard.append((key, result))

    pair = Pair()
    bridge.call(Executor.STORE, lambda: 7, partial(pair.hear, "key"), listener.fail)
    qtbot.waitUntil(lambda: bridge.idle)
    assert heard == [("key", 7)]


def test_what_gives_nothing_that_is_wanted_calls_a_handler_without_anything(
    qtbot: QtBot, bridge: Bridge, listener: Listener
) -> None:
    heard: list[str] = []

    class Ended(QObject):
        def hear(self, name: str = "plain") -> None:
            heard.append(name)

    def refuse() -> None:
        raise AppError(Code.DISK_FULL, path="/desk")

    ended, gone = Ended(), Ended()
    gone.deleteLater()
    bridge.do(Executor.STORE, lambda: 7, ended.hear, listener.fail)
    bridge.do(Executor.STORE, lambda: 7, partial(ended.hear, "bound"), listener.fail)
    bridge.do(Executor.STORE, refuse, ended.hear, listener.fail)
    with qtbot.waitSignal(gone.destroyed):
        bridge.do(Executor.STORE, lambda: 7, gone.hear, listener.fail)
    qtbot.waitUntil(lambda: bridge.idle)
    assert heard == ["plain", "bound"]
    assert listener.problems == [Problem(Code.DISK_FULL, {"path": "/desk"})]
    with pytest.raises(TypeError):
        bridge.do(Executor.STORE, lambda: 7, lambda: None, listener.fail)


def test_nothing_is_delivered_to_an_object_that_is_gone(qtbot: QtBot, bridge: Bridge, listener: Listener) -> None:
    gate = Gate()
    gone = Listener()
    events = gone.events

    def work(cancel: Cancel) -> Work[Token, str]:
        gate.wait(cancel)
        yield Token("late")
        return "late"

    job = bridge.stream(Executor.ENGINE, work, gone.hear)
    qtbot.waitUntil(gate.reached.is_set)
    with qtbot.waitSignal(gone.destroyed):
        gone.deleteLater()
    gate.open()
    qtbot.waitUntil(lambda: not job.running)
    assert events == []


def test_closing_cancels_what_runs_and_what_waits_and_delivers_nothing_more(qapp: object, listener: Listener) -> None:
    bridge = Bridge()
    gate = Gate()
    begun: list[str] = []

    def work(cancel: Cancel) -> Work[Token, None]:
        begun.append("running")
        gate.wait(cancel)
        yield Token("late")

    bridge.stream(Executor.ENGINE, work, listener.hear)
    bridge.call(Executor.ENGINE, lambda: begun.append("waiting"), listener.take, listener.fail)
    assert gate.reached.wait(10)
    assert bridge.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("bridge-")]
    after = bridge.call(Executor.STORE, lambda: begun.append("late"), listener.take, listener.fail)
    QTimer.singleShot(0, listener.deleteLater)
    assert not after.running
    assert begun == ["running"]
    assert listener.events == []


def test_closing_does_not_wait_for_a_thread_that_is_stuck(qapp: object, listener: Listener) -> None:
    bridge = Bridge()
    stuck = Gate()
    bridge.call(Executor.READER, stuck.wait, listener.take, listener.fail)
    assert stuck.reached.wait(10)
    assert bridge.close(timeout_s=0.05) is False
    stuck.open()
    for thread in threading.enumerate():
        if thread.name == "bridge-reader":
            thread.join(10)
            assert not thread.is_alive()


def test_a_fault_in_a_handler_does_not_keep_what_comes_after_it(qtbot: QtBot, bridge: Bridge) -> None:
    def work(cancel: Cancel) -> Work[Token | Loading, int]:
        yield Token("one")
        yield Loading(0.5)
        return 1

    class Clumsy(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.heard: list[object] = []

        def hear(self, event: object) -> None:
            self.heard.append(event)
            raise RuntimeError(f"clumsy {len(self.heard)}")

    clumsy = Clumsy()
    with qtbot.captureExceptions() as caught:
        bridge.stream(Executor.STORE, work, clumsy.hear)
        qtbot.waitUntil(lambda: bridge.idle)
    assert clumsy.heard == [Token("one"), Loading(0.5), Done(1)]
    assert [str(error) for _kind, error, _trace in caught] == ["clumsy 1", "clumsy 2", "clumsy 3"]


def test_work_ends_with_what_it_returns_or_where_it_was_stopped(
    qtbot: QtBot, bridge: Bridge, listener: Listener
) -> None:
    def count(cancel: Cancel) -> Work[Token, int]:
        yield Token("one")
        return 1

    def stop(cancel: Cancel) -> Work[Token, int]:
        yield Token("two")
        raise Stopped

    bridge.stream(Executor.ENGINE, count, listener.hear)
    bridge.stream(Executor.ENGINE, stop, listener.hear)
    qtbot.waitUntil(lambda: bridge.idle)
    assert listener.events == [Token("one"), Done(1), Token("two"), Cancelled()]


def test_draining_stops_what_runs_and_waits_for_what_uses_the_desk(
    qtbot: QtBot, bridge: Bridge, listener: Listener
) -> None:
    engine, hub = Gate(), Gate()

    def wait_at(gate: Gate, cancel: Cancel) -> Work[Token, None]:
        yield Token("begun")
        gate.wait()  # as native code does, which cannot be stopped
        if cancel.requested:
            raise Stopped

    for executor, gate in ((Executor.ENGINE, engine), (Executor.ASKING, hub)):
        bridge.stream(executor, partial(wait_at, gate), listener.hear)
    qtbot.waitUntil(lambda: engine.reached.is_set() and hub.reached.is_set())
    bridge.call(Executor.STORE, lambda: 1, listener.take, listener.fail)
    drained: list[bool] = []

    class Waiting(QObject):
        def note(self) -> None:
            drained.append(True)

    waiting = Waiting()
    bridge.drain(waiting.note)
    qtbot.wait(1)
    assert drained == []
    engine.open()
    qtbot.waitUntil(lambda: drained == [True])
    hub.open()
    qtbot.waitUntil(lambda: bridge.idle)
    assert [event for event in listener.events if isinstance(event, Cancelled)] == [Cancelled(), Cancelled()]


def test_draining_a_bridge_that_did_nothing_is_over_at_once(bridge: Bridge) -> None:
    drained: list[bool] = []

    class Waiting(QObject):
        def note(self) -> None:
            drained.append(True)

    waiting = Waiting()
    bridge.drain(waiting.note)
    assert drained == [True]

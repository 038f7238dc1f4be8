"""Runs work off the GUI thread, one thread per contended resource, and delivers its events on the GUI thread."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.core.errors import AppError, Code, Problem
from app.core.work import Cancel, Stopped, Work, finish
from app.ui.kit.jobs import Cancelled, Done, Failed, Job, is_alive, require_receiver

TOKEN_INTERVAL_MS = 30
"""The shortest time, in ms, between two deliveries of streamed text; what came in between arrives as one `Token`."""

_log = logging.getLogger("octavo.bridge")

Progress = TypeVar("Progress")
Result = TypeVar("Result")


class Executor(StrEnum):
    """The threads that work is done on. There is one for each resource: whoever shares a resource waits in line instead
    of locking."""

    ENGINE = "engine"
    STORE = "store"
    READER = "reader"
    ADDING = "adding"  # folders: their documents, for minutes
    IMAGES = "images"
    MODELS = "models"  # headers and plans of models: for a moment
    COPYING = "copying"  # of models, and comparing them with their hashes: the disk, for minutes
    COMPARING = "comparing"  # the texts of two books: the processor, for seconds
    ASKING = "asking"  # the hub what it has
    FETCHING = "fetching"  # from the hub, for hours
    SUGGESTING = "suggesting"  # questions: the processor, for a moment
    FINDING = "finding"  # words in conversations and books: the processor, for a moment
    PRINTING = "printing"  # pages of a book: the disk and the printer, for minutes
    RULES = "rules"  # books looked through by rules: the processor, for seconds
    INDEXING = "indexing"  # books, with the embedder: for minutes
    BACKING_UP = "backing up"  # the whole desk: the disk, for minutes


_NOT_OF_DESK = (Executor.MODELS, Executor.COPYING, Executor.ASKING, Executor.FETCHING)
"""The executors whose work has nothing to do with books and conversations; a network may keep them waiting."""


@dataclass
class _Line:
    """An executor's thread and the work that waits for it."""

    name: Executor
    work: queue.SimpleQueue[Callable[[], None] | None] = field(default_factory=queue.SimpleQueue)
    thread: threading.Thread | None = None

    def put(self, work: Callable[[], None]) -> None:
        if self.thread is None:
            self.thread = threading.Thread(target=self._run, name=f"bridge-{self.name}", daemon=True)
            self.thread.start()
        self.work.put(work)

    def _run(self) -> None:
        while (work := self.work.get()) is not None:
            work()
            del work  # with what it was given: it would be kept until the next one comes


class Bridge(QObject):
    """The only way from the window to anything that may take time.

    Handlers are bound methods of QObjects, or `functools.partial`s of such; they run on the thread the bridge was
    made on, and no longer once their object is destroyed. A job delivers exactly one ending, unless the bridge was
    closed before.
    """

    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines = {name: _Line(name) for name in Executor}
        self._jobs: dict[Job, Executor] = {}
        self._closing = threading.Lock()
        self._closed = False
        self._text_waits: set[Job] = set()
        self._flush = QTimer(self, singleShot=True, interval=TOKEN_INTERVAL_MS)
        self._flush.timeout.connect(self._deliver_text)
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def stream(
        self,
        executor: Executor,
        work: Callable[[Cancel], Work[Progress, Result]],
        on_event: Callable[[Progress | Done[Result] | Cancelled | Failed], None],
    ) -> Job:
        """Run `work(cancel)` on the executor's thread; its progress, and one ending, go to `on_event`.

        What it returns becomes `Done`, `Stopped` becomes `Cancelled`, an AppError `Failed` with its problem, any
        other exception `Failed(Problem(BUG))`.
        """
        require_receiver(on_event)
        job = Job(on_event, answers_cancel=True)
        self._start(executor, job, partial(self._iterate, job, work))
        return job

    def call(
        self,
        executor: Executor,
        work: Callable[[], Result],
        on_result: Callable[[Result], None],
        on_problem: Callable[[Problem], None],
    ) -> Job:
        """Call `work()` on the executor's thread; its value goes to `on_result`, what went wrong to `on_problem`."""
        require_receiver(on_result)
        require_receiver(on_problem)
        job = Job(partial(_route, on_result, on_problem), answers_cancel=False)
        self._start(executor, job, partial(self._evaluate, job, work))
        return job

    def do(
        self,
        executor: Executor,
        work: Callable[[], object],
        on_done: Callable[[], None],
        on_problem: Callable[[Problem], None],
    ) -> Job:
        """Call `work()` as `call` does, if nobody wants its value: `on_done` takes nothing."""
        require_receiver(on_done)
        require_receiver(on_problem)
        job = Job(partial(_route_done, on_done, on_problem), answers_cancel=False)
        self._start(executor, job, partial(self._evaluate, job, work))
        return job

    @property
    def idle(self) -> bool:
        """True if nothing is under way or still to be delivered."""
        return not self._jobs

    def drain(
        self, on_drained: Callable[[], None], *, spared: Collection[Executor] = (), all_of_it: bool = False
    ) -> None:
        """Cancel everything, as at the end of the program, and call `on_drained` once every thread that may use the
        desk is at rest. What is under way still delivers its ending, to those that are there.

        What `spared` executors do is waited for. With `all_of_it`, threads that have nothing to do with books and
        conversations come to rest too.
        """
        require_receiver(on_drained)
        for job, executor in self._jobs.items():
            if executor not in spared:
                job.token.request(leaving=True)
        left_alone = () if all_of_it else _NOT_OF_DESK
        used = [name for name, line in self._lines.items() if line.thread is not None and name not in left_alone]
        waiting = _Draining(used, on_drained, self)
        for executor in used:
            self.do(executor, _nothing, partial(waiting.note, executor), waiting.ignore)
        waiting.look()

    def stop(self) -> None:
        """Ask all long work to end."""
        for job in self._jobs:
            if job.answers_cancel:
                job.token.request(leaving=True)

    def everywhere(self, work: Callable[[], None], on_done: Callable[[], None]) -> None:
        """Call `work` on each thread that there is, one after the other, so that the window has to share Python with
        one of them at most; then call `on_done`."""
        require_receiver(on_done)
        _Round(self, [name for name, line in self._lines.items() if line.thread is not None], work, on_done).go_on()

    @property
    def busy(self) -> frozenset[Executor]:
        """The executors with work under way, waiting, or still to be delivered."""
        return frozenset(self._jobs.values())

    def close(self, timeout_s: float = 1.5) -> bool:
        """Cancel everything and wait up to `timeout_s` for the threads; True when all have ended.

        Nothing is delivered any more. A thread that is stuck in native code does not keep the program from ending.
        """
        with self._closing:
            self._closed = True
        for job in self._jobs:
            job.token.request(leaving=True)
        self._jobs.clear()
        self._flush.stop()
        self._text_waits.clear()
        threads = [line.thread for line in self._lines.values() if line.thread is not None]
        for line in self._lines.values():
            line.work.put(None)
        until = time.monotonic() + timeout_s
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _start(self, executor: Executor, job: Job, work: Callable[[], None]) -> None:
        if self._closed:
            job.end()
            return
        self._jobs[job] = executor
        self._lines[executor].put(work)

    # ---- on an executor's thread

    def _iterate(self, job: Job, work: Callable[[Cancel], Work[Progress, Result]]) -> None:
        def run() -> Result:
            return finish(work(job.token), partial(self._post, job))

        self._evaluate(job, run)

    def _evaluate(self, job: Job, work: Callable[[], Result]) -> None:
        ending: Done[Result] | Cancelled | Failed
        try:
            ending = Cancelled() if job.token.requested else Done(work())
        except Exception as error:  # the last place where an error can still become a sentence
            is_stop = isinstance(error, Stopped) and job.answers_cancel
            ending = Cancelled() if is_stop else Failed(problem_of(error))
        self._post(job, ending)

    def _post(self, job: Job, event: object) -> None:
        if job.put(event):
            with self._closing:
                if not self._closed:
                    self._arrived.emit(job)

    # ---- on the GUI thread

    @Slot(object)
    def _deliver(self, job: Job) -> None:
        if self._closed:
            return
        if job.only_text_waits():
            self._text_waits.add(job)
            if not self._flush.isActive():
                self._flush.start()
            return
        self._text_waits.discard(job)
        self._hand_over(job)

    @Slot()
    def _deliver_text(self) -> None:
        waiting, self._text_waits = self._text_waits, set()
        for job in waiting:
            self._hand_over(job)

    def _hand_over(self, job: Job) -> None:
        job.deliver()
        if not job.running:
            self._jobs.pop(job, None)


class _Draining(QObject):
    """Waits until each executor has come to the end of its line."""

    def __init__(self, executors: Iterable[Executor], on_drained: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._executors = set(executors)
        self._on_drained = on_drained

    def note(self, executor: Executor) -> None:
        self._executors.discard(executor)
        self.look()

    def look(self) -> None:
        if not self._executors:
            self.deleteLater()
            self._on_drained()

    @Slot(object)
    def ignore(self, problem: Problem) -> None:
        """Ignore a problem: doing nothing does not go wrong."""


class _Round(QObject):
    """Calls the same on one executor after the other; what goes wrong on one leaves the others as they are."""

    def __init__(
        self, bridge: Bridge, executors: Iterable[Executor], work: Callable[[], None], on_done: Callable[[], None]
    ) -> None:
        super().__init__(bridge)
        self._bridge = bridge
        self._executors = iter(executors)
        self._work = work
        self._on_done = on_done

    @Slot()
    def go_on(self) -> None:
        executor = next(self._executors, None)
        if executor is None:
            self.deleteLater()
            if is_alive(self._on_done):
                self._on_done()
        else:
            self._bridge.do(executor, self._work, self.go_on, self._pass_over)

    @Slot(object)
    def _pass_over(self, problem: Problem) -> None:  # noqa: ARG002 - the next one is called all the same
        self.go_on()


def _nothing() -> None:
    """Do nothing: the call with which a line of work ends."""


def _route_done(
    on_done: Callable[[], None], on_problem: Callable[[Problem], None], ending: Done[object] | Cancelled | Failed
) -> None:
    """Hand on that a call ended well, without its value, or what went wrong."""
    match ending:
        case Done() if is_alive(on_done):
            on_done()
        case Failed(problem) if is_alive(on_problem):
            on_problem(problem)


def _route(
    on_result: Callable[[Result], None],
    on_problem: Callable[[Problem], None],
    ending: Done[Result] | Cancelled | Failed,
) -> None:
    """Hand the ending of a plain call to the one or the other."""
    match ending:
        case Done(result) if is_alive(on_result):
            on_result(result)
        case Failed(problem) if is_alive(on_problem):
            on_problem(problem)


def problem_of(error: BaseException) -> Problem:
    """Return the problem that tells a person of an exception.

    The log gets the place and the kind of a bug, never its message: that could hold a text or a name.
    """
    if isinstance(error, AppError):
        _log.warning("%s", error.code.value)
        return error.problem
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else "unknown"
    _log.error("%s at %s", type(error).__name__, where)
    return Problem(Code.BUG, {"where": f"{type(error).__name__} at {where}"})

"""The common groundwork of presenters: how they call the desk, a word for what went wrong, and handlers for the ends of
work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from app.core.errors import Problem
from app.ui.kit.bridge import Bridge, Executor
from app.ui.kit.jobs import Job
from app.wording.errors import sentence

Result = TypeVar("Result")


class _OnBridge(Protocol):
    """A presenter that was given a bridge."""

    _bridge: Bridge

    def _on_problem(self, problem: Problem) -> None: ...

    def _rest(self) -> None: ...


class Presenter(QObject):
    failed = Signal(str)  # a sentence about something that went wrong

    def _call(
        self: _OnBridge,
        work: Callable[[], Result],
        take: Callable[[Result], None],
        fail: Callable[[Problem], None] | None = None,
        *,
        executor: Executor = Executor.STORE,
    ) -> Job:
        """Call `work()` off the GUI thread; its value goes to `take`. What went wrong goes to `fail`, or is said."""
        return self._bridge.call(executor, work, take, fail or self._on_problem)

    def _do(
        self: _OnBridge,
        work: Callable[[], object],
        then: Callable[[], None] | None = None,
        fail: Callable[[Problem], None] | None = None,
        *,
        executor: Executor = Executor.STORE,
    ) -> Job:
        """Call `work()` as `_call` does, if its value is not wanted: `then` takes nothing."""
        return self._bridge.do(executor, work, then or self._rest, fail or self._on_problem)

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        self.failed.emit(sentence(problem))

    @Slot(object)
    def _ignore(self, outcome: object) -> None:
        """Ignore an outcome; if it is a problem, it is shown elsewhere, or nobody misses the result."""

    @Slot()
    def _rest(self) -> None:
        """Do nothing more about work that went well."""

"""The common groundwork of presenters: how they call the desk, a word for what went wrong, and handlers for the ends of
work."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeVar

from PySide6.QtCore import QObject, Signal, Slot
from shiboken6 import isValid

from app.core.errors import Problem
from app.ui.kit.bridge import Bridge, Executor
from app.ui.kit.jobs import Job
from app.ui.widgets.dialogs import SmallDialog
from app.wording.errors import sentence

Result = TypeVar("Result")


class _OnBridge(Protocol):
    """A presenter that was given a bridge."""

    _bridge: Bridge

    def _on_problem(self, problem: Problem) -> None: ...

    def _rest(self) -> None: ...

    def _submitted(self, dialog: SmallDialog, take: Callable[[Result], None], value: Result) -> None: ...

    def _submit_refused(self, dialog: SmallDialog, problem: Problem) -> None: ...


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

    def _submit(
        self: _OnBridge,
        dialog: SmallDialog,
        work: Callable[[], Result],
        take: Callable[[Result], None],
        *,
        executor: Executor = Executor.STORE,
    ) -> Job:
        """Call `work()` with what a person gave in `dialog`, which stays open with it meanwhile. It closes if all went
        well, and `take` has the value; else it says why not, or the window does if the person has closed it."""
        dialog.wait()
        return self._bridge.call(
            executor, work, partial(self._submitted, dialog, take), partial(self._submit_refused, dialog)
        )

    def _submitted(self, dialog: SmallDialog, take: Callable[[Result], None], value: Result) -> None:
        if isValid(dialog):
            dialog.finish()
        take(value)

    def _submit_refused(self, dialog: SmallDialog, problem: Problem) -> None:
        if isValid(dialog) and dialog.isVisible():
            dialog.show_problem(sentence(problem))
        else:
            self._on_problem(problem)

    @Slot(object)
    def _on_problem(self, problem: Problem) -> None:
        self.failed.emit(sentence(problem))

    @Slot(object)
    def _ignore(self, outcome: object) -> None:
        """Ignore an outcome; if it is a problem, it is shown elsewhere, or nobody misses the result."""

    @Slot()
    def _rest(self) -> None:
        """Do nothing more about work that went well."""

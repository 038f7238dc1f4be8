"""Readers without a process: documents, images, headers and templates are read in a thread of the tests' own process,
where a test is about what becomes of them. What a reader may do, costs and dies of needs a real one, and so does what
makes a library warn: that is an error in tests."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import msgspec
import pytest

from app.isolation import client, fork_server, worker_main
from app.isolation.child import ChildDied
from app.isolation.client import ReaderKind, ReaderLimits, ReaderProcess
from app.isolation.heartbeat import SandboxReady
from app.isolation.sandbox import Step
from tests.near import NearChild

_NEAR = frozenset(
    {"app.documents.worker", "app.documents.images.worker", "app.models.gguf.worker", "app.models.templates.worker"}
)
_HERE = threading.local()
_READY: set[Callable[[], object]] = set()
_ONE_AT_A_TIME = threading.RLock()
"""Libraries that decode were made for processes with one thread."""
_ENTER, _SERVE = worker_main.enter, worker_main.serve


class _Child(NearChild):
    """Its command line is a module's name and the step of the sandbox that it is said to reach."""

    orders = Any

    def __init__(self, argv: Sequence[str], events: Any) -> None:
        self.files: queue.SimpleQueue[tuple[int, ...] | None] = queue.SimpleQueue()
        super().__init__(argv, events)

    def work(self, argv: Sequence[str]) -> None:
        module, step = argv
        _HERE.child = self
        with contextlib.suppress(SystemExit):
            import_module(module).main(step, "", "0", "0")

    def kill(self) -> None:
        self.files.put(None)
        super().kill()


class NearReader(ReaderProcess):
    """A stand-in for `isolation.client.ReaderProcess` that works within this process."""

    def __init__(
        self, kind: ReaderKind, step: Step, limits: ReaderLimits, _on_death: Callable[[ChildDied], None]
    ) -> None:
        self.reached, self._forked = None, None
        self._findings = kind.findings
        self._limits = limits
        self._child: Any = _Child((kind.module, step.value), kind.events)

    def give(self, fds: Sequence[int]) -> bool:
        self._child.files.put(tuple(map(os.dup, fds)))
        return self.alive

    def kill(self) -> None:
        self._child.kill()


def _reader(kind: ReaderKind, step: Step, limits: ReaderLimits, on_death: Callable[[ChildDied], None]) -> ReaderProcess:
    made = NearReader if kind.module in _NEAR else ReaderProcess
    return made(kind, step, limits, on_death)


def _enter(
    orders: Any, arguments: Sequence[str], *, get_ready: Callable[[], object] = lambda: None, **how: Any
) -> tuple[Any, tuple[int, ...]]:
    child: _Child | None = getattr(_HERE, "child", None)
    if child is None:
        return _ENTER(orders, arguments, get_ready=get_ready, **how)
    child.port._order = msgspec.msgpack.Decoder(orders)
    with _ONE_AT_A_TIME:
        if get_ready not in _READY:
            get_ready()
            _READY.add(get_ready)
    child.port.send(SandboxReady(Step(arguments[0])))
    fds = child.files.get()
    if fds is None:
        raise SystemExit
    return child.port, fds


def _serve(port: Any, carry_out: Callable[[Any], Any], *more: Any) -> None:
    def alone(order: Any) -> Any:
        with _ONE_AT_A_TIME:
            return carry_out(order)

    _SERVE(port, alone if hasattr(_HERE, "child") else carry_out, *more)


# For good: a thread may come there after its test has ended, and would lock in the process of the tests.
worker_main.enter, worker_main.serve = _enter, _serve  # type: ignore[assignment]


def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have readers of this test read in a thread."""
    monkeypatch.setattr(fork_server, "POSSIBLE", False)
    monkeypatch.setattr(client, "ReaderProcess", _reader)

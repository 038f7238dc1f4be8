"""The readers of other tests, which are threads."""

from __future__ import annotations

import sys
import threading
from types import ModuleType

import pytest

from app.isolation import client, worker_main
from app.isolation.client import ReaderKind, ReaderLimits
from app.isolation.heartbeat import SandboxReady
from app.isolation.sandbox import Step
from tests import near_readers


def test_one_that_is_ready_after_its_test_has_ended_does_not_lock_in_this_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ended, module = threading.Event(), ModuleType("app.documents.worker")

    def main(*arguments: str) -> None:
        ended.wait(60)
        worker_main.enter(str, arguments)

    module.main = main  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    kind = ReaderKind(module.__name__, SandboxReady, {})
    with pytest.MonkeyPatch.context() as its_own:
        near_readers.stand_in(its_own)
        reader = client.ReaderProcess(kind, Step.RLIMITS, ReaderLimits(), lambda _death: None)
    ended.set()
    assert isinstance(reader._child.receive(60), SandboxReady)
    reader.kill()

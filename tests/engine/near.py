"""Engines without a process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from app.engine.client import HERE, REMOTE
from app.engine.order_loop import OrderLoop
from app.engine.protocol import Command
from app.engine.worker import Worker
from app.isolation.program import command
from tests.near import NearChild


class NearEngine(NearChild):
    orders = Command

    def work(self, argv: Sequence[str]) -> None:
        loop = _server(argv)(self.port)
        try:
            loop.run()
        finally:
            if loop._session is not None:
                loop._session.close()
            if isinstance(loop, Worker):
                loop._forget_vocabulary()


def _server(argv: Sequence[str]) -> Callable[[Any], OrderLoop[Any]]:
    if list(argv) == command(REMOTE):
        from app.engine.remote.worker import RemoteWorker

        return RemoteWorker
    assert list(argv) == command(HERE)
    return Worker

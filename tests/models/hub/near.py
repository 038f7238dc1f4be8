"""The process that speaks with a hub, without being one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from app.models.hub import client
from app.models.hub.protocol import HubReady, Order
from tests.near import NearChild


class NearHub(NearChild):
    orders = Order

    def work(self, argv: Sequence[str]) -> None:
        import huggingface_hub

        from app.models.hub.worker import HubHandler

        self.port.send(HubReady(confined=True))
        handler = HubHandler(self.port, Path(argv[-1]) if argv[-1] else None)  # type: ignore[arg-type]
        while (order := self.port.receive()) is not None:
            if (event := handler.carry_out(order)) is not None:
                self.port.send(event)
        huggingface_hub.close_session()


def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have hubs of this test ask from a thread, under the environment of their process."""
    for name, value in client.environment("https://huggingface.co").items():
        if name.startswith("HF_") or name in ("NO_PROXY", "DO_NOT_TRACK"):
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(client, "Child", NearHub)

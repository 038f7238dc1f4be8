"""Hubs that are asked without a process, but by the tests that are about it."""

from __future__ import annotations

import pytest

from tests.models.hub import near


@pytest.fixture
def process() -> None:
    """Used by a test of what becomes of the process, or of what it sees: it gets a real one."""


@pytest.fixture(autouse=True)
def near_hub(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if "process" not in request.fixturenames:
        near.stand_in(monkeypatch)

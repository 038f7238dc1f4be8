"""Use-cases are about what becomes of what was read, not about the readers' processes."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def readers_are_near(near_readers: None) -> None:
    """For all tests in this folder, but those that ask for `process`."""

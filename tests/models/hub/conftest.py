"""Hubs that are asked without a process, but by the tests that are about it."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def hubs_are_near(near_hub: None) -> None:
    """For all tests in this folder."""

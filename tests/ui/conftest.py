"""A room for every test that wants one; what the offscreen platform cannot do is no failure of ours."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication

from app.ui.application import leave_clipboard
from tests.ui.room import Room


@pytest.fixture(autouse=True)
def clipboard(qapp: object) -> Iterator[None]:
    """What a test copied may not outlive it: see `leave_clipboard`."""
    yield
    leave_clipboard()


@pytest.fixture(autouse=True, scope="session")
def windows_end_first(qapp: object) -> Iterator[None]:
    """Windows that tests left open end before Python does: PySide then destroys what is left of all objects in no
    order (`destroyQCoreApplication`), and takes parents before their children."""
    yield
    gc.collect()
    for window in QApplication.topLevelWidgets():
        if shiboken6.isValid(window) and window.parent() is None:
            shiboken6.delete(window)


@pytest.fixture
def room(qapp: object, tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "desk")
    yield made
    made.close()

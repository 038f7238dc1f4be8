"""A room for every test that wants one; what the offscreen platform cannot do is no failure of ours."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication

from app.core.machine.paths import Paths
from app.ui.window.application import WindowStart, leave_clipboard
from tests.ui.room import Room, application
from tests.ui.starting import OpenDesk, Start
from tests.whole import EXTENSIONS


@pytest.fixture(autouse=True)
def clipboard(qapp: object) -> Iterator[None]:
    """Leave the clipboard after each test: what a test copied may not outlive it, see `leave_clipboard`."""
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


@pytest.fixture
def start(qapp: QApplication, tmp_path: Path) -> Start:
    application()

    def begin(opener: OpenDesk) -> WindowStart:
        paths = Paths(tmp_path / "desk")
        paths.window.mkdir(parents=True, exist_ok=True)  # as Place.take does
        opening = WindowStart(qapp, paths, opener, tmp_path / "handbook.md", (), EXTENSIONS)
        opening.begin()
        return opening

    return begin

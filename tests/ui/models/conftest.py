"""A room with models: Scout as a file without weights, the starter, and what the catalogue offers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.models.headers import SCOUT, write_header
from tests.ui.models.shop import RememberingReader, Shop
from tests.ui.room import Room


@pytest.fixture(scope="session")
def scout_header(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_header(tmp_path_factory.mktemp("headers") / "Scout-Q4_K_M.gguf", SCOUT, "Q4_K_M")


@pytest.fixture
def shop(qapp: object, tmp_path: Path, scout_header: Path) -> Iterator[Shop]:
    room = Room(tmp_path / "desk", RememberingReader())
    yield Shop(room, scout_header)
    room.close()

"""A desk of its own for every test of the store."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.machine.paths import Paths
from app.core.machine.secret import Key, KeyOrigin, draw_secret
from app.store.db import Database

_NOBODY = 65534


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = Paths(tmp_path / "desk")
    made.create()
    return made


@pytest.fixture
def key() -> Key:
    return Key(draw_secret(), KeyOrigin.FILE)


@pytest.fixture
def database(paths: Paths, key: Key) -> Iterator[Database]:
    with contextlib.closing(Database.open(paths.database, key)) as opened:
        yield opened


@pytest.fixture
def ordinary_folder() -> Iterator[Path]:
    """A folder, as a person who is not root sees it: permission bits bind."""
    if not hasattr(os, "geteuid"):
        pytest.skip("permission bits are not how this system forbids writing")
    folder = Path(tempfile.mkdtemp(prefix="octavo-"))
    was_root = os.geteuid() == 0
    if was_root:
        os.chown(folder, _NOBODY, _NOBODY)
        os.seteuid(_NOBODY)
    try:
        yield folder
    finally:
        if was_root:
            os.seteuid(0)
        folder.chmod(0o700)
        shutil.rmtree(folder)

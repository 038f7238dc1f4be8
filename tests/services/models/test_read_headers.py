"""A model whose header was not read to its end is not called unreadable."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from app.core.machine.paths import Paths
from app.core.work import Cancel, Stopped
from app.services.models.selection import read_headers
from tests.whole import open_desk


def test_a_model_is_not_called_unreadable_because_the_person_stopped(tmp_path: Path, tiny_scout: Path) -> None:
    cancel = Cancel()
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as desk:
        header, _projector = read_headers(desk.models.plans.headers, tiny_scout, cancel)
        assert header.architecture == "llama4"
        cancel.request()
        with pytest.raises(Stopped):
            read_headers(desk.models.plans.headers, tiny_scout, cancel)

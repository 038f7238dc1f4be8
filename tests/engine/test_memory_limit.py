"""An engine that the system kills for memory: reported as what it is. Needs root, to make a control group."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.errors import Code
from app.core.settings import KvType
from app.core.work import Cancel, finish
from app.engine.protocol import EngineState, Inspect, LoadSpec
from tests.engine.conftest import NewEngine
from tests.work import problem_of

LIMIT_BYTES = 300 << 20
_MOUNT = Path("/sys/fs/cgroup")


@pytest.fixture
def group() -> Iterator[Path]:
    """A control group of few megabytes, of version 2 or 1, whichever this system has."""
    second = (_MOUNT / "cgroup.controllers").exists()
    folder = (_MOUNT if second else _MOUNT / "memory") / f"octavo-test-{os.getpid()}"
    folder.mkdir()
    try:
        (folder / ("memory.max" if second else "memory.limit_in_bytes")).write_text(str(LIMIT_BYTES))
        with contextlib.suppress(OSError):
            (folder / ("memory.swap.max" if second else "memory.swappiness")).write_text("0")
        yield folder
    finally:
        folder.rmdir()


@pytest.mark.root
def test_an_engine_that_the_system_kills_is_told_as_memory(
    new_engine: NewEngine, group: Path, tiny_scout: Path
) -> None:
    engine = new_engine()
    finish(engine.run(Inspect()))
    (group / "cgroup.procs").write_text(str(engine.pid))
    problem = problem_of(engine.load(LoadSpec(str(tiny_scout), 1_000_000, KvType.F16), Cancel()))
    assert problem.code is Code.ENGINE_OUT_OF_MEMORY
    assert engine.state() is EngineState.DEAD
    finish(engine.load(LoadSpec(str(tiny_scout), 1024, KvType.F16), Cancel()))
    engine.close()

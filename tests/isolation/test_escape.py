"""Whatever a reader tries that was taken over, at every rung of the ladder, is refused."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.isolation import cells, probes
from tests.isolation.cells import Rung

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="system calls of Linux")

SUCCEED_OUTSIDE = (
    *("socket tcp", "socket udp", "socket unix", "kill the parent", "limits of the parent", "processors of the parent"),
    *("owner of a pipe", "run memory", "memory as a file", "pipe", "list home", "read", "write", "users", "glance"),
    *("newfstatat", "statx", "access", "readlink", "where"),
)


@pytest.mark.parametrize("rung", cells.offered(), ids=lambda rung: rung.name)
def test_every_way_out_is_shut(rung: Rung, tmp_path: Path) -> None:
    tries = cells.attempt(rung, tmp_path, probes.HARMLESS)
    assert len(tries.outcomes) == len(probes.HARMLESS) * len(cells.aims(rung)) > 80
    assert tries.escapes == {}
    assert {*"".join(tries.capabilities)} == {"0"}


@pytest.mark.parametrize("rung", [rung for rung in cells.offered() if rung.forks], ids=lambda rung: rung.name)
@pytest.mark.parametrize("aim", [cells.SERVER, cells.SIBLING])
@pytest.mark.parametrize("name", ["trace", "read the parent", "write the parent", "hold the parent"])
def test_reaching_for_a_sibling_or_the_server_ends_a_fork_alone(
    name: str, aim: str, rung: Rung, tmp_path: Path
) -> None:
    assert cells.attempt(rung, tmp_path, [name], aim).signal == signal.SIGSYS


def test_outside_a_sandbox_the_same_probes_succeed(tmp_path: Path) -> None:
    """Without this, a mistake in the probes would look like a sandbox that holds."""
    tries = cells.attempt(cells.NOTHING, tmp_path, SUCCEED_OUTSIDE)
    assert {name: how for name, how in tries.outcomes.items() if not how.startswith("done")} == {}

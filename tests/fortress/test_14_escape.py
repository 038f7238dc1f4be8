"""Check 14: a reader that was taken over tries all it can, at each rung of the ladder and on older kernels."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from tests.fortress.conftest import ROOT, Figure
from tests.isolation import cells, probes
from tests.isolation.cells import Rung, Tries

pytestmark = [pytest.mark.fortress, pytest.mark.usefixtures("checkout")]

NOBODY = 65_534
RUNGS = cells.offered()


@pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: rung.name)
def test_no_probe_gets_out(rung: Rung, tmp_path: Path, figure: Figure) -> None:
    tries = cells.attempt(rung, tmp_path, probes.HARMLESS)
    assert tries.escapes == {}
    ended = [cells.attempt(rung, tmp_path, [name]).signal for name in probes.DEADLY]
    assert ended == [signal.SIGSYS] * len(probes.DEADLY)
    figure(f"{rung.name}: {len(tries.outcomes)} probes refused, {len(ended)} ended the reader, 0 got out")


@pytest.mark.skipif(cells.LANDLOCK not in RUNGS, reason="this system has no Landlock")
def test_no_probe_gets_out_on_kernels_with_an_older_landlock(tmp_path: Path, figure: Figure) -> None:
    for abi in range(1, 8):
        assert cells.attempt(cells.older(abi), tmp_path, probes.HARMLESS).escapes == {}, abi
    figure(f"Landlock ABI 1 to 7: {7 * len(probes.HARMLESS)} probes, 0 got out")


@pytest.mark.root
def test_no_probe_of_another_user_gets_out(tmp_path: Path, figure: Figure) -> None:
    """As a user without any right of root."""
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv is not installed")
    folder = Path("/tmp", f"octavo-cells-{os.getpid()}")
    folder.mkdir(mode=0o700)
    os.chown(folder, NOBODY, NOBODY)
    words = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", sys.executable]
    try:
        ran = subprocess.run(
            [*words, "-m", "tests.isolation.cells"],
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(folder), "HOME": str(folder)},
            stdout=subprocess.PIPE,
            check=True,
        )
    finally:
        shutil.rmtree(folder)
    found = msgspec.json.decode(ran.stdout, type=dict[str, Tries])
    assert found
    assert {name: tries.escapes for name, tries in found.items() if tries.escapes} == {}
    figure(f"as nobody: {sum(len(tries.outcomes) for tries in found.values())} probes at {', '.join(found)}, 0 got out")

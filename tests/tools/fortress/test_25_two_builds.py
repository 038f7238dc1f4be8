"""Two builds of one commit have the same bytes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from tests.tools.fortress.conftest import ROOT, Figure

pytestmark = pytest.mark.fortress


def test_two_packages_are_the_same(figure: Figure) -> None:
    """The packages of this build are compared with those of another one in OCTAVO_OTHER_BUILD: a build takes an hour,
    so nobody builds here."""
    other = os.environ.get("OCTAVO_OTHER_BUILD")
    here = sorted((ROOT / "build" / "packages").glob("octavo_*"))
    if not here or not other:
        pytest.skip("needs two builds: one in build/packages, and the folder of another one in OCTAVO_OTHER_BUILD")
    there = {path.name: path for path in Path(other).iterdir()}
    compared = [path for path in here if path.name in there and path.is_file()]
    different = [path.name for path in compared if _digest(path) != _digest(there[path.name])]
    figure(f"{len(compared)} files of two builds compared, {len(different)} differ")
    assert compared
    assert not different


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""The installed package: it is what its manifest says, and its commands are those of the checkout."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.fortress.conftest import ROOT, Figure
from tests.fortress.program import Program

pytestmark = pytest.mark.fortress


@pytest.fixture
def installed(program: Program) -> Program:
    if not os.environ.get("OCTAVO_COMMAND"):
        pytest.skip("no installed program: name one by --installed")
    return program


def test_every_file_is_as_it_was_packed(installed: Program, figure: Figure) -> None:
    done = installed.run("doctor", "--json", code=None)
    found = json.loads(done.out)["installation"]
    assert found is not None, "the program does not know where it is installed"
    counts = {name: found[name]["count"] for name in ("changed", "missing", "unnamed") if name in found}
    figure(f"doctor: {found['packages'][0]['version']}, {counts}")
    assert not any(counts.values()), counts


def test_it_has_the_verbs_of_the_checkout(installed: Program, figure: Figure) -> None:
    here = Program([str(ROOT / ".venv/bin/python"), "-P", "-m", "app"], installed.data)
    verbs = [set(re.findall(r"^    ([a-z]+)(?:  |$)", _help(program), re.MULTILINE)) for program in (installed, here)]
    figure(f"{len(verbs[0])} verbs, those of the checkout")
    assert verbs[0] == verbs[1]


def _help(program: Program) -> str:
    words = [*program.command, "--help"]
    return subprocess.run(words, capture_output=True, text=True, check=True, cwd=program.cwd).stdout


@pytest.mark.root
def test_it_is_used_on_a_bare_system(figure: Figure) -> None:
    """`packaging/dev try`: installed on a minimal Debian, used as a person would, without any network."""
    packages = sorted((ROOT / "build" / "packages").glob("octavo_*.deb"))
    if not packages:
        pytest.skip("no package in build/packages; packaging/dev build deb makes one")
    words = ["bash", str(ROOT / "packaging" / "dev"), "try", str(packages[-1])]
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
    figure(f"packaging/dev try {packages[-1].name}: exit status {done.returncode}")
    assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-1500:]


def test_a_package_names_what_is_in_it(figure: Figure) -> None:
    packages = sorted((ROOT / "build" / "packages").glob("octavo_*.deb"))
    if not packages:
        pytest.skip("no package in build/packages; packaging/dev build deb makes one")
    listed = subprocess.run(["dpkg-deb", "-c", str(packages[-1])], capture_output=True, text=True, check=True).stdout
    odd = [line for line in listed.splitlines() if re.match(r"^.(..s|.....s|.......w|........t)", line)]
    size = Path(packages[-1]).stat().st_size / 1e6
    figure(
        f"{packages[-1].name}: {size:.0f} MB, {len(listed.splitlines())} files, {len(odd)} set-id or writable by all"
    )
    assert not odd

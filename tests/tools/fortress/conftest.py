"""The fixtures and rules that the checks of the fortress share: they are left out unless somebody asks for them."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.tools.fortress.program import Program

ROOT = Path(__file__).parents[3]
Figure: TypeAlias = Callable[[str], None]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """They take hours: whoever runs all tests, or a folder of them, does not get them."""
    if "fortress" in config.option.markexpr or any("fortress" in argument for argument in config.args):
        return
    left_out = [item for item in items if item.get_closest_marker("fortress")]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not item.get_closest_marker("fortress")]


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("root") and os.geteuid() != 0:
        pytest.skip("needs root")


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Say what was found in a sentence with numbers: `packaging/dev fortress` puts it beside the check."""

    def record(sentence: str) -> None:
        record_property("figure", sentence)
        print(sentence, file=sys.stderr)

    return record


@pytest.fixture(scope="session")
def octavo() -> list[str]:
    """The command that is checked: the checkout's, or with OCTAVO_COMMAND an installed one's."""
    installed = os.environ.get("OCTAVO_COMMAND")
    return shlex.split(installed) if installed else [sys.executable, "-P", "-m", "app"]


@pytest.fixture(scope="session")
def checkout() -> None:
    """For a check that looks into the program: there is nothing to look into in an installed one."""
    if os.environ.get("OCTAVO_COMMAND"):
        pytest.skip("looks into the program, which an installed one does not allow; it is checked in the checkout")


@pytest.fixture(scope="session")
def scale() -> float:
    """1 is the full number of whatever a check does often; FORTRESS_SCALE changes it."""
    return float(os.environ.get("FORTRESS_SCALE", "1"))


@pytest.fixture(scope="session")
def times(scale: float) -> Callable[[int], int]:
    """How often, of so many in full: at least once."""

    def count(full: int) -> int:
        return max(1, round(full * scale))

    return count


@pytest.fixture
def program(octavo: list[str], tmp_path: Path) -> Program:
    """In the terminal, with an empty data folder."""
    return Program(octavo, tmp_path / "desk")


@pytest.fixture
def display(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """A display of its own, with a window manager: what a window's environment needs. DISPLAY names it, too."""
    for needed in ("Xvfb", "openbox", "xdotool"):
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not installed")
    reading, writing = os.pipe()
    words = ["Xvfb", "-displayfd", str(writing), "-r", "-screen", "0", "1920x1200x24", "-nolisten", "tcp"]
    with (tmp_path / "xvfb.log").open("wb") as log:
        server = subprocess.Popen(words, pass_fds=[writing], stdout=log, stderr=log)
        os.close(writing)
        with os.fdopen(reading) as said:
            number = said.readline().strip()
        assert number, (tmp_path / "xvfb.log").read_text()
        env = {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        manager = subprocess.Popen(["openbox"], env={**os.environ, **env}, stdout=log, stderr=log)
    monkeypatch.setenv("DISPLAY", env["DISPLAY"])
    yield env
    for process in (manager, server):
        process.terminate()
        process.wait(30)

"""A feature that is taken out of the list leaves no trace: everything else starts, and nothing names it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import parsers
from app.feature import Feature, terminal_commands_of
from tests.whole import FEATURES

_ROOT = Path(__file__).parents[2]
_START = """
import sys
from pathlib import Path
from app.cli import arguments, main
from tests.ui.room import Room
from tests.whole import DIAGNOSES, KEEPS, TERMINAL_COMMANDS, open_desk

folder = Path(sys.argv[1])
options = arguments.parse(["doctor", "--data-dir", str(folder / "terminal")], TERMINAL_COMMANDS)
main.run(options, open_desk, TERMINAL_COMMANDS, KEEPS, DIAGNOSES)
room = Room(folder / "desk")
room.open()
commands = sorted(room.presenter.commands.actions)
buttons = sorted(room.window.shelf.tables.buttons)
room.close()
prefix = f"app.features.{sys.argv[2]}."
print("IMPORTED", [name for name in sys.modules if name.startswith(prefix) and name != prefix + "feature"])
print("COMMANDS", "|".join(commands))
print("BUTTONS", "|".join(buttons))
"""


def _start(folder: Path, without: str) -> dict[str, str]:
    """Return what the program with all features but one says of itself; `without` is empty for all of them."""
    environment = os.environ | {"OCTAVO_WITHOUT_FEATURE": without, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", _START, str(folder), without or "none"],
        cwd=_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = (line.partition(" ") for line in done.stdout.splitlines())
    return {name: rest for name, _space, rest in lines if name in ("IMPORTED", "COMMANDS", "BUTTONS")}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return _start(tmp_path_factory.mktemp("whole"), "")


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_everything_else_starts_and_nothing_names_it(tmp_path: Path, feature: Feature, whole: dict[str, str]) -> None:
    started = _start(tmp_path, feature.name)
    assert started["IMPORTED"] == "[]"
    gone = set(whole["COMMANDS"].split("|")) - set(started["COMMANDS"].split("|"))
    renamed = set(started["COMMANDS"].split("|")) - set(whole["COMMANDS"].split("|"))
    assert len(renamed) <= len(gone), "the kernel's command has another name where a feature adds to what it does"
    assert not gone or feature.window is not None
    assert not gone & set(started["BUTTONS"].split("|"))


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_the_terminal_does_not_name_it(feature: Feature) -> None:
    others = [each for each in FEATURES if each is not feature]
    listed = re.findall(r"(?m)^ {4}(\w+)", parsers.parser(terminal_commands_of(others)).format_help())
    assert "ask" in listed
    assert not {name for command in feature.terminal for name in command.names} & set(listed)

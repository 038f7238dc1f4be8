"""`--data-dir` means the same before a command, after it and between the words of one."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from app.cli import arguments
from app.cli.main import EXIT_USAGE
from app.core.errors import Code
from app.core.machine.window_action import WindowAction
from tests.cli.conftest import Octavo
from tests.said import says

COMMANDS = (("read", "none.pdf"), ("models", "list"), ("models", "token", "forget"))


@pytest.mark.parametrize(
    ("command", "place"), [(words, place) for words in COMMANDS for place in range(len(words) + 1)]
)
def test_it_may_stand_anywhere(command: tuple[str, ...], place: int, octavo: Octavo, tmp_path: Path) -> None:
    words = [*command[:place], "--data-dir", tmp_path / "desk", *command[place:]]
    octavo(*words)
    assert (tmp_path / "desk" / "octavo.db").exists(), words


@pytest.mark.parametrize("form", ["{name} {folder}", "{name}={folder}"])
def test_the_same_twice_is_no_mistake(form: str, octavo: Octavo, tmp_path: Path) -> None:
    given = form.format(name="--data-dir", folder=tmp_path / "desk").split()
    code, _out, err = octavo(*given, "models", *given, "list", *given)
    assert (code, err) == (0, "")
    assert (tmp_path / "desk" / "octavo.db").exists()


@pytest.mark.parametrize(("first", "second"), [pair for pair in product(range(4), repeat=2) if pair[0] <= pair[1]])
def test_two_that_differ_are_refused(first: int, second: int, octavo: Octavo, tmp_path: Path) -> None:
    words: list[object] = ["models", "token", "forget"]
    words[second:second] = ["--data-dir", tmp_path / "b"]
    words[first:first] = ["--data-dir", tmp_path / "a"]
    code, out, err = octavo(*words)
    assert (code, out) == (EXIT_USAGE, "")
    assert f"--data-dir is given twice, as “{tmp_path}/a” and as “{tmp_path}/b”; give it once" in err
    assert list(tmp_path.iterdir()) == []


def test_the_window_takes_it_too(tmp_path: Path) -> None:
    options = arguments.window_options(["--data-dir", str(tmp_path), "lease.pdf"])
    assert (options.paths.data, options.files) == (tmp_path, (Path("lease.pdf"),))
    assert options.action is WindowAction.NONE
    assert arguments.window_options(["--search"]).action is WindowAction.SEARCH
    assert arguments.names_no_command([])
    assert arguments.names_no_command(["--data-dir", "ask"])
    assert arguments.names_no_command(["--data-dir=ask"])
    for words in (["--data-dir"], ["--data-dir", "x", "ask"], ["--help"], ["--data-dir", "x", "--version"]):
        assert not arguments.names_no_command(words), words


def test_without_a_command_it_is_the_window(tmp_path: Path) -> None:
    none = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    none.pop("QT_QPA_PLATFORM")
    program = os.environ.get("OCTAVO_PROGRAM")
    start = [program] if program else [sys.executable, "-P", "-m", "app"]
    done = subprocess.run(
        [*start, "--data-dir", tmp_path / "desk"], env=none, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (EXIT_USAGE, "")
    assert says(done.stderr, Code.NO_DISPLAY)

"""The program as a terminal sees it: within the tests' process, or, with OCTAVO_PROGRAM, a frozen one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from typing import TypeAlias

import pytest

from app.bootstrap import open_desk
from app.cli import arguments, main

Octavo: TypeAlias = Callable[..., tuple[int, str, str]]


answered_here = pytest.mark.skipif(
    "OCTAVO_PROGRAM" in os.environ, reason="the test types within its own process what the program asks for"
)


@pytest.fixture
def octavo(capfd: pytest.CaptureFixture[str], near_engines: None) -> Octavo:
    """Run a command, given in words; gives exit code, stdout, stderr. Here, its engine has no process."""
    program = os.environ.get("OCTAVO_PROGRAM")

    def run_here(*words: object) -> tuple[int, str, str]:
        try:
            code = main.run(arguments.parse([*map(str, words)]), open_desk)
        except SystemExit as ended:  # argparse's way
            code = int(str(ended.code))
        out, err = capfd.readouterr()
        return code, out, err

    def run_program(*words: object) -> tuple[int, str, str]:
        done = subprocess.run(
            [str(program), *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr

    return run_program if program else run_here

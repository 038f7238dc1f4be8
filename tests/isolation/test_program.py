"""The program as its own children: in an environment of Python here, frozen where the packages are tried."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.machine import installation
from app.isolation import program


@pytest.fixture
def frozen_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Pretend to be frozen, as PyInstaller's starter says of itself; return the program's folder."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path.resolve() / "octavo"))
    return tmp_path.resolve()


@pytest.mark.skipif(sys.platform == "win32", reason="another process is started there")
def test_it_starts_again_as_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(os, "execv", lambda path, command: started.append((path, command)))
    program.start_again("--data-dir", "/desk")
    assert started == [(sys.executable, [sys.executable, "-P", "-m", "app", "--data-dir", "/desk"])]


def test_a_module_is_run_by_python() -> None:
    assert installation.root() is None
    assert program.command("app.engine.worker", "1")[1:] == ["-P", "-m", "app.engine.worker", "1"]


def test_a_frozen_program_runs_itself(frozen_folder: Path) -> None:
    expected = [str(frozen_folder / "octavo"), "--child", "app.engine.worker", "1"]
    assert program.command("app.engine.worker", "1") == expected


def test_a_frozen_program_shows_its_children_its_own_folder_alone(frozen_folder: Path) -> None:
    assert program.own_files() == program.standard_library() == [frozen_folder]
    assert list(program.interpreter()) == [frozen_folder / "octavo"]
    assert program.python_path() == ""


def test_a_child_is_a_module_of_octavo_and_gets_its_arguments() -> None:
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            "from app.isolation import program as p; p.run_child(['app.isolation.sandbox', 'rlimits'])",
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        check=True,
    )
    assert ran.stdout == "rlimits\n"


@pytest.mark.parametrize("arguments", [[], ["os"], ["application.x"]])
def test_nothing_else_is_run(arguments: list[str]) -> None:
    with pytest.raises(ImportError, match="not a module of Octavo"):
        program.run_child(arguments)


def test_other_programs_get_the_search_path_that_the_person_has(
    frozen_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", f"{frozen_folder}/_internal:/opt/lib")
    monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/opt/lib")
    program.leave_bundle()
    assert os.environ["LD_LIBRARY_PATH"] == "/opt/lib"
    monkeypatch.delenv("LD_LIBRARY_PATH_ORIG", raising=False)
    program.leave_bundle()
    assert "LD_LIBRARY_PATH" not in os.environ

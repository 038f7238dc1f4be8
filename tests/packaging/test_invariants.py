"""Packages say what must hold in them and name tests that exist; the shape refuses endings below the faces."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.packaging.programs import script

PROJECT = '[tool.importlinter]\ncontracts = [{name = "Qt only in the window"}]\n'
GOOD = '''"""Reads files.

Invariants:

- A file is read once. Held by: tests/test_one.py::test_once.
- Qt stays in the window. Held by: contract "Qt only in the window".
- A picture is sharp. Not tested: it takes a real display.
"""
'''


@pytest.fixture
def gate() -> ModuleType:
    return script("invariants.py")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for folder in ("app", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "app" / "README.md").write_text("# The map\n")
    (tmp_path / "app" / "__init__.py").write_text(GOOD)
    (tmp_path / "tests" / "test_one.py").write_text("def test_once() -> None: ...\n")
    return tmp_path


def test_a_package_that_names_its_tests_passes(gate: ModuleType, checkout: Path) -> None:
    assert list(gate.faults(checkout)) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (GOOD, "", "app/__init__.py: a package without a docstring"),
        (GOOD, '"""Reads files."""\n', "does not say what must hold"),
        ("::test_once", "::test_twice", "no such test: tests/test_one.py::test_twice"),
        ("tests/test_one.py", "tests/test_two.py", "no such file: tests/test_two.py"),
        ("Qt only in the window", "Qt nowhere", 'no such contract: "Qt nowhere"'),
        (" Held by: tests/test_one.py::test_once.", "", "does not end with"),
        ("Reads files.", "Reads files. " + "word " * 250, "more than 250"),
    ],
)
def test_a_fault_is_named(gate: ModuleType, checkout: Path, old: str, new: str, said: str) -> None:
    (checkout / "app" / "__init__.py").write_text(GOOD.replace(old, new))
    assert any(said in fault for fault in gate.faults(checkout))


def test_the_map_names_only_what_is_there(gate: ModuleType, checkout: Path) -> None:
    (checkout / "app" / "README.md").write_text("See `core/work.py` and [the handbook](handbook.md).\n")
    assert len(list(gate.faults(checkout))) == 2


def test_the_map_and_a_decision_are_short_and_each_decision_is_listed(gate: ModuleType, checkout: Path) -> None:
    (checkout / "app" / "README.md").write_text("word " * 3_501)
    (checkout / "app" / "decisions").mkdir()
    (checkout / "app" / "decisions" / "001-one.md").write_text("word " * 251)
    assert list(gate.faults(checkout)) == [
        "app/README.md: 3501 words, more than 3500",
        "app/decisions/001-one.md: 251 words, more than 250",
        "app/README.md: does not list 001-one.md",
    ]


def test_shape_finds_endings_below_the_faces(tmp_path: Path) -> None:
    for face in ("ui", "services"):
        (tmp_path / face).mkdir()
        (tmp_path / face / "one.py").write_text("def end() -> Done: ...\n")
    assert script("shape.py").measure(tmp_path).endings == ["services/one.py:1 end"]

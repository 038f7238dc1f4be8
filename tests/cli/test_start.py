"""A command imports what it needs, and nothing else: what it does not need would be most of its time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

_RUN = """
import json, sys
from app import __main__
sys.argv = ["octavo", *sys.argv[1:]]
try:
    status = __main__.terminal()
except SystemExit as exit:
    status = exit.code
print()
print(json.dumps([status, sorted(sys.modules)]))
"""
_HEAVY = {
    *("PySide6", "cryptography", "llama_cpp", "lxml", "numpy", "onnxruntime", "psutil", "tqdm", "zxcvbn"),
    *("app.engine.planner.placement", "app.engine.session", "app.models.hub.client", "app.services.asking.ask"),
    *("app.services.finding.vector_ranking", "app.services.models.models", "app.services.models.plans"),
    *("app.features.pseudonyms.finding", "app.language.names", "app.language.written_dates"),
}
"""Modules that take long to import, or lead to such."""


@pytest.mark.parametrize("command", ["bin", "folders", "matters", "settings", "notes", "cite", "read line.txt"])
def test_a_command_that_asks_nothing_imports_no_engine_and_no_model(tmp_path: Path, command: str) -> None:
    assert _heavy(tmp_path, command) == set()


def test_a_search_needs_numpy_alone(tmp_path: Path) -> None:
    assert _heavy(tmp_path, "find quay") == {"numpy"}


def test_help_opens_nothing() -> None:
    imported = _imported("--help")
    assert not imported & {*_HEAVY, "apsw", "app.bootstrap", "app.documents.reader", "app.services.services"}


def test_the_process_that_counts_tokens_imports_no_numpy() -> None:
    told = _python("import json, sys, app.engine.worker; print(json.dumps(sorted(sys.modules)))")
    assert not {"numpy", "app.engine.session"} & set(json.loads(told))


def _heavy(folder: Path, command: str) -> set[str]:
    """Return what a command on a new desk had imported of that which takes long."""
    line = folder / "line.txt"
    line.write_text("The lamp burned all night.\n", encoding="utf-8")
    arguments = [str(line) if argument == line.name else argument for argument in command.split()]
    return _HEAVY & _imported("--data-dir", str(folder / "desk"), *arguments)


def _imported(*arguments: str) -> set[str]:
    """Return the names of the modules that a command of `octavo` had imported at its end."""
    _status, names = json.loads(_python(_RUN, *arguments).splitlines()[-1])
    return set(names)


def _python(code: str, *arguments: str) -> str:
    """Run code in a process of its own and return what it prints."""
    command = [sys.executable, "-P", "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout

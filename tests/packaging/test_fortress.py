"""`packaging/dev fortress` forgets no check: what was not run is in the table, with the reason."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.tools.fortress import checks, conftest
from tests.tools.fortress.__main__ import _judge


def test_all_25_have_a_row_and_modules_find_theirs(tmp_path: Path) -> None:
    for name in ("test_07_headers.py", "test_07_projectors.py", "test_soak.py", "test_power_loss.py"):
        (tmp_path / name).touch()
    found = {check.key: check for check in checks.find(tmp_path)}
    assert [*found][:25] == [str(number) for number in range(1, 26)]
    assert [module.name for module in found["7"].modules] == ["test_07_headers.py", "test_07_projectors.py"]
    assert [module.name for module in found["soak"].modules] == ["test_soak.py"]
    assert found["power_loss"].name == "power loss"
    assert found["1"].modules == ()


def _line(name: str, outcome: str, why: str = "", *figures: str) -> str:
    return json.dumps({"name": name, "outcome": outcome, "why": why, "figures": figures}) + "\n"


def test_a_check_is_judged_by_all_its_tests(tmp_path: Path) -> None:
    report, log = tmp_path / "1.jsonl", tmp_path / "1-root.log"
    assert _judge(report, 5, log) == ("not run", "no test was found")
    report.write_text(_line("test_a", "skipped", "needs root"))
    assert _judge(report, 0, log) == ("not run", "needs root")
    report.write_text(_line("test_a", "skipped", "needs root") + _line("test_b", "passed", "", "7 of 7"))
    assert _judge(report, 0, log) == ("passed", "7 of 7; not run: needs root")
    report.write_text(_line("test_a", "failed", "assert 1 == 2", "one lost") + _line("test_b", "passed"))
    assert _judge(report, 1, log) == ("failed", "test_a: assert 1 == 2; one lost; more in 1-root.log")
    report.write_text(_line("test_b", "passed"))
    assert _judge(report, -9, log) == ("failed", "pytest ended with -9; more in 1-root.log")


def _collect(markers: str, *arguments: str) -> list[str]:
    """Return the names of those of a check and a test that are left after the collection."""

    def item(name: str, *marked: str) -> Any:
        return SimpleNamespace(name=name, get_closest_marker=lambda marker: marker if marker in marked else None)

    items = [item("check", "fortress"), item("test")]
    hook = SimpleNamespace(pytest_deselected=lambda items: None)
    config: Any = SimpleNamespace(option=SimpleNamespace(markexpr=markers), args=[*arguments], hook=hook)
    conftest.pytest_collection_modifyitems(config, items)
    return [item.name for item in items]


def test_no_check_runs_unless_somebody_asks_for_it() -> None:
    assert _collect("not slow", "tests") == ["test"]
    assert _collect("", "tests/packaging", "tests") == ["test"]
    assert _collect("not slow", "tests/tools/fortress/test_17_modes.py") == ["check", "test"]
    assert _collect("fortress", "tests") == ["check", "test"]

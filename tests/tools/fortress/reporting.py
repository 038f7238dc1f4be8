"""A plugin of pytest that writes what became of each test, one line of JSON each, for the table."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call" or report.outcome != "passed":
        _write(report.nodeid.split("::")[-1], report.outcome, _why(report), report.user_properties)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.outcome != "passed":
        _write(report.nodeid, report.outcome, _why(report), [])


def _write(name: str, outcome: str, why: str, properties: list[tuple[str, object]]) -> None:
    figures = [value for key, value in properties if key == "figure"]
    line = json.dumps({"name": name, "outcome": outcome, "why": why, "figures": figures})
    with Path(os.environ["FORTRESS_REPORT"]).open("a") as report:
        report.write(line + "\n")


def _why(report: pytest.TestReport | pytest.CollectReport) -> str:
    """In one line: the reason of a skip, or what failed."""
    if report.outcome == "passed":
        return ""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(crash.message if crash is not None else report.longrepr)
    return text.strip().split("\n")[0][:300]

"""`octavo table` from end to end, with real children: each document once, only what is new, a table in the end."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import Code
from tests.cli.conftest import Octavo
from tests.said import says

QUESTIONS = "# leases\n[date] End: When does the Term end?\n[choice: tenant, landlord] Who insures?\n"


@pytest.fixture
def leases(tmp_path: Path) -> Path:
    folder = tmp_path / "leases"
    folder.mkdir()
    for number in (1, 2):
        text = f"Lease {number}. The Term ends on 31 March 203{number}. The tenant insures the berth."
        (folder / f"berth {number}.txt").write_text(text, "utf-8")
    (tmp_path / "questions.txt").write_text(QUESTIONS, "utf-8")
    return folder


def cells(out: str) -> list[dict[str, Any]]:
    return [event for event in map(json.loads, out.splitlines()) if event["event"] == "cell"]


def test_a_folder_is_asked_exported_and_gone_on_with(
    tmp_path: Path, leases: Path, octavo: Octavo, tiny_scout_fast: Path
) -> None:
    table, questions = tmp_path / "table.csv", tmp_path / "questions.txt"
    asked = ("--data-dir", str(tmp_path / "desk"), "--documents", str(leases), "--questions", str(questions))
    model = ("--model", str(tiny_scout_fast), "--context", "4096", "--export", str(table))
    code, out, err = octavo("table", *asked, *model, "--json")
    assert code == 0, err
    assert [(cell["document"], cell["column"], cell["state"]) for cell in cells(out)] == [
        (f"berth {number}", column, "answered") for number in (1, 2) for column in ("End", "Who insures?")
    ]
    assert all(cell["finding"] != "unfit" for cell in cells(out)), "whatever a random model would write"
    read = list(csv.reader(io.StringIO(table.read_text("utf-8-sig"), newline="")))
    assert [row[0] for row in read] == ["Document", "berth 1", "berth 2"]

    (leases / "berth 3.txt").write_text("Lease 3. The Term ends on 1 May 2030.", "utf-8")
    code, out, err = octavo("grid", *asked, *model, "--resume")
    assert code == 0, err
    assert [line for line in out.splitlines() if line.startswith("berth")] == ["berth 3"], "the others are answered"
    assert out.count("End: ") == 1


def test_a_kind_that_is_none_is_refused_before_anything_is_read(tmp_path: Path, octavo: Octavo) -> None:
    desk = ("--data-dir", str(tmp_path / "desk"))
    code, _out, err = octavo("grid", *desk, "--document", str(tmp_path / "no.pdf"), "[dates] When?")
    assert code != 0
    assert says(err, Code.QUESTION_KIND, number=1, kind="dates")


@pytest.mark.parametrize(("alias", "options"), [("grid", ()), ("sheet", ("--together",))])
def test_two_other_verbs_do_the_same(tmp_path: Path, octavo: Octavo, alias: str, options: tuple[str, ...]) -> None:
    desk = ("--data-dir", str(tmp_path / "desk"))
    for rest in (("--templates",), ("--export", "table.pdf", "Why?"), ("[date] When?", "[days] How long?")):
        assert octavo("table", *options, *desk, *rest) == octavo(alias, *desk, *rest)


def test_the_help_has_only_the_verb_of_today(octavo: Octavo) -> None:
    _code, out, _err = octavo("--help")
    listed = [line.split()[0] for line in out.splitlines() if line.startswith("    ") and line[4] != " "]
    assert "table" in listed
    assert not {"sheet", "grid"} & set(listed)

"""`octavo questions`: suggestions for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Octavo

LEASE = """# Rent

The monthly rent is 640 euros. It is due on the first day.

# Pets

The tenant may keep a dog if the landlord agrees.

# Notice

The notice period is three months. Whoever wants to leave writes a letter to the landlord.
"""


@pytest.fixture
def lease(tmp_path: Path) -> Path:
    path = tmp_path / "lease.md"
    path.write_text(LEASE, encoding="utf-8")
    return path


def test_a_program_gets_one_object(octavo: Octavo, lease: Path, tmp_path: Path) -> None:
    code, out, _err = octavo("questions", "--data-dir", tmp_path / "desk", "--document", lease, "--json")
    (line,) = out.splitlines()
    questions = json.loads(line)["questions"]
    assert code == 0
    assert [one["question"] for one in questions] == [
        "How much is the monthly rent?",
        "How long is the notice period?",
        "When may the tenant keep a dog?",
    ]
    assert {"question", "language", "document", "page", "page_index"} == questions[0].keys()
    assert (questions[0]["language"], questions[0]["page_index"]) == ("en", 1)


def test_where_none_can_be_made_it_says_so(octavo: Octavo, tmp_path: Path) -> None:
    path = tmp_path / "numbers.txt"
    path.write_text("1 2 3\n4 5 6\n", encoding="utf-8")
    code, out, _err = octavo("questions", "--data-dir", tmp_path / "desk", "--document", path)
    assert (code, out) == (0, "No question is suggested for these documents.\n")


def test_a_document_has_to_be_named(octavo: Octavo, tmp_path: Path) -> None:
    code, _out, err = octavo("questions", "--data-dir", tmp_path / "desk")
    assert code != 0
    assert "--document" in err

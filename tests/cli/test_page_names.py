"""Pages in the terminal: by what their book calls them, with their numbers where an option counts them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.answers import print_findings, print_verdicts
from app.core.conversations.conversation import Answer, BookRef, Ending, PassageRef, Question
from app.core.conversations.verdict import Evidence, SentenceVerdict, Verdict
from app.core.documents.document import Book, Format
from app.core.errors import Code
from tests.cli.conftest import Octavo
from tests.documents import labelled
from tests.said import says


@pytest.fixture
def manual(tmp_path: Path) -> Path:
    path = tmp_path / "manual.pdf"
    path.write_bytes(labelled.pdf())
    return path


def test_read_names_the_pages_of_chapters(octavo: Octavo, tmp_path: Path, manual: Path, tiny_scout: Path) -> None:
    desk = ("--data-dir", tmp_path / "desk", "--model", tiny_scout)
    code, out, _err = octavo("read", *desk, manual)
    assert code == 0
    chapters = [line.strip().split("  [") for line in out.splitlines() if "tokens]" in line]
    assert [(title, pages.rpartition(", ")[0]) for title, pages in chapters] == [
        ("Preface", "p. iii–vi (5–8 of 103)"),
        ("About this manual", "p. 1–2 (9–10 of 103)"),
        ("Scope of this document", "p. 3–4 (11–12 of 103)"),
        ("Berths", "p. 5–95 (13–103 of 103)"),
    ]
    _code, out, _err = octavo("read", *desk, "--json", manual)
    told = json.loads(out)
    assert (told["pages"][10]["number"], told["pages"][10]["label"]) == (11, "3")
    assert [(section["page"], section["label"]) for section in told["outline"]][2] == (11, "3")


def test_what_does_not_fit_is_offered_by_name_and_by_number(
    octavo: Octavo, tmp_path: Path, manual: Path, tiny_scout: Path
) -> None:
    asked: tuple[Any, ...] = ("ask", "--data-dir", tmp_path / "desk", "--document", manual, "--model", tiny_scout)
    code, _out, told = octavo(*asked, "--context", 2048, "When?")
    assert code == 5
    (line,) = (line for line in told.splitlines() if "Scope of this document" in line)
    assert line.split()[:2] == ["--pages", "11-12"]
    assert line.endswith("[p. 3–4 (11–12 of 103)]")
    _code, out, _err = octavo(*asked, "--context", 2048, "--json", "When?")
    (choices,) = (event for event in map(json.loads, out.splitlines()) if event["event"] == "choices")
    assert choices["books"][0]["chapters"][2]["pages"] == {
        "first": 11, "last": 12, "first_label": "3", "last_label": "4",
    }  # fmt: skip


def test_pages_are_counted_whatever_they_are_called(
    octavo: Octavo, tmp_path: Path, manual: Path, tiny_scout: Path
) -> None:
    asked = ("ask", "--data-dir", tmp_path / "desk", "--document", manual, "--model", tiny_scout)
    code, _out, told = octavo(*asked, "--pages", "100-104", "When?")
    assert code == 3
    assert says(told, Code.PAGES_INVALID, path="Harbour Policy Manual", pages=103, wanted="100-104")
    assert "whatever their printed numbers are" in " ".join(octavo("ask", "--help")[1].split())


def test_the_pages_of_an_answer_are_told_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    book = Book("b", labelled.TITLE, Format.PDF, "", "", 0.0, 103, 0, labels=labelled.LABELS)
    places = (("b", book.title, 11, "3", "lamp 11"), ("b", book.title, 9, "1", "x"), ("gone", "Another", 9, "1", "x"))
    verdicts = tuple(SentenceVerdict(0, 9, Verdict.VERBATIM, (Evidence(*place),)) for place in places)
    passages = (PassageRef("b", book.title, 1, "1", 0, 9), PassageRef("b", book.title, 9, "1", 0, 9))
    asked = Question("c", "Where?", (BookRef("b"),))
    answer = Answer("a", "q", "", Ending.COMPLETE, "", 0.0, passages=passages, verdicts=verdicts)
    print_findings(asked, answer, {"b": book})
    print_verdicts(answer, {"b": book})
    told = [line.strip() for line in capsys.readouterr().out.splitlines() if line]
    assert told[:4] == [
        "Relevant passages: Harbour Policy Manual, p. 1 (1 of 103); Harbour Policy Manual, p. 1 (9 of 103)",
        "✓ On p. 3 of Harbour Policy Manual, word for word. “”",
        "✓ On p. 1 (9 of 103) of Harbour Policy Manual, word for word. “”",
        "✓ On p. 1 of Another, word for word. “”",
    ]

"""`octavo ask --all`: what it takes of the documents is shown first, asked, and said below the answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import EXIT_USAGE
from app.core.documents.document import Document, Format, Page
from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.embedding.client import Embedder
from app.store.books import Books
from tests.cli.conftest import Octavo, answered_here
from tests.whole import open_desk

SAYS = {2: "The lease of the warehouse ends in March.", 5: "The warehouse has a roof."}
FILLER = "The river went by the town and nobody looked at it. " * 12


@pytest.fixture
def ask(tmp_path: Path, octavo: Octavo, tiny_scout: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Ask a desk that has eight documents; gives exit code, stdout, stderr. They are searched by words alone."""
    monkeypatch.setattr(Embedder, "embed", _fails)
    desk = open_desk(Paths(tmp_path / "desk"))
    for number in range(8):
        pages = (Page(1, "1", SAYS.get(number, FILLER)), Page(2, "2", FILLER))
        document = Document(f"Letter {number}", Format.TEXT, f"{number:064x}", pages)
        Books(desk.database).add(document, Path(f"/{number}.txt"))
    desk.close()

    def call(*words: object) -> tuple[int, str, str]:
        tiny = ("--model", tiny_scout, "--context", 2048, "--max-tokens", 8, "--temperature", 0, "--no-weighing")
        return octavo("ask", "--data-dir", tmp_path / "desk", "--all", *tiny, *words)

    return call


def _fails(*_given: object, **_named: object) -> None:
    raise AppError(Code.READER_CRASHED, path="", signal=9)


WAREHOUSE = "When does the lease of the warehouse end?"


@answered_here
def test_the_plan_alone_asks_nothing(ask: Any) -> None:
    code, out, err = ask("--plan", WAREHOUSE)
    assert code == 0, err
    first, *lines = out.splitlines()
    assert first.startswith("Will read ")
    assert any("Letter 2" in line for line in lines)
    assert any(line.endswith("tokens, with the room for an answer") for line in lines)
    assert "searched by meaning" in lines[-1]

    code, out, _err = ask("--plan", "--json", WAREHOUSE)
    assert code == 0
    plan = json.loads(out.splitlines()[-1])
    assert plan["event"] == "plan"
    assert plan["counts"]["documents"] == len(plan["documents"]) == 8
    assert plan["needed_tokens"] <= plan["context_tokens"] == 2048
    best = next(each for each in plan["documents"] if each["document"] == "Letter 2")
    assert best["use"] in ("whole", "passages")
    assert best["words"].startswith("The lease of the warehouse ends")


def test_every_question_says_what_it_was_asked_of(ask: Any) -> None:
    code, out, _err = ask("--json", WAREHOUSE, "What of the roof?")
    assert code == 0
    events = list(map(json.loads, out.splitlines()))
    plans = [event for event in events if event["event"] == "plan"]
    first, second = (event for event in events if event["event"] == "finished")
    assert [event["counts"]["documents"] for event in plans] == [8, 8]
    assert first["coverage"] == plans[0]["counts"]
    assert not first["without_book"]
    assert second["coverage"]["documents"] == 8
    whole = [each["document"] for each in plans[0]["documents"] if each["use"] == "whole"]
    again = [each["document"] for each in plans[1]["documents"] if each["use"] == "whole"]
    assert whole
    assert again[: len(whole)] == whole, "what was read stays first"
    read = sum(each["tokens"] for each in plans[0]["documents"] if each["use"] == "whole")
    assert second["usage"]["reused_tokens"] >= read, "and is not read again"

    code, out, err = ask(WAREHOUSE)
    assert code == 0
    assert err.splitlines()[0].startswith("Will read ")
    assert "\n  From 8 documents: " in out


def test_what_excludes_each_other_is_refused(octavo: Octavo, tmp_path: Path) -> None:
    desk = ("--data-dir", tmp_path / "desk")
    for option, other in (("--all", "--parts"), ("--all", "--excerpts"), ("--all", "--resume")):
        assert octavo("ask", *desk, option, other, "Why?")[0] == EXIT_USAGE
    code, _out, err = octavo("ask", *desk, "--plan", "Why?")
    assert code == EXIT_USAGE
    assert "--all" in err

"""`octavo ask`: in the documents' own words where an option or else the settings say so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import EXIT_USAGE
from app.services.asking.rules import ABSENT
from app.services.asking.weighing import SentenceWeighing
from tests.cli.conftest import Octavo

SENTENCES = [
    f"In the year {1800 + n} the keeper number {n} wrote that the lamp burned all night, and he was paid in March."
    for n in range(1, 6)
]


@pytest.fixture
def ask(tmp_path: Path, octavo: Octavo, tiny_scout: Path) -> Any:
    """Ask one question; gives its answer."""
    book = tmp_path / "story.md"
    book.write_text("\n\n".join(SENTENCES), encoding="utf-8")
    how = ("--data-dir", tmp_path / "desk", "--model", tiny_scout, "--context", 8192, "--seed", 1)

    def call(*options: object) -> str:
        more = ("--max-tokens", 60, "--no-weighing", "--json", "--document", book)
        code, out, err = octavo("ask", *how, *more, *options, "Who was paid?")
        assert (code, err) == (0, "")
        events = [json.loads(line) for line in out.splitlines()]
        return str(next(event for event in events if event["event"] == "finished")["answer"])

    return call


def is_held(answer: str) -> bool:
    """Whether it has a whole sentence of the book, or says that none answers."""
    return answer == ABSENT[0] or any(sentence in answer for sentence in SENTENCES)


def test_the_options_come_before_the_settings(ask: Any, octavo: Octavo, tmp_path: Path) -> None:
    assert is_held(ask("--verbatim"))
    assert not is_held(ask())
    code, _out, err = octavo("settings", "answer_words", "documents", "--data-dir", tmp_path / "desk")
    assert (code, err) == (0, "")
    assert is_held(ask())
    assert not is_held(ask("--no-verbatim"))


def test_of_itself_it_is_so_where_the_model_failed_its_test(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SentenceWeighing, "may_judge", lambda _weighing: False)
    assert is_held(ask())
    assert not is_held(ask("--no-verbatim"))


def test_notes_on_parts_are_not_the_documents_words(octavo: Octavo, tmp_path: Path) -> None:
    code, _out, err = octavo("ask", "--data-dir", tmp_path / "desk", "--verbatim", "--parts", "Why?")
    assert code == EXIT_USAGE
    assert "--verbatim" in err

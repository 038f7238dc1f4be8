"""`octavo sheet` from end to end, with real children: the same point for every question, what is told, how it exits."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.cli.conftest import Octavo

STORY = "\n\n".join(
    f"# Chapter {n}\n\n" + "\n\n".join(f"In the year {year} the keeper wrote that the lamp burned." for year in years)
    for n, years in enumerate((range(1800, 1830), range(1830, 1860)), 1)
)
ONE, TWO = "What burned?", "Who wrote it, and when?"


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.md"
    path.write_text(STORY, encoding="utf-8")
    return path


@pytest.fixture
def run(tmp_path: Path, octavo: Octavo) -> Any:
    """Run `octavo sheet` on a desk of its own, another one with another `desk`; gives exit code, stdout, stderr."""

    def call(*arguments: object, desk: str = "desk") -> tuple[int, str, str]:
        return octavo("sheet", "--data-dir", str(tmp_path / desk), *map(str, arguments))

    return call


def tiny(model: Path, book: Path) -> tuple[object, ...]:
    """Options for the tiny model, which answers at random but always the same: no more tokens than come before a draft,
    since what is drafted follows the machine's speed, and rounding follows what is drafted."""
    return ("--document", book, "--model", model, "--context", 8192, "--max-tokens", 4, "--temperature", 0)


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def rows(out: str) -> list[dict[str, Any]]:
    return [event for event in lines(out) if event["event"] == "row"]


def test_the_books_are_read_once_and_the_order_of_the_questions_does_not_matter(
    run: Any, story: Path, tiny_scout: Path
) -> None:
    code, out, err = run("--json", *tiny(tiny_scout, story), ONE, TWO)
    assert (code, err) == (0, "")
    first, second = rows(out)
    assert first["usage"]["reused_tokens"] == 0
    books = first["usage"]["prompt_tokens"] - 160  # the question, with the rules in short
    assert books > 1000
    assert second["usage"]["reused_tokens"] > books, "all of the books and nothing of the first question"
    assert second["usage"]["evaluated_tokens"] < 160
    code, out, err = run("--json", *tiny(tiny_scout, story), TWO, ONE, desk="other")
    assert (code, err) == (0, "")
    for here, there in zip((second, first), rows(out), strict=True):
        assert (here["question"], here["answer"]) == (there["question"], there["answer"])
        assert here["usage"]["prompt_tokens"] == there["usage"]["prompt_tokens"]
    assert first["usage"]["prompt_tokens"] != second["usage"]["prompt_tokens"]


def test_events_and_a_table_in_a_file(run: Any, story: Path, tiny_scout_quantized: Path, tmp_path: Path) -> None:
    listed = tmp_path / "questions.txt"
    listed.write_text(f"# of the story\n\n{ONE}\n", encoding="utf-8")
    table = tmp_path / "table.xlsx"
    code, out, _ = run("--json", *tiny(tiny_scout_quantized, story), "--questions", listed, "--export", table, TWO)
    assert code == 0
    events = lines(out)
    assert [event["event"] for event in events if event["event"] not in ("loading", "reading")] == [
        "question", "row", "question", "row", "ended",
    ]  # fmt: skip
    assert [(e["number"], e["total"], e["state"]) for e in rows(out)] == [(1, 2, "answered"), (2, 2, "answered")]
    assert (events[-1]["questions"], events[-1]["answered"]) == (2, 2)
    _head, *written = CalamineWorkbook.from_filelike(io.BytesIO(table.read_bytes())).get_sheet_by_index(0).to_python()
    assert [row[1] for row in written] == [ONE, TWO]


def test_text_has_each_question_with_its_answer(run: Any, story: Path, tiny_scout_quantized: Path) -> None:
    code, out, err = run(*tiny(tiny_scout_quantized, story), ONE, "\x1b[2J  And\nthen?")
    assert (code, err) == (0, "")
    assert out.startswith(f"1. {ONE}\n\n")
    assert "\n2. \ufffd[2J And then?\n\n" in out


def test_a_question_that_does_not_fit_fails_alone(run: Any, story: Path, tiny_scout_quantized: Path) -> None:
    _, out, _ = run("--json", *tiny(tiny_scout_quantized, story), ONE)
    context = rows(out)[0]["usage"]["prompt_tokens"] + 256
    options = (*tiny(tiny_scout_quantized, story), "--context", context)
    long = "Which word? " * 160
    code, out, err = run(*options, "--json", long, ONE)
    assert code == 5
    assert [row["state"] for row in rows(out)] == ["failed", "answered"]
    assert rows(out)[0]["code"] == "does_not_fit"
    assert err == ""
    code, out, err = run(*options, long, ONE)
    assert code == 5
    assert f"2. {ONE}" in out
    assert "question 1 of 2: This needs" in err
    assert "1 of 2 questions are answered" in err


def test_books_that_do_not_fit_have_choices(run: Any, story: Path, tiny_scout_quantized: Path) -> None:
    code, out, err = run("--document", story, "--model", tiny_scout_quantized, "--context", 1024, ONE, TWO)
    assert code == 5
    assert f"1. {ONE}" in out
    assert TWO not in out
    assert "--excerpts" in err
    assert "0 of 2 questions are answered" in err


def test_resume_asks_only_what_is_not_answered(run: Any, story: Path, tiny_scout_quantized: Path) -> None:
    answered = tiny(tiny_scout_quantized, story)
    code, _, _ = run("--json", *answered, "--context", 1024, ONE, TWO)
    assert code == 5
    code, out, _ = run("--json", *answered, "--resume", ONE, TWO)
    assert code == 0
    assert [row["number"] for row in rows(out)] == [1, 2]
    first = lines(out)[-1]["sheet"]
    code, out, _ = run("--json", *answered, "--resume", ONE, TWO)
    assert code == 0
    assert lines(out)[-1]["sheet"] != first, "a finished sheet is not gone on with"
    assert [event["code"] for event in lines(out) if event["event"] == "notice"] == ["question_not_begun"]


def test_a_killed_sheet_goes_on(run: Any, story: Path, tiny_scout_quantized: Path, tmp_path: Path) -> None:
    options = [*map(str, tiny(tiny_scout_quantized, story)), ONE, TWO, "And why?"]
    command = [sys.executable, "-m", "app", "sheet", "--data-dir", str(tmp_path / "desk"), "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "row":
                os.kill(process.pid, signal.SIGKILL)
                break
    code, out, _ = run("--json", "--resume", *options)
    assert code == 0
    assert next(row["number"] for row in rows(out)) > 1
    assert lines(out)[-1]["answered"] == 3


def test_ctrl_c_stops_and_writes_what_was_answered(story: Path, tiny_scout_quantized: Path, tmp_path: Path) -> None:
    table = tmp_path / "table.md"
    options = [*map(str, tiny(tiny_scout_quantized, story)), "--export", str(table), ONE, TWO, "And why?"]
    command = [sys.executable, "-m", "app", "sheet", "--data-dir", str(tmp_path / "desk"), "--json", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "row":
                os.kill(process.pid, signal.SIGINT)
                break
        rest = process.stdout.read()
    assert process.returncode == 130
    ended = lines(rest)[-1]
    assert ended["event"] == "ended"
    assert 1 <= ended["answered"] < 3
    assert "This question has not been asked yet." in table.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ((), 3, "no question"),
        (("", "  "), 3, "no question"),
        (("--questions", "missing.txt"), 3, "no file"),
        (("--template", "poems"), 2, "chapters, minutes, contract, people, glossary"),
        (("--export", "table.pdf", "Why?"), 2, ".docx, .xlsx, .md, .html"),
        (("--pages", "x", "Why?"), 2, "--pages x"),
    ],
)
def test_mistakes_are_told_before_anything_is_read(run: Any, options: tuple[str, ...], code: int, words: str) -> None:
    exit_code, out, err = run(*options)
    assert (exit_code, out) == (code, "")
    assert words in err


def test_templates_are_listed(run: Any) -> None:
    code, out, _ = run("--templates")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["chapters", "minutes", "contract", "people", "glossary"]
    code, out, _ = run("--templates", "--json")
    assert lines(out)[0] == {
        "name": "chapters",
        "title": "Summary by chapter",
        "description": "One question for every chapter of the outline.",
    }


@pytest.mark.real
def test_the_starter_summarises_every_chapter_with_its_pages(run: Any, story: Path, tmp_path: Path) -> None:
    table = tmp_path / "table.md"
    paragraphs = [each for n, each in enumerate(STORY.split("\n\n")) if each.startswith("#") or n % 4 == 0]
    story.write_text("\n\n".join(paragraphs), encoding="utf-8")
    code, out, err = run(
        "--json",
        "--document",
        story,
        "--temperature",
        0,
        "--max-tokens",
        40,
        "--template",
        "chapters",
        "--export",
        table,
    )
    assert (code, err) == (0, "")
    first, second = rows(out)
    assert ["Chapter 1" in first["question"], "Chapter 2" in second["question"]] == [True, True]
    assert [row["usage"]["prompt_tokens"] for row in (first, second)] == [0, 0], "the search's answers read nothing"
    assert all(row["from_search"] and row["answer"] for row in (first, second))
    assert table.read_text(encoding="utf-8").count("\n| ") == 3

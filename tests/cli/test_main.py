"""The terminal face from end to end, with real children: what it prints, and how it exits."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.cli import arguments as command_line
from app.cli.main import EXIT_MODEL, EXIT_USAGE
from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.isolation import sandbox
from app.services.asking import ask, search_answer
from app.services.asking.budget import budget_of
from tests.cli.conftest import Octavo, answered_here
from tests.documents import scanner
from tests.documents.office_writer import paragraph, write_docx
from tests.documents.pdf_writer import show, write_pdf
from tests.models.chatml import TRAINED_CONTEXT, write_chatml
from tests.models.lora import write_lora
from tests.models.reciter import write_reciter
from tests.said import says
from tests.whole import TERMINAL_COMMANDS, open_desk

STORY = "# The lighthouse\n\n" + "\n\n".join(
    f"## Chapter {n}\n\nIn the year {1800 + n} the keeper number {n} wrote that the lamp burned all night." * 3
    for n in range(1, 6)
)


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.md"
    path.write_text(STORY, encoding="utf-8")
    return path


@pytest.fixture
def run(tmp_path: Path, octavo: Octavo) -> Any:
    """Run a command on a desk of its own; gives exit code, stdout, stderr."""

    def call(command: str, *arguments: object) -> tuple[int, str, str]:
        return octavo(command, "--data-dir", str(tmp_path / "desk"), *map(str, arguments))

    return call


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_two_questions_as_json(run: Any, story: Path, tiny_scout: Path) -> None:
    code, out, err = run(
        "ask", "--json", "--document", story, "--model", tiny_scout, "--context", 8192, "--kv", "q8_0",
        "--max-tokens", 12, "--temperature", 0, "--seed", 1, "What burned?", "And when?",
    )  # fmt: skip
    assert (code, err) == (0, "")
    events = lines(out)
    assert {event["event"] for event in events} == {"loading", "reading", "token", "finished"}
    first, second = (event for event in events if event["event"] == "finished")
    for finished in (first, second):
        usage = finished["usage"]
        assert usage["prompt_tokens"] == usage["reused_tokens"] + usage["evaluated_tokens"]
        assert usage["generated_tokens"] == 12
        assert set(finished["timings"]) == {"load_s", "read_s", "first_token_s", "generate_s"}
    assert first["usage"]["reused_tokens"] == 0
    assert first["timings"]["load_s"] > 0
    assert second["usage"]["reused_tokens"] >= first["usage"]["prompt_tokens"]
    text = "".join(event["text"] for event in events if event["event"] == "token")
    assert text == first["answer"] + second["answer"]
    readings = [event for event in events if event["event"] == "reading"]
    assert all(0 <= event["reused"] <= event["done"] <= event["total"] for event in readings)


def test_an_answer_without_a_book_says_so(run: Any, tmp_path: Path, story: Path, tiny_scout: Path) -> None:
    tiny = ("--model", tiny_scout, "--context", 2048, "--max-tokens", 4, "--temperature", 0, "--seed", 1)
    code, out, _ = run("ask", *tiny, "What burned?")
    assert code == 0
    assert out.rstrip().endswith("\n  Answered without any document.")
    code, out, _ = run("ask", *tiny, "--document", story, "What burned?")
    assert code == 0
    assert "without any document" not in out
    for more, without in ((), True), (("--document", story), False):
        _, out, _ = run("ask", *tiny, "--json", *more, "What burned?")
        assert lines(out)[-1]["without_book"] is without


def test_an_adapter_changes_what_is_said(run: Any, tmp_path: Path, story: Path, tiny_scout: Path) -> None:
    lora = write_lora(tmp_path / "lora.gguf", tiny_scout, strength=2.0)

    def answer(*more: str) -> str:
        code, out, _err = run(
            "ask", "--json", "--document", story, "--model", tiny_scout, "--context", 2048, "--max-tokens", 12,
            "--temperature", 0, "--no-true-quotes", *more, "What burned?",
        )  # fmt: skip
        assert code == 0
        return str(lines(out)[-1]["answer"])

    plain = answer()
    assert answer("--adapter", f"{lora}=0") == plain
    assert answer("--adapter", str(lora)) != plain
    code, _out, err = run("ask", "--model", tiny_scout, "--adapter", f"{tiny_scout}=2", "What?")
    assert code == EXIT_MODEL
    assert says(err, Code.ADAPTER_WANTED, path=str(tiny_scout))
    assert run("ask", "--model", tiny_scout, "--adapter", f"{lora}=20", "What?")[0] == EXIT_USAGE


def test_a_book_that_was_read_is_not_read_again(run: Any, tmp_path: Path, tiny_scout: Path) -> None:
    story = tmp_path / "long.txt"
    story.write_text("\n\n".join(f"In the year {n} the lamp burned." * 5 for n in range(1800, 1820)), encoding="utf-8")

    def ask(*more: str) -> dict[str, Any]:
        code, out, _ = run(
            "ask", "--json", "--document", story, "--model", tiny_scout, "--context", 8192, "--max-tokens", 4, *more
        )
        assert code == 0
        return lines(out)[-1]["usage"]  # type: ignore[no-any-return]

    first = ask("What burned?")
    assert first["reused_tokens"] == 0
    second = ask("In which years did it burn?")
    assert second["evaluated_tokens"] < 200 < first["evaluated_tokens"], "the question, with the rules in short"
    files = [path for path in (tmp_path / "desk" / "readings").rglob("*") if path.is_file()]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    saved = max(files, key=lambda file: file.stat().st_size)
    content = bytearray(saved.read_bytes())
    content[-100] ^= 4
    saved.write_bytes(content)
    _, out, _ = run(
        "ask", "--json", "--document", story, "--model", tiny_scout, "--context", 8192, "--max-tokens", 4, "What?"
    )
    told = [event for event in lines(out) if event["event"] == "notice"]
    assert [event["code"] for event in told] == ["reading_damaged"]
    assert lines(out)[-1]["usage"]["reused_tokens"] == 0


def test_what_does_not_fit_has_choices(run: Any, tmp_path: Path, tiny_scout: Path) -> None:
    book = tmp_path / "long.md"
    chapter = "\n\n".join(f"In the year {n} the lamp burned." * 5 for n in range(1800, 1818))
    book.write_text("\n\n".join(f"# Part {n}\n\n{chapter}" for n in ("one", "two")), encoding="utf-8")
    asked = ("ask", "--document", book, "--model", tiny_scout, "--context", 2048, "When?")
    code, out, told = run(*asked)
    assert (code, out) == (5, "")
    assert "Nothing was cut" in told
    parts = [line for line in told.splitlines() if "--pages" in line]
    assert [line.split()[2:4] for line in parts] == [["Part", "one:"], ["Part", "two:"]]
    assert "--kv q8_0 --context N" in told
    assert "--excerpts" in told
    assert "--parts" in told
    code, out, _ = run(*asked, "--json")
    choices, failed = lines(out)[-2:]
    assert (choices["event"], failed["event"], failed["code"]) == ("choices", "failed", "does_not_fit")
    (sizes,) = choices["books"]
    assert choices["needed_tokens"] > choices["context_tokens"] == 2048
    chapters = sizes["chapters"]
    assert sizes["tokens"] <= sum(part["tokens"] for part in chapters)
    first, last = chapters[0]["pages"]["first"], chapters[0]["pages"]["last"]
    more = ("--pages", f"{first}-{last}", "--context", 2 * chapters[0]["tokens"], "--max-tokens", 4, "--json")
    code, out, _ = run(*asked[:-1], *more, "When?")
    assert code == 0, "what the choice says fits"


@answered_here
def test_what_does_not_fit_is_read_in_parts(
    run: Any, tmp_path: Path, tiny_scout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask, "budget_of", lambda *of: dataclasses.replace(budget_of(*of), notes=4))
    book = tmp_path / "long.md"
    book.write_text("\n\n".join(f"In the year {n} the lamp burned." * 5 for n in range(1800, 1816)), encoding="utf-8")
    asked = ("ask", "--document", book, "--model", tiny_scout, "--context", 2048, "--max-tokens", 4, "When?", "--parts")
    code, out, _ = run(*asked, "--json")
    assert code == 0
    events = lines(out)
    begun, ended = ([e for e in events if e["event"] == name] for name in ("part", "part_ended"))
    assert [(e["number"], e["total"]) for e in begun] == [(1, 2), (2, 2)]
    assert [e["books"] for e in ended] == [e["books"] for e in begun]
    finished = events[-1]
    assert finished["event"] == "finished"
    assert {part["state"] for part in finished["parts"]} <= {"read", "cut"}
    assert finished["parts"][0]["document"] == begun[0]["books"][0]["document"]


@answered_here
def test_what_is_resumed_stays_in_its_conversation(
    run: Any, tmp_path: Path, tiny_scout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ask, "budget_of", lambda *of: dataclasses.replace(budget_of(*of), notes=4))
    book, exported = tmp_path / "long.md", tmp_path / "out.md"
    book.write_text("\n\n".join(f"In the year {n} the lamp burned." * 5 for n in range(1800, 1816)), encoding="utf-8")
    asked = ("ask", "--document", book, "--model", tiny_scout, "--context", 2048, "--max-tokens", 4, "--resume")

    with monkeypatch.context() as patch:
        patch.setattr(ask.Ask, "write_from_notes", _fails)
        code, out, _ = run(*asked, "--json", "When?")
    notices = [event["code"] for event in lines(out) if event["event"] == "notice"]
    assert (code, notices) == (3, ["question_not_begun"])

    code, out, err = run(*asked, "--export", exported, "When?")
    assert code == 0
    assert "nothing to resume" not in err
    assert "When?" in exported.read_text(encoding="utf-8")
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"), None)) as desk:
        assert len(desk.conversations.all()) == 1

    code, _out, err = run(*asked[:-1], "--resume", "--excerpts", "When else?")
    assert code == 0
    assert says(err, Code.QUESTION_NOT_BEGUN)


def _fails(*_arguments: object) -> None:
    raise AppError(Code.DISK_FULL, path="octavo.db")


@pytest.mark.real
def test_without_a_book_the_starter_is_brief_and_says_so(run: Any) -> None:
    """So small a model only repeats itself after a few sentences."""
    code, out, _ = run("ask", "--json", "Tell me a long story about the sea.")
    finished = lines(out)[-1]
    assert (code, finished["without_book"]) == (0, True)
    assert 0 < finished["usage"]["generated_tokens"] <= 96


def test_what_no_memory_could_help_says_so(run: Any, tmp_path: Path) -> None:
    """The model was trained for 4,096 tokens."""
    model = write_chatml(tmp_path / "chatml.gguf")
    book = tmp_path / "long.md"
    book.write_text("\n\n".join(f"Part {n} of the long story of the lamp." for n in range(1200)), encoding="utf-8")
    code, out, told = run("ask", "--document", book, "--model", model, "When?")
    assert (code, out) == (5, "")
    assert f"the model allows up to {TRAINED_CONTEXT:,} tokens" in told
    assert "memory allows" not in told
    assert " question 0" not in told
    assert " 0 are kept" not in told
    with contextlib.closing(open_desk(Paths(tmp_path / "desk"))) as desk:
        assert len(desk.finding.indexer.unfinished()) == 1, "what does not fit is known before the search is prepared"


def test_what_was_cut_off_says_how_it_gets_longer(run: Any, story: Path, tiny_scout: Path) -> None:
    asked = ("ask", "--document", story, "--model", tiny_scout, "--context", 2048)
    code, _out, told = run(*asked, "--max-tokens", 5, "When?")
    assert code == 0
    assert "The answer was cut off after 5 tokens. Use --continue to let it go on, or --max-tokens N" in told


def test_an_answer_goes_on_as_often_as_its_limit_is_reached(run: Any, story: Path, tmp_path: Path) -> None:
    words = ("Ġthe", "Ġwater", "Ġline", "Ġof", "Ġhouse", "Ġwa", "s", "Ġunder", "Ġriver")
    model = write_reciter(tmp_path / "reciter.gguf", words, turn="Ġwa")
    asked = ("ask", "--document", story, "--model", model, "--context", 2048, "--temperature", 0)
    code, out, told = run(*asked, "--max-tokens", 4, "--continue", "--instructions", "Be brief.", "When?")
    assert code == 0
    assert out.startswith(" the water line of house was under river\n")
    assert "cut off" not in told


def test_a_conversation_that_outgrows_the_context_says_how_to_go_on(run: Any, story: Path, tiny_scout: Path) -> None:
    asked = ("ask", "--document", story, "--model", tiny_scout, "--context", 2048, "--max-tokens", 128, "--seed", 1)
    questions = ["Who came to the harbour, and when, and why?"] * 12
    code, out, told = run(*asked, *questions)
    assert code == 5
    assert "the conversation so far, " in told
    assert "Ask the other questions with another “ask”, or one by one with “table --together”." in told
    code, out, _told = run(*asked, "--json", *questions)
    choices = lines(out)[-2]
    assert choices["turns"] == sum(line["event"] == "finished" for line in lines(out)) > 0
    assert choices["turns_tokens"] > choices["needed_tokens"] - choices["context_tokens"]


@pytest.mark.real
def test_the_starter_shows_what_is_nearest_and_says_so(run: Any, story: Path, tmp_path: Path) -> None:
    """The same to whatever temperature and seed, since the model writes none of it and reads nothing."""
    exported = tmp_path / "out.md"
    asked = ("Did the lamp burn all night in the year 1803?", "Who is the president of France?")
    code, out, err = run("ask", "--document", story, "--export", exported, *asked)
    nearest = "“In the year 1803 the keeper number 3 wrote that the lamp burned all night.” [p. 2]"
    assert (code, out.splitlines()[0]) == (0, f"{search_answer.introduction()} {nearest}")
    assert search_answer.nothing_near() in out
    assert "✓" not in out
    assert out.count("Search result: no model wrote this.") == 2
    assert err.count("The starter model is too small to answer from a document.") == 1
    assert exported.read_text(encoding="utf-8").count("Search result: no model wrote this.") == 2
    code, out, _ = run("ask", "--json", "--document", story, "--temperature", 1.5, "--seed", 2, *asked)
    first, second = (line for line in lines(out) if line["event"] == "finished")
    assert (code, first["answer"], first["from_search"]) == (0, f"{search_answer.introduction()} {nearest}", True)
    (citation,) = first["citations"]
    assert (citation["label"], first["answer"][citation["start"] : citation["end"]]) == ("2", "[p. 2]")
    assert {"start", "end", "document", "page", "label", "quote"} == set(citation)
    assert first["verdicts"] == [], "its sentences are the pages' own"
    assert (first["ending"], first["usage"]["generated_tokens"]) == ("complete", 0)
    assert [each["usage"]["prompt_tokens"] for each in (first, second)] == [0, 0]


@pytest.mark.real
@pytest.mark.parametrize(
    ("excerpts", "years"), [(False, 5), pytest.param(False, 122, marks=pytest.mark.slow), (True, 45)]
)
def test_a_name_in_a_long_book_is_found(run: Any, tmp_path: Path, excerpts: bool, years: int) -> None:
    chapters = [
        f"In the year {year} the harbour was quiet. Ships came and went, and the master wrote them down in his book."
        f" Nobody asked why the lamp on pier {year % 7} was out, and the rain fell for {year % 19} days."
        for year in range(1700, 1700 + years)
    ]
    chapters[years // 2 + 2] += " The night watchman of the lighthouse was called Balthasar Quill."
    book = tmp_path / "harbour.txt"
    book.write_text("\n\n".join(chapters), encoding="utf-8")
    described = lines(run("read", "--json", book)[1])[0]
    assert described["tokens"] > 50 * years
    texts = run("read", "--text", book)[1].split("\f")
    (page,) = (page["label"] for page, text in zip(described["pages"], texts, strict=True) if "Quill" in text)
    code, out, _ = run(
        "ask", "--json", "--temperature", 0, "--document", book, *(["--excerpts"] if excerpts else []),
        "What was the night watchman called?",
    )  # fmt: skip
    assert code == 0
    finished = lines(out)[-1]
    assert "Balthasar Quill" in finished["answer"]
    assert page in [citation["label"] for citation in finished["citations"]]
    assert finished["from_search"]
    assert finished["verdicts"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["ask", "--pages", "0-3x", "Why?"], 2, "--pages"),
        (["ask", "--temperature", "9", "Why?"], 2, "temperature"),
        (["ask", "--document", "nowhere.pdf", "Why?"], 3, "nowhere.pdf"),
        (["ask", "--document", "{story}", "--pages", "1-99", "Why?"], 3, "99"),
        (["ask", "--model", "nowhere.gguf", "Why?"], 4, "nowhere.gguf"),
        (["ask", "--model", "{story}", "Why?"], 4, "story.md"),
        (["ask", "--model", "{scout}", "--context", "20000000", "Why?"], 2, "20,000,000"),
        (["ask", "--model", "{scout}", "--context", "256", "--document", "{story}", "Why?"], 5, "256"),
        (["read", "{folder}"], 3, "folder"),
    ],
)
def test_what_goes_wrong_gets_a_sentence_and_its_code(
    run: Any, story: Path, tiny_scout: Path, arguments: list[str], code: int, told: str
) -> None:
    command, *rest = (word.format(story=story, scout=tiny_scout, folder=story.parent) for word in arguments)
    exit_code, out, err = run(command, "--json", *rest)
    assert exit_code == code
    assert err.startswith("octavo: ")
    assert told in err
    failed = lines(out)[-1]
    assert failed["event"] == "failed"
    assert failed["message"] == err.removeprefix("octavo: ").strip()


def test_arguments_that_make_no_sense_exit_with_2(run: Any) -> None:
    assert run("ask")[0] == 2


def test_read_counts_pages_and_tokens(run: Any, story: Path) -> None:
    code, out, _ = run("read", "--json", story)
    assert code == 0
    (described,) = lines(out)
    assert described["title"] == "The lighthouse"
    assert described["page_count"] == len(described["pages"])
    assert described["tokens"] == sum(page["tokens"] for page in described["pages"]) > 50
    assert described["characters"] == sum(page["characters"] for page in described["pages"])
    assert [section["title"] for section in described["outline"]][:2] == ["The lighthouse", "Chapter 1"]
    assert "text" not in described["pages"][0]
    _, text, _ = run("read", "--text", story)
    assert text.count("\f") == described["page_count"] - 1
    assert "keeper number 5" in text
    _, plain, _ = run("read", story)
    assert plain.startswith("The lighthouse\n")


def test_read_recognises_scans_and_says_how_surely(run: Any, tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(scanner.bind(scanner.write(scanner.paper(1_000, 300), scanner.JAPANESE)))
    code, out, _ = run("read", scan)
    assert code == 0
    assert "[p. 1] Recognised from a picture (99 % sure)" in out
    (described,) = lines(run("read", "--json", scan)[1])
    (page,) = described["pages"]
    assert page["flags"] == ["recognised"]
    assert 0.98 < page["confidence"] <= 1
    assert page["state"] == "recognised"


def test_read_shows_comments_whole(run: Any, tmp_path: Path) -> None:
    words = "Is this a penalty? " * 200
    comment = f'<w:comment w:id="0" w:author="Ann">{paragraph(words)}</w:comment>'
    commented = '<w:p><w:r><w:t>The rent is due.</w:t></w:r><w:r><w:commentReference w:id="0"/></w:r></w:p>'
    book = tmp_path / "lease.docx"
    book.write_bytes(write_docx(commented, comments=comment))
    code, out, _ = run("read", book)
    assert code == 0
    said = f"Comments on this page are not shown to the model: “[comment by Ann: {words.strip()}]”"
    assert f"Other notes\n[p. 1] {said}" in out
    assert run("read", "--text", book)[1].strip() == "The rent is due."


def test_doctor_finds_no_open_socket(run: Any, tmp_path: Path) -> None:
    code, out, _ = run("doctor", "--json")
    assert code == 0
    (report,) = lines(out)
    assert report["sockets"] == []
    assert report["problems"] == []
    assert report["data"] == str(tmp_path / "desk")
    assert report["devices"]
    assert report["sandbox"] in ("bubblewrap", "landlock", "rlimits")
    abi = sandbox.landlock_abi()
    assert report["landlock"] == {"version": abi, "lacks": [gap.value for gap in sandbox.gaps(abi)]}
    assert run("doctor")[0] == 0


def test_what_was_asked_is_kept_encrypted(run: Any, tiny_scout: Path, tmp_path: Path) -> None:
    run("ask", "--model", tiny_scout, "--context", 1024, "--max-tokens", 3, "A very secret question?")
    desk = open_desk(Paths(tmp_path / "desk"))
    (conversation,) = desk.conversations.all()
    (turn,) = desk.conversations.turns(conversation.id)
    assert turn.question.text == "A very secret question?"
    assert turn.answer is not None
    desk.close()
    stored = b"".join(file.read_bytes() for file in (tmp_path / "desk").rglob("*") if file.is_file())
    assert b"secret question" not in stored


def test_ctrl_c_stops_and_keeps_the_partial_answer(tiny_scout: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "ask", "--data-dir", str(tmp_path / "desk"), "--model", str(tiny_scout),
         "--context", "8192", "--max-tokens", "7000", "--json", "Go on."],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["event"] == "token":
            os.kill(process.pid, signal.SIGINT)
            break
    process.communicate(timeout=60)
    assert process.returncode == 130
    desk = open_desk(Paths(tmp_path / "desk"))
    (turn,) = desk.conversations.turns(desk.conversations.all()[0].id)
    desk.close()
    assert turn.answer is not None
    assert turn.answer.text
    assert turn.answer.ending == "cancelled"


def test_without_a_display_the_window_names_the_terminal(tmp_path: Path) -> None:
    bare = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    bare.pop("QT_QPA_PLATFORM", None)
    done = subprocess.run([sys.executable, "-m", "app"], env=bare, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "octavo ask" in done.stderr
    assert done.stdout == ""


@answered_here
def test_a_passphrase_locks_the_desk(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("lantern quay otter violet\n"))
    assert run("passphrase")[0] == 0
    code, _, err = run("doctor")
    assert code == 3
    assert "passphrase" in err
    desk = open_desk(Paths(tmp_path / "desk"), "lantern quay otter violet")
    desk.close()
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert run("passphrase")[0] == 3


@answered_here
def test_a_weak_passphrase_is_refused_in_plain_words(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Smith1985\n"))
    code, _, err = run("passphrase")
    assert code == 2
    assert "Too weak." in err
    assert says(err, Code.PASSPHRASE_WEAK)
    open_desk(Paths(tmp_path / "desk")).close()


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace, which watches the system calls, is not installed")
def test_no_process_opens_an_internet_socket(tiny_scout: Path, story: Path, tmp_path: Path) -> None:
    calls = tmp_path / "calls.txt"
    subprocess.run(
        ["strace", "-f", "-e", "trace=network", "-o", str(calls), sys.executable, "-m", "app", "ask",
         "--data-dir", str(tmp_path / "desk"), "--model", str(tiny_scout), "--context", "4096", "--max-tokens", "4",
         "--document", str(story), "What burned?"],
        check=True, capture_output=True, timeout=200,
    )  # fmt: skip
    text = calls.read_text(encoding="utf-8", errors="replace")
    assert "+++ exited with 0 +++" in text
    assert "AF_INET" not in text


def test_an_answer_is_exported(run: Any, tmp_path: Path, story: Path, tiny_scout: Path) -> None:
    asked = ("ask", "--document", story, "--model", tiny_scout, "--context", 2048, "--max-tokens", 8)
    code, _, told = run(*asked, "--export", tmp_path / "out.pdf", "What burned?")
    assert code == 2
    assert ".docx" in told
    code, _, _ = run(*asked, "--export", tmp_path / "out.md", "What burned?")
    assert code == 0
    assert (tmp_path / "out.md").read_text(encoding="utf-8").startswith("# What burned?\n\n- Date: ")


def test_read_says_what_needs_a_look(run: Any, tmp_path: Path) -> None:
    book = tmp_path / "charter.pdf"
    blank, seen = "", show("Everybody sees this line.")
    pages = [seen, seen + show("Nobody sees this", y=500, before="1 1 1 rg"), blank, seen]
    book.write_bytes(write_pdf(pages, title="Charter", labels="0 << /S /D >> 3 << /S /D /St 6 >>"))
    _, out, _ = run("read", book)
    assert out.splitlines()[:2] == ["Charter", "4 pages – 2 text, 1 empty, 1 suspicious"]
    look, others = out.split("\n\n")[1:]
    assert look.splitlines()[0] == "2 pages to check"
    assert [line.split("]")[0] for line in look.splitlines()[1:]] == ["[p. 2", "[p. 6"]
    assert "jump from 3 to 6: 2 pages before this one are missing" in look
    assert others.splitlines() == ["Other notes", "[p. 3] This page is empty."]
    (described,) = lines(run("read", "--json", book)[1])
    assert described["states"] == {"text": 2, "recognised": 0, "empty": 1, "suspicious": 1}
    assert described["to_look_at"] == 2
    assert [page["state"] for page in described["pages"]] == ["text", "suspicious", "empty", "text"]
    assert [page["needs_look"] for page in described["pages"]] == [False, True, False, True]
    assert all(page["tokens"] > 0 for page in described["pages"] if page["characters"])


@pytest.mark.parametrize(
    ("words", "files"),
    [
        ("read a.pdf", 1),
        ("ask --document a.pdf --document b.pdf Why?", 2),
        ("notes --document a.pdf", 1),
        ("notes", 0),
        ("cite --document a.pdf", 1),
        ("find whales", 0),
        ("doctor", 0),
    ],
)
def test_a_reader_is_kept_for_each_file_that_is_named(words: str, files: int) -> None:
    parsed = command_line.parse(words.split(), TERMINAL_COMMANDS)
    assert command_line.documents(parsed, TERMINAL_COMMANDS) == files

"""How a model answers from books: is the fact right, the page named, the quotation verified, and what the books do not
say admitted.

    python -m tests.tools.benchmarks.answering.measure MODEL.gguf [--context N] [--octavo COMMAND] [--keep FOLDER]

Each of the thirty questions of `questions.toml` is asked by itself, at temperature 0, through `octavo sheet --json`;
all answers are printed, to be read. The three books are fetched by `packaging/dev corpus`. Whether an answer admits
that the book does not say it is judged by its words here, and by whoever reads it.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.tools.corpus.words import debian_book

_ADMITS = re.compile(
    r"\b(do(es)?|did|is|are|was|were|has|have|can|could) ?(not|n[o’']t) .{0,60}"
    r"\b(say|state|mention|specif|provide|contain|include|give|found|find|list|describe|stated|answer|determine)"
    r"|no (information|mention|answer|such)|not (explicitly )?(said|stated|mentioned|specified|provided|given|found)"
    r"|(記載|言及|記述|書かれて|述べられて|示されて|含まれて|明記|説明)\S{0,8}(ない|いない|ありません|いません)|わかりません",
    re.IGNORECASE | re.DOTALL,
)

_OF_THE_PROGRAM = ("found", "related")
_SHORT = 60  # characters, of an answer that only says that the book does not say it
_VERIFIED = ("verified", "repaired")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--context", type=int, default=3072)
    parser.add_argument("--octavo", default="octavo", help="the command of the version that is measured")
    parser.add_argument("--keep", type=Path, help="a folder for the data folder and the answers, of a run that goes on")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    counts: Counter[str] = Counter()
    for question, row in _asked(options, folder):
        found = judge(question, row)
        counts.update(found)
        print(f"{question['book']}: {question['asks']}\n  {' '.join(row.get('answer', '').split())}\n  {sorted(found)}")
    print(", ".join(f"{count} {what}" for what, count in sorted(counts.items())))


def judge(question: dict[str, Any], row: dict[str, Any]) -> set[str]:
    """Name what is true of an answer. `row` as `octavo sheet --json` prints it."""
    answer = row.get("answer", "")
    citations = [citation for citation in row.get("citations", []) if citation["state"] not in _OF_THE_PROGRAM]
    admits = bool(_ADMITS.search(answer))
    found = {"answered" if answer else "no answer"}
    for citation in citations:
        if citation["quote"]:
            found.add(f"a quotation {'verified' if citation['state'] in _VERIFIED else 'not verified'}")
    if "fact" not in question:
        return found | {"unanswerable: admitted" if admits else "unanswerable: made up"}
    named = {citation["number"] for citation in citations}
    right = re.search(question["fact"], answer, re.IGNORECASE | re.DOTALL)
    if admits and (not right or len(answer) < _SHORT):
        found.add("fact: admitted not to know")
    else:
        found.add("fact: right" if right else "fact: wrong")
    found |= {"a page named"} if named else set()
    found |= {"the right page named"} if named & set(question["pages"]) else set()
    shown = {passage["number"] for passage in row.get("passages", [])}
    return found | ({"the right page shown to the model"} if shown & set(question["pages"]) else set())


def _asked(options: argparse.Namespace, folder: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    questions = tomllib.loads((Path(__file__).parent / "questions.toml").read_text(encoding="utf-8"))["question"]
    for name in dict.fromkeys(question["book"] for question in questions):
        of_book = [question for question in questions if question["book"] == name]
        path = debian_book(name, folder)
        rows = _rows(options, folder, name, path, [question["asks"] for question in of_book])
        yield from zip(of_book, rows, strict=True)


def _rows(
    options: argparse.Namespace, folder: Path, name: str, book: Path, asks: Sequence[str]
) -> list[dict[str, Any]]:
    kept = folder / f"{name}.jsonl"
    if not kept.exists():
        command = [*options.octavo.split(), "sheet", "--data-dir", str(folder / "desk"), "--model", str(options.model)]
        command += [
            "--context",
            str(options.context),
            "--temperature",
            "0",
            "--seed",
            "1",
            "--max-tokens",
            "256",
            "--excerpts",
        ]
        with kept.with_suffix(".part").open("wb") as output:
            subprocess.run([*command, "--json", "--document", str(book), *asks], stdout=output, check=True)
        kept.with_suffix(".part").rename(kept)
    events = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    return [event for event in events if event["event"] == "row"]


if __name__ == "__main__":
    main()

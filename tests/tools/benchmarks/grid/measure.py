"""A grid of made-up leases, killed in the middle and gone on with: is each document read once, each value of its kind,
each value right?

    python -m tests.tools.benchmarks.grid.measure [MODEL.gguf] [--documents N] [--kill-after CELLS] [--octavo COMMAND]
        [--keep FOLDER]

Without a model the starter answers, by search: then the form is measured, not the content. The table is exported into
the folder that is kept, to be opened and looked at.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

QUESTIONS = (
    "[date] End of term: On which date does the Term end?",
    "[text] Notice period: With how much notice can the lease be ended?",
    "[amount] Yearly rent: How high is the yearly rent?",
    "[yes/no] Sublet: May the Tenant sublet?",
    "[choice: tenant, landlord] Insurance: Who insures the berth?",
    "[text] Courts: Which courts decide?",
)
_NUMBERS = ("three", "six", "nine", "twelve")
_MONTHS = ("3 months", "6 months", "9 months", "12 months")
_TOWNS = ("Marlow", "Tern", "Alder", "Olsen")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, nargs="?")
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--kill-after", type=int, default=20, metavar="CELLS")
    parser.add_argument("--octavo", default="octavo", help="the command of the version that is measured")
    parser.add_argument("--keep", type=Path, help="a folder for the documents, the data folder and the table")
    options = parser.parse_args()
    folder = options.keep or Path(tempfile.mkdtemp())
    truths = write_leases(folder / "leases", options.documents)
    (folder / "questions.txt").write_text("\n".join(QUESTIONS), encoding="utf-8")
    before = list(_run(options, folder, kill_after=options.kill_after))
    after = list(_run(options, folder, resume=True))
    cells = {(cell["document"], cell["column"]): cell for cell in (*before, *after)}
    again = {(cell["document"], cell["column"]) for cell in before} & {(c["document"], c["column"]) for c in after}
    begun = {(run[0]["document"], run[0]["column"]) for run in (before, after) if run}
    report(cells, truths, begun, len(again))


def write_leases(folder: Path, documents: int) -> dict[str, tuple[str, ...]]:
    """Leases of which the answers are known: by their titles, in the order of the questions."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(10)
    truths: dict[str, tuple[str, ...]] = {}
    for number in range(1, documents + 1):
        ends = date(2027, 1, 1) + timedelta(days=chance.randrange(4000))
        which, rent = chance.randrange(len(_NUMBERS)), 100 * chance.randrange(40, 990)
        may, insures = chance.random() < 0.5, chance.choice(("tenant", "landlord"))
        town = chance.choice(_TOWNS)
        name = f"lease {number:03}"
        day = f"{ends.day} {ends:%B} {ends.year}"
        paragraphs = (
            f"Lease of berth {number} between the Harbour Company (the Landlord) and the Tenant.",
            f"1. The lease begins on 1 February 2021 and the Term ends on {day}. Either party may end it with "
            f"{_NUMBERS[which]} months' notice in writing.",
            f"2. The Tenant pays a yearly rent of EUR {rent:,} in advance. Interest of 5 percent on what is late.",
            f"3. The Tenant {'may sublet the berth' if may else 'shall not sublet the berth to anybody'}.",
            f"4. The {insures.title()} insures the berth and the store against fire and storm.",
            f"5. The courts of {town} decide.",
        )
        (folder / f"{name}.txt").write_text("\n\n".join(paragraphs), encoding="utf-8")
        yes = "Yes" if may else "No"
        truths[name] = (ends.isoformat(), _MONTHS[which], f"EUR {rent:,}", yes, insures, town)
    return truths


def report(
    cells: dict[tuple[str, str], dict[str, Any]],
    truths: dict[str, tuple[str, ...]],
    begun: set[tuple[str, str]],
    again: int,
) -> None:
    """`begun`: the first cells of each run, of which the document had to be read; `again`: so many were asked twice."""
    findings = Counter(cell["finding"] for cell in cells.values())
    columns = [line.partition("] ")[2].partition(":")[0] for line in QUESTIONS]
    right = Counter[str]()
    reread = 0
    for title, answers in truths.items():
        for place, (column, answer) in enumerate(zip(columns, answers, strict=True)):
            cell = cells[title, column]
            said = str(cell.get("value", "")).replace(",", "").casefold()
            right[column] += answer.replace(",", "").casefold() in said
            usage = cell["usage"]
            is_read = usage["evaluated_tokens"] > usage["prompt_tokens"] // 2
            reread += bool(place) and is_read and (title, column) not in begun
    print(f"{len(cells)} cells; {again} asked again after the kill; {reread} documents read more than once")
    print(", ".join(f"{count} {finding}" for finding, count in findings.most_common()))
    print(", ".join(f"{column}: {right[column]} of {len(truths)} right" for column in columns))


def _run(
    options: argparse.Namespace, folder: Path, *, kill_after: int = 0, resume: bool = False
) -> Iterator[dict[str, Any]]:
    """The cells that are answered; with `kill_after` the program is killed after so many."""
    command = [*options.octavo.split(), "grid", "--json", "--data-dir", str(folder / "desk"), "--temperature", "0"]
    command += ["--documents", str(folder / "leases"), "--questions", str(folder / "questions.txt")]
    command += ["--export", str(folder / "leases.xlsx"), *(["--resume"] if resume else [])]
    command += ["--model", str(options.model), "--context", "4096"] if options.model else []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as process:
        assert process.stdout is not None
        answered = 0
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] != "cell":
                continue
            yield event
            answered += 1
            if answered == kill_after:
                process.send_signal(signal.SIGKILL)
                return


if __name__ == "__main__":
    main()

"""The engine and the readers are killed, crash or stand still: a sentence, what was written is kept, the next works."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.tools.fortress.killing import Running, bound, opened, send
from tests.tools.fortress.program import Program

pytestmark = [pytest.mark.fortress, pytest.mark.timeout(4 * 3600)]

_ENGINE, _READER = "app.engine.worker", "app.documents.worker"
_CODES = {"engine_crashed", "engine_exited", "engine_hung", "engine_out_of_memory"}


def _quick(model: Path) -> tuple[object, ...]:
    return ("--model", model, "--context", "4096", "--max-tokens", "1500", "--no-close-reading", "--no-weighing")


def _one_kill(program: Program, model: Path, book: Path, number: int, rng: random.Random) -> tuple[str, bool, float]:
    """Kill an engine once, and return what was said of it, whether something of the answer had been shown, and how long
    the next answer took to begin."""
    how = rng.choice((signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP) if number else (signal.SIGSTOP,))
    text = f"Question {number}?"
    asked = Running(program, "ask", "--json", "--document", book, *_quick(model), text)
    wanted = rng.choice((0, 1, 1, 40))  # while it loads, when it begins to write, in the middle
    assert asked.until(lambda: asked.children(_ENGINE) and len(asked.events("token")) >= wanted), asked.errors
    engines = asked.children(_ENGINE)
    for engine in engines:
        send(engine, how)
    asked.end()
    _gone, left = psutil.wait_procs(engines, timeout=5)
    assert not left
    said = [str(event["code"]) for event in asked.events() if event.get("code") in _CODES]
    finished = asked.events("finished")
    shown = bool(asked.events("token"))
    if not finished or finished[0]["ending"] == "failed":
        assert said or any("problem" in event for event in finished), asked.lines[-3:]
        assert "".join(asked.errors).strip(), "no sentence"
    with opened(program.data) as database:
        rows = database.rows(
            "SELECT a.text, a.ending FROM questions q JOIN answers a ON a.question_id = q.id WHERE q.text = ?", (text,)
        )
    if shown:
        assert rows, "the question is lost"
        assert all(kept for kept, _ending in rows), "the partial answer is lost"
    begun = time.monotonic()
    again = Running(program, "ask", "--json", "--document", book, *_quick(model), f"{text} Again?")
    assert again.until(lambda: again.events("token")), again.errors
    lasted = time.monotonic() - begun
    again.kill(0)
    return how.name, shown, lasted


def test_engine(
    program: Program, tiny_scout_fast: Path, tmp_path: Path, times: Callable[[int], int], figure: Callable[[str], None]
) -> None:
    book, rng, kills = tmp_path / "a.txt", random.Random(8), times(50)
    book.write_text("The keeper hid the ledger under the stair. " * 20, "utf-8")
    found = [_one_kill(program, tiny_scout_fast, book, number, rng) for number in range(kills)]
    names = [name for name, _shown, _lasted in found]
    counts = ", ".join(f"{names.count(name)} by {name}" for name in sorted(set(names)))
    shown = sum(shown for _name, shown, _lasted in found)
    slowest = max(lasted for _name, _shown, lasted in found)
    figure(
        f"{kills} engines ended ({counts}): a sentence each time, {shown} partial answers, 0 lost, {bound(0, kills)};"
        f" the next command wrote again after {slowest:.1f} s at most; 0 processes left"
    )


def test_readers(program: Program, tmp_path: Path, times: Callable[[int], int], figure: Callable[[str], None]) -> None:
    """Ended while they read: the document is named, and the others are there. It is read the next time; one that a
    reader crashed at, where that is asked for. At every third time, the server that forks them is ended as well."""
    rng, kills, named = random.Random(9), times(20), 0
    for number in range(kills):
        folder = tmp_path / f"folder {number}"
        folder.mkdir()
        for n in range(3):
            (folder / f"{n}.txt").write_text(f"Document {number}-{n}. " + "Some words of it. " * 200_000, "utf-8")
        adding = Running(program, "add", folder)
        how = rng.choice((signal.SIGKILL, signal.SIGSEGV))
        while not adding.over:
            time.sleep(rng.uniform(0.3, 1.5))
            readers = adding.children(_READER)
            servers = {parent.pid for reader in readers if (parent := reader.parent()) in readers}
            for reader in reversed(readers):
                if number % 3 == 0 or reader.pid not in servers:
                    send(reader, how)
        adding.end()
        named += any(str(folder) in line for line in adding.errors)
        again = program.run("add", *(("--retry",) if how is signal.SIGSEGV else ()), folder, code=None)
        with opened(program.data) as database:
            ((count,),) = database.rows("SELECT count(*) FROM books")
        assert count == 3 * (number + 1), (adding.errors, again.code, again.out, again.err)
    assert named, "none of them was reading: this check shows nothing"
    figure(
        f"{kills} times all readers ended while they read, {named} times documents were named for it: all were there"
        " after the next “octavo add”"
    )

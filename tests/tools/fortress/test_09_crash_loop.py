"""An engine that dies three times in a row is not started for ever: a sentence says so, and another load forgives."""

from __future__ import annotations

import contextlib
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from app.core.errors import AppError, Code
from app.core.work import Cancel, finish
from app.engine.client import MAX_DEATHS, EngineClient
from app.engine.protocol import LoadSpec, Measure
from app.wording.errors import sentence
from tests.engine.conftest import prompt
from tests.tools.fortress.killing import Running, send
from tests.tools.fortress.program import Program

pytestmark = [pytest.mark.fortress, pytest.mark.timeout(3600)]

_ENGINE = "app.engine.worker"
_QUESTIONS = 8
_MOST_ENGINES = {"ask": MAX_DEATHS, "grid": 2 * MAX_DEATHS - 1}
"""The most engines that one command may start: an engine may die as it looks at the machine, which a load that comes to
its beginning forgives."""
_DIED = {Code.ENGINE_CRASHED.value, Code.ENGINE_EXITED.value}


def _kill(before: set[int]) -> None:
    """Whatever this process has started since."""
    for child in psutil.Process().children(recursive=True):
        if child.pid not in before:
            with contextlib.suppress(psutil.Error):
                child.kill()


@pytest.mark.usefixtures("checkout")
def test_three_crashes(tiny_scout_fast: Path, figure: Callable[[str], None]) -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    said, spec = [], LoadSpec(str(tiny_scout_fast), context_tokens=1024)
    with contextlib.closing(EngineClient()) as engine:
        finish(engine.load(spec, Cancel()))
        for _death in range(MAX_DEATHS):
            _kill(before)
            with pytest.raises(AppError) as caught:
                finish(engine.run(Measure(prompt("What?"))))
            said.append(caught.value.code)
            with contextlib.suppress(AppError):
                finish(engine.revive(Cancel()))
        with pytest.raises(AppError) as caught:
            finish(engine.revive(Cancel()))
        assert caught.value.code is Code.ENGINE_GAVE_UP
        finish(engine.load(spec, Cancel()))
        finish(engine.run(Measure(prompt("What?"))))
    assert said == [Code.ENGINE_CRASHED] * MAX_DEATHS
    figure(f"{MAX_DEATHS} crashes in a row, each with a sentence, then: {sentence(caught.value.problem)}")


def _asked_in_vain(program: Program, words: tuple[object, ...], wait_s: float) -> tuple[Running, int]:
    """A command whose engines are all killed, each so long after it appeared; and how many there were."""
    running, killed = Running(program, *words), set[int]()
    while not running.over:
        for engine in running.children(_ENGINE):
            if engine.pid not in killed:
                killed.add(engine.pid)
                time.sleep(wait_s)
                send(engine, signal.SIGKILL)
        time.sleep(0.005)
    running.end()
    return running, len(killed)


def test_every_engine_of_a_command_is_killed(
    program: Program, tiny_scout_fast: Path, tmp_path: Path, times: Callable[[int], int], figure: Callable[[str], None]
) -> None:
    """While it loads, reads or writes: a grid goes on with its next cell until the program gives up, a question ends
    its command, and the next command answers."""
    book, rng, rounds = tmp_path / "a.txt", random.Random(9), max(3, times(30))
    book.write_text("The keeper hid the ledger under the stair. " * 20, "utf-8")
    asked = ("--document", book, "--model", tiny_scout_fast, "--context", "4096", "--no-close-reading", "--no-weighing")
    texts = [f"Question {number}?" for number in range(_QUESTIONS)]
    engines, most, crashes, said = 0, 0, 0, Counter[str]()
    for number in range(rounds):
        verb = "ask" if number % 3 == 2 else "grid"
        words = (verb, "--json", *asked, "--max-tokens", "3000", *texts)
        running, killed = _asked_in_vain(program, words, rng.choice((0.0, rng.uniform(0, 1))))
        codes = [str(event["code"]) for event in running.events() if event.get("code")]
        assert running.process.returncode > 0, (running.lines, running.errors)
        assert all(str(event["message"]).strip() for event in running.events() if event.get("code"))
        assert "".join(running.errors).strip(), "no sentence"
        assert "Traceback" not in "".join(running.errors)
        assert killed <= _MOST_ENGINES[verb], (killed, running.lines)
        if verb == "grid":
            assert codes[-1] == Code.ENGINE_GAVE_UP.value, (killed, codes, "".join(running.lines), running.errors)
        engines, most = engines + killed, max(most, killed)
        crashes += sum(code in _DIED for code in codes)
        said[codes[-1]] += 1
        done = program.run("ask", *asked, "--max-tokens", "4", f"Again {number}?")
        assert done.out.strip()
    figure(
        f"{rounds} commands of {_QUESTIONS} questions whose every engine was killed: {engines} engines in all, {most}"
        f" of one command at most, {crashes} crashes with a sentence each; they ended by {dict(said)}; the next command"
        f" answered {rounds} times"
    )

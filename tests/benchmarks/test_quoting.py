"""Quoting: how often the starter quotes the right page of the handbook, and how fast it quotes and copies."""

from __future__ import annotations

import contextlib
from pathlib import Path

import msgspec
import pytest

from app.bootstrap import open_desk
from app.core.cancel import Cancel
from app.core.conversation import BookRef, CitationState, Question
from app.core.events import Done, Finished
from app.core.paths import Paths, resources
from app.core.settings import Sampling
from app.engine.client import EngineClient
from app.engine.protocol import DocumentText, Generated, LoadSpec, Message, PageText, Prompt
from tests.benchmarks.handbook import QUESTIONS

_GREEDY = Sampling(temperature=0)


@pytest.mark.timeout(1200)
def test_the_right_page_of_the_handbook(tmp_path: Path) -> None:
    for close_reading in (True, False):
        for true_quotes in (True, False):
            score = _score(tmp_path, close_reading, true_quotes)
            print(
                f"\nclose reading {'on' if close_reading else 'off'}, true quotations {'on' if true_quotes else 'off'}:"
                f" {score} of {len(QUESTIONS)} answers quote from the right page"
            )
            if close_reading and true_quotes:
                assert score >= 16


def _score(folder: Path, close_reading: bool, true_quotes: bool) -> int:
    score = 0
    with contextlib.closing(open_desk(Paths(folder / "desk"))) as desk:
        settings = msgspec.structs.replace(
            desk.settings.load(),
            close_reading=close_reading,
            sampling=Sampling(temperature=0, true_quotes=true_quotes),
            max_answer_tokens=64,
        )
        desk.settings.save(settings)
        *_, opened = desk.library.open(resources() / "handbook.md", Cancel())
        assert isinstance(opened, Done)
        books = (BookRef(opened.result.id),)
        for text, pages in QUESTIONS:
            talk = desk.conversations.create(books=books)
            *_, ending = desk.ask.ask(Question(talk.id, text, books), Cancel())
            assert isinstance(ending, Finished)
            verified = [c.label for c in ending.answer.citations if c.state is CitationState.VERIFIED]
            score += bool(verified) and verified[0] in pages
    return score


def test_copying_and_quoting_against_plain_writing(starter: Path) -> None:
    lines = " ".join(f"Line {n}: ship number {n * 7 % 83} went out to sea with {n * 3 % 17} men." for n in range(1, 30))
    book = DocumentText("A book", (PageText("1", lines),))
    prompt = Prompt("Repeat the book.", (book,), (Message("user", "Repeat it word by word."),), answer_begins="Line 1:")
    quoting = msgspec.structs.replace(prompt, answer_begins="It says: “Line 1:")
    engine = EngineClient()
    speeds = {}
    texts = {}
    try:
        list(engine.load(LoadSpec(str(starter), context_tokens=4096), Cancel()))
        for name, asked, lookup, true_quotes in (
            ("warm", prompt, False, False),
            ("plain", prompt, False, False),
            ("lookup", prompt, True, False),
            ("quoting", quoting, False, True),
        ):
            sampling = msgspec.structs.replace(_GREEDY, lookup=lookup, true_quotes=true_quotes)
            *events, done = engine.answer(asked, sampling, 256, Cancel())
            assert isinstance(done, Generated)
            speeds[name] = done.usage.generated_tokens / done.timings.generate_s
            texts[name] = "".join(getattr(event, "text", "") for event in events)
    finally:
        engine.close()
    same = "the same text" if texts["plain"] == texts["lookup"] else "another text (rounding differs between batches)"
    print(
        f"\nplain {speeds['plain']:.1f} tokens/s; prompt lookup {speeds['lookup'] / speeds['plain']:.2f} of it, {same};"
        f" true quotations {speeds['quoting'] / speeds['plain']:.2f} of it"
    )

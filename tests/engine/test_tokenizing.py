"""Many texts are tokenized at once: the same tokens in the same order, with progress, and none more after a stop."""

from __future__ import annotations

import random
import threading
from array import array
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.events import Tokenizing
from app.core.work import Cancel, Stopped, finish
from app.engine.client import EngineClient
from app.engine.llama import LlamaModel
from app.engine.prompt import PromptTokenizer
from app.engine.protocol import Count, DocumentText, Measure, Message, PageText, Prompt
from app.engine.tokenizing import tokenize_in_parallel
from tests.engine.conftest import NewEngine, load
from tests.work import at, run, stop

ODD = (
    "",
    " ",
    "\n" * 300,
    "a" * 30_000,
    "=" * 30_000,
    "漢字仮名交じり文。" * 3_000,
    "<|eot|><|header_start|>system<|header_end|>",
    "\ud800 alone, \u0301 and 😀",
    "हिन्दी العربية 한국어",
)


def book(pages: int) -> Prompt:
    """The prompt of a book with pages of some 3,000 characters."""
    texts = tuple(PageText(str(n), f"Page {n} of the book says this. " * 100) for n in range(pages))
    return Prompt("The rules.", (DocumentText("Long", texts),), (Message("user", "What?"),))


SHORT, LONG = book(20), book(100)
"""LONG is long enough for progress to be shown."""


@pytest.fixture(scope="module")
def model(tiny_scout: Path) -> Iterator[LlamaModel]:
    loaded = LlamaModel(tiny_scout, 0, lambda _fraction: True, vocabulary_only=True)
    loaded.threads = 3
    yield loaded
    loaded.close()


@pytest.fixture(scope="module")
def engine(tiny_scout: Path) -> Iterator[EngineClient]:
    started = EngineClient()
    load(started, tiny_scout, context_tokens=512, threads=2)
    yield started
    started.close()


def test_the_tokens_are_those_of_one_thread(model: LlamaModel) -> None:
    rng = random.Random(4)
    texts = [*ODD, *("".join(map(chr, rng.choices(range(32, 0x3000), k=400))) for _ in range(60)), *ODD]
    assert list(model.tokenize_all(texts)) == [model.tokenize(text, special=False) for text in texts]


@settings(deadline=None)
@given(st.lists(st.integers(0, 40_000)), st.integers(1, 5))
def test_they_come_in_the_order_of_the_texts(lengths: list[int], threads: int) -> None:
    texts = ["x" * length for length in lengths]
    made = tokenize_in_parallel(lambda text: array("i", [len(text)]), texts, threads)
    assert [tokens[0] for tokens in made] == lengths


def test_several_threads_work_at_once() -> None:
    together = threading.Barrier(2, timeout=20)

    def tokenize(_text: str) -> array[int]:
        together.wait()
        return array("i")

    assert len(list(tokenize_in_parallel(tokenize, ["x" * 20_000] * 4, 2))) == 4


def test_nothing_is_begun_after_a_stop() -> None:
    begun: list[str] = []

    def tokenize(text: str) -> array[int]:
        begun.append(text)
        return array("i")

    texts = [f"{n} " * 8_000 for n in range(100)]
    with closing(tokenize_in_parallel(tokenize, texts, 2)) as made:
        next(made)
    assert len(begun) < 20
    before = len(begun)
    assert not any(thread.name.startswith("tokenizing") for thread in threading.enumerate())
    assert len(begun) == before


def test_what_fails_in_a_thread_is_raised() -> None:
    def tokenize(text: str) -> array[int]:
        raise MemoryError(text)

    with pytest.raises(MemoryError):
        list(tokenize_in_parallel(tokenize, ["x" * 20_000] * 4, 2))


def test_what_was_tokenized_before_a_stop_is_not_tokenized_again(model: LlamaModel) -> None:
    tokenizer = PromptTokenizer(model)
    seen: list[tuple[int, int]] = []

    def stop_halfway(done: int, total: int) -> None:
        seen.append((done, total))
        if 2 * done > total:
            raise Stopped

    with pytest.raises(Stopped):
        tokenizer.lay_out(SHORT, stop_halfway)
    (done, total), again = seen[-1], []
    laid = tokenizer.lay_out(SHORT, lambda *step: again.append(step))
    assert again[-1] == (total - done, total - done)
    assert laid.tokens == PromptTokenizer(model).lay_out(SHORT).tokens
    again.clear()
    tokenizer.lay_out(SHORT, lambda *step: again.append(step))
    assert not again


def test_an_engine_says_how_far_it_is_and_stops(engine: EngineClient) -> None:
    cancel = Cancel()
    before = stop(engine.run(Measure(LONG), cancel), at(Tokenizing, cancel.request))
    assert before
    assert isinstance(before[0], Tokenizing)
    told, size = run(engine.run(Measure(LONG)))
    assert 2 < len(told) <= 100
    assert all(one.done < other.done for one, other in pairwise(told))
    assert told[-1].done == told[-1].total < before[0].total, "what was done before the stop is kept"
    assert run(engine.run(Measure(LONG))) == ([], size)


def test_texts_are_counted_by_a_vocabulary_that_is_not_loaded(new_engine: NewEngine, starter: Path) -> None:
    engine, texts = new_engine(), tuple(page.untrusted_text for page in LONG.documents[0].pages)
    told, counts = run(engine.run(Count(str(starter), texts)))
    assert len(counts) == len(texts)
    assert [event.done for event in told if isinstance(event, Tokenizing)][-1] == sum(map(len, texts))
    assert counts[:3] == finish(engine.run(Count(str(starter), texts[:3])))

"""Many texts are tokenized at once: the same tokens in the same order, with progress, and none more after a stop."""

from __future__ import annotations

import random
import threading
from array import array
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.conversations.events import Tokenizing
from app.core.work import Cancel, Stopped, finish
from app.engine.client import EngineClient
from app.engine.kv.book_tokens import BookTokens
from app.engine.kv.encrypted_file import SECRET_BYTES
from app.engine.llama.llama import LlamaModel
from app.engine.llama.tokenizing import tokenize_in_parallel
from app.engine.prompt import PromptTokenizer
from app.engine.protocol import Count, DocumentText, Measure, Message, PageText, Prompt, ReadingsSpec
from tests.engine.conftest import NewEngine, load
from tests.work import run

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


class Counting:
    """A vocabulary that notes what it tokenizes without special tokens."""

    def __init__(self, model: LlamaModel) -> None:
        self._model = model
        self.texts: list[str] = []

    @property
    def bos(self) -> int | None:
        return self._model.bos

    def tokenize(self, text: str, *, special: bool) -> array[int]:
        if not special:
            self.texts.append(text)
        return self._model.tokenize(text, special=special)

    def tokenize_all(self, texts: Sequence[str]) -> Generator[array[int]]:
        for text in texts:
            yield self.tokenize(text, special=False)

    def render_chat(self, messages: Sequence[tuple[str, str]]) -> str:
        return self._model.render_chat(messages)


@pytest.fixture
def restart(model: LlamaModel, tmp_path: Path) -> Callable[[], tuple[PromptTokenizer, list[str]]]:
    """A tokenizer as a new engine has it, with what is kept on disk, and a list of what it tokenizes."""

    def make() -> tuple[PromptTokenizer, list[str]]:
        counting = Counting(model)
        kept = BookTokens(ReadingsSpec(str(tmp_path), b"s" * SECRET_BYTES, 0), "a vocabulary")
        return PromptTokenizer(counting, kept=kept), counting.texts

    return make


def lease(*pages: str, book_id: str = "lease") -> Prompt:
    texts = tuple(PageText(str(n), text) for n, text in enumerate(pages, 1))
    return Prompt("The rules.", (DocumentText("Lease", texts, book_id),), ())


def test_no_page_is_tokenized_twice_whatever_is_started_again(
    model: LlamaModel, restart: Callable[[], tuple[PromptTokenizer, list[str]]]
) -> None:
    (first, made), whole = restart(), lease("One.", "Two.", "Three.")
    laid = first.lay_out(whole)
    assert len(made) == 5, "the rules, the title and the pages"
    again, made = restart()
    assert again.lay_out(whole) == laid == PromptTokenizer(model).lay_out(whole)
    assert made == ["The rules."]
    some, made = restart()
    some.lay_out(lease("One.", "Two."))
    some.lay_out(lease("One.", "Two.", "Three.", "Four."))
    assert made[1:] == ["\n[p. 4]\nFour.\n"]
    other, made = restart()
    changed = lease("One.", "Two, with hidden text.", "Three.", "Four.")
    assert other.lay_out(changed) == PromptTokenizer(model).lay_out(changed)
    assert made[1:] == ["\n[p. 2]\nTwo, with hidden text.\n"]
    last, made = restart()
    last.lay_out(changed)
    assert last.lay_out(whole) == laid
    assert made == ["The rules."]


def test_what_belongs_to_no_book_or_is_forgotten_is_not_kept(
    tmp_path: Path, restart: Callable[[], tuple[PromptTokenizer, list[str]]]
) -> None:
    restart()[0].lay_out(lease("One.", book_id=""))
    assert not list(tmp_path.rglob("*.tokens"))
    tokenizer, _made = restart()
    tokenizer.lay_out(lease("One."))
    tokenizer.forget("lease")
    assert not list(tmp_path.rglob("*.tokens"))
    again, made = restart()
    again.lay_out(lease("One."))
    assert len(made) == 3


def test_what_a_stop_left_open_is_kept_when_it_is_done(
    restart: Callable[[], tuple[PromptTokenizer, list[str]]],
) -> None:
    def give_up(done: int, total: int) -> None:
        if 2 * done > total:
            raise Stopped

    whole = lease("One.", "Two.", "Three.")
    tokenizer, made = restart()
    with pytest.raises(Stopped):
        tokenizer.lay_out(whole, give_up)
    assert len(made) < 5
    tokenizer.lay_out(whole)
    assert len(made) == 5
    again, made = restart()
    again.lay_out(whole)
    assert made == ["The rules."]


def test_an_engine_says_how_far_it_is_and_stops(engine: EngineClient) -> None:
    for pages in (100, 400, 1_600, 6_400):  # on a busy machine a stop comes too late for a short one
        cancel, prompt, before = Cancel(), book(pages), list[object]()
        with suppress(Stopped):
            for event in engine.run(Measure(prompt), cancel):
                before.append(event)
                cancel.request()
        told, size = run(engine.run(Measure(prompt)))
        if len(told) > 2:
            break
    assert isinstance(before[0], Tokenizing)
    assert 2 < len(told) <= 100
    assert all(one.done < other.done for one, other in pairwise(told))
    assert told[-1].done == told[-1].total < before[0].total, "what was done before the stop is kept"
    assert run(engine.run(Measure(prompt))) == ([], size)


def test_texts_are_counted_by_a_vocabulary_that_is_not_loaded(near_engine: NewEngine, starter: Path) -> None:
    engine, texts = near_engine(), tuple(page.untrusted_text for page in LONG.documents[0].pages)
    told, counts = run(engine.run(Count(str(starter), texts)))
    assert len(counts) == len(texts)
    assert [event.done for event in told if isinstance(event, Tokenizing)][-1] == sum(map(len, texts))
    assert counts[:3] == finish(engine.run(Count(str(starter), texts[:3])))

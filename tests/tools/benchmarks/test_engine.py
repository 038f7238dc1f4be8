"""The whole engine path against a bare loop over llama.cpp, in one run: reading and writing, as ratios.

Each computes in one thread, and what counts is the processor's time: other programs make a difference to all else.
"""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from app.core.settings import Sampling
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.control import RunControl
from app.engine.llama.llama_loader import bindings
from app.engine.protocol import AnswerTo, DocumentText, LoadSpec, Message, PageText, Prompt, ReadBooks
from app.engine.session import Session
from tests.engine.conftest import lay_out

_CONTEXT, _SLICE, _WRITTEN, _ANSWERS, _ROUNDS = 1024, 256, 96, 2, 6
_SENTENCES = 41  # about 520 tokens: two whole slices and little more
_LEAST = 0.98
_LEAST_SIDE_BY_SIDE = 0.9
"""On a busy machine even the processor's time for the same work differs by several hundredths from one process to the
next; on a quiet one the figures that are printed say more."""

_PROCESS = 2  # Linux: CPUCLOCK_SCHED, of which with a process's id the clock of its time on the processor is made
_PLAIN = Sampling(temperature=0, true_quotes=False, lookup=False)


@pytest.mark.timeout(1800)
def test_reading_and_writing_against_a_bare_loop(starter: Path, engine: EngineClient) -> None:
    """They take turns, each round with another book, and the best round of each counts."""
    bare = _BareLoop(starter)
    reading: dict[str, list[float]] = {"bare": [], "engine": []}
    writing: dict[str, list[float]] = {"bare": [], "engine": []}
    assert engine.pid is not None
    clock = ~engine.pid << 3 | _PROCESS

    def spent() -> float:
        return time.clock_gettime(clock)

    for n in range(_ROUNDS):
        prompt = _prompt(n)
        laid = lay_out(engine, prompt)
        end = laid.books[-1].end
        reading["engine"].append(_cost(spent, partial(finish, engine.run(ReadBooks(prompt), Cancel()))))
        reading["bare"].append(_cost(time.process_time, partial(bare.read, laid.tokens[:end])))
        bare.ask(laid.tokens[end:-1])
        for most in (1, *[_WRITTEN] * _ANSWERS):  # the first reads the question
            answer = AnswerTo(prompt, _PLAIN, most)
            cost = _cost(spent, partial(finish, engine.run(answer, Cancel())))
            if most > 1:
                writing["engine"].append(cost)
                writing["bare"].append(_cost(time.process_time, partial(bare.write, laid.tokens[-1])))
    bare.close()
    read, wrote = (min(cost["bare"]) / min(cost["engine"]) for cost in (reading, writing))
    print(f"\nof the speed of a bare loop: reading {read:.3f}, writing {wrote:.3f}")
    print(
        f"seconds: reading {end} tokens {min(reading['engine']):.2f}, writing {_WRITTEN} {min(writing['engine']):.2f}"
    )
    assert read >= _LEAST_SIDE_BY_SIDE
    assert wrote >= _LEAST_SIDE_BY_SIDE


def test_little_is_spent_beside_llama_cpp(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same share from within, which a busy machine hardly changes: what evaluating takes of all that a reading and
    an answer take on the processor, in one thread."""
    spent = 0.0

    def counted(name: str) -> Callable[..., object]:
        function = getattr(bindings(), name)

        def call(*arguments: object) -> object:
            nonlocal spent
            before = time.thread_time()
            result: object = function(*arguments)
            spent += time.thread_time() - before
            return result

        return call

    for name in ("llama_decode", "llama_synchronize"):
        monkeypatch.setattr(bindings(), name, counted(name))
    spec = LoadSpec(str(starter), _CONTEXT, threads=1, ubatch_tokens=_SLICE)
    session = Session(spec, lambda _fraction: True, RunControl())
    prompt, nothing = _prompt(0), (lambda *_: None)
    shares = []
    for work in (
        lambda: session.read_books(prompt, nothing),
        lambda: session.answer(AnswerTo(prompt, _PLAIN, 1), nothing, nothing),
        lambda: session.answer(AnswerTo(prompt, _PLAIN, _WRITTEN), nothing, nothing),
    ):
        spent = 0.0
        whole = _cost(time.thread_time, work)
        shares.append(spent / whole)
    session.close()
    read, _, wrote = shares
    print(f"\nof the time, llama.cpp has: reading {read:.3f}, writing {wrote:.3f}")
    assert read >= _LEAST
    assert wrote >= _LEAST


def _cost(clock: Callable[[], float], do: Callable[[], object]) -> float:
    before = clock()
    do()
    return clock() - before


def _prompt(n: int) -> Prompt:
    page = PageText("1", "The lamp burned all night and nobody came to see it. " * _SENTENCES)
    asked = Message("user", "Write a long story about the sea, with many ships.")
    return Prompt(f"Answer from book {n}.", (DocumentText("A book", (page,)),), (asked,))


@pytest.fixture
def engine(starter: Path) -> Iterator[EngineClient]:
    made = EngineClient()
    finish(made.load(LoadSpec(str(starter), _CONTEXT, threads=1, ubatch_tokens=_SLICE), Cancel()))
    yield made
    made.close()


class _BareLoop:
    """Nothing of ours: a batch, `llama_decode`, and the most probable token."""

    def __init__(self, path: Path) -> None:
        self._api = api = bindings()
        self._model = api.llama_model_load_from_file(str(path).encode(), api.llama_model_default_params())
        params = api.llama_context_default_params()
        params.n_ctx, params.n_batch, params.n_ubatch = _CONTEXT, _SLICE, _SLICE
        params.n_threads = params.n_threads_batch = 1
        params.flash_attn_type = api.LLAMA_FLASH_ATTN_TYPE_ENABLED
        self._context = api.llama_init_from_model(self._model, params)
        self._vocabulary = api.llama_vocab_n_tokens(api.llama_model_get_vocab(self._model))

    def read(self, tokens: tuple[int, ...]) -> None:
        self._api.llama_memory_clear(self._api.llama_get_memory(self._context), False)
        for start in range(0, len(tokens), _SLICE):
            self._decode(tokens[start : start + _SLICE])

    def ask(self, tokens: tuple[int, ...]) -> None:
        self._decode(tokens)

    def write(self, last: int) -> None:
        """Evaluate the last token of the prompt, and write; what is written is taken back."""
        memory = self._api.llama_get_memory(self._context)
        end = self._api.llama_memory_seq_pos_max(memory, 0) + 1
        self._decode((last,))
        for _ in range(_WRITTEN - 1):
            self._decode((self._best(),))
        self._best()
        self._api.llama_memory_seq_rm(memory, 0, end, -1)

    def _decode(self, tokens: tuple[int, ...]) -> None:
        given = (ctypes.c_int32 * len(tokens))(*tokens)
        assert self._api.llama_decode(self._context, self._api.llama_batch_get_one(given, len(tokens))) == 0

    def _best(self) -> int:
        logits = self._api.llama_get_logits_ith(self._context, -1)
        return int(np.argmax(np.ctypeslib.as_array(logits, (self._vocabulary,))))

    def close(self) -> None:
        self._api.llama_free(self._context)
        self._api.llama_model_free(self._model)

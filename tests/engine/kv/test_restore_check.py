"""A saved reading under other kernels: used where it is right, kept where it is not (40 cases, of which 4 are quick),
and how far kernels lie apart."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import pytest

from app.core.errors import Code
from app.core.settings import KvType
from app.engine.control import RunControl
from app.engine.kv.encrypted_file import SECRET_BYTES
from app.engine.kv.restore_check import Deviation, deviation
from app.engine.kv.saved_states import SavedState, SavedStates
from app.engine.llama.llama import LlamaContext, LlamaModel, Placing
from app.engine.protocol import DocumentText, LoadSpec, PageText, Prompt, ReadingsSpec
from app.engine.session import Session
from tests.engine.kv.test_reuse import ask, book, words
from tests.handbook import TEXT
from tests.models import llama4

SECRET = b"s" * SECRET_BYTES
PLAIN = (".*",)
"""Tensors that go to plain memory: all of them, so that no kernel for repacked weights computes."""

Logits = npt.NDArray[np.float32]
Open = Callable[..., Session]


@pytest.fixture(scope="module", params=[1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (2, 3, 4, 5))])
def path(request: pytest.FixtureRequest, models_folder: Path) -> Path:
    file = models_folder / f"quantized-{request.param}.gguf"
    return llama4.write_scout(file, request.param, head_size=32, layers=4, quantized_experts=True)


@pytest.fixture
def open_session(tmp_path: Path) -> Iterator[Open]:
    opened: list[Session] = []

    def make(path: Path, *, plain: bool, threads: int = 0) -> Session:
        readings = ReadingsSpec(str(tmp_path), SECRET, 1 << 30)
        spec = LoadSpec(str(path), context_tokens=4096, readings=readings, kv_type=KvType.Q8_0, threads=threads)
        spec = msgspec.structs.replace(spec, cpu_tensors=PLAIN if plain else ())
        opened.append(Session(spec, lambda _fraction: True, RunControl(lambda: None)))
        return opened[-1]

    yield make
    for session in opened:
        session.close()


def lies_elsewhere(session: Session) -> bool:
    """Whether the CPU laid some weights out in a way of its own."""
    names = {buffer.name for buffer in session.info.buffers if buffer.weights_bytes}
    return not names <= {"CPU", "CPU_Mapped"}


def saved_in(folder: Path) -> tuple[SavedState, ...]:
    return SavedStates(folder, SECRET, 1 << 30).all()


def read(session: Session, prompt: Prompt) -> tuple[int, list[Code]]:
    """Tokens that were reused, and the problems with saved readings."""
    usage = session.read_books(prompt, lambda _done, _total, _reused: None)
    session.flush_saved()
    return usage.reused_tokens, [Code(problem.code) for problem in session.problems()]


GRID = [
    pytest.param(2, True, id="2-plain first"),
    pytest.param(3, False, id="3-repacked first"),
    pytest.param(2, False, id="2-repacked first", marks=pytest.mark.slow),
    pytest.param(3, True, id="3-plain first", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("pages", "first_plain"), GRID)
def test_a_reading_of_other_kernels_is_used(
    open_session: Open, path: Path, tmp_path: Path, pages: int, first_plain: bool
) -> None:
    asked = ask(book(pages), "What happens?")
    first = open_session(path, plain=first_plain)
    assert read(first, asked) == (0, [])
    (saved,) = saved_in(tmp_path)
    other = open_session(path, plain=not first_plain)
    if not (lies_elsewhere(first) or lies_elsewhere(other)):
        pytest.skip("this CPU has no other layout for these weights")
    reused, reported = read(other, asked)
    assert reported == []
    assert reused >= len(saved.tokens) - 1
    assert saved_in(tmp_path) == (saved,)


@pytest.mark.parametrize(("threads", "used"), [(2, True), (1, False)])
def test_another_number_of_threads_rounds_in_another_way(
    open_session: Open, path: Path, tmp_path: Path, threads: int, used: bool
) -> None:
    """One thread after two was 0.095 standard deviations off, with a real model and a long book."""
    asked = ask(book(2), "What happens?")
    first = open_session(path, plain=True, threads=1)
    read(first, asked)
    (saved,) = saved_in(tmp_path)
    logits = np.frombuffer(saved.logits, np.float32).copy()
    logits[int(np.argmax(logits))] += 0.095 * logits.std()
    readings = SavedStates(tmp_path, SECRET, 1 << 30)
    state = readings.load(saved, lambda _fraction: None)
    readings.delete(saved)
    readings.save(msgspec.structs.replace(saved, logits=logits.tobytes()), state)
    state.close()
    reused, reported = read(open_session(path, plain=True, threads=threads), asked)
    assert (reused > 0, reported) == (used, [] if used else [Code.READING_PASSED_OVER])


@pytest.mark.parametrize(("pages", "first_plain"), GRID)
def test_one_that_gives_something_else_is_kept_beside_a_new_one(
    open_session: Open, path: Path, tmp_path: Path, pages: int, first_plain: bool
) -> None:
    """Authentic bytes, wrong keys: the reading of another text under the tokens of this one."""
    asked = ask(book(pages), "What happens?")
    longer = tuple(PageText(str(n), words(90, 100 + n)) for n in range(pages + 1))
    other_text = ask(DocumentText("A book", longer), "What happens?")
    first = open_session(path, plain=first_plain)
    read(first, asked)
    (right,) = saved_in(tmp_path)
    read(first, other_text)
    readings = SavedStates(tmp_path, SECRET, 1 << 30)
    (another,) = (saved for saved in saved_in(tmp_path) if saved.name != right.name)
    state = readings.load(another, lambda _fraction: None)
    tokens = (right.tokens + another.tokens)[: len(another.tokens)]
    wrong = readings.save(
        msgspec.structs.replace(another, tokens_le32=tokens.tobytes(), logits=right.logits, books=right.books), state
    )
    state.close()
    readings.delete(right)
    readings.delete(another)

    session = open_session(path, plain=not first_plain)
    reused, reported = read(session, asked)
    assert (reused, reported) == (0, [Code.READING_PASSED_OVER])
    kept = saved_in(tmp_path)
    assert wrong.name in {saved.name for saved in kept}
    assert len(kept) == 2, "what was read is saved beside it"
    again = open_session(path, plain=not first_plain)
    reused, reported = read(again, asked)
    assert reported == []
    assert reused > 0
    assert len(saved_in(tmp_path)) == 2


# ---- how far apart


@pytest.fixture
def new_context() -> Iterator[Callable[[Path, bool], tuple[LlamaModel, LlamaContext]]]:
    made: list[tuple[LlamaModel, LlamaContext]] = []

    def make(path: Path, repacked: bool) -> tuple[LlamaModel, LlamaContext]:
        placing = Placing(repacked=repacked, kept=() if repacked else PLAIN)
        model = LlamaModel(path, 0, lambda _fraction: True, placing=placing)
        made.append((model, LlamaContext(model, 2048, KvType.F16, 2, 512)))
        return made[-1]

    yield make
    for model, context in made:
        context.close()
        model.close()


def evaluate(context: LlamaContext, tokens: array[int]) -> Logits:
    context.remove_from(0)
    for start in range(0, len(tokens) - 1, 512):
        context.decode(tokens[start : min(start + 512, len(tokens) - 1)], start, outputs=1)
    return probe(context, tokens)


def probe(context: LlamaContext, tokens: array[int]) -> Logits:
    context.decode(tokens[-1:], len(tokens) - 1, outputs=1)
    return context.logits().copy()


def restored(context: LlamaContext, source: LlamaContext, tokens: array[int], lost: int = 0) -> Logits:
    """Logits of the last token over the state of `source`, without its first `lost` positions."""
    state = source.state()
    context.remove_from(0)
    context.set_state(state)
    state.close()
    if lost:
        api = context._api
        assert api.llama_memory_seq_rm(context._memory, 0, 0, lost)
    context.remove_from(len(tokens) - 1)
    return probe(context, tokens)


@pytest.mark.parametrize("length", [300, pytest.param(1000, marks=pytest.mark.slow)])
def test_how_far_plain_and_repacked_kernels_lie_apart(
    new_context: Callable[[Path, bool], tuple[LlamaModel, LlamaContext]], starter: Path, length: int
) -> None:
    """Real weights: the same kernels agree exactly, others stay within half of what is allowed, and a state that lacks
    a quarter of its text is beyond it."""
    model, repacked = new_context(starter, True)
    _, plain = new_context(starter, False)
    tokens = model.tokenize(TEXT, special=False)[:length]
    before = evaluate(repacked, tokens)
    across = deviation(before, restored(plain, repacked, tokens))
    assert deviation(before, restored(repacked, repacked, tokens)) == Deviation(0.0, 0.0)
    assert across.divergence < 0.01
    assert across.best < 0.15
    assert across.is_rounding(same_kernels=False)
    broken = deviation(before, restored(repacked, repacked, tokens, lost=length // 4))
    assert not broken.is_rounding(same_kernels=False)


def test_neither_other_sizes_nor_numbers_that_are_none_are_rounding() -> None:
    logits = np.linspace(-3, 3, 500, dtype=np.float32)
    assert deviation(logits, logits) == Deviation(0.0, 0.0)
    for other in (logits[:-1], np.where(logits > 2.9, np.float32("nan"), logits), logits[::-1]):
        assert not deviation(logits, other).is_rounding(same_kernels=False)


def test_one_improbable_token_does_not_decide() -> None:
    before = np.random.default_rng(1).standard_normal(200_000).astype(np.float32)
    now = before.copy()
    now[int(np.argmin(before))] += 0.5
    assert deviation(before, now).is_rounding(same_kernels=True)
    now = before.copy()
    now[int(np.argmax(before))] += 0.5
    assert not deviation(before, now).is_rounding(same_kernels=False)

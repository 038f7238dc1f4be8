"""The sampler: the tokens of llama.cpp's own chain, with all of a large vocabulary in reach."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.core.errors import AppError, Code
from app.core.settings import Sampling
from app.engine.writing.sampler import Floats, Sampler, counting, most_probable
from tests.models.sampler_chain import Chain

SCOUT = 202_048
SETTINGS: tuple[dict[str, float], ...] = (
    {},
    {"temperature": 0},
    {"temperature": 2, "top_k": 3},
    {"temperature": 1, "top_k": 1},
    {"temperature": 1.5, "top_k": 1000, "top_p": 1, "min_p": 0},
    {"temperature": 1, "top_k": 0, "top_p": 1, "min_p": 0},
    {"temperature": 0.2, "top_k": 0, "top_p": 1, "min_p": 0},
    {"temperature": 1, "top_k": 0, "top_p": 0.9, "min_p": 0},
    {"temperature": 1, "top_k": 0, "top_p": 1, "min_p": 0.05},
    {"temperature": 1, "top_k": 0, "top_p": 0.7, "min_p": 0.01},
    {"temperature": 0, "repeat_penalty": 1.3},
    {"temperature": 1, "repeat_penalty": 1.3},
    {"temperature": 1, "repeat_penalty": 0.7, "top_k": 5},
    {"temperature": 1, "repeat_penalty": 1.1, "top_k": 0, "top_p": 1, "min_p": 0},
)


def made_up(seed: int, size: int = SCOUT) -> Floats:
    """Logits as a model has them: some tokens stand out from many of which none does."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, size).astype(np.float32)
    logits[rng.integers(0, size, 40)] += rng.exponential(4, 40).astype(np.float32) + 6
    return logits


@pytest.mark.parametrize("changes", SETTINGS, ids=str)
@pytest.mark.parametrize("size", [SCOUT, 700])
def test_the_same_seed_chooses_as_llama_cpp_does(size: int, changes: dict[str, float]) -> None:
    """Token by token, with a repeat penalty's window that comes round. llama.cpp adds up the weights of a vocabulary in
    single precision, so that a choice at the edge of two tokens may differ: from then on each goes on from its own."""
    settings = msgspec.convert({"seed": 5, **changes}, Sampling)
    sampler, chain = Sampler(settings), Chain(settings, size)
    logits = [made_up(number, size) for number in range(3)]
    different = 0
    for step in range(100):
        chosen, expected = sampler.choose(logits[step % 3]), chain.choose(logits[step % 3])
        different += chosen != expected
        sampler.accept(expected)
        chain.accept(expected)
    assert different <= 1


def test_with_nothing_cut_every_token_is_drawn_as_often_as_it_is_probable() -> None:
    """20,000 draws among 1,300 tokens: chi-square, and the distance in all, against what the logits say."""
    logits = np.random.default_rng(1).normal(0, 1.5, 1_300).astype(np.float32)
    temperature = 1.25
    sampler = Sampler(Sampling(temperature=temperature, top_k=0, top_p=1, min_p=0, seed=3))
    drawn = np.bincount([sampler.choose(logits) for _ in range(20_000)], minlength=len(logits))
    weights = np.exp(logits.astype(np.float64) / temperature)
    expected = 20_000 * weights / weights.sum()
    frequent = expected >= 5
    observed = np.append(drawn[frequent], drawn[~frequent].sum())
    wanted = np.append(expected[frequent], expected[~frequent].sum())
    freedom = len(wanted) - 1
    chi = float(((observed - wanted) ** 2 / wanted).sum())
    assert abs(chi - freedom) < 4 * math.sqrt(2 * freedom)
    assert drawn[~frequent].sum() > 0, "none is left out"
    assert np.abs(drawn - expected).sum() / 2 / 20_000 < 1.2 * np.sqrt(expected / (2 * np.pi)).sum() / 20_000


@given(arrays.arrays(np.float32, st.integers(1, 2_000), elements=st.floats(-200, 50, width=32)), st.floats(0.01, 2))
def test_what_is_left_out_can_not_matter(logits: Floats, temperature: float) -> None:
    ids = counting(logits, np.max(logits), temperature)
    warm = logits.astype(np.float64) / temperature
    weights = np.exp(warm - np.max(warm))
    left_out = np.ones(len(logits), bool)
    left_out[slice(None) if ids is None else ids] = False
    assert weights[left_out].sum() <= 2.0**-24 * weights.sum()


def test_far_from_the_best_most_tokens_do_not_count() -> None:
    """So that the test above can fail, and what it saves is saved."""
    ids = counting(made_up(1), np.max(made_up(1)), 0.2)
    assert ids is not None
    assert 1 < len(ids) < SCOUT / 100
    assert counting(made_up(1), np.max(made_up(1)), 2) is None


@given(
    arrays.arrays(np.float32, st.integers(1, 3_000), elements=st.integers(-3, 3), fill=st.integers(-3, 3)),
    st.integers(1, 80),
)
def test_the_most_probable_tokens_are_those_of_a_whole_sort(logits: Floats, count: int) -> None:
    """Many equal ones among them."""
    assert most_probable(logits, count).tolist() == np.argsort(-logits, kind="stable")[:count].tolist()


@pytest.mark.parametrize("changes", [*SETTINGS[:2], *SETTINGS[5:10]], ids=str)
def test_what_is_no_number_is_an_error(changes: dict[str, float]) -> None:
    """Else it would be some token or other."""
    logits = made_up(0)
    logits[77] = np.nan
    with pytest.raises(AppError) as raised:
        Sampler(msgspec.convert(changes, Sampling)).choose(logits)
    assert raised.value.code is Code.MODEL_FAILED


def test_forbidden_tokens_are_never_chosen_however_much_is_kept() -> None:
    logits = made_up(0, 3_000)
    logits[1_000:] = -np.inf
    for changes in ({"top_p": 1 - 1e-12}, {"top_p": 1}, {"top_p": 1, "top_k": 2_500}):
        settings = msgspec.convert({"temperature": 2, "top_k": 0, "min_p": 0, "seed": 1, **changes}, Sampling)
        sampler = Sampler(settings)
        assert max(sampler.choose(logits) for _ in range(300)) < 1_000


def test_logits_are_left_as_they_are() -> None:
    """Whoever holds a quotation to the books looks at them next."""
    logits = made_up(0)
    before = logits.copy()
    for changes in SETTINGS:
        sampler = Sampler(msgspec.convert(changes, Sampling))
        for token in range(70):
            sampler.accept(token)
        sampler.choose(logits)
    assert np.array_equal(logits, before)

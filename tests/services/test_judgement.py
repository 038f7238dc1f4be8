"""What a model's judgement is worth, by its answers to a few sentences."""

from __future__ import annotations

import random

import pytest

from app.services import judgement

TRUTHS = [truth for _statement, _claim, truth in judgement.CASES]


def test_the_cases_are_balanced() -> None:
    assert len(TRUTHS) == 24
    assert sum(TRUTHS) == 12
    assert sum(claim.isascii() for _statement, claim, _truth in judgement.CASES) == 12


def test_a_good_judge_is_asked_and_his_weights_mean_what_they_did() -> None:
    rng = random.Random(1)
    weights = [rng.gauss(2.5 if truth else 0.5, 0.7) for truth in TRUTHS]  # he likes to say yes
    judge = judgement.measure("m", weights)
    assert judge.area > 0.9
    assert judgement.is_sound(judge)
    assert judge.probability(0.5) < 0.2
    assert judge.probability(2.5) > 0.8


def test_one_who_guesses_is_not_asked() -> None:
    rng = random.Random(2)
    judge = judgement.measure("m", [rng.gauss(1.0, 1.0) for _ in TRUTHS])
    assert judge.area < 0.7
    assert not judgement.is_sound(judge)


@pytest.mark.parametrize("weights", [[9.0 if truth else -9.0 for truth in TRUTHS], [0.0] * 24, [-1e3, 1e3] * 12])
def test_whatever_the_weights_there_are_probabilities(weights: list[float]) -> None:
    judge = judgement.measure("m", weights)
    assert all(0 <= judge.probability(weight) <= 1 for weight in (*weights, 1e3, -1e3))


def test_areas() -> None:
    assert judgement.area([1, 2, 3, 4], [False, False, True, True]) == 1
    assert judgement.area([4, 3, 2, 1], [False, False, True, True]) == 0
    assert judgement.area([1, 1], [False, True]) == 0.5
    assert judgement.area([1], [True]) == 0.5


def test_a_word_that_has_no_token_of_its_own_weighs_finitely() -> None:
    assert judgement.weight((-1.0, float("-inf"))) == 999

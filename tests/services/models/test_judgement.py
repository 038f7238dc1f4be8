"""How far a model's judgement can be believed, by its answers to claims whose truth is known."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from app.core.conversations.verdict import Evidence, SentenceVerdict, Verdict
from app.services.models import judgement
from app.store.judges import JudgedLanguage

CASES = judgement.calibration()
LANGUAGES = ("en", "de", "ja")


def in_language(weights: list[float], language: str) -> JudgedLanguage:
    (found,) = (each for each in judgement.measure("m", weights).languages if each.language == language)
    return found


def test_there_are_hard_cases_in_three_languages_of_both_kinds() -> None:
    counts = Counter((case.language, case.is_true) for case in CASES)
    assert len(CASES) >= 120
    assert set(counts) == {(language, truth) for language in LANGUAGES for truth in (True, False)}
    assert min(counts.values()) >= 15


def test_a_claim_is_asked_about_with_the_sentences_of_its_page() -> None:
    """A model is asked about no case that words decide, so each question has what a claim's question has."""
    for case in CASES:
        assert case.question.startswith("[p. ")
        assert "\nClaim: " in case.question
        assert case.question.endswith("Does the page say what the claim says? Answer yes or no.")
    first = Evidence("b", "B", 2, "ii", "It opens at six.")
    evidence = (first, Evidence("b", "B", 2, "ii", "It closes at nine."), Evidence("b", "B", 5, "3", "It rests."))
    asked = judgement.question(SentenceVerdict(0, 9, Verdict.UNWEIGHED, evidence), "It is open at seven.")
    assert asked.splitlines()[:3] == [
        "[p. ii] It opens at six. It closes at nine.",
        "[p. 3] It rests.",
        "Claim: It is open at seven.",
    ]


def test_a_good_judge_is_asked_and_believes_hardly_a_false_claim() -> None:
    rng = random.Random(1)
    weights = [rng.gauss(2.5 if case.is_true else 0.0, 0.6) for case in CASES]
    for language in LANGUAGES:
        found = in_language(weights, language)
        assert judgement.is_sound(found)
        assert found.area > 0.9
        own = [(weight, case) for weight, case in zip(weights, CASES, strict=True) if case.language == language]
        false = [weight > found.believed for weight, case in own if not case.is_true]
        assert sum(false) <= 0.1 * len(false)
        denied = [weight < found.denied for weight, case in own if case.is_true]
        assert sum(denied) <= 0.1 * len(denied)
        assert found.denied <= found.believed


def test_one_who_guesses_is_not_asked() -> None:
    rng = random.Random(2)
    weights = [rng.gauss(1.0, 1.0) for _case in CASES]
    assert not any(judgement.is_sound(each) for each in judgement.measure("m", weights).languages)


def test_a_judge_may_be_good_in_one_language_alone() -> None:
    rng = random.Random(3)
    weights = [rng.gauss(4.0 if case.is_true and case.language == "de" else 0.0, 0.5) for case in CASES]
    judge = judgement.measure("m", weights)
    assert [judgement.is_sound(each) for each in judge.languages] == [False, True, False]
    german = judgement.judged_in(judge, "Die Pumpe ist nicht in der Garantie, und der Filter auch nicht.")
    assert german is not None
    assert german.language == "de"
    assert judgement.judged_in(judge, "La pompe n'est pas dans la garantie, et le filtre non plus.") is None
    assert not judgement.is_sound(None)


@pytest.mark.parametrize(
    "weights",
    [
        [9.0 if case.is_true else -9.0 for case in CASES],
        [0.0 for _case in CASES],
        [1e3 if number % 2 else -1e3 for number in range(len(CASES))],
    ],
)
def test_whatever_the_weights_there_are_bounds(weights: list[float]) -> None:
    for each in judgement.measure("m", weights).languages:
        assert each.denied <= each.believed
        assert 0 <= each.kept <= 1


def test_one_who_tells_all_apart_believes_from_the_middle_on() -> None:
    found = in_language([9.0 if case.is_true else -9.0 for case in CASES], "en")
    assert (found.denied, found.believed, found.kept) == (0.0, 0.0, 1.0)


def test_areas() -> None:
    assert judgement.area([3, 4], [1, 2]) == 1
    assert judgement.area([1, 2], [3, 4]) == 0
    assert judgement.area([1], [1]) == 0.5
    assert judgement.area([1], []) == 0.5


def test_a_word_that_has_no_token_of_its_own_weighs_finitely() -> None:
    assert judgement.weight((-1.0, float("-inf"))) == 999

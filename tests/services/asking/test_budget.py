"""How a context is shared out, by the model's size."""

from __future__ import annotations

import msgspec
import pytest

from app.core.settings import Settings
from app.services.asking.budget import Budget, budget_of
from tests.ui.fakes import SCOUT


def of(context: int, parameters: float, limit: int = 0) -> Budget:
    info = msgspec.structs.replace(SCOUT, context_tokens=context, parameters=int(parameters))
    return budget_of(info, Settings(max_answer_tokens=limit))


@pytest.mark.parametrize(
    ("context", "parameters", "answer", "passages", "excerpts"),
    [
        (8_192, 1.5e9, 1024, 4, 1024),
        (32_768, 1.5e9, 1024, 4, 4096),
        (32_768, 8e9, 4096, 6, 8192),
        (8_192, 109e9, 1024, 8, 2048),
        (32_768, 109e9, 4096, 8, 8192),
        (131_072, 109e9, 8192, 8, 32_768),
        (131_072, 0, 8192, 8, 32_768),  # a server that does not say its size
    ],
)
def test_what_a_model_can_bear(context: int, parameters: float, answer: int, passages: int, excerpts: int) -> None:
    budget = of(context, parameters)
    assert (budget.answer, budget.close_passages, budget.excerpts) == (answer, passages, excerpts)
    assert budget.reserve == min(answer, context // 8)
    assert budget.retrieved == context // 8


def test_a_number_in_the_settings_wins() -> None:
    assert of(32_768, 109e9, limit=300).answer == 300
    assert of(32_768, 109e9, limit=300).reserve == 300
    assert of(2048, 109e9, limit=60_000).reserve == 256


def test_a_small_context_still_lets_an_answer_use_what_is_free() -> None:
    assert of(2048, 1.5e9).answer == 1024
    assert of(2048, 1.5e9).reserve == 256

"""The model that is recommended for a machine: the first that a person can wait for, as it fits best there."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from app.engine.planner.machine import imagined
from app.engine.planner.placement import PlanRequest
from app.models.hub.catalogue import catalogue
from app.models.offers import Offer
from app.services.models.plans import place
from app.services.models.recommending import best_of


def _best(gpu_gigabytes: Iterable[float], ram_gigabytes: float, offers: Iterable[Offer]) -> str:
    machine = imagined(tuple(gpu_gigabytes), ram_gigabytes, 8)
    planned = (
        (offer, place(offer.header, offer.projector_header, machine, PlanRequest(), ways=False))
        for offer in offers
        if offer.header is not None
    )
    best = best_of(planned, 10**12)
    return f"{best[0].untrusted_name} {best[0].quantization}" if best is not None else ""


@pytest.mark.parametrize(
    ("gpu_gigabytes", "ram_gigabytes", "best"),
    [
        ((80,), 64, "Llama 4 Scout Q4_K_M"),  # the largest that is wholly on the card
        ((80,), 128, "Llama 4 Scout Q4_K_M"),
        ((48,), 64, "Qwen3.8 27B Q8_0"),  # Scout is there with three bits alone, or writes slowly
        ((24,), 32, "Qwen3.8 27B Q4_K_M"),
        ((24,), 128, "Qwen3.8 27B Q4_K_M"),
        ((16,), 32, "Qwen3.6 35B-A3B Q4_K_M"),  # experts in main memory cost little where few are used
        ((16,), 64, "Qwen3.6 35B-A3B Q4_K_M"),
        ((8,), 32, "Qwen3.6 35B-A3B Q4_K_M"),
        ((), 128, "Qwen3.6 35B-A3B Q4_K_M"),
        ((), 64, "Qwen3.6 35B-A3B Q4_K_M"),
        ((), 32, "Qwen3.6 35B-A3B Q4_K_M"),
        ((), 16, "gpt-oss 20B MXFP4"),
        ((), 8, "Granite 4.0 H Tiny Q4_K_M"),
        ((), 4, ""),
    ],
)
def test_the_best_model_for_a_machine(gpu_gigabytes: tuple[float, ...], ram_gigabytes: float, best: str) -> None:
    assert _best(gpu_gigabytes, ram_gigabytes, catalogue().offers) == best

"""The model that is recommended for a machine: the largest that a person can wait for, as it fits best there."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from app.engine import planner
from app.engine.planner import PlanRequest
from app.models.hub.catalogue import catalogue
from app.models.offers import Offer
from app.services.plans import place
from app.services.recommending import best_of


def _best(gpu_gigabytes: Iterable[float], ram_gigabytes: float, offers: Iterable[Offer]) -> str:
    machine = planner.imagined(tuple(gpu_gigabytes), ram_gigabytes, 8)
    planned = (
        (offer, place(offer.header, offer.projector_header, machine, PlanRequest()))
        for offer in offers
        if offer.header is not None
    )
    best = best_of(planned, 10**12)
    return f"{best[0].untrusted_name} {best[0].quantization}" if best is not None else ""


@pytest.mark.parametrize(
    ("gpu_gigabytes", "ram_gigabytes", "best"),
    [
        ((80,), 256, "Llama 4 Scout Q4_K_M"),  # the largest that is wholly on the card
        ((24,), 64, "Llama 4 Scout Q3_K_M"),  # none is: the quickest
        ((12,), 64, "Qwen3 30B-A3B Q4_K_M"),  # Scout would fit, but nobody would wait for it
        ((), 32, "Qwen3 30B-A3B Q4_K_M"),
        ((), 16, "Qwen3 4B Q4_K_M"),
        ((), 4, ""),
    ],
)
def test_the_best_model_for_a_machine(gpu_gigabytes: tuple[float, ...], ram_gigabytes: float, best: str) -> None:
    offers = [offer for offer in catalogue().offers if not offer.untrusted_name.endswith("Maverick")]
    assert _best(gpu_gigabytes, ram_gigabytes, offers) == best

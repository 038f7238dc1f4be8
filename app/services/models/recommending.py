"""Recommends the model of the catalogue that is best for a machine: by its plan there, before anything is fetched."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from app.engine.planner.placement import Placement, PlanRequest
from app.models.copying import free_bytes
from app.models.offers import Offer
from app.services.models.downloads import Downloads, Licence
from app.services.models.models import Models
from app.services.models.plans import ModelPlan, place
from app.services.models.selection import MachineSeen

_READ_PAGES, _READ_TOKENS = 100, 57_000
"""A usual task: so many pages are read, and an answer of one page is written."""
LEAST_PAGES, LEAST_TOKENS = _READ_PAGES // 2, _READ_TOKENS // 2
"""A document that the context of every advised model has room for."""
_WRITTEN_TOKENS = 500
_SOON_S, _LATER_S, _PATIENT_S = 180.0, 1500.0, 3600.0
"""Seconds that a person waits for that; each only if nothing on this machine is sooner."""
_FLUENT = 20.0
"""Tokens a second that a model writes where it is to be had soon: several times as fast as one reads, since many think
before they answer."""
_READABLE = 5.0
"""Tokens a second that one reads."""
_LEAST_BITS = 4.0
"""The least bits of a parameter. With fewer, a model loses more than it is ahead of the next smaller one."""
_MOST_BYTES = 100 * 10**9
"""Nobody is advised to fetch more than this at the first start."""


class Recommendation(msgspec.Struct, frozen=True):
    """A model that is worth having here. `plan` says where it would go on this machine; its `result` is a Placement.
    `licence` is None if nothing is known of it."""

    offer: Offer
    plan: ModelPlan
    licence: Licence | None


def recommend(models: Models, downloads: Downloads, seen: MachineSeen) -> Recommendation | None:
    """Return the best model to fetch for this machine, and for its disk; None if none fits, or none is fast enough."""
    planned = (
        (offer, place(offer.header, offer.projector_header, seen.machine, PlanRequest(), ways=False))
        for offer in downloads.offers()
        if offer.header is not None
    )
    best = best_of(planned, free_bytes(models.folder))
    return None if best is None else Recommendation(*best, downloads.terms_of(best[0]))


def best_of(planned: Iterable[tuple[Offer, ModelPlan]], free_bytes: int) -> tuple[Offer, ModelPlan] | None:
    """Return the first model, in the catalogue's order, that does a usual task soon; else later. Of its quantizations
    it is the largest that is wholly on graphics cards, else the one that is done first. None if none is fast enough, or
    has room on a disk with so many bytes."""
    room = min(_MOST_BYTES, free_bytes)
    fits = [each for each in planned if _task_s(each[1]) <= _PATIENT_S and each[0].size_bytes <= room]
    fits = [each for each in fits if 8 * each[1].header.file_bytes >= _LEAST_BITS * each[1].header.parameters]
    for limit, rate in ((_SOON_S, _FLUENT), (_LATER_S, 0.0), (_PATIENT_S, 0.0)):
        usable = [each for each in fits if _task_s(each[1]) <= limit and _rate(each[1]) >= rate]
        if usable:
            return _best_size(each for each in usable if each[0].untrusted_name == usable[0][0].untrusted_name)
    return None


def sensible(planned: Iterable[tuple[Offer, ModelPlan]]) -> frozenset[str]:
    """Return the keys of the offers that are worth a look on a machine: of each model one size, if it writes as fast as
    one reads."""
    of_models: dict[str, list[tuple[Offer, ModelPlan]]] = {}
    for each in planned:
        if _rate(each[1]) >= _READABLE:
            of_models.setdefault(each[0].untrusted_name, []).append(each)
    return frozenset(_best_size(sizes)[0].key for sizes in of_models.values())


def _best_size(sizes: Iterable[tuple[Offer, ModelPlan]]) -> tuple[Offer, ModelPlan]:
    """Choose among a model's quantizations, at least one: the largest that is all on the cards, else the fastest."""
    sizes = list(sizes)
    whole = [each for each in sizes if is_on_cards(each[1])]
    if whole:
        return max(whole, key=lambda each: each[0].size_bytes)
    return min(sizes, key=lambda each: _task_s(each[1]))


def _rate(plan: ModelPlan) -> float:
    """Return the tokens a second that a planned model writes; 0 if it does not fit."""
    return plan.result.speed.writing if isinstance(plan.result, Placement) else 0.0


def _task_s(plan: ModelPlan) -> float:
    place = plan.result
    if not isinstance(place, Placement) or place.context_tokens < LEAST_TOKENS:
        return float("inf")
    if not place.speed.reading or not place.speed.writing:
        return float("inf")
    return _READ_TOKENS / place.speed.reading + _WRITTEN_TOKENS / place.speed.writing


def is_on_cards(plan: ModelPlan) -> bool:
    """Return whether a plan is wholly on graphics cards."""
    place = plan.result
    return isinstance(place, Placement) and place.gpu_layers > plan.header.layers and not place.expert_layers

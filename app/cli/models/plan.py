"""`octavo models plan`: where a model would go, what it takes, and why."""

from __future__ import annotations

import argparse
from typing import Any

import msgspec

from app.cli.bars import ProgressBar
from app.cli.models import fetching, listing
from app.cli.screen import print_json
from app.core.settings import KvType, Mapping, Settings
from app.core.work import Cancel, finish
from app.engine.planner.demand import MemoryClass
from app.engine.planner.machine import DISK
from app.engine.planner.placement import Placement, PlanRequest
from app.engine.planner.ways import Way
from app.models.local import model_at
from app.services.asking.budget import share_out
from app.services.models.plans import Hardware, ModelPlan
from app.services.services import Services
from app.wording import units
from app.wording.i18n import _
from app.wording.placement import (
    item_name,
    reasons,
    sentences,
    speed_sentence,
    time_sentences,
    way_options,
    way_sentence,
)
from app.wording.units import count, size


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Print a plan. Raises AppError, Stopped."""
    kv_type, mapping = KvType(options.kv) if options.kv else None, Mapping(options.mapping or Mapping.AUTO)
    request = PlanRequest(options.context, kv_type, mapping=mapping, images=options.images is not False)
    hardware = Hardware(tuple(options.gpu_memory), options.ram)
    plan = _planned(options.model, request, hardware, desk, cancel)
    if options.json:
        print_json(_described(plan, desk.settings.load()))
    else:
        _print(plan, desk.settings.load())


def _planned(model: str, request: PlanRequest, hardware: Hardware, desk: Services, cancel: Cancel) -> ModelPlan:
    """Plan for a model on this machine, or for one that is offered: then the hub is asked for its header, unless the
    catalogue knows it."""
    if listing.is_local(model, desk):
        path = model_at(listing.local(model, desk))
        return finish(desk.models.plans.plan(path, request, hardware, cancel), ProgressBar())
    offer = finish(desk.model_files.downloads.headers(fetching.offer_named(model, desk, cancel), cancel), ProgressBar())
    return desk.models.plans.plan_offer(offer, request, hardware)


def _described(plan: ModelPlan, settings: Settings) -> dict[str, Any]:
    result, machine = plan.result, plan.machine
    described: dict[str, Any] = {
        "name": plan.header.untrusted_name,
        "quantization": plan.header.quantization,
        "fits": isinstance(result, Placement),
        "context_tokens": result.context_tokens,
        "context_trained": plan.header.context_trained,
        "kv_type": result.kv_type,
        "bytes_by_class": result.by_class(),
        "bytes_by_device": result.by_device(),
        "bytes": [msgspec.to_builtins(use) for use in result.uses],
        "devices": [
            msgspec.to_builtins(device) | {"room_bytes": device.room} for device in (*machine.gpus, machine.host)
        ],
        "explanation": list(sentences(plan)),
        "instead": [_way(way, plan.request) for way in plan.ways],
    }
    if not isinstance(result, Placement):
        return described | {"missing_bytes": result.missing_bytes}
    budget = share_out(result.context_tokens, plan.header.parameters, settings)
    return described | {
        "answer_tokens": budget.answer,
        "excerpts_tokens": budget.excerpts,
        "placement": {
            "slice_tokens": result.slice_tokens,
            "gpu_layers": result.gpu_layers,
            "expert_layers_on_cpu": result.expert_layers,
            "cpu_tensors": result.cpu_tensors,
            "tensor_split": result.tensor_split,
            "mapping": result.mapping,
            "threads": result.threads,
        },
        "tokens_per_second": msgspec.to_builtins(result.speed),
        "measured": msgspec.to_builtins(plan.measured),
    }


def _way(way: Way, wanted: PlanRequest) -> dict[str, Any]:
    place = way.place
    return {
        "way": way.kind,
        "options": way_options(way, wanted),
        "stays_on_gpus": way.on_gpus,
        "context_tokens": place.context_tokens,
        "kv_type": place.kv_type,
        "tokens_per_second": msgspec.to_builtins(place.speed),
    }


def _print(plan: ModelPlan, settings: Settings) -> None:
    header, result = plan.header, plan.result
    devices = (*plan.machine.gpus, plan.machine.host)
    print(units.printable(f"{header.untrusted_name}, {header.quantization}, {size(header.file_bytes)}"))
    texts = [*reasons(result), *filter(None, [speed_sentence(plan)]), *time_sentences(plan)]
    texts += [f"{way_sentence(way)} ({way_options(way, plan.request)})" for way in plan.ways]
    for text in texts:
        print(units.printable(text))
    print()
    used = {(use.device, use.item): use.bytes for use in result.uses}
    by_device = result.by_device()
    names = [device.name for device in devices] + [DISK] * (DISK in by_device)
    rows = [["", *(_("disk") if name == DISK else name for name in names)]]
    for item in MemoryClass:
        if any((name, item) in used for name in names):
            rows.append([item_name(item), *(_size(used.get((name, item), 0)) for name in names)])
    rows.append([_("together"), *(_size(by_device.get(name, 0)) for name in names)])
    rows.append([_("can be used"), *(_size(device.room) for device in devices), *([""] * (DISK in by_device))])
    widths = [max(len(row[n]) for row in rows) for n in range(len(names) + 1)]
    for first, *others in rows:
        cells = [f"{other:>{width}}" for other, width in zip(others, widths[1:], strict=True)]
        print("  ".join([f"{first:<{widths[0]}}", *cells]).rstrip())
    if isinstance(result, Placement):
        budget = share_out(result.context_tokens, plan.header.parameters, settings)
        print(_("Longest answer: {n} tokens").format(n=count(budget.answer)))
        print(_("Excerpts in place of documents: up to {n} tokens").format(n=count(budget.excerpts)))
        print(_("Room for documents and conversation: {n} tokens").format(n=count(result.context_tokens)))


def _size(bytes: int) -> str:
    return size(bytes) if bytes else "–"

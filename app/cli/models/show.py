"""`octavo models show`: what a model's file says of itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from app.cli.bars import ProgressBar
from app.cli.models import fetching, listing
from app.cli.screen import print_json, print_rows
from app.core.model import FileKind, ModelHeader, TensorPart
from app.core.work import Cancel, finish
from app.engine.architectures import ARCHITECTURES
from app.engine.planner.demand import MemoryClass
from app.models.local import model_at, projector_beside
from app.models.offers import Offer
from app.services.models.downloads import Licence, Record
from app.services.services import Services
from app.wording.i18n import _
from app.wording.placement import item_name
from app.wording.units import count, size


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Print what the header of a file says, of one on this machine or of one that is offered; or what a repository
    has, where that is several. Raises AppError, Stopped."""
    if listing.is_local(options.model, desk):
        _show_file(model_at(listing.local(options.model, desk)), options, desk, cancel)
        return
    found = fetching.offers_named(options.model, desk, cancel)
    if len(found) > 1:
        listing.print_offers(found, desk, as_json=options.json)
        return
    offer = finish(desk.model_files.downloads.headers(found[0], cancel), ProgressBar())
    assert offer.header is not None
    described = listing.described(offer, desk)
    known = offer.header.architecture in ARCHITECTURES
    if options.json:
        print_json(_described(offer.header, known, "") | {"offer": described})
    else:
        rows = [*_offer_rows(offer, desk), *_rows(offer.header, known), *_weight_rows(offer.header)]
        print_rows(rows)


def _show_file(file: Path, options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    header = finish(desk.models.plans.headers.read(file, cancel), ProgressBar())
    projector = projector_beside(file) if header.kind is FileKind.MODEL else ""
    known = header.architecture in ARCHITECTURES
    licence, record = desk.model_files.downloads.licence_of(file), desk.model_files.downloads.record(file)
    if options.json:
        origin = {"licence": licence.id if licence else "", "record": record}
        print_json(_described(header, known, projector) | origin)
        return
    rows = [*_rows(header, known, projector), *_record_rows(licence, record), *_weight_rows(header)]
    print_rows(rows)


def _offer_rows(offer: Offer, desk: Services) -> Iterator[tuple[str, str]]:
    order = desk.model_files.downloads.order(offer)
    yield _("name in the catalogue"), f"{offer.untrusted_name} {offer.quantization}".strip()
    yield _("repository"), offer.repository
    for file in offer.all_files:
        place = file.path if file.repository == offer.repository else f"{file.repository}: {file.path}"
        yield _("file"), f"{place}, {size(file.size_bytes)}"
    yield _("licence"), _licence_words(order.licence)


def _record_rows(licence: Licence | None, record: Record | None) -> Iterator[tuple[str, str]]:
    if record is not None and record.repository:
        revision = f" @ {record.revision[:12]}" if record.revision else ""
        yield _("source"), f"{record.repository}{revision}"
    if licence is not None:
        yield _("licence"), _licence_words(licence)


def _licence_words(licence: Licence | None) -> str:
    return ". ".join(filter(None, (licence.name, licence.credit))) if licence else _("not stated")


# ---- show -----------------------------------------------------------------------------------------------------


def _described(header: ModelHeader, known: bool, projector: str) -> dict[str, Any]:
    described: dict[str, Any] = msgspec.to_builtins(header)
    described["name"] = described.pop("untrusted_name")
    del described["untrusted_template"]  # a program of pages; `octavo models format` says what it writes
    return described | {
        "known": known,
        "active_parameters": header.active_parameters,
        "active_bytes": header.active_bytes,
        "bytes_by_part": {part: header.total_bytes(part) for part in _parts(header)},
        "projector_beside": projector,
    }


def _rows(header: ModelHeader, known: bool, projector: str | None = None) -> Iterator[tuple[str, str]]:
    kinds = {
        FileKind.MODEL: _("language model"),
        FileKind.PROJECTOR: _("projector for images, of the type {kind}").format(kind=header.projector),
        FileKind.ADAPTER: _("LoRA adapter"),
        FileKind.OTHER: _("neither a model nor a projector"),
    }
    family = header.architecture
    if header.kind is FileKind.MODEL and not known:
        family = _("{architecture}, which this version of Octavo cannot run").format(architecture=family)
    yield _("name"), header.untrusted_name
    yield _("kind"), kinds[header.kind]
    yield _("architecture"), family
    for file in header.files:
        yield _("file"), file
    yield _("size"), size(header.file_bytes)
    yield _("quantization"), header.quantization
    yield _("parameters"), _parameters(header)
    yield from _shape_rows(header)
    if header.kind is FileKind.MODEL:
        yield _("trained context"), _("{n} tokens").format(n=count(header.context_trained))
        tokenizer = " ".join(filter(None, (header.tokenizer, header.pre_tokenizer)))
        yield _("vocabulary"), _("{n} tokens, {tokenizer}").format(n=count(header.vocabulary), tokenizer=tokenizer)
        yield _("conversation format"), _("in the file") if header.has_template else _("none")
        if projector is not None:
            yield _("projector in its folder"), projector or _("none")


def _shape_rows(header: ModelHeader) -> Iterator[tuple[str, str]]:
    if not header.layers:
        return
    yield _("layers"), _("{n}, {width} wide").format(n=count(header.layers), width=count(header.width))
    heads = _("{heads} for queries, {kv} for keys and values, {n} numbers each")
    shown = {"heads": _span(header.heads), "kv": _span(header.kv_heads), "n": count(header.key_length)}
    yield _("heads"), heads.format(**shown)
    if header.window:
        yield _("local layers"), _("see {n} tokens").format(n=count(header.window))
    if header.recurrent:
        yield _("state"), _("some layers keep a state instead of keys")
    if header.feed_forward and (header.kind is FileKind.PROJECTOR or TensorPart.FEED_FORWARD in _parts(header)):
        yield _("feed-forward width"), count(header.feed_forward)
    if header.experts:
        words = _("{n} in every layer, {used} used per token, {width} wide")
        if header.moe_step > 1:
            words = _("{n} in one of every {step} layers, {used} used per token, {width} wide")
        numbers = {"n": header.experts, "used": header.experts_used, "step": header.moe_step}
        yield _("experts"), words.format(width=count(header.expert_feed_forward), **numbers)
    if header.shared_expert_feed_forward:
        yield _("shared expert"), _("{width} wide").format(width=count(header.shared_expert_feed_forward))


def _parameters(header: ModelHeader) -> str:
    total = _short(header.parameters)
    if header.kind is not FileKind.MODEL:
        return total
    return _("{total}, of which each token uses {active}").format(total=total, active=_short(header.active_parameters))


def _weight_rows(header: ModelHeader) -> Iterator[tuple[str, str]]:
    """Yield a row for each part of a model: the space that its weights take, and their number formats."""
    for part in _parts(header):
        types = dict.fromkeys(name for weights in header.weights if weights.part is part for name in weights.types)
        name = _("rest") if part is TensorPart.OTHER else item_name(MemoryClass(part))
        yield f"  {name}", f"{size(header.total_bytes(part))}, {', '.join(types)}"


def _parts(header: ModelHeader) -> list[TensorPart]:
    there = {weights.part for weights in header.weights}
    return [part for part in TensorPart if part in there]


def _span(numbers: tuple[int, ...]) -> str:
    low, high = min(numbers), max(numbers)
    return count(low) if low == high else f"{count(low)}–{count(high)}"


def _short(parameters: int) -> str:
    """Write a number of parameters as models are named: `107.8 B`, `134.5 M`."""
    if parameters >= 10**9:
        return f"{parameters / 10**9:,.1f} B"
    return f"{parameters / 10**6:,.1f} M"

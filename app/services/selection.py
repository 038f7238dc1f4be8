"""The models that a person can choose from: what is here, what is on its way, what is offered, and a plan for each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from app.core.cancel import Cancel
from app.core.errors import AppError, Code, Problem
from app.core.events import Cancelled, Done, Failed, Loading
from app.core.model import ModelHeader
from app.core.settings import Adapter, EngineSettings, KvType
from app.engine import planner
from app.engine.planner import Machine, Placement, Reason, Remark, Wish
from app.engine.protocol import ModelInfo
from app.models.offers import Offer
from app.models.shelf import ModelFile
from app.services.desk import Desk
from app.services.downloads import Licence, Record, Unfinished
from app.services.machines import Hardware
from app.services.plans import Plan, check_supported

_AUTOMATIC = EngineSettings()


class Owned(msgspec.Struct, frozen=True):
    """A model on this machine. `record`, `licence`: None where nothing is known of them."""

    file: ModelFile
    record: Record | None
    licence: Licence | None


class Selection(msgspec.Struct, frozen=True):
    """`offers` without those that are here or unfinished; `licences` of both, by their keys. `free_bytes` of the disk
    that the models folder is on. `engine`: the settings in force; `choices`: those of other models, by their paths."""

    owned: tuple[Owned, ...]
    unfinished: tuple[Unfinished, ...]
    offers: tuple[Offer, ...]
    licences: dict[str, Licence | None]
    folder: str
    free_bytes: int
    engine: EngineSettings
    choices: dict[str, EngineSettings]


class Seen(msgspec.Struct, frozen=True):
    """`names`: what a graphics card calls itself, in the machine's order."""

    machine: Machine
    names: tuple[str, ...]


class Wanted(msgspec.Struct, frozen=True):
    """A model on this machine that a plan is wanted for. `known`: an earlier plan, whose headers still hold."""

    path: str
    wish: Wish
    adapters: tuple[Adapter, ...] = ()
    known: Plan | None = None


class Planned(msgspec.Struct, frozen=True):
    """What became of the plan for one model. `key`: its path, or its offer's key."""

    key: str
    plan: Plan | Problem


def select(desk: Desk) -> Selection:
    """Look at the models folder and into the catalogue. Raises AppError as the store does."""
    downloads = desk.downloads
    files = list(desk.models.available())
    loaded = desk.models.loaded()
    if loaded is not None and not loaded.host and all(file.path != loaded.path for file in files):
        files.insert(0, ModelFile(loaded.path, loaded.name, loaded.size_bytes))  # from elsewhere
    owned = tuple(
        Owned(file, downloads.record(Path(file.path)), downloads.licence_of(Path(file.path))) for file in files
    )
    unfinished = downloads.unfinished()
    here = {(each.record.repository, each.record.quantization) for each in owned if each.record}
    begun = {each.offer.key for each in unfinished}
    offers = tuple(
        offer
        for offer in downloads.offers()
        if offer.key not in begun and (offer.repository, offer.quantization) not in here
    )
    licences = {offer.key: downloads.terms_of(offer) for offer in (*offers, *(each.offer for each in unfinished))}
    folder = desk.models.folder
    there = next((each for each in (folder, *folder.parents) if each.is_dir()), Path.cwd())
    free, engine = shutil.disk_usage(there).free, desk.settings.load().engine
    return Selection(owned, unfinished, offers, licences, str(folder), free, engine, desk.models.choices())


def look_at(desk: Desk, hardware: Hardware) -> Seen:
    """The machine that plans are made for; starts the engine's process unless it is an imagined one."""
    machine = desk.machines.machine(hardware)
    if hardware.gpu_gigabytes or hardware.ram_gigabytes:
        return Seen(machine, tuple(gpu.name for gpu in machine.gpus))
    described = {device.name: device.description for device in desk.engine.inspect().devices}
    return Seen(machine, tuple(described.get(gpu.name) or gpu.name for gpu in machine.gpus))


def survey(
    desk: Desk, wanted: Sequence[Wanted], offers: Sequence[Offer], machine: Machine, cancel: Cancel
) -> Iterator[Planned | Done[None] | Cancelled]:
    """Plan one model after the other: what is here, then the offers."""
    for each in wanted:
        if cancel.requested:
            yield Cancelled()
            return
        if each.known is not None:
            known, adapter_bytes = each.known, bytes_of(each.adapters)
            yield Planned(each.path, place(known.header, known.projector, machine, each.wish, adapter_bytes))
        else:
            yield Planned(each.path, _plan_or_problem(desk, each, machine, cancel))
    for offer in offers:
        if cancel.requested:
            yield Cancelled()
            return
        if offer.header is not None:
            yield Planned(offer.key, place(offer.header, offer.projector_header, machine, Wish()))
    yield Done(None)


def _plan_or_problem(desk: Desk, wanted: Wanted, machine: Machine, cancel: Cancel) -> Plan | Problem:
    try:
        header, projector = read_headers(desk, Path(wanted.path), cancel)
    except AppError as error:
        return error.problem
    return place(header, projector, machine, wanted.wish, bytes_of(wanted.adapters))


def read_headers(desk: Desk, path: Path, cancel: Cancel) -> tuple[ModelHeader, ModelHeader | None]:
    """Of a model and of what it would see images with. Raises AppError MODEL_* where the file is no model that
    llama.cpp knows."""
    header = _header(desk, path, cancel)
    check_supported(header, str(path))
    beside = desk.models.projector_beside(path)
    if not beside or Path(beside) == path:
        return header, None
    try:
        return header, _header(desk, Path(beside), cancel)
    except AppError:
        return header, None  # it is told when the model is loaded


def _header(desk: Desk, path: Path, cancel: Cancel) -> ModelHeader:
    for event in desk.models.header(path, cancel):
        if isinstance(event, Done):
            return event.result
        if isinstance(event, Failed):
            raise AppError.of(event.problem)
    raise AppError(Code.MODEL_UNREADABLE, path=str(path))


def bytes_of(adapters: Sequence[Adapter]) -> int:
    """What adapters take beside their model; one that is gone is told of when the model is loaded."""
    return sum(Path(each.path).stat().st_size for each in adapters if Path(each.path).is_file())


def place(
    header: ModelHeader, projector: ModelHeader | None, machine: Machine, wish: Wish, adapter_bytes: int = 0
) -> Plan:
    """The plan that a load with this wish follows. Without a GPU, a context that nobody chose has the usual length,
    since reading more would take hours there, or less where that does not fit."""
    wishes = [wish]
    if not wish.context_tokens and (not machine.gpus or wish.gpu_layers == 0):
        usual = min(header.context_trained or planner.DEFAULT_CONTEXT, planner.DEFAULT_CONTEXT)
        wishes.insert(0, msgspec.structs.replace(wish, context_tokens=usual))
    results = []
    for each in wishes:
        results.append(planner.plan(header, projector, machine, each, adapter_bytes))
        if isinstance(results[-1], Placement):
            return Plan(header, projector, machine, results[-1] if each is wish else _unasked(results[-1]))
    return Plan(header, projector, machine, results[0])


def switch(
    desk: Desk, path: str, kv_type: KvType | None, cancel: Cancel
) -> Iterator[Loading | Done[ModelInfo] | Cancelled | Failed]:
    """Load another model as it was loaded last, and remember it once it works. One that never was is placed by the
    plan. `kv_type`: that of the plan for it, None where none was made."""
    try:
        engine, choices = desk.settings.load().engine, desk.models.choices()
    except AppError as error:
        yield Failed(error.problem)
        return
    if path == engine.model_path or path in choices or kv_type is None:
        yield from desk.models.load(path, cancel)
    else:
        wanted = EngineSettings(model_path=path, kv_type=kv_type, threads=engine.threads)
        yield from desk.models.load_as(wanted, cancel)


def settings_for(desk: Desk, path: str, engine: EngineSettings, choices: dict[str, EngineSettings]) -> EngineSettings:
    """How this model would be loaded: as the settings in force say, as it was last, or as the plan says."""
    if path == engine.model_path or (not engine.model_path and desk.models.is_starter(path)):
        return engine
    return choices.get(path) or EngineSettings(model_path=path, threads=engine.threads)


def _unasked(placement: Placement) -> Placement:
    """Nobody asked for this context: it is the usual one."""
    remarks = tuple(
        Remark(Reason.CONTEXT_USUAL, remark.params) if remark.reason is Reason.CONTEXT_WISHED else remark
        for remark in placement.remarks
    )
    return msgspec.structs.replace(placement, remarks=remarks)


def wish_of(engine: EngineSettings) -> Wish:
    """What the settings say of the placement; where they say nothing, all of it is the plan's."""
    if _placing(engine) == _placing(_AUTOMATIC):
        return Wish(threads=engine.threads, mapping=engine.mapping)
    return Wish(
        context_tokens=engine.context_tokens,
        kv_type=engine.kv_type,
        slice_tokens=engine.ubatch_tokens,
        gpu_layers=None if engine.gpu_layers < 0 else engine.gpu_layers,
        expert_layers=None if engine.expert_layers < 0 else engine.expert_layers,
        threads=engine.threads,
        mapping=engine.mapping,
    )


def settings_of(engine: EngineSettings, path: str, wish: Wish, plan: Plan | None) -> EngineSettings:
    """These settings with what was wished by hand, the rest automatic, and the KV type of the plan."""
    kv_type = wish.kv_type or (plan.result.kv_type if plan else _AUTOMATIC.kv_type)
    return msgspec.structs.replace(
        engine,
        model_path=path,
        context_tokens=wish.context_tokens,
        kv_type=kv_type,
        ubatch_tokens=wish.slice_tokens,
        gpu_layers=-1 if wish.gpu_layers is None else wish.gpu_layers,
        expert_layers=-1 if wish.expert_layers is None else wish.expert_layers,
        threads=wish.threads,
    )


def _placing(engine: EngineSettings) -> tuple[object, ...]:
    return (engine.context_tokens, engine.kv_type, engine.ubatch_tokens, engine.gpu_layers, engine.expert_layers)

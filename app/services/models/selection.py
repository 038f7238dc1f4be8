"""The models that a person can choose from: what is here, what is on its way, what is offered, and a plan for each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.core.errors import AppError, Problem
from app.core.model import ModelHeader
from app.core.settings import Adapter, EngineSettings
from app.core.work import Cancel, Stopped, Work, finish
from app.engine.client import EngineClient
from app.engine.planner.machine import Machine
from app.engine.planner.placement import PlanRequest
from app.engine.protocol import VULKAN, Device, Inspect
from app.models import local
from app.models.copying import free_bytes
from app.models.gguf.reader import HeaderReader
from app.models.local import ModelFile
from app.models.offers import Offer
from app.services.models import judgement
from app.services.models.downloads import Downloads, Licence, Record, Unfinished
from app.services.models.models import Models
from app.services.models.plans import THIS, Hardware, Machines, ModelPlan, check_supported, place, with_measured
from app.services.models.speed_history import SpeedHistory
from app.store.judges import Judges
from app.store.settings import SettingsStore


class Owned(msgspec.Struct, frozen=True):
    """A model on this machine. `record` and `licence` are None if nothing is known of them."""

    file: ModelFile
    record: Record | None
    licence: Licence | None


class ModelSelection(msgspec.Struct, frozen=True):
    """The models that there are to choose from. `offers` are without those that are here or unfinished; `licences` are
    those of both, by their keys. `free_bytes` are those of the disk that the models folder is on. `engine` are the
    settings in force; `choices` are those of other models, by their paths."""

    owned: tuple[Owned, ...]
    unfinished: tuple[Unfinished, ...]
    offers: tuple[Offer, ...]
    licences: dict[str, Licence | None]
    folder: str
    free_bytes: int
    engine: EngineSettings
    choices: dict[str, EngineSettings]


class MachineSeen(msgspec.Struct, frozen=True):
    """The machine as it was found. `names` are what graphics cards call themselves, in the machine's order.
    `unused_card` says why one that is there is not used."""

    machine: Machine
    names: tuple[str, ...]
    unused_card: Problem | None = None


class WantedPlan(msgspec.Struct, frozen=True):
    """A model on this machine that a plan is wanted for. `known` is an earlier plan, whose headers still hold."""

    path: str
    request: PlanRequest
    adapters: tuple[Adapter, ...] = ()
    known: ModelPlan | None = None


class Planned(msgspec.Struct, frozen=True):
    """The plan for one model, or the problem with it. `key` is its path, or its offer's key. `may_judge` says whether
    it may be asked about sentences in other words; None if that was not found out yet."""

    key: str
    plan: ModelPlan | Problem
    may_judge: bool | None = None


def select(models: Models, downloads: Downloads, settings: SettingsStore) -> ModelSelection:
    """Look at the models folder and into the catalogue. Raises AppError as the store does."""
    files = list(models.available())
    loaded = models.loaded()
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
    folder = models.folder
    free, engine = free_bytes(folder), settings.load().engine
    return ModelSelection(owned, unfinished, offers, licences, str(folder), free, engine, models.choices())


def look_at(machines: Machines, engine: EngineClient, hardware: Hardware) -> MachineSeen:
    """Return the machine that plans are made for; starts the engine's process unless it is an imagined one."""
    machine = machines.machine(hardware)
    if hardware != THIS:
        return MachineSeen(machine, tuple(gpu.name for gpu in machine.gpus))
    inspected = finish(engine.run(Inspect()))
    described = {device.name: _named(device) for device in inspected.devices}
    names = tuple(described.get(gpu.name) or gpu.name for gpu in machine.gpus)
    return MachineSeen(machine, names, inspected.unused_card)


def _named(device: Device) -> str:
    """Return a device's own name, with the way that it is used if that is not the maker's own."""
    return f"{device.description} ({VULKAN})" if device.name.startswith(VULKAN) else device.description


def survey(
    headers: HeaderReader,
    wanted: Sequence[WantedPlan],
    offers: Sequence[Offer],
    machine: Machine,
    learning: SpeedHistory | None,
    judges: Judges,
    cancel: Cancel,
) -> Work[Planned, None]:
    """Plan one model after the other: what is here, with what was learned of it, then the offers. `learning` is None
    for an imagined machine. Raises AppError as the store does; Stopped."""
    for each in wanted:
        if cancel.requested:
            raise Stopped
        if each.known is not None:
            known, adapter_bytes = each.known, bytes_of(each.adapters)
            plan: ModelPlan | Problem = place(known.header, known.projector, machine, each.request, adapter_bytes)
        else:
            plan = _plan_or_problem(headers, each, machine, cancel)
        if learning is not None and isinstance(plan, ModelPlan):
            plan = with_measured(plan, Path(each.path), learning)
        yield Planned(each.path, plan, _may_judge(judges, each))
    for offer in offers:
        if cancel.requested:
            raise Stopped
        if offer.header is not None:
            yield Planned(offer.key, place(offer.header, offer.projector_header, machine, PlanRequest()))


def _may_judge(judges: Judges, wanted: WantedPlan) -> bool | None:
    try:
        key = judgement.file_key(Path(wanted.path), (adapter.name for adapter in wanted.adapters))
    except OSError:
        return None
    return judgement.has_passed(judges, key)


def _plan_or_problem(
    headers: HeaderReader, wanted: WantedPlan, machine: Machine, cancel: Cancel
) -> ModelPlan | Problem:
    try:
        header, projector = read_headers(headers, Path(wanted.path), cancel)
    except AppError as error:
        return error.problem
    return place(header, projector, machine, wanted.request, bytes_of(wanted.adapters))


def read_headers(headers: HeaderReader, path: Path, cancel: Cancel) -> tuple[ModelHeader, ModelHeader | None]:
    """Read the headers of a model and of the projector that it would see images with, None where that cannot be read.
    Raises AppError MODEL_* where the file is no model that llama.cpp knows; Stopped."""
    header = finish(headers.read(path, cancel))
    check_supported(header, str(path))
    beside = local.projector_beside(path)
    if not beside or Path(beside) == path:
        return header, None
    try:
        return header, finish(headers.read(Path(beside), cancel))
    except AppError:
        return header, None  # the person learns it when the model is loaded


def bytes_of(adapters: Sequence[Adapter]) -> int:
    """Return how many bytes adapters take beside their model; one that is gone is reported when the model is loaded."""
    return sum(Path(each.path).stat().st_size for each in adapters if Path(each.path).is_file())


def settings_for(path: str, engine: EngineSettings, choices: dict[str, EngineSettings]) -> EngineSettings:
    """Return how this model would be loaded: as the settings in force say, as it was last, or as the plan says."""
    if path == engine.model_path or (not engine.model_path and local.is_starter(path)):
        return engine
    return choices.get(path) or EngineSettings(model_path=path, threads=engine.threads)

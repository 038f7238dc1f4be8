"""Each way to lay a model out: the plan is what the card gives, and the logits are those of the processor."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import psutil
import pytest

from app.core.settings import KvType
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.llama.hardware import free_memory
from app.engine.planner.demand import MemoryClass
from app.engine.planner.machine import Machine, MachineDevice
from app.engine.planner.placement import Placement, PlanRequest
from app.engine.protocol import CARD, VULKAN, Buffer, Device, DryRun, Inspect, NamelessVocabulary, taken_bytes
from app.models.gguf.reader import HeaderReader
from app.services.models.plans import place, spec_of
from tests.engine.conftest import lay_out, probe
from tests.engine.kv.test_reuse import ask, book
from tests.models.llama4 import write_scout
from tests.tools.gpu.conftest import Figure
from tests.tools.gpu.places import Places, apart

CONTEXT = 16_384
LAYERS = 8
ASKED = ask(book(2), "What happens?")
NEAR = 0.03
COUNTED = frozenset(MemoryClass) - {
    MemoryClass.PROJECTOR, MemoryClass.ADAPTERS, MemoryClass.LOGITS, MemoryClass.SNAPSHOTS, MemoryClass.REST,
}  # fmt: skip
"""The classes of memory that are in llama.cpp's own list of buffers too."""

PLACEMENTS = {
    "all on the card": PlanRequest(CONTEXT, KvType.F16, 512),
    "all on the card, q8_0": PlanRequest(CONTEXT, KvType.Q8_0, 512),
    "long slices": PlanRequest(CONTEXT, KvType.F16, 2048),
    "four layers": PlanRequest(CONTEXT, KvType.F16, 512, gpu_layers=4),
    "experts of four layers in main memory": PlanRequest(CONTEXT, KvType.F16, 2048, expert_layers=4),
    "all experts in main memory, q8_0": PlanRequest(CONTEXT, KvType.Q8_0, 2048, expert_layers=LAYERS),
    "nothing": PlanRequest(CONTEXT, KvType.F16, 512, gpu_layers=0),
}


def machine_of(engine: EngineClient) -> Machine:
    """This one, as a desk would describe it."""
    inspected = finish(engine.run(Inspect()))
    cards = tuple(
        MachineDevice(
            device.name,
            True,
            device.total_bytes,
            device.free_bytes,
            uploads=device.uploads,
            unpacks=not device.name.startswith(VULKAN),
        )
        for device in inspected.devices
        if device.kind == CARD
    )
    host = MachineDevice("RAM", False, psutil.virtual_memory().total, free_memory(), 1e10)
    return Machine(cards, host, inspected.threads, inspected.repacked)


def by_device(found: Iterable[Buffer], cards: Iterable[str]) -> dict[str, int]:
    """Bytes that were taken of each device; all that is on no card is in main memory."""
    names = tuple(cards)
    taken = {name: taken_bytes(buffer for buffer in found if buffer.name == name) for name in names}
    return taken | {"RAM": taken_bytes(buffer for buffer in found if buffer.name not in names)}


@pytest.fixture(scope="session")
def eight_layers(models_folder: Path) -> Path:
    """Two global layers among local ones, so that both lie on both sides of a border."""
    return write_scout(models_folder / "eight-layers.gguf", layers=LAYERS)


@pytest.fixture
def card(graphics_card: Device | None) -> Device:
    if graphics_card is None:
        pytest.skip("without a card there is one place")
    return graphics_card


def check(places: Places, path: Path, request: PlanRequest, figure: Figure) -> Placement:
    engine = places.bare()
    machine = machine_of(engine)
    header = finish(HeaderReader().read(path, Cancel()))
    placement = place(header, None, machine, request).result
    assert isinstance(placement, Placement)
    spec = spec_of(placement, str(path))
    rehearsed = finish(engine.run(DryRun(spec, NamelessVocabulary(header.architecture, header.vocabulary))))
    taken = finish(engine.load(spec, Cancel())).buffers
    names = [each.name for each in machine.gpus]
    planned = dict.fromkeys((*names, "RAM"), 0)
    for use in placement.uses:
        if use.item in COUNTED:
            planned[use.device] += use.bytes
    for name, wanted in by_device(taken, names).items():
        figure(f"{name}: planned, % of taken", round(100 * planned[name] / wanted, 2) if wanted else 0)
        assert planned[name] == pytest.approx(wanted, rel=NEAR), name
        assert by_device(rehearsed, names)[name] == pytest.approx(wanted, rel=NEAR), name

    laid = lay_out(engine, ASKED)
    processor = places.cpu(path, context_tokens=CONTEXT, kv_type=request.kv_type)
    found = apart(probe(processor, laid.tokens, laid.books).logits, probe(engine, laid.tokens, laid.books).logits)
    figure("best", found.best)
    assert found.is_rounding(same_kernels=False), found
    return placement


@pytest.mark.parametrize("how", PLACEMENTS)
def test_a_plan_is_what_the_card_gives(
    places: Places, eight_layers: Path, card: Device, how: str, figure: Figure
) -> None:
    assert card
    check(places, eight_layers, PLACEMENTS[how], figure)


def test_two_cards_share_the_layers(
    places: Places, eight_layers: Path, card: Device, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    """A card made of software can be had twice."""
    if card.total_bytes != psutil.virtual_memory().total:
        pytest.skip("only a card made of software can be had twice")
    monkeypatch.setenv("GGML_VK_VISIBLE_DEVICES", "0,0")
    placement = check(places, eight_layers, PLACEMENTS["all on the card"], figure)
    assert len({use.device for use in placement.uses if use.item is MemoryClass.ATTENTION}) == 2

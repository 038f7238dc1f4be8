"""The models window says by which way a card is used, and `octavo doctor` what is not used."""

from __future__ import annotations

from typing import Any, cast

import pytest

from app.cli.doctor import _device_words
from app.core.work import Work
from app.engine.planner.machine import Machine, MachineDevice
from app.engine.protocol import CARD, INTEGRATED, Device, Inspected
from app.services.models.plans import THIS, Machines
from app.services.models.selection import look_at
from app.ui.models.words import machine_words

GB = 1_000_000_000
RADEON = Device("Vulkan0", "AMD Radeon RX 7900 XTX", CARD, 24 * GB, 24 * GB)
H100 = Device("CUDA0", "NVIDIA H100", CARD, 80 * GB, 80 * GB)
INSIDE = Device("Vulkan0", "Intel UHD Graphics", INTEGRATED, 8 * GB, 8 * GB)
CPU = Device("CPU", "AMD EPYC", "cpu", 32 * GB, 32 * GB)


class Desk:
    """An engine that sees these devices, and the machine that they are."""

    def __init__(self, *devices: Device) -> None:
        self._devices = devices

    def run(self, _order: object) -> Work[None, Inspected]:
        yield from ()
        return Inspected("llama-cpp-python 1", self._devices, 1, (), 1)

    def machine(self, _hardware: object) -> Machine:
        cards = (device for device in self._devices if device.kind == CARD)
        gpus = tuple(MachineDevice(each.name, True, each.total_bytes, each.free_bytes) for each in cards)
        return Machine(gpus, MachineDevice("RAM", False, 32 * GB, 32 * GB), 1)


@pytest.mark.parametrize(
    ("device", "said"),
    [
        (RADEON, "This computer: AMD Radeon RX 7900 XTX (Vulkan), 24 GB · 32 GB memory"),
        (H100, "This computer: NVIDIA H100, 80 GB · 32 GB memory"),
        (INSIDE, "This computer: no supported graphics card · 32 GB memory"),
    ],
)
def test_the_models_window_says_by_which_way_a_card_is_used(device: Device, said: str) -> None:
    desk = cast(Any, Desk(device, CPU))
    assert machine_words(look_at(cast(Machines, desk), desk, THIS)) == said


def test_doctor_says_what_is_not_used() -> None:
    assert _device_words(RADEON) == "Vulkan0, AMD Radeon RX 7900 XTX, 24 GB"
    assert _device_words(CPU) == "CPU, AMD EPYC, 32 GB"
    assert _device_words(INSIDE).endswith(", 8 GB, not used: it shares the memory of the processor")

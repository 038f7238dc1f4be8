"""NVIDIA's cards as their driver sees them: which of them llama.cpp may use, and why one that is there is not used.

The driver is asked by NVML, which starts nothing on a card.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import pynvml

from app.core.errors import Code, Parameter, Problem
from app.engine.protocol import Device

NEEDED_DRIVER = 580
"""The first version of NVIDIA's driver that runs programs of CUDA 13, which the add-on is built with.
NVIDIA, CUDA 13.0 release notes, table "CUDA Toolkit and Minimum Required Driver Version for CUDA Minor Version
Compatibility"."""

OLDEST_CAPABILITY = (8, 0)
"""The compute capability of the oldest cards that the add-on has code for (packaging/set-up.sh, `cards`)."""

_PCI = Path("/sys/bus/pci/devices")
_NVIDIA = "0x10de"
_DISPLAY_CONTROLLERS = "0x03"  # base class of PCI: VGA (0x0300) and cards without an output (0x0302)
_CUDA = "CUDA"  # how llama.cpp's names of such devices begin
_VISIBLE = "CUDA_VISIBLE_DEVICES"


class _Card(msgspec.Struct, frozen=True):
    name: str
    uuid: str
    capability: tuple[int, int]


def hide_old() -> None:
    """Keep CUDA, which is not loaded yet, from cards that the add-on has no code for: llama.cpp would take them, and
    end the process at the first calculation. What a person has set stays."""
    if _VISIBLE in os.environ:
        return
    with contextlib.suppress(pynvml.NVMLError), _driver():
        cards = list(_cards())
        able = [card.uuid for card in cards if card.capability >= OLDEST_CAPABILITY]
        if len(able) < len(cards):
            os.environ[_VISIBLE] = ",".join(able)


def unused_card(devices: Iterable[Device], with_cuda: bool) -> Problem | None:
    """None where there is no such card, where llama.cpp computes on one, or where the system does not say.

    `devices`: what llama.cpp can compute on. `with_cuda`: whether its library for such cards is installed.
    """
    if any(device.name.startswith(_CUDA) for device in devices) or not _is_there():
        return None
    if not with_cuda:
        return Problem(Code.CARD_ADD_ON_MISSING)
    needed: dict[str, Parameter] = {"needed": NEEDED_DRIVER}
    try:
        with _driver():
            version = str(pynvml.nvmlSystemGetDriverVersion())
            cards = list(_cards())
    except (pynvml.NVMLError_LibraryNotFound, pynvml.NVMLError_DriverNotLoaded):
        return Problem(Code.CARD_DRIVER_MISSING, needed)
    except pynvml.NVMLError_LibRmVersionMismatch:
        return Problem(Code.CARD_DRIVER_REPLACED)
    except pynvml.NVMLError as error:
        return Problem(Code.CARD_SILENT, {"detail": str(error)})
    if int(version.partition(".")[0]) < NEEDED_DRIVER:
        return Problem(Code.CARD_DRIVER_OLD, {"version": version, **needed})
    if cards and all(card.capability < OLDEST_CAPABILITY for card in cards):
        return Problem(Code.CARD_TOO_OLD, {"name": cards[0].name})
    visible = os.environ.get(_VISIBLE)
    return Problem(Code.CARD_SILENT, {"detail": "CUDA" if visible is None else f"{_VISIBLE}={visible}"})


def _is_there() -> bool:
    if not _PCI.is_dir():
        return False
    return any(
        _read(device / "vendor") == _NVIDIA and _read(device / "class").startswith(_DISPLAY_CONTROLLERS)
        for device in _PCI.iterdir()
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


@contextlib.contextmanager
def _driver() -> Iterator[None]:
    """Raises pynvml.NVMLError, also for calls within."""
    pynvml.nvmlInit()
    try:
        yield
    finally:
        pynvml.nvmlShutdown()


def _cards() -> Iterator[_Card]:
    for index in range(pynvml.nvmlDeviceGetCount()):
        handle = pynvml.nvmlDeviceGetHandleByIndex(index)
        major, minor = pynvml.nvmlDeviceGetCudaComputeCapability(handle)
        yield _Card(str(pynvml.nvmlDeviceGetName(handle)), str(pynvml.nvmlDeviceGetUUID(handle)), (major, minor))

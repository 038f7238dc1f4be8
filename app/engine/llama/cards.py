"""Graphics cards: by which add-on they are used, which of llama.cpp's devices count as cards, and why one that is there
is not used.

NVIDIA's cards are used by CUDA where an add-on for it is installed that their driver runs; all others, and NVIDIA's
where there is none, by Vulkan. Never both at once: each would see the same card, and count its memory as its own.
Graphics inside a processor share its memory, in which the model would lie twice; they are not used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from app.core.errors import Code, Parameter, Problem
from app.engine.llama import nvidia, pci
from app.engine.protocol import CARD, VULKAN, Device

VULKAN_PACKAGE = "octavo-vulkan"

_LIBRARIES = ("libggml-vulkan.*", "ggml-vulkan.*")
_FOLDER = "vulkan"
_LEAST_MEMORY_BYTES = 2 << 30
"""AMD's driver gives graphics inside a processor less than this of the main memory as their own."""

_BEHIND_THE_PROCESSOR = "0000:00:"
"""Intel's graphics inside a processor are on the bus of the processor itself; cards are behind a bridge."""


def choose(libraries: Path) -> tuple[Path, ...]:
    """Return the files of the add-ons that are loaded before all else. `libraries` is llama.cpp's folder. A library for
    cards directly in it was built for this machine: llama.cpp loads that itself, so it is not named here."""
    card = nvidia.choose(nvidia.installed(libraries))
    chosen = card or vulkan_library(libraries)
    return () if chosen is None or chosen.parent == libraries else (chosen,)


def vulkan_library(libraries: Path) -> Path | None:
    """Return llama.cpp's library for Vulkan, or None if the add-on is not installed."""
    folders = (libraries, libraries / _FOLDER)
    return next((file for folder in folders for pattern in _LIBRARIES for file in folder.glob(pattern)), None)


def unused_card(devices: Sequence[Device], libraries: Path) -> Problem | None:
    """Return why a card that is there is not computed on, or not by the better way; None if there is nothing to tell,
    or the system does not say.

    `devices` are what llama.cpp can compute on.
    """
    present = nvidia.installed(libraries)
    of_nvidia = nvidia.unused_card(devices, present)
    by_vulkan = [each.description for each in devices if each.name.startswith(VULKAN) and each.kind == CARD]
    if by_vulkan:
        lacks_cuda = of_nvidia is not None and of_nvidia.code is Code.CARD_ADD_ON_MISSING
        if of_nvidia is None or not lacks_cuda or of_nvidia.params["name"] not in by_vulkan:
            return None
        return Problem(Code.CARD_BY_VULKAN, {key: of_nvidia.params[key] for key in ("name", "package")})
    has_vulkan = vulkan_library(libraries) is not None
    if of_nvidia is not None:
        too_old = of_nvidia.code is Code.CARD_TOO_OLD and not has_vulkan
        return _lacks_vulkan(str(of_nvidia.params["name"])) if too_old else of_nvidia
    maker = next(_other_makers(), None)
    if maker is None or any(device.kind == CARD for device in devices):
        return None
    return Problem(Code.CARD_VULKAN_SILENT, {"maker": maker}) if has_vulkan else _lacks_vulkan(maker)


def _lacks_vulkan(name: str) -> Problem:
    said: dict[str, Parameter] = {"name": name, "package": VULKAN_PACKAGE}
    return Problem(Code.CARD_VULKAN_MISSING, said)


def _other_makers() -> Iterator[str]:
    """Yield the makers, other than NVIDIA, of cards with memory of their own."""
    for display in pci.displays():
        if display.vendor == pci.AMD and display.memory_bytes >= _LEAST_MEMORY_BYTES:
            yield "AMD"
        elif display.vendor == pci.INTEL and not display.address.startswith(_BEHIND_THE_PROCESSOR):
            yield "Intel"

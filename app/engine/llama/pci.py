"""Display controllers on the PCI bus, as Linux lists them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

NVIDIA, AMD, INTEL = "0x10de", "0x1002", "0x8086"

_DEVICES = Path("/sys/bus/pci/devices")
_DISPLAY_CONTROLLERS = "0x03"  # base class of PCI: VGA (0x0300) and cards without an output (0x0302)


class Display(msgspec.Struct, frozen=True):
    """A display controller on the bus. `address` is domain, bus, device and function, such as `0000:01:00.0`. `vendor`
    is one such as `NVIDIA`. `memory_bytes` is its own memory, if its driver says so (amdgpu); else 0."""

    address: str
    vendor: str
    memory_bytes: int = 0


def displays() -> Iterator[Display]:
    """Yield the display controllers; none if the system has no such list."""
    if not _DEVICES.is_dir():
        return
    for device in sorted(_DEVICES.iterdir()):
        if _read(device / "class").startswith(_DISPLAY_CONTROLLERS):
            memory = _read(device / "mem_info_vram_total")
            yield Display(device.name, _read(device / "vendor"), int(memory) if memory.isdigit() else 0)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""

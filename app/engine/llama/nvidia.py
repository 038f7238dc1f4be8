"""NVIDIA's cards as their driver sees them: which add-on they are used with, and why one that is there is not used.

The driver is asked by NVML, which starts nothing on a card.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import msgspec
import pynvml

from app.core.errors import Code, Parameter, Problem
from app.engine.llama import pci
from app.engine.protocol import Device

OLDEST_CAPABILITY = (8, 0)
"""The compute capability of the oldest cards that the add-ons have code for (packaging/set-up.sh, `cards`)."""

_CUDA = "CUDA"  # how llama.cpp's names of such devices begin
_LIBRARIES = ("libggml-cuda.*", "ggml-cuda.*")
_VISIBLE = "CUDA_VISIBLE_DEVICES"


class _Card(msgspec.Struct, frozen=True):
    name: str
    uuid: str
    capability: tuple[int, int]


class AddOn(msgspec.Struct, frozen=True):
    """A package with llama.cpp's library for such cards.

    `needed_driver` is the first version that runs programs of the CUDA that it is built with. `newest_major` is the
    major compute capability of the newest cards that it has code for; None if later ones translate its portable code.
    """

    package: str
    needed_driver: int
    newest_major: int | None = None

    @property
    def folder(self) -> str:
        """Where it is, beside llama.cpp's other libraries: each has a library of the same name."""
        return self.package.removeprefix("octavo-")

    def has_code_for(self, card: _Card) -> bool:
        newest = self.newest_major is None or card.capability[0] <= self.newest_major
        return newest and card.capability >= OLDEST_CAPABILITY


ADD_ONS = (AddOn("octavo-cuda", 580), AddOn("octavo-cuda12", 525, newest_major=9))
"""Built with CUDA 13 and with CUDA 12, the better one first. NVIDIA, CUDA 13.0 release notes, table "CUDA Toolkit and
Minimum Required Driver Version for CUDA Minor Version Compatibility". Such a driver runs what was compiled for its
cards, but translates no portable code that is newer than itself: so octavo-cuda12 has none."""


def installed(libraries: Path) -> dict[AddOn, Path]:
    """Return the add-ons that are there, with the file of each. `libraries` is llama.cpp's folder.

    What was built on this machine, for its own card, is in that folder itself and counts as the first.
    """
    found: dict[AddOn, Path] = {}
    for add_on, folder in ((ADD_ONS[0], libraries), *((each, libraries / each.folder) for each in ADD_ONS)):
        file = next((file for pattern in _LIBRARIES for file in folder.glob(pattern)), None)
        if file is not None:
            found.setdefault(add_on, file)
    return found


def choose(present: Mapping[AddOn, Path]) -> Path | None:
    """Return the file to load of those `present` (as `installed` gives them): that of the best add-on which the driver
    runs and which has code for a card. None if there is none.

    Keeps CUDA, which is not loaded yet, from cards that this one has no code for: llama.cpp would take them, and end
    the process at the first calculation. What a person has set stays. Where NVML does not answer, as in containers
    that have no more than CUDA itself, it is the one with code for the most cards: a driver that does not run it finds
    no card, and nothing ends.
    """
    if not present:
        return None
    try:
        with _driver():
            version, cards = _version(), list(_cards())
    except pynvml.NVMLError:
        return present[min(present, key=ADD_ONS.index)]
    able = [add_on for add_on in _able(version, cards) if add_on in present]
    if not able:
        return None
    fitting = [card.uuid for card in cards if able[0].has_code_for(card)]
    if len(fitting) < len(cards):
        os.environ.setdefault(_VISIBLE, ",".join(fitting))
    return present[able[0]]


def unused_card(devices: Iterable[Device], present: Collection[AddOn]) -> Problem | None:
    """Return why an NVIDIA card is not computed on; None if there is no such card, llama.cpp computes on one, or the
    system does not say.

    `devices` are what llama.cpp can compute on, `present` the add-ons that are installed.
    """
    if any(device.name.startswith(_CUDA) for device in devices) or not _is_there():
        return None
    try:
        with _driver():
            version, cards = _version(), list(_cards())
    except (pynvml.NVMLError_LibraryNotFound, pynvml.NVMLError_DriverNotLoaded):
        return Problem(Code.CARD_DRIVER_MISSING, {"needed": min(each.needed_driver for each in present or ADD_ONS)})
    except pynvml.NVMLError_LibRmVersionMismatch:
        return Problem(Code.CARD_DRIVER_REPLACED)
    except pynvml.NVMLError as error:
        return Problem(Code.CARD_SILENT, {"detail": str(error)})
    unfit = _unfit(version, cards, present) if cards else None
    return unfit or Problem(Code.CARD_SILENT, {"detail": _who_hides_it()})


def _unfit(version: str, cards: list[_Card], present: Collection[AddOn]) -> Problem | None:
    """Return the problem that says what has to be installed or why the cards are of no use; None for neither."""
    coded = [add_on for add_on in ADD_ONS if any(map(add_on.has_code_for, cards))]
    if not coded:
        return Problem(Code.CARD_TOO_OLD, {"name": cards[0].name})
    able = _able(version, cards)
    if any(add_on in present for add_on in able):
        return None
    # Least is to be done with what is there; else with the oldest driver that will do.
    best = able[0] if able else min(coded, key=lambda each: (each not in present, each.needed_driver))
    name = next(card.name for card in cards if best.has_code_for(card))
    said: dict[str, Parameter] = {"name": name, "version": version, "package": best.package}
    if able:
        return Problem(Code.CARD_ADD_ON_MISSING, said)
    return Problem(Code.CARD_DRIVER_OLD, {**said, "needed": best.needed_driver})


def _able(version: str, cards: list[_Card]) -> list[AddOn]:
    """Return the add-ons that this driver runs and that have code for one of these cards, the best first."""
    major = int(version.partition(".")[0])
    return [each for each in ADD_ONS if each.needed_driver <= major and any(map(each.has_code_for, cards))]


def _who_hides_it() -> str:
    visible = os.environ.get(_VISIBLE)
    return "CUDA" if visible is None else f"{_VISIBLE}={visible}"


def _is_there() -> bool:
    return any(display.vendor == pci.NVIDIA for display in pci.displays())


@contextlib.contextmanager
def _driver() -> Iterator[None]:
    """Open NVIDIA's driver while the block runs. Raises pynvml.NVMLError, also for calls within."""
    pynvml.nvmlInit()
    try:
        yield
    finally:
        pynvml.nvmlShutdown()


def _version() -> str:
    return str(pynvml.nvmlSystemGetDriverVersion())


def _cards() -> Iterator[_Card]:
    for index in range(pynvml.nvmlDeviceGetCount()):
        handle = pynvml.nvmlDeviceGetHandleByIndex(index)
        major, minor = pynvml.nvmlDeviceGetCudaComputeCapability(handle)
        yield _Card(str(pynvml.nvmlDeviceGetName(handle)), str(pynvml.nvmlDeviceGetUUID(handle)), (major, minor))

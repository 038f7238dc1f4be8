"""By which add-on a card is used, which devices count as cards, and what is said of one that is not used."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import Code, Problem
from app.engine.llama import cards, llama_loader, nvidia, pci
from app.engine.protocol import CARD, INTEGRATED, Device
from app.wording.errors import sentence

CPU = Device("CPU", "AMD EPYC", "cpu", 1, 1)
RADEON = Device("Vulkan0", "AMD Radeon RX 7900 XTX", CARD, 1, 1)
INSIDE = Device("Vulkan0", "Intel(R) UHD Graphics", INTEGRATED, 1, 1)
GIB = 1 << 30


@pytest.fixture
def libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """llama.cpp's folder without an add-on, on a machine without a card."""
    monkeypatch.setattr(pci, "_DEVICES", tmp_path / "pci")
    folder = tmp_path / "lib"
    folder.mkdir()
    return folder


def install(libraries: Path, folder: str, name: str) -> Path:
    (libraries / folder).mkdir(exist_ok=True)
    (libraries / folder / name).touch()
    return libraries / folder / name


def put(folder: Path, vendor: str, address: str = "0000:03:00.0", memory: int = 0) -> None:
    card = folder.parent / "pci" / address
    card.mkdir(parents=True)
    (card / "vendor").write_text(vendor + "\n", encoding="ascii")
    (card / "class").write_text("0x030000\n", encoding="ascii")
    if memory:
        (card / "mem_info_vram_total").write_text(f"{memory}\n", encoding="ascii")


def test_without_an_add_on_nothing_is_loaded(libraries: Path) -> None:
    assert cards.choose(libraries) == ()


def test_vulkan_is_loaded_where_it_is_installed(libraries: Path) -> None:
    file = install(libraries, "vulkan", "libggml-vulkan.so")
    assert cards.choose(libraries) == (file,)


def test_cuda_is_loaded_alone_where_its_driver_runs_it(libraries: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vulkan, cuda = install(libraries, "vulkan", "libggml-vulkan.so"), install(libraries, "cuda", "libggml-cuda.so")
    monkeypatch.setattr(nvidia, "choose", lambda present: present[nvidia.ADD_ONS[0]])
    assert cards.choose(libraries) == (cuda,)
    monkeypatch.setattr(nvidia, "choose", lambda present: None)
    assert cards.choose(libraries) == (vulkan,), "no driver runs CUDA: the card may still know Vulkan"


def test_what_was_built_for_this_machine_is_loaded_by_llama_cpp_itself(
    libraries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (libraries / "libggml-cuda.so").touch()
    monkeypatch.setattr(nvidia, "choose", lambda present: present[nvidia.ADD_ONS[0]])
    assert cards.choose(libraries) == ()


def test_an_add_on_beside_a_build_for_this_machine_is_loaded(libraries: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such a build has no libraries for kinds of processors, of which the loader would take one."""
    file, loaded = install(libraries, "vulkan", "libggml-vulkan.so"), []
    monkeypatch.setattr(llama_loader, "folder", lambda: libraries)

    class Library:
        def ggml_backend_load(self, path: bytes) -> None:
            loaded.append(Path(path.decode()))

    llama_loader._load_backends(Library())
    assert loaded == [file]


# ---- what is said of a card that is not used


def unused(libraries: Path, *devices: Device) -> Problem | None:
    return cards.unused_card((CPU, *devices), libraries)


@pytest.mark.parametrize(
    ("vendor", "address", "memory", "maker"),
    [
        (pci.AMD, "0000:03:00.0", 24 * GIB, "AMD"),
        (pci.INTEL, "0000:03:00.0", 0, "Intel"),
        (pci.AMD, "0000:c5:00.0", GIB // 2, ""),
        (pci.INTEL, "0000:00:02.0", 0, ""),
        ("0x1234", "0000:00:02.0", 0, ""),
    ],
    ids=["AMD", "Intel", "inside a processor of AMD's", "inside a processor of Intel's", "of a virtual machine"],
)
def test_a_card_without_the_add_on_is_told_its_package(
    libraries: Path, vendor: str, address: str, memory: int, maker: str
) -> None:
    put(libraries, vendor, address, memory)
    problem = unused(libraries)
    assert (problem is not None) is bool(maker)
    if problem is not None:
        assert problem == Problem(Code.CARD_VULKAN_MISSING, {"name": maker, "package": "octavo-vulkan"})
        assert "Install the package octavo-vulkan" in sentence(problem)


def test_a_card_that_vulkan_does_not_find_wants_its_driver(libraries: Path) -> None:
    put(libraries, pci.AMD, memory=24 * GIB)
    install(libraries, "vulkan", "libggml-vulkan.so")
    problem = unused(libraries, INSIDE)
    assert problem == Problem(Code.CARD_VULKAN_SILENT, {"maker": "AMD"})
    assert "mesa-vulkan-drivers" in sentence(problem)


def test_of_a_card_that_is_used_nothing_is_said(libraries: Path) -> None:
    put(libraries, pci.AMD, memory=24 * GIB)
    install(libraries, "vulkan", "libggml-vulkan.so")
    assert unused(libraries, RADEON) is None


@pytest.mark.parametrize(
    ("code", "by_vulkan", "expected"),
    [
        (Code.CARD_ADD_ON_MISSING, True, Code.CARD_BY_VULKAN),
        (Code.CARD_DRIVER_OLD, True, None),
        (Code.CARD_ADD_ON_MISSING, False, Code.CARD_ADD_ON_MISSING),
        (Code.CARD_TOO_OLD, False, Code.CARD_VULKAN_MISSING),
    ],
)
def test_nvidias_cards_are_used_by_vulkan_where_cuda_cannot(
    libraries: Path, monkeypatch: pytest.MonkeyPatch, code: Code, by_vulkan: bool, expected: Code | None
) -> None:
    said = Problem(code, {"name": "NVIDIA H100", "version": "580", "package": "octavo-cuda"})
    monkeypatch.setattr(nvidia, "unused_card", lambda devices, present: said)
    used = (Device("Vulkan0", "NVIDIA H100", CARD, 1, 1),) if by_vulkan else ()
    problem = unused(libraries, *used)
    assert (None if problem is None else problem.code) is expected
    if problem is not None:
        assert "NVIDIA H100" in sentence(problem)


def test_an_old_card_that_vulkan_does_not_find_either(libraries: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(libraries, "vulkan", "libggml-vulkan.so")
    said = Problem(Code.CARD_TOO_OLD, {"name": "Tesla V100"})
    monkeypatch.setattr(nvidia, "unused_card", lambda devices, present: said)
    assert unused(libraries) == said


def test_an_nvidia_card_beside_one_that_is_used_by_vulkan_is_not_said_to_be_used(
    libraries: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = Problem(Code.CARD_ADD_ON_MISSING, {"name": "NVIDIA H100", "version": "580", "package": "octavo-cuda"})
    monkeypatch.setattr(nvidia, "unused_card", lambda devices, present: said)
    assert unused(libraries, RADEON) is None

"""NVIDIA's cards are described, with a driver that the test writes: NVML's functions say what the test wants."""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pynvml
import pytest

from app.core.errors import Code, Problem
from app.engine.llama import llama_loader, nvidia, pci
from app.engine.llama.nvidia import AddOn
from app.engine.protocol import Device
from app.wording.errors import sentence

CHECKOUT = Path(__file__).parents[3]

NVML = r"""
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
// SCRIPT: lines; what nvmlInit returns, the driver's version, then "name|uuid|major|minor" of each card
static std::string line(int number) {
  const char *at = getenv("SCRIPT");
  for (; number > 0; number--) { at = strchr(at, '\n'); if (!at) return ""; at++; }
  return std::string(at, strcspn(at, "\n"));
}
static std::string field(long card, int number) {
  std::string text = line(2 + card) + "|";
  for (; number > 0; number--) text.erase(0, text.find('|') + 1);
  return text.substr(0, text.find('|'));
}
static int give(char *into, unsigned size, const std::string &text) {
  snprintf(into, size, "%s", text.c_str());
  return 0;
}
extern "C" {
int nvmlInit_v2() { return atoi(line(0).c_str()); }
int nvmlInitWithFlags(unsigned) { return nvmlInit_v2(); }
int nvmlShutdown() { return 0; }
int nvmlSystemGetDriverVersion(char *into, unsigned size) { return give(into, size, line(1)); }
int nvmlDeviceGetCount_v2(unsigned *count) { for (*count = 0; !line(2 + *count).empty();) ++*count; return 0; }
int nvmlDeviceGetHandleByIndex_v2(unsigned index, void **handle) { *handle = (void *)(long)index; return 0; }
int nvmlDeviceGetCudaComputeCapability(void *handle, int *major, int *minor) {
  *major = atoi(field((long)handle, 2).c_str()); *minor = atoi(field((long)handle, 3).c_str()); return 0;
}
int nvmlDeviceGetName(void *handle, char *into, unsigned size) { return give(into, size, field((long)handle, 0)); }
int nvmlDeviceGetUUID(void *handle, char *into, unsigned size) { return give(into, size, field((long)handle, 1)); }
}
"""

V100 = "Tesla V100-PCIE-16GB|GPU-aa|7|0"
RTX2080 = "NVIDIA GeForce RTX 2080|GPU-bb|7|5"
RTX4090 = "NVIDIA GeForce RTX 4090|GPU-cc|8|9"
H100 = "NVIDIA H100 PCIe|GPU-dd|9|0"
B200 = "NVIDIA B200|GPU-ee|10|0"
RTX5090 = "NVIDIA GeForce RTX 5090|GPU-ff|12|0"

CUDA_13, CUDA_12 = nvidia.ADD_ONS
NONE: tuple[AddOn, ...] = ()
ONLY_13, ONLY_12, BOTH = (CUDA_13,), (CUDA_12,), (CUDA_13, CUDA_12)


@pytest.fixture(scope="module")
def nvml(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    folder = tmp_path_factory.mktemp("driver")
    (folder / "nvml.cpp").write_text(NVML, encoding="utf-8")
    library = folder / "libnvidia-ml.so.1"
    subprocess.run(["c++", "-shared", "-fPIC", "-o", library, folder / "nvml.cpp"], check=True)
    return ctypes.CDLL(str(library))


class Machine:
    """One with a card, of which its driver says what the test wants; None where there is no driver."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder, self._monkeypatch = folder, monkeypatch
        monkeypatch.setattr(pci, "_DEVICES", folder / "pci")
        self.has("0x10de", "0x030200")

    def has(self, vendor: str, kind: str) -> None:
        card = self._folder / "pci" / "0000:01:00.0"
        card.mkdir(parents=True, exist_ok=True)
        (card / "vendor").write_text(vendor + "\n", encoding="ascii")
        (card / "class").write_text(kind + "\n", encoding="ascii")

    def driver(self, version: str | None, *cards: str, status: int = 0) -> None:
        if version is None:
            status = pynvml.NVML_ERROR_LIBRARY_NOT_FOUND
        self._monkeypatch.setenv("SCRIPT", "\n".join([str(status), version or "", *cards]))

    def why_unused(self, present: Iterable[AddOn], *devices: str) -> Problem | None:
        return nvidia.unused_card([Device(name, name, "gpu", 1, 1) for name in devices], tuple(present))

    def chosen(self, present: Iterable[AddOn]) -> AddOn | None:
        file = nvidia.choose({each: Path(each.package) for each in present})
        return next((each for each in present if file == Path(each.package)), None)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nvml: ctypes.CDLL) -> Machine:
    monkeypatch.setattr(pynvml, "nvmlLib", nvml)
    monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")  # so that it is as before when the test ends
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    return Machine(tmp_path, monkeypatch)


# ---- which add-on is loaded


@pytest.mark.parametrize(
    ("version", "present", "chosen"),
    [
        ("580.95.05", BOTH, CUDA_13),
        ("580.95.05", ONLY_12, CUDA_12),
        ("575.57.08", BOTH, CUDA_12),
        ("550.163.01", ONLY_13, None),
        ("525.60.13", ONLY_12, CUDA_12),
        ("520.61.05", BOTH, None),
        ("580.95.05", NONE, None),
    ],
)
def test_the_driver_decides_which_add_on_is_loaded(
    machine: Machine, version: str, present: tuple[AddOn, ...], chosen: AddOn | None
) -> None:
    machine.driver(version, H100)
    assert machine.chosen(present) is chosen


@pytest.mark.parametrize(
    ("cards", "present", "chosen", "visible"),
    [
        ((H100,), BOTH, CUDA_13, None),
        ((RTX2080, H100), BOTH, CUDA_13, "GPU-dd"),
        ((H100, B200), ONLY_12, CUDA_12, "GPU-dd"),
        ((H100, B200), BOTH, CUDA_13, None),
        ((RTX5090,), ONLY_12, None, None),
        ((V100, RTX2080), BOTH, None, None),
        ((), BOTH, None, None),
    ],
)
def test_cuda_is_kept_from_cards_that_the_add_on_has_no_code_for(
    machine: Machine, cards: tuple[str, ...], present: tuple[AddOn, ...], chosen: AddOn | None, visible: str | None
) -> None:
    machine.driver("580.95.05", *cards)
    assert machine.chosen(present) is chosen
    assert os.environ.get("CUDA_VISIBLE_DEVICES") == visible


def test_what_a_person_chose_for_cuda_stays(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    machine.driver("580.95.05", RTX2080, H100)
    assert machine.chosen(BOTH) is CUDA_13
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "0"


def test_a_driver_that_does_not_say_its_version_gets_what_ends_no_process(machine: Machine) -> None:
    machine.driver(None)
    assert machine.chosen(BOTH) is CUDA_13
    assert machine.chosen(ONLY_12) is CUDA_12


# ---- where the add-ons are


class Backends:
    """A stand-in for the part of ggml that loads its libraries."""

    def __init__(self) -> None:
        self.loaded: list[Path] = []

    def load(self, path: bytes) -> None:
        self.loaded.append(Path(os.fsdecode(path)))

    ggml_backend_load = ggml_backend_load_all_from_path = load


@pytest.fixture
def libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """llama.cpp's folder in a package, without an add-on."""
    folder = tmp_path / "lib"
    folder.mkdir()
    (folder / "libggml-cpu-haswell.so").touch()
    monkeypatch.setattr(llama_loader, "folder", lambda: folder)
    return folder


def put(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "libggml-cuda.so").touch()
    return folder / "libggml-cuda.so"


def test_each_add_on_has_a_folder_of_which_one_is_loaded_before_all_else(machine: Machine, libraries: Path) -> None:
    newer, older = put(libraries / "cuda"), put(libraries / "cuda12")
    assert nvidia.installed(libraries) == {CUDA_13: newer, CUDA_12: older}
    for version, expected in (("580.95.05", [newer]), ("550.163.01", [older]), ("470.256.02", [])):
        machine.driver(version, H100)
        backends = Backends()
        llama_loader._load_backends(backends)
        assert backends.loaded == [*expected, libraries]


def test_what_was_built_for_this_machine_is_loaded_once(machine: Machine, libraries: Path) -> None:
    own = put(libraries)
    assert nvidia.installed(libraries) == {CUDA_13: own}
    for version in ("580.95.05", "550.163.01"):  # whatever it was built with: CUDA finds out
        machine.driver(version, H100)
        backends = Backends()
        llama_loader._load_backends(backends)
        assert backends.loaded == [libraries]


def test_without_an_add_on_nobody_asks_the_driver(libraries: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pynvml, "nvmlInit", None)
    backends = Backends()
    llama_loader._load_backends(backends)
    assert backends.loaded == [libraries]


# ---- why a card is not used


def test_a_card_that_is_used_is_no_problem(machine: Machine) -> None:
    machine.driver("580.95.05", H100)
    assert machine.why_unused(ONLY_13, "CUDA0") is None


@pytest.mark.parametrize("ids", [("0x8086", "0x030000"), ("0x10de", "0x040300")], ids=["of another maker", "sound"])
def test_without_a_card_nothing_is_said(machine: Machine, ids: tuple[str, str]) -> None:
    machine.has(*ids)
    machine.driver(None)
    assert machine.why_unused(NONE) is None


@pytest.mark.parametrize(
    ("version", "card", "present", "package"),
    [
        ("580.95.05", H100, NONE, CUDA_13),
        ("550.163.01", H100, NONE, CUDA_12),
        ("550.163.01", RTX4090, ONLY_13, CUDA_12),
        ("580.95.05", RTX5090, ONLY_12, CUDA_13),
        ("580.95.05", B200, NONE, CUDA_13),
    ],
)
def test_the_add_on_is_named_that_fits_driver_and_card(
    machine: Machine, version: str, card: str, present: tuple[AddOn, ...], package: AddOn
) -> None:
    machine.driver(version, V100, card)
    said = {"name": card.partition("|")[0], "version": version, "package": package.package}
    problem = Problem(Code.CARD_ADD_ON_MISSING, said)
    assert machine.why_unused(present) == problem
    assert f"Install the package {package.package} in the same version" in sentence(problem)


@pytest.mark.parametrize(
    ("version", "card", "present", "package"),
    [
        ("470.256.02", H100, NONE, CUDA_12),
        ("520.61.05", H100, ONLY_12, CUDA_12),
        ("520.61.05", H100, ONLY_13, CUDA_13),
        ("520.61.05", H100, BOTH, CUDA_12),
        ("570.133.07", RTX5090, NONE, CUDA_13),
        ("570.133.07", B200, BOTH, CUDA_13),
        ("570.133.07", B200, ONLY_12, CUDA_13),
    ],
)
def test_a_driver_that_is_too_old_is_named_with_what_would_do(
    machine: Machine, version: str, card: str, present: tuple[AddOn, ...], package: AddOn
) -> None:
    machine.driver(version, card)
    said = {"name": card.partition("|")[0], "version": version, "package": package.package}
    problem = Problem(Code.CARD_DRIVER_OLD, {**said, "needed": package.needed_driver})
    assert machine.why_unused(present) == problem
    assert f"needs version {package.needed_driver} or newer" in sentence(problem)
    assert f"and the package {package.package}." in sentence(problem)


def test_a_card_without_a_driver(machine: Machine) -> None:
    machine.driver(None)
    for present, needed in ((NONE, 525), (ONLY_13, 580), (BOTH, 525)):
        assert machine.why_unused(present) == Problem(Code.CARD_DRIVER_MISSING, {"needed": needed})
    machine.driver("", status=pynvml.NVML_ERROR_DRIVER_NOT_LOADED)
    assert machine.why_unused(ONLY_12) == Problem(Code.CARD_DRIVER_MISSING, {"needed": 525})


def test_a_driver_that_was_replaced_wants_a_new_start(machine: Machine) -> None:
    machine.driver("", status=pynvml.NVML_ERROR_LIB_RM_VERSION_MISMATCH)
    assert machine.why_unused(ONLY_13) == Problem(Code.CARD_DRIVER_REPLACED)


def test_a_driver_that_answers_with_an_error_is_quoted(machine: Machine) -> None:
    machine.driver("", status=pynvml.NVML_ERROR_NO_PERMISSION)
    problem = machine.why_unused(ONLY_13)
    assert problem is not None
    assert problem.code is Code.CARD_SILENT
    assert "Permission" in str(problem.params["detail"])


def test_a_card_that_no_add_on_has_code_for(machine: Machine) -> None:
    machine.driver("580.95.05", V100, RTX2080)
    for present in (NONE, BOTH):
        assert machine.why_unused(present) == Problem(Code.CARD_TOO_OLD, {"name": "Tesla V100-PCIE-16GB"})


def test_a_card_that_should_be_used_and_is_not_is_silent(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    for cards in ((H100,), ()):
        machine.driver("550.163.01", *cards)
        assert machine.why_unused(ONLY_12) == Problem(Code.CARD_SILENT, {"detail": "CUDA"})
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert machine.why_unused(ONLY_12) == Problem(Code.CARD_SILENT, {"detail": "CUDA_VISIBLE_DEVICES="})


# ---- what the packages have


def test_the_packages_have_code_for_the_oldest_and_the_newest_card_that_are_let_through() -> None:
    recipe = (CHECKOUT / "packaging/set-up.sh").read_text(encoding="utf-8")
    for add_on in nvidia.ADD_ONS:
        built = re.search(rf"^ *{add_on.folder}\) cards='(.*)'", recipe, re.MULTILINE)
        assert built
        kinds = [(int(number), kind) for number, _, kind in (each.partition("-") for each in built[1].split(";"))]
        assert divmod(min(kinds)[0], 10) == nvidia.OLDEST_CAPABILITY
        assert ("virtual" in [kind for _, kind in kinds]) == (add_on.newest_major is None)
        if add_on.newest_major is not None:
            assert max(kinds)[0] // 10 == add_on.newest_major

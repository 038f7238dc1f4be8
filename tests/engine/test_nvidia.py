"""What is said of NVIDIA's cards, with a driver that the test writes: NVML's functions say what the test wants."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import Code
from app.engine import nvidia

CHECKOUT = Path(__file__).parents[2]

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

ASK = """
import json, os, sys
from pathlib import Path
import msgspec
from app.engine import nvidia
from app.engine.protocol import Device
nvidia._PCI = Path(sys.argv[1])
nvidia.hide_old()
problem = nvidia.unused_card([Device(name, name, "gpu", 1, 1) for name in sys.argv[3:]], sys.argv[2] == "with")
print(json.dumps([msgspec.to_builtins(problem), os.environ.get("CUDA_VISIBLE_DEVICES")]))
"""

H100 = "NVIDIA H100 PCIe|GPU-aa|9|0"
RTX2080 = "NVIDIA GeForce RTX 2080|GPU-bb|7|5"


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("driver")
    (folder / "nvml.cpp").write_text(NVML, encoding="utf-8")
    command = ["c++", "-shared", "-fPIC", "-o", folder / "libnvidia-ml.so.1", folder / "nvml.cpp"]
    subprocess.run(command, check=True)
    return folder


@pytest.fixture
def ask(tmp_path: Path, driver: Path) -> Any:
    """Gives the code and the parameters of the problem, and the cards that CUDA may see."""

    def run(
        script: str | None,
        *devices: str,
        add_on: bool = True,
        ids: tuple[str, str] = ("0x10de", "0x030200"),
        visible: str | None = None,
    ) -> tuple[Code | None, dict[str, Any], str | None]:
        card = tmp_path / "pci" / "0000:01:00.0"
        card.mkdir(parents=True, exist_ok=True)
        for name, value in zip(("vendor", "class"), ids, strict=True):
            (card / name).write_text(value + "\n", encoding="ascii")
        environment = {**os.environ, "SCRIPT": script or ""}
        environment.pop("CUDA_VISIBLE_DEVICES", None)
        if visible is not None:
            environment["CUDA_VISIBLE_DEVICES"] = visible
        environment["LD_LIBRARY_PATH"] = str(driver) if script is not None else str(tmp_path)
        command = [sys.executable, "-P", "-c", ASK, str(card.parent), "with" if add_on else "without", *devices]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=CHECKOUT)
        problem, seen = json.loads(done.stdout)
        return (Code(problem["code"]), problem["params"], seen) if problem else (None, {}, seen)

    return run


def test_a_card_that_is_used_is_no_problem(ask: Any) -> None:
    assert ask(f"0\n580.95.05\n{H100}", "CUDA0") == (None, {}, None)


@pytest.mark.parametrize("ids", [("0x8086", "0x030000"), ("0x10de", "0x040300")], ids=["of another maker", "sound"])
def test_without_a_card_nothing_is_told(ask: Any, ids: tuple[str, str]) -> None:
    assert ask(None, add_on=False, ids=ids)[0] is None


def test_a_card_without_the_add_on(ask: Any) -> None:
    assert ask(f"0\n580.95.05\n{H100}", add_on=False)[0] is Code.CARD_ADD_ON_MISSING


def test_a_card_without_a_driver(ask: Any) -> None:
    assert ask(None)[:2] == (Code.CARD_DRIVER_MISSING, {"needed": nvidia.NEEDED_DRIVER})
    assert ask("9\n")[0] is Code.CARD_DRIVER_MISSING  # NVML_ERROR_DRIVER_NOT_LOADED


def test_a_driver_that_is_too_old_is_told_with_its_version(ask: Any) -> None:
    code, reported, _visible = ask(f"0\n550.163.01\n{H100}")
    assert (code, reported) == (Code.CARD_DRIVER_OLD, {"version": "550.163.01", "needed": nvidia.NEEDED_DRIVER})


def test_a_driver_that_was_replaced_wants_a_new_start(ask: Any) -> None:
    assert ask("18\n")[0] is Code.CARD_DRIVER_REPLACED  # NVML_ERROR_LIB_RM_VERSION_MISMATCH


def test_a_driver_that_answers_with_an_error_is_quoted(ask: Any) -> None:
    code, reported, _visible = ask("4\n")  # NVML_ERROR_NO_PERMISSION
    assert code is Code.CARD_SILENT
    assert "Permission" in reported["detail"]


def test_a_card_that_the_add_on_has_no_code_for_is_hidden_from_cuda(ask: Any) -> None:
    code, reported, visible = ask(f"0\n580.95.05\n{RTX2080}")
    assert (code, reported, visible) == (Code.CARD_TOO_OLD, {"name": "NVIDIA GeForce RTX 2080"}, "")
    assert ask(f"0\n580.95.05\n{RTX2080}\n{H100}", "CUDA0") == (None, {}, "GPU-aa")


def test_what_a_person_chose_for_cuda_stays_and_is_told(ask: Any) -> None:
    assert ask(f"0\n580.95.05\n{RTX2080}", visible="0")[2] == "0"
    assert ask(f"0\n580.95.05\n{H100}", visible="")[:2] == (Code.CARD_SILENT, {"detail": "CUDA_VISIBLE_DEVICES="})


def test_the_package_asks_for_the_driver_that_is_needed() -> None:
    control = (CHECKOUT / "packaging/cuda/debian/control").read_text(encoding="utf-8")
    assert f"libcuda1 (>= {nvidia.NEEDED_DRIVER})" in control
    assert f"driver of version {nvidia.NEEDED_DRIVER}" in control


def test_the_package_has_code_for_the_oldest_card_that_is_let_through() -> None:
    built = re.search(r"^cards='(.*)'$", (CHECKOUT / "packaging/set-up.sh").read_text(encoding="utf-8"), re.MULTILINE)
    assert built
    least = min(int(each.partition("-")[0]) for each in built[1].split(";"))
    assert divmod(least, 10) == nvidia.OLDEST_CAPABILITY

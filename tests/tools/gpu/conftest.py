"""Tests that compute on a graphics card. Without one they are skipped; OCTAVO_GPU_TESTS=cpu runs them with the
processor in its place, OCTAVO_GPU_TESTS=on insists on a card. What they find goes line by line into OCTAVO_GPU_RESULTS.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.core.work import finish
from app.engine.client import EngineClient
from app.engine.protocol import CARD, VULKAN, Device, Inspect
from app.wording.errors import sentence
from tests.tools.gpu.places import Places, mode

FOLDER = Path(__file__).parent
_INSIDE = f"{FOLDER}{os.sep}"
Figure = Callable[[str, float], None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if str(item.path).startswith(_INSIDE):
            item.add_marker(pytest.mark.gpu)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Write each result at once: the machine may be taken away."""
    path = os.environ.get("OCTAVO_GPU_RESULTS")
    if not path or (report.when != "call" and report.passed):
        return
    line = {
        "test": report.nodeid.rpartition("/")[2],
        "outcome": report.outcome,
        "seconds": round(report.duration, 2),
        "figures": dict(report.user_properties),
    }
    with open(path, "a", encoding="utf-8") as lines:
        lines.write(json.dumps(line) + "\n")


@pytest.fixture(scope="session")
def graphics_card() -> Device | None:
    """The card that llama.cpp computes on; None where the processor stands in for it."""
    if mode() == "cpu":
        return None
    engine = EngineClient()
    try:
        found = finish(engine.run(Inspect()))
    finally:
        engine.close()
    card = next((device for device in found.devices if device.kind == CARD), None)
    if card is None:
        why = sentence(found.unused_card) if found.unused_card else "this machine has no card"
        if mode() == "on":
            pytest.fail(f"llama.cpp computes on no card: {why}")
        pytest.skip(f"llama.cpp computes on no card: {why}; OCTAVO_GPU_TESTS=cpu runs this on the processor")
    return card


@pytest.fixture
def places(graphics_card: Device | None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Places]:
    monkeypatch.delenv("OMP_THREAD_LIMIT", raising=False)
    made = Places(graphics_card is not None)
    yield made
    made.close()


@pytest.fixture(scope="session")
def layer(graphics_card: Device | None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the layer that makes a card faulty, which only Vulkan has."""
    if graphics_card is None or not graphics_card.name.startswith(VULKAN):
        pytest.skip("only Vulkan has layers")
    folder = tmp_path_factory.mktemp("layer")
    command = ("c++", "-O1", "-shared", "-fPIC", "-o", folder / "libfaulty_card.so", FOLDER / "faulty_card.cpp")
    subprocess.run(command, check=True)
    described = {"name": "VK_LAYER_faulty_card", "type": "GLOBAL", "library_path": "./libfaulty_card.so"}
    described |= {"api_version": "1.3.0", "implementation_version": "1", "description": "a faulty card"}
    manifest = {"file_format_version": "1.1.0", "layer": described}
    (folder / "faulty_card.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.fixture
def fault(layer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], object]:
    """Say what is wrong with the card from now on, in the words of `faulty_card.cpp`; at first nothing is."""
    file = tmp_path / "fault"
    file.touch()
    monkeypatch.setenv("VK_LAYER_PATH", str(layer))
    monkeypatch.setenv("VK_INSTANCE_LAYERS", "VK_LAYER_faulty_card")
    monkeypatch.setenv("OCTAVO_FAULTY_CARD", str(file))
    return file.write_text


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figure:
    """Keep a number with the test's result."""

    def keep(name: str, value: float) -> None:
        request.node.user_properties.append((name, value))

    return keep


@pytest.fixture(scope="session")
def starter() -> Path:
    """The starter model, which a lent machine has no room for."""
    from app.models import local

    found = local.starter()
    if found is None:
        pytest.skip("the starter model is not here")
    return Path(found.path)


@pytest.fixture(scope="session")
def small_scout(models_folder: Path) -> Path:
    """Four layers with one head of 64, the smallest that CUDA's attention takes: reads long texts quickly."""
    from tests.models.llama4 import write_scout

    return write_scout(models_folder / "small-scout.gguf", heads=1, layers=4)


@pytest.fixture(scope="session")
def tiny_projector(models_folder: Path) -> Path:
    from tests.models.projector import write_projector

    return write_projector(models_folder / "mmproj-tiny-scout-gpu.gguf")

"""LoRA adapters: several at once act as if worked into the weights, and what was read with them is kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from app.core.errors import Code
from app.core.settings import Adapter
from app.core.work import Cancel, finish
from app.engine.client import EngineClient
from app.engine.kv.encrypted_file import SECRET_BYTES
from app.engine.protocol import LoadSpec, ReadBooks, ReadingsSpec
from app.engine.session import fingerprint_with
from tests.engine.conftest import NewEngine, load, probe, prompt
from tests.models.llama4 import write_scout
from tests.models.lora import write_lora, write_merged
from tests.work import problem_of

TOKENS = tuple(range(30, 90))


@pytest.fixture(scope="module")
def first(models_folder: Path, tiny_scout: Path) -> Path:
    return write_lora(models_folder / "first-lora.gguf", tiny_scout, 1)


@pytest.fixture(scope="module")
def second(models_folder: Path, tiny_scout: Path) -> Path:
    return write_lora(models_folder / "second-lora.gguf", tiny_scout, 2)


def logits(engine: EngineClient, path: Path, adapters: Sequence[Adapter] = ()) -> npt.NDArray[np.float32]:
    load(engine, path, context_tokens=512, adapters=tuple(adapters))
    return np.frombuffer(probe(engine, TOKENS).logits, "<f4")


def test_adapters_act_as_if_worked_into_the_weights(
    near_engine: NewEngine, tiny_scout: Path, first: Path, second: Path, tmp_path: Path
) -> None:
    engine = near_engine()
    plain = logits(engine, tiny_scout)
    both = logits(engine, tiny_scout, (Adapter(str(first), 1.0), Adapter(str(second), -0.5)))
    merged = logits(engine, write_merged(tmp_path / "merged.gguf", tiny_scout, (1, 1.0), (2, -0.5)))
    spread = np.abs(both - plain).max()
    assert spread > 0.5
    assert np.abs(both - merged).max() < spread / 20
    assert np.abs(logits(engine, tiny_scout, (Adapter(str(first), 0.0),)) - plain).max() < 1e-3


def test_what_was_read_with_an_adapter_is_not_taken_up_without(
    near_engine: NewEngine, tiny_scout: Path, first: Path, tmp_path: Path
) -> None:
    readings = ReadingsSpec(str(tmp_path / "readings"), bytes(SECRET_BYTES), 1 << 30)
    asked = prompt("What?", pages=40)
    evaluated = []
    for adapters in ((Adapter(str(first)),), (Adapter(str(first)),), (), (Adapter(str(first), 0.5),)):
        engine = near_engine()
        load(engine, tiny_scout, context_tokens=4096, readings=readings, adapters=adapters)
        ending = finish(engine.run(ReadBooks(asked), Cancel()))
        engine.flush_saved()
        evaluated.append(ending.evaluated_tokens)
        engine.close()
    assert evaluated[1] < 10 < evaluated[0] == evaluated[2] == evaluated[3]


def test_fingerprints_know_adapters_and_their_scales(tiny_scout: Path, first: Path, second: Path) -> None:
    one, other = Adapter(str(first)), Adapter(str(second))
    found = {
        fingerprint_with(tiny_scout, adapters)
        for adapters in ((), (one,), (other,), (one, other), (Adapter(str(first), 0.5),))
    }
    assert len(found) == 5
    assert fingerprint_with(tiny_scout, (one, other)) == fingerprint_with(tiny_scout, (other, one))


def test_an_adapter_of_another_shape_is_refused(near_engine: NewEngine, tiny_scout: Path, tmp_path: Path) -> None:
    another = write_scout(tmp_path / "another.gguf", head_size=32)
    adapter = write_lora(tmp_path / "lora.gguf", another)
    engine = near_engine()
    problem = problem_of(engine.load(LoadSpec(str(tiny_scout), 512, adapters=(Adapter(str(adapter)),)), Cancel()))
    assert problem.code is Code.ADAPTER_FAILED
    assert "incorrect shape" in str(problem.params["detail"])
    load(engine, tiny_scout, context_tokens=512)

"""The list of model families against the library in use, which is offered a file of each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import gguf
import pytest

from app.engine.architectures import ARCHITECTURES
from tests.models import forge

STRANGERS = ("octopus", "clip", "llama5", "LLAMA", "")

_ASK = """
import json, os, sys
from app.engine.llama import llama_loader
api = llama_loader.bindings()
params = api.llama_model_default_params()
params.vocab_only = True
refused = []
for path in sys.stdin.read().splitlines():
    llama_loader.last_errors()
    model = api.llama_model_load_from_file(os.fsencode(path), params)
    assert not model, path
    if any("unknown model architecture" in line for line in llama_loader.last_errors()):
        refused.append(os.path.basename(path).removesuffix(".gguf"))
print(json.dumps(refused))
"""


def refused_by_library(names: set[str], folder: Path) -> set[str]:
    """Which of these the library does not know; in a process of its own, since nobody vouches for odd files."""
    paths = []
    for name in sorted(names):
        paths.append(folder / f"{name}.gguf")
        paths[-1].write_bytes(forge.forge([forge.string("general.architecture", name)], []).content())
    asked = subprocess.run(
        [sys.executable, "-P", "-c", _ASK],
        input="\n".join(map(str, paths)),
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "GGML_NO_BACKTRACE": "1"},
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    return set(json.loads(asked.stdout))


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    names = {*ARCHITECTURES, *gguf.MODEL_ARCH_NAMES.values(), *STRANGERS}
    return refused_by_library(names, tmp_path_factory.mktemp("architectures"))


def test_the_library_knows_every_name_on_the_list(refused: set[str]) -> None:
    assert len(ARCHITECTURES) > 100
    assert refused & ARCHITECTURES == set()


def test_the_library_knows_no_other_name_that_the_format_has(refused: set[str]) -> None:
    """`clip` is known to the library, and names projectors, which it does not load as models."""
    others = {*gguf.MODEL_ARCH_NAMES.values(), *STRANGERS} - ARCHITECTURES - {"clip"}
    assert others >= {"octopus", "llama5"}
    assert refused >= others

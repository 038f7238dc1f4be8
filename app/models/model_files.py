"""What belongs to a model on this machine: its parts, its projector, and what is known of their hashes."""

from __future__ import annotations

import contextlib
from pathlib import Path

from app.core.errors import AppError, Code
from app.isolation.files import printable
from app.models import local
from app.models.records import RECORD_NAME, SUMS_NAME, parse_sums, read_record, record_beside

_MAX_SUMS_BYTES = 1 << 20
"""Of a file of hashes that a person has put beside a model; what is longer is cut."""


def model_at(path: Path) -> Path:
    """The model that is meant: a file, of a split model its first part; of a folder, the one model in it.

    Raises AppError MODEL_MISSING, MODEL_FOLDER_EMPTY, MODEL_FOLDER_SEVERAL.
    """
    if not path.is_dir():
        if not path.exists():
            raise AppError(Code.MODEL_MISSING, path=printable(path))
        first = local.parts_of(path)[0]
        return first if first.exists() else path
    models = local.models_in(path)
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
    """The parts of a model, and the projector beside it, which other models there may use too."""
    projector = local.projector_beside(model)
    return [*local.parts_of(model), *([Path(projector)] if projector else [])]


def own_belongings(model: Path) -> list[Path]:
    """The parts of a model, and the projector beside it if no other model there could use it."""
    is_alone = local.models_in(model.parent) == (model,)
    return belongings(model) if is_alone else list(local.parts_of(model))


def hashes_beside(model: Path) -> dict[str, str]:
    """By name: what SHA256SUMS says, and above that what the record says."""
    hashes: dict[str, str] = {}
    sums = model.with_name(SUMS_NAME)
    with contextlib.suppress(OSError):
        if sums.is_file():
            with sums.open("rb") as file:
                hashes |= parse_sums(file.read(_MAX_SUMS_BYTES))
    record = record_beside(model)
    return hashes | {file.path: file.sha256 for file in record.files} if record else hashes


def stem_of(model: Path) -> str:
    """Its name without its ending and the number of its part."""
    parts = local.parts_of(model)
    return model.stem.rpartition("-00001-of-")[0] if len(parts) > 1 else model.stem


def size_of(file: Path) -> int | None:
    """None for what is not there."""
    try:
        return file.stat().st_size
    except OSError:
        return None

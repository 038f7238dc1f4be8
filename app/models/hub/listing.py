"""What a repository of a model hub has, as models that can be fetched: which of its files belong together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from app.models import local
from app.models.gguf.reader import MAX_FILES
from app.models.hub.names import check_path, stored_name
from app.models.hub.offers import Offer, RemoteFile
from app.models.hub.protocol import Listed

_MODEL_SUFFIX = ".gguf"
_QUANTIZATION = re.compile(
    r"(?<![A-Za-z0-9])(?:UD-)?(?:I?Q\d\w*|TQ\d_\d|BF16|F16|FP16|F32|MXFP4(?:_MOE)?|NVFP4)(?![A-Za-z0-9])",
    re.IGNORECASE | re.ASCII,
)
"""As those who publish GGUF files name them; `UD-`: mixed in a way of one publisher's own."""


def compose(repository: str, listed: Listed) -> tuple[Offer, ...]:
    """The models among the files, smallest first: parts of a split model together; one without all its parts is left
    out.

    A projector belongs to the models of its folder and of the folders below it that have none; of several, the one
    that `shelf.best_projector` names. Raises AppError HUB_NAME_UNSAFE.
    """
    files = {
        check_path(file.path): RemoteFile(repository, file.path, file.size_bytes, file.sha256)
        for file in listed.files
        if file.path.lower().endswith(_MODEL_SUFFIX)
    }
    projectors = [path for path in files if local.is_projector(stored_name(path))]
    offers = []
    for path, file in files.items():
        number, count = local.place_of(stored_name(path))
        if number > 1 or count > MAX_FILES or path in projectors:
            continue
        parts = [str(part) for part in local.parts_of(PurePosixPath(path))]
        if not all(part in files for part in parts):
            continue
        projector = _projector_for(path, projectors)
        offers.append(
            Offer(
                repository=repository,
                untrusted_name=repository.partition("/")[2],
                quantization=quantization_of(path),
                files=(file, *(files[part] for part in parts[1:])),
                projector=files[projector] if projector else None,
                revision=listed.revision,
                licence=listed.licence,
                gated=listed.gated,
            )
        )
    return tuple(sorted(offers, key=lambda offer: (offer.size_bytes, offer.key)))


def quantization_of(path: str) -> str:
    """What the name says; the header tells the truth. Empty where it says nothing."""
    found = _QUANTIZATION.findall(PurePosixPath(path).stem)
    return found[-1].upper() if found else ""


def _projector_for(model: str, projectors: Iterable[str]) -> str:
    for folder in PurePosixPath(model).parents:
        beside = {stored_name(path): path for path in projectors if PurePosixPath(path).parent == folder}
        if beside:
            return beside[local.best_projector(PurePosixPath(model).stem, beside)]
    return ""

"""`octavo models list`: the models on this machine, and what the catalogue offers. Finds a model on this machine by its
name."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

from app.cli.bars import ProgressBar
from app.cli.screen import print_json
from app.core.errors import AppError, Problem
from app.core.model import FileKind, ModelHeader
from app.core.work import Cancel, finish
from app.engine.architectures import ARCHITECTURES
from app.models.local import ModelFile, projector_beside
from app.models.offers import Offer
from app.services.services import Services
from app.wording import errors, units
from app.wording.i18n import _
from app.wording.models import strengths_sentence, thinks_words
from app.wording.units import count, size

_Found: TypeAlias = tuple[ModelFile, ModelHeader | Problem]
_BETWEEN_WORDS = re.compile(r"[\s_-]+")


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Print the list. Raises AppError, Stopped."""
    if options.offers:
        print_offers(desk.model_files.downloads.offers(), desk, as_json=options.json)
        return
    found = [(file, _header_or_problem(Path(file.path), desk, cancel)) for file in desk.models.available()]
    if options.json:
        listed = [_listed(each, desk) for each in found]
        begun = [described(each.offer, desk) for each in desk.model_files.downloads.unfinished()]
        print_json({"folder": str(desk.models.folder), "models": listed, "unfinished": begun})
    else:
        _print_list(found, desk)


def print_offers(offers: Sequence[Offer], desk: Services, *, as_json: bool) -> None:
    if as_json:
        print_json({"offers": [described(offer, desk) for offer in offers]})
        return
    rows = []
    for offer in offers:
        licence = desk.model_files.downloads.order(offer).licence
        tokens = _("{n} tokens").format(n=count(offer.header.context_trained)) if offer.header else ""
        row = [asked_as(offer, desk), size(offer.size_bytes), tokens, licence.name if licence else ""]
        about = " · ".join(filter(None, (strengths_sentence(offer), thinks_words(offer))))
        rows.append([*row, about, _state(offer, desk)])
    print_table(rows)


def asked_as(offer: Offer, desk: Services) -> str:
    """Return how an offer is named on the command line."""
    listed = any(known.key == offer.key for known in desk.model_files.downloads.offers())
    return f"{offer.untrusted_name if listed else offer.repository}:{offer.quantization or offer.files[0].path}"


def described(offer: Offer, desk: Services) -> dict[str, Any]:
    """Return an offer as JSON."""
    order = desk.model_files.downloads.order(offer)
    return {
        "key": offer.key,
        "name": offer.untrusted_name,
        "repository": offer.repository,
        "revision": offer.revision,
        "quantization": offer.quantization,
        "files": offer.files,
        "projector": offer.projector,
        "size_bytes": offer.size_bytes,
        "bytes_to_fetch": order.bytes_to_fetch,
        "gated": offer.gated,
        "thinks": offer.thinks,
        "strengths": offer.strengths,
        "licence": order.licence.id if order.licence else "",
        "licence_accepted": order.accepted,
        "context_trained": offer.header.context_trained if offer.header else None,
        "parameters": offer.header.parameters if offer.header else None,
        "folder": order.folder,
        "here": Path(order.folder).exists(),
    }


def _state(offer: Offer, desk: Services) -> str:
    order = desk.model_files.downloads.order(offer)
    if Path(order.folder).exists():
        return _("downloaded")
    done = offer.size_bytes - order.bytes_to_fetch
    return _("started, {done} downloaded").format(done=size(done)) if done else ""


def _header_or_problem(path: Path, desk: Services, cancel: Cancel) -> ModelHeader | Problem:
    try:
        return finish(desk.models.plans.headers.read(path, cancel), ProgressBar())
    except AppError as error:
        return error.problem


def _listed(found: _Found, desk: Services) -> dict[str, Any]:
    file, header = found
    listed: dict[str, Any] = {"path": file.path, "name": file.name, "starter": file.starter}
    if isinstance(header, Problem):
        return listed | {"code": header.code, "message": errors.sentence(header)}
    return listed | {
        "kind": header.kind,
        "architecture": header.architecture,
        "known": header.architecture in ARCHITECTURES,
        "quantization": header.quantization,
        "size_bytes": header.file_bytes,
        "parameters": header.parameters,
        "active_parameters": header.active_parameters,
        "context_trained": header.context_trained,
        "projector": projector_beside(Path(file.path)),
        "licence": licence.id if (licence := desk.model_files.downloads.licence_of(Path(file.path))) else "",
    }


def _print_list(found: Sequence[_Found], desk: Services) -> None:
    rows = []
    for file, header in found:
        if isinstance(header, Problem):
            rows.append([file.name, errors.sentence(header)])
            continue
        projector = Path(projector_beside(Path(file.path))).name
        architecture = header.architecture
        if header.kind is FileKind.ADAPTER:
            architecture = _("LoRA adapter for {architecture}").format(architecture=architecture)
        elif architecture not in ARCHITECTURES:
            architecture = _("{architecture} (not known)").format(architecture=architecture)
        tokens = _("{n} tokens").format(n=count(header.context_trained))
        rows.append([file.name, architecture, header.quantization, size(header.file_bytes), tokens, projector])
    print_table(rows)
    for begun in desk.model_files.downloads.unfinished():
        words = _("Started: {name}, {done} of {total}; `octavo models fetch` continues the download")
        name = asked_as(begun.offer, desk)
        line = words.format(name=name, done=size(begun.done_bytes), total=size(begun.offer.size_bytes))
        print(units.printable(line))
    print(_("Models folder: {folder}").format(folder=units.printable(str(desk.models.folder))))


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns, but for the last cell of each row."""
    columns = max(map(len, rows), default=0)
    widths = [max((len(row[n]) for row in rows if len(row) > n + 1), default=0) for n in range(columns)]
    for row in rows:
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)]
        print(units.printable("  ".join(cells).rstrip()))


# ---- which model is meant


def local(text: str, desk: Services) -> Path:
    """Return a file or folder; else what has that name in the models folder, or in the list."""
    path = Path(text)
    if path.exists():
        return path.absolute()
    inside = desk.models.folder / text
    if text and inside.exists():
        return inside
    named = (Path(model.path) for model in desk.models.available() if fold(model.name) == fold(text))
    return next(named, path)


def is_local(text: str, desk: Services) -> bool:
    """Return whether a file is meant, there or not: nothing that a hub could have."""
    path = Path(text)
    looks_so = path.is_absolute() or text.startswith((".", "~")) or (text.lower().endswith(".gguf") and ":" not in text)
    return looks_so or local(text, desk).exists()


def fold(text: str) -> str:
    """Return a name as names are compared: however its words are joined, in capitals or not."""
    return _BETWEEN_WORDS.sub("-", text.casefold())

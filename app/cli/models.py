"""Models in the terminal: what there is, and what a model's file says of itself."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from app import messages
from app.cli import plan
from app.cli.following import result_of
from app.cli.output import bar, print_json
from app.core.cancel import Cancel
from app.core.errors import AppError, Problem
from app.core.model import Kind, ModelHeader, Part
from app.messages import _, count, size
from app.models.shelf import ModelFile
from app.services.desk import Desk

_Found: TypeAlias = tuple[ModelFile, ModelHeader | Problem]


def run(options: argparse.Namespace, desk: Desk, cancel: Cancel) -> None:
    """Carry out `models list`, `models show` or `models plan`. Raises AppError, Stopped."""
    if options.models_command == "plan":
        plan.run(options, desk, cancel)
        return
    if options.models_command == "list":
        found = [(file, _header_or_problem(Path(file.path), desk, cancel)) for file in desk.models.available()]
        if options.json:
            print_json({"folder": str(desk.models.folder), "models": [_listed(each, desk) for each in found]})
        else:
            _print_list(found, desk)
        return
    file: Path = options.file
    header = _header(file, desk, cancel)
    projector = desk.models.projector_beside(file) if header.kind is Kind.MODEL else ""
    known = desk.models.knows(header.architecture)
    if options.json:
        print_json(_described(header, known, projector))
    else:
        _print_rows([*_rows(header, known, projector), *_weight_rows(header)])


def _header(path: Path, desk: Desk, cancel: Cancel) -> ModelHeader:
    header: ModelHeader = result_of(desk.models.header(path, cancel), bar(_("opening")))
    return header


def _header_or_problem(path: Path, desk: Desk, cancel: Cancel) -> ModelHeader | Problem:
    try:
        return _header(path, desk, cancel)
    except AppError as error:
        return error.problem


# ---- list -----------------------------------------------------------------------------------------------------


def _listed(found: _Found, desk: Desk) -> dict[str, Any]:
    file, header = found
    told: dict[str, Any] = {"path": file.path, "name": file.name, "starter": file.starter}
    if isinstance(header, Problem):
        return told | {"code": header.code, "message": messages.sentence(header)}
    return told | {
        "kind": header.kind,
        "architecture": header.architecture,
        "known": desk.models.knows(header.architecture),
        "quantization": header.quantization,
        "size_bytes": header.file_bytes,
        "parameters": header.parameters,
        "active_parameters": header.active_parameters,
        "context_trained": header.context_trained,
        "projector": desk.models.projector_beside(Path(file.path)),
    }


def _print_list(found: Sequence[_Found], desk: Desk) -> None:
    rows = []
    for file, header in found:
        if isinstance(header, Problem):
            rows.append([file.name, messages.sentence(header)])
            continue
        projector = Path(desk.models.projector_beside(Path(file.path))).name
        architecture = header.architecture
        if header.kind is Kind.ADAPTER:
            architecture = _("LoRA adapter for {architecture}").format(architecture=architecture)
        elif not desk.models.knows(architecture):
            architecture = _("{architecture} (not known)").format(architecture=architecture)
        tokens = _("{n} tokens").format(n=count(header.context_trained))
        rows.append([file.name, architecture, header.quantization, size(header.file_bytes), tokens, projector])
    widths = [max((len(row[n]) for row in rows if len(row) > n + 1), default=0) for n in range(6)]
    for row in rows:
        cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)]
        print(messages.printable("  ".join(cells).rstrip()))
    print(_("Models lie in {folder}").format(folder=messages.printable(str(desk.models.folder))))


# ---- show -----------------------------------------------------------------------------------------------------


def _described(header: ModelHeader, known: bool, projector: str) -> dict[str, Any]:
    described: dict[str, Any] = msgspec.to_builtins(header)
    described["name"] = described.pop("untrusted_name")
    return described | {
        "known": known,
        "active_parameters": header.active_parameters,
        "active_bytes": header.active_bytes,
        "bytes_by_part": {part: header.total_bytes(part) for part in _parts(header)},
        "projector_beside": projector,
    }


def _rows(header: ModelHeader, known: bool, projector: str) -> Iterator[tuple[str, str]]:
    kinds = {
        Kind.MODEL: _("language model"),
        Kind.PROJECTOR: _("projector, for images, of the kind {kind}").format(kind=header.projector),
        Kind.ADAPTER: _("LoRA adapter"),
        Kind.OTHER: _("neither a model nor a projector"),
    }
    family = header.architecture
    if header.kind is Kind.MODEL and not known:
        family = _("{architecture}, which this version of Octavo cannot run").format(architecture=family)
    yield _("name"), header.untrusted_name
    yield _("kind"), kinds[header.kind]
    yield _("architecture"), family
    for file in header.files:
        yield _("file"), file
    yield _("size"), size(header.file_bytes)
    yield _("quantization"), header.quantization
    yield _("parameters"), _parameters(header)
    yield from _shape_rows(header)
    if header.kind is Kind.MODEL:
        yield _("trained context"), _("{n} tokens").format(n=count(header.context_trained))
        tokenizer = " ".join(filter(None, (header.tokenizer, header.pre_tokenizer)))
        yield _("vocabulary"), _("{n} tokens, {tokenizer}").format(n=count(header.vocabulary), tokenizer=tokenizer)
        yield _("conversation format"), _("in the file") if header.has_template else _("none")
        yield _("projector beside it"), projector or _("none")


def _shape_rows(header: ModelHeader) -> Iterator[tuple[str, str]]:
    if not header.layers:
        return
    yield _("layers"), _("{n}, {width} wide").format(n=count(header.layers), width=count(header.width))
    heads = _("{heads} for queries, {kv} for keys and values, {n} numbers each")
    shown = {"heads": _span(header.heads), "kv": _span(header.kv_heads), "n": count(header.key_length)}
    yield _("heads"), heads.format(**shown)
    if header.window:
        yield _("local layers"), _("see {n} tokens").format(n=count(header.window))
    if header.recurrent:
        yield _("state"), _("some layers keep a state in place of keys")
    if header.feed_forward and (header.kind is Kind.PROJECTOR or Part.FEED_FORWARD in _parts(header)):
        yield _("feed-forward width"), count(header.feed_forward)
    if header.experts:
        words = _("{n} in every layer, {used} used for a token, {width} wide")
        if header.moe_step > 1:
            words = _("{n} in one layer of {step}, {used} used for a token, {width} wide")
        numbers = {"n": header.experts, "used": header.experts_used, "step": header.moe_step}
        yield _("experts"), words.format(width=count(header.expert_feed_forward), **numbers)
    if header.shared_expert_feed_forward:
        yield _("shared expert"), _("{width} wide").format(width=count(header.shared_expert_feed_forward))


def _parameters(header: ModelHeader) -> str:
    total = _short(header.parameters)
    if header.kind is not Kind.MODEL:
        return total
    return _("{total}, of which a token reads {active}").format(total=total, active=_short(header.active_parameters))


def _weight_rows(header: ModelHeader) -> Iterator[tuple[str, str]]:
    """What each part takes, and in what number formats."""
    names = {
        Part.EXPERTS: _("experts"),
        Part.SHARED_EXPERTS: _("shared experts"),
        Part.ATTENTION: _("attention"),
        Part.FEED_FORWARD: _("feed-forward"),
        Part.ROUTER: _("routers"),
        Part.EMBEDDINGS: _("embeddings"),
        Part.OUTPUT: _("output"),
        Part.OTHER: _("rest"),
    }
    for part in _parts(header):
        types = dict.fromkeys(name for weights in header.weights if weights.part is part for name in weights.types)
        yield f"  {names[part]}", f"{size(header.total_bytes(part))}, {', '.join(types)}"


def _parts(header: ModelHeader) -> list[Part]:
    there = {weights.part for weights in header.weights}
    return [part for part in Part if part in there]


def _print_rows(rows: Iterable[tuple[str, str]]) -> None:
    shown = list(rows)
    width = max(len(name) for name, _value in shown)
    for name, value in shown:
        print(f"{name:<{width}}  {messages.printable(value)}".rstrip())


def _span(numbers: tuple[int, ...]) -> str:
    low, high = min(numbers), max(numbers)
    return count(low) if low == high else f"{count(low)}–{count(high)}"


def _short(parameters: int) -> str:
    """As models are named: `107.8 B`, `134.5 M`."""
    if parameters >= 10**9:
        return f"{parameters / 10**9:,.1f} B"
    return f"{parameters / 10**6:,.1f} M"

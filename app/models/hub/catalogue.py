"""The catalogue: models that are offered by name, with their terms, and what their headers will say.

It is `resources/models.json`, which `tests/models/catalogue.py` writes. What it says of files is what was published
when it was written: sizes are rounded, hashes are empty, and the hub is asked for both before anything is fetched.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TypeVar

import msgspec

from app.core.machine.paths import resources
from app.core.model import NO_LAYER, FileKind, ModelHeader, TensorPart, Weights
from app.models.gguf.header import MAX_LAYERS
from app.models.offers import Offer, RemoteFile


class Licence(msgspec.Struct, frozen=True):
    """The terms of a model. `id` is what model hubs call it. `text` is the whole of it, empty if the catalogue has
    none. `credit` are words that have to be shown where the model is used; `notice` are words that have to go with its
    copies. They are never translated."""

    id: str
    name: str
    text: str
    must_accept: bool
    credit: str
    address: str = ""
    notice: str = ""


class Catalogue(msgspec.Struct, frozen=True):
    offers: tuple[Offer, ...]
    licences: tuple[Licence, ...]
    starter_licence: str
    architectures: dict[str, str]

    def licence_of(self, offer: Offer) -> Licence | None:
        """Return the terms of an offer, whether it is from the catalogue or not: a model of a family that has terms of
        its own has them whatever its repository says. None if nothing was said."""
        listed = next((known.licence for known in self.offers if known.repository == offer.repository), "")
        family = self.architectures.get(offer.header.architecture, "") if offer.header else ""
        return self.licence(family or listed or offer.licence)

    def licence(self, id: str) -> Licence | None:
        """Return the terms with this id, which have no text if the catalogue does not know them; None for no id."""
        if not id:
            return None
        unknown = Licence(id, id, "", must_accept=False, credit="")
        return next((licence for licence in self.licences if licence.id == id.lower()), unknown)


class _Licence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A licence in the catalogue. `file` is its text, in `resources/licences`. `architectures` are those of headers
    whose models all have these terms."""

    id: str
    name: str
    address: str
    file: str = ""
    must_accept: bool = False
    credit: str = ""
    notice: str = ""
    architectures: tuple[str, ...] = ()


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    path: str
    size_bytes: int
    sha256: str = ""
    repository: str = ""


class _Quantization(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    quantization: str
    files: tuple[_File, ...]
    header: CompactHeader | None = None


class _Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model in the catalogue. Terms and projector are those of all quantizations. `verified` says how it is known of
    the shape, the files and the terms that they are so; the hub is asked for the rest, and for these, too, before a
    download."""

    name: str
    repository: str
    licence: str
    quantizations: tuple[_Quantization, ...]
    verified: dict[str, str]
    thinks: bool = False
    strengths: tuple[str, ...] = ()
    gated: bool = False
    projector: _File | None = None
    projector_header: CompactHeader | None = None


class _Starter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The model that comes with Octavo."""

    licence: str


class _Contents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    licences: tuple[_Licence, ...]
    models: tuple[_Model, ...]
    starter: _Starter


def load(folder: Path) -> Catalogue:
    """Read the catalogue in a folder of resources. Raises OSError, ValueError: it comes with Octavo, and a broken one
    is a fault of ours."""
    contents = msgspec.json.decode((folder / "models.json").read_bytes(), type=_Contents)
    licences = tuple(_licence(licence, folder) for licence in contents.licences)
    offers = tuple(offer for model in contents.models for offer in _offers(model))
    architectures = {family: licence.id for licence in contents.licences for family in licence.architectures}
    return Catalogue(offers, licences, contents.starter.licence, architectures)


@functools.cache
def catalogue() -> Catalogue:
    """Return the catalogue that comes with Octavo, read once."""
    return load(resources())


def _licence(licence: _Licence, folder: Path) -> Licence:
    text = (folder / "licences" / licence.file).read_text("utf-8") if licence.file else ""
    return Licence(licence.id, licence.name, text, licence.must_accept, licence.credit, licence.address, licence.notice)


def _offers(model: _Model) -> list[Offer]:
    projector = _remote(model.projector, model) if model.projector else None
    projector_header = expand(model.projector_header) if model.projector_header else None
    return [
        Offer(
            repository=model.repository,
            untrusted_name=model.name,
            quantization=each.quantization,
            files=tuple(_remote(file, model) for file in each.files),
            projector=projector,
            licence=model.licence,
            gated=model.gated,
            header=expand(each.header) if each.header else None,
            projector_header=projector_header,
            thinks=model.thinks,
            strengths=model.strengths,
        )
        for each in model.quantizations
    ]


def _remote(file: _File, model: _Model) -> RemoteFile:
    return RemoteFile(file.repository or model.repository, file.path, file.size_bytes, file.sha256)


_Value = TypeVar("_Value", int, bool)
_SPAN = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?", re.ASCII)


class CompactWeights(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`core.model.Weights` of one part that several layers have alike. `layers` are their numbers, such as
    `0-5,8,11-47`, empty for what is outside the layers. Bytes and parameters are those of one layer."""

    part: TensorPart
    bytes: int
    parameters: int
    types: tuple[str, ...]
    layers: str = ""


class CompactHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`core.model.ModelHeader` without its files. What there is for each layer is written as runs of (layers, value of
    each)."""

    architecture: str
    untrusted_name: str
    quantization: str
    file_bytes: int
    parameters: int
    weights: tuple[CompactWeights, ...]
    kind: FileKind = FileKind.MODEL
    context_trained: int = 0
    layers: int = 0
    width: int = 0
    vocabulary: int = 0
    heads: tuple[tuple[int, int], ...] = ()
    kv_heads: tuple[tuple[int, int], ...] = ()
    key_length: int = 0
    value_length: int = 0
    window: int = 0
    feed_forward: int = 0
    experts: int = 0
    experts_used: int = 0
    expert_feed_forward: int = 0
    shared_expert_feed_forward: int = 0
    moe_step: int = 0
    recurrent: bool = False
    tokenizer: str = ""
    pre_tokenizer: str = ""
    has_template: bool = False
    tied: bool = False
    projector: str = ""
    local: tuple[tuple[int, bool], ...] = ()
    local_key_length: int = 0
    local_value_length: int = 0
    states: tuple[tuple[int, int], ...] = ()


def expand(compact: CompactHeader) -> ModelHeader:
    """Return the header. Raises ValueError if layers are named that there cannot be."""
    values = {name: getattr(compact, name) for name in compact.__struct_fields__}
    order = list(TensorPart)
    weights = [weight for group in compact.weights for weight in _expand(group)]
    values |= {
        "files": (),
        "heads": _unroll(compact.heads),
        "kv_heads": _unroll(compact.kv_heads),
        "local": _unroll(compact.local),
        "states": _unroll(compact.states),
        "weights": tuple(sorted(weights, key=lambda weight: (weight.layer, order.index(weight.part)))),
    }
    return ModelHeader(**values)


def _expand(group: CompactWeights) -> list[Weights]:
    layers = _numbers(group.layers) if group.layers else [NO_LAYER]
    return [Weights(layer, group.part, group.bytes, group.parameters, group.types) for layer in layers]


def _numbers(layers: str) -> list[int]:
    numbers: list[int] = []
    for text in layers.split(","):
        span = _SPAN.fullmatch(text)
        first, last = (int(span[1]), int(span[2] or span[1])) if span else (0, MAX_LAYERS)
        if not first <= last < MAX_LAYERS:
            raise ValueError(layers)
        numbers += range(first, last + 1)
    return numbers


def _unroll(runs: tuple[tuple[int, _Value], ...]) -> tuple[_Value, ...]:
    if sum(length for length, _value in runs) > MAX_LAYERS:
        raise ValueError(runs)
    return tuple(value for length, value in runs for _each in range(length))

"""Downloads and imports that play a script: what is offered and fetched is said beforehand; no network is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias, TypeVar

from app.core.conversations.events import Asking, Copying, Fetching, Hashing
from app.core.errors import AppError, Problem
from app.core.work import Cancel, Stopped, Work
from app.engine.protocol import ModelInfo
from app.models.local import ModelFile
from app.models.offers import Offer
from app.models.provenance import FileState, ModelVerdict
from app.services.models.downloads import Licence, Order, Record, Unfinished
from tests.ui.gate import Gate

Progress: TypeAlias = "Asking | Fetching | Hashing | Copying"
Step: TypeAlias = "Progress | Gate | Problem"
Scripted = TypeVar("Scripted")

COMMUNITY = Licence(
    "llama4",
    "Llama 4 Community License",
    "LLAMA 4 COMMUNITY LICENSE AGREEMENT\n" + "\n".join(f"{n}. A paragraph of the terms." for n in range(1, 60)),
    True,
    "Built with Llama",
)
APACHE = Licence("apache-2.0", "Apache License 2.0", "", False, "")


@dataclass
class ScriptedDownloads:
    """`fetches` are played one after the other; what a fetch brings is put into `folder`, as a file of that name."""

    folder: Path
    catalogue: tuple[Offer, ...] = ()
    licences: dict[str, Licence] = field(default_factory=lambda: {"llama4": COMMUNITY, "apache-2.0": APACHE})
    owned: dict[str, Record] = field(default_factory=dict)
    begun: list[Unfinished] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)
    fetches: list[Sequence[Step]] = field(default_factory=list)
    listings: dict[str, tuple[Offer, ...] | Problem] = field(default_factory=dict)
    known: dict[str, Offer | Problem] = field(default_factory=dict)
    imports: list[Sequence[Step]] = field(default_factory=list)
    verifications: list[Sequence[Step | ModelVerdict]] = field(default_factory=list)
    free_bytes: int = 2_100 * 10**9
    token: str = ""
    fetched: list[str] = field(default_factory=list)
    imported: list[Path] = field(default_factory=list)
    discarded: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    host: str = "huggingface.co"

    def offers(self) -> tuple[Offer, ...]:
        return self.catalogue

    def look_up(self, repository: str, cancel: Cancel) -> Work[Asking, tuple[Offer, ...]]:
        yield Asking(self.host)
        return _found(self.listings[repository])

    def headers(self, offer: Offer, cancel: Cancel) -> Work[Asking, Offer]:
        yield Asking(self.host)
        return _found(self.known[offer.key])

    def order(self, offer: Offer) -> Order:
        licence = self.licences.get(offer.licence)
        accepted = licence is None or not licence.must_accept or licence.id in self.accepted
        folder = str(self.folder / offer.repository.replace("/", "--"))
        return Order(offer, self.host, offer.size_bytes, folder, self.free_bytes, licence, accepted)

    def accept(self, licence_id: str) -> None:
        self.accepted.add(licence_id)

    def fetch(self, offer: Offer, cancel: Cancel) -> Work[Progress, ModelFile]:
        self.fetched.append(offer.key)
        self.begun = [each for each in self.begun if each.offer.key != offer.key]
        done = 0
        try:
            for step in self.fetches.pop(0) if self.fetches else ():
                if isinstance(step, Fetching):
                    done = step.done
                yield from _play(step, cancel)
        except (AppError, Stopped):
            self.begun.append(Unfinished(offer, done))
            raise
        return self._arrive(offer)

    def _arrive(self, offer: Offer) -> ModelFile:
        path = self.folder / Path(offer.files[0].path).name
        path.write_bytes(b"GGUF")
        self.owned[str(path)] = Record(
            offer.untrusted_name, offer.repository, "", offer.licence, (), "", offer.quantization
        )
        return ModelFile(str(path), offer.untrusted_name, offer.size_bytes)

    def unfinished(self) -> tuple[Unfinished, ...]:
        return tuple(self.begun)

    def discard(self, offer: Offer) -> None:
        self.discarded.append(offer.key)
        self.begun = [each for each in self.begun if each.offer.key != offer.key]

    def import_model(self, path: Path, cancel: Cancel) -> Work[Progress, ModelFile]:
        self.imported.append(path)
        for step in self.imports.pop(0) if self.imports else ():
            yield from _play(step, cancel)
        return ModelFile(str(self.folder / path.name), path.stem, 4)

    def verify(self, path: Path, cancel: Cancel) -> Work[Progress, ModelVerdict]:
        for step in self.verifications.pop(0) if self.verifications else ():
            if isinstance(step, ModelVerdict):
                return step
            yield from _play(step, cancel)
        return ModelVerdict(((path.name, FileState.GOOD),))

    def remove(self, path: Path) -> tuple[str, ...]:
        self.removed.append(path.name)
        path.unlink()
        return (path.name,)

    def record(self, path: Path) -> Record | None:
        return self.owned.get(str(path))

    def terms_of(self, offer: Offer) -> Licence | None:
        return self.licences.get(offer.licence)

    def credit_of(self, model: ModelInfo) -> str:
        return "Built with Llama" if model.architecture == "llama4" else ""

    def licence_of(self, path: Path) -> Licence | None:
        record = self.owned.get(str(path))
        return self.licences.get(record.licence) if record else None

    def has_token(self) -> bool:
        return bool(self.token)

    def set_token(self, token: str) -> None:
        self.token = token

    def forget_token(self) -> None:
        self.token = ""


def _found(scripted: Scripted | Problem) -> Scripted:
    if isinstance(scripted, Problem):
        raise AppError.of(scripted)
    return scripted


def _play(step: Step, cancel: Cancel) -> Work[Progress, None]:
    match step:
        case Gate():
            step.wait(cancel)
        case Problem():
            raise AppError.of(step)
        case _:
            yield step
    if cancel.requested:
        raise Stopped

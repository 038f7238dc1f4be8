"""Models from elsewhere: what is offered, what fetching one means, and fetching, carrying and removing it."""

from __future__ import annotations

import datetime
import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from app.core.cancel import Cancel
from app.core.events import Asking, Cancelled, Copying, Done, Failed, Fetching, Hashing
from app.models.catalogue import Catalogue, Licence
from app.models.offers import Offer
from app.models.records import Record, Verdict, folder_name, record_beside
from app.models.shelf import ModelFile
from app.services.models import Models
from app.store.settings import SettingsStore

__all__ = ["Downloads", "Licence", "Order", "Record", "Unfinished", "Verdict"]

_ACCEPTED = "accepted_licences"


class Order(msgspec.Struct, frozen=True):
    """What a person is told before anything is asked of the network. `host`: the address that will be spoken to.
    `bytes_to_fetch`: of what is not here yet; from the catalogue it is rounded. `folder`: where the model will lie;
    `free_bytes`: of its disk. `licence`: None where nothing is known of one."""

    offer: Offer
    host: str
    bytes_to_fetch: int
    folder: str
    free_bytes: int
    licence: Licence | None
    accepted: bool


class Unfinished(msgspec.Struct, frozen=True):
    """A download that was begun; fetching the offer again goes on with it."""

    offer: Offer
    done_bytes: int


class _Acceptance(msgspec.Struct, frozen=True):
    """When a text was accepted, in ISO form, and which: its SHA-256."""

    date: str
    text_sha256: str


class Downloads:
    """`look_up`, `headers` and `fetch` ask the hub; nothing else does. What is no generator is instant."""

    def __init__(self, models: Models, settings: SettingsStore, catalogue: Catalogue) -> None:
        self._models = models
        self._settings = settings
        self._catalogue = catalogue

    def offers(self) -> tuple[Offer, ...]:
        """The catalogue."""
        return self._catalogue.offers

    def look_up(
        self, repository: str, cancel: Cancel
    ) -> Iterator[Asking | Done[tuple[Offer, ...]] | Cancelled | Failed]:
        """Ask the hub what a repository (`owner/name`) has."""
        raise NotImplementedError

    def order(self, offer: Offer) -> Order:
        licence = self._catalogue.licence_of(offer)
        folder = self._models.folder / folder_name(offer)
        return Order(
            offer=offer,
            host=urlsplit(self._settings.load().hub.endpoint).netloc,
            bytes_to_fetch=offer.size_bytes,
            folder=str(folder),
            free_bytes=_free_bytes(folder),
            licence=licence,
            accepted=licence is None or not licence.must_accept or self._is_accepted(licence),
        )

    def accept(self, licence_id: str) -> None:
        """Remember that a person has accepted these terms. Raises AppError as the store does."""
        licence = next((each for each in self._catalogue.licences if each.id == licence_id), None)
        if licence is not None:
            today = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            accepted = self._accepted() | {licence_id: _Acceptance(today, _digest(licence.text))}
            self._settings.set_blob(_ACCEPTED, msgspec.json.encode(accepted))

    def fetch(
        self, offer: Offer, cancel: Cancel
    ) -> Iterator[Asking | Fetching | Hashing | Done[ModelFile] | Cancelled | Failed]:
        """Fetch a model with its projector; cancelling pauses, and fetching again goes on."""
        raise NotImplementedError

    def unfinished(self) -> tuple[Unfinished, ...]:
        return ()

    def discard(self, offer: Offer) -> None:
        """Delete what was fetched of an offer so far."""
        raise NotImplementedError

    def import_model(
        self, path: Path, cancel: Cancel
    ) -> Iterator[Copying | Hashing | Done[ModelFile] | Cancelled | Failed]:
        """Copy a model into the models folder: a file with its other parts and its projector, a folder, or a packed
        model."""
        raise NotImplementedError

    def verify(self, path: Path, cancel: Cancel) -> Iterator[Hashing | Done[Verdict] | Cancelled | Failed]:
        """Compare a model's files with the hashes in its record."""
        raise NotImplementedError

    def pack(self, path: Path, target: Path, cancel: Cancel) -> Iterator[Copying | Done[Path] | Cancelled | Failed]:
        """Write a model with its hashes into one file, or into a folder."""
        raise NotImplementedError

    def unpack(self, file: Path, cancel: Cancel) -> Iterator[Copying | Hashing | Done[ModelFile] | Cancelled | Failed]:
        """Take a packed model into the models folder."""
        raise NotImplementedError

    def remove(self, path: Path) -> tuple[str, ...]:
        """Delete a model; tells what was deleted."""
        raise NotImplementedError

    def record(self, path: Path) -> Record | None:
        """What was written down beside a model when it was fetched or imported."""
        return record_beside(path)

    def licence_of(self, path: Path) -> Licence | None:
        """The terms of a model on this machine, where they are known."""
        raise NotImplementedError

    def has_token(self) -> bool:
        return False

    def set_token(self, token: str) -> None:
        raise NotImplementedError

    def forget_token(self) -> None:
        raise NotImplementedError

    def _accepted(self) -> dict[str, _Acceptance]:
        blob = self._settings.get_blob(_ACCEPTED)
        try:
            return msgspec.json.decode(blob, type=dict[str, _Acceptance]) if blob else {}
        except msgspec.MsgspecError:
            return {}  # written by another version: ask again

    def _is_accepted(self, licence: Licence) -> bool:
        accepted = self._accepted().get(licence.id)
        return accepted is not None and accepted.text_sha256 == _digest(licence.text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _free_bytes(folder: Path) -> int:
    """Of the disk that a folder lies on or will lie on."""
    there = next((each for each in (folder, *folder.parents) if each.is_dir()), Path.cwd())
    return shutil.disk_usage(there).free

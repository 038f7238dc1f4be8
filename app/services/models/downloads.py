"""Models to download: what is offered, what a download means, and the download."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from app.core.conversations.events import Asking, Fetching, Hashing, Opening
from app.core.errors import AppError, Code
from app.core.machine.paths import machine_error
from app.core.model import ModelHeader
from app.core.record import RecordKind
from app.core.work import Cancel, Work, relay
from app.engine.protocol import ModelInfo
from app.models import local
from app.models.copying import free_bytes, new_file
from app.models.hub.catalogue import Catalogue, Licence
from app.models.hub.client import Hub
from app.models.hub.protocol import check_endpoint
from app.models.incoming import Incoming, Unfinished, holds_files
from app.models.local import ModelFile
from app.models.offers import Offer, stored_name
from app.models.provenance import Record, RecordedFile, folder_name, record_beside, today
from app.services.audit_log import of_model
from app.services.models.models import Models
from app.store import system_keyring
from app.store.settings import SettingsStore

__all__ = ["Downloads", "Licence", "Order", "Record", "Unfinished"]

_NO_LONGER_THERE = (Code.HUB_FILE_MISSING, Code.HUB_NOT_FOUND, Code.HUB_HASH_WRONG)
"""The problems that may have come about because a repository has changed since its download was begun."""

_ACCEPTED = "accepted_licences"  # a blob


class _Acceptance(msgspec.Struct, frozen=True):
    """When a text was accepted, in ISO form, and which: its SHA-256."""

    date: str
    text_sha256: str


class Order(msgspec.Struct, frozen=True):
    """The facts that a person reads before anything is asked of the network. `host` is the address that will be spoken
    to. `bytes_to_fetch` counts what is not here yet; from the catalogue it is rounded. `folder` is where the model will
    be; `free_bytes` are those of its disk. `licence` is None if nothing is known of one."""

    offer: Offer
    host: str
    bytes_to_fetch: int
    folder: str
    free_bytes: int
    licence: Licence | None
    accepted: bool


class Downloads:
    """`look_up`, `headers` and `fetch` ask the hub; nothing else does. The other methods return at once."""

    def __init__(self, models: Models, settings: SettingsStore, catalogue: Catalogue, hub: Hub) -> None:
        self._models = models
        self._settings = settings
        self._catalogue = catalogue
        self._hub = hub
        self._incoming = Incoming(models.folder)

    # ---- what there is

    def offers(self) -> tuple[Offer, ...]:
        """Return the offers of the catalogue."""
        return self._catalogue.offers

    def look_up(self, repository: str, cancel: Cancel) -> Work[Asking, tuple[Offer, ...]]:
        """Ask the hub what a repository (`owner/name`) has. Raises AppError HUB_*; Stopped."""
        return self._hub.look_up(repository, cancel)

    def headers(self, offer: Offer, cancel: Cancel) -> Work[Asking | Opening, Offer]:
        """Return the offer with what its headers say, which the hub is asked for if the catalogue does not know it; it
        sends some megabytes. Raises AppError HUB_*, MODEL_*; Stopped."""
        if offer.header is not None:
            return offer
        resolved = yield from self._hub.resolve(offer, cancel)
        return (yield from self._hub.headers(resolved, cancel))

    # ---- fetching

    def order(self, offer: Offer) -> Order:
        """Return what a person is to read before an offer is fetched. Raises AppError HUB_ADDRESS_INSECURE if the hub's
        address is neither https nor this machine."""
        licence = self._catalogue.licence_of(offer)
        begun = next((each.done_bytes for each in self._incoming.unfinished() if each.offer.key == offer.key), 0)
        folder = self._folder_of(offer)
        return Order(
            offer=offer,
            host=self._host(),
            bytes_to_fetch=max(0, offer.size_bytes - begun),
            folder=str(folder),
            free_bytes=free_bytes(folder),
            licence=licence,
            accepted=self._is_accepted(licence),
        )

    def accept(self, licence_id: str) -> None:
        """Remember that a person has accepted the terms that are called so, as they are worded now. Raises AppError as
        the store does."""
        licence = next((each for each in self._catalogue.licences if each.id == licence_id), None)
        if licence is not None:
            accepted = self._accepted() | {licence_id: _Acceptance(today(), _digest(licence.text))}
            self._settings.set_blob(_ACCEPTED, msgspec.json.encode(accepted))

    def fetch(self, offer: Offer, cancel: Cancel) -> Work[Asking | Fetching | Hashing, ModelFile]:
        """Fetch a model with its projector; cancelling pauses, and fetching again goes on. It is ready, and in the
        list, once every hash was found right.

        Raises AppError LICENCE_NOT_ACCEPTED, MODEL_THERE, FETCH_RUNNING, HUB_*, DISK_TOO_SMALL, DISK_FULL,
        FOLDER_READ_ONLY; Stopped.
        """
        order = self.order(offer)
        if order.licence is not None and not order.accepted:
            raise AppError(Code.LICENCE_NOT_ACCEPTED, path=offer.key, licence=order.licence.name)
        if holds_files(self._folder_of(offer)):
            raise AppError(Code.MODEL_THERE, path=order.folder)
        with self._incoming.fetching(offer) as files:
            resolved = self._incoming.begun(offer)
            if resolved is None:
                resolved = yield from self._hub.resolve(offer, cancel)
                yield from self._check(offer, resolved, cancel)
                self._incoming.remember(offer, resolved)
            try:
                yield from self._hub.fetch(resolved, files, cancel)
            except AppError as error:
                if error.code in _NO_LONGER_THERE:
                    self._incoming.remember(offer, None)  # the next time the hub is asked again
                raise
            model = self._publish(resolved, files, order.licence)
        self._incoming.discard(offer)
        detail = f"{resolved.repository} {resolved.revision}"
        self._models.note(of_model(RecordKind.DOWNLOAD, model, detail=detail, engine=order.host))
        return model

    def _check(self, offer: Offer, resolved: Offer, cancel: Cancel) -> Work[Asking, None]:
        """Look at the headers of what is to be fetched, some megabytes, before it is: whether it is the model that the
        catalogue describes, and whether llama.cpp can see images with its projector. Those of an offer with a revision
        are the hub's already.

        Raises AppError HUB_MODEL_DIFFERS, HUB_PROJECTOR_LACKS, HUB_*, MODEL_*; Stopped.
        """
        if offer.header is None and resolved.projector is None:
            return
        if offer.revision and offer.header is not None and (offer.projector is None or offer.projector_header):
            found = offer
        else:
            host = self._host()
            found = yield from relay(self._hub.headers(resolved, cancel), lambda _step: (Asking(host),))
        if offer.header is not None and found.header is not None and not _are_alike(offer.header, found.header):
            raise AppError(Code.HUB_MODEL_DIFFERS, repository=offer.repository)
        if resolved.projector is not None and found.projector_header is not None and found.projector_header.lacking:
            parts = ", ".join(found.projector_header.lacking)
            raise AppError(Code.HUB_PROJECTOR_LACKS, file=resolved.projector.path, parts=parts)

    def unfinished(self) -> tuple[Unfinished, ...]:
        """Return the downloads that were begun, in this process or an earlier one."""
        return self._incoming.unfinished()

    def discard(self, offer: Offer) -> None:
        """Delete what was fetched of an offer so far. Raises AppError FETCH_RUNNING, FOLDER_READ_ONLY."""
        self._incoming.discard(offer)

    # ---- what is known of what is here

    def record(self, path: Path) -> Record | None:
        """Return the record that was written beside a model when it was fetched or imported; None where there is
        none."""
        return record_beside(path)

    def terms_of(self, offer: Offer) -> Licence | None:
        """Return the terms of a model that is offered, if they are known."""
        return self._catalogue.licence_of(offer)

    def licence_of(self, path: Path) -> Licence | None:
        """Return the terms of a model on this machine, if they are known."""
        if local.is_starter(str(path)):
            return self._catalogue.licence(self._catalogue.starter_licence)
        record = record_beside(path)
        return self._catalogue.licence(record.licence) if record else None

    def credit_of(self, model: ModelInfo) -> str:
        """Return the words that have to be shown where this model is used; empty if there are none. A model of a family
        that has terms of its own has them wherever its file comes from."""
        family = self._catalogue.architectures.get(model.architecture, "")
        licence = self._catalogue.licence(family) or self.licence_of(Path(model.path))
        return licence.credit if licence is not None else ""

    # ---- the token, which belongs to the hub that the settings name

    def has_token(self) -> bool:
        """Return whether a token is kept. Raises AppError HUB_ADDRESS_INSECURE, as the others."""
        return system_keyring.has_hub_token(self._host())

    def set_token(self, token: str) -> None:
        """Keep it in the system keyring. Raises AppError HUB_TOKEN_NOT_KEPT, SETTING_INVALID."""
        system_keyring.keep_hub_token(self._host(), token)

    def forget_token(self) -> None:
        system_keyring.forget_hub_token(self._host())

    # ---- inside

    def _is_accepted(self, licence: Licence | None) -> bool:
        if licence is None or not licence.must_accept:
            return True
        accepted = self._accepted().get(licence.id)
        return accepted is not None and accepted.text_sha256 == _digest(licence.text)

    def _accepted(self) -> dict[str, _Acceptance]:
        blob = self._settings.get_blob(_ACCEPTED)
        try:
            return msgspec.json.decode(blob, type=dict[str, _Acceptance]) if blob else {}
        except msgspec.MsgspecError:
            return {}  # written by another version: ask again

    def _publish(self, offer: Offer, files: Path, licence: Licence | None) -> ModelFile:
        """Put a fetched model where models are. Raises AppError MODEL_THERE, DISK_FULL, FOLDER_READ_ONLY."""
        fetched = tuple(RecordedFile(stored_name(f.path), f.size_bytes, f.sha256) for f in offer.all_files)
        names = {file.path for file in fetched}
        for other in files.iterdir():
            if other.name not in names:
                try:
                    other.unlink()
                except OSError as error:
                    raise machine_error(error, other) from error
        recorded = (*fetched, *(_write_terms(licence, files) if licence else ()))
        record = Record(
            offer.untrusted_name,
            offer.repository,
            offer.revision,
            licence.id if licence else offer.licence,
            recorded,
            today(),
            offer.quantization,
        )
        folder = self._incoming.publish(files, self._folder_of(offer).name, record)
        return ModelFile(str(folder / recorded[0].path), record.title, recorded[0].size_bytes)

    def _host(self) -> str:
        return check_endpoint(self._settings.load().hub.endpoint)

    def _folder_of(self, offer: Offer) -> Path:
        return self._models.folder / folder_name(offer.repository, offer.quantization or offer.files[0].path)


def _are_alike(known: ModelHeader, found: ModelHeader) -> bool:
    """Return whether two headers are of the same model, however it is packed."""

    def shape(header: ModelHeader) -> tuple[object, ...]:
        return header.architecture, header.width, header.experts, header.vocabulary

    return shape(known) == shape(found)


def _write_terms(licence: Licence, folder: Path) -> list[RecordedFile]:
    """Put the text beside a model: whoever passes the model on passes its terms on.

    Raises AppError DISK_FULL, FOLDER_READ_ONLY.
    """
    written = []
    for name, text in (("LICENCE.txt", licence.text), ("NOTICE.txt", licence.notice)):
        if text:
            content = text.encode()
            with new_file(folder / name, len(content)) as file:
                file.write(content)
            written.append(RecordedFile(name, len(content), _digest(text)))
    return written


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()

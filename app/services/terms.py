"""The terms of models: which a person has accepted, and what of them goes along with a model's files."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path

import msgspec

from app.models.catalogue import Catalogue, Licence
from app.models.copying import new_file
from app.models.records import RecordedFile
from app.store.settings import SettingsStore

_ACCEPTED = "accepted_licences"  # a blob


class _Acceptance(msgspec.Struct, frozen=True):
    """When a text was accepted, in ISO form, and which: its SHA-256."""

    date: str
    text_sha256: str


class Terms:
    """Raises AppError as the store does."""

    def __init__(self, settings: SettingsStore, catalogue: Catalogue) -> None:
        self._settings = settings
        self._catalogue = catalogue

    def accept(self, licence_id: str) -> None:
        """Remember that a person has accepted the terms that are called so, as they are worded now."""
        licence = next((each for each in self._catalogue.licences if each.id == licence_id), None)
        if licence is not None:
            today = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            accepted = self._accepted() | {licence_id: _Acceptance(today, _digest(licence.text))}
            self._settings.set_blob(_ACCEPTED, msgspec.json.encode(accepted))

    def are_accepted(self, licence: Licence | None) -> bool:
        """Whether a model of these terms may be fetched."""
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


def write_terms(licence: Licence, folder: Path) -> list[RecordedFile]:
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

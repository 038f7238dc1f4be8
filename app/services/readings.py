"""Saved readings as a person handles them: how much disk they take, which books they hold, delete them."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from pathlib import Path

from app.core.settings import GIGABYTE
from app.engine.images import embedding_files
from app.engine.kv.encrypted_file import SECRET_BYTES
from app.engine.kv.saved_states import SavedState, SavedStates
from app.engine.protocol import ReadingsSpec
from app.store.settings import SettingsStore

_SECRET_NAME = "readings.secret"  # noqa: S105 - the name of a blob


class SavedReadings:
    """The secret that they are encrypted with is in the database, so that a new passphrase loses none of them."""

    def __init__(self, folder: Path, settings: SettingsStore) -> None:
        self._folder = folder
        self._settings = settings

    def spec(self) -> ReadingsSpec | None:
        """What the engine needs to save and find them; None when the person wants none. Raises AppError as the store
        does."""
        quota = self._quota_bytes()
        return ReadingsSpec(str(self._folder), self._secret(), quota) if quota else None

    def all(self) -> tuple[SavedState, ...]:
        """The last used first. Raises AppError."""
        return self._readings().all()

    def delete(self, reading: SavedState) -> None:
        """Raises AppError FOLDER_READ_ONLY."""
        self._readings().delete(reading)

    def delete_of_book(self, book_id: str) -> None:
        """Delete every reading that a book is a part of. Raises AppError FOLDER_READ_ONLY."""
        self._readings().delete_of_book(book_id)

    def keep_images(self, sha256s: Collection[str]) -> None:
        """Keep what projectors made of these images only. Raises AppError FOLDER_READ_ONLY."""
        if embedding_files.folder_in(self._folder).is_dir():
            embedding_files.retain(ReadingsSpec(str(self._folder), self._secret(), 0), sha256s)

    def _readings(self) -> SavedStates:
        return SavedStates(self._folder, self._secret(), self._quota_bytes())

    def _quota_bytes(self) -> int:
        return self._settings.load().readings_quota_gb * GIGABYTE

    def _secret(self) -> bytes:
        secret = self._settings.get_blob(_SECRET_NAME)
        if secret is None:
            secret = secrets.token_bytes(SECRET_BYTES)
            self._settings.set_blob(_SECRET_NAME, secret)
        return secret

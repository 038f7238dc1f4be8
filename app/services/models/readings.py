"""Saved readings as a person handles them: how much disk they take, which books they hold, delete them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from pathlib import Path

import msgspec

from app.core.matter import LIBRARY
from app.core.settings import GIGABYTE
from app.engine.kv.encrypted_file import SECRET_BYTES
from app.engine.kv.kept_files import kept_embeddings, kept_tokens
from app.engine.kv.saved_states import SavedState, SavedStates
from app.engine.protocol import ReadingsSpec
from app.store.settings import SettingsStore

_SECRET_NAME = "readings.secret"  # noqa: S105 - the name of a blob


class SavedReadings:
    """The secret that saved readings are encrypted with is in the database, so that a new passphrase loses none."""

    def __init__(
        self, folder: Path, settings: SettingsStore, books: Callable[[], frozenset[str]], desk: str = LIBRARY
    ) -> None:
        """`books` gives the ids of the books of the open desk: of others, readings are kept and listed nowhere. `desk`
        is its id."""
        self._folder = folder
        self._settings = settings
        self._books = books
        self._desk = desk

    def change_desk(self, books: Callable[[], frozenset[str]], desk: str) -> None:
        self._books, self._desk = books, desk

    def spec(self) -> ReadingsSpec:
        """Return what the engine needs to save and find readings, and the tokens of books. Raises AppError as the store
        does."""
        return ReadingsSpec(str(self._folder), self._secret(), self._quota_bytes(), self._desk)

    def all(self) -> tuple[SavedState, ...]:
        """Return the saved readings of the open desk, the last used first. Raises AppError."""
        shown = self._books()
        return tuple(each for each in self._readings().all() if _books_of(each) <= shown)

    def others_bytes(self) -> int:
        """Return how many bytes the readings take that are listed nowhere: of other matters, and of books in the bin.
        Raises AppError."""
        shown = self._books()
        return sum(each.size_bytes for each in self._readings().all() if not _books_of(each) <= shown)

    def delete(self, reading: SavedState) -> None:
        """Delete a saved reading. Raises AppError FOLDER_READ_ONLY."""
        self._readings().delete(reading)

    def delete_of_book(self, book_id: str) -> None:
        """Delete every reading that a book is a part of, and its tokens. Raises AppError FOLDER_READ_ONLY."""
        self._readings().delete_of_book(book_id)
        kept_tokens(self.spec()).delete(book_id)

    def delete_of_desk(self, desk: str, book_ids: Collection[str]) -> None:
        """Delete all that was saved of another desk, which has these books. Raises AppError FOLDER_READ_ONLY."""
        readings, tokens = self._readings(), kept_tokens(self.spec())
        for book_id in book_ids:
            readings.delete_of_book(book_id)
            tokens.delete(book_id)
        kept_embeddings(msgspec.structs.replace(self.spec(), desk=desk)).clear()

    def delete_but_of(self, book_ids: Collection[str]) -> None:
        """Delete every reading that has other books than these, and the tokens of others. Raises AppError."""
        for reading in self._readings().all():
            if not _books_of(reading) <= set(book_ids):
                self.delete(reading)
        kept_tokens(self.spec()).retain(book_ids)

    def keep_images(self, sha256s: Collection[str]) -> None:
        """Keep what projectors made of these images of the open desk only. Raises AppError FOLDER_READ_ONLY."""
        kept_embeddings(self.spec()).retain(sha256s)

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


def _books_of(reading: SavedState) -> set[str]:
    return {book.book_id for book in reading.books}

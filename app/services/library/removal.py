"""Deleting as a person does it: into the bin, back from it, and for good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.core.conversations.bin import BinEntry, BinKind
from app.core.record import Happening, RecordKind
from app.core.settings import Settings
from app.engine.protocol import Engine
from app.services.audit_log import AuditLog
from app.services.models.readings import SavedReadings
from app.store.bin import BinStore
from app.store.images import ImageStore


@dataclass(frozen=True)
class Removal:
    """Deletes into the bin or for good, and restores from the bin. All that came of something goes with it when it is
    deleted for good: on disk at once, in the engine when its turn comes.

    All methods raise AppError FOLDER_READ_ONLY, and as the store does.
    """

    kept: BinStore
    images: ImageStore
    readings: SavedReadings
    engine: Engine
    settings: Callable[[], Settings]
    audit_log: AuditLog

    @property
    def uses_bin(self) -> bool:
        """True if what is deleted can be had back."""
        return self.settings().use_bin

    @property
    def bin_days(self) -> int:
        """So long the bin keeps what is in it."""
        return self.settings().retention.bin_days

    def delete(self, kind: BinKind, item_id: str) -> BinEntry | None:
        """Delete something and return its entry in the bin; None if nothing was deleted, or it was for good."""
        entry = self.kept.put(kind, item_id)
        if entry is not None and not self.uses_bin:
            self.purge(entry)
            return None
        if entry is not None:
            self._note(RecordKind.DELETED, entry)
        return entry

    def restore(self, entry_id: str) -> BinEntry | None:
        """Put everything back where it was; None where it is gone."""
        entry = self.kept.restore(entry_id)
        if entry is not None:
            self._note(RecordKind.RESTORED, entry)
        return entry

    def purge(self, entry: BinEntry, because: RecordKind = RecordKind.PURGED) -> None:
        """Purge something for good: a book with its readings and the images of its pages, but its file stays where it
        is; a conversation with its images, and what a projector made of them. `because` is what the record says of
        it."""
        self._note(because, entry)
        if entry.kind is BinKind.BOOK:
            self.readings.delete_of_book(entry.item_id)
        self.kept.purge(entry.id)
        self.sweep()

    def expire(self, now: float) -> tuple[BinEntry, ...]:
        """Delete for good what was in the bin for its days, and return that. `now` is in seconds since the epoch,
        UTC."""
        expired = self.kept.expired(self.bin_days, now)
        for entry in expired:
            self.purge(entry, RecordKind.EXPIRED)
        return expired

    def _note(self, kind: RecordKind, entry: BinEntry) -> None:
        text = entry.title if kind in (RecordKind.DELETED, RecordKind.RESTORED) else ""
        books = (entry.item_id,) if entry.kind is BinKind.BOOK else ()
        self.audit_log.note(Happening(kind, entry.item_id, detail=entry.kind, text=text), books=books)

    def sweep(self) -> None:
        """Delete what a projector made of images that no question has any more, such as a crash may leave behind."""
        self.readings.keep_images(self.images.all())

    def release(self, book_id: str = "") -> None:
        """Let the engine drop what it still holds of what was deleted for good, and of a book. Waits its turn there."""
        if book_id:
            self.engine.forget(book_id)
        self.engine.keep_images(self.images.all())

"""Deleting conversations and books with all that came of them: on disk at once, in the engine when its turn comes."""

from __future__ import annotations

from app.engine.protocol import Engine
from app.services.library import Library
from app.services.readings import SavedReadings
from app.store.conversations import Conversations
from app.store.images import ImageStore


class Removal:
    """All methods raise AppError FOLDER_READ_ONLY, and as the store does."""

    def __init__(
        self,
        conversations: Conversations,
        library: Library,
        images: ImageStore,
        readings: SavedReadings,
        engine: Engine,
    ) -> None:
        self._conversations = conversations
        self._library = library
        self._images = images
        self._readings = readings
        self._engine = engine

    def delete_conversation(self, conversation_id: str) -> None:
        """With its images, and what a projector made of them."""
        self._conversations.delete(conversation_id)
        self.sweep()

    def remove_book(self, book_id: str) -> None:
        """With its readings and the images of its pages; its file stays where it is."""
        self._library.remove(book_id)
        self.sweep()

    def sweep(self) -> None:
        """Delete what a projector made of images that no question has any more, such as a crash may leave behind."""
        self._readings.keep_images(self._images.all())

    def release(self, book_id: str = "") -> None:
        """Let the engine drop what it still holds of what was deleted, and of a book. Waits its turn there."""
        if book_id:
            self._engine.forget(book_id)
        self._engine.keep_images(self._images.all())

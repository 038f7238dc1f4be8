"""Covers of books: the picture that a book has of its own, its first page drawn small, or the words on that."""

from __future__ import annotations

from app.core.conversations.image import Raster
from app.core.documents.document import Book, Format
from app.core.errors import AppError, Code
from app.core.work import Cancel, finish
from app.documents.images.reader import ImageReader
from app.services.library.library import Library
from app.store.covers import KeptCovers

COVER_WIDTH = 128
"""Pixels: what a shelf shows of it, on a screen of four times as many."""

_MOST_CHARACTERS = 1_200
"""The most characters that are shown of a first page's words: more are too small to be seen."""

NO_COVER = Raster(0, 0, b"")
"""Kept for a book that has no picture, so that it is not looked for again."""

_NO_PICTURE = frozenset({Code.IMAGE_UNKNOWN, Code.IMAGE_DAMAGED, Code.IMAGE_LIMIT})


class Covers:
    """All methods raise AppError as the store does."""

    def __init__(self, library: Library, kept: KeptCovers, images: ImageReader) -> None:
        self._library = library
        self._kept = kept
        self._images = images

    def known(self, book_id: str) -> Raster | None:
        """Return the cover that is kept of a book, perhaps NO_COVER; None where none is kept."""
        return self._kept.find(book_id)

    def draw(self, book: Book) -> Raster:
        """Draw the first page, or find the book's own picture, and keep that; NO_COVER where it has none that can be
        decoded. Raises AppError also as `Library.page_image` does."""
        if is_drawn(book):
            cover = self._library.page_image(book.id, 1, COVER_WIDTH)
        else:
            cover = self._decoded(self._library.cover_picture(book.id))
        self._kept.keep(book.id, cover)
        return cover

    def _decoded(self, untrusted_picture: bytes) -> Raster:
        """Decode a picture by the sealed reader of images, within its limits."""
        if not untrusted_picture:
            return NO_COVER
        try:
            return finish(self._images.take(untrusted_picture, "cover", Cancel())).thumbnail
        except AppError as error:
            if error.code in _NO_PICTURE:
                return NO_COVER
            raise

    def words(self, book_id: str) -> str:
        """Return the first words of a book that has no picture."""
        return self._library.page(book_id, 1).text[:_MOST_CHARACTERS]


def is_drawn(book: Book) -> bool:
    """Return whether a book's pages have a look of their own, which the reader draws."""
    return book.format.is_drawn


def may_have_picture(book: Book) -> bool:
    """Return whether a book's pages are drawn, or its file may have a picture of its cover."""
    return is_drawn(book) or book.format is Format.EPUB

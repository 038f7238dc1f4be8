"""Covers of books: their first pages drawn small by the sealed reader, once, or the words on them."""

from __future__ import annotations

from app.core.document import Book, Format
from app.core.image import Raster
from app.services.library import Library
from app.store.covers import KeptCovers

COVER_WIDTH = 128
"""Pixels: what a shelf shows of it, on a screen of four times as many."""

_MOST_CHARACTERS = 1_200
"""Of a first page's words: more are too small to be seen."""


class Covers:
    """All methods raise AppError as the store does."""

    def __init__(self, library: Library, kept: KeptCovers) -> None:
        self._library = library
        self._kept = kept

    def known(self, book_id: str) -> Raster | None:
        """The drawing that is kept; None where there is none."""
        return self._kept.find(book_id)

    def draw(self, book_id: str) -> Raster:
        """Draw the first page, and keep that. Raises AppError also as `Library.page_image` does."""
        cover = self._library.page_image(book_id, 1, COVER_WIDTH)
        self._kept.keep(book_id, cover)
        return cover

    def words(self, book_id: str) -> str:
        """The first ones of a book whose pages are not drawn."""
        return self._library.page(book_id, 1).text[:_MOST_CHARACTERS]


def is_drawn(book: Book) -> bool:
    """Whether its pages have a look of their own, which the reader draws."""
    return book.format is Format.PDF

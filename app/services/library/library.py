"""Books as a person handles them: look at a page, find words, read a file again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from app.core.conversations.conversation import BookRef, PageRange
from app.core.conversations.events import Opening, Tokenizing
from app.core.conversations.image import Raster
from app.core.documents.document import Book, CitedBook, FoundPage, Page, PageLayer
from app.core.documents.ingestion import IngestionReport, examine
from app.core.errors import AppError, Code
from app.core.machine.secret import Password
from app.core.work import Cancel, Work, finish
from app.documents.protocol import Highlight
from app.documents.reader import DocumentReader
from app.engine.protocol import DocumentText, Engine, Measure, PageText, Prompt
from app.services.audit_log import AuditLog
from app.services.models.readings import SavedReadings
from app.store.books import Books


class Library:
    def __init__(
        self, reader: DocumentReader, books: Books, engine: Engine, readings: SavedReadings, audit_log: AuditLog
    ) -> None:
        self._reader = reader
        self._books = books
        self._engine = engine
        self._readings = readings
        self.audit_log = audit_log

    def read_again(self, book_id: str, cancel: Cancel, password: Password | None = None) -> Work[Opening, Book]:
        """Turn a book's file into pages once more, for a newer reader may find more on them.

        Raises AppError BOOK_FILE_CHANGED where the file is another one by now, as `DocumentReader.read` and the
        database do; Stopped. The book then stays as it is. Where pages come out otherwise, what the model has read of
        the book is read again when it is asked about.
        """
        book = self.book(book_id)
        document = yield from self._reader.read(Path(book.path), cancel, password, member=book.member)
        if document.sha256 != book.sha256:
            raise AppError(Code.BOOK_FILE_CHANGED, path=book.path, title=book.title)
        if document.pages == self._books.pages(book.id):
            self._books.set_reading(book.id, document.reading, document.facts)
            return self.book(book.id)
        replaced = self._books.replace_pages(book.id, document)
        if replaced is None:
            raise AppError(Code.FILE_MISSING, path=book.title)
        self._readings.delete_of_book(book.id)
        return replaced

    def books(self) -> tuple[Book, ...]:
        return self._books.all()

    def book(self, book_id: str) -> Book:
        """Return the book. Raises AppError FILE_MISSING if it was taken away."""
        return self._books.book(book_id)

    def these(self, ids: Iterable[str]) -> dict[str, Book]:
        """Return these books by their ids, in one read. Raises AppError FILE_MISSING if one was taken away."""
        return self._books.these(ids)

    def page(self, book_id: str, number: int) -> Page:
        """Return a page as the model reads it. Raises AppError PAGES_INVALID if there is no such page."""
        return self._books.page(book_id, number)

    def pages(self, book_id: str, pages: PageRange | None = None) -> tuple[Page, ...]:
        """Return the pages of a book, or some, as the model reads them.

        Raises AppError PAGES_INVALID when a wanted page does not exist.
        """
        return self._books.cited(BookRef(book_id, pages)).pages

    def report(self, book_id: str) -> IngestionReport:
        """Report how much could be read of each page of a book, without its tokens."""
        return examine(self._books.pages(book_id))

    def page_tokens(self, book_id: str) -> tuple[int, ...] | None:
        """Return the exact tokens of each page for the loaded model, its mark included; None while none is loaded, and
        for a remote engine: it gets no book to count that is not on the desk."""
        model = self._engine.model()
        if model is None or model.host:
            return None
        prompt = Prompt("", (document_text(self._books.cited(BookRef(book_id))),), ())
        ends = finish(self._engine.run(Measure(prompt))).page_ends[0]
        return tuple(end - start for start, end in zip((0, *ends), ends, strict=False))

    def page_image(self, book_id: str, number: int, width: int) -> Raster:
        """Draw a page of a PDF `width` pixels wide. Raises AppError as `DocumentReader.draw_page` does."""
        book = self.book(book_id)
        with _named(book):
            return self._reader.draw_page(Path(book.path), book.sha256, number, width, book.member)

    def page_layer(self, book_id: str, number: int) -> PageLayer:
        """Return where the characters and links of a page of a PDF are on its drawing; every link that leads to a page
        leads to one that the book has. Raises AppError as `page_image`."""
        book = self.book(book_id)
        with _named(book):
            layer = self._reader.page_layer(Path(book.path), book.sha256, number, book.member)
        inside = tuple(link for link in layer.links if link.page <= book.page_count)
        return msgspec.structs.replace(layer, links=inside)

    def page_sizes(self, book_id: str) -> tuple[tuple[float, float], ...]:
        """Return width and height, in points, of each page of a PDF as it is drawn. Raises AppError as `page_image`."""
        book = self.book(book_id)
        with _named(book):
            return self._reader.page_sizes(Path(book.path), book.sha256, book.member)

    def annotated_copy(self, book_id: str, highlights: Sequence[Highlight]) -> bytes:
        """Return a PDF written anew with these highlights; its file is only read. Raises AppError as `page_image`."""
        book = self.book(book_id)
        with _named(book):
            return self._reader.annotated_copy(Path(book.path), book.sha256, highlights, book.member)

    def cover_picture(self, book_id: str) -> bytes:
        """Return the picture that a book's file has of its cover, undecoded; empty if it has none. Raises AppError as
        `page_image`."""
        book = self.book(book_id)
        with _named(book):
            return self._reader.cover_picture(Path(book.path), book.sha256, book.member)

    def search(self, book_id: str, text: str) -> tuple[FoundPage, ...]:
        """Return the pages that contain `text`, whatever its case."""
        return self._books.search(book_id, text)

    def tokens(self, book_id: str, cancel: Cancel) -> Work[Tokenizing, int | None]:
        """Return the exact tokens of the whole book for the loaded model; None while none is loaded, and for a remote
        engine, as `page_tokens`. Asks the engine once. Raises AppError; Stopped."""
        model = self._engine.model()
        if model is None:
            return None
        known = self._books.tokens(book_id, model.vocabulary)
        if known is None and not model.host:
            book = self.book(book_id)
            prompt = Prompt("", (document_text(self._books.cited(BookRef(book_id))),), ())
            known = (yield from self._engine.run(Measure(prompt), cancel)).documents[0]
            if self.book(book_id).hidden_read == book.hidden_read:  # it may have been changed meanwhile
                self._books.set_tokens(book_id, model.vocabulary, known)
        return known

    def known_tokens(self, cancel: Cancel) -> Work[Tokenizing, dict[str, int]]:
        """Return the exact tokens of every book that was counted for the loaded model, by the ids of the books."""
        yield from ()
        model = self._engine.model()
        return {} if model is None or cancel.requested else self._books.all_tokens(model.vocabulary)

    def rename(self, book_id: str, title: str) -> Book:
        """Give a book another title, or one like it where another book has that; an empty one changes nothing. The
        model knows a book by its title, so that what it has read of this one is read again. Raises AppError
        FILE_MISSING."""
        before, book = self.book(book_id), self._books.rename(book_id, title)
        if book.title != before.title:
            self._readings.delete_of_book(book_id)
        return book

    def set_hidden_read(self, book_id: str, hidden_read: bool) -> Book:
        """Set whether the model reads the hidden text of a book's pages too; what was read of the book is read
        again."""
        self._books.set_hidden_read(book_id, hidden_read)
        return self.book(book_id)

    def close(self) -> None:
        self._reader.close()


@contextlib.contextmanager
def _named(book: Book) -> Iterator[None]:
    """Have an error that concerns a page of a book name the page as the book does: readers only count."""
    try:
        yield
    except AppError as error:
        number = error.params.get("page")
        if not isinstance(number, int):
            raise
        raise AppError(error.code, **{**error.params, "page": book.page_names.of(number).plain}) from error


def document_text(book: CitedBook) -> DocumentText:
    """Return the text of a book that the model reads: its title and its pages."""
    return DocumentText(book.title, tuple(PageText(page.label, page.text) for page in book.pages), book.book_id)

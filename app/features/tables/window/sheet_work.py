"""The window's work with sheets in the store, off the GUI thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from app.core.conversations.conversation import BookRef
from app.core.documents.document import Book
from app.core.errors import AppError, Code
from app.export.files import write_bytes
from app.features.tables.cells import ReadCell, read_cell
from app.features.tables.data import GridColumn, Sheet, SheetCell
from app.features.tables.export import files
from app.features.tables.export.report import SheetReport, compose
from app.features.tables.service import Sheets, Templates
from app.services.asking.parts import Parts
from app.services.library.folder_adding import FolderAdding
from app.services.library.library import Library
from app.services.library.removal import Removal
from app.store.conversations import Conversations
from app.ui.chat.question_queue import QueuedQuestion
from app.ui.pdf import pdf
from app.wording.i18n import language


@dataclass(frozen=True)
class OpenedSheet:
    """A kept sheet, and its books by id. `reads` are what its cells say, by the ids of their questions."""

    sheet: Sheet
    books: dict[str, Book]
    reads: Mapping[str, ReadCell] = field(default_factory=dict)


@dataclass(frozen=True)
class ListedDocument:
    """A document that can be chosen. `folder` is where it is on the shelf; empty if it is in no folder."""

    book: Book
    folder: str = ""


@dataclass(frozen=True)
class WantedSheet(QueuedQuestion):
    """A new table. `each` tells that every document is asked by itself."""

    columns: tuple[GridColumn, ...] = ()
    title: str = ""
    each: bool = False
    books: tuple[BookRef, ...] = ()


@dataclass(frozen=True)
class SheetWork:
    """The window's work with sheets in the store, off the GUI thread. Raises AppError as the store does."""

    sheets: Sheets
    parts: Parts
    templates: Templates
    library: Library
    conversations: Conversations
    removal: Removal
    adding: FolderAdding

    def documents(self) -> tuple[ListedDocument, ...]:
        """Return all documents of the library."""
        shelf, names = self.adding.shelf(), {counts.source.id: counts.source.name for counts in self.adding.all()}
        listed = []
        for book in self.library.books():
            place = shelf.get(book.id)
            name = names.get(place.source_id) if place is not None else None
            inside = place.folder if place is not None else None
            folder = "" if name is None or inside is None else Path(name, inside).as_posix()
            listed.append(ListedDocument(book, folder))
        return tuple(listed)

    def books(self, refs: tuple[BookRef, ...]) -> dict[str, Book]:
        return self.library.these(ref.book_id for ref in refs)

    def questions_of(self, name: str, refs: tuple[BookRef, ...]) -> tuple[str, ...]:
        """Return the questions that the template of this name asks of these documents."""
        return self.templates.questions(self.templates.get(name, language()), refs)

    def make(self, wanted: WantedSheet) -> Sheet:
        rows = [(ref,) for ref in wanted.books] if wanted.each else [wanted.books]
        return self.sheets.create(wanted.columns, rows, title=wanted.title)

    def open(self, sheet_id: str) -> OpenedSheet:
        sheet = self.sheets.get(sheet_id)
        if sheet is None:
            raise AppError(Code.BUG, where="sheets.open")
        asked = tuple(dict.fromkeys(ref for row in sheet.rows for ref in row.books))
        return OpenedSheet(sheet, self.books(asked), {cell.question.id: read_cell(cell) for cell in sheet.cells})

    def open_notes(self, question_id: str) -> OpenedSheet | None:
        """Open the notes for a question; None if they were deleted."""
        notes = self.parts.notes(question_id)
        sheet = None if notes is None else self.sheets.get(notes.id)
        return None if sheet is None else OpenedSheet(sheet, self.books(sheet.books))

    def export(self, sheet_id: str, path: Path) -> None:
        opened = self.open(sheet_id)
        report = compose(opened.sheet, opened.books, as_list=not opened.sheet.is_grid)
        if isinstance(report, SheetReport) and path.suffix.lower() == pdf.ENDING:
            from app.features.tables.export import web  # when a file is written

            write_bytes(pdf.write_across(report.title, partial(web.write_sheet, report)), path)
        else:
            files.write(report, path)
        self.library.audit_log.exported("sheet", path, item=sheet_id, books=opened.books)

    # ---- a table that is changed; each gives what is kept then

    def add(
        self, sheet_id: str, columns: tuple[GridColumn, ...] = (), rows: tuple[tuple[BookRef, ...], ...] = ()
    ) -> OpenedSheet:
        self.sheets.add(self.open(sheet_id).sheet, columns, rows)
        return self.open(sheet_id)

    def change_column(self, sheet_id: str, column: GridColumn) -> OpenedSheet:
        self.sheets.store.change_column(sheet_id, column)
        return self.open(sheet_id)

    def delete_column(self, sheet_id: str, number: int) -> OpenedSheet:
        self.sheets.store.delete_column(sheet_id, number)
        return self.open(sheet_id)

    def delete_row(self, sheet_id: str, number: int) -> OpenedSheet:
        self.sheets.store.delete_row(sheet_id, number)
        return self.open(sheet_id)

    def correct(self, sheet_id: str, cell: SheetCell, correction: str) -> OpenedSheet:
        """Put a correction in the place of a cell's answer. The words that the model wrote are no correction: they take
        one back."""
        said = read_cell(cell).answered.text
        self.sheets.store.correct(cell.question.id, "" if correction == said else correction)
        return self.open(sheet_id)

    def comment(self, sheet_id: str, question_id: str, comment: str) -> OpenedSheet:
        self.sheets.store.comment(question_id, comment)
        return self.open(sheet_id)

"""Grids: asks every question of every row as the first one after its books, keeps each answer; templates."""

from __future__ import annotations

import os
import threading
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.core.conversations.cell import CellState
from app.core.conversations.chapters import chapters_of, of_one_level
from app.core.conversations.conversation import BookRef
from app.core.conversations.values import AnswerForm
from app.core.errors import AppError, Code
from app.core.machine.paths import resources
from app.core.work import Cancel, Work
from app.documents.files import open_document
from app.features.tables.columns import MAX_QUESTION_CHARACTERS, check_length, split_questions
from app.features.tables.data import GridColumn, Sheet, SheetEntry, SheetProgress
from app.features.tables.store import SheetStore
from app.services.asking.ask import Ask, title_of
from app.services.asking.cell_run import CellRun
from app.services.asking.weighing import SentenceWeighing
from app.services.library.library import Library
from app.services.services import Services


@dataclass(frozen=True)
class Sheets:
    """The sheets of a desk. `run` belongs to the engine's one executor."""

    ask: Ask
    store: SheetStore
    weighing: SentenceWeighing

    def create(
        self,
        columns: Sequence[GridColumn],
        rows: Sequence[tuple[BookRef, ...]],
        *,
        title: str = "",
        excerpts: bool = False,
    ) -> Sheet:
        """Keep a new sheet; without a title it takes its first question's first words. Raises AppError QUESTION_*."""
        check_questions([column.question for column in columns])
        _check_cells(len(columns) * len(rows))
        return self.store.create(title or title_of(columns[0].question), columns, rows, excerpts=excerpts)

    def add(self, sheet: Sheet, columns: Sequence[GridColumn] = (), rows: Sequence[tuple[BookRef, ...]] = ()) -> None:
        """Add what a sheet does not have yet; only its new cells are left to be asked. Raises AppError QUESTION_*."""
        known = {(column.question, column.form) for column in sheet.columns}
        new_columns = [column for column in columns if (column.question, column.form) not in known]
        asked = {row.books for row in sheet.rows}
        new_rows = [books for books in rows if books not in asked]
        all_columns = len(sheet.columns) + len(new_columns)
        if new_columns:
            check_questions([column.question for column in (*sheet.columns, *new_columns)])
        _check_cells(all_columns * (len(sheet.rows) + len(new_rows)))
        if new_columns or new_rows:
            self.store.add(sheet.id, new_columns, new_rows)

    def get(self, sheet_id: str) -> Sheet | None:
        return self.store.get(sheet_id)

    def all(self) -> tuple[SheetEntry, ...]:
        """Return all sheets, the newest first."""
        return self.store.all()

    def begun(
        self,
        columns: Sequence[GridColumn],
        rows: Sequence[tuple[BookRef, ...]],
        *,
        excerpts: bool,
        together: bool = False,
    ) -> Sheet | None:
        """Return the newest sheet that asks nothing but this, so that what it does not have yet can be added to it;
        None if there is none. With `together`, it asks just this, in this order, and has questions left to ask."""
        asked, books = _asked(columns), list(rows)
        for entry in self.store.all():
            sheet = self.store.get(entry.id) if 0 < entry.questions <= len(asked) * len(books) else None
            if sheet is None or sheet.question_id or sheet.excerpts != excerpts:
                continue
            known, known_books = _asked(sheet.columns), _rows(sheet)
            if together and ((known, known_books) != (asked, books) or sheet.finished):
                continue
            if set(asked).issuperset(known) and set(books).issuperset(known_books):
                return sheet
        return None

    def run(
        self, sheet_id: str, cancel: Cancel, only: str = "", no_more: threading.Event | None = None
    ) -> Work[SheetProgress, Sheet]:
        """Ask what is not answered yet, row by row, so that each document is read once, and return the sheet as it is
        then; or ask nothing but the question `only`, whether it was answered or not. A question that fails costs
        itself; what would make all others fail in the same way is raised, and leaves the others to be asked when this
        is called again. An answer in prose, a yes or no, and a choice are weighed before the next question; why none is
        is said once. Of a server several are asked side by side (`services.turns`). Once `no_more` is set, those
        that are under way are answered, and then it stops.
        """
        sheet = self.store.get(sheet_id)
        if sheet is None:
            raise AppError(Code.BUG, where="sheets.run")
        wanted = [
            (number, cell)
            for number, cell in enumerate(sheet.cells, 1)
            if (cell.question.id == only if only else cell.state is not CellState.ANSWERED)
        ]
        collects_notes = bool(sheet.question_id)
        run = CellRun(
            self.ask,
            sheet.cells,
            self.store.asks,
            cancel,
            weighing=None if collects_notes else self.weighing,
            excerpts=sheet.excerpts,
            notes=collects_notes,
            no_more=no_more,
        )
        yield from run.run(wanted)
        return self.store.get(sheet_id) or sheet


def sheets_of(desk: Services) -> Sheets:
    return Sheets(desk.asking.ask, SheetStore(desk.database, desk.conversations), desk.asking.weighing)


def _asked(columns: Sequence[GridColumn]) -> list[tuple[str, AnswerForm]]:
    return [(column.question, column.form) for column in columns]


def _rows(sheet: Sheet) -> list[tuple[BookRef, ...]]:
    return [row.books for row in sheet.rows]


# ---- templates: lists of questions that come with Octavo, in the languages of its faces


_FALLBACK = "en"
_TITLE_CHARACTERS = 200
"""The longest title of a chapter or a book within a question, in characters."""


class SheetTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A template. `questions` are lines as `columns_of` reads them; with `grid` they are for every document by itself.
    `each_chapter` is asked of every chapter, with {title}, {pages} and {book} in their places; `each_book`, with
    {book}, of every book that has no chapters."""

    title: str
    description: str
    questions: tuple[str, ...] = ()
    each_chapter: str = ""
    each_book: tuple[str, ...] = ()
    name: str = ""
    grid: bool = False


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the folder of templates; `place` orders the list."""

    place: int
    en: SheetTemplate
    ja: SheetTemplate
    grid: bool = False


class Templates:
    def __init__(self, folder: Path, library: Library) -> None:
        self._folder = folder
        self._library = library

    def all(self, language: str) -> tuple[SheetTemplate, ...]:
        """Return all templates in the order in which they are offered, in `language` if it is known, else in
        English."""
        found = []
        for path in sorted(self._folder.glob("*.toml")):
            file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
            template: SheetTemplate = getattr(file, language, None) or getattr(file, _FALLBACK)
            found.append((file.place, msgspec.structs.replace(template, name=path.stem, grid=file.grid)))
        return tuple(template for _place, template in sorted(found, key=lambda pair: pair[0]))

    def get(self, name: str, language: str) -> SheetTemplate:
        """Return a template by its name. Raises AppError TEMPLATE_UNKNOWN."""
        known = {template.name: template for template in self.all(language)}
        if name not in known:
            raise AppError(Code.TEMPLATE_UNKNOWN, name=name, known=", ".join(known))
        return known[name]

    def questions(self, template: SheetTemplate, refs: Sequence[BookRef]) -> tuple[str, ...]:
        """Return the questions that the template asks of these books, or of some of their pages. Raises AppError
        FILE_MISSING."""
        questions = list(template.questions)
        for ref in refs:
            book = self._library.book(ref.book_id)
            title = _short(book.title)
            first, last = (ref.pages.first, ref.pages.last) if ref.pages else (1, book.page_count)
            chapters = [
                chapter
                for chapter in of_one_level(chapters_of(book.outline, book.page_count))
                if chapter.pages.first <= last and chapter.pages.last >= first
            ]
            if template.each_chapter and chapters:
                for chapter in chapters:
                    ends = (max(first, chapter.pages.first), min(last, chapter.pages.last))
                    pages = "–".join(book.page_names.of(number).label for number in dict.fromkeys(ends))
                    questions.append(template.each_chapter.format(title=_short(chapter.title), pages=pages, book=title))
            else:
                questions += [question.format(book=title) for question in template.each_book]
        return tuple(questions)


def templates_of(desk: Services) -> Templates:
    return Templates(resources() / "sheets", desk.documents.library)


def _short(untrusted_title: str) -> str:
    title = " ".join(untrusted_title.split())
    return title if len(title) <= _TITLE_CHARACTERS else title[: _TITLE_CHARACTERS - 1] + "…"


MAX_QUESTIONS = 500
"""The most questions of one sheet."""

MAX_CELLS = 20_000

MAX_FILE_BYTES = 4 * MAX_QUESTIONS * MAX_QUESTION_CHARACTERS
"""The largest file of questions: UTF-8 takes up to four bytes for a character."""


def check_questions(questions: Sequence[str]) -> None:
    """Check questions. Raises AppError QUESTION_NONE, QUESTION_LIMIT, QUESTION_TOO_LONG."""
    if not questions:
        raise AppError(Code.QUESTION_NONE)
    if len(questions) > MAX_QUESTIONS:
        raise AppError(Code.QUESTION_LIMIT, wanted=len(questions), limit=MAX_QUESTIONS)
    for number, question in enumerate(questions, 1):
        check_length(question, number)


def _check_cells(wanted: int) -> None:
    if wanted > MAX_CELLS:
        raise AppError(Code.QUESTION_CELLS, wanted=wanted, limit=MAX_CELLS)


def read_questions(path: Path) -> tuple[str, ...]:
    """Read the questions in a file of UTF-8 text, with a byte order mark or without.

    Raises AppError FILE_* as `open_document` does, FILE_TOO_LARGE, FILE_NOT_UTF8.
    """
    file = open_document(path)
    with os.fdopen(file.fd, "rb") as opened:
        if file.version.size > MAX_FILE_BYTES:
            raise AppError(
                Code.FILE_TOO_LARGE, path=str(path), size_bytes=file.version.size, limit_bytes=MAX_FILE_BYTES
            )
        untrusted_bytes = opened.read(MAX_FILE_BYTES)
    try:
        return split_questions(untrusted_bytes.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise AppError(Code.FILE_NOT_UTF8, path=str(path)) from error

"""Templates of question sheets: lists of questions that come with Octavo, in the languages of its faces."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.core.conversation import BookRef
from app.core.errors import AppError, Code
from app.documents.files import open_document
from app.services.context import chapters_of
from app.services.fitting import OutlineChapter
from app.services.library import Library

_FALLBACK = "en"
_TITLE_CHARACTERS = 200
"""Of a chapter or a book, within a question."""


class SheetTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`questions` are asked as they are. `each_chapter` is asked of every chapter, with {title}, {pages} and {book} in
    their places; `each_book`, with {book}, of every book that has no chapters."""

    title: str
    description: str
    questions: tuple[str, ...] = ()
    each_chapter: str = ""
    each_book: tuple[str, ...] = ()
    name: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the folder of templates; `place` orders the list."""

    place: int
    en: SheetTemplate
    ja: SheetTemplate


class Templates:
    def __init__(self, folder: Path, library: Library) -> None:
        self._folder = folder
        self._library = library

    def all(self, language: str) -> tuple[SheetTemplate, ...]:
        """In the order in which they are offered, in `language` where it is known, else in English."""
        found = []
        for path in sorted(self._folder.glob("*.toml")):
            file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
            template: SheetTemplate = getattr(file, language, None) or getattr(file, _FALLBACK)
            found.append((file.place, msgspec.structs.replace(template, name=path.stem)))
        return tuple(template for _place, template in sorted(found, key=lambda pair: pair[0]))

    def get(self, name: str, language: str) -> SheetTemplate:
        """Raises AppError TEMPLATE_UNKNOWN."""
        known = {template.name: template for template in self.all(language)}
        if name not in known:
            raise AppError(Code.TEMPLATE_UNKNOWN, name=name, known=", ".join(known))
        return known[name]

    def questions(self, template: SheetTemplate, refs: Sequence[BookRef]) -> tuple[str, ...]:
        """What the template asks of these books, or of some of their pages. Raises AppError FILE_MISSING."""
        questions = list(template.questions)
        for ref in refs:
            book = self._library.book(ref.book_id)
            title = _short(book.title)
            first, last = (ref.pages.first, ref.pages.last) if ref.pages else (1, book.page_count)
            chapters = [
                chapter
                for chapter in _of_one_level(chapters_of(book.outline, book.page_count))
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


def _of_one_level(chapters: Sequence[OutlineChapter]) -> tuple[OutlineChapter, ...]:
    """The chapters of the highest level that has several: a book is often whole below one entry, its title."""
    for level in sorted({chapter.level for chapter in chapters}):
        found = tuple(chapter for chapter in chapters if chapter.level == level)
        if len(found) > 1:
            return found
    return tuple(chapters)


def _short(untrusted_title: str) -> str:
    title = " ".join(untrusted_title.split())
    return title if len(title) <= _TITLE_CHARACTERS else title[: _TITLE_CHARACTERS - 1] + "…"


MAX_QUESTIONS = 500
"""On one sheet."""

MAX_QUESTION_CHARACTERS = 2000
MAX_FILE_BYTES = 4 * MAX_QUESTIONS * MAX_QUESTION_CHARACTERS
"""UTF-8 takes up to four bytes for a character."""

_COMMENT = "#"


def split_questions(text: str) -> tuple[str, ...]:
    """One question a line; empty lines and those that begin with # are left out."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith(_COMMENT))


def check_questions(questions: Sequence[str]) -> None:
    """Raises AppError QUESTION_NONE, QUESTION_LIMIT, QUESTION_TOO_LONG."""
    if not questions:
        raise AppError(Code.QUESTION_NONE)
    if len(questions) > MAX_QUESTIONS:
        raise AppError(Code.QUESTION_LIMIT, wanted=len(questions), limit=MAX_QUESTIONS)
    for number, question in enumerate(questions, 1):
        if len(question) > MAX_QUESTION_CHARACTERS:
            raise AppError(
                Code.QUESTION_TOO_LONG, number=number, characters=len(question), limit=MAX_QUESTION_CHARACTERS
            )


def read_questions(path: Path) -> tuple[str, ...]:
    """The questions in a file of UTF-8 text, with a byte order mark or without.

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

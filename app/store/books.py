"""Books on disk: their pages as text, also as it was recognised in pictures, and how many tokens each book has."""

# ruff: noqa: S608 (what is put into the SQL below are constants of the store, never a value)

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Iterable
from itertools import chain, count, dropwhile
from pathlib import Path
from typing import Any

import apsw
import msgspec

from app.core.conversations.conversation import BookRef, PageRange
from app.core.documents.document import Book, CitedBook, Document, Flag, Format, FoundPage, Page, Recognition, Section
from app.core.documents.facts import Facts
from app.core.documents.ingestion import examine
from app.core.errors import AppError, Code
from app.language.folding import fold, storable
from app.store import notes, passages
from app.store.bin import restore
from app.store.db import Database

_BOOK = (
    "id, title, format, sha256, path, added_at, page_count, characters, language, outline, flagged_pages, labels,"
    " reading, facts, hidden_read, member, parent_id, former_titles"
)
_FORMER_TITLES = 8
"""The most former titles of a book that are kept."""
_APART_CHARACTERS = 16
"""The most characters of a file's name that are shown, its last words, where versions differ: what tells two books of
one title apart stays in sight on the smallest mark."""
_TITLE_CHARACTERS = 200
"""The most characters of a title that a person gives."""
_WORD = re.compile(r"\w+")
_PAGE = "number, label, text, chapter, flags, hidden, confidence, picture"
_FORGET_PASSAGES = """
UPDATE answers SET passages = (
    SELECT json_group_array(json(value) ORDER BY key) FROM json_each(answers.passages)
        WHERE value ->> 'book_id' <> :id
) WHERE EXISTS (SELECT 1 FROM json_each(answers.passages) WHERE value ->> 'book_id' = :id);
UPDATE questions SET plan = json_set(plan, '$.left_out[#]', :id, '$.passages', json((
    SELECT json_group_array(json(value) ORDER BY key) FROM json_each(questions.plan, '$.passages')
        WHERE value ->> 'book_id' <> :id
))) WHERE EXISTS (SELECT 1 FROM json_each(questions.plan, '$.passages') WHERE value ->> 'book_id' = :id)
"""


class Books:
    """All methods raise AppError as `Database.read` and `Database.write` do; what they return is on disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, document: Document, path: Path, apart: str = "", member: str = "", parent_id: str = "") -> Book:
        """Keep a document, or the `member` of a file, with the book of that file, if it has one, as its parent.

        One with the same bytes that is there already is kept as it is, but for its path, and one that is in the bin
        comes back. A file of its own comes before one that is inside another.

        Where another book has its title, two versions of a contract say, `apart` is added to it, or its file's name: a
        page mark must say which of them it means.
        """
        where = os.fsencode(path.absolute())
        with self._database.write() as connection:
            row = connection.execute(
                f"""UPDATE books SET (path, member, parent_id) = (
                        SELECT :path, :member, :parent WHERE :member = '' OR member != ''
                            UNION ALL SELECT path, member, parent_id LIMIT 1
                    ) WHERE sha256 = :sha256 RETURNING bin_id, {_BOOK}""",
                {"path": where, "member": member, "parent": parent_id, "sha256": document.sha256},
            ).fetchone()
            if row is not None:
                restore(connection, str(row[0]))
                return _book(row[1:])
            row = (
                uuid.uuid4().hex,
                _own_title(connection, storable(document.title), storable(apart or path.stem)),
                document.format,
                document.sha256,
                where,
                time.time(),
                *_columns(document),
                *(False, member, parent_id, "[]"),
            )
            connection.execute(f"INSERT INTO books ({_BOOK}) VALUES ({', '.join('?' * len(row))})", row)
            _put_pages(connection, row[0], document)
        return _book(row)

    def replace_pages(self, book_id: str, document: Document) -> Book | None:
        """Put the pages of `document`, made of the same file, in the place of a book's; None if the book is gone.

        The book's title, its desks and the answers about it stay. What earlier questions restated of it is forgotten:
        its words may be elsewhere now. Notes go where their words are.
        """
        with self._database.write() as connection:
            connection.execute("DELETE FROM pages WHERE book_id = ?", (book_id,))
            connection.execute("DELETE FROM passages WHERE book_id = ?", (book_id,))
            _forget_made(connection, book_id)
            row = connection.execute(
                f"""UPDATE books SET page_count = ?, characters = ?, language = ?, outline = ?, flagged_pages = ?,
                    labels = ?, reading = ?, facts = ? WHERE id = ? RETURNING {_BOOK}""",
                (*_columns(document), book_id),
            ).fetchone()
            if row is None:
                return None
            _put_pages(connection, book_id, document)
            connection.execute(_FORGET_PASSAGES, {"id": book_id})
            notes.place_again(connection, book_id, document.pages)
        self._database.scrub()
        return _book(row)

    def rename(self, book_id: str, title: str) -> Book:
        """Give a book another title, made different from those of all other books as `add` does. What was made of the
        old one, its tokens, questions and events, is made anew. Raises AppError FILE_MISSING if the book is gone."""
        with self._database.write() as connection:
            row = connection.execute(f"SELECT {_BOOK} FROM books WHERE id = ? AND bin_id = ''", (book_id,)).fetchone()
            if row is None:
                raise AppError(Code.FILE_MISSING, path=book_id)
            book = _book(row)
            wanted = " ".join(storable(title).split())[:_TITLE_CHARACTERS].strip()
            if wanted in ("", book.title):
                return book
            named = _own_title(connection, wanted, storable(Path(book.path).stem), book_id)
            former = [old for old in (book.title, *book.former_titles) if old != named][:_FORMER_TITLES]
            _forget_made(connection, book_id)
            connection.execute(
                "UPDATE books SET title = ?, former_titles = ? WHERE id = ?", (named, _json(former), book_id)
            )
        return msgspec.structs.replace(book, title=named, former_titles=tuple(former))

    def set_reading(self, book_id: str, reading: int, facts: Facts) -> None:
        """Note that the file was read again, and its pages came out the same."""
        self._database.run("UPDATE books SET reading = ?, facts = ? WHERE id = ?", (reading, _json(facts), book_id))

    def hashes(self, ids: Iterable[str]) -> dict[str, str]:
        """Return the SHA-256 of the documents of these books, those in the bin too, by their ids."""
        sql = "SELECT id, sha256 FROM books WHERE id IN (SELECT value FROM json_each(?))"
        rows = self._database.rows(sql, (msgspec.json.encode(tuple(ids)).decode(),))
        return {str(id): str(sha256) for id, sha256 in rows}

    def all(self) -> tuple[Book, ...]:
        """Return all books; the one that was added last comes first."""
        return tuple(
            map(_book, self._database.rows(f"SELECT {_BOOK} FROM books WHERE bin_id = '' ORDER BY added_at DESC, id"))
        )

    def ids(self, *, with_bin: bool = False) -> frozenset[str]:
        rows = self._database.rows("SELECT id FROM books WHERE bin_id = '' OR ?", (with_bin,))
        return frozenset(str(id) for (id,) in rows)

    def get(self, id: str) -> Book | None:
        row = self._database.row(f"SELECT {_BOOK} FROM books WHERE id = ? AND bin_id = ''", (id,))
        return None if row is None else _book(row)

    def book(self, id: str) -> Book:
        """Return the book. Raises AppError FILE_MISSING if it was taken away."""
        book = self.get(id)
        if book is None:
            raise AppError(Code.FILE_MISSING, path=id)
        return book

    def these(self, ids: Iterable[str]) -> dict[str, Book]:
        """Return these books by their ids, in one read. Raises AppError FILE_MISSING if one was taken away."""
        wanted = tuple(dict.fromkeys(ids))
        rows = self._database.rows(
            f"SELECT {_BOOK} FROM books WHERE id IN (SELECT value FROM json_each(?)) AND bin_id = ''",
            (msgspec.json.encode(wanted).decode(),),
        )
        found = {book.id: book for book in map(_book, rows)}
        if gone := next((id for id in wanted if id not in found), ""):
            raise AppError(Code.FILE_MISSING, path=gone)
        return {id: found[id] for id in wanted}

    def of_content(self, sha256: str) -> Book | None:
        """Return the book that was made of these bytes, unless it is in the bin."""
        row = self._database.row(f"SELECT {_BOOK} FROM books WHERE sha256 = ? AND bin_id = ''", (sha256,))
        return None if row is None else _book(row)

    def set_path(self, book_id: str, path: Path, member: str = "", parent_id: str = "") -> None:
        """Note where a book's file is now, or that the book is this member of it."""
        self._database.run(
            "UPDATE books SET path = ?, member = ?, parent_id = ? WHERE id = ?",
            (os.fsencode(path.absolute()), member, parent_id, book_id),
        )

    def page(self, book_id: str, number: int) -> Page:
        """Return a page as the model reads it; `number` counts from 1. Raises AppError FILE_MISSING, PAGES_INVALID."""
        (page,) = self.cited(BookRef(book_id, PageRange(number, number))).pages
        return page

    def cited(self, ref: BookRef) -> CitedBook:
        """Return a book as the model reads it, whole or some of its pages. Raises AppError FILE_MISSING; PAGES_INVALID
        if a wanted page does not exist."""
        book, wanted = self.book(ref.book_id), ref.pages
        if wanted is not None and not 1 <= wanted.first <= wanted.last <= book.page_count:
            pages = f"{wanted.first}-{wanted.last}" if wanted.first != wanted.last else str(wanted.first)
            raise AppError(Code.PAGES_INVALID, path=book.title, wanted=pages, pages=book.page_count)
        as_read = tuple(_as_read(page, book) for page in self.pages(book.id, wanted))
        return CitedBook(book.id, book.title, as_read, book.former_titles)

    def pages(self, book_id: str, range: PageRange | None = None) -> tuple[Page, ...]:
        """Return all pages as they were read from the file, or those of `range` that there are, in their order."""
        first, last = (1, None) if range is None else (range.first, range.last)
        rows = self._database.rows(
            f"""SELECT {_PAGE} FROM pages WHERE book_id = :id AND number >= :first
                AND (:last IS NULL OR number <= :last) ORDER BY number""",
            {"id": book_id, "first": first, "last": last},
        )
        return tuple(map(_page, rows))

    def search(self, book_id: str, text: str) -> tuple[FoundPage, ...]:
        """Return the pages that contain `text`; case, width and line breaks do not count. Empty text is nowhere."""
        needle = fold(text)
        if not needle:
            return ()
        rows = self._database.rows(
            """SELECT number, count_places(text, :needle) FROM pages
                WHERE book_id = :id AND contains(text, :needle) ORDER BY number""",
            {"id": book_id, "needle": needle},
        )
        return tuple(FoundPage(*row) for row in rows)

    def tokens(self, book_id: str, vocabulary: str) -> int | None:
        """Return the tokens of the whole book in a vocabulary (`ModelInfo.vocabulary`); None while nobody has counted
        them."""
        sql = "SELECT tokens FROM book_tokens WHERE book_id = ? AND vocabulary = ?"
        row = self._database.row(sql, (book_id, vocabulary))
        return None if row is None else int(row[0])

    def all_tokens(self, vocabulary: str) -> dict[str, int]:
        """Return the tokens of every book that somebody has counted in a vocabulary, by the ids of the books."""
        return dict(self._database.rows("SELECT book_id, tokens FROM book_tokens WHERE vocabulary = ?", (vocabulary,)))

    def set_tokens(self, book_id: str, vocabulary: str, tokens: int) -> None:
        """Keep how many tokens a book has. Without effect for a book that was deleted meanwhile."""
        self._database.run(
            """INSERT OR REPLACE INTO book_tokens (book_id, vocabulary, tokens)
                SELECT id, ?, ? FROM books WHERE id = ?""",
            (vocabulary, tokens, book_id),
        )

    def set_hidden_read(self, book_id: str, hidden_read: bool) -> None:
        """Set whether the model reads a book's hidden text. Its tokens are counted again then."""
        with self._database.write() as connection:
            connection.execute("UPDATE books SET hidden_read = ? WHERE id = ?", (hidden_read, book_id))
            connection.execute("DELETE FROM book_tokens WHERE book_id = ?", (book_id,))


def _forget_made(connection: apsw.Connection, book_id: str) -> None:
    """Forget what was made of a book's title and text, so that it is made again."""
    for table in ("book_tokens", "suggested_questions", "timeline_books"):
        connection.execute(f"DELETE FROM {table} WHERE book_id = ?", (book_id,))


def _own_title(connection: apsw.Connection, title: str, apart: str, book_id: str = "") -> str:
    """Return the title; if a book other than `book_id` has that already, add the words of `apart` that it does not
    have, and a number if need be."""
    own = _own_words(title, apart)
    named = f"{title} ({own})" if own else title
    choices = chain((title, named), (f"{named} ({number})" for number in count(2)))
    taken = "SELECT 1 FROM books WHERE title = ? AND id != ?"
    return next(choice for choice in choices if connection.execute(taken, (choice, book_id)).fetchone() is None)


def _own_words(title: str, apart: str) -> str:
    """Return the words of `apart` that come behind those of the title, else before them: `draft-2`. The last ones are
    kept, whole as far as there is room; a number has the word before it, which says what is counted."""
    known, words = set(_WORD.findall(title.casefold())), _WORD.findall(apart)
    behind = list(dropwhile(lambda word: word.casefold() in known, words))
    if len(behind) == len(words):
        behind = list(dropwhile(lambda word: word.casefold() in known, reversed(words)))[::-1]
    elif len(behind) == 1 and behind[0].isdecimal():
        behind = words[-2:]
    kept = ""
    for word in reversed(behind):
        longer = f"{word}-{kept}" if kept else word
        if len(longer) > _APART_CHARACTERS:
            return kept or f"{word[: _APART_CHARACTERS - 1]}…"
        kept = longer
    return kept


class Recognitions:
    """The pages of the books on the shelf, and what was recognised for documents that are still being opened.

    So a book that is deleted takes along all that was recognised for it. All methods raise AppError as `Database.read`
    and `Database.write` do.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, picture: str) -> Recognition | None:
        """Return the text recognised in the picture that is known by `picture` (`Page.picture`), None if nothing
        was."""
        row = self._database.row(
            """SELECT text, confidence FROM recognitions WHERE picture = :picture
                UNION ALL SELECT text, ifnull(confidence, 0.0) FROM pages
                    WHERE picture = :picture AND picture != ''
                LIMIT 1""",
            {"picture": picture},
        )
        return None if row is None else Recognition(*row)

    def keep(self, picture: str, recognition: Recognition) -> None:
        """Keep a recognition until a page with this picture is on the shelf, or until `forget_unfinished`."""
        self._database.run(
            "INSERT OR REPLACE INTO recognitions (picture, text, confidence) VALUES (?, ?, ?)",
            (picture, recognition.text, recognition.confidence),
        )

    def forget_unfinished(self) -> None:
        """Forget what was recognised for documents that never came on the shelf."""
        if self._database.row("SELECT 1 FROM recognitions LIMIT 1") is not None:
            self._database.run("DELETE FROM recognitions")
            self._database.scrub()


def _book(row: tuple[Any, ...]) -> Book:
    id, title, format, sha256, path, added_at, page_count, characters, language, outline, *rest = row
    flagged_pages, labels, reading, facts, hidden_read, member, parent_id, former_titles = rest
    return Book(
        id=id,
        title=title,
        format=Format(format),
        sha256=sha256,
        path=os.fsdecode(path),
        added_at=added_at,
        page_count=page_count,
        characters=characters,
        language=language,
        outline=msgspec.json.decode(outline, type=tuple[Section, ...]),
        flagged_pages=flagged_pages,
        hidden_read=bool(hidden_read),
        labels=msgspec.json.decode(labels, type=tuple[str, ...]),
        reading=reading,
        facts=msgspec.json.decode(facts, type=Facts),
        member=member,
        parent_id=parent_id,
        former_titles=msgspec.json.decode(former_titles, type=tuple[str, ...]),
    )


def _columns(document: Document) -> tuple[int | str, ...]:
    """Return the values of a document for the columns from `page_count` to `facts`."""
    return (
        len(document.pages),
        document.characters,
        document.language,
        _json(document.outline),
        len(examine(document.pages).to_look_at),
        _json(document.page_names.labels),
        document.reading,
        _json(document.facts),
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode("utf-8")


def _put_pages(connection: apsw.Connection, book_id: str, document: Document) -> None:
    connection.executemany(
        f"INSERT INTO pages (book_id, {_PAGE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ((book_id, *_page_row(page)) for page in document.pages),
    )
    passages.index(connection, book_id, document.pages, document.outline)


def _page_row(page: Page) -> tuple[Any, ...]:
    flags = _json(page.flags)
    return page.number, page.label, page.text, page.chapter, flags, page.hidden, page.confidence, page.picture


def _page(row: tuple[Any, ...]) -> Page:
    number, label, text, chapter, flags, hidden, confidence, picture = row
    known = msgspec.json.decode(flags, type=tuple[Flag, ...])
    return Page(number, label, text, chapter, known, hidden, confidence, picture)


def _as_read(page: Page, book: Book) -> Page:
    """Return a page with its hidden text at its end, named as such, if the person allowed it: passages keep their
    places."""
    if not book.hidden_read or not page.hidden:
        return page
    only_comments = Flag.COMMENTS in page.flags and Flag.HIDDEN_TEXT not in page.flags
    what = "Comments on this page" if only_comments else "Hidden text of this page"
    return msgspec.structs.replace(page, text=f"{page.text}\n\n[{what}: {page.hidden}]".lstrip())

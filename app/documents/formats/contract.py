"""The types that every format gets and returns, and its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import NoReturn, Protocol, TypeAlias, TypeVar

import msgspec

from app.core.conversations.image import Raster
from app.core.documents.document import Document, Format, Member
from app.core.documents.facts import NO_FACTS, Facts
from app.core.errors import AppError, Code
from app.core.machine.secret import Password
from app.documents.text import language
from app.documents.text.clean import clean_line
from app.documents.text.flow import Flowed

MAX_PAGES = 50_000
MAX_CHARACTERS = 50_000_000  # ten million tokens, and more
MAX_OUTLINE_LEVELS = 12
MAX_LABEL_CHARACTERS = 32

_T = TypeVar("_T")
Progress: TypeAlias = Callable[[int, int], None]
"""Called with `done` and `total` pages or steps. It may raise an exception to end the work, which is passed on."""


class Content(msgspec.Struct, frozen=True):
    """A file to read: its name or path (for errors and for a title), its bytes, their SHA-256 in hex, and the password
    that the person gave.
    """

    name: str
    data: memoryview | bytes
    sha256: str
    password: Password | None = None


class FormatReader(Protocol):
    """The functions that the module of each format provides."""

    @property
    def format(self) -> Format: ...

    def parse(self, content: Content, progress: Progress) -> Document:
        """Read a document. Raises AppError with `path=content.name` for any bad bytes, and nothing else of its own."""
        ...


class InnerFile(msgspec.Struct, frozen=True):
    """A file inside another one; `/` in its name parts folders."""

    untrusted_name: str
    size_bytes: int
    read: Callable[[], bytes]


class ContainerReader(Protocol):
    """The functions that the module of a kind of file provides that holds documents."""

    def inner_files(self, content: Content) -> Iterable[InnerFile]:
        """Return the files inside that may be documents, always in the same order. Raises AppError as
        `FormatReader.parse` does, and so does `InnerFile.read`."""
        ...


class DrawnReader(Protocol):
    """The functions that the module of a format provides whose pages are shown as they look (`Format.is_drawn`)."""

    def page_image(self, content: Content, page: int, width: int) -> Raster: ...

    def page_sizes(self, content: Content) -> tuple[tuple[float, float], ...]: ...

    def scan_image(self, content: Content, page: int) -> Raster: ...


def refuse_over(limit: int, value: int, name: str, content: Content) -> None:
    """Raise AppError DOCUMENT_LIMIT if `value` exceeds `limit`, which messages call `name`."""
    if value > limit:
        raise AppError(Code.DOCUMENT_LIMIT, path=content.name, limit=name, value=limit)


def refuse_damaged(content: Content, format: Format, cause: Exception | None = None) -> NoReturn:
    """Raise AppError DOCUMENT_DAMAGED."""
    raise AppError(Code.DOCUMENT_DAMAGED, path=content.name, format=format.value) from cause


def none_if_damaged(read: Callable[[], _T]) -> _T | None:
    """Return the result of `read`; None if it raises ValueError or AppError DOCUMENT_DAMAGED."""
    try:
        return read()
    except ValueError:
        return None
    except AppError as error:
        if error.code is not Code.DOCUMENT_DAMAGED:
            raise
        return None


def guarded(work: Callable[[], _T], content: Content, format: Format) -> _T:
    """Run the `work` of a library; what that cannot read is damage. When a library in Rust panics, the exception is not
    even an Exception."""
    try:
        return work()
    except (MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        refuse_damaged(content, format, error if isinstance(error, Exception) else None)


def to_document(
    flowed: Flowed,
    content: Content,
    format: Format,
    untrusted_title: str = "",
    untrusted_language: str = "",
    empty_pages: int = 0,
    facts: Facts = NO_FACTS,
    members: tuple[Member, ...] = (),
) -> Document:
    """Make the document of these pages. Its own title and language are used if they are usable.

    Raises AppError DOCUMENT_NO_TEXT, with `empty_pages` as the number of pages, if there is no page.
    """
    if not flowed.pages:
        raise AppError(Code.DOCUMENT_NO_TEXT, path=content.name, pages=empty_pages)
    return Document(
        title=choose_title(untrusted_title, content),
        format=format,
        sha256=content.sha256,
        pages=flowed.pages,
        outline=flowed.outline,
        language=language.detect([page.text for page in flowed.pages], untrusted_language),
        facts=facts,
        members=members,
    )


def choose_title(untrusted_title: str, content: Content) -> str:
    """Return the document's own title if it is usable, else the file's name without its ending."""
    title = clean_line(untrusted_title)
    stem = PurePath(content.name.replace("\\", "/")).stem
    useless = not title or title.casefold() in {"untitled", "unknown", "title"} or title.startswith("Microsoft Word - ")
    return (clean_line(stem) or "?") if useless else title

"""What every format is given, must return, and may not exceed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import NoReturn, Protocol, TypeAlias

import msgspec

from app.core.document import Document, Format
from app.core.errors import AppError, Code
from app.core.secret import Password
from app.documents.text.clean import clean_line

MAX_PAGES = 50_000
MAX_CHARACTERS = 50_000_000  # ten million tokens, and more
MAX_OUTLINE_LEVELS = 12
MAX_LABEL_CHARACTERS = 32

Progress: TypeAlias = Callable[[int, int], None]
"""Told `done` and `total` pages or steps. It may raise, to end the work; what it raises goes through."""


class Content(msgspec.Struct, frozen=True):
    """A file as a reader gets it: its name or path (for errors, for a title), all its bytes, their SHA-256 in hex, and
    the password that the person gave for it."""

    name: str
    data: memoryview | bytes
    sha256: str
    password: Password | None = None


class FormatReader(Protocol):
    """The port that each format's module fills."""

    @property
    def format(self) -> Format: ...

    def parse(self, content: Content, progress: Progress) -> Document:
        """Raises AppError, with `path=content.name`, whatever the bytes are; nothing else of its own."""
        ...


def refuse_over(limit: int, value: int, name: str, content: Content) -> None:
    """Raise AppError DOCUMENT_LIMIT when `value` exceeds `limit`, which messages call `name`."""
    if value > limit:
        raise AppError(Code.DOCUMENT_LIMIT, path=content.name, limit=name, value=limit)


def refuse_damaged(content: Content, format: Format, cause: Exception | None = None) -> NoReturn:
    """Raise AppError DOCUMENT_DAMAGED."""
    raise AppError(Code.DOCUMENT_DAMAGED, path=content.name, format=format.value) from cause


def choose_title(untrusted_title: str, content: Content) -> str:
    """The title that the document gives itself where it gives a usable one, else the file's name without its ending."""
    title = clean_line(untrusted_title)
    stem = PurePath(content.name.replace("\\", "/")).stem
    useless = not title or title.casefold() in {"untitled", "unknown", "title"} or title.startswith("Microsoft Word - ")
    return (clean_line(stem) or "?") if useless else title

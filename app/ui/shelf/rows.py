"""What the rows of the shelf are: headings, books and the states a book can be in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt

from app.core.conversation import PageRange
from app.core.document import Book

ItemRole = int(Qt.ItemDataRole.UserRole) + 1


@dataclass(frozen=True)
class HeadingRow:
    text: str


class BookState(StrEnum):
    OPENING = "opening"  # the file is being turned into pages
    READING = "reading"  # the model is reading it
    READY = "ready"
    PARTLY_READ = "partly_read"  # the model has read its first pages
    READ = "read"  # it is in the model's context, or saved
    FAILED = "failed"


@dataclass(frozen=True)
class BookRow:
    """A book on the shelf, or one on its way there (`book` is None; `key` is then the path).

    `tokens` is None while it is not counted; `state_text` puts the state into words, `fraction` draws a bar.
    """

    key: str
    title: str
    book: Book | None = None
    on_desk: bool = False
    pages: PageRange | None = None
    tokens: int | None = None
    state: BookState = BookState.READY
    state_text: str = ""
    fraction: float | None = None

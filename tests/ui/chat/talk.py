"""Turns to show, and a way to read what a view shows."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from app.core.conversations.conversation import (
    Answer,
    BookRef,
    Citation,
    CitationState,
    Ending,
    StoredQuestion,
    Timings,
    Turn,
    Usage,
)
from app.core.conversations.image import ImageRef
from app.core.conversations.verdict import Evidence, SentenceVerdict, Unweighed, Verdict
from app.core.documents.document import Book, Format
from app.ui.chat.messages.answer import AnswerMessage
from app.ui.chat.messages.message import MessageWidget
from app.ui.chat.text.chip import ChipButton


def book(id: str, title: str, pages: int = 100, labels: tuple[str, ...] = ()) -> Book:
    return Book(id, title, Format.PDF, "", "", 0.0, pages, 0, labels=labels)


def cite(text: str, mark: str, state: CitationState, page: int, book_id: str = "lease") -> Citation:
    """The citation that stands in `text` as `mark`."""
    start = text.index(mark)
    return Citation(book_id, f"{book_id}.pdf", page, str(page), "", state, start, start + len(mark))


def judged(
    text: str,
    sentence: str,
    verdict: Verdict,
    page: int = 0,
    *on_page: str,
    book_id: str = "lease",
    named: str = "",
    reason: Unweighed | None = None,
) -> SentenceVerdict:
    """The verdict on `sentence` of `text`, which rests on these sentences of a page."""
    start = text.index(sentence)
    words = on_page or ("Words of the page.",)
    evidence = tuple(Evidence(book_id, f"{book_id}.pdf", page, str(page), each) for each in words if page)
    return SentenceVerdict(start, start + len(sentence), verdict, evidence, named, reason)


def answer(
    number: int,
    text: str,
    citations: Sequence[Citation] = (),
    ending: Ending = Ending.COMPLETE,
    *,
    numbers: bool = True,
    verdicts: Sequence[SentenceVerdict] = (),
) -> Answer:
    usage = Usage(279_641, 279_592, 49, 80) if numbers else Usage()
    timings = Timings(first_token_s=0.31) if numbers else Timings()
    made = Answer(f"a{number}", f"q{number}", text, ending, "model", 0.0, tuple(citations), usage, timings)
    return msgspec.structs.replace(made, verdicts=tuple(verdicts))


def asked(number: int, text: str, books: Sequence[str] = (), images: tuple[ImageRef, ...] = ()) -> StoredQuestion:
    """Question `q<number>`."""
    return StoredQuestion(f"q{number}", "c", None, text, tuple(map(BookRef, books)), 0.0, images)


def turn(
    number: int,
    question: str,
    text: str | None = None,
    citations: Sequence[Citation] = (),
    *,
    books: Sequence[str] = ("lease",),
    question_variants: tuple[int, int] = (1, 1),
    answer_variants: tuple[int, int] = (1, 1),
    ending: Ending = Ending.COMPLETE,
    verdicts: Sequence[SentenceVerdict] = (),
) -> Turn:
    """Question `q<number>`, and answer `a<number>` unless `text` is None."""
    return Turn(
        asked(number, question, books),
        None if text is None else answer(number, text, citations, ending, verdicts=verdicts),
        *question_variants,
        *answer_variants,
    )


def read(message: MessageWidget) -> str:
    """All the text that a message shows, its pieces below each other."""
    message.expose(message.width(), -(10**7), 10**7)
    return "\n\n".join(piece.copy(0, piece.end()) for piece in message.pieces)


def colours(widget: QWidget) -> set[str]:
    """Every colour that a widget shows, as `#rrggbb`."""
    picture = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return {f"#{pixel & 0xFFFFFF:06x}" for pixel in set(memoryview(picture.constBits()).cast("I"))}


def chips(message: AnswerMessage) -> list[ChipButton]:
    """The marks of the text, as they are read."""
    message.expose(message.width(), -(10**7), 10**7)
    message.place_buttons()
    return [stop for stop in message.stops() if isinstance(stop, ChipButton) and stop.parent() is message]


def lined(message: AnswerMessage) -> list[tuple[str, Verdict]]:
    """The words of each sentence that is underlined, and by what."""
    message.expose(message.width(), -(10**7), 10**7)
    found = []
    for piece in message.pieces:
        assert piece.written is not None
        found += [(piece.copy(each.start, each.end), each.verdict) for each in piece.written.sentences]
    return found

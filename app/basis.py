"""What an answer rests on where that is no book, in a sentence; for all faces."""

from __future__ import annotations

from app.core.conversation import Answer, Question, StoredQuestion
from app.messages import _


def asked_words(question: Question | StoredQuestion) -> str:
    """What is to be said of any answer to a question; empty where it was asked of books."""
    if question.books:
        return ""
    return (
        _("Answered without any book, from the images alone.") if question.images else _("Answered without any book.")
    )


def basis_words(question: Question | StoredQuestion, answer: Answer) -> str:
    """What is to be said of an answer; empty where it had books, and where nothing was answered."""
    return asked_words(question) if answer.text else ""

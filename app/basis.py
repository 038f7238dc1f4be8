"""What an answer rests on where no model drew it from books, in a sentence; for all faces."""

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
    """What is to be said of an answer; empty where a model had books, and where nothing was answered."""
    if not answer.text:
        return ""
    return _("This comes from Octavo’s search, not from the model.") if answer.from_search else asked_words(question)

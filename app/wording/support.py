"""What an answer rests on where no model drew it from books, or nothing in them was found for it; for all faces."""

from __future__ import annotations

from app.core.conversation import Answer, Ending, Question, StoredQuestion
from app.wording.i18n import _


def asked_words(question: Question | StoredQuestion) -> str:
    """What is to be said of any answer to a question; empty where it was asked of books."""
    if question.books:
        return ""
    return _("Answered without any book, only from the images.") if question.images else _("Answered without any book.")


def basis_words(question: Question | StoredQuestion, answer: Answer) -> str:
    """What is to be said of an answer; empty where a model had books and something was found in them, and where nothing
    was answered."""
    if not answer.text:
        return ""
    if answer.from_search:
        return _("This comes from Octavo’s search, not from the model.")
    if nothing_found(answer, asked_of_books=bool(question.books)):
        return _("Nothing about this was found in the books.")
    return asked_words(question)


def nothing_found(answer: Answer, *, asked_of_books: bool) -> bool:
    """Whether the check found nothing in the books, not even a page of the same words, for an answer that is whole."""
    whole = bool(answer.text) and answer.ending is Ending.COMPLETE and not answer.from_search
    return asked_of_books and whole and not any(citation.has_support for citation in answer.citations)

"""Scenes of suggested questions: about the books of an empty conversation, and after an answer."""

from __future__ import annotations

from app.core.documents.document import Document
from app.core.settings import ThemeChoice
from app.wording.i18n import use_language
from tests.tools.screens.stage import Stage
from tests.ui import shelf_of_books

_ASKED = "How long is the notice period?"


def _open(
    stage: Stage, *books: Document, theme: ThemeChoice = ThemeChoice.LIGHT, size: tuple[int, int] = (1440, 900)
) -> None:
    stage.engine.suggests = True
    stage.add_books()
    stage.books[:0] = [stage.add_book(book, colour) for colour, book in enumerate(books, 5)]
    stage.add_conversation("", stage.books[: len(books)])
    stage.open(theme=theme, size=size)


def suggestions(stage: Stage) -> None:
    _open(stage, shelf_of_books.agreement())


def suggestions_dark(stage: Stage) -> None:
    _open(stage, shelf_of_books.agreement(), shelf_of_books.work_rules(), theme=ThemeChoice.DARK, size=(1024, 700))


def suggestions_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _open(stage, shelf_of_books.work_rules())
    finally:
        use_language("en")


def suggestions_after(stage: Stage) -> None:
    stage.engine.answers = [("“The notice period is three months to the end of a year” [p. 4].",)]
    _open(stage, shelf_of_books.agreement())
    stage.ask(_ASKED)


SUGGESTION_SCENES = (suggestions, suggestions_dark, suggestions_japanese, suggestions_after)

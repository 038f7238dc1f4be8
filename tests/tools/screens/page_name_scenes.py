"""Scenes of a book whose own page numbers differ from counting, and are there twice."""

from __future__ import annotations

from app.core.conversations.conversation import PageRange
from app.core.conversations.image import Raster
from app.core.documents.document import Book, PageLayer
from app.core.settings import ThemeChoice
from app.documents import worker
from app.documents.formats.contract import Content
from tests.documents import labelled
from tests.tools.screens.stage import Stage
from tests.ui.room import LEASE, pause

_CONTENT = Content("manual.pdf", labelled.pdf(), "")
_ANSWER = (
    f"“{labelled.QUOTE}” [p. 3], as the cover says: “the harbour office keeps the number 1 lamp” [p. 1]. The first rule"
    " of the body is another: “the harbour office keeps the number 9 lamp” [p. 1]."
)


def _draw(page: int, width: int) -> Raster:
    return worker.page_image(_CONTENT, page, width)


def _layer(page: int) -> PageLayer:
    return worker.page_layer(_CONTENT, page)


def _asked(stage: Stage, page: int = 11, **options: object) -> Book:
    stage.engine.tokens = {**stage.engine.tokens, labelled.TITLE: 10_300}
    stage.reader.draw, stage.reader.layer = _draw, _layer
    stage.add_books()
    book = stage.add_book(labelled.document(), 6)
    stage.add_conversation("Lamps of the harbour", [book, stage.books[LEASE]])
    stage.engine.answers = [(_ANSWER,)]
    stage.open(**options)  # type: ignore[arg-type]
    stage.ask("Which lamp is kept burning?")
    stage.presenter.places.pages.first.open_page(book.id, page, labelled.QUOTE if page == 11 else "")
    stage.settle()
    return book


def page_names(stage: Stage) -> None:
    _asked(stage)


def page_names_dark(stage: Stage) -> None:
    _asked(stage, theme=ThemeChoice.DARK, size=(1024, 700))
    stage.window.page.open_outline()
    stage.settle()


def page_names_going(stage: Stage) -> None:
    book = _asked(stage)
    stage.presenter.shelf_area.shelf.choose_pages(book.id, PageRange(5, 20))
    stage.window.page.pager.jumped.emit("1")
    stage.settle()
    stage.presenter.places.pages.first.offer_thumbnails()
    stage.settle()


def page_names_found(stage: Stage) -> None:
    _asked(stage, 9)
    stage.window.page.header.find_field.setText("Rule 1")
    pause(400)
    stage.settle()


def page_names_chosen(stage: Stage) -> None:
    book = _asked(stage, theme=ThemeChoice.DARK)
    stage.presenter.shelf_area.shelf.ask_pages(book.id)
    stage.settle()
    dialog = stage.presenter.shelf_area.shelf.pages.dialog
    assert dialog is not None
    dialog.first.setText("1")
    dialog.first.set_page(9)
    dialog.last.setText("200")
    dialog.last.editingFinished.emit()
    stage.settle()


PAGE_NAME_SCENES = (page_names, page_names_dark, page_names_going, page_names_found, page_names_chosen)

"""Scenes of the page panel: a PDF that PDFium draws, with what is lit, found and selected on it."""

from __future__ import annotations

import textwrap
from functools import cache

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSplitter

from app.core.conversations.image import Raster
from app.core.documents.document import PageLayer, PageLink
from app.core.settings import ThemeChoice
from app.documents import worker
from app.documents.formats.contract import Content
from app.ui.kit.frame_state import PageLook
from app.ui.widgets.link_dialog import LinkDialog
from app.wording.i18n import use_language
from tests.documents.pdf_writer import lines, show, write_pdf
from tests.tools.screens.page_name_scenes import PAGE_NAME_SCENES
from tests.tools.screens.region_scenes import REGION_SCALED, REGION_SCENES
from tests.tools.screens.stage import Stage
from tests.ui import shelf_of_books
from tests.ui.room import LEASE, LETTERS, RULES, SURVEY, pause

QUOTE = "For Berths 4 to 7 the notice period is shortened to nine months"
_COLUMNS = 84


@cache
def _content() -> Content:
    pages = []
    for page in shelf_of_books.letters().pages:
        text = (
            f"{page.text} All other terms of the consolidated lease stand as they are. In particular, this letter"
            " grants no right with regard to the dry dock. The record of handing over is signed by both parties on the"
            " quay; until then rent continues at the daily rate, and the notice period runs on."
        )
        body = textwrap.wrap(" ".join(text.split()).encode("ascii", "ignore").decode(), _COLUMNS)
        closing = ["", "For the Landlord,", "the Harbour Master"]
        pages.append(show("Harbour Office", y=730, size=22) + lines(*body, *closing, y=680))
    return Content("letters.pdf", write_pdf(pages), "")


def draw(page: int, width: int) -> Raster:
    return worker.page_image(_content(), page, width)


def read_layer(page: int) -> PageLayer:
    return worker.page_layer(_content(), page)


def _letters(stage: Stage, **options: object) -> None:
    stage.reader.draw, stage.reader.layer = draw, read_layer
    stage.add_books()
    stage.add_conversation("Notice periods in the lease", [stage.books[LEASE], stage.books[LETTERS]])
    stage.open(**options)  # type: ignore[arg-type]


def _lit(stage: Stage, **options: object) -> None:
    _letters(stage, **options)
    stage.presenter.places.pages.first.open_page(stage.books[LETTERS].id, 22, QUOTE)
    stage.settle()


def page_lit(stage: Stage) -> None:
    _lit(stage)


def page_lit_dark(stage: Stage) -> None:
    _lit(stage, theme=ThemeChoice.DARK, size=(1024, 700))


def page_lit_200(stage: Stage) -> None:
    _lit(stage, size=(1280, 800))
    for _step in range(4):
        stage.window.page.zoom_in()
    pause(300)
    stage.settle()


def _found(stage: Stage, **options: object) -> None:
    _letters(stage, **options)
    stage.presenter.places.pages.first.open_page(stage.books[LETTERS].id, 22)
    stage.settle()
    stage.window.page.header.find_field.setText("notice")
    pause(400)
    stage.settle()


def page_found(stage: Stage) -> None:
    _found(stage)


def page_found_dark(stage: Stage) -> None:
    _found(stage, theme=ThemeChoice.DARK, size=(1024, 700))


def page_selected(stage: Stage) -> None:
    _letters(stage)
    stage.presenter.places.pages.first.open_page(stage.books[LETTERS].id, 22)
    stage.settle()
    image = stage.window.page.image
    text = read_layer(22).text
    image.select(text.index("In particular"), text.index("dry dock.") + len("dry dock."))
    stage.window.page.selection.ask_wanted.emit(stage.window.page.selection.words())
    stage.settle()


def page_found_japanese(stage: Stage) -> None:
    stage.add_books()
    stage.add_conversation("退去の通知について", [stage.books[RULES]])
    stage.open()
    stage.presenter.places.pages.first.open_book(stage.books[RULES].id)
    stage.settle()
    stage.window.page.header.find_field.setText("附属書四")
    pause(400)
    stage.settle()


def page_tabs(stage: Stage) -> None:
    _found(stage)
    for place in (LEASE, SURVEY, RULES, LETTERS):
        stage.presenter.places.navigation.open_book(stage.books[place].id)
        stage.settle()


def page_tabs_dark(stage: Stage) -> None:
    _letters(stage, theme=ThemeChoice.DARK, size=(1024, 700))
    for place in (LEASE, LETTERS):
        stage.presenter.places.navigation.open_book(stage.books[place].id)
        stage.settle()


def _cited(stage: Stage, **options: object) -> None:
    _letters(stage, **options)
    stage.engine.answers = [
        (f"“{QUOTE}” [Side letters p. 22]. So say letters 24 “sent by e-mail alone” [Side letters p. 24] and 18",
         " “sent by e-mail by him alone” [Side letters p. 18]. “Nobody wrote these words” [Side letters p. 22].")
    ]  # fmt: skip
    stage.ask("When must notice be given?")
    stage.presenter.places.pages.first.open_page(stage.books[LETTERS].id, 22, QUOTE)
    stage.settle()


def page_thumbnails(stage: Stage) -> None:
    _cited(stage)
    stage.presenter.places.pages.first.offer_thumbnails()
    stage.settle()


def page_thumbnails_dark(stage: Stage) -> None:
    _cited(stage, theme=ThemeChoice.DARK, size=(1024, 700))
    stage.presenter.places.pages.first.offer_thumbnails()
    stage.settle()


def _widen(stage: Stage) -> None:
    """The page gets what a wide window has."""
    (splitter,) = (each for each in stage.window.findChildren(QSplitter) if each.count() == 3)
    splitter.setSizes([264, 996, 1300])
    pause(300)
    stage.settle()


def page_two(stage: Stage) -> None:
    _lit(stage, size=(2560, 1440))
    _widen(stage)


def page_two_text(stage: Stage) -> None:
    _letters(stage, size=(2560, 1440), theme=ThemeChoice.DARK)
    stage.presenter.places.pages.first.open_page(stage.books[LEASE].id, 203)
    stage.settle()
    _widen(stage)


def page_split(stage: Stage) -> None:
    _lit(stage, size=(2560, 1440))
    _widen(stage)
    stage.presenter.places.pages.toggle()
    stage.settle()
    pause(300)
    stage.settle()


def page_split_small(stage: Stage) -> None:
    _lit(stage, size=(1440, 900), theme=ThemeChoice.DARK)
    stage.presenter.places.pages.toggle()
    stage.settle()
    pause(300)
    stage.settle()


def page_whole(stage: Stage) -> None:
    _lit(stage, size=(1024, 700))
    stage.window.page.fit_page()
    pause(300)
    stage.settle()


def page_turned_dark(stage: Stage) -> None:
    _lit(stage, theme=ThemeChoice.DARK)
    stage.window.page.set_look(PageLook(dark=True))
    stage.window.page.turn(1)
    stage.settle()


def page_dark(stage: Stage) -> None:
    _found(stage, theme=ThemeChoice.DARK)
    stage.window.page.set_look(PageLook(dark=True))
    stage.settle()


def _linked(stage: Stage, **options: object) -> None:
    _letters(stage, **options)
    inward = PageLink(((0.11, 0.048, 0.42, 0.085),), page=60, share=0.2)
    outward = PageLink(((0.11, 0.128, 0.7, 0.146),), address="https://example.org/harbour/terms?version=2024")
    stage.reader.layer = lambda page: msgspec.structs.replace(read_layer(page), links=(inward, outward))
    stage.presenter.places.pages.first.open_page(stage.books[LETTERS].id, 22)
    stage.settle()
    stage.presenter.places.navigation.focus_page()
    pause(200)
    QTest.keyClick(stage.window.page.image, Qt.Key.Key_Tab)
    stage.settle()


def page_link(stage: Stage) -> None:
    _linked(stage)


def page_link_dark(stage: Stage) -> None:
    _linked(stage, theme=ThemeChoice.DARK, size=(1024, 700))


def page_address(stage: Stage) -> None:
    _linked(stage)
    stage.window.page.image.links.stops()[1].click()
    (stage.alone,) = stage.window.page.findChildren(LinkDialog)
    stage.settle()


def page_address_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _linked(stage, theme=ThemeChoice.DARK)
        stage.window.page.image.links.stops()[1].click()
        (stage.alone,) = stage.window.page.findChildren(LinkDialog)
        stage.settle()
    finally:
        use_language("en")


def page_view_menu(stage: Stage) -> None:
    _lit(stage)
    stage.window.page.open_view_menu()
    pause(100)


def page_view_menu_japanese(stage: Stage) -> None:
    use_language("ja")
    try:
        _lit(stage, theme=ThemeChoice.DARK, size=(1024, 700))
        stage.window.page.open_view_menu()
        pause(100)
    finally:
        use_language("en")


PAGE_SCENES = (
    page_lit,
    page_lit_dark,
    page_lit_200,
    page_found,
    page_found_dark,
    page_found_japanese,
    page_selected,
    page_tabs,
    page_tabs_dark,
    page_thumbnails,
    page_thumbnails_dark,
    page_two,
    page_two_text,
    page_whole,
    page_split,
    page_split_small,
    page_turned_dark,
    page_dark,
    page_view_menu,
    page_view_menu_japanese,
    page_link,
    page_link_dark,
    page_address,
    page_address_japanese,
    *REGION_SCENES,
    *PAGE_NAME_SCENES,
)
PAGE_SCALED = {"page-lit-200": "2"} | REGION_SCALED

"""A page mark leads to its page; a page that cannot be drawn is still there as text; the book can be searched."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import Citation, CitationState
from app.core.conversations.image import Raster
from app.core.documents.document import Flag
from app.core.errors import Code, Problem
from app.wording.errors import sentence
from app.wording.page_flags import flag_sentence
from app.wording.page_names import no_page_words
from tests.there import there
from tests.ui import shelf_of_books
from tests.ui.room import LEASE, LETTERS, SURVEY, Room, wait

_LETTER_QUOTE = "For Berths 4 to 7 the notice period is shortened to nine months"


def _draw(page: int, width: int) -> Raster:
    return Raster(width, width, bytes([page % 256, 0, 0]) * (width * width))


def _open(room: Room) -> None:
    room.add_books()
    room.add_conversation("A", [room.books[LEASE], room.books[LETTERS]])
    room.open()


def _lit(room: Room) -> list[str]:
    sheet = room.window.page.text.sheet()
    return [selection.cursor.selectedText() for selection in sheet.extraSelections()] if sheet is not None else []


def test_a_mark_in_an_answer_opens_its_page_with_the_quotation_lit(qtbot: QtBot, room: Room) -> None:
    _open(room)
    room.engine.answers = [(f"“{shelf_of_books.QUOTE}” [p. 203].",)]
    room.ask("Quote it.")
    room.window.toggle_page()
    assert room.window.page.isHidden()
    room.window.talk.view.citation_clicked.emit(room.citation(0))
    room.settle()
    assert not room.window.page.isHidden(), "a folded panel opens for it"
    assert room.presenter.shown.place == (room.books[LEASE].id, 203)
    assert room.window.page.pager.place() == "203 of 412"
    assert _lit(room) == [shelf_of_books.QUOTE]


def test_a_page_of_a_pdf_is_drawn_in_device_pixels_and_its_quotation_told(room: Room) -> None:
    room.reader.draw = _draw
    _open(room)
    room.presenter.places.pages.first.open_page(room.books[LETTERS].id, 22, _LETTER_QUOTE)
    room.settle()
    panel = room.window.page
    assert panel.drawing_shown()
    assert room.reader.widths[-1] == round(panel.image.drawn_area().width() * panel.devicePixelRatioF())
    assert panel.quote() == f"On this page: “{_LETTER_QUOTE}”"
    panel.toggle_drawing()
    room.settle()
    assert not panel.drawing_shown()
    assert _lit(room) == [_LETTER_QUOTE]
    panel.toggle_drawing()
    room.settle()
    assert panel.drawing_shown()


def test_where_the_file_is_gone_the_text_stays_with_the_reason(room: Room) -> None:
    _open(room)
    room.presenter.places.pages.first.open_page(room.books[LETTERS].id, 22, _LETTER_QUOTE)
    room.settle()
    panel = room.window.page
    assert not panel.drawing_shown()
    gone = Problem(Code.PAGE_UNAVAILABLE, {"path": "Side letters 2019–2024.pdf", "page": 22})
    assert panel.note() == sentence(gone)
    assert _lit(room) == [_LETTER_QUOTE]


def test_quick_turning_shows_the_last_page_wanted(room: Room) -> None:
    room.reader.draw = _draw
    _open(room)
    for number in range(1, 40):
        room.presenter.places.pages.first.open_page(room.books[LETTERS].id, number)
    room.settle()
    assert room.presenter.shown.place == (room.books[LETTERS].id, 39)
    colour = room.window.page.image.grab().toImage().pixelColor(100, 100)
    assert colour.red() == 39


def test_a_quotation_that_is_not_there_is_said(room: Room) -> None:
    _open(room)
    room.presenter.places.pages.first.open_page(room.books[LEASE].id, 203, "words that nobody wrote in this lease")
    room.settle()
    assert room.window.page.note() == "The quotation was not found on this page."
    assert _lit(room) == []


def test_a_page_that_no_book_has_is_said(room: Room) -> None:
    _open(room)
    place = room.presenter.shown.place
    citation = Citation("", "Harbour Lease", 0, "999", "", CitationState.NOT_FOUND)
    room.presenter.places.navigation.open_citation(citation)
    room.settle()
    assert "999" in room.window.talk.notice.text()
    assert room.presenter.shown.place == place


def test_a_page_of_which_no_one_knows_the_book_is_said(room: Room) -> None:
    _open(room)
    place = room.presenter.shown.place
    room.presenter.places.navigation.open_citation(Citation("", "Lease / Letters", 0, "9", "", CitationState.PAGE))
    room.settle()
    assert "Lease / Letters" in room.window.talk.notice.text()
    assert room.presenter.shown.place == place


def test_pages_turn_by_button_key_and_number(qtbot: QtBot, room: Room) -> None:
    _open(room)
    panel = room.window.page
    room.presenter.places.pages.first.open_page(room.books[LEASE].id, 1)
    room.settle()
    assert not panel.pager.back.isEnabled()
    panel.pager.forward.click()
    room.settle()
    assert room.presenter.shown.place == (room.books[LEASE].id, 2)
    assert panel.pager.field.accessibleDescription() == "p. 2 of 412", "the number of pages is said once"
    panel.focus_page()
    qtbot.keyClick(panel.text, Qt.Key.Key_Right)
    room.settle()
    assert room.presenter.shown.place == (room.books[LEASE].id, 3)
    for typed, page in (("412", 412), ("999", 412), ("zero", 412)):
        panel.focus_pager()
        panel.pager.field.setText(typed)
        qtbot.keyClick(panel.pager.field, Qt.Key.Key_Return)
        room.settle()
        assert room.presenter.shown.place == (room.books[LEASE].id, page)
    assert panel.note() == no_page_words("zero", room.books[LEASE].page_names)
    assert not panel.pager.forward.isEnabled()


def test_the_book_is_searched_and_each_place_visited(qtbot: QtBot, room: Room) -> None:
    _open(room)
    room.presenter.places.pages.first.open_page(room.books[LEASE].id, 1)
    room.settle()
    panel = room.window.page
    panel.focus_find()
    qtbot.keyClicks(panel.header.find_field, "excluded from every right")
    qtbot.keyClick(panel.header.find_field, Qt.Key.Key_Return)
    wait(lambda: "1 place" in panel.found.text())
    qtbot.keyClick(panel.header.find_field, Qt.Key.Key_Return)
    room.settle()
    assert room.presenter.shown.place == (room.books[LEASE].id, 203)
    assert _lit(room) == ["excluded from every right"]
    panel.header.find_field.setText("harbour office")
    wait(lambda: "places" in panel.found.text())
    room.settle()
    qtbot.keyClick(panel.header.find_field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    room.settle()
    assert room.presenter.shown.place == (room.books[LEASE].id, 202)
    panel.header.find_field.setText("no such words")
    wait(lambda: "was not found" in panel.found.text())
    qtbot.keyClick(panel.header.find_field, Qt.Key.Key_Escape)
    room.settle()
    assert panel.found.text() == ""
    assert _lit(room) == []


def test_flags_of_a_page_are_a_quiet_line(room: Room) -> None:
    room.reader.draw = _draw
    _open(room)
    room.presenter.places.pages.first.open_page(room.books[SURVEY].id, 9)
    room.settle()
    assert room.window.page.note() == flag_sentence(Flag.HIDDEN_TEXT, there(room.presenter.shown.page))
    room.presenter.places.pages.first.open_page(room.books[SURVEY].id, 10)
    room.settle()
    assert room.window.page.note() == ""
    assert room.row(room.books[SURVEY]).state_text == "3 pages to check"


def test_the_outline_leads_to_its_pages(room: Room) -> None:
    _open(room)
    room.window.page.section_chosen.emit(203)
    room.settle()
    assert room.presenter.shown.place == (room.books[LEASE].id, 203)
    assert room.window.shelf.book_view.selected() == room.books[LEASE].id

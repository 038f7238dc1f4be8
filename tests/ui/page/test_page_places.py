"""Quotations and found words at their place on a drawn page; words selected there; books in tabs."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.conversations.verdict import Verdict
from app.core.documents.document import Document, Format, Page, PageLayer
from app.documents.layer import Box, Layer
from app.ui.chat.text.chip import ChipButton
from app.ui.chat.text.verdict_marks import colour_verdict, gravest
from app.ui.look.theme import PAPER
from app.ui.page.hits import Around, FoundBar, Hit
from app.ui.page.popups import OutlinePopup, ThumbnailPopup, cited_pages
from app.ui.page.zoom import PageZoom
from tests.tools.screens.page_scenes import QUOTE, draw, read_layer
from tests.ui.room import LEASE, LETTERS, SURVEY, Room, wait


def _open(room: Room, page: int = 22, quote: str = "") -> None:
    room.reader.draw, room.reader.layer = draw, read_layer
    room.add_books()
    room.add_conversation("A", [room.books[LEASE], room.books[LETTERS]])
    room.open()
    room.presenter.places.pages.first.open_page(room.books[LETTERS].id, page, quote)
    room.settle()


def _bands(page: int, words: str) -> tuple[Box, ...]:
    layer = Layer(read_layer(page))
    start = layer.text.index(words)
    return layer.bands(start, start + len(words))


def _point(room: Room, box: Box, x: float) -> QPoint:
    """In the viewport: `x` from 0 to 1 across a box of the drawing."""
    image = room.window.page.image
    area = image.drawn_area()
    return QPoint(
        round(area.left() + area.width() * (box.left + x * (box.right - box.left))),
        round(area.top() + area.height() * (box.top + box.bottom) / 2),
    )


def _drag(room: Room, first: str, last: str) -> None:
    """From the beginning of the one to the end of the other, with the mouse."""
    view = room.window.page.image.viewport()
    start, end = _point(room, _bands(22, first)[0], 0.0), _point(room, _bands(22, last)[-1], 1.0)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(view, (start + end) / 2)
    QTest.mouseMove(view, end)
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def test_a_quotation_is_lit_at_its_place_on_the_drawing(room: Room) -> None:
    _open(room, quote=QUOTE)
    panel = room.window.page
    assert panel.image.lit() == _bands(22, QUOTE)
    assert panel.quote() == "", "what is lit need not be told"
    before = panel.image.lit()
    panel.zoom_in()
    panel.zoom_in()
    room.settle()
    assert panel.image.lit() == before
    panel.pager.forward.click()
    room.settle()
    assert panel.image.lit() == ()


def test_what_is_lit_comes_into_sight(room: Room) -> None:
    _open(room)
    image = room.window.page.image
    room.window.page.set_zoom(PageZoom(None, 2.0))
    room.presenter.places.pages.first.open_page(room.books[LETTERS].id, 4, "one workboat beside each Berth")
    room.settle()
    assert image.verticalScrollBar().maximum() > 0
    assert image.viewport().rect().contains(_point(room, image.lit()[0], 0.0))


def test_a_quotation_that_has_no_place_is_told(room: Room) -> None:
    _open(room, page=4)
    room.reader.layer = lambda page: PageLayer("", b"")  # as of a recognised scan
    room.presenter.places.pages.first.open_page(room.books[LETTERS].id, 22, QUOTE)
    room.settle()
    assert room.window.page.quote() == f"On this page: “{QUOTE}”"
    assert room.window.page.image.lit() == ()


def test_the_places_found_are_listed_and_lit(qtbot: QtBot, room: Room) -> None:
    _open(room)
    panel = room.window.page
    panel.focus_find()
    qtbot.keyClicks(panel.header.find_field, "notice")
    wait(lambda: "places" in panel.found.text())
    room.settle()
    hits = panel.found.hits.hits
    assert hits.rowCount() == 286
    assert panel.found.place() == "64 / 286"
    row = panel.found.hits.currentIndex().row()
    wait(lambda: hits.hit(row).around is not None)
    assert hits.hit(row).page == 22
    around = hits.hit(row).around
    assert around is not None
    assert (around.words, around.behind.split()[:2]) == ("notice", ["period", "is"])
    assert panel.image.lit() == _bands(22, "notice")
    assert len(panel.image.found()) == 1
    qtbot.keyClick(panel.header.find_field, Qt.Key.Key_Down)
    assert panel.found.hits.hasFocus()
    qtbot.keyClick(panel.found.hits, Qt.Key.Key_Down)
    qtbot.keyClick(panel.found.hits, Qt.Key.Key_Return)
    room.settle()
    assert room.presenter.shown.place == (room.books[LETTERS].id, 23)
    assert panel.found.place() == "65 / 286"
    qtbot.keyClick(panel.found.hits, Qt.Key.Key_Escape)
    assert panel.header.find_field.hasFocus()
    qtbot.keyClick(panel.header.find_field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    room.settle()
    assert room.presenter.shown.place == (room.books[LETTERS].id, 22)
    rows = panel.found.hits
    rows.scrollToTop()
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualRect(hits.index(1, 0)).center())
    room.settle()
    assert room.presenter.shown.place == (room.books[LETTERS].id, 1)
    assert hits.hit(1) == Hit(1, "p. 1", 1, hits.hit(1).around)


def _begins(bar: FoundBar, words: str) -> bool:
    return bar.text().startswith(words)


def test_longer_words_in_the_same_places_are_listed_anew(room: Room) -> None:
    _open(room)
    panel = room.window.page
    hits = panel.found.hits.hits
    for words in ("registered", "registered post"):
        panel.header.find_field.setText(words)
        wait(partial(_begins, panel.found, f"“{words}”"))
        wait(lambda: hits.hit(0).around is not None)
        around = hits.hit(0).around
        assert around is not None
        assert around.words == words


def test_a_place_that_is_chosen_is_lit_instead_of_the_quotation(qtbot: QtBot, room: Room) -> None:
    _open(room, quote=QUOTE)
    panel = room.window.page
    panel.header.find_field.setText("shortened")
    wait(lambda: "1 place" in panel.found.text())
    room.settle()
    assert panel.image.lit() == _bands(22, QUOTE)
    assert panel.image.found() == _bands(22, "shortened")
    qtbot.keyClick(panel.header.find_field, Qt.Key.Key_Return)
    room.settle()
    assert panel.image.lit() == _bands(22, "shortened")
    assert panel.image.found() == ()


def test_the_list_folds_away(room: Room) -> None:
    _open(room)
    panel = room.window.page
    panel.header.find_field.setText("notice")
    wait(lambda: "places" in panel.found.text())
    assert panel.found.hits.isVisible()
    panel.found.listed.click()
    assert not panel.found.hits.isVisible()
    panel.found.focus_list()
    assert panel.found.hits.isVisible()


def test_words_selected_on_the_drawing_are_copied_with_their_reference(qtbot: QtBot, room: Room) -> None:
    _open(room)
    panel = room.window.page
    _drag(room, "In particular", "dry dock.")
    words = "In particular, this letter grants no right with regard to the dry dock."
    assert " ".join(panel.selection.words().split()) == words
    room.window.page.focus_page()
    qtbot.keyClick(panel.image, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert " ".join(QGuiApplication.clipboard().text().split()) == words
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(panel.image, Qt.Key.Key_C, both)
    assert QGuiApplication.clipboard().text() == f"“{words}” (Side letters 2019–2024, p. 22)"
    view = panel.image.viewport()
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=_point(room, _bands(22, "shortened")[0], 0.5))
    assert panel.selection.words() == "shortened"
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=_point(room, _bands(22, "shortened")[0], 0.5))
    assert panel.selection.words() == ""


def test_one_asks_about_a_selection(qtbot: QtBot, room: Room) -> None:
    _open(room)
    panel, composer = room.window.page, room.window.talk.composer
    composer.set_text("Is that so?")
    _drag(room, "nine", "months")
    assert panel.selection.ask_button.isVisible()
    qtbot.mouseClick(panel.selection.ask_button, Qt.MouseButton.LeftButton)
    assert composer.text() == "“nine months” (Side letters 2019–2024, p. 22)\nIs that so?"
    assert composer.editor.hasFocus()
    panel.toggle_drawing()
    room.settle()
    assert not panel.selection.ask_button.isVisible()
    panel.text.select_all()
    assert panel.selection.words() == panel.text.page_text()
    assert panel.selection.ask_button.isVisible()


def test_without_a_selection_the_menu_is_about_the_page(room: Room) -> None:
    _open(room)
    menu = room.window.page.selection.menu()
    copy, ask, *_as_an_image = menu.actions()
    assert (copy.text(), ask.text()) == ("Copy the page with reference", "Add a reference to this page")
    copy.trigger()
    assert QGuiApplication.clipboard().text().endswith("nine months.\n\n(Side letters 2019–2024, p. 22)")
    ask.trigger()
    assert room.window.talk.composer.text() == "(Side letters 2019–2024, p. 22)\n"


def test_each_open_book_stays_where_one_left_it(qtbot: QtBot, room: Room) -> None:
    _open(room)
    panel, page = room.window.page, room.presenter.places.pages.first
    lease, letters, survey = (room.books[place].id for place in (LEASE, LETTERS, SURVEY))
    assert panel.tabs.books() == [lease, letters]
    assert panel.tabs.isVisible()
    panel.zoom_in()
    panel.toggle_drawing()
    panel.header.find_field.setText("notice")
    wait(lambda: "places" in panel.found.text())
    room.settle()
    room.presenter.places.navigation.open_book(survey)
    room.settle()
    assert panel.tabs.books() == [lease, letters, survey]
    assert panel.found.text() == ""
    assert panel.drawing_shown()
    panel.focus_page()
    qtbot.keyClick(panel.image, Qt.Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
    room.settle()
    assert room.presenter.shown.place == (letters, 22)
    assert not panel.drawing_shown()
    assert panel.found.place() == "64 / 286"
    assert panel.zoom != PageZoom()
    middle = panel.tabs.tabRect(panel.tabs.books().index(letters)).center()
    qtbot.mouseClick(panel.tabs, Qt.MouseButton.MiddleButton, pos=middle)
    room.settle()
    assert panel.tabs.books() == [lease, survey]
    assert room.presenter.shown.place == (survey, 1), "the book beside it is shown"
    page.close_book(survey)
    room.settle()
    assert not panel.tabs.isVisible(), "one book needs no tab"
    assert room.presenter.shown.place == (lease, 1)


def test_a_book_that_is_taken_off_the_shelf_has_no_tab(room: Room) -> None:
    _open(room)
    for place in (LETTERS, LEASE):
        room.presenter.shelf_area.shelf.book_removed.emit(room.books[place].id)
        room.settle()
    assert room.presenter.shown.place is None
    assert room.window.page.tabs.books() == []


def test_small_pictures_are_drawn_as_far_as_one_looks_and_lead_to_their_page(qtbot: QtBot, room: Room) -> None:
    _open(room)
    panel = room.window.page
    before = len(room.reader.widths)
    panel.header.thumbnails.click()
    room.settle()
    popup = panel.findChild(ThumbnailPopup)
    assert popup is not None
    assert popup.view.currentIndex().row() == 21, "the page one is at"
    drawn = len(room.reader.widths) - before
    assert 0 < drawn < 48, "not of the whole book"
    assert max(room.reader.widths[before:]) < 200
    cell = popup.view.visualRect(popup.pages.index(22, 0))
    paper = popup.view.viewport().grab().toImage().pixelColor(cell.center())
    assert paper.name() == "#ffffff"
    qtbot.mouseClick(popup.view.viewport(), Qt.MouseButton.LeftButton, pos=cell.center())
    room.settle()
    assert room.presenter.shown.place == (room.books[LETTERS].id, 23)
    room.presenter.places.navigation.open_book(room.books[LEASE].id)
    room.settle()
    assert not panel.header.thumbnails.isVisible(), "flowing text has no pictures"


def test_the_palette_offers_what_the_open_document_has(room: Room) -> None:
    def offered() -> set[str]:
        views = {"Outline", "Thumbnails", "Switch between text and page view"}
        return views & {entry.title for entry in room.presenter.commands.entries()}

    room.add_books()
    room.open()
    assert offered() == set(), "nothing is open"
    room.presenter.places.navigation.open_book(room.books[LETTERS].id)
    room.settle()
    assert offered() == {"Outline", "Thumbnails", "Switch between text and page view"}
    room.presenter.places.navigation.open_book(room.books[LEASE].id)
    room.settle()
    assert offered() == {"Outline"}, "flowing text has no pictures"


def test_one_press_goes_from_the_outline_to_the_small_pictures(qtbot: QtBot, room: Room) -> None:
    _open(room)
    panel = room.window.page
    panel.open_outline()
    popup = panel.findChild(OutlinePopup)
    assert popup is not None
    button = panel.header.thumbnails
    at = button.mapToGlobal(button.rect().center())
    qtbot.mousePress(popup, Qt.MouseButton.LeftButton, pos=popup.mapFromGlobal(at))
    room.settle()
    qtbot.mouseRelease(button, Qt.MouseButton.LeftButton)
    room.settle()
    assert panel.findChild(OutlinePopup) is None
    small = panel.findChild(ThumbnailPopup)
    assert small is not None
    small.close()


def test_pages_that_the_answers_cite_bear_a_mark(room: Room) -> None:
    _open(room)
    room.engine.answers = [(f"“{QUOTE}” [p. 22]. “{QUOTE}” [Side letters p. 22]. “Words of nobody here” [p. 22].",)]
    room.ask("When?")
    cited = [citation for citation in room.answer().citations if citation.book_id == room.books[LETTERS].id]
    assert cited
    room.presenter.places.pages.first.open_page(room.books[LETTERS].id, 20)
    room.settle()
    room.presenter.places.pages.first.offer_thumbnails()
    room.settle()
    popup = room.window.page.findChild(ThumbnailPopup)
    assert popup is not None
    pages = cited_pages(room.presenter.shown.turns, room.books[LETTERS].id)
    assert pages.keys() == {citation.page for citation in cited}
    verdicts = [each.verdict for each in room.answer().verdicts if each.page == 22]
    assert Verdict.VERBATIM in verdicts
    words = popup.pages.index(21, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert words.startswith("p. 22, cited ")
    chips = [chip.citation for chip in room.last_answer().stops() if isinstance(chip, ChipButton)]
    assert pages[22].marks == sum((c.book_id, c.page) == (room.books[LETTERS].id, 22) for c in chips) == 2
    assert pages[22].verdict is gravest(verdicts)
    assert popup.pages.index(22, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "p. 23"
    cell = popup.view.visualRect(popup.pages.index(21, 0))
    colours = {
        popup.view.viewport().grab().toImage().pixelColor(x, cell.top() + 12).name().upper()
        for x in range(cell.left(), cell.right())
    }
    assert colour_verdict(pages[22].verdict, PAPER) in colours
    popup.close()


def test_a_page_that_cannot_be_drawn_has_no_picture(room: Room) -> None:
    _open(room)
    room.reader.draw = None
    room.window.page.header.thumbnails.click()
    room.settle()
    popup = room.window.page.findChild(ThumbnailPopup)
    assert popup is not None
    assert popup.view.isVisible()
    popup.close()


def test_a_larger_drawing_is_asked_for_with_ctrl_and_the_wheel(room: Room) -> None:
    _open(room)
    image = room.window.page.image
    before = room.reader.widths[-1]
    at = QPointF(image.viewport().rect().center())
    turn = QWheelEvent(
        at,
        image.viewport().mapToGlobal(at),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(image.viewport(), turn)
    wait(lambda: room.reader.widths[-1] > before)
    room.settle()
    assert room.reader.widths[-1] == round(image.drawn_area().width() * image.devicePixelRatioF())


def test_turning_back_draws_nothing_anew(qtbot: QtBot, room: Room) -> None:
    _open(room)
    panel = room.window.page
    panel.focus_page()
    qtbot.keyClick(panel.image, Qt.Key.Key_Right)
    room.settle()
    assert room.presenter.shown.place == (room.books[LETTERS].id, 23)
    drawn = len(room.reader.widths)
    qtbot.keyClick(panel.image, Qt.Key.Key_Left)
    room.settle()
    assert room.presenter.shown.place == (room.books[LETTERS].id, 22)
    assert len(room.reader.widths) == drawn


def test_the_words_around_a_place_have_no_signs_of_markdown(room: Room) -> None:
    page = Page(1, "1", "# The **berth** of May\n\n| Quarter | Due |\n|---|---|\n| Whitsun | 2 May |\n")
    book = room.add_book(Document("Berths", Format.MARKDOWN, "d" * 64, (page,)))
    room.open()
    room.presenter.places.pages.first.open_page(book.id, 1)
    room.settle()
    panel = room.window.page
    hits = panel.found.hits.hits
    panel.header.find_field.setText("may")
    wait(lambda: hits.rowCount() == 2 and hits.hit(0).around is not None)
    assert hits.hit(0).around == Around("The berth of ", "May", " Quarter · Due; Whitsun · 2 May")
    assert hits.hit(1).around == Around("The berth of May Quarter · Due; Whitsun · 2 ", "May", "")
    panel.header.find_field.setText("due")
    wait(lambda: hits.rowCount() == 1 and hits.hit(0).around is not None)
    assert hits.hit(0).around == Around("The berth of May Quarter · ", "Due", "; Whitsun · 2 May")

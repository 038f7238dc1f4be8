"""The pages of a book in one column: only what is near is there, the page that is read follows, nothing jumps."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.conversations.image import Raster
from app.core.documents.document import Book, Document, Format, Page
from app.documents.layer import Box
from app.ui.look import motion
from app.ui.look.theme import Theme
from app.ui.page.drawn_pages import DrawnPages
from app.ui.page.page_column import PageColumn
from app.ui.page.page_strip import GAP, MARGIN, Strip
from app.ui.page.text_pages import TextPages
from app.ui.page.zoom import ACTUAL, PageFit, PageZoom
from tests.ui.room import LEASE, LETTERS, Room

_MANY = 3_000


def _draw(page: int, width: int) -> Raster:
    return Raster(width, width, bytes([page % 256, 0, 0]) * (width * width))


def _book(format: Format, pages: int = _MANY) -> Book:
    return Book("b", "Book", format, "", "", 0.0, pages, pages * 600)


def _shown(qtbot: QtBot, view: PageColumn) -> None:
    qtbot.addWidget(view)
    view.resize(400, 500)
    with qtbot.waitExposed(view):
        view.show()


@pytest.fixture
def drawn(qtbot: QtBot) -> DrawnPages:
    view = DrawnPages(Theme())
    _shown(qtbot, view)
    view.show_book(_book(Format.PDF))
    return view


@pytest.fixture
def text(qtbot: QtBot) -> TextPages:
    view = TextPages(Theme())
    _shown(qtbot, view)
    view.wanted.connect(lambda pages: view.show_texts([_page(number) for number in pages]))
    view.show_book(_book(Format.TEXT))
    qtbot.waitUntil(lambda: not view._waiting)
    return view


def _page(number: int) -> Page:
    return Page(number, str(number), "\n\n".join([f"Page {number} has words."] * (3 + 7 * (number % 5))))


def _top(view: PageColumn, page: int) -> int:
    return view.place_of(page).top()


def test_pages_are_below_one_another_or_side_by_side() -> None:
    strip = Strip([(100, 150), (100, 50), (60, 70)], 2, 400)
    assert strip.place(1).getRect() == (92, MARGIN, 100, 150)
    assert strip.place(2).getRect() == (92 + 100 + GAP, MARGIN, 100, 50)
    assert strip.place(3).top() == MARGIN + 150 + GAP
    assert strip.height == MARGIN + 150 + GAP + 70 + MARGIN
    assert list(strip.between(0, MARGIN + 149)) == [1, 2]
    assert list(strip.between(0, MARGIN + 150 + GAP)) == [1, 2, 3]
    assert Strip([], 1, 400).height == 0


def test_of_a_long_book_only_what_is_near_is_asked_for(drawn: DrawnPages) -> None:
    asked: list[list[tuple[int, int]]] = []
    drawn.wanted.connect(asked.append)
    drawn.go_to(1_500)
    assert [page for page, _width in asked[-1]][:2] == [1_500, 1_501]
    assert len(asked[-1]) < 6
    width = round(drawn.drawn_area(1_500).width() * drawn.devicePixelRatioF())
    assert {each for _page, each in asked[-1]} == {width}


def test_drawings_that_are_far_away_are_let_go(drawn: DrawnPages) -> None:
    for page in range(1, 60):
        drawn.go_to(page)
        drawn.show_image(page, QImage(8, 10, QImage.Format.Format_RGB32))
    assert len(drawn._images) < 6


def _is_set(text: TextPages, page: int) -> bool:
    return text.sheet(page) is not None and not text._waiting


def test_of_a_long_text_only_what_is_near_is_set(qtbot: QtBot, text: TextPages) -> None:
    for page in (1, 1_500, 2_999, 40):
        text.go_to(page)
        qtbot.waitUntil(partial(_is_set, text, page))
        assert 0 <= _top(text, page) <= GAP or page > 2_990
        assert len(text._sheets) < 12
    assert text.page_text() == _page(40).text


def test_what_comes_to_be_known_moves_nothing_that_is_read(qtbot: QtBot, text: TextPages) -> None:
    """The pages above turn out to be longer or shorter than was thought."""
    text.go_to(700)
    qtbot.waitUntil(lambda: not text._waiting)
    assert _top(text, 700) == GAP
    bar = text.verticalScrollBar()
    bar.setValue(bar.value() - 150)
    at = text.current, _top(text, text.current)
    qtbot.waitUntil(lambda: not text._waiting and not text._asked)
    assert (text.current, _top(text, text.current)) == at


def test_the_page_that_is_read_follows_the_scroll(qtbot: QtBot, drawn: DrawnPages) -> None:
    bar = drawn.verticalScrollBar()
    with qtbot.waitSignal(drawn.reached) as reached:
        bar.setValue(drawn._strip.place(12).top())
    assert reached.args == [12]
    with qtbot.waitSignal(drawn.reached) as reached:
        qtbot.keyClick(drawn, Qt.Key.Key_End)
    assert reached.args == [_MANY]
    assert bar.value() == bar.maximum()
    with qtbot.waitSignal(drawn.reached) as reached:
        qtbot.keyClick(drawn, Qt.Key.Key_Home)
    assert reached.args == [1]


def test_keys_scroll_by_screens_and_steps_and_turn_pages(qtbot: QtBot, drawn: DrawnPages) -> None:
    bar = drawn.verticalScrollBar()
    down = []
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_Space, Qt.Key.Key_Down):
        before = bar.value()
        qtbot.keyClick(drawn, key)
        down.append(bar.value() - before)
    assert down[0] == down[1] == round(0.9 * bar.pageStep())
    assert 0 < down[2] < 60
    qtbot.keyClick(drawn, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    assert bar.value() == down[0] + down[2]
    with qtbot.waitSignal(drawn.turned) as turned:
        qtbot.keyClick(drawn, Qt.Key.Key_Right)
    assert turned.args == [1]


def test_placeholders_have_the_size_that_the_file_says(drawn: DrawnPages) -> None:
    drawn.go_to(2)
    drawn.show_sizes([(200.0, 100.0), *[(100.0, 200.0)] * (_MANY - 1)])
    assert drawn.place_of(1).height() == pytest.approx(drawn.place_of(1).width() / 2, abs=1)
    assert drawn.place_of(2).height() == pytest.approx(2 * drawn.place_of(2).width(), abs=1)
    assert _top(drawn, 2) == GAP, "one stays where one is"


def test_a_drawing_is_believed_and_not_the_file(drawn: DrawnPages) -> None:
    drawn.show_image(1, QImage(100, 100, QImage.Format.Format_RGB32))
    assert drawn.place_of(1).height() == pytest.approx(drawn.place_of(1).width(), abs=1)


def test_drawings_fit_the_width_or_the_page_or_are_as_large_as_on_paper(drawn: DrawnPages) -> None:
    drawn.show_sizes([(300.0, 600.0)] * _MANY)
    drawn.go_to(5)
    width, view = drawn.place_of(5).width(), drawn.viewport().size()
    assert view.width() - 4 * MARGIN < width < view.width()
    drawn.set_zoom(PageZoom(PageFit.PAGE))
    assert drawn.place_of(5).height() <= view.height()
    assert _top(drawn, 5) == GAP
    drawn.set_zoom(ACTUAL)
    assert drawn.place_of(5).size().toTuple() == (400, 800)
    assert drawn.scale() == pytest.approx(1.0)
    drawn.set_zoom(drawn.zoom.stepped(1, drawn.scale()))
    assert drawn.scale() == pytest.approx(1.1, abs=0.01)
    drawn.set_zoom(drawn.zoom.stepped(-2, drawn.scale()))
    assert drawn.scale() == pytest.approx(0.9, abs=0.01)


def test_zoomed_the_middle_of_the_view_stays(drawn: DrawnPages) -> None:
    bar = drawn.verticalScrollBar()
    bar.setValue(10_000)
    middle = drawn.viewport().height() / 2
    before = drawn.spot(middle)
    drawn.set_zoom(PageZoom(None, 2.0))
    after = drawn.spot(middle)
    assert (after.page, after.share) == pytest.approx((before.page, before.share), abs=0.01)


def test_two_pages_are_side_by_side(drawn: DrawnPages) -> None:
    drawn.go_to(8)
    drawn.set_across(2)
    assert drawn.current == 8
    assert _top(drawn, 7) == _top(drawn, 8) == GAP
    assert drawn.place_of(7).right() < drawn.place_of(8).left()
    drawn.verticalScrollBar().setValue(drawn.verticalScrollBar().value() + 5)
    assert drawn.current == 8, "one is still in the same row"


def test_words_are_selected_on_one_page_at_a_time(text: TextPages) -> None:
    sheets = [text.sheet(page) for page in (1, 2)]
    for sheet in sheets:
        assert sheet is not None
        sheet.selectAll()
    assert text.selected_text() == _page(2).text
    first = sheets[0]
    assert first is not None
    assert not first.textCursor().hasSelection()


def test_a_click_makes_the_page_the_one_that_is_read(qtbot: QtBot, text: TextPages) -> None:
    sheet = text.sheet(2)
    assert sheet is not None
    with qtbot.waitSignal(text.reached) as reached:
        QTest.mouseClick(sheet.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(60, 30))
    assert reached.args == [2]


# ---- in the window


def _open(room: Room, place: int = LETTERS) -> None:
    room.reader.draw = _draw
    room.add_books()
    room.add_conversation("A", [room.books[LEASE], room.books[LETTERS]])
    room.open()
    room.presenter.places.pages.first.open_page(room.books[place].id, 20)
    room.settle()


@pytest.mark.parametrize("place", [LEASE, LETTERS])
def test_header_pager_and_what_is_shown_follow(qtbot: QtBot, room: Room, place: int) -> None:
    _open(room, place)
    panel = room.window.page
    view = panel.image if place == LETTERS else panel.text
    view.verticalScrollBar().setValue(view.verticalScrollBar().value() + _top(view, 21) + 40)
    room.settle()
    here = room.presenter.shown.place
    assert here is not None
    assert here[1] > 20
    assert panel.pager.place() == f"{here[1]} of {room.books[place].page_count}"
    assert panel.pager.field.text() == str(here[1])
    (opened,) = room.presenter.places.pages.first.opened().values()
    assert opened.pages[-1 if place == LETTERS else 0].page == here[1]


def test_one_drawn_book_after_the_other(room: Room) -> None:
    _open(room)
    later = room.add_book(
        Document("Later", Format.PDF, "66" * 32, (Page(1, "1", "Words."), Page(2, "2", "More."))), colour=6
    )
    room.presenter.places.pages.first.open_page(later.id, 2)
    room.settle()
    image = room.window.page.image.image(2)
    assert image is not None
    assert image.pixelColor(1, 1).red() == 2


def test_a_quotation_comes_into_sight_wherever_it_is(room: Room) -> None:
    long = "\n\n".join(f"Paragraph {number} of a page that is long." for number in range(120))
    pages = (Page(1, "1", long), Page(2, "2", long.replace("Paragraph 90", "The ninetieth paragraph")))
    room.add_books()
    book = room.add_book(Document("Long", Format.TEXT, "55" * 32, pages), colour=6)
    room.open()
    room.presenter.places.pages.first.open_page(book.id, 2, "The ninetieth paragraph of a page")
    room.settle()
    text = room.window.page.text
    sheet = text.sheet()
    assert sheet is not None
    lit = sheet.lit_area()
    assert lit is not None
    assert text.viewport().rect().contains(lit.translated(QPointF(sheet.pos())).toRect())


def test_the_wheel_scrolls_over_text(room: Room) -> None:
    _open(room, LEASE)
    text = room.window.page.text
    sheet, before = text.sheet(), text.verticalScrollBar().value()
    assert sheet is not None
    at = QPointF(sheet.mapTo(room.window, QPoint(50, 50)))
    QTest.wheelEvent(room.window.windowHandle(), at, QPoint(0, -120), QPoint(), Qt.KeyboardModifier.NoModifier)
    QApplication.processEvents()
    assert text.verticalScrollBar().value() > before


def test_one_sees_how_one_gets_there_and_what_is_lit_there_pulses_once(
    qtbot: QtBot, drawn: DrawnPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(motion.LESS_MOTION, raising=False)
    drawn.resize(400, 501)
    drawn.go_to(700, lit=True)
    bar = drawn.verticalScrollBar()
    values: list[int] = []
    bar.valueChanged.connect(values.append)
    qtbot.waitUntil(lambda: not drawn._glide.runs)
    assert len(set(values)) > 2, "it is a movement"
    assert max(values) - min(values) < bar.pageStep(), "and no journey through the book"
    assert _top(drawn, 700) == GAP
    assert drawn.pulse == 0.0
    drawn.light(700, [Box(0.1, 0.6, 0.4, 0.62)], [])
    assert drawn.pulse > 0.0
    qtbot.waitUntil(lambda: not drawn._glide.runs and drawn.pulse == 0.0)
    lit = drawn.lit_area(700)
    assert lit is not None
    place = lit.translated(QPointF(drawn.place_of(700).topLeft()))
    assert place.top() == pytest.approx(drawn.viewport().height() / 4, abs=2)


def test_a_hand_on_the_wheel_stops_what_moves(qtbot: QtBot, drawn: DrawnPages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(motion.LESS_MOTION, raising=False)
    drawn.go_to(700)
    assert drawn._glide.runs
    qtbot.keyClick(drawn, Qt.Key.Key_Down)
    assert not drawn._glide.runs


def test_as_text_and_as_drawing_one_is_at_the_same_page(room: Room) -> None:
    _open(room)
    panel = room.window.page
    bar = panel.image.verticalScrollBar()
    bar.setValue(bar.value() + 12 * bar.pageStep())
    room.settle()
    here = room.presenter.shown.place
    assert here is not None
    assert here[1] > 25
    panel.toggle_drawing()
    room.settle()
    assert (panel.text.current, room.presenter.shown.place) == (here[1], here)
    assert _top(panel.text, here[1]) == GAP


def test_each_open_book_is_where_one_left_it_to_the_line(room: Room) -> None:
    _open(room)
    image = room.window.page.image
    bar = image.verticalScrollBar()
    bar.setValue(bar.value() + 333)
    room.settle()
    before = image.here(), room.presenter.shown.place
    for place in (LEASE, LETTERS):
        room.presenter.places.pages.first.open_book(room.books[place].id)
        room.settle()
    assert (image.here().page, room.presenter.shown.place) == (before[0].page, before[1])
    assert image.here().share == pytest.approx(before[0].share, abs=0.01)

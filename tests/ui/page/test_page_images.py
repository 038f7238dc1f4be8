"""A page of a book, or a part of one, is asked about as an image: with the mouse, with keys, from the menu."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.conversations.image import Image, Raster
from app.core.documents.document import Book, Document, Format, Page
from app.core.errors import Code, Problem
from app.core.machine.secret import Password
from app.core.work import Cancel
from app.documents.reader import DocumentReader
from app.services.library.images import Area, drawn_size
from app.ui.kit.jobs import Done
from app.ui.page.region import SLIP, Region
from app.ui.page.zoom import PageZoom
from app.wording.errors import sentence
from tests.documents.locksmith import lock
from tests.documents.pdf_writer import show, write_pdf
from tests.endings import as_events
from tests.tools.screens.region_scenes import TABLE, draw
from tests.ui.gate import Gate
from tests.ui.room import LEASE, Room, wait

_COLOURS = ("#C81E1E", "#1EC81E")


def _open(room: Room, pages: int = 2) -> Book:
    """A book of drawn pages, each with a table in its place."""
    room.reader.draw = lambda page, width: draw(1 + (page - 1) % 2, width)
    room.add_books()
    made = tuple(Page(number, str(number), "All heights.") for number in range(1, pages + 1))
    tides = room.add_book(Document("Tides", Format.PDF, "77" * 32, made), colour=5)
    room.add_conversation("A", [room.books[LEASE], tides])
    room.open()
    room.presenter.places.pages.first.open_book(tides.id)
    room.settle()
    return tides


def _halves(page: int, width: int) -> Raster:
    """Square; the upper left quarter is red, the rest of page 1 white and of page 2 green."""
    rest = b"\xff\xff\xff" if page == 1 else b"\x1e\xc8\x1e"
    red = b"\xc8\x1e\x1e"
    half = width // 2
    upper, lower = red * half + rest * (width - half), rest * width
    return Raster(width, width, upper * half + lower * (width - half))


class Taken(list[Image]):
    """The images that were handed on to be attached."""

    def __init__(self, room: Room) -> None:
        super().__init__()
        room.presenter.places.pages.first.image_taken.connect(self.append)


@pytest.fixture
def taken(room: Room) -> Taken:
    return Taken(room)


def _region(room: Room) -> Region:
    return room.window.page.image.region


def _at(room: Room, x: float, y: float) -> QPoint:
    area = room.window.page.image.drawn_area()
    return QPoint(round(area.left() + x * area.width()), round(area.top() + y * area.height()))


def _drag(room: Room, start: QPoint, end: QPoint, *, let_go: bool = True) -> None:
    region = _region(room)
    QTest.mousePress(region, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(region, (start + end) / 2)
    QTest.mouseMove(region, end)
    if let_go:
        QTest.mouseRelease(region, Qt.MouseButton.LeftButton, pos=end)


def _draw_around(room: Room, area: tuple[float, float, float, float], *, let_go: bool = True) -> None:
    _drag(room, _at(room, *area[:2]), _at(room, *area[2:]), let_go=let_go)


def _is(area: Area | None, edges: tuple[float, float, float, float], within: float = 0.01) -> bool:
    assert area is not None
    return (area.left, area.top, area.right, area.bottom) == pytest.approx(edges, abs=within)


def _picture(room: Room, image: Image) -> QImage:
    raster = room.desk.documents.images.raster(image, max(image.ref.width, image.ref.height))
    return QImage(raster.rgb, raster.width, raster.height, 3 * raster.width, QImage.Format.Format_RGB888).copy()


def _colours(picture: QImage) -> set[str]:
    """At the corners and in the middle."""
    right, bottom = picture.width() - 1, picture.height() - 1
    places = ((0, 0), (right, 0), (0, bottom), (right, bottom), (right // 2, bottom // 2))
    return {picture.pixelColor(*place).name().upper() for place in places}


def test_a_page_is_asked_about_by_its_button(qtbot: QtBot, room: Room, taken: Taken) -> None:
    tides = _open(room)
    button = room.window.page.pager.ask_page
    assert button.isVisible()
    assert button.toolTip() == "Ask about this page  Ctrl+Shift+A\nThe model sees the page as an image."
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    room.settle()
    (image,) = taken
    assert (image.ref.untrusted_name, image.ref.book_id) == ("Tides, p. 1", tides.id)
    assert (image.ref.width, image.ref.height) == (1_037, 1_342)


def test_by_its_keys_and_from_the_menu_and_the_list_of_commands(qtbot: QtBot, room: Room, taken: Taken) -> None:
    _open(room)
    room.window.page.pager.forward.click()
    room.settle()
    qtbot.keyClick(room.window, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    room.settle()
    menu = room.window.page.selection.menu()
    next(action for action in menu.actions() if action.text().startswith("Ask about this page")).trigger()
    room.settle()
    room.presenter.commands.actions["Ask about this page"].trigger()
    room.settle()
    assert [image.ref.untrusted_name for image in taken] == ["Tides, p. 2"] * 3


def test_asked_twice_at_once_it_is_taken_once(qtbot: QtBot, room: Room, taken: Taken) -> None:
    _open(room)
    gate = Gate()

    def slow(page: int, width: int) -> Raster:
        gate.wait()
        return draw(page, width)

    room.reader.draw = slow
    for _click in range(2):
        qtbot.mouseClick(room.window.page.pager.ask_page, Qt.MouseButton.LeftButton)
    gate.open()
    room.settle()
    assert len(taken) == 1


def test_a_part_is_asked_about_with_the_mouse(qtbot: QtBot, room: Room, taken: Taken) -> None:
    _open(room)
    panel, region = room.window.page, _region(room)
    qtbot.mouseClick(panel.pager.ask_part, Qt.MouseButton.LeftButton)
    assert region.isVisible()
    assert region.hasFocus()
    assert panel.pager.ask_part.isChecked()
    assert region.cursor().shape() is Qt.CursorShape.CrossCursor
    _draw_around(room, TABLE, let_go=False)
    assert not region.ask_button.isVisible(), "while one draws there is nothing in the way"
    QTest.mouseRelease(region, Qt.MouseButton.LeftButton, pos=_at(room, *TABLE[2:]))
    assert _is(region.area, TABLE)
    assert region.area is not None
    width, height = drawn_size(panel.image.proportions(), region.area)
    assert region.words().startswith(f"{width:,} × {height:,} pixels")
    room.settle()
    assert region.words().endswith("\n2,468 tokens")
    qtbot.mouseClick(region.ask_button, Qt.MouseButton.LeftButton)
    room.settle()
    assert not region.isVisible()
    assert not panel.pager.ask_part.isChecked()
    (image,) = taken
    assert image.ref.untrusted_name == "Tides, p. 1, part"
    assert (image.ref.width, image.ref.height) == pytest.approx((width, height), rel=0.01)


def test_what_was_taken_goes_with_the_question(qtbot: QtBot, room: Room) -> None:
    tides = _open(room)
    qtbot.mouseClick(room.window.page.pager.ask_page, Qt.MouseButton.LeftButton)
    room.settle()
    room.presenter.places.pages.first.questions.select_part()
    _draw_around(room, TABLE)
    qtbot.mouseClick(_region(room).ask_button, Qt.MouseButton.LeftButton)
    room.settle()
    composer = room.window.talk.composer
    assert composer.editor.hasFocus()
    room.ask("How high is the water in March?")
    shown = room.engine.prompts[-1].messages[-1].images
    assert ["Tides, p. 1" in image.untrusted_label for image in shown] == [True, True]
    (turn,) = room.turns()
    assert [(image.untrusted_name, image.book_id) for image in turn.question.images] == [
        ("Tides, p. 1", tides.id),
        ("Tides, p. 1, part", tides.id),
    ]


def test_a_model_that_sees_nothing_counts_no_tokens(room: Room) -> None:
    _open(room)
    room.engine.info = msgspec.structs.replace(room.engine.info, vision=None)
    room.presenter.places.pages.first.questions.select_part()
    _draw_around(room, TABLE)
    room.settle()
    assert "pixels" in _region(room).words()
    assert "tokens" not in _region(room).words()


def test_a_part_holds_what_was_drawn_around(room: Room, taken: Taken) -> None:
    _open(room)
    room.reader.draw = _halves
    room.presenter.places.pages.first.turn(1)
    room.settle()
    for area, colours in (((0.02, 0.02, 0.48, 0.48), {_COLOURS[0]}), ((0.52, 0.02, 0.98, 0.98), {_COLOURS[1]})):
        room.presenter.places.pages.first.questions.select_part()
        _draw_around(room, area)
        QTest.keyClick(_region(room), Qt.Key.Key_Return)
        room.settle()
        assert _colours(_picture(room, taken[-1])) == colours


def test_on_a_screen_of_many_pixels_the_part_is_the_same(room: Room) -> None:
    _open(room)
    room.reader.draw = lambda page, width: draw(page, 2 * width)
    room.presenter.places.pages.first.turn(1)
    room.settle()
    room.presenter.places.pages.first.questions.select_part()
    _draw_around(room, TABLE)
    assert _is(_region(room).area, TABLE)


def test_zoomed_and_scrolled_the_part_is_the_same(room: Room, taken: Taken) -> None:
    _open(room)
    panel, region = room.window.page, _region(room)
    room.presenter.places.pages.first.questions.select_part()
    _draw_around(room, TABLE)
    before = region.area
    panel.set_zoom(PageZoom(None, 2.0))
    panel.image.verticalScrollBar().setValue(240)
    panel.image.horizontalScrollBar().setValue(90)
    room.settle()
    assert region.area == before, "it keeps to the page"
    assert region.ask_button.isVisible()
    panel.image.verticalScrollBar().setValue(panel.image.verticalScrollBar().maximum())
    assert not region.ask_button.isVisible(), "it is out of sight"
    figure = (0.3, 0.5, 0.5, 0.6)
    panel.image.verticalScrollBar().setValue(_at(room, *figure[:2]).y() + panel.image.verticalScrollBar().value() - 40)
    panel.image.horizontalScrollBar().setValue(
        _at(room, *figure[:2]).x() + panel.image.horizontalScrollBar().value() - 40
    )
    room.settle()
    region.drop()
    _draw_around(room, figure)
    assert _is(region.area, figure)


def test_the_wheel_scrolls_and_zooms_while_one_selects(room: Room) -> None:
    _open(room)
    panel, region = room.window.page, _region(room)
    panel.set_zoom(PageZoom(None, 2.0))
    room.settle()
    room.presenter.places.pages.first.questions.select_part()
    bar = panel.image.verticalScrollBar()
    bar.setValue(0)
    _turn_wheel(region, Qt.KeyboardModifier.NoModifier)
    assert bar.value() > 0
    _turn_wheel(region, Qt.KeyboardModifier.ControlModifier)
    assert panel.zoom == PageZoom(None, 1.75)


def _turn_wheel(region: Region, modifiers: Qt.KeyboardModifier) -> None:
    """Turn the wheel as the window system tells it, so that it goes on to what lies below."""
    window = region.window()
    at = QPointF(region.mapTo(window, region.rect().center()))
    QTest.wheelEvent(window.windowHandle(), at, QPoint(0, -120), QPoint(), modifiers)
    QApplication.processEvents()


def test_dragging_beyond_the_view_scrolls(room: Room) -> None:
    _open(room)
    panel, region = room.window.page, _region(room)
    panel.set_zoom(PageZoom(None, 2.0))
    panel.image.verticalScrollBar().setValue(0)
    room.settle()
    room.presenter.places.pages.first.questions.select_part()
    start, below = QPoint(60, 60), QPoint(200, region.height() + 30)
    QTest.mousePress(region, Qt.MouseButton.LeftButton, pos=start)
    for _move in range(5):
        QTest.mouseMove(region, below)
        QTest.mouseMove(region, below + QPoint(1, 0))
    assert panel.image.verticalScrollBar().value() > 40
    assert region.area is not None
    assert region.area.bottom > (region.height() + 40) / panel.image.drawn_area().height()
    QTest.mouseRelease(region, Qt.MouseButton.LeftButton, pos=below)


def test_a_slip_of_the_hand_is_no_rectangle(room: Room, taken: Taken) -> None:
    _open(room)
    room.presenter.places.pages.first.questions.select_part()
    region, start = _region(room), _at(room, 0.3, 0.3)
    _drag(room, start, start + QPoint(60, SLIP - 2))
    assert region.area is None
    QTest.mouseClick(region, Qt.MouseButton.LeftButton, pos=start)
    QTest.keyClick(region, Qt.Key.Key_Return)
    room.settle()
    assert taken == []
    assert region.isVisible(), "one can draw another"


def test_a_rectangle_is_moved_and_changed_by_its_edges(room: Room) -> None:
    _open(room)
    room.presenter.places.pages.first.questions.select_part()
    region = _region(room)
    _draw_around(room, (0.2, 0.2, 0.6, 0.6))
    _drag(room, _at(room, 0.4, 0.4), _at(room, 0.5, 0.45))
    assert _is(region.area, (0.3, 0.25, 0.7, 0.65))
    _drag(room, _at(room, 0.7, 0.65), _at(room, 0.8, 0.7))
    assert _is(region.area, (0.3, 0.25, 0.8, 0.7))
    _drag(room, _at(room, 0.3, 0.5), _at(room, 0.1, 0.5))
    assert _is(region.area, (0.1, 0.25, 0.8, 0.7))
    _drag(room, _at(room, 0.4, 0.25), _at(room, 0.4, 0.9))
    assert _is(region.area, (0.1, 0.7, 0.8, 0.9)), "an edge drawn across the other one"
    _drag(room, _at(room, 0.4, 0.8), _at(room, 3.0, 3.0))
    assert _is(region.area, (0.3, 0.8, 1.0, 1.0)), "it stays on the page"
    QTest.mouseMove(region, _at(room, 0.3, 0.8))
    assert region.cursor().shape() is Qt.CursorShape.SizeFDiagCursor
    QTest.mouseMove(region, _at(room, 0.6, 0.9))
    assert region.cursor().shape() is Qt.CursorShape.SizeAllCursor
    _draw_around(room, (0.1, 0.1, 0.2, 0.2))
    assert _is(region.area, (0.1, 0.1, 0.2, 0.2)), "elsewhere one begins anew"


def test_a_part_is_asked_about_with_keys_alone(qtbot: QtBot, room: Room, taken: Taken) -> None:
    _open(room)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(room.window, Qt.Key.Key_X, both)
    region = _region(room)
    assert region.hasFocus()
    qtbot.keyClick(region, Qt.Key.Key_Down)
    first = region.area
    assert first is not None
    assert _is(first, (0.25, first.top, 0.75, first.bottom))
    qtbot.keyClick(region, Qt.Key.Key_Left)
    qtbot.keyClick(region, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    for _press in range(3):
        qtbot.keyClick(region, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    size = room.window.page.image.drawn_area()
    wide, high = 10 / size.width(), 1 / size.height()
    edges = (first.left - wide, first.top - high, first.right + 2 * wide, first.bottom - high)
    assert _is(region.area, edges, within=1e-9)
    qtbot.keyClick(region, Qt.Key.Key_Return)
    room.settle()
    assert [image.ref.untrusted_name for image in taken] == ["Tides, p. 1, part"]


def test_keys_bring_the_rectangle_into_sight_and_make_it_never_too_small(qtbot: QtBot, room: Room) -> None:
    _open(room)
    panel, region = room.window.page, _region(room)
    panel.set_zoom(PageZoom(None, 2.0))
    panel.image.verticalScrollBar().setValue(0)
    room.settle()
    room.presenter.places.pages.first.questions.select_part()
    for _press in range(60):
        qtbot.keyClick(region, Qt.Key.Key_Down)
    assert panel.image.verticalScrollBar().value() > 100
    for _press in range(80):
        qtbot.keyClick(region, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert region.area is not None
    height = (region.area.bottom - region.area.top) * panel.image.drawn_area().height()
    assert height == pytest.approx(2 * SLIP)


def test_esc_leaves_and_stops_nothing_else(qtbot: QtBot, room: Room, taken: Taken) -> None:
    _open(room)
    gate = Gate()
    room.engine.answers = [("The first words", gate, " and the last.")]
    room.ask("How high?", settle=False)
    wait(gate.reached.is_set)
    panel, region = room.window.page, _region(room)
    room.presenter.places.pages.first.questions.select_part()
    _draw_around(room, TABLE)
    qtbot.keyClick(region, Qt.Key.Key_Escape)
    assert not region.isVisible()
    assert region.area is None
    assert panel.image.hasFocus()
    assert not panel.pager.ask_part.isChecked()
    gate.open()
    room.settle()
    assert room.answer().text == "The first words and the last."
    assert taken == []


def test_the_button_leaves_too(qtbot: QtBot, room: Room) -> None:
    _open(room)
    button = room.window.page.pager.ask_part
    for shown in (True, False):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert _region(room).isVisible() is shown
        assert button.isChecked() is shown


def test_another_page_has_no_rectangle_yet(qtbot: QtBot, room: Room, taken: Taken) -> None:
    _open(room)
    region = _region(room)
    room.presenter.places.pages.first.questions.select_part()
    _draw_around(room, TABLE)
    room.presenter.places.pages.first.turn(1)
    room.settle()
    assert room.presenter.shown.place is not None
    assert room.presenter.shown.place[1] == 2
    assert region.isVisible()
    assert region.area is None
    _draw_around(room, TABLE)
    qtbot.keyClick(region, Qt.Key.Key_Return)
    room.presenter.places.pages.first.turn(-1)
    room.settle()
    assert [image.ref.untrusted_name for image in taken] == ["Tides, p. 2, part"], "of the page that was asked about"


def test_before_the_page_is_drawn_there_is_nothing_to_draw_on(qtbot: QtBot, room: Room) -> None:
    _open(room, pages=6)
    gate = Gate()

    def slow(page: int, width: int) -> Raster:
        gate.wait()
        return draw(1 + (page - 1) % 2, width)

    room.reader.draw = slow
    room.presenter.places.pages.first.turn(4)
    wait(gate.reached.is_set)
    room.presenter.places.pages.first.questions.select_part()
    region = _region(room)
    _drag(room, QPoint(40, 40), QPoint(140, 140))
    qtbot.keyClick(region, Qt.Key.Key_Down)
    assert region.area is None
    gate.open()
    room.settle()
    _draw_around(room, TABLE)
    assert _is(region.area, TABLE)


def test_for_a_part_the_page_is_drawn_again(room: Room) -> None:
    _open(room)
    panel = room.window.page
    panel.toggle_drawing()
    room.settle()
    assert not panel.drawing_shown()
    room.presenter.places.navigation.select_part()
    room.settle()
    assert panel.drawing_shown()
    assert _region(room).isVisible()
    panel.toggle_drawing()
    room.settle()
    assert not _region(room).isVisible()
    assert not panel.pager.ask_part.isChecked()
    room.window.toggle_page()
    room.presenter.places.navigation.select_part()
    room.settle()
    assert panel.isVisible()
    assert _region(room).isVisible()


def test_a_book_without_drawn_pages_offers_none(qtbot: QtBot, room: Room, taken: Taken) -> None:
    _open(room)
    room.presenter.places.pages.first.open_page(room.books[LEASE].id, 203)
    room.settle()
    panel = room.window.page
    assert not panel.pager.ask_page.isVisible()
    assert not panel.pager.ask_part.isVisible()
    names = [action.text() for action in panel.selection.menu().actions()]
    assert names[1:] == ["Ask about this page", "Write a note about this page…"]
    room.presenter.commands.actions["Ask about a part of this page"].trigger()
    room.settle()
    assert not _region(room).isVisible()
    assert room.window.talk.notice.text().startswith("Only PDF pages can be shown as an image.")
    room.presenter.commands.actions["Ask about this page"].trigger()
    room.settle()
    assert taken == []
    assert room.window.talk.composer.text() == "(Harbour Lease, consolidated, p. 203)\n"


def test_words_and_the_page_stand_side_by_side_in_the_menu(room: Room) -> None:
    _open(room)
    panel = room.window.page
    panel.toggle_drawing()
    room.settle()
    panel.text.select_all()
    names = [action.text().partition("\t")[0] for action in panel.selection.menu().actions()]
    words, page = ["Copy", "Copy with reference", "", "Ask about this"], ["Ask about this page"]
    words += ["", "Highlight", "Write a note…"]
    assert names == [*words, "", *page, "Ask about a part of this page…"]


def test_a_page_that_cannot_be_drawn_says_why(qtbot: QtBot, room: Room, taken: Taken) -> None:
    _open(room, pages=6)
    room.reader.draw = None
    qtbot.mouseClick(room.window.page.pager.ask_page, Qt.MouseButton.LeftButton)
    room.settle()
    gone = Problem(Code.PAGE_UNAVAILABLE, {"path": "Tides.pdf", "page": 1})
    assert room.window.talk.notice.text() == sentence(gone)
    assert taken == []
    room.presenter.places.pages.first.turn(5)
    room.settle()
    room.presenter.places.pages.first.questions.select_part()
    room.settle()
    assert not _region(room).isVisible()
    assert not room.window.page.pager.ask_part.isChecked()
    assert room.window.page.note() == sentence(Problem(Code.PAGE_UNAVAILABLE, {"path": "Tides.pdf", "page": 6}))


@pytest.mark.usefixtures("near_readers")
def test_of_a_real_pdf_the_real_reader_draws_the_part(qtbot: QtBot, room: Room, taken: Taken, tmp_path: Path) -> None:
    red_bar = "0.784 0.118 0.118 rg 153 396 306 198 re f\n"  # the middle half of the width, above the middle
    path, reader = tmp_path / "bar.pdf", DocumentReader()
    path.write_bytes(write_pdf([red_bar + show("Figure 1.", y=100)]))
    *_progress, done = as_events(reader.read(path, Cancel()))
    assert isinstance(done, Done)
    book = room.fake.books.add(done.result, path)
    room.reader.draw = lambda page, width: reader.draw_page(path, book.sha256, page, width)
    room.open()
    room.presenter.places.pages.first.open_book(book.id)
    room.settle()
    room.presenter.places.pages.first.questions.select_part()
    _draw_around(room, (0.26, 0.26, 0.74, 0.49))
    qtbot.keyClick(_region(room), Qt.Key.Key_Return)
    room.presenter.places.pages.first.questions.ask_about_page()
    room.settle()
    reader.close()
    part, whole = (_picture(room, image) for image in taken)
    assert _colours(part) == {_COLOURS[0]}
    assert whole.pixelColor(0, 0).name().upper() == "#FFFFFF"
    assert part.width() > whole.width() / 2, "it is drawn anew, larger"


@pytest.mark.usefixtures("near_readers")
def test_the_real_reader_wants_the_password_of_a_protected_pdf(
    qtbot: QtBot, room: Room, taken: Taken, tmp_path: Path
) -> None:
    path = tmp_path / "locked.pdf"
    path.write_bytes(lock(write_pdf([show("The tenant pays.")]), user="tide"))
    reader = DocumentReader()
    *_progress, done = as_events(reader.read(path, Cancel(), Password("tide")))
    assert isinstance(done, Done)
    book = room.fake.books.add(done.result, path)
    reader.close()
    later = DocumentReader()  # as after the next start, which knows no password
    room.reader.draw = lambda page, width: later.draw_page(path, book.sha256, page, width)
    room.open()
    room.presenter.places.pages.first.open_book(book.id)
    room.settle()
    qtbot.mouseClick(room.window.page.pager.ask_page, Qt.MouseButton.LeftButton)
    room.settle()
    assert room.window.talk.notice.text().startswith("This is the text of a protected document.")
    list(later.read(path, Cancel(), Password("tide")))
    qtbot.mouseClick(room.window.page.pager.ask_page, Qt.MouseButton.LeftButton)
    room.settle()
    later.close()
    assert len(taken) == 1

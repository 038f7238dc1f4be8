"""How pages are shown is chosen in one menu, by eye or by the keys in it, and is kept."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSplitter
from pytestqt.qtbot import QtBot

from app.core.conversations.image import Raster
from app.documents.layer import Box, Layer
from app.ui.kit.frame_state import PageLook, WindowState
from app.ui.look.theme import LAMP, SIZE_TEXT
from app.ui.page.markings import PlacedPage
from app.ui.page.zoom import ACTUAL, PageFit, PageZoom
from tests.tools.screens.page_scenes import QUOTE, draw, read_layer
from tests.ui.room import LEASE, LETTERS, Room

_BOTH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def _open(room: Room, place: int = LETTERS, **options: object) -> None:
    room.reader.draw, room.reader.layer = draw, read_layer
    room.add_books()
    room.add_conversation("A", [room.books[LEASE], room.books[LETTERS]])
    room.open(**options)  # type: ignore[arg-type]
    room.presenter.places.pages.first.open_page(room.books[place].id, 22)
    room.settle()


def _entries(room: Room) -> dict[str, str]:
    """Return what the menu offers now, with the keys; what is chosen begins with a dot."""
    entries = (action for action in room.window.page.view_menu().actions() if not action.isSeparator())
    split = ((action, *action.text().partition("\t")) for action in entries)
    return {("• " if action.isChecked() else "") + words: keys for action, words, _tab, keys in split}


def _choose(room: Room, words: str) -> None:
    actions = room.window.page.view_menu().actions()
    next(action for action in actions if action.text().partition("\t")[0] == words).trigger()
    room.settle()


def test_the_menu_says_what_holds_and_which_keys_do_it(qtbot: QtBot, room: Room) -> None:
    _open(room)
    panel = room.window.page
    entries = _entries(room)
    own = {
        "• Fit width": "Ctrl+0",
        "Whole page": "Ctrl+9",
        "Actual size": "Ctrl+8",
        "Zoom in": "Ctrl++",
        "Zoom out": "Ctrl+-",
        "• Automatic": "",
        "One page": "",
        "Two pages side by side": "Ctrl+Shift+B",
        "Rotate right": "Ctrl+Shift+E",
        "Rotate left": "Ctrl+Shift+W",
        "Split view": "Ctrl+Shift+H",
    }
    assert list(entries.items())[: len(own)] == list(own.items()), "features come after it"
    shown = {action.shortcut().toString() for action in room.presenter.commands.actions.values()}
    assert {keys for keys in entries.values() if keys} <= shown
    _choose(room, "Whole page")
    assert panel.zoom == PageZoom(PageFit.PAGE)
    assert "• Whole page" in _entries(room)
    qtbot.keyClick(room.window, Qt.Key.Key_8, Qt.KeyboardModifier.ControlModifier)
    assert panel.zoom == ACTUAL
    qtbot.keyClick(room.window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert panel.zoom == PageZoom()


def test_of_flowing_text_the_type_is_larger_in_every_book_and_stays_so(room: Room) -> None:
    _open(room, LEASE)
    panel = room.window.page
    before = panel.text.sheet()
    assert before is not None
    _choose(room, "Larger text")
    sheet = panel.text.sheet()
    assert sheet is not None
    assert sheet.document().defaultFont().pixelSize() > SIZE_TEXT
    assert "Fit width" not in _entries(room)
    state = msgspec.msgpack.decode(msgspec.msgpack.encode(room.presenter.state()), type=WindowState)
    assert state.look.type_size == panel.look.type_size > SIZE_TEXT
    _choose(room, "Usual text size")
    assert panel.look.type_size == SIZE_TEXT


def test_the_next_start_shows_pages_as_the_state_says(room: Room) -> None:
    look = PageLook(type_size=19, across=2, dark=True)
    _open(room, LEASE, state=WindowState(look=look))
    panel = room.window.page
    assert panel.look == look
    assert panel.text.across == 2
    sheet = panel.text.sheet()
    assert sheet is not None
    assert sheet.document().defaultFont().pixelSize() == 19


@pytest.mark.parametrize(("width", "across"), [(1440, 1), (2560, 2)])
def test_two_pages_are_side_by_side_where_the_window_is_wide(room: Room, width: int, across: int) -> None:
    _open(room, size=(width, 900))
    panel = room.window.page
    (splitter,) = (each for each in room.window.findChildren(QSplitter) if each.count() == 3)
    splitter.setSizes([264, 500, width - 764])
    room.settle()
    assert panel.image.across == across
    assert panel.image.current == 22, "one is where one was"
    _choose(room, "One page")
    assert panel.image.across == 1
    QTest.keyClick(room.window, Qt.Key.Key_B, _BOTH)
    assert panel.image.across == 2


def test_turned_pages_have_their_marks_and_their_words_in_place(room: Room) -> None:
    _open(room)
    panel, book = room.window.page, room.books[LETTERS].id
    _choose(room, "Rotate right")
    room.presenter.places.pages.first.open_page(book, 22, QUOTE)
    room.settle()
    area = panel.image.drawn_area()
    assert area.width() > area.height()
    lit = panel.image.lit_area(22)
    assert lit is not None
    assert lit.height() > 5 * lit.width(), "its line runs down"
    image = panel.image.image()
    assert image is not None
    assert image.width() == pytest.approx(area.width() * panel.devicePixelRatioF(), abs=2)
    layer = Layer(read_layer(22))
    start = layer.text.index("shortened")
    place = PlacedPage(area, 1).on_view(layer.bands(start, start + 9)[0])
    QTest.mouseDClick(panel.image.viewport(), Qt.MouseButton.LeftButton, pos=place.center().toPoint())
    assert panel.selection.words() == "shortened"
    _choose(room, "Rotate left")
    assert panel.image.turns == 0


@pytest.mark.parametrize("turns", range(4))
def test_a_place_of_a_turned_page_is_found_again(turns: int) -> None:
    placed = PlacedPage(QRectF(10, 20, 300, 200), turns)
    box = Box(0.1, 0.2, 0.3, 0.6)
    place = placed.on_view(box)
    assert placed.area.contains(place)
    x, y = placed.share(place.center())
    assert (x, y) == pytest.approx((0.2, 0.4))
    first = {0: (0.0, 0.0), 1: (0.0, 1.0), 2: (1.0, 1.0), 3: (1.0, 0.0)}[turns]
    assert placed.share(QPointF(10, 20)) == first


def test_a_part_of_a_turned_page_is_that_of_the_upright_one(room: Room) -> None:
    _open(room)
    panel = room.window.page
    _choose(room, "Rotate right")
    room.presenter.places.pages.first.questions.select_part()
    area = panel.image.drawn_area()
    region = panel.image.region
    start = area.topLeft() + QPointF(0.6 * area.width(), 0.1 * area.height())
    end = area.topLeft() + QPointF(0.9 * area.width(), 0.4 * area.height())
    QTest.mousePress(region, Qt.MouseButton.LeftButton, pos=start.toPoint())
    QTest.mouseMove(region, end.toPoint())
    QTest.mouseRelease(region, Qt.MouseButton.LeftButton, pos=end.toPoint())
    part = region.area
    assert part is not None
    edges = (part.left, part.top, part.right, part.bottom)
    assert edges == pytest.approx((0.1, 0.1, 0.4, 0.4), abs=0.01)


def test_pages_are_dark_in_the_dark_theme_alone_where_that_is_chosen(room: Room) -> None:
    _open(room)
    assert "Dark pages" not in _entries(room)
    room.presenter.model_area.preferences.toggle_theme()
    room.settle()
    panel = room.window.page
    assert panel.theme.palette is LAMP
    _choose(room, "Dark pages")
    image = panel.image.image()
    assert image is not None
    assert image.pixelColor(3, 3).name().upper() == LAMP.surface
    room.presenter.model_area.preferences.toggle_theme()
    room.settle()
    image = panel.image.image()
    assert image is not None
    assert image.pixelColor(3, 3).name() == "#ffffff"


def test_each_book_keeps_its_own_size_and_turn(room: Room) -> None:
    _open(room)
    room.reader.draw = lambda page, width: Raster(width, width, bytes(3 * width * width))
    panel = room.window.page
    _choose(room, "Whole page")
    _choose(room, "Rotate right")
    room.presenter.places.pages.first.open_book(room.books[LEASE].id)
    room.settle()
    assert (panel.zoom, panel.image.turns) == (PageZoom(), 0)
    room.presenter.places.pages.first.open_book(room.books[LETTERS].id)
    room.settle()
    assert (panel.zoom, panel.image.turns) == (PageZoom(PageFit.PAGE), 1)

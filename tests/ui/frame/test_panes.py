"""Three widths: one side at a time, all three panels, more room for the page; and what is remembered of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.frame.panes import MiddleRoom, Panes, Side
from app.ui.kit.frame_state import FrameState, WindowState
from tests.ui.room import LEASE, LETTERS, Room

SHELF, PAGE = Side.SHELF, Side.PAGE


@pytest.fixture
def panes(qapp: QApplication) -> Iterator[Panes]:
    made = Panes(QWidget(), QWidget(), QWidget())
    made.show()
    yield made
    made.deleteLater()


def _widen(panes: Panes, width: int) -> tuple[int, ...]:
    panes.resize(width, 800)
    return tuple(panes.sizes())


def _drag(panes: Panes, sizes: list[int], handle: int) -> None:
    """Drag a handle as the mouse does it: Qt moves the handle, and says so."""
    panes.setSizes(sizes)
    panes.splitterMoved.emit(0, handle)


def _open(room: Room, size: tuple[int, int]) -> None:
    room.add_books()
    room.add_conversation("Older", [room.books[LETTERS]], days_ago=1)
    room.add_conversation("A", [room.books[LEASE]])
    room.engine.answers = [("The notice is nine months [Side letters 2019–2024, p. 22].",)]
    room.open(size=size)


@pytest.mark.parametrize("width", [1200, 1366, 1440, 1600, 1899, 1900, 1920, 2560, 3840])
def test_all_three_are_shown_where_there_is_room(panes: Panes, width: int) -> None:
    shelf, middle, page = _widen(panes, width)
    assert (panes.shows(SHELF), panes.shows(PAGE)) == (True, True)
    assert width - 2 <= shelf + middle + page <= width
    assert middle <= 762, "a conversation has no use for more"
    assert middle >= 550
    assert page >= width * 0.315 - 2


def test_a_wider_window_never_takes_from_the_page(panes: Panes) -> None:
    sizes = [_widen(panes, width) for width in range(1200, 2600, 20)]
    pages, middles = [size[2] for size in sizes], [size[1] for size in sizes]
    assert all(after >= before for before, after in itertools.pairwise(pages))
    assert all(after >= before - 2 for before, after in itertools.pairwise(middles))


@pytest.mark.parametrize("width", [660, 720, 1024, 1199])
def test_a_narrow_window_shows_the_side_that_was_asked_for_last(panes: Panes, width: int) -> None:
    _widen(panes, 1440)
    shelf, middle, page = _widen(panes, width)
    assert (shelf > 0, page) == (True, 0)
    panes.show_side(PAGE)
    shelf, middle, page = panes.sizes()
    assert (shelf, panes.shows(SHELF)) == (0, False)
    assert page >= 300
    assert middle >= 358
    panes.fold(PAGE)
    assert panes.shows(SHELF), "what was behind it is back"
    panes.show_side(PAGE)
    panes.toggle(SHELF)
    assert (panes.shows(SHELF), panes.shows(PAGE)) == (True, False)
    _widen(panes, 1440)
    assert (panes.shows(SHELF), panes.shows(PAGE)) == (True, True)


def test_both_sides_can_be_folded_at_any_width(panes: Panes) -> None:
    for width in (800, 1440, 2560):
        _widen(panes, width)
        for side in Side:
            panes.fold(side)
        assert [panes.shows(side) for side in Side] == [False, False]
        assert panes.sizes()[1] >= width - 1
        panes.show_side(SHELF)
        panes.show_side(PAGE)


def test_chosen_widths_stay_and_the_rest_is_the_pages(panes: Panes) -> None:
    _widen(panes, 1440)
    _drag(panes, [264, 600, 574], 2)
    _drag(panes, [300, 564, 574], 1)
    assert panes.chosen_widths == pytest.approx((300, 600), abs=2)
    for width in (2560, 1440):
        assert _widen(panes, width) == pytest.approx((300, 600, width - 900), abs=3)
    shelf, _middle, page = _widen(panes, 1210)
    assert abs(shelf - 300) <= 2
    assert page >= 300


def test_a_table_in_the_middle_takes_more(panes: Panes) -> None:
    _widen(panes, 2560)
    panes.give_middle(MiddleRoom.SPACIOUS)
    assert panes.sizes()[1] > 1200
    panes.give_middle(MiddleRoom.READABLE)
    assert panes.sizes()[1] <= 762


def test_what_needs_the_room_of_the_page_has_it_until_a_page_is_opened(panes: Panes) -> None:
    _widen(panes, 1440)
    panes.give_middle(MiddleRoom.PAGE_TOO)
    assert not panes.shows(PAGE)
    assert panes.wants(PAGE), "it comes back"
    panes.show_side(PAGE)
    assert panes.shows(PAGE)
    panes.give_middle(MiddleRoom.PAGE_TOO)
    panes.give_middle(MiddleRoom.READABLE)
    assert panes.shows(PAGE)


def test_larger_text_has_longer_lines(panes: Panes) -> None:
    _widen(panes, 2560)
    panes.set_text(150)
    assert panes.sizes()[1] == pytest.approx(760 * 1.5, abs=3)
    panes.set_text(100)
    assert panes.sizes()[1] == pytest.approx(760, abs=3)


def test_whatever_is_restored_there_is_room_for_all(panes: Panes) -> None:
    for shelf, middle, width in itertools.product((0, -5, 10_000), (0, -5, 10_000), (700, 1300, 2560)):
        panes.restore(shelf_width=shelf, middle_width=middle, shelf=True, page=True, front=PAGE)
        sizes = _widen(panes, width)
        assert all(size >= 200 for size in sizes if size)
        assert sum(sizes) <= width


def test_no_handle_moves_because_a_panel_is_furnished(panes: Panes) -> None:
    before = _widen(panes, 1440)
    panel = QWidget()
    panes.replace(PAGE, panel)
    assert tuple(panes.sizes()) == before
    assert panel.minimumWidth() == 300
    QApplication.sendEvent(panes, QResizeEvent(QSize(1440, 800), QSize(1440, 800)))
    assert tuple(panes.sizes()) == before


def test_a_page_mark_shows_the_page_and_the_shelf_is_one_click_away(room: Room) -> None:
    _open(room, (1024, 700))
    window, unfold = room.window, room.window.talk.unfold
    assert (window.shelf.isVisible(), window.page.isVisible()) == (True, False)
    assert (unfold.shelf.isVisible(), unfold.page.isVisible()) == (False, True)
    room.ask("When?")
    room.presenter.places.navigation.open_citation(room.citation(0))
    room.settle()
    assert (window.shelf.isVisible(), window.page.isVisible()) == (False, True)
    unfold.shelf.click()
    assert (window.shelf.isVisible(), window.page.isVisible()) == (True, False)
    window.activateWindow()
    window.shelf.book_view.setFocus()
    window.shelf.book_opened.emit(room.books[LETTERS].id)
    room.settle()
    assert (window.shelf.isVisible(), window.page.isVisible()) == (False, True)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert window.page.isAncestorOf(focused)
    window.resize(1440, 900)
    assert (window.shelf.isVisible(), window.page.isVisible()) == (True, True)
    assert not unfold.shelf.isVisible()


def test_each_conversation_has_its_own_page_panel(room: Room) -> None:
    _open(room, (1440, 900))
    window = room.window
    first = room.shown()
    older = next(talk for talk in room.presenter.shelf_area.shelf.conversations if talk.title == "Older")
    window.toggle_page()
    room.presenter.places.navigation.open_conversation(older.id)
    room.settle()
    window.unfold_page()
    _drag(window.panes, [264, 500, 674], 2)
    room.presenter.places.navigation.open_conversation(first.id)
    room.settle()
    assert not window.page.isVisible()
    assert window.shelf.isVisible(), "the shelf is the same for all"
    room.presenter.places.navigation.open_conversation(older.id)
    room.settle()
    assert window.panes.sizes()[1:] == pytest.approx([500, 674], abs=2)
    state = msgspec.msgpack.decode(msgspec.msgpack.encode(room.presenter.state()), type=WindowState)
    assert state.panes[first.id].folded
    assert not state.panes[older.id].folded
    assert state.panes[older.id].middle_width == pytest.approx(500, abs=2)
    room.presenter.talk_area.conversation.delete(first.id)
    room.settle()
    assert first.id not in room.presenter.state().panes


def test_the_frame_remembers_widths_and_what_was_in_front(room: Room) -> None:
    _open(room, (1024, 700))
    room.window.unfold_page()
    frame = msgspec.json.decode(msgspec.json.encode(room.window.state()), type=FrameState)
    assert frame.page_in_front
    room.window.restore(FrameState(shelf_width=250, middle_width=500))
    assert room.window.panes.sizes()[0] == 250
    room.window.restore(frame)
    assert (room.window.shelf.isVisible(), room.window.page.isVisible()) == (False, True)

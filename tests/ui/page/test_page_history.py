"""After a mark, an entry of the outline or a hit was followed, one goes back to where one was, and forward again."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.page.page_column import Spot
from app.ui.page.page_history import HistoryPlace, PageHistory
from tests.tools.screens.page_scenes import draw, read_layer
from tests.ui.room import LEASE, LETTERS, Room, wait

_ALT = Qt.KeyboardModifier.AltModifier


def _place(page: int, book: str = "a") -> HistoryPlace:
    return HistoryPlace(book, Spot(page))


def test_a_trail_leads_back_and_forward_until_one_goes_elsewhere() -> None:
    trail = PageHistory()
    assert trail.go(-1, _place(1)) is None
    trail.leave(_place(1))
    trail.leave(_place(2, "b"))
    assert trail.go(-1, _place(3)) == _place(2, "b")
    assert trail.go(-1, _place(2, "b")) == _place(1)
    assert (trail.leads_back, trail.leads_forward) == (False, True)
    assert trail.go(1, _place(1)) == _place(2, "b")
    trail.leave(_place(2, "b"))
    assert not trail.leads_forward
    trail.forget("b")
    assert trail.go(-1, _place(9)) == _place(1)


def _open(room: Room) -> None:
    room.reader.draw, room.reader.layer = draw, read_layer
    room.add_books()
    room.add_conversation("A", [room.books[LEASE], room.books[LETTERS]])
    room.open()
    room.presenter.places.pages.first.open_book(room.books[LETTERS].id)
    room.settle()


def _go(room: Room, place: int, page: int) -> None:
    room.presenter.places.navigation.open_page(room.books[place].id, page)
    room.settle()


def test_one_is_back_at_the_very_place(qtbot: QtBot, room: Room) -> None:
    _open(room)
    panel, lease, letters = room.window.page, room.books[LEASE].id, room.books[LETTERS].id
    assert not panel.pager.travel_back.isEnabled()
    bar = panel.image.verticalScrollBar()
    bar.setValue(bar.pageStep() * 3 + 77)
    room.settle()
    before, page = bar.value(), room.presenter.shown.place
    _go(room, LETTERS, 80)
    _go(room, LEASE, 203)
    qtbot.mouseClick(panel.pager.travel_back, Qt.MouseButton.LeftButton)
    room.settle()
    assert room.presenter.shown.place == (letters, 80)
    qtbot.keyClick(room.window, Qt.Key.Key_Left, _ALT)
    room.settle()
    assert (bar.value(), room.presenter.shown.place) == (before, page)
    assert not panel.pager.travel_back.isEnabled()
    qtbot.keyClick(room.window, Qt.Key.Key_Right, _ALT)
    room.settle()
    panel.pager.travel_forward.click()
    room.settle()
    assert room.presenter.shown.place == (lease, 203)
    assert not panel.pager.travel_forward.isEnabled()


def test_the_buttons_of_a_mouse_go_too(room: Room) -> None:
    _open(room)
    _go(room, LEASE, 203)
    for button, place in (
        (Qt.MouseButton.BackButton, (room.books[LETTERS].id, 1)),
        (Qt.MouseButton.ForwardButton, (room.books[LEASE].id, 203)),
    ):
        view = room.window.page.image if room.window.page.drawing_shown() else room.window.page.text
        at = QPointF(60, 60)
        press = QMouseEvent(
            QEvent.Type.MouseButtonPress,
            at,
            view.viewport().mapToGlobal(at),
            button,
            button,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(view.viewport(), press)
        room.settle()
        assert room.presenter.shown.place == place


def test_turning_pages_is_no_journey_and_hits_and_the_outline_are(qtbot: QtBot, room: Room) -> None:
    _open(room)
    panel = room.window.page
    panel.pager.forward.click()
    room.settle()
    assert not panel.pager.travel_back.isEnabled()
    panel.header.find_field.setText("shortened")
    wait(lambda: "1 place" in panel.found.text())
    qtbot.keyClick(panel.header.find_field, Qt.Key.Key_Return)
    room.settle()
    assert room.presenter.shown.place == (room.books[LETTERS].id, 22)
    panel.section_chosen.emit(40)
    room.settle()
    for page in (22, 2):
        panel.pager.travel_back.click()
        room.settle()
        assert room.presenter.shown.place == (room.books[LETTERS].id, page)


def test_each_conversation_has_its_own_trail(room: Room) -> None:
    _open(room)
    _go(room, LETTERS, 80)
    first = room.shown()
    second = room.add_conversation("B", [room.books[LEASE]])
    room.presenter.places.navigation.open_conversation(second.id)
    room.settle()
    assert not room.window.page.pager.travel_back.isEnabled()
    room.presenter.places.navigation.open_conversation(first.id)
    room.settle()
    assert room.window.page.pager.travel_back.isEnabled()


def test_a_removed_book_is_on_no_trail(room: Room) -> None:
    _open(room)
    _go(room, LEASE, 203)
    room.presenter.shelf_area.shelf.book_removed.emit(room.books[LETTERS].id)
    room.settle()
    room.window.page.travel(-1)
    room.settle()
    assert room.presenter.shown.place == (room.books[LEASE].id, 203)

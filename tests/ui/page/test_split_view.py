"""Two books, or two places of one, beside each other in the page panel."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter
from pytestqt.qtbot import QtBot

from app.ui.kit.frame_state import OpenedBooks, OpenPage, WindowState
from app.ui.page.panel import PagePanel
from app.ui.page.popups import ThumbnailPopup
from app.ui.page.presenter import PagePresenter
from app.ui.page.zoom import ACTUAL, PageZoom
from tests.tools.screens.page_scenes import QUOTE, draw, read_layer
from tests.ui.room import LEASE, LETTERS, SURVEY, Room

_BOTH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def second(qtbot: QtBot, room: Room) -> PagePresenter:
    """The presenter of the second page: the letters, beside the letters at page 22."""
    room.reader.draw, room.reader.layer = draw, read_layer
    room.add_books()
    room.add_conversation("A", [room.books[LETTERS], room.books[LEASE]])
    room.open()
    room.presenter.places.pages.first.open_page(room.books[LETTERS].id, 22)
    room.settle()
    qtbot.keyClick(room.window, Qt.Key.Key_H, _BOTH)
    room.settle()
    beside = room.presenter.places.pages.second
    assert beside is not None
    return beside


def _panel(room: Room) -> PagePanel:
    (panel,) = room.window.page.findChildren(PagePanel)
    return panel


def test_of_one_open_book_another_place_is_beside(room: Room, second: PagePresenter) -> None:
    letters = room.books[LETTERS].id
    assert second.shown.place == (letters, 22)
    second.open_page(letters, 60)
    room.settle()
    assert (second.shown.place, room.presenter.shown.place) == ((letters, 60), (letters, 22))
    assert _panel(room).pager.place() == "60 of 96"
    assert "Split view" in [
        action.text().partition("\t")[0] for action in room.window.page.view_menu().actions() if action.isChecked()
    ]


def test_of_two_open_books_the_other_is_beside(qtbot: QtBot, room: Room, second: PagePresenter) -> None:
    room.presenter.places.pages.close()
    room.presenter.places.pages.first.open_page(room.books[LEASE].id, 203)
    room.settle()
    room.presenter.places.pages.toggle()
    room.settle()
    beside = room.presenter.places.pages.second
    assert beside is not None
    assert beside.shown.place == (room.books[LETTERS].id, 22), "where it is open already"
    panel = _panel(room)
    assert panel.tabs.isVisible()
    panel.tabs.chosen.emit(room.books[LEASE].id)
    room.settle()
    assert beside.shown.place == (room.books[LEASE].id, 203)
    assert room.presenter.shown.place == (room.books[LEASE].id, 203)


def test_keys_are_for_the_page_that_has_the_focus(qtbot: QtBot, room: Room, second: PagePresenter) -> None:
    panel = _panel(room)
    panel.focus_page()
    qtbot.keyClick(panel.image, Qt.Key.Key_8, Qt.KeyboardModifier.ControlModifier)
    assert (room.window.page.zoom, panel.zoom) == (PageZoom(), ACTUAL)
    qtbot.keyClick(panel.image, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert panel.header.find_field.hasFocus()
    room.window.page.focus_page()
    qtbot.keyClick(room.window.page.image, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert room.window.page.header.find_field.hasFocus()


def test_it_is_closed_by_eye_and_by_key(qtbot: QtBot, room: Room, second: PagePresenter) -> None:
    qtbot.mouseClick(_panel(room).header.close_button, Qt.MouseButton.LeftButton)
    room.settle()
    assert not _panel(room).isVisible()
    assert room.presenter.shown.place == (room.books[LETTERS].id, 22)
    for opened in (True, False):
        qtbot.keyClick(room.window, Qt.Key.Key_H, _BOTH)
        room.settle()
        assert (room.presenter.places.pages.second is not None) is opened


def test_it_lies_below_where_the_panel_is_narrow(room: Room, second: PagePresenter) -> None:
    halves = _panel(room).parentWidget()
    assert isinstance(halves, QSplitter)
    assert halves.orientation() is Qt.Orientation.Vertical
    above, below = halves.sizes()
    assert abs(above - below) <= 1
    room.window.page.resize(900, 800)
    assert halves.orientation() is Qt.Orientation.Horizontal


def test_no_book_of_one_conversation_stays_beside_another(room: Room, second: PagePresenter) -> None:
    here, other = room.shown().id, room.add_conversation("B", [room.books[LEASE]])
    second.open_page(room.books[SURVEY].id, 7)
    room.settle()
    room.presenter.places.navigation.open_conversation(other.id)
    room.settle()
    assert room.presenter.places.pages.second is None
    assert second.shown.place is None
    room.presenter.places.navigation.open_conversation(here)
    room.settle()
    assert room.presenter.places.pages.second is second, "each conversation has its own split view"
    assert second.shown.place == (room.books[SURVEY].id, 7)
    room.presenter.places.pages.toggle()
    for conversation_id in (other.id, here):
        room.presenter.places.navigation.open_conversation(conversation_id)
        room.settle()
        assert room.presenter.places.pages.second is None, "closed, it stays closed"


def test_it_is_there_again_at_the_next_start(room: Room) -> None:
    room.add_books()
    lease, letters = room.books[LEASE].id, room.books[LETTERS].id
    newest = room.add_conversation("A", [room.books[LEASE]])
    split = (
        OpenedBooks((OpenPage(lease, 203),), lease),
        OpenedBooks((OpenPage(lease, 1), OpenPage(letters, 22)), letters),
    )
    room.open(state=WindowState(opened={newest.id: split}))
    beside = room.presenter.places.pages.second
    assert beside is not None
    assert (room.presenter.shown.place, beside.shown.place) == ((lease, 203), (letters, 22))
    assert beside.panel.isVisible()
    state = msgspec.msgpack.decode(msgspec.msgpack.encode(room.presenter.state()), type=WindowState)
    assert state.opened == {newest.id: split}


@pytest.mark.parametrize("others", [0, 1])
def test_a_second_book_that_is_gone_is_not_missed(room: Room, others: int) -> None:
    room.add_books()
    lease = room.books[LEASE].id
    newest = room.add_conversation("A", [room.books[LEASE]])
    pages = (OpenPage("gone", 4), *(OpenPage(lease, 203) for _ in range(others)))
    room.open(
        state=WindowState(opened={newest.id: (OpenedBooks((OpenPage(lease, 1),), lease), OpenedBooks(pages, "gone"))})
    )
    beside = room.presenter.places.pages.second
    assert (beside.shown.place if beside is not None else None) == ((lease, 203) if others else None)


def test_commands_are_for_the_book_that_has_the_focus(qtbot: QtBot, room: Room, second: PagePresenter) -> None:
    second.open_page(room.books[SURVEY].id, 7)
    room.settle()
    _panel(room).focus_page()
    assert room.presenter.places.pages.active is second
    room.presenter.places.navigation.close_book()
    room.settle()
    assert second.shown.place == (room.books[LETTERS].id, 22)
    assert room.presenter.shown.place == (room.books[LETTERS].id, 22)
    room.presenter.places.navigation.close_book()
    room.settle()
    assert room.presenter.places.pages.second is None, "with its last book"
    assert room.presenter.shown.place == (room.books[LETTERS].id, 22)


def test_what_is_asked_of_the_second_page_goes_with_the_question(room: Room, second: PagePresenter) -> None:
    _panel(room).selection.ask_wanted.emit("nine months")
    assert room.window.talk.composer.text().startswith("“nine months” (Side letters")


def test_a_removed_book_is_not_beside(room: Room, second: PagePresenter) -> None:
    room.presenter.shelf_area.shelf.book_removed.emit(room.books[LETTERS].id)
    room.settle()
    assert room.presenter.places.pages.second is None


def test_thumbnails_are_those_of_the_page_that_has_the_focus_with_the_marks_of_the_answers(
    room: Room, second: PagePresenter
) -> None:
    room.engine.answers = [(f"“{QUOTE}” [Side letters p. 22].",)]
    room.ask("When?")
    second.open_page(room.books[LETTERS].id, 60)
    room.settle()
    _panel(room).focus_page()
    room.presenter.places.pages.offer_thumbnails()
    room.settle()
    popup = _panel(room).findChild(ThumbnailPopup)
    assert popup is not None
    assert popup.view.currentIndex().row() == 59
    assert "cited once" in popup.pages.index(21, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    popup.close()

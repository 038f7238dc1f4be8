"""Links on the pages of a PDF: by mouse and by key, to a place of the book, or to an address that nobody opens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.core.documents.document import PageLayer, PageLink
from app.ui.page.links import LinkStop
from app.ui.widgets.link_dialog import LinkDialog
from tests.tools.screens.page_scenes import draw, read_layer
from tests.ui.room import LEASE, LETTERS, Room, wait

_INWARD = PageLink(((0.1, 0.05, 0.6, 0.12),), page=60, share=0.5)
_OUTWARD = PageLink(((0.1, 0.15, 0.6, 0.2),), address="https://example.org/terms")


@pytest.fixture
def linked(room: Room) -> Room:
    """The letters at page 22, with two links on each page."""

    def read(page: int) -> PageLayer:
        layer = read_layer(page)
        return PageLayer(layer.text, layer.boxes, (_INWARD, _OUTWARD))

    room.reader.draw, room.reader.layer = draw, read
    room.add_books()
    room.add_conversation("A", [room.books[LETTERS], room.books[LEASE]])
    room.open()
    room.presenter.places.pages.first.open_page(room.books[LETTERS].id, 22)
    room.settle()
    wait(lambda: len(_stops(room)) >= 2)
    return room


def _stops(room: Room) -> list[LinkStop]:
    return room.window.page.image.links.stops()


def _middle(room: Room, link: PageLink) -> QPoint:
    left, top, right, bottom = link.boxes[0]
    area = room.window.page.image.drawn_area(22)
    middle = QPointF((left + right) / 2 * area.width(), (top + bottom) / 2 * area.height())
    return (area.topLeft() + middle).toPoint()


def _click(room: Room, link: PageLink) -> None:
    viewport = room.window.page.image.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=_middle(room, link))
    room.settle()


def _press_by_key(room: Room, link: PageLink) -> None:
    stop = next(stop for stop in _stops(room) if stop.link == link)
    stop.setFocus()
    QTest.keyClick(stop, Qt.Key.Key_Return)
    room.settle()


@pytest.mark.parametrize("follow", [_click, _press_by_key])
def test_a_link_leads_to_its_place_and_one_can_go_back(linked: Room, follow: Callable[[Room, PageLink], None]) -> None:
    letters = linked.books[LETTERS].id
    follow(linked, _INWARD)
    assert linked.presenter.shown.place == (letters, 60)
    here = linked.window.page.image.here()
    assert (here.page, here.share) == pytest.approx((60, 0.5), abs=0.05)
    linked.presenter.places.pages.first.travel(-1)
    linked.settle()
    assert linked.presenter.shown.place == (letters, 22)


@pytest.mark.parametrize("follow", [_click, _press_by_key])
def test_an_address_is_shown_and_copied_but_never_opened(
    linked: Room, follow: Callable[[Room, PageLink], None]
) -> None:
    QGuiApplication.clipboard().clear()
    follow(linked, _OUTWARD)
    (dialog,) = linked.window.page.findChildren(LinkDialog)
    assert dialog.isVisible()
    assert dialog.address_field.toPlainText() == "https://example.org/terms"
    assert not dialog.open_button.isVisible()
    assert QGuiApplication.clipboard().text() == "", "nothing happens by itself"
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text() == "https://example.org/terms"
    assert linked.presenter.shown.place == (linked.books[LETTERS].id, 22)


def test_the_mouse_says_where_a_link_leads(linked: Room) -> None:
    viewport = linked.window.page.image.viewport()
    for link, words in ((_INWARD, "To p. 60"), (_OUTWARD, "https://example.org/terms")):
        QTest.mouseMove(viewport, _middle(linked, link))
        assert viewport.cursor().shape() is Qt.CursorShape.PointingHandCursor
        assert words in viewport.toolTip()
    QTest.mouseMove(viewport, _middle(linked, _OUTWARD) + QPoint(0, 200))
    assert viewport.toolTip() == ""
    assert viewport.cursor().shape() is not Qt.CursorShape.PointingHandCursor


def test_words_of_a_link_can_be_selected(linked: Room) -> None:
    viewport, at = linked.window.page.image.viewport(), _middle(linked, _INWARD)
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=at)
    linked.window.page.image.select(0, 5)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=at)
    linked.settle()
    assert linked.presenter.shown.place == (linked.books[LETTERS].id, 22)


def test_screen_readers_hear_what_is_written_there_and_where_it_leads(linked: Room) -> None:
    inward = next(stop for stop in _stops(linked) if stop.link == _INWARD)
    said = QAccessible.queryAccessibleInterface(inward)
    assert said.role() is QAccessible.Role.Link
    assert said.text(QAccessible.Text.Name) == "Harbour Office"
    assert said.text(QAccessible.Text.Description) == "To p. 60"


def test_tab_goes_through_the_links_in_their_order(qtbot: QtBot, linked: Room) -> None:
    image = linked.window.page.image
    image.setFocus()
    for stop in _stops(linked)[:2]:
        qtbot.keyClick(QGuiApplication.focusObject(), Qt.Key.Key_Tab)
        assert stop.hasFocus()


def test_links_out_of_sight_have_no_button(linked: Room) -> None:
    linked.presenter.places.pages.first.open_page(linked.books[LEASE].id, 1)
    linked.settle()
    linked.presenter.places.pages.first.open_page(linked.books[LETTERS].id, 40)
    linked.settle()
    wait(lambda: bool(_stops(linked)))
    seen = linked.window.page.image.seen()
    assert len(_stops(linked)) <= 2 * len(seen)
    assert all(stop.isVisible() for stop in _stops(linked))

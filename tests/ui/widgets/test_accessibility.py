"""A screen reader finds all that is shown: a walk through the whole tree of the window, in seventeen of its states."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.ui.widgets.accessibility import speak_as
from tests.there import there
from tests.ui.heard import LINK, LIST, LIST_ITEM, PROGRESS, Heard, Place, faults
from tests.ui.room import LEASE, Room
from tests.ui.spoken_states import STATES, answered, reading

_Role = QAccessible.Role
_Text = QAccessible.Text


def _hear(found: QAccessibleInterface) -> Heard | None:
    """None of what is not shown."""
    state, place = found.state(), found.rect()
    if state.invisible or not found.isValid():
        return None
    values = found.valueInterface() if found.role() == _Role.ProgressBar else None
    inner = [found.child(number) for number in range(found.childCount())]
    return Heard(
        found.role().name,
        found.text(_Text.Name),
        found.text(_Text.Description),
        bool(state.focusable),
        Place(place.x(), place.y(), place.width(), place.height()),
        None if values is None else float(values.currentValue()),
        found.object(),
        tuple(heard for each in inner if each is not None and (heard := _hear(each)) is not None),
    )


def _whole(*windows: QWidget) -> list[Heard]:
    """All that is in these windows, each before what is in it."""
    heard = [_hear(QAccessible.queryAccessibleInterface(window)) for window in windows]
    return [each for window in heard if window is not None for each in window.all()]


@pytest.mark.parametrize("state", STATES)
def test_everything_has_a_name_and_a_role_and_comes_as_it_is_seen(room: Room, state: str) -> None:
    STATES[state](room)
    shown = [_hear(QAccessible.queryAccessibleInterface(w)) for w in QApplication.topLevelWidgets() if w.isVisible()]
    windows = [window for window in shown if window is not None]
    assert sum(1 for window in windows for _each in window.all()) > (10 if state == "locked" else 30)
    assert "\n".join(faults(windows)) == ""


# ---- the order, and what things are


def test_the_panels_come_as_they_are_seen(room: Room) -> None:
    answered(room)
    found, window = [each.of for each in _whole(room.window)], room.window
    places = [found.index(panel) for panel in (window.shelf, window.talk, window.page)]
    assert places == sorted(places)


def test_a_conversation_is_a_list_with_the_oldest_first(room: Room) -> None:
    answered(room)
    found = _whole(room.window)
    assert [each.role for each in found if each.name == "Questions and answers"] == [LIST]
    messages = room.window.talk.view.messages()
    items = [each for each in found if each.of in messages]
    assert [(item.role, item.name) for item in items] == [
        (LIST_ITEM, name) for name in ("Question", "Answer", "Question", "Answer")
    ]
    assert [items[place].description for place in (0, 2)] == ["When?", "And then?"]


def test_marks_are_links_that_say_what_they_found_and_open_their_page(room: Room) -> None:
    answered(room)
    links = [each for each in _whole(room.window) if each.role == LINK]
    first = links[0]
    assert first.name.endswith("p. 203 · compare"), "the page goes on with an exception"
    assert first.description.startswith("Close to p. 203 of Harbour Lease")
    assert "Only there: “9.5”" in first.description
    assert [each.name for each in links[:3]] == [first.name, "Link", links[2].name], "as they are written"
    assert isinstance(first.of, QObject)
    QAccessible.queryAccessibleInterface(first.of).actionInterface().doAction("Press")
    room.settle()
    assert room.presenter.shown.place == (room.books[LEASE].id, 203)


def test_tab_goes_through_the_shelf_from_its_top(room: Room) -> None:
    answered(room)
    shelf = room.window.shelf
    order: list[QWidget] = []
    widget = shelf.search_button.nextInFocusChain()
    while widget is not shelf.search_button:
        order.append(there(widget))
        widget = order[-1].nextInFocusChain()
    lists = [shelf.conversation_view, *shelf.tables.buttons.values(), shelf.book_view]
    assert [widget for widget in order if widget in lists] == lists


def test_progress_is_told_as_progress(room: Room) -> None:
    reading(room)
    bars = {each.name: each.value for each in _whole(room.window) if each.role == PROGRESS}
    (told,) = [name for name in bars if name.startswith("The model is reading Harbour Lease")]
    assert bars[told] == 36
    assert bars["Context"] == 53


def test_while_a_screen_reader_listens_a_widget_is_what_it_was_said_to_be(qtbot: QtBot) -> None:
    QAccessible.setActive(True)
    try:
        chip = QPushButton("p. 3")
        qtbot.addWidget(chip)
        chip.show()
        assert QAccessible.queryAccessibleInterface(chip).role() == _Role.Button
        speak_as(chip, _Role.Link)
        assert QAccessible.queryAccessibleInterface(chip).role() == _Role.Link
    finally:
        QAccessible.setActive(False)

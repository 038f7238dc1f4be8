"""What a screen reader finds: a walk through the whole tree of the window, in twelve of its states."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.core.errors import Code, Problem
from app.core.events import Reading
from app.models.hub.catalogue import catalogue
from app.services.plans import Hardware
from app.ui.chat.answer import AnswerMessage
from app.ui.spoken import speak_as
from tests.ui import shelf_of_books
from tests.ui.fakes import Gate
from tests.ui.room import LEASE, LETTERS, SURVEY, Room, wait

_Role = QAccessible.Role
_Text = QAccessible.Text

_CONTROLS = {
    _Role.Button,
    _Role.CheckBox,
    _Role.ComboBox,
    _Role.EditableText,
    _Role.Link,
    _Role.List,
    _Role.ListItem,
    _Role.PageTab,
    _Role.ProgressBar,
    _Role.RadioButton,
    _Role.Slider,
    _Role.SpinBox,
    _Role.Table,
    _Role.Tree,
}
_MARKUP = re.compile(r"</?[a-z]+[^<>]*>|&[a-z]+;|&#\w+;")
_ANSWER = f"“{shelf_of_books.QUOTE}” [p. 203]. See [the web](https://example.org) too [p. 512]."


@dataclass(frozen=True)
class _Heard:
    """What a screen reader learns of one thing; `value` of a progress bar."""

    role: QAccessible.Role
    name: str
    description: str
    focusable: bool
    of: QObject | None
    value: float | None


def _walk(found: QAccessibleInterface) -> Iterator[_Heard]:
    """What is shown, from the top, each before what is in it."""
    state = found.state()
    if state.invisible or not found.isValid():
        return
    values = found.valueInterface() if found.role() == _Role.ProgressBar else None
    yield _Heard(
        found.role(),
        found.text(_Text.Name),
        found.text(_Text.Description),
        bool(state.focusable),
        found.object(),
        None if values is None else float(values.currentValue()),
    )
    for number in range(found.childCount()):
        if (child := found.child(number)) is not None:
            yield from _walk(child)


def _whole(*windows: QWidget) -> list[_Heard]:
    return [heard for window in windows for heard in _walk(QAccessible.queryAccessibleInterface(window))]


def _talk(room: Room, *books: int) -> None:
    room.add_books()
    room.add_conversation("A", [room.books[place] for place in books])
    room.open()


# ---- twelve states


def _first_start(room: Room) -> None:
    room.engine.suggests = True
    room.reader.documents["handbook.md"] = shelf_of_books.handbook()
    room.fake.downloads.catalogue = tuple(o for o in catalogue().offers if o.untrusted_name == "Qwen3 4B")
    room.presenter.welcome.advice.hardware = Hardware((), 16)
    room.open()


def _empty_desk(room: Room) -> None:
    _talk(room)


def _no_model(room: Room) -> None:
    room.engine.loads = [(Problem(Code.NO_MODEL),)]
    _talk(room)


def _answered(room: Room) -> None:
    room.engine.answers = [(_ANSWER,)]
    _talk(room, LEASE, LETTERS)
    room.ask("When?")
    room.ask("And then?")


def _reading(room: Room) -> None:
    gate = Gate()
    room.engine.answers = [(Reading(100_000, 279_641, 0), gate, "Done.")]
    room.engine.to_read = 279_641
    _talk(room, LEASE, LETTERS)
    room.ask("When?", settle=False)
    wait(gate.reached.is_set)
    shown = room.window.talk.view.messages
    wait(lambda: any(isinstance(message, AnswerMessage) and message.progress.text for message in shown()))


def _failed(room: Room) -> None:
    room.engine.answers = [("Half", Problem(Code.ENGINE_CRASHED, {"signal": 9}))]
    _talk(room, LEASE)
    room.ask("When?")
    room.presenter.window.tell("Something went wrong: <b>not</b> markup & so on.")


def _tabs(room: Room) -> None:
    _talk(room, LEASE)
    for place in (LEASE, SURVEY):
        room.presenter.page.open_book(room.books[place].id)
        room.settle()


def _sheet(room: Room) -> None:
    _talk(room, LEASE)
    room.presenter.navigation.open_sheet()
    room.settle()


def _palette(room: Room) -> None:
    _talk(room, LEASE)
    room.presenter.anything.find()
    room.settle()


def _settings(room: Room) -> None:
    _talk(room)
    room.presenter.preferences.open_settings()
    room.settle()


def _models(room: Room) -> None:
    room.fake.downloads.catalogue = tuple(o for o in catalogue().offers if o.untrusted_name == "Qwen3 4B")
    _talk(room)
    room.presenter.models.imagine(Hardware((80,), 256))
    room.presenter.models.open()
    room.settle()


def _report(room: Room) -> None:
    _talk(room, SURVEY)
    room.presenter.navigation.open_report(room.books[SURVEY].id)
    room.settle()


_STATES = (
    *(_first_start, _empty_desk, _no_model, _answered, _reading, _failed),
    *(_tabs, _sheet, _palette, _settings, _models, _report),
)


@pytest.mark.parametrize("state", _STATES, ids=[state.__name__.strip("_") for state in _STATES])
def test_everything_has_a_name_and_none_has_markup(room: Room, state: Callable[[Room], None]) -> None:
    state(room)
    shown = [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]
    found = _whole(*shown)
    assert len(found) > 30
    nameless = [
        (each.role.name, type(each.of).__name__)
        for each in found
        if (each.role in _CONTROLS or each.focusable) and not each.name
    ]
    assert nameless == []
    texts = [text for each in found for text in (each.name, each.description)]
    assert [text for text in texts if _MARKUP.search(text.replace("<b>not</b>", ""))] == []
    assert all(each.value is not None for each in found if each.role == _Role.ProgressBar)


# ---- the order, and what things are


def test_the_panels_come_as_they_are_seen(room: Room) -> None:
    _answered(room)
    found, window = [each.of for each in _whole(room.window)], room.window
    places = [found.index(panel) for panel in (window.shelf, window.talk, window.page)]
    assert places == sorted(places)


def test_a_conversation_is_a_list_with_the_oldest_first(room: Room) -> None:
    _answered(room)
    found = _whole(room.window)
    assert [each.role for each in found if each.name == "Questions and answers"] == [_Role.List]
    messages = room.window.talk.view.messages()
    items = [each for each in found if each.of in messages]
    assert [(item.role, item.name) for item in items] == [
        (_Role.ListItem, name) for name in ("Question", "Answer", "Question", "Answer")
    ]
    assert [items[place].description for place in (0, 2)] == ["When?", "And then?"]


def test_marks_are_links_that_say_what_they_found_and_open_their_page(room: Room) -> None:
    _answered(room)
    links = [each for each in _whole(room.window) if each.role == _Role.Link]
    first = links[0]
    assert first.name.endswith("p. 203 ✓")
    assert first.description.startswith("Verified: page 203 of Harbour Lease")
    assert [each.name for each in links[:3]] == [first.name, "Link", links[2].name], "as they are written"
    QAccessible.queryAccessibleInterface(first.of).actionInterface().doAction("Press")
    room.settle()
    assert room.presenter.shown.place == (room.books[LEASE].id, 203)


def test_progress_is_told_as_progress(room: Room) -> None:
    _reading(room)
    bars = {each.name: each.value for each in _whole(room.window) if each.role == _Role.ProgressBar}
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

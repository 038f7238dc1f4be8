"""The first start, and conversations in which nothing was asked: what they say, and what a click does."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QMenu
from pytestqt.qtbot import QtBot

from app.core.documents.document import Book
from app.core.errors import Code, Problem
from app.models.hub.catalogue import catalogue
from app.services.models.plans import Hardware
from app.ui.chat.messages.empty import EmptyAction, EmptyConversation, EmptyWords
from app.ui.models.dialogs import OrderDialog
from app.ui.widgets.buttons import TextButton
from tests.said import says
from tests.ui import shelf_of_books
from tests.ui.controls import controls
from tests.ui.room import LEASE, SURVEY, Room

_KEY = "Your library is encrypted, but its key is stored next to it."


@pytest.fixture
def first(room: Room) -> Room:
    """A first start on a machine with 16 GB, where of the catalogue only Qwen3 4B fits."""
    room.reader.documents["handbook.md"] = shelf_of_books.handbook()
    room.fake.downloads.catalogue = tuple(o for o in catalogue().offers if o.untrusted_name == "Qwen3 4B")
    room.presenter.welcome.advice.hardware = Hardware((), 16)
    return room


def _empty(room: Room) -> EmptyConversation:
    return room.window.talk.view.empty


def _words(room: Room) -> EmptyWords:
    return _empty(room).words


def _press(qtbot: QtBot, room: Room, words: str) -> None:
    (button,) = [b for b in _empty(room).findChildren(TextButton) if b.text() == words and b.isVisible()]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_first_start_has_the_handbook_a_model_and_a_word_about_the_key(first: Room) -> None:
    first.open()
    assert first.presenter.shown.book is not None
    assert first.presenter.shown.book.title == "Octavo handbook"
    words = _words(first)
    assert [action for action, _label in words.actions] == [EmptyAction.ADD]
    assert words.key == _KEY
    assert words.advice is not None
    assert words.advice.title == "Best for this computer: Qwen3 4B"
    assert words.advice.button == "Download 2.5 GB…"
    assert re.match(r"Reads a 50-page document in about \d+ min, then answers \w+", words.advice.words)
    assert first.window.talk.notice.isHidden()  # nothing in red: nothing has gone wrong
    assert first.window.talk.composer.editor.placeholderText() == "Ask about the handbook"


def test_little_is_in_sight_at_the_first_start_and_beside_an_answer(first: Room) -> None:
    first.open()
    first.window.talk.view.suggest(["What is a matter?", "How do I add a book?", "What does a tick mean?"])
    first.settle()
    seen = controls(first.window)
    assert len(seen) <= 24, "\n".join(seen)
    first.ask("What is a matter?")
    seen = controls(first.window)
    assert len(seen) <= 30, "\n".join(seen)


def test_only_the_handbook_is_listed_before_anything_was_asked_or_added(first: Room) -> None:
    first.open()
    shelf = first.window.shelf
    assert (shelf.conversation_view.isHidden(), shelf.tables.isHidden()) == (True, True)
    first.ask("What is a matter?")
    assert (shelf.conversation_view.isHidden(), shelf.tables.isHidden()) == (False, False)


def test_the_word_about_the_key_goes_when_it_is_not_wanted(qtbot: QtBot, first: Room) -> None:
    first.open()
    _press(qtbot, first, "Not now")
    assert _words(first).key == ""
    first.presenter.places.navigation.new_conversation()
    first.settle()
    assert _words(first).key == ""


def test_a_passphrase_can_be_asked_for(qtbot: QtBot, first: Room) -> None:
    first.open()
    _press(qtbot, first, "Set a passphrase…")
    assert first.presenter.model_area.passphrase.dialog is not None
    first.presenter.model_area.passphrase.changed.emit()
    assert _words(first).key == ""


def test_one_click_leads_to_the_terms_of_the_recommended_model(qtbot: QtBot, first: Room) -> None:
    first.open()
    _press(qtbot, first, "Download 2.5 GB…")
    first.settle()
    window = first.presenter.model_area.models.window
    assert window is not None
    (dialog,) = [d for d in window.findChildren(OrderDialog) if d.isVisible()]
    assert "Qwen3 4B" in dialog.windowTitle()
    assert not first.fake.downloads.accepted


@pytest.mark.parametrize("height", [700, 480, 360])
def test_nothing_moves_under_the_pointer_when_a_model_is_recommended(first: Room, height: int) -> None:
    first.open()
    first.window.resize(1024, height)
    first.settle()
    empty = first.window.talk.view.empty

    def places() -> list[QRect]:
        widgets = (empty.questions, *empty.questions.stops(), *empty.buttons.values())
        return [QRect(widget.mapTo(empty, QPoint()), widget.size()) for widget in widgets]

    assert empty.words.advice is not None
    with_advice = places()
    empty.show_words(replace(empty.words, advice=None, key=""))
    assert places() == with_advice


def test_a_part_that_needs_another_height_gets_it(first: Room) -> None:
    first.open()
    empty = first.window.talk.view.empty
    before = [button.mapTo(empty, QPoint()).y() for button in empty.buttons.values()]
    for label in empty.findChildren(QLabel):
        label.setStyleSheet("font-size: 30px")
    first.settle()
    assert [button.mapTo(empty, QPoint()).y() for button in empty.buttons.values()] > before


def test_where_no_model_fits_none_is_recommended(first: Room) -> None:
    first.presenter.welcome.advice.hardware = Hardware((), 2)
    first.open()
    assert _words(first).advice is None


def test_what_the_machine_is_cannot_be_learned_and_nobody_is_bothered(first: Room) -> None:
    first.presenter.welcome.advice.hardware = Hardware()  # the scripted engine knows no devices
    first.open()
    assert _words(first).advice is None
    assert first.window.talk.notice.isHidden(), first.window.talk.notice.text()


def test_an_empty_desk_has_two_buttons(qtbot: QtBot, room: Room) -> None:
    room.add_books()
    room.add_conversation("A")
    room.open()
    assert _words(room).title == "Add a document to start"
    _press(qtbot, room, "Add documents…")
    (dialog,) = [d for d in room.window.findChildren(QFileDialog) if d.isVisible()]
    dialog.reject()
    _press(qtbot, room, "Choose from your library…")
    (menu,) = [menu for menu in room.window.findChildren(QMenu) if menu.isVisible()]
    assert room.books[LEASE].title in [action.text() for action in menu.actions()]
    menu.close()


def test_where_the_library_is_empty_there_is_nothing_to_choose(room: Room) -> None:
    room.add_conversation("A")
    room.open()
    assert [action for action, _label in _words(room).actions] == [EmptyAction.ADD]


def test_without_a_model_there_is_a_way_to_one(qtbot: QtBot, first: Room) -> None:
    first.engine.loads = [(Problem(Code.NO_MODEL),)]
    first.add_conversation("A")
    first.open()
    words = _words(first)
    assert words.title == "No model is loaded"
    assert words.advice is not None
    _press(qtbot, first, "Choose a model…")
    first.settle()
    assert first.presenter.model_area.models.window is not None
    first.presenter.model_area.model.load_again()
    first.settle()
    assert _words(first).title == "Add a document to start"


def test_what_is_said_of_a_missing_model_goes_with_its_cause(first: Room) -> None:
    first.engine.loads = [(Problem(Code.MODEL_MISSING, {"path": "/home/me/models/small.gguf"}),)]
    first.add_conversation("A")
    first.open()
    notice = first.window.talk.notice
    assert says(notice.text(), Code.MODEL_MISSING, path="small.gguf")
    assert notice.isVisible()
    first.presenter.model_area.model.load_again()
    first.settle()
    assert not notice.isVisible()


def test_a_double_click_adds_a_book_and_leaves_one_that_is_there(qtbot: QtBot, room: Room) -> None:
    room.add_books()
    room.add_conversation("A", [room.books[LEASE]])
    room.open()
    for book in (room.books[SURVEY], room.books[LEASE]):
        _double_click(qtbot, room, book)
    assert [ref.book_id for ref in room.shown().books] == [room.books[LEASE].id, room.books[SURVEY].id]


def _double_click(qtbot: QtBot, room: Room, book: Book) -> None:
    view = room.window.shelf.book_view
    index = view.model().index_of(book.id)  # type: ignore[attr-defined]
    view.scrollTo(index)
    place = view.visualRect(index).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    room.settle()


def test_where_there_is_little_room_questions_go_and_the_rest_stays(qtbot: QtBot, first: Room) -> None:
    first.open(size=(1024, 600))
    empty = _empty(first)
    first.window.talk.view.suggest([f"What is in chapter {number}?" for number in range(1, 6)])
    first.settle()
    shown = [part for part in empty.children() if part.isWidgetType() and part.isVisible()]  # type: ignore[attr-defined]
    places = [part.geometry() for part in shown if not part.geometry().isEmpty()]  # type: ignore[attr-defined]
    assert not any(one.intersects(other) for n, one in enumerate(places) for other in places[n + 1 :])

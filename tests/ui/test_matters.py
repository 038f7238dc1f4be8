"""Changing the desk in the window: another matter in the same window, with nothing of the one that was left."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from PySide6.QtWidgets import QApplication, QLabel

from app.core.conversations.conversation import Ending
from app.core.machine.paths import Paths
from app.store.db import Database
from app.ui.kit.form import ChoiceField, FormDialog, TextField
from app.ui.widgets.dialogs import Confirmation
from app.ui.window.application import WindowStart
from tests.ui.gate import Gate
from tests.ui.matter_window import Window
from tests.ui.room import application, wait
from tests.whole import EXTENSIONS


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path) -> Iterator[Window]:
    made = Window(tmp_path / "desk")
    yield made
    made.end()


def test_another_matter_is_shown_in_the_same_window(window: Window) -> None:
    assert window.titles() == ["Atlas talk"]
    assert window.start.window.windowTitle() == "Atlas talk – Octavo"
    window.start.window.toggle_page()
    window.start.window.resize(1200, 700)
    main, size = window.start.window, window.start.window.size()
    window.open(window.marlow)
    assert window.start.window is main
    assert main.size() == size
    assert window.titles() == ["Marlow talk"]
    assert [book.title for book in window.presenter.shown.shelf.values()] == ["Marlow lease"]
    assert main.windowTitle() == "Marlow talk – Client One – Octavo"
    assert main.shelf.desk.accessibleName() == "Matter or library: Client One"
    assert window.engine.desks[-1] == window.marlow
    assert len(window.engine.specs) == 1, "the model stays loaded"
    words = window.words()
    assert "Atlas" not in words
    assert "Tern" not in words
    window.open("")
    assert window.titles() == ["Atlas talk"]
    assert "Marlow" not in window.words()


def test_nothing_of_the_desk_that_was_left_lives_on(window: Window) -> None:
    window.open(window.marlow)
    presenter, view = weakref.ref(window.presenter), weakref.ref(window.presenter.window.talk.view)
    children = len(window.start.window.children())
    window.open(window.tern)
    window.start._collector.renew()
    assert presenter() is None
    assert view() is None
    assert len(window.start.window.children()) == children, "as many shortcuts, timers and panels as before"


def test_the_matter_that_was_open_is_open_again_at_the_next_start(window: Window, tmp_path: Path) -> None:
    window.open(window.marlow)
    window.presenter.window.talk.composer.editor.setPlainText("When must")
    window.end()
    again = WindowStart(
        application(), Paths(tmp_path / "desk"), window.open_desk, tmp_path / "handbook.md", (), EXTENSIONS
    )
    window.start = again
    again.begin()
    window.settle()
    assert window.titles() == ["Marlow talk"]
    assert window.presenter.window.talk.composer.text() == "When must"


def test_one_that_does_not_open_leaves_this_one_open(window: Window) -> None:
    path = window.desk.paths.matter(window.tern)
    Database.discard(path)
    window.presenter.shelf_area.matters.open(window.tern)
    before = window.presenter
    wait(lambda: window.start.presenter not in (None, before))
    window.settle()
    assert window.titles() == ["Atlas talk"]
    assert "Client Two" in window.presenter.window.talk.notice.accessibleDescription() or (
        "Client Two" in "".join(label.text() for label in window.presenter.window.talk.notice.findChildren(QLabel))
    )


def test_an_answer_that_is_being_written_is_asked_about_and_kept(window: Window) -> None:
    gate = Gate()
    window.engine.answers = [("It is ", gate, "three months.")]
    window.presenter.talk_area.asking.submit("How long?")
    wait(gate.reached.is_set)
    window.presenter.shelf_area.matters.open(window.marlow)
    dialog = window.dialog(Confirmation)
    assert isinstance(dialog, Confirmation)
    assert "running answer will stop" in dialog.accessibleDescription()
    assert window.titles() == ["How long?"] or window.start.presenter is not None
    before = window.presenter
    dialog.action.click()
    wait(lambda: window.start.presenter not in (None, before))
    window.settle()
    assert window.titles() == ["Marlow talk"]
    window.open("")
    (talk,) = window.desk.conversations.all()
    (turn,) = window.desk.conversations.turns(talk.id)
    assert turn.answer is not None
    assert (turn.answer.text, turn.answer.ending) == ("It is ", Ending.CLOSED)


def test_a_conversation_is_moved_with_its_books_and_the_window_forgets_both(window: Window) -> None:
    (talk,) = window.desk.conversations.all()
    window.desk.conversations.create("Rivers")
    before = window.presenter
    window.start.window.shelf.conversation_move_wanted.emit(talk.id)
    dialog = window.dialog(FormDialog)
    assert isinstance(dialog, FormDialog)
    assert isinstance(dialog.field, ChoiceField)
    dialog.field.choice.set_value(window.tern)
    dialog.action.click()
    wait(lambda: window.start.presenter not in (None, before))
    window.settle()
    assert "“Atlas talk” is in “Client Two” now." in window.words()
    assert window.titles() == ["Rivers"]
    assert window.presenter.shown.shelf == {}
    window.open(window.tern)
    assert sorted(window.titles()) == ["Atlas talk", "Tern talk"]
    assert sorted(book.title for book in window.presenter.shown.shelf.values()) == ["Atlas lease", "Tern lease"]


def test_what_would_be_stopped_is_said_first(window: Window) -> None:
    window.start.window.line.show()
    window.presenter.shelf_area.matters.open(window.marlow)
    dialog = window.dialog(Confirmation)
    assert "download of a model will pause" in dialog.accessibleDescription()
    dialog.close()
    with mock.patch.object(type(window.presenter.shelf_area.folders), "busy", property(lambda _self: True)):
        assert "Adding the folder will stop" in window.presenter.shelf_area.matters._busy_words()
    with mock.patch.object(type(window.presenter.shelf_area.openings), "busy", property(lambda _self: True)):
        assert "import of documents will stop" in window.presenter.shelf_area.matters._busy_words()
    assert window.titles() == ["Atlas talk"]


# ---- the menu, and what a matter has of its own


def test_the_menu_has_the_library_and_the_matters_that_are_not_archived(window: Window) -> None:
    window.desk.shared.matters.kept.archive(window.tern, True)
    window.open(window.marlow)
    menu = window.start.window.shelf.desk.menu_of_desks()
    shown = [(action.text(), action.isChecked()) for action in menu.actions() if not action.isSeparator()]
    assert shown[:2] == [("Library", False), ("Client One", True)]
    assert "Client Two" not in [name for name, _is_open in shown]
    entries = window.presenter.shelf_area.matters.entries()
    assert [entry.title for entry in entries] == ["Library"]


def test_a_matter_is_opened_from_the_menu(window: Window) -> None:
    before = window.presenter
    menu = window.start.window.shelf.desk.menu_of_desks()
    next(action for action in menu.actions() if action.text() == "Client One").trigger()
    wait(lambda: window.start.presenter not in (None, before))
    window.settle()
    assert window.desk.matter is not None
    assert window.desk.matter.name == "Client One"


def test_a_matter_has_standing_instructions_and_the_library_none(window: Window) -> None:
    names = {entry.title for entry in window.presenter.commands.entries()}
    assert "Standing instructions of the matter…" not in names
    window.open(window.marlow)
    window.presenter.shelf_area.matters.instruct()
    dialog = window.dialog(FormDialog)
    assert isinstance(dialog, FormDialog)
    assert isinstance(dialog.field, TextField)
    dialog.field.lines.setPlainText("We act for the tenant.")
    dialog.action.click()
    wait(lambda: window.start._bridge.idle)
    assert window.desk.own_settings.load().instructions == "We act for the tenant."
    assert window.desk.settings.load().instructions == ""


def test_a_matter_that_does_not_open_at_the_start_gives_way_to_the_library(window: Window, tmp_path: Path) -> None:
    window.open(window.marlow)
    path = window.desk.paths.matter(window.marlow)
    window.end()
    path.write_bytes(b"no database" * 1000)
    again = WindowStart(
        application(), Paths(tmp_path / "desk"), window.open_desk, tmp_path / "handbook.md", (), EXTENSIONS
    )
    window.start = again
    again.begin()
    window.settle()
    assert window.titles() == ["Atlas talk"]
    assert str(path) in window.words(), "and the window says why"

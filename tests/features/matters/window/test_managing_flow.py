"""Managing matters in the window: they are made, renamed, archived, deleted, exported and imported."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from unittest import mock

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.errors import Code
from app.features.matters.window.dialog import MattersDialog
from app.features.matters.window.matters import MattersWindow
from app.features.matters.window.presenter import MatterManaging
from app.ui.kit.form import FormDialog
from app.ui.settings.passphrase import NewPassphrase, SecretLine
from app.ui.widgets.dialogs import Confirmation, LineDialog
from app.wording.units import size
from tests.said import says
from tests.ui.gate import Gate
from tests.ui.matter_window import Window
from tests.ui.room import wait


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path) -> Iterator[Window]:
    made = Window(tmp_path / "desk")
    yield made
    made.end()


def _managing(window: Window) -> MatterManaging:
    return next(each for each in window.presenter.features if isinstance(each, MattersWindow)).managing


def test_the_menu_of_desks_and_the_commands_lead_to_it(window: Window) -> None:
    def last() -> list[str]:
        return [action.text() for action in window.start.window.shelf.desk.menu_of_desks().actions()][-2:]

    assert last() == ["New matter…", "Manage matters…"]
    for number in range(11):
        window.desk.shared.matters.create(f"Case {number}")
    window.presenter.shelf_area.matters.look()
    wait(lambda: window.start._bridge.idle)
    assert last() == ["New matter…", "All matters (13)…"]
    window.presenter.commands.actions["Manage matters…"].trigger()
    dialog = window.dialog(MattersDialog)
    assert isinstance(dialog, MattersDialog)
    assert dialog.list.count() == 13


def test_a_new_matter_is_made_and_opened_with_nothing_in_it(qtbot: QtBot, window: Window) -> None:
    before = window.presenter
    _managing(window).ask_new()
    dialog = window.dialog(LineDialog)
    assert isinstance(dialog, LineDialog)
    qtbot.keyClicks(dialog.line, "Client Three")
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    wait(lambda: window.start.presenter not in (None, before))
    window.settle()
    assert window.presenter.window.windowTitle() == "New conversation – Client Three – Octavo"
    assert window.presenter.shown.shelf == {}, "no handbook either"
    assert next(matter.name for matter in window.desk.shared.matters.all()) == "Client Three"


def test_a_matter_that_is_made_during_an_answer_is_in_the_menu_though_it_is_not_opened(window: Window) -> None:
    gate = Gate()
    window.engine.answers = [("It is ", gate, "three months.")]
    window.presenter.talk_area.asking.submit("How long?")
    wait(gate.reached.is_set)
    _managing(window).ask_new()
    naming = window.dialog(LineDialog)
    assert isinstance(naming, LineDialog)
    naming.line.setText("Client Three")
    naming.accept()
    window.dialog(Confirmation).reject()
    names = [action.text() for action in window.start.window.shelf.desk.menu_of_desks().actions()]
    assert "Client Three" in names
    gate.open()
    wait(lambda: window.start._bridge.idle)


def test_a_refused_name_stays_in_the_dialog_which_says_why(window: Window) -> None:
    managing, matters = _managing(window), window.desk.shared.matters
    for ask in (managing.ask_new, partial(managing._ask_rename, matters.kept.get(window.marlow))):
        ask()
        dialog = window.dialog(LineDialog)
        assert isinstance(dialog, LineDialog)
        dialog.line.setText("Client Two")
        dialog.accept()
        assert not dialog.action.isEnabled(), "it is given once"
        wait(lambda: window.start._bridge.idle)
        assert (dialog.isVisible(), dialog.line.text(), dialog.action.isEnabled()) == (True, "Client Two", True)
        assert says(dialog.problem.text(), Code.MATTER_EXISTS, name="Client Two")
        dialog.reject()
    assert sorted(matter.name for matter in matters.all()) == ["Client One", "Client Two"]


def test_matters_are_renamed_archived_and_deleted_in_their_list(window: Window) -> None:
    window.open(window.marlow)
    _managing(window).manage()
    dialog = window.dialog(MattersDialog)
    assert isinstance(dialog, MattersDialog)
    wait(lambda: window.start._bridge.idle)
    assert dialog.list.count() == 2
    dialog.list.setCurrentRow(0)
    assert not dialog.delete.isEnabled(), "it is open"
    assert not dialog.open_button.isEnabled()
    dialog.rename.click()
    line = window.dialog(LineDialog)
    assert isinstance(line, LineDialog)
    line.line.setText("Client 1")
    line.action.click()
    wait(lambda: window.start._bridge.idle)
    assert window.start.window.shelf.desk.accessibleName() == "Matter or library: Client 1"
    dialog.list.setCurrentRow(1)
    dialog.archive.click()
    wait(lambda: window.start._bridge.idle)
    dialog.list.setCurrentRow(1)
    assert dialog.archive.text() == "Unarchive"
    dialog.delete.click()
    confirmation = window.dialog(Confirmation)
    assert isinstance(confirmation, Confirmation)
    confirmation.action.click()
    wait(lambda: window.start._bridge.idle)
    assert [matter.name for matter in window.desk.shared.matters.all()] == ["Client 1"]
    assert dialog.list.count() == 1
    assert not window.desk.paths.matter(window.tern).exists()


def test_a_matter_is_exported_and_imported_with_a_passphrase(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    files, target = _managing(window)._files, tmp_path / "one.octavo-matter"
    files.ask_export(window.desk.shared.matters.kept.get(window.marlow))
    chosen = window.dialog(FormDialog)
    assert isinstance(chosen, FormDialog)
    assert isinstance(chosen.field, NewPassphrase)
    qtbot.keyClicks(chosen.field.new.line, "lantern quay otter violet")
    assert not chosen.action.isEnabled()
    qtbot.keyClicks(chosen.field.again.line, "lantern quay otter violet")
    with mock.patch("app.features.matters.window.files.SaveDialog") as asked:
        chosen.action.click()
    (given,) = asked.return_value.fileSelected.connect.call_args.args
    given(str(target))
    wait(target.exists)
    wait(lambda: window.start._bridge.idle)
    files._ask_passphrase(str(target))
    asking = window.dialog(FormDialog)
    assert isinstance(asking, FormDialog)
    assert isinstance(asking.field, SecretLine)
    qtbot.keyClicks(asking.field.line, "lantern quay otter viole")
    asking.action.click()
    wait(lambda: window.start._bridge.idle)
    assert asking.isVisible()
    assert "passphrase" in asking.problem.text()
    assert asking.field.text() == "lantern quay otter viole", "it stays"
    qtbot.keyClicks(asking.field.line, "t")
    asking.action.click()
    wait(lambda: window.start._bridge.idle)
    assert sorted(matter.name for matter in window.desk.shared.matters.all()) == [
        "Client One",
        "Client One (2)",
        "Client Two",
    ]
    assert "“Client One (2)” was imported." in window.words()


def test_each_matter_says_what_it_takes_on_the_disk(window: Window) -> None:
    made = window.desk.shared.matters.create("Case of crates")
    window.presenter.shelf_area.matters.look()
    wait(lambda: window.start._bridge.idle)
    _managing(window).manage()
    dialog = window.dialog(MattersDialog)
    assert isinstance(dialog, MattersDialog)
    wait(lambda: window.start._bridge.idle)
    taken = window.desk.shared.matters.sizes()[made.id]
    assert taken >= window.desk.paths.matter(made.id).stat().st_size > 0
    spoken = [
        dialog.list.item(number).data(Qt.ItemDataRole.AccessibleTextRole) for number in range(dialog.list.count())
    ]
    assert any(words.startswith("Case of crates") and f"takes {size(taken)}" in words for words in spoken)

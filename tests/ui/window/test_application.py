"""The program opens its desk without waiting, asks for a passphrase, and says why it cannot open."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.core.errors import AppError, Code
from app.core.machine.paths import Paths
from app.services.services import Services
from app.ui.settings.passphrase import PassphraseDialog
from app.ui.widgets.dialogs import SmallDialog
from app.ui.window import kept_state
from app.ui.window.application import Collector, WindowStart
from app.ui.window.kept_state import stored_state
from app.ui.window.passphrase_screen import PassphraseScreen
from app.wording.errors import sentence
from app.wording.passphrase import wrong_words
from tests.there import there
from tests.ui.fakes import open_desk
from tests.ui.gate import Gate
from tests.ui.room import application, wait
from tests.ui.starting import Start, end, visible
from tests.whole import EXTENSIONS

_ROOT = Path(__file__).parents[3]


def test_the_gui_thread_does_not_wait_for_the_desk(start: Start) -> None:
    gate = Gate()

    def slow(paths: Paths, passphrase: str | None) -> Services:
        gate.wait()
        return open_desk(paths.data).desk

    opening = start(slow)
    wait(gate.reached.is_set)
    assert opening.presenter is None
    gate.open()
    wait(lambda: opening.presenter is not None)
    assert opening.presenter is not None
    window = opening.presenter.window
    assert window.isVisible()
    assert window.height() <= window.screen().availableSize().height() < 900  # which it would have on a larger screen
    end(opening)


def test_what_the_window_remembers_is_there_at_the_next_start(start: Start) -> None:
    def reopen(paths: Paths, passphrase: str | None) -> Services:
        return open_desk(paths.data).desk

    first = start(reopen)
    wait(lambda: first.presenter is not None)
    assert first.presenter is not None
    first.presenter.window.toggle_shelf()
    end(first)
    second = start(reopen)
    wait(lambda: second.presenter is not None)
    assert second.presenter is not None
    assert second.presenter.window.shelf.isHidden()
    end(second)


def test_what_lies_open_is_kept_while_it_changes_and_survives_a_crash(
    monkeypatch: pytest.MonkeyPatch, start: Start
) -> None:
    monkeypatch.setattr(kept_state, "INTERVAL_MS", 10)
    opening = start(lambda paths, _passphrase: open_desk(paths.data).desk)
    wait(lambda: opening.presenter is not None)
    assert opening.desk is not None
    assert opening.presenter is not None
    opening.presenter.places.navigation.new_conversation()
    wait(lambda: opening.presenter is not None and bool(opening.presenter.shown.id))
    shown = opening.presenter.shown.id
    desk = opening.desk
    wait(lambda: stored_state(desk).conversation_id == shown)
    end(opening)


def test_a_restart_closes_the_window_as_a_person_would_and_wants_another_start(start: Start) -> None:
    def reopen(paths: Paths, passphrase: str | None) -> Services:
        return open_desk(paths.data).desk

    first = start(reopen)
    wait(lambda: first.presenter is not None and first.presenter.shown.conversation is not None)
    assert first.presenter is not None
    assert not first.restarts
    shown = first.presenter.shown.id
    first.presenter.model_area.preferences.restart_wanted.emit()
    assert first.restarts
    assert not first.window.isVisible()
    end(first)
    second = start(reopen)
    wait(lambda: second.presenter is not None and second.presenter.shown.conversation is not None)
    assert second.presenter is not None
    assert second.presenter.shown.id == shown
    end(second)


def test_what_is_written_when_it_is_closed_is_there_at_the_next_start(qtbot: QtBot, start: Start) -> None:
    def reopen(paths: Paths, passphrase: str | None) -> Services:
        return open_desk(paths.data).desk

    first = start(reopen)
    wait(lambda: first.presenter is not None and first.presenter.shown.conversation is not None)
    assert first.presenter is not None
    qtbot.keyClicks(first.presenter.window.talk.composer.editor, "When must")
    end(first)
    second = start(reopen)
    wait(lambda: second.presenter is not None and second.presenter.shown.conversation is not None)
    assert second.presenter is not None
    assert second.presenter.window.talk.composer.text() == "When must"
    end(second)


def test_a_locked_desk_asks_for_its_passphrase_until_it_fits(qtbot: QtBot, start: Start) -> None:
    tried: list[str | None] = []

    def locked(paths: Paths, passphrase: str | None) -> Services:
        tried.append(passphrase)
        if passphrase is None:
            raise AppError(Code.PASSPHRASE_NEEDED, path=str(paths.database))
        if passphrase != "right":
            raise AppError(Code.DATABASE_KEY, path=str(paths.database))
        return open_desk(paths.data).desk

    opening = start(locked)
    wait(lambda: opening.window.findChild(PassphraseScreen) is not None)
    dialog = there(opening.window.findChild(PassphraseScreen))
    assert dialog.secret.line.echoMode() is QLineEdit.EchoMode.Password
    assert not dialog.action.isEnabled()
    qtbot.keyClicks(dialog.secret.line, "wrong")
    qtbot.keyClick(dialog.secret.line, Qt.Key.Key_Return)
    wait(dialog.problem.isVisible)
    assert dialog.problem.text() == wrong_words()
    assert dialog.secret.line.selectedText() != ""
    qtbot.keyClicks(dialog.secret.line, "right")
    dialog.action.click()
    wait(lambda: opening.presenter is not None)
    assert tried == [None, "wrong", "right"]
    assert not dialog.isVisible()
    assert opening.window.panes.isVisible()
    end(opening)


def test_a_desk_that_cannot_be_opened_says_why_and_ends(monkeypatch: pytest.MonkeyPatch, start: Start) -> None:
    ended: list[int] = []
    monkeypatch.setattr(QApplication, "exit", lambda *arguments: ended.append(arguments[-1]))

    error = AppError(Code.DATABASE_NEWER, path="octavo.db", found=9, known=1)

    def newer(paths: Paths, passphrase: str | None) -> Services:
        raise error

    opening = start(newer)
    wait(lambda: len(visible(SmallDialog)) == 1)
    (dialog,) = visible(SmallDialog)
    assert dialog.accessibleDescription() == sentence(error.problem)
    assert [button.text() for button in dialog.findChildren(QAbstractButton)] == ["Close"]
    dialog.action.click()
    assert ended == [1]
    end(opening)


def test_a_fault_on_the_gui_thread_is_told_and_the_window_goes_on(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    opening = start(lambda paths, passphrase: open_desk(paths.data).desk)
    wait(lambda: opening.presenter is not None)
    assert opening.presenter is not None
    try:
        raise ValueError("a secret text")
    except ValueError as error:
        opening.tell_fault(type(error), error, error.__traceback__)
    assert "ValueError at test_application.py" in opening.presenter.window.talk.notice.text()
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text
    end(opening)


_COPY_AND_END = """
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from app.ui.window.application import leave_clipboard
from app.ui.page.text_page import TextPage
from app.ui.look.theme import Theme
application = QApplication([])
page = TextPage(Theme())
page.show_page("Some words")
page.selectAll()
page.copy()
leave_clipboard()
assert QGuiApplication.clipboard().text() == "Some words"
"""


def test_the_program_ends_well_after_something_was_copied() -> None:
    ended = subprocess.run([sys.executable, "-c", _COPY_AND_END], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


_CHOOSE = """
import sys
from PySide6.QtWidgets import QApplication, QFileDialog
from app.ui.widgets.file_dialogs import keep_folders_secret

application = QApplication([])
if sys.argv[2] == "secret":
    keep_folders_secret()
dialog = QFileDialog(None, "Add documents", sys.argv[1])
dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
dialog.show()
dialog.selectFile(sys.argv[1] + "/lease.txt")
dialog.accept()
assert dialog.selectedFiles() == [sys.argv[1] + "/lease.txt"]
del dialog
"""


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="there the desktop has a dialog of its own")
def test_folders_that_were_visited_are_written_nowhere(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "Smith v Jones"
    home.mkdir()
    folder.mkdir()
    (folder / "lease.txt").write_text("A lease.", encoding="utf-8")
    env = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    for how, found in (("secret", False), ("as Qt does", True)):
        command = [sys.executable, "-c", _CHOOSE, str(folder), how]
        subprocess.run(command, env=env | {"HOME": str(home), "PYTHONPATH": str(_ROOT)}, check=True)
        texts = [file.read_bytes() for file in home.rglob("*") if file.is_file()]
        assert any(b"Smith" in text for text in texts) is found, how


@pytest.mark.parametrize(
    ("state", "old"), [(Qt.ApplicationState.ApplicationActive, 0), (Qt.ApplicationState.ApplicationInactive, 2)]
)
def test_old_objects_are_looked_through_while_nobody_looks(
    state: Qt.ApplicationState, old: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    generations: list[int] = []
    monkeypatch.setattr(
        "app.ui.window.application.gc", mock.Mock(collect=generations.append, get_objects=mock.MagicMock())
    )
    monkeypatch.setattr(QGuiApplication, "applicationState", lambda: state)
    collector = Collector()
    for _round in range(30):
        collector.collect()
    collector._timer.stop()
    assert (generations.count(2), generations.count(1)) == (old, 30 - old)


def test_cycles_do_not_pile_up_while_the_window_is_in_use(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each outlives the looks at what is young, as what a person opens and closes does."""
    monkeypatch.setattr(QGuiApplication, "applicationState", lambda: Qt.ApplicationState.ApplicationActive)
    collector = Collector()
    try:
        collector.collect()
        most = 0
        for _round in range(40):
            held: list[list[object]] = [[] for _item in range(1_000)]
            for each in held:
                each.append(each)
            collector.collect()
            collector.collect()
            held.clear()
            del each
            most = max(most, sum(len(item) == 1 and item[0] is item for item in gc.get_objects() if type(item) is list))
        assert most < 20_000
    finally:
        collector.close()
        gc.unfreeze()


def test_a_desk_that_needs_a_passphrase_asks_for_a_new_one_and_opens(start: Start) -> None:
    given: list[str | None] = []

    def protected(paths: Paths, passphrase: str | None) -> Services:
        given.append(passphrase)
        if passphrase is None:
            raise AppError(Code.PASSPHRASE_REQUIRED, path=str(paths.data))
        return open_desk(paths.data).desk

    opening = start(protected)
    wait(lambda: bool(visible(PassphraseDialog)))
    [dialog] = visible(PassphraseDialog)
    assert isinstance(dialog, PassphraseDialog)
    for line in (dialog.chosen.new, dialog.chosen.again):
        line.line.setText("four unrelated small words")
    dialog.accept()
    wait(lambda: opening.presenter is not None and not visible(PassphraseDialog))
    assert given == [None, "four unrelated small words"]
    end(opening)


def test_damaged_data_that_nothing_mends_stays_closed_and_the_window_says_why(
    qapp: QApplication, tmp_path: Path
) -> None:
    def damaged(paths: Paths, passphrase: str | None) -> Services:
        raise AppError(Code.DATABASE_DAMAGED, path=str(paths.database))

    application()
    paths = Paths(tmp_path / "desk")
    paths.window.mkdir(parents=True)
    opening = WindowStart(qapp, paths, damaged, tmp_path / "handbook.md", (), replace(EXTENSIONS, mending=None))
    opening.begin()
    wait(lambda: [each.windowTitle() for each in visible(SmallDialog)] == ["Octavo cannot open"])
    assert "damaged" in visible(SmallDialog)[0].accessibleDescription()
    end(opening)

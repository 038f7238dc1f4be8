"""The desk is locked: nothing of it is anywhere in the window, nothing is lost, and its passphrase brings all back."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAccessible, QAction, QDropEvent, QGuiApplication, QPixmap, QPixmapCache
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import Ending
from app.core.machine import desk_window
from app.core.settings import LockedWork
from app.features.lock.window import forgetting
from app.features.lock.window.lock_now import LockNow
from app.features.lock.window.screen import LockScreen
from app.services import services
from app.store import keys
from app.ui.kit.bridge import _Line
from app.ui.kit.calls import Call
from app.ui.kit.commands import Group
from app.ui.settings.passphrase import PassphraseDialog
from app.ui.widgets.buttons import IconButton
from app.wording.passphrase import wrong_words
from tests.features.lock.window.locked_window import PASSPHRASE, LockedWindow
from tests.ui.gate import Gate
from tests.ui.room import pause, wait

WORD = "Atlas"


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LockedWindow]:
    """One that overwrites little of what is freed: only the fortress searches memory, no test here does."""
    monkeypatch.setattr(forgetting, "_MOST_OBJECTS", 8)
    monkeypatch.setattr(forgetting, "_FILLED_BYTES", 64 << 10)
    made = LockedWindow(tmp_path / "desk")
    yield made
    made.end()


@pytest.fixture
def protected(window: LockedWindow) -> LockedWindow:
    window.protect()
    assert WORD in window.words()
    return window


def spoken(widget: QWidget) -> str:
    """All that a screen reader finds below a widget."""
    found: list[str] = []

    def walk(interface: object) -> None:
        if not interface or not interface.isValid():  # type: ignore[attr-defined]
            return
        kinds = (QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Value, QAccessible.Text.Help)
        found.extend(interface.text(kind) for kind in kinds)  # type: ignore[attr-defined]
        for number in range(interface.childCount()):  # type: ignore[attr-defined]
            walk(interface.child(number))  # type: ignore[attr-defined]

    walk(QAccessible.queryAccessibleInterface(widget))
    return "\n".join(found)


def everything() -> str:
    """All words of all widgets that there are, whoever has them."""
    found: list[str] = []
    for widget in QApplication.allWidgets():
        found += [widget.windowTitle(), widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()]
        found += [widget.objectName(), widget.statusTip(), widget.whatsThis(), type(widget).__name__]
        if isinstance(widget, QLabel | QLineEdit):
            found.append(widget.text())
    found += [window.title() for window in QGuiApplication.topLevelWindows()]
    return "\n".join(found)


def test_other_processes_see_that_it_is_locked(protected: LockedWindow) -> None:
    """`octavo mcp` then answers nothing."""
    paths = protected.desk.paths
    protected.lock()
    assert desk_window.is_locked(paths)
    protected.unlock()
    wait(lambda: protected.start.presenter is not None)
    assert not desk_window.is_locked(paths)


def test_nothing_of_the_desk_is_in_the_window_while_it_is_locked(qtbot: QtBot, protected: LockedWindow) -> None:
    shell = protected.start.window
    QPixmapCache.insert("kept", QPixmap(4, 4))
    assert WORD in everything()
    qtbot.keyClick(shell, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    protected.wait_closed()
    for words in (everything(), spoken(shell)):
        for hidden in (WORD, "Client", "wharf", "lease", "talk"):
            assert hidden not in words
        assert "Octavo is locked" in words
    assert shell.windowTitle() == "Octavo"
    assert [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()] == [shell]
    assert not QPixmapCache.find("kept", QPixmap())
    assert shell.focusWidget() is protected.screen.secret.line
    assert list(shell.findChildren(QDialog)) == []


def test_a_locked_window_looks_the_same_whatever_was_open(protected: LockedWindow) -> None:
    protected.lock()
    one = protected.start.window.grab().toImage()
    protected.unlock()
    protected.open(protected.marlow)
    protected.lock()
    protected.screen.secret.line.clearFocus()
    protected.screen.secret.setFocus()
    assert protected.start.window.grab().toImage() == one


def _of_a_desk() -> list[object]:
    """All objects there are that show something of a desk, or have something of it."""
    gc.unfreeze()
    gc.collect()
    shown = {"WindowPresenter", "ConversationView", "ShelfPanel", "PagePanel", "Composer", "Commands"}
    kept = {"Services", "Database", "Turn", "Conversation", "BookRow", "StoredQuestion", "SettingsStore"}
    return [each for each in gc.get_objects() if type(each).__name__ in shown | kept]


@pytest.fixture
def left_by_others() -> list[object]:
    return _of_a_desk()


def test_no_object_of_the_window_outlives_locking(left_by_others: list[object], protected: LockedWindow) -> None:
    protected.start._collector._timer.stop()  # what it finds at first is never looked at again
    others = set(map(id, left_by_others))
    assert [each for each in _of_a_desk() if id(each) not in others]
    protected.lock()
    assert [type(each).__name__ for each in _of_a_desk() if id(each) not in others] == []


@pytest.fixture
def may_let_go(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """While it is cleared, threads do not let go of what they did, as a thread that has to wait for a processor."""
    may_let_go = threading.Event()
    may_let_go.set()

    def run(line: _Line) -> None:
        while (work := line.work.get()) is not None:
            work()
            may_let_go.wait(20)
            del work

    monkeypatch.setattr(_Line, "_run", run)
    return may_let_go


def test_memory_is_cleared_after_each_thread_let_go_of_the_desk(
    may_let_go: threading.Event, protected: LockedWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, found = weakref.ref(protected.start._desk), []
    cleared = protected.desk_lock._forgetting
    collect = cleared._collect

    def look() -> None:
        collect()
        found.append(desk() is None)
        may_let_go.set()

    monkeypatch.setattr(cleared, "_collect", look)
    may_let_go.clear()
    protected.lock()
    wait(lambda: len(found) > 1)
    assert found == [False, True], "as soon as it is locked, and once more when the desk is closed"


def test_the_lock_screen_answers_while_memory_is_cleared(protected: LockedWindow) -> None:
    protected.lock()
    clearing, rounds = protected.desk_lock._forgetting, 0
    clearing.begin()
    while clearing.is_under_way:
        QApplication.processEvents()
        rounds += 1
    assert rounds > 50, "one size of block is filled in each round of the event loop"


def test_the_right_passphrase_brings_back_what_was_there(qtbot: QtBot, protected: LockedWindow) -> None:
    protected.open(protected.marlow)
    qtbot.keyClicks(protected.presenter.window.talk.composer.editor, "Who let the wharf?")
    shown = protected.presenter.shown.id
    protected.lock()
    screen = protected.screen
    qtbot.keyClicks(screen.secret.line, "wrong")
    qtbot.keyClick(screen.secret.line, Qt.Key.Key_Return)
    wait(screen.problem.isVisible)
    assert screen.problem.text() == wrong_words()
    assert screen.secret.line.echoMode() is QLineEdit.EchoMode.Password
    qtbot.keyClicks(screen.secret.line, PASSPHRASE)
    qtbot.keyClick(screen.secret.line, Qt.Key.Key_Return)
    protected.settle()
    assert protected.desk.matter is not None
    assert protected.presenter.shown.id == shown
    assert protected.presenter.window.talk.composer.text() == "Who let the wharf?"
    assert protected.start.window.findChild(LockScreen) is None
    assert protected.start.window.panes.isVisible()


def test_what_is_typed_past_the_lock_screen_is_forgotten(qtbot: QtBot, protected: LockedWindow) -> None:
    protected.lock()
    protected.screen.secret.setEnabled(False)
    qtbot.keyClicks(protected.start.window, "a passphrase too early")
    protected.screen.secret.setEnabled(True)
    protected.unlock()
    assert protected.presenter.window.talk.composer.text() == ""


# ---- what is under way


def _ask(window: LockedWindow) -> Gate:
    gate = Gate()
    window.engine.answers[:] = [("The first half, ", gate, "and the second.")]
    window.presenter.talk_area.asking.submit("Who let the wharf?")
    wait(gate.reached.is_set)
    return gate


def _answer(window: LockedWindow) -> tuple[str, Ending]:
    turns = window.desk.conversations.turns(window.presenter.shown.id)
    answer = turns[-1].answer
    assert answer is not None
    return answer.text, answer.ending


def test_an_answer_goes_on_and_the_desk_closes_after_it(protected: LockedWindow) -> None:
    gate = _ask(protected)
    protected.lock_now()
    wait(lambda: protected.start.presenter is None)
    assert protected.screen.work.text() == "What you started goes on meanwhile."
    assert protected.screen.work.isVisible()
    assert protected.desk_lock._desk is not None
    assert WORD not in everything()
    gate.open()
    protected.wait_closed()
    assert not protected.screen.work.isVisible()
    protected.unlock()
    assert _answer(protected) == ("The first half, and the second.", Ending.COMPLETE)


def test_work_stops_where_that_is_set_and_keeps_what_it_has(protected: LockedWindow) -> None:
    protected.presenter.model_area.preferences.change("lock.work", LockedWork.STOPS)
    protected.settle()
    _ask(protected)
    protected.lock()
    assert not protected.screen.work.isVisible()
    protected.unlock()
    text, ending = _answer(protected)
    assert text == "The first half, "
    assert ending is not Ending.COMPLETE


def test_who_unlocks_while_an_answer_goes_on_waits_for_it_or_stops_it(protected: LockedWindow) -> None:
    _ask(protected)
    protected.lock_now()
    wait(lambda: protected.start.presenter is None)
    screen = protected.screen
    screen.secret.line.setText("wrong")
    screen.accept()
    wait(screen.problem.isVisible)
    screen.secret.line.setText(PASSPHRASE)
    screen.accept()
    wait(screen.stop.isVisible)
    assert screen.sentence.text() == "Octavo opens as soon as what is under way has ended."
    assert screen.secret.text() == ""
    assert WORD not in everything()
    screen.stop.click()
    protected.settle()
    assert _answer(protected)[0] == "The first half, "


def test_who_unlocks_while_an_answer_goes_on_finds_it_whole_in_the_end(protected: LockedWindow) -> None:
    gate = _ask(protected)
    protected.lock_now()
    wait(lambda: protected.start.presenter is None)
    protected.screen.secret.line.setText(PASSPHRASE)
    protected.screen.accept()
    wait(protected.screen.stop.isVisible)
    gate.open()
    protected.settle()
    assert _answer(protected) == ("The first half, and the second.", Ending.COMPLETE)


# ---- without a passphrase, and what comes from outside


def test_without_a_passphrase_one_is_set_first(window: LockedWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    def set_it(*arguments: object, **named: object) -> keys.Key:
        window._has_passphrase = True
        return keys.set_passphrase(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(services, "set_passphrase", set_it)
    window.lock_now()
    dialog = window.dialog(PassphraseDialog)
    assert isinstance(dialog, PassphraseDialog)
    assert dialog.windowTitle() == "Set a passphrase first"
    assert "Octavo can be locked once there is a passphrase to unlock it with." in dialog.accessibleDescription()
    assert window.start.presenter is not None
    for line in (dialog.chosen.new, dialog.chosen.again):
        line.line.setText(PASSPHRASE)
    assert dialog.action.text() == "Set and lock"
    dialog.accept()
    window.wait_closed()
    window.unlock()
    assert WORD in window.words()


def test_the_command_stands_before_the_one_that_sets_a_passphrase(window: LockedWindow) -> None:
    commands = window.presenter.commands
    (group,) = (group for group in commands.groups if group.id is Group.PROGRAM)
    assert [command.name for command in group.commands][1:3] == ["Lock now", "Set a passphrase…"]
    assert commands.actions["Lock now"].menuRole() is QAction.MenuRole.ApplicationSpecificRole


def test_a_click_in_the_foot_of_the_shelf_locks_once_there_is_a_passphrase(qtbot: QtBot, window: LockedWindow) -> None:
    def button() -> IconButton:
        assert window.start.presenter is not None
        (found,) = [each for each in window.start.presenter.features if isinstance(each, LockNow)]
        return found.button

    assert button().isHidden()
    window.protect()
    assert button().isVisible()
    qtbot.mouseClick(button(), Qt.MouseButton.LeftButton)
    wait(lambda: window.start.presenter is None)
    window.wait_closed()


def test_a_desk_without_a_passphrase_is_not_locked_by_the_session(window: LockedWindow) -> None:
    window.desk_lock.lock()
    assert window.start.presenter is not None


def test_files_from_outside_wait_for_the_passphrase(protected: LockedWindow, tmp_path: Path) -> None:
    file, dropped = tmp_path / "Atlas terms.txt", tmp_path / "Atlas notes.txt"
    protected.lock()
    protected.start._take_call(Call.of([file]))
    assert protected.screen.waiting.isVisible()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(dropped))])
    event = QDropEvent(
        QPointF(QPoint(9, 9)), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    protected.screen.dropEvent(event)
    assert protected.screen.waiting.text() == "2 files are waiting. Octavo opens them when it is unlocked."
    assert "terms" not in everything()
    protected.unlock()
    told = protected.presenter.window.talk.notice
    wait(lambda: "Atlas" in told.text())  # that they are not there: they were asked for


def test_menus_and_dialogs_that_are_open_go_too(protected: LockedWindow) -> None:
    protected.presenter.model_area.preferences.open_settings()
    wait(lambda: protected.presenter.model_area.preferences.dialog is not None)
    menu = protected.presenter.window.talk.more.menu()
    if menu is not None:
        menu.popup(QPoint(5, 5))
    protected.desk_lock.lock()
    protected.wait_closed()
    pause(1)
    assert QApplication.activePopupWidget() is None
    assert QApplication.activeModalWidget() is None
    protected.unlock()


def test_quitting_while_locked_ends_the_program(protected: LockedWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(QApplication, "exit", lambda *arguments: ended.append(arguments[-1]))
    protected.lock()
    protected.screen.leave.click()
    assert ended == [0]


# ---- at the wrong moment


def test_a_desk_that_is_just_being_opened_is_locked_once_it_is(protected: LockedWindow) -> None:
    protected.presenter.shelf_area.matters.open(protected.marlow)
    wait(lambda: protected.start.presenter is None)
    protected.desk_lock.lock()
    wait(lambda: protected.desk_lock.screen is not None)
    protected.wait_closed()
    protected.unlock()
    assert protected.desk.matter is not None


def test_whoever_locks_while_the_passphrase_opens_the_desk_finds_it_locked(protected: LockedWindow) -> None:
    protected.lock()
    first = protected.screen
    first.secret.line.setText(PASSPHRASE)
    first.accept()
    protected.desk_lock.lock()  # such as by the screen saver
    wait(
        lambda: protected.start.presenter is None and protected.start.window.findChild(LockScreen) not in (None, first)
    )
    protected.wait_closed()


def test_a_signal_that_comes_twice_does_not_lock_again(protected: LockedWindow) -> None:
    protected.lock()
    protected.desk_lock.lock()
    protected.unlock()
    pause(50)
    assert protected.start.presenter is not None

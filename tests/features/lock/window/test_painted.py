"""An unlocked desk is on the screen, whatever lay open and whatever was tried before; and what is typed before it is
there goes nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication, QImage, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

import app.ui
from app.features.lock.window import forgetting
from app.features.lock.window.screen import LockScreen
from app.services.services import Services
from app.ui.kit.held_picture import HeldPicture
from app.ui.look.icons import Icons
from app.ui.look.theme import Theme
from app.ui.widgets.dialogs import SmallDialog
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.middle_panel import MiddlePanel
from app.ui.window.application import WindowStart
from tests.features.lock.window.locked_window import PASSPHRASE, LockedWindow
from tests.ui.matter_window import furnish
from tests.ui.room import wait

_SOON_MS = 10_000
_LONG_MS = 10_000_000
_CTRL = Qt.KeyboardModifier.ControlModifier


def fill(desk: Services, word: str, byte: str) -> None:
    """With a book, and an empty conversation that has no book."""
    furnish(desk, word, byte)
    desk.conversations.create(f"{word} empty", ())


def on_screen(window: QWidget) -> QImage:
    """The pixels that were painted, and not only could be: `grab` paints anew."""
    return window.screen().grabWindow(window.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)


def truth(window: QWidget) -> QImage:
    """All that the window has, painted now."""
    return window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def unlike(one: QImage, other: QImage) -> int:
    """How many pixels differ."""
    assert one.size() == other.size()
    lines = zip(_lines(one), _lines(other), strict=True)
    return sum(a != b for left, right in lines if left != right for a, b in zip(left, right, strict=True))


def _lines(image: QImage) -> Iterator[memoryview]:
    pixels, width = memoryview(image.constBits()).cast("B").cast("I"), image.width()
    return (pixels[row * width : (row + 1) * width] for row in range(image.height()))


@pytest.fixture
def window(qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LockedWindow]:
    """One with a passphrase, wide enough for all three panels, that shows an empty conversation."""
    monkeypatch.setattr(forgetting, "_MOST_OBJECTS", 8)
    monkeypatch.setattr(forgetting, "_FILLED_BYTES", 64 << 10)
    made = LockedWindow(tmp_path / "desk", fill=fill)
    made.start.window.resize(1440, 900)
    made.protect()
    empty = next(each for each in made.presenter.shelf_area.shelf.conversations if each.title == "Atlas empty")
    made.presenter.places.navigation.open_conversation(empty.id)
    made.settle()
    yield made
    made.end()


@pytest.fixture
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shelf is listed after the display asked for a painting: whichever comes first is a matter of luck."""
    listed = WindowStart._on_listed_again

    def on_listed(start: WindowStart) -> None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.UpdateRequest)
        listed(start)

    monkeypatch.setattr(WindowStart, "_on_listed_again", on_listed)


# ---- what lies open


def show_nothing(window: LockedWindow) -> None:
    assert not window.presenter.shown.turns
    assert window.presenter.shown.page is None


def show_book(window: LockedWindow) -> None:
    (book,) = window.presenter.shown.shelf.values()
    talk = next(each for each in window.presenter.shelf_area.shelf.conversations if each.title == "Atlas talk")
    window.presenter.places.navigation.open_conversation(talk.id)
    window.settle()
    window.presenter.places.navigation.open_book(book.id)
    wait(lambda: window.presenter.shown.page is not None)
    assert window.start.window.page.isVisible()


def show_search(window: LockedWindow) -> None:
    window.presenter.places.anything.search()
    line = window.start.window.focusWidget()
    assert isinstance(line, QLineEdit)
    line.setText("wharf")
    window.settle()
    assert line.isVisible()


def show_view(window: LockedWindow) -> None:
    """Show a view that features show in the place of the conversation."""
    shell = window.start.window
    view = MiddlePanel(Icons(Theme()), "Leases")
    view.fill(PlainLabel("Who let the wharf?"))
    shell.add_view(view)
    shell.show_view(view)
    window.settle()
    assert view.isVisible()


def lock_before(window: LockedWindow) -> None:
    """Locked once, and again as soon as the desk is there."""
    window.lock()
    fail(window)
    window.screen.secret.line.setText(PASSPHRASE)
    window.screen.accept()
    wait(lambda: window.start.presenter is not None)
    window.desk_lock.lock()
    window.wait_closed()
    window.unlock()


def fail(window: LockedWindow) -> None:
    screen = window.screen
    screen.secret.line.setText("a wrong one")
    screen.accept()
    wait(screen.problem.isVisible)


@pytest.mark.usefixtures("slow_disk")
@pytest.mark.parametrize("show", [show_nothing, show_book, show_search, show_view, lock_before])
@pytest.mark.parametrize("wrong_first", [True, False])
def test_an_unlocked_desk_is_on_the_screen(
    window: LockedWindow, show: Callable[[LockedWindow], None], wrong_first: bool
) -> None:
    shell = window.start.window
    show(window)
    wait(lambda: on_screen(shell) == truth(shell), timeout_ms=_SOON_MS)
    window.lock()
    wait(lambda: on_screen(shell) == truth(shell), timeout_ms=_SOON_MS)
    locked = on_screen(shell)
    if wrong_first:
        fail(window)
        wait(lambda: on_screen(shell) != locked, timeout_ms=_SOON_MS)
    window.unlock()
    wait(lambda: on_screen(shell) == truth(shell), timeout_ms=_SOON_MS)
    assert unlike(on_screen(shell), locked) > 50_000
    assert shell.findChild(LockScreen) is None


def test_a_desk_that_is_locked_at_once_shows_the_lock(window: LockedWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.ui.window.application._UNLISTED_MS", _LONG_MS)
    shell = window.start.window
    window.lock()
    wait(lambda: on_screen(shell) == truth(shell), timeout_ms=_SOON_MS)
    locked = on_screen(shell)
    window.screen.secret.line.setText(PASSPHRASE)
    window.screen.accept()
    wait(lambda: window.start.presenter is not None)
    window.desk_lock.lock()
    window.wait_closed()
    wait(lambda: on_screen(shell) == truth(shell), timeout_ms=_SOON_MS)
    assert on_screen(shell) == locked


@pytest.mark.usefixtures("slow_disk")
def test_another_desk_is_on_the_screen_once_it_is_open(window: LockedWindow) -> None:
    shell = window.start.window
    shell.update()  # a painting is due
    window.open(window.marlow)
    wait(lambda: on_screen(shell) == truth(shell), timeout_ms=_SOON_MS)


# ---- what goes wrong meanwhile


def test_a_fault_while_the_desk_opens_is_said(window: LockedWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_arguments: object, **_named: object) -> None:
        raise ZeroDivisionError

    shell = window.start.window
    window.lock()
    fail(window)
    monkeypatch.setattr("app.ui.window.window.WindowPresenter", fault)
    window.screen.secret.line.setText(PASSPHRASE)
    window.screen.accept()
    wait(lambda: shell.findChild(SmallDialog) is not None)
    dialog = shell.findChild(SmallDialog)
    assert isinstance(dialog, SmallDialog)
    assert dialog.windowTitle() == "Octavo cannot open"
    assert "ZeroDivisionError" in dialog.accessibleDescription()
    wait(lambda: on_screen(shell) == truth(shell), timeout_ms=_SOON_MS)


def test_a_fault_of_the_window_while_it_is_locked_is_said_there(window: LockedWindow) -> None:
    window.lock()
    window.screen.secret.line.setText(PASSPHRASE)
    window.screen._set_busy(True)
    window.start.tell_fault(ZeroDivisionError, ZeroDivisionError(), None)
    assert "ZeroDivisionError" in window.screen.problem.text()
    assert window.screen.action.isEnabled()
    window.unlock()


# ---- keys


def test_no_key_reaches_the_desk_before_it_is_on_the_screen(
    window: LockedWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ui.window.application._UNLISTED_MS", _LONG_MS)
    monkeypatch.setattr(WindowStart, "_on_listed_again", lambda _start: None)
    shell = window.start.window
    window.lock()
    fail(window)
    wait(lambda: on_screen(shell) == truth(shell), timeout_ms=_SOON_MS)
    seen = on_screen(shell)
    window.unlock()
    assert unlike(on_screen(shell), seen) < 50_000, "the lock is on the screen yet"
    composer, middle = shell.talk.composer, shell.rect().center()
    QTest.keyClick(shell.windowHandle(), Qt.Key.Key_A)
    QTest.keyClick(shell.windowHandle(), Qt.Key.Key_F, _CTRL | Qt.KeyboardModifier.ShiftModifier)
    QTest.mouseClick(shell.windowHandle(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    words = QInputMethodEvent()
    words.setCommitString("harbour")
    QCoreApplication.sendEvent(QGuiApplication.focusObject(), words)
    assert composer.text() == ""
    assert not shell._views, "no shortcut opened the search"
    shell.picture.let_go()
    wait(lambda: not shell.picture._is_deaf)
    assert on_screen(shell) == truth(shell)
    QTest.keyClick(shell.windowHandle(), Qt.Key.Key_B)
    wait(lambda: composer.text() == "b")
    QTest.keyClick(shell.windowHandle(), Qt.Key.Key_F, _CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert shell._views


# ---- a picture that is held


@pytest.fixture
def label(qtbot: QtBot) -> QLabel:
    made = QLabel("before")
    qtbot.addWidget(made)
    made.show()
    wait(lambda: on_screen(made) == truth(made))
    return made


def test_a_picture_goes_by_itself_and_what_was_due_is_painted(label: QLabel) -> None:
    held, before = HeldPicture(label), on_screen(label)
    label.setText("meanwhile")  # a painting is due
    held.hold(20)
    QApplication.processEvents()
    label.setText("after")
    assert on_screen(label) == before
    wait(lambda: on_screen(label) != before, timeout_ms=_SOON_MS)
    assert on_screen(label) == truth(label)
    label.setText("later")
    wait(lambda: on_screen(label) == truth(label), timeout_ms=_SOON_MS)


def test_nothing_else_switches_off_updates() -> None:
    """See `held_picture`."""
    folder = Path(app.ui.__file__).parent
    users = {file.name for file in folder.rglob("*.py") if re.search(r"setUpdatesEnabled\(", file.read_text("utf-8"))}
    assert users == {"held_picture.py"}

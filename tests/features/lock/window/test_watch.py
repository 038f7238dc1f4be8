"""The desk is locked by a time without input, logind, or the screen saver; where there is no bus, nothing does it."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from jeepney import DBusAddress, Message, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection
from jeepney.low_level import HeaderFields
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.core.machine.secret import KeyOrigin
from app.core.settings import LockSettings
from app.features.lock.window import watch
from app.features.lock.window.watch import IdleWatch, LockWatch, SessionWatch
from app.ui.kit.bridge import Bridge
from tests.ui.room import application, pause, wait

_LOGIND, _MANAGER = "org.freedesktop.login1", "org.freedesktop.login1.Manager"
_PATH = "/org/freedesktop/login1"
_OURS, _OTHERS = f"{_PATH}/session/_33", f"{_PATH}/session/c1"


class FakeLogind:
    """Knows one session, "3", as that of whoever asks. On the same bus, it sends the signals of screen savers too."""

    def __init__(self, address: str) -> None:
        self.asked: list[str] = []
        self._bus = open_dbus_connection(address)
        self._bus.send_and_get_reply(message_bus.RequestName(_LOGIND))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def join(self) -> None:
        """The bus has ended."""
        self._thread.join()
        self._bus.close()

    def emit(self, path: str, interface: str, name: str, signature: str = "", body: tuple[object, ...] = ()) -> None:
        self._bus.send(new_signal(DBusAddress(path, interface=interface), name, signature or None, body))

    def _serve(self) -> None:
        while True:
            try:
                message = self._bus.receive()
            except (ConnectionError, EOFError):
                return
            if message.header.message_type is MessageType.method_call:
                self._answer(message)

    def _answer(self, message: Message) -> None:
        member = message.header.fields[HeaderFields.member]
        if member == "Get" and message.body == ("org.freedesktop.login1.Session", "Id"):
            self._bus.send(new_method_return(message, "v", (("s", "3"),)))
        elif member == "GetSession" and message.body == ("3",):
            self._bus.send(new_method_return(message, "o", (_OURS,)))
        else:
            self._bus.send(new_error(message, "org.freedesktop.DBus.Error.UnknownMethod"))
        self.asked.append(member)


@pytest.fixture
def logind(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeLogind]:
    """On a bus of its own, in the place of the system's and the session's."""
    if shutil.which("dbus-daemon") is None:
        pytest.skip("dbus-daemon, which carries messages between programs, is missing")
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as bus:
        assert bus.stdout is not None
        address = bus.stdout.readline().strip()
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        made = FakeLogind(address)
        yield made
        bus.terminate()
        made.join()


@pytest.fixture
def lock(qapp: QApplication) -> Iterator[LockWatch]:
    application()
    bridge = Bridge()
    yield LockWatch(bridge)
    bridge.close()
    QApplication.processEvents()


@pytest.mark.parametrize(
    ("path", "interface", "name", "signature", "body"),
    [
        (_OURS, "org.freedesktop.login1.Session", "Lock", "", ()),
        (_PATH, _MANAGER, "PrepareForSleep", "b", (True,)),
        ("/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver", "ActiveChanged", "b", (True,)),
        ("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged", "b", (True,)),
        (
            _OURS,
            "org.freedesktop.DBus.Properties",
            "PropertiesChanged",
            "sa{sv}as",
            ("org.freedesktop.login1.Session", {"LockedHint": ("b", True)}, []),
        ),
    ],
    ids=["logind", "sleep", "screen saver", "gnome", "locked hint"],
)
def test_the_session_locks_the_desk(
    logind: FakeLogind, lock: LockWatch, path: str, interface: str, name: str, signature: str, body: tuple[object, ...]
) -> None:
    due: list[bool] = []
    lock.due.connect(lambda: due.append(True))
    lock.follow(LockSettings(), KeyOrigin.PASSPHRASE)
    wait(lambda: "GetSession" in logind.asked)
    wait(lambda: len(lock.session._buses) == 2)

    def come() -> bool:
        logind.emit(path, interface, name, signature, body)
        pause(5)
        return bool(due)

    wait(come)


def test_what_does_not_concern_this_session_locks_nothing(logind: FakeLogind, lock: LockWatch) -> None:
    due: list[bool] = []
    lock.due.connect(lambda: due.append(True))
    lock.follow(LockSettings(), KeyOrigin.PASSPHRASE)
    wait(lambda: "GetSession" in logind.asked)
    wait(lambda: len(lock.session._buses) == 2)
    logind.emit(_OTHERS, "org.freedesktop.login1.Session", "Lock")
    logind.emit(_PATH, _MANAGER, "PrepareForSleep", "b", (False,))
    logind.emit(_OURS, "org.freedesktop.login1.Session", "Unlock")
    lock.follow(LockSettings(with_session=False), KeyOrigin.PASSPHRASE)
    logind.emit(_OURS, "org.freedesktop.login1.Session", "Lock")
    pause(100)
    assert due == []


def test_without_a_passphrase_no_bus_is_looked_for(logind: FakeLogind, lock: LockWatch) -> None:
    lock.follow(LockSettings(idle_minutes=1), KeyOrigin.FILE)
    pause(20)
    assert logind.asked == []
    assert not lock.idle._timer.isActive()


def test_where_there_is_no_bus_nothing_happens(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    bridge = Bridge()
    session = SessionWatch(bridge)
    session.begin()
    wait(lambda: bridge.idle)
    assert session._buses == []
    bridge.close()


class _Clock:
    now = 1_000.0

    def monotonic(self) -> float:
        return self.now


def test_the_desk_is_locked_after_a_time_without_input(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, idle = _Clock(), []
    monkeypatch.setattr(watch, "time", clock)
    field = QLineEdit()
    qtbot.addWidget(field)
    watching = IdleWatch()
    watching.idle.connect(lambda: idle.append(clock.now))
    field.show()
    field.activateWindow()
    wait(lambda: QApplication.focusWindow() is field.windowHandle())
    watching.wait_for(10)
    assert watching._timer.remainingTime() > 590_000
    clock.now += 599
    qtbot.keyClick(field.windowHandle(), Qt.Key.Key_A)
    clock.now += 2
    watching._look()
    assert idle == [], "a key was pressed two seconds ago"
    clock.now += 597
    watching._look()
    assert idle == []
    clock.now += 2
    watching._look()
    assert len(idle) == 1
    watching.wait_for(0)
    clock.now += 100_000
    watching._look()
    assert len(idle) == 1
    assert not watching._timer.isActive()


def test_the_time_begins_when_the_desk_is_opened(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, idle = _Clock(), []
    monkeypatch.setattr(watch, "time", clock)
    watching = IdleWatch()
    watching.idle.connect(lambda: idle.append(clock.now))
    clock.now += 100_000
    watching.wait_for(5)
    assert idle == []

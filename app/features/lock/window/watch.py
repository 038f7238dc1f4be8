"""Watches for when the desk is to be locked: after a time without input, and when the session is locked or the computer
sleeps."""

from __future__ import annotations

import os
import time
from functools import partial

from PySide6.QtCore import SLOT, QEvent, QObject, QTimer, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusObjectPath, QDBusPendingCallWatcher
from PySide6.QtGui import QGuiApplication, QWindow

from app.core.errors import Problem
from app.core.machine.secret import KeyOrigin
from app.core.settings import LockSettings
from app.ui.kit.bridge import Bridge, Executor
from app.ui.kit.screenshot_portal import connect, session_address

_LOGIND = "org.freedesktop.login1"
_MANAGER_PATH, _MANAGER = "/org/freedesktop/login1", "org.freedesktop.login1.Manager"
_OWN_SESSION, _SESSION = "/org/freedesktop/login1/session/auto", "org.freedesktop.login1.Session"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_SAVERS = ("org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver")
_SYSTEM_BUS = "unix:path=/run/dbus/system_bus_socket"

_INPUT = frozenset(
    (
        *(QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel),
        *(QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate, QEvent.Type.TabletMove, QEvent.Type.InputMethod),
        *(QEvent.Type.DragMove, QEvent.Type.Drop, QEvent.Type.NativeGesture),
    )
)


class LockWatch(QObject):
    """Watches as the settings say. `due` tells that the desk is to be locked."""

    due = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings, self._can_lock = LockSettings(), False
        self.idle, self.session = IdleWatch(self), SessionWatch(bridge, self)
        self.idle.idle.connect(self.due)
        self.session.locked.connect(self._on_session_locked)

    def follow(self, settings: LockSettings, origin: KeyOrigin) -> None:
        """Lock when these settings say so, if there is a passphrase to unlock with."""
        can_lock = origin is KeyOrigin.PASSPHRASE
        self._settings, self._can_lock = settings, can_lock
        self.idle.wait_for(settings.idle_minutes if can_lock else 0)
        if can_lock and settings.with_session:
            self.session.begin()

    @Slot()
    def _on_session_locked(self) -> None:
        if self._can_lock and self._settings.with_session:
            self.due.emit()


class IdleWatch(QObject):
    """Watches for input. `idle` tells that nothing was typed, clicked or moved in any window of this program for so
    long. It watches windows, not widgets: they get a few events where widgets get thousands."""

    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._minutes = 0
        self._last_s = time.monotonic()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._look)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.focusWindowChanged.connect(self._watch)
        self._watch(QGuiApplication.focusWindow())

    def wait_for(self, minutes: int) -> None:
        """Set after how many minutes `idle` is emitted; 0 for never."""
        if minutes and not self._minutes:
            self._last_s = time.monotonic()
        self._minutes = minutes
        self._look()

    @Slot(object)
    def _watch(self, window: QWindow | None) -> None:
        if window is not None:
            window.removeEventFilter(self)
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        if event.type() in _INPUT:
            self._last_s = time.monotonic()
        return False

    @Slot()
    def _look(self) -> None:
        if not self._minutes:
            self._timer.stop()
            return
        left_s = 60 * self._minutes - (time.monotonic() - self._last_s)
        if left_s <= 0:
            self.idle.emit()
        self._timer.start(int(1000 * (left_s if left_s > 0 else 60 * self._minutes)))


class SessionWatch(QObject):
    """Watches the session. `locked` tells that the session was locked, the screen saver began, or the computer is about
    to sleep. Logind is asked on the system's bus, and the screen saver on the session's. If there is neither, nothing
    happens."""

    locked = Signal()

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._buses: list[QDBusConnection] = []
        self._asked = False

    def begin(self) -> None:
        """Look for logind and the screen saver, once; connecting may take long if a bus hangs."""
        if self._asked:
            return
        self._asked = True
        system = os.environ.get("DBUS_SYSTEM_BUS_ADDRESS", "") or _SYSTEM_BUS
        for address, on_connected in ((system, self._watch_logind), (session_address(), self._watch_savers)):
            if address:
                self._bridge.call(Executor.IMAGES, partial(connect, address), on_connected, self._ignore)

    @Slot(object)
    def _watch_logind(self, bus: QDBusConnection | None) -> None:
        if bus is None:
            return
        self._buses.append(bus)
        sleeps = SLOT("_on_sleep(bool)")
        bus.connect(_LOGIND, _MANAGER_PATH, _MANAGER, "PrepareForSleep", self, sleeps)  # type: ignore[call-overload]
        call = QDBusMessage.createMethodCall(_LOGIND, _OWN_SESSION, _PROPERTIES, "Get")
        call.setArguments([_SESSION, "Id"])
        QDBusPendingCallWatcher(bus.asyncCall(call), self).finished.connect(self._on_id)

    @Slot(QDBusPendingCallWatcher)
    def _on_id(self, watcher: QDBusPendingCallWatcher) -> None:
        """Find the path of the session, which has its id in it: its signals come from there, not from the path of "the
        caller's"."""
        arguments = watcher.reply().arguments()
        watcher.deleteLater()
        if watcher.isError() or not arguments:
            return
        call = QDBusMessage.createMethodCall(_LOGIND, _MANAGER_PATH, _MANAGER, "GetSession")
        call.setArguments([_text(arguments[0])])
        QDBusPendingCallWatcher(self._buses[0].asyncCall(call), self).finished.connect(self._on_session)

    @Slot(QDBusPendingCallWatcher)
    def _on_session(self, watcher: QDBusPendingCallWatcher) -> None:
        arguments = watcher.reply().arguments()
        watcher.deleteLater()
        if watcher.isError() or not arguments:
            return
        found = arguments[0]
        path = found.path() if isinstance(found, QDBusObjectPath) else _text(found)
        for name, interface, slot in (
            ("Lock", _SESSION, "_on_lock()"),
            ("PropertiesChanged", _PROPERTIES, "_on_changed(QString,QVariantMap,QStringList)"),
        ):
            self._buses[0].connect(_LOGIND, path, interface, name, self, SLOT(slot))  # type: ignore[call-overload]

    @Slot(object)
    def _watch_savers(self, bus: QDBusConnection | None) -> None:
        if bus is None:
            return
        self._buses.append(bus)
        for saver in _SAVERS:
            bus.connect("", "", saver, "ActiveChanged", self, SLOT("_on_sleep(bool)"))  # type: ignore[call-overload]

    @Slot()
    def _on_lock(self) -> None:
        self.locked.emit()

    @Slot(bool)
    def _on_sleep(self, begins: bool) -> None:
        """Lock when the computer is about to sleep, or a screen saver begins."""
        if begins:
            self.locked.emit()

    @Slot(str, "QVariantMap", "QStringList")
    def _on_changed(self, interface: str, changed: dict[str, object], invalid: list[str]) -> None:  # noqa: ARG002
        if interface == _SESSION and changed.get("LockedHint") is True:
            self.locked.emit()

    @Slot(object)
    def _ignore(self, problem: Problem) -> None:
        """Ignore a problem: without a bus nothing locks the desk but a person and the clock."""


def _text(value: object) -> str:
    variant = getattr(value, "variant", None)
    return str(variant() if callable(variant) else value)

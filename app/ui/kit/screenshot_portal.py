"""A picture of a part of the screen, from the desktop's own portal: the person chooses the part there, or refuses.

XDG Desktop Portal, org.freedesktop.portal.Screenshot and org.freedesktop.portal.Request.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import uuid
from functools import partial
from pathlib import Path

from PySide6.QtCore import SLOT, QObject, QUrl, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.core.errors import Problem
from app.ui.kit.bridge import Bridge, Executor

PROBE_TIMEOUT_MS = 10_000

_SERVICE = "org.freedesktop.portal.Desktop"
_PATH = "/org/freedesktop/portal/desktop"
_SCREENSHOT = "org.freedesktop.portal.Screenshot"
_REQUEST = "org.freedesktop.portal.Request"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_GIVEN, _REFUSED = 0, 1


class ScreenPortal(QObject):
    """Asks the desktop for a picture. `found` comes at most once, if the portal answers. After each `ask` comes one of
    `taken` and `failed`, or neither if the person changes their mind."""

    found = Signal()
    taken = Signal(object)  # Path
    failed = Signal()

    def __init__(self, bridge: Bridge, window: QWidget, parent: QObject | None = None) -> None:
        """`window` is the one on whose behalf pictures are asked for."""
        super().__init__(parent)
        self._bridge = bridge
        self._window = window
        self._bus: QDBusConnection | None = None

    def look(self) -> None:
        """Look for the portal, if there is a session bus."""
        address = session_address()
        if address:
            self._bridge.call(Executor.IMAGES, partial(connect, address), self._probe, self._ignore)

    @Slot()
    def ask(self) -> None:
        """Let the person choose a part of the screen."""
        if self._bus is None:
            return
        call = QDBusMessage.createMethodCall(_SERVICE, _PATH, _SCREENSHOT, "Screenshot")
        call.setArguments([_identify(self._window), {"interactive": True, "modal": True}])
        QDBusPendingCallWatcher(self._bus.asyncCall(call), self).finished.connect(self._on_asked)

    @Slot(object)
    def _probe(self, bus: QDBusConnection | None) -> None:
        if bus is None:
            return
        self._bus = bus
        call = QDBusMessage.createMethodCall(_SERVICE, _PATH, _PROPERTIES, "Get")
        call.setArguments([_SCREENSHOT, "version"])
        QDBusPendingCallWatcher(bus.asyncCall(call, PROBE_TIMEOUT_MS), self).finished.connect(self._on_probed)

    @Slot(QDBusPendingCallWatcher)
    def _on_probed(self, watcher: QDBusPendingCallWatcher) -> None:
        """Listen for the answers of the portal: every one that comes to this connection is one to `ask`, whatever path
        the portal gave it."""
        if not watcher.isError() and self._bus is not None:
            slot = SLOT("_on_response(uint,QVariantMap)")
            self._bus.connect(_SERVICE, "", _REQUEST, "Response", self, slot)  # type: ignore[call-overload]
            self.found.emit()
        watcher.deleteLater()

    @Slot(QDBusPendingCallWatcher)
    def _on_asked(self, watcher: QDBusPendingCallWatcher) -> None:
        if watcher.isError():
            self.failed.emit()
        watcher.deleteLater()

    @Slot("uint", "QVariantMap")
    def _on_response(self, response: int, results: dict[str, object]) -> None:
        place = QUrl(str(results.get("uri", "")))
        if response == _GIVEN and place.isLocalFile():
            self.taken.emit(Path(place.toLocalFile()))
        elif response != _REFUSED:
            self.failed.emit()

    @Slot(object)
    def _ignore(self, problem: Problem) -> None:
        """Ignore a problem: without the bus nothing is offered."""


def discard(path: Path) -> None:
    """Delete a picture that was put where temporary files are; one that the desktop keeps for the person stays."""
    with contextlib.suppress(OSError):
        for folder in (tempfile.gettempdir(), os.environ.get("XDG_RUNTIME_DIR", "")):
            # A folder that is mounted below, such as the document portal, shows files that are elsewhere.
            if folder and not path.is_symlink() and path.resolve().is_relative_to(Path(folder).resolve()):
                if path.stat().st_dev == Path(folder).stat().st_dev:
                    path.unlink()
                return


def session_address() -> str:
    """Return the address of the session bus; empty if there is none, or if it is not on this machine."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    usual = f"unix:path={runtime}/bus" if runtime and Path(runtime, "bus").is_socket() else ""
    address = os.environ.get("DBUS_SESSION_BUS_ADDRESS", "") or usual
    return address if all(part.startswith("unix:") for part in address.split(";")) else ""


def connect(address: str) -> QDBusConnection | None:
    """Connect to the bus, and return None if that fails. It may take long if the bus hangs."""
    bus = QDBusConnection.connectToBus(address, f"octavo-{uuid.uuid4().hex}")
    return bus if bus.isConnected() else None


def _identify(window: QWidget) -> str:
    """Return the name of a window by which the portal puts its dialog above it; empty if the window has none."""
    return f"x11:{int(window.winId()):x}" if QGuiApplication.platformName() == "xcb" else ""

"""A screen reader without a voice: hears the windows of a program over AT-SPI's bus, in a session of its own.

AT-SPI is defined by the files in `xml/` of at-spi2-core; the numbers of roles and states by `atspi-constants.h` there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection

from tests.ui.heard import Heard, Place

_ACCESSIBLE, _COMPONENT = "org.a11y.atspi.Accessible", "org.a11y.atspi.Component"
_ACTION, _VALUE = "org.a11y.atspi.Action", "org.a11y.atspi.Value"
_PROPERTIES = "org.freedesktop.DBus.Properties"
_ROOT, _NOTHING = "/org/a11y/atspi/accessible/root", "/org/a11y/atspi/null"
_FOCUSABLE, _SHOWING = 1 << 11, 1 << 25
_ON_THE_SCREEN = 0
_PATIENCE_S, _LOOK_S = 60.0, 0.1
_PROGRESS = 42
_ROLES = {
    7: "CheckBox",
    11: "ComboBox",
    20: "Client",
    23: "Window",
    29: "StaticText",
    31: "List",
    32: "ListItem",
    36: "LayeredPane",
    37: "PageTab",
    39: "Grouping",
    _PROGRESS: "ProgressBar",
    43: "Button",
    44: "RadioButton",
    48: "ScrollBar",
    51: "Slider",
    52: "SpinBox",
    55: "Table",
    61: "EditableText",
    65: "Tree",
    67: "Grip",
    82: "Document",
    88: "Link",
}


@dataclass(frozen=True)
class Thing:
    """Where something is found: the program's name on the bus, and the path there."""

    program: str
    path: str


def missing() -> str:
    """Name what this machine lacks for a session; nothing if it has all."""
    lacks = [name for name in ("Xvfb", "dbus-daemon") if shutil.which(name) is None]
    if not Path("/usr/share/dbus-1/services/org.a11y.Bus.service").exists():
        lacks.append("at-spi2-core")
    return ", ".join(lacks)


@contextmanager
def session(folder: Path) -> Iterator[tuple[dict[str, str], ScreenReader]]:
    """A display, a message bus and AT-SPI's bus of their own: the environment for programs, and who hears them."""
    with ExitStack() as ends:
        runtime = folder / "session"
        runtime.mkdir(mode=0o700)
        got, given = os.pipe()
        display = ["Xvfb", "-displayfd", str(given), "-r", "-screen", "0", "1920x1200x24", "-nolisten", "tcp"]
        _start(ends, display, dict(os.environ), pass_fds=(given,))
        os.close(given)
        with os.fdopen(got) as said:
            number = said.readline().strip()
        environment = {
            **os.environ,
            "DISPLAY": f":{number}",
            "XDG_RUNTIME_DIR": str(runtime),
            "QT_QPA_PLATFORM": "xcb",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
        }
        daemon = ["dbus-daemon", "--session", "--nofork", "--print-address", f"--address=unix:path={runtime / 'bus'}"]
        bus = _start(ends, daemon, environment, stdout=subprocess.PIPE)
        assert bus.stdout is not None
        ends.enter_context(bus.stdout)
        environment["DBUS_SESSION_BUS_ADDRESS"] = address = bus.stdout.readline().decode().strip()
        with open_dbus_connection(address) as person:
            where = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
            (found,) = person.send_and_get_reply(new_method_call(where, "GetAddress"), timeout=_PATIENCE_S).body
        with open_dbus_connection(found) as connection:
            yield environment, ScreenReader(connection)


def _start(
    ends: ExitStack,
    command: list[str],
    environment: dict[str, str],
    *,
    stdout: int = subprocess.DEVNULL,
    pass_fds: tuple[int, ...] = (),
) -> subprocess.Popen[bytes]:
    """It is ended with the others, the last one first."""
    process = subprocess.Popen(command, env=environment, stdout=stdout, stderr=subprocess.DEVNULL, pass_fds=pass_fds)
    ends.callback(process.wait, 20)
    ends.callback(process.terminate)
    return process


class ScreenReader:
    def __init__(self, bus: DBusConnection) -> None:
        self._bus = bus

    def windows(self) -> list[Heard]:
        """Return the windows that are shown, of all programs, with all that is in them. What goes away meanwhile is
        left out."""
        programs = self._children(Thing("org.a11y.atspi.Registry", _ROOT))
        shown = [self._hear(window) for program in programs for window in self._children(program)]
        return [window for window in shown if window is not None]

    def wait(self, condition: Callable[[list[Heard]], bool]) -> list[Heard]:
        """The windows, as soon as it holds for them. Raises TimeoutError."""
        until = time.monotonic() + _PATIENCE_S
        while not condition(found := self.windows()):
            if time.monotonic() > until:
                names = [each.name for window in found for each in window.all() if each.name]
                raise TimeoutError(f"it was not heard; there are: {names}")
            time.sleep(_LOOK_S)
        return found

    def press(self, heard: Heard) -> None:
        assert isinstance(heard.of, Thing)
        self._ask(heard.of, _ACTION, "DoAction", "i", (0,))

    def _hear(self, thing: Thing) -> Heard | None:
        states = self._ask(thing, _ACCESSIBLE, "GetState")
        if not states or not states[0][0] & _SHOWING:
            return None
        (role,) = self._ask(thing, _ACCESSIBLE, "GetRole") or (0,)
        (place,) = self._ask(thing, _COMPONENT, "GetExtents", "u", (_ON_THE_SCREEN,)) or ((0, 0, 0, 0),)
        inner = [self._hear(child) for child in self._children(thing)]
        return Heard(
            _ROLES.get(role, f"role {role}"),
            str(self._property(thing, _ACCESSIBLE, "Name")),
            str(self._property(thing, _ACCESSIBLE, "Description")),
            bool(states[0][0] & _FOCUSABLE),
            Place(*place),
            self._number(thing) if role == _PROGRESS else None,
            thing,
            tuple(each for each in inner if each is not None),
        )

    def _children(self, thing: Thing) -> list[Thing]:
        (found,) = self._ask(thing, _ACCESSIBLE, "GetChildren") or ([],)
        return [Thing(*each) for each in found if each[1] != _NOTHING]

    def _number(self, thing: Thing) -> float | None:
        value = self._property(thing, _VALUE, "CurrentValue")
        return float(value) if isinstance(value, int | float) else None

    def _property(self, thing: Thing, interface: str, name: str) -> object:
        (found,) = self._ask(thing, _PROPERTIES, "Get", "ss", (interface, name)) or (("s", ""),)
        return found[1]

    def _ask(
        self, thing: Thing, interface: str, method: str, types: str = "", values: tuple[object, ...] = ()
    ) -> tuple[Any, ...]:
        """Call a method of a thing and return what comes back; nothing from what is there no more."""
        call = new_method_call(DBusAddress(thing.path, thing.program, interface), method, types or None, values)
        reply = self._bus.send_and_get_reply(call, timeout=_PATIENCE_S)
        return () if reply.header.message_type.name == "error" else reply.body

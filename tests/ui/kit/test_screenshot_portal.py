"""A part of the screen from the desktop's portal: a portal of our own, on a message bus of its own."""

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
from PySide6.QtCore import QUrl
from PySide6.QtDBus import QDBusPendingCallWatcher
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.core.conversations.image import MOST_IN_QUESTION, Raster
from app.ui.kit.screenshot_portal import discard
from app.ui.palette.palette_dialog import PaletteDialog
from tests.ui.direct_images import png_of
from tests.ui.room import Room, wait

_PORTAL = "org.freedesktop.portal.Desktop"
_PATH = "/org/freedesktop/portal/desktop"
_COMMAND = "Show the model a part of the screen…"
_GIVEN, _REFUSED, _BROKEN = 0, 1, 2

pytestmark = pytest.mark.skipif(
    shutil.which("dbus-daemon") is None, reason="dbus-daemon, which carries messages between programs, is missing"
)


class FakePortal:
    """Answers each request with `response` and `picture`, on a path of its own choice."""

    def __init__(self, address: str) -> None:
        self.response = _GIVEN
        self.picture = Path()
        self.blind = self.refuses = self.probed = False
        self.asked: list[tuple[str, dict[str, tuple[str, object]]]] = []
        self._bus = open_dbus_connection(address)
        self._bus.send_and_get_reply(message_bus.RequestName(_PORTAL))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def join(self) -> None:
        """The bus has ended."""
        self._thread.join()
        self._bus.close()

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
        self.probed |= member == "Get"
        if member == "Get" and not self.blind:
            assert message.body == ("org.freedesktop.portal.Screenshot", "version")
            self._bus.send(new_method_return(message, "v", (("u", 2),)))
        elif member == "Screenshot" and not self.refuses:
            parent, options = message.body
            response = self.response  # before the test learns that it was asked, and says what comes next
            self.asked.append((parent, options))
            path = f"{_PATH}/request/{len(self.asked)}"
            self._bus.send(new_method_return(message, "o", (path,)))
            request = DBusAddress(path, interface="org.freedesktop.portal.Request")
            results = {"uri": ("s", QUrl.fromLocalFile(str(self.picture)).toString())} if response == 0 else {}
            self._bus.send(new_signal(request, "Response", "ua{sv}", (response, results)))
        else:
            self._bus.send(new_error(message, "org.freedesktop.DBus.Error.UnknownMethod"))


@pytest.fixture
def portal(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePortal]:
    """Where the window looks for one."""
    command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as bus:
        assert bus.stdout is not None
        address = bus.stdout.readline().strip()
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        made = FakePortal(address)
        yield made
        bus.terminate()
        made.join()


@pytest.fixture
def picture(portal: FakePortal, tmp_path: Path) -> Path:
    """Write the picture that the portal gives."""
    portal.picture = tmp_path / "Screenshot from today.png"
    portal.picture.write_bytes(png_of(640, 200))
    return portal.picture


def _is_offered(room: Room) -> bool:
    return room.presenter.commands.actions[_COMMAND].isVisible()


def _open(room: Room) -> None:
    room.add_conversation("A")
    room.open()
    wait(lambda: _is_offered(room))


def _names(room: Room) -> list[str]:
    return [button.card.untrusted_name for button in room.window.talk.composer.attachments.cards()]


def _ask(room: Room) -> None:
    room.presenter.commands.actions[_COMMAND].trigger()


def test_the_part_that_was_chosen_is_attached(portal: FakePortal, picture: Path, room: Room) -> None:
    _open(room)
    _ask(room)
    wait(lambda: _names(room) == ["Part of the screen"])
    room.settle()
    ((parent, options),) = portal.asked
    assert parent == "", "this platform has no name for its window"
    assert options["interactive"] == ("b", True)
    (image,) = room.presenter.talk_area.attachments.images()
    assert (image.ref.width, image.ref.height) == (640, 200)  # type: ignore[union-attr]
    assert not picture.exists(), "it lay among temporary files"


def test_where_there_is_no_room_for_it_nothing_of_it_stays(portal: FakePortal, picture: Path, room: Room) -> None:
    _open(room)
    image = room.desk.documents.images.from_raster(Raster(1, 1, b"\0\0\0"), "dot.png")
    room.presenter.talk_area.attachments.add_all((image,) * MOST_IN_QUESTION)
    _ask(room)
    wait(lambda: not picture.exists())
    assert room.window.talk.notice.text().endswith("These were left out: Part of the screen")
    assert _names(room) == ["dot.png"] * MOST_IN_QUESTION
    room.settle()


def test_a_change_of_mind_is_no_failure(portal: FakePortal, picture: Path, room: Room) -> None:
    portal.response = _REFUSED
    _open(room)
    _ask(room)
    wait(lambda: len(portal.asked) == 1)
    portal.response = _GIVEN
    _ask(room)  # the answers come in their order
    wait(lambda: _names(room) == ["Part of the screen"])
    room.settle()
    assert not room.window.talk.notice.isVisible()


@pytest.mark.parametrize("refuses", [True, False])
def test_a_portal_that_fails_is_told(portal: FakePortal, room: Room, refuses: bool) -> None:
    portal.refuses, portal.response = refuses, _BROKEN
    _open(room)
    _ask(room)
    wait(room.window.talk.notice.isVisible)
    assert room.window.talk.notice.text().startswith("The desktop did not provide a picture of the screen.")
    assert _names(room) == []


def test_the_button_offers_files_and_the_screen(portal: FakePortal, picture: Path, room: Room, qtbot: QtBot) -> None:
    _open(room)
    room.window.talk.composer.image_button.click()
    (menu,) = (menu for menu in room.window.findChildren(QMenu) if menu.isVisible())
    assert [action.text().split("\t")[0] for action in menu.actions()] == ["From files…", "A part of the screen…"]
    menu.actions()[1].trigger()
    menu.close()
    wait(lambda: _names(room) == ["Part of the screen"])
    room.settle()


def test_a_bus_without_a_portal_offers_nothing(portal: FakePortal, room: Room) -> None:
    portal.blind = True
    room.add_conversation("A")
    room.open()
    wait(lambda: portal.probed and not room.presenter.talk_area.portal.findChildren(QDBusPendingCallWatcher))
    room.presenter.places.anything.find()
    dialog = room.window.findChild(PaletteDialog)
    assert dialog is not None
    names = [entry.title for entry in dialog.entries()]
    assert any(name.startswith("Show the model an image") for name in names)
    assert _COMMAND not in names
    dialog.close()


def test_without_a_bus_there_is_no_such_command(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    for address in ("", "tcp:host=localhost,port=1"):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        room.presenter.talk_area.portal.look()
        assert room.bridge.idle, "nothing was asked"
    room.add_conversation("A")
    room.open()
    assert not _is_offered(room)


def test_only_a_temporary_picture_is_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime, home = tmp_path / "runtime", tmp_path / "home"
    for folder in (runtime, home):
        folder.mkdir()
        (folder / "picture.png").write_bytes(b"png")
    (runtime / "link.png").symlink_to(home / "picture.png")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    for path in (runtime / "picture.png", runtime / "link.png", runtime / "none.png", home / "picture.png"):
        discard(path)
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.png"))
    assert left == ["home/picture.png", "runtime/link.png"]

"""The mark that text leaves this machine, and the settings of a remote engine, in the real window."""

from __future__ import annotations

from pathlib import Path

import msgspec
from pytestqt.qtbot import QtBot

from app.core.machine.secret import Password
from app.core.settings import RemoteSettings
from app.store.system_keyring import RemoteKeys
from app.ui.look.icons import Icons
from app.ui.look.theme import Theme
from app.ui.settings.dialog import SettingsDialog
from app.ui.widgets.middle_panel import MiddlePanel
from app.wording.remote import whole_words
from app.wording.settings import SectionKind
from tests.ui.fakes import SCOUT
from tests.ui.room import LEASE, Room

_HOST = "models.example.org"
_ADDRESS = f"https://{_HOST}"
_ELSEWHERE = msgspec.structs.replace(SCOUT, path=_ADDRESS, device=f"vLLM, {_HOST}", host=_HOST, vision=None)


def _set(room: Room, remote: RemoteSettings) -> None:
    settings = room.desk.settings
    settings.save(msgspec.structs.replace(settings.load(), remote=remote))


def _dialog(room: Room) -> SettingsDialog:
    room.presenter.model_area.preferences.open_settings()
    room.settle()
    dialog = room.presenter.model_area.preferences.dialog
    assert dialog is not None
    return dialog


def test_there_is_no_mark_while_all_stays_here(room: Room) -> None:
    room.add_conversation("A")
    room.open()
    assert room.window.remote_mark.isHidden()


def test_the_mark_stands_wherever_text_may_be_sent_from(room: Room) -> None:
    room.add_books()
    room.add_conversation("A", [room.books[LEASE]])
    room.engine.info = _ELSEWHERE
    _set(room, RemoteSettings(_ADDRESS))
    room.open()
    mark = room.window.remote_mark
    assert mark.isVisible()
    assert mark.words() == f"Text leaves this computer: {_HOST}"
    assert mark.accessibleName() == mark.words()
    assert whole_words(_HOST) in mark.toolTip()
    assert room.window.talk.chip.state.detail == f"vLLM, {_HOST}"
    assert "Quotations are checked afterwards, not while the model writes" in room.window.talk.chip.state.tooltip
    view = MiddlePanel(Icons(Theme()), "Leases")
    room.window.add_view(view)
    room.window.show_view(view)
    assert mark.isVisible()
    assert mark.height() <= 40


def test_a_program_on_this_machine_is_named_as_what_it_is(room: Room) -> None:
    room.add_conversation("A")
    room.engine.info = msgspec.structs.replace(_ELSEWHERE, host="127.0.0.1:8080")
    room.open()
    assert room.window.remote_mark.words() == "Text leaves Octavo: 127.0.0.1:8080"
    assert whole_words("127.0.0.1:8080") in room.window.remote_mark.toolTip()


def test_typing_an_address_tells_what_will_leave_and_the_next_load_connects(qtbot: QtBot, room: Room) -> None:
    room.add_conversation("A")
    room.open()
    room.desk.models.remote._keys = RemoteKeys(room.desk.settings, lambda _may_ask: None)
    dialog = _dialog(room)
    dialog.show_section(SectionKind.SERVER)
    qtbot.keyClicks(dialog.editor("remote.address").focusProxy(), _ADDRESS)
    dialog.key.set_value("secret")
    dialog.accept()
    room.settle()
    assert room.desk.settings.load().remote == RemoteSettings(_ADDRESS)
    assert room.desk.models.remote.has_key(_ADDRESS)
    notice = room.window.talk.notice
    assert notice.isVisible()
    assert f"{_HOST} answers and receives the full text of the documents" in notice.text()
    assert room.window.remote_mark.isHidden(), "the model here still answers"
    room.engine.info = _ELSEWHERE
    notice.action.click()
    room.settle()
    assert room.engine.specs[-1].remote is not None
    assert room.window.remote_mark.isVisible()


def test_a_key_that_is_kept_is_not_shown_and_can_be_forgotten(room: Room) -> None:
    room.add_conversation("A")
    room.open()
    room.desk.models.remote._keys = RemoteKeys(room.desk.settings, lambda _may_ask: None)
    _set(room, RemoteSettings(_ADDRESS))
    room.desk.models.remote.set_key(_ADDRESS, Password("secret"))
    dialog = _dialog(room)
    assert dialog.key.value() == ""
    dialog.accept()
    room.settle()
    assert room.desk.models.remote.has_key(_ADDRESS), "left alone it stays as it is"
    dialog = _dialog(room)
    dialog.key.forget_button.click()
    room.settle()
    assert not room.desk.models.remote.has_key(_ADDRESS)


def test_the_remote_engine_in_the_menu_is_connected_to_again(room: Room) -> None:
    room.add_conversation("A")
    room.engine.info = _ELSEWHERE
    _set(room, RemoteSettings(_ADDRESS))
    room.open()
    loads = len(room.engine.specs)
    room.presenter.model_area.model.load(_ADDRESS)
    room.settle()
    assert len(room.engine.specs) == loads + 1
    assert room.engine.specs[-1].remote is not None
    assert room.desk.settings.load().remote == RemoteSettings(_ADDRESS)


def test_a_model_of_this_machine_takes_the_mark_away(room: Room, tiny_scout: Path) -> None:
    room.add_conversation("A")
    room.engine.info = _ELSEWHERE
    _set(room, RemoteSettings(_ADDRESS))
    room.open()
    assert room.window.remote_mark.isVisible()
    room.engine.info = SCOUT
    room.presenter.model_area.model.load(str(tiny_scout))
    room.settle()
    assert room.window.remote_mark.isHidden()
    assert not room.desk.settings.load().remote.in_use

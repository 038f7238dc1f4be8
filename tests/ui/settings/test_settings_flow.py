"""The settings: what applies is shown and found, and each change is saved at once."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from app.core.policy import Held, Policy, PolicyRules
from app.core.settings import (
    Adapter,
    EngineSettings,
    KvType,
    RemoteServer,
    RemoteSettings,
    Sampling,
    Settings,
    ThemeChoice,
    value_of,
)
from app.ui.look.icons import Icons
from app.ui.look.theme import Theme
from app.ui.matters.server_dialog import ServerDialog
from app.ui.settings.dialog import Known, SettingsDialog, at_once_words
from app.ui.settings.editors import AdaptersEditor, FileEditor, NumberEditor, ServersEditor, SwitchEditor
from app.ui.widgets.buttons import TextButton
from app.ui.widgets.labels import PlainLabel
from app.ui.widgets.number_field import NumberField
from app.wording.policy import held_sentence
from app.wording.settings import SectionKind, meanings
from tests.ui.fakes import SCOUT
from tests.ui.room import Room


@pytest.fixture
def icons(qapp: object) -> Icons:
    return Icons(Theme())


def _open(room: Room, kept: Settings | None = None) -> SettingsDialog:
    room.add_conversation("A")
    if kept is not None:
        room.desk.settings.save(kept)
    room.open()
    room.window.activateWindow()
    room.presenter.model_area.preferences.open_settings()
    room.settle()
    dialog = room.presenter.model_area.preferences.dialog
    assert dialog is not None
    return dialog


def _shown(dialog: SettingsDialog) -> set[str]:
    """The settings that are in sight, or would be after scrolling."""
    return {path for path in (*meanings(), "remote.key", "readings") if dialog.row(path).isVisible()}


def _number(dialog: SettingsDialog, path: str) -> NumberEditor:
    editor = dialog.editor(path)
    assert isinstance(editor, NumberEditor)
    return editor


def _choose(editor: NumberEditor, words: str) -> None:
    next(action for action in editor.choice.menu_of_values.actions() if action.text() == words).trigger()


def test_every_setting_has_a_meaning_and_an_editor_that_shows_its_value(qtbot: QtBot, icons: Icons) -> None:
    groups = ("engine", "sampling", "lock", "retention", "hub", "remote")
    declared = {field.name for field in msgspec.structs.fields(Settings)} - set(groups)
    for group in groups:
        struct = type(getattr(Settings(), group))
        declared |= {f"{group}.{field.name}" for field in msgspec.structs.fields(struct)}
    assert set(meanings()) == declared
    kept = Settings(
        EngineSettings("/m.gguf", "/p.gguf", 4096, KvType.Q8_0, 3, 64, 5, 2, adapters=(Adapter("/a.gguf"),)),
        Sampling(0.35, 7, 0.5, 0.1, 1.2, seed=9),
        max_answer_tokens=77,
        remote=RemoteSettings("https://models.example.org", False, "scout", "/ca.pem"),
        theme=ThemeChoice.DARK,
        language="ja",
    )
    for settings in (Settings(), kept):
        dialog = SettingsDialog(icons, settings, Known())
        qtbot.addWidget(dialog)
        for path in declared:
            editor = dialog.editor(path)
            assert editor.value() == value_of(settings, path), path
            assert editor.accessibleName()
            assert editor.accessibleDescription()


def test_a_switch_is_saved_at_once_and_nothing_else_is(qtbot: QtBot, room: Room) -> None:
    dialog = _open(room, Settings(sampling=Sampling(seed=7)))
    dialog.show_section(SectionKind.ANSWERS)
    editor = dialog.editor("weigh_sentences")
    assert isinstance(editor, SwitchEditor)
    room.presenter.model_area.preferences.change("max_answer_tokens", 512)  # somebody else does
    qtbot.keyClick(editor.switch, Qt.Key.Key_Space)
    room.settle()
    assert room.desk.settings.load() == Settings(
        sampling=Sampling(seed=7), weigh_sentences=False, max_answer_tokens=512
    )
    assert dialog.editor("max_answer_tokens").value() == 512
    assert dialog.pending_words.text() == at_once_words()


def test_a_switch_is_one_for_screen_readers(icons: Icons, qtbot: QtBot) -> None:
    dialog = SettingsDialog(icons, Settings(), Known())
    qtbot.addWidget(dialog)
    editor = dialog.editor("weigh_sentences")
    assert isinstance(editor, SwitchEditor)
    seen = QAccessible.queryAccessibleInterface(editor.switch)
    assert seen.role() == QAccessible.Role.CheckBox
    assert seen.text(QAccessible.Text.Name) == "Check every sentence"
    assert "compares each sentence with its page" in seen.text(QAccessible.Text.Description)
    theme = dialog.editor("theme").focusProxy()
    assert theme is not None
    assert theme.accessibleName() == "Appearance: Same as system", "its value is heard, too"


def test_the_theme_changes_under_the_dialog(room: Room) -> None:
    dialog = _open(room)
    theme = dialog.editor("theme")
    theme.set_value(ThemeChoice.DARK)
    theme.changed.emit()
    room.settle()
    assert room.theme.palette.dark
    assert room.desk.settings.load().theme is ThemeChoice.DARK


def test_automatic_is_a_value_and_any_other_number_is_typed(qtbot: QtBot, room: Room) -> None:
    dialog = _open(room)
    dialog.show_section(SectionKind.MODEL)
    context = _number(dialog, "engine.context_tokens")
    assert (context.choice.text(), context.field.isVisible()) == ("Automatic", False)
    _choose(context, "Custom")
    room.settle()
    assert context.field.isVisible()
    assert room.desk.settings.load().engine.context_tokens == 32_768, "a number to begin with"
    context.field.setText("16384")
    qtbot.keyClick(context.field, Qt.Key.Key_Return)
    room.settle()
    assert room.desk.settings.load().engine.context_tokens == 16_384
    assert dialog.isVisible(), "Return closes nothing"
    _choose(context, "Automatic")
    room.settle()
    assert room.desk.settings.load() == Settings()
    assert not context.field.isVisible()


def test_what_needs_a_load_says_so_until_the_model_is_loaded(room: Room) -> None:
    dialog = _open(room)
    room.presenter.model_area.preferences.change("engine.context_tokens", 16_384)
    room.settle()
    assert "take effect when the model is loaded again" in dialog.pending_words.text()
    loads = len(room.engine.specs)
    dialog.pending_button.click()
    room.settle()
    assert room.engine.specs[loads].context_tokens == 16_384
    assert dialog.pending_words.text() == at_once_words()
    assert not dialog.pending_button.isVisible()


def test_what_still_waits_is_said_in_the_window_once_the_dialog_is_closed(room: Room) -> None:
    dialog = _open(room)
    threads = _number(dialog, "engine.threads")
    _choose(threads, "Custom")
    threads.field.setText("3")
    dialog.reject()
    room.settle()
    assert room.desk.settings.load().engine.threads == 3, "what was being typed counts"
    assert "take effect when the model is loaded again" in room.window.talk.notice.text()
    loads = len(room.engine.specs)
    room.window.talk.notice.action.click()
    room.settle()
    assert len(room.engine.specs) == loads + 1


def test_another_language_offers_a_restart(room: Room) -> None:
    dialog = _open(room)
    restarts: list[bool] = []
    room.presenter.model_area.preferences.restart_wanted.connect(lambda: restarts.append(True))
    room.presenter.model_area.preferences.change("language", "ja")
    room.settle()
    assert dialog.pending_button.text() == "Restart now"
    dialog.pending_button.click()
    room.settle()
    assert restarts == [True]
    assert room.presenter.model_area.preferences.dialog is None


def test_only_what_applies_is_shown(room: Room) -> None:
    room.engine.info = msgspec.structs.replace(SCOUT, device="CPU", experts=0)
    dialog = _open(room)
    dialog.show_section(SectionKind.ADVANCED)
    assert not {"engine.gpu_layers", "engine.expert_layers"} & _shown(dialog)
    assert {"engine.threads", "engine.projector_path"} <= _shown(dialog)
    room.presenter.model_area.preferences.change("engine.images", False)
    room.presenter.model_area.preferences.change("engine.gpu_layers", 7)
    room.settle()
    assert "engine.projector_path" not in _shown(dialog)
    assert "engine.gpu_layers" in _shown(dialog), "it was changed, so it can be changed back"
    dialog.show_section(SectionKind.SERVER)
    assert _shown(dialog) == {"remote.address"}
    room.presenter.model_area.preferences.change("remote.address", "https://models.example.org")
    room.settle()
    names = ("address", "name", "enabled", "model", "key", "ca_file", "texts", "images", "at_once", "others")
    assert _shown(dialog) == {f"remote.{name}" for name in names}


def test_with_a_card_its_settings_are_there(room: Room) -> None:
    dialog = _open(room)
    dialog.show_section(SectionKind.ADVANCED)
    assert {"engine.gpu_layers", "engine.expert_layers"} <= _shown(dialog)


def test_names_and_explanations_are_searched_in_all_sections(qtbot: QtBot, room: Room) -> None:
    dialog = _open(room)
    qtbot.keyClicks(dialog.search, "Memory experts")
    assert _shown(dialog) == {"engine.expert_layers"}
    dialog.search.setText("dark")
    assert _shown(dialog) == {"theme"}, "the words for values count"
    for words in ("font", "letter size"):
        dialog.search.setText(words)
        assert _shown(dialog) == {"text_percent"}, "other words for it count"
    dialog.search.setText("certificate")
    assert _shown(dialog) == set(), "there is no server"
    labels = [label.text() for label in dialog.findChildren(PlainLabel) if label.isVisible()]
    assert "Nothing found for “certificate”." in labels
    dialog.list.setCurrentRow(1)
    assert dialog.search.text() == ""
    assert "weigh_sentences" in _shown(dialog)
    assert "theme" not in _shown(dialog)


def test_what_is_no_address_is_not_saved_and_the_field_says_so(room: Room) -> None:
    dialog = _open(room)
    dialog.show_section(SectionKind.DOWNLOADS)
    hub = dialog.editor("hub.endpoint")
    hub.set_value("mirror.example.org")
    hub.changed.emit()
    room.settle()
    assert room.desk.settings.load() == Settings()
    assert dialog.row("hub.endpoint").problem.text() == meanings()["hub.endpoint"].refusal
    hub.set_value("https://mirror.example.org")
    hub.changed.emit()
    room.settle()
    assert room.desk.settings.load().hub.endpoint == "https://mirror.example.org"
    assert not dialog.row("hub.endpoint").problem.isVisible()


def test_adapters_are_added_weighed_and_taken_out(qtbot: QtBot, icons: Icons) -> None:
    lora = Adapter("/models/style \u202efugg.gguf", 0.5)
    dialog = SettingsDialog(icons, Settings(engine=EngineSettings(adapters=(lora,))), Known())
    qtbot.addWidget(dialog)
    dialog.show_section(SectionKind.ADVANCED)
    dialog.show()
    given: list[object] = []
    dialog.changed.connect(lambda path, value: given.append((path, value)))
    editor = dialog.editor("engine.adapters")
    assert isinstance(editor, AdaptersEditor)
    editor.add("/models/terms.gguf")
    editor.findChildren(NumberField)[1].set_value(-3)
    remove = next(button for button in editor.findChildren(TextButton) if button.text() == "Remove")
    qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    steps = ((lora, Adapter("/models/terms.gguf")), (lora, Adapter("/models/terms.gguf", -3.0)))
    assert given == [("engine.adapters", value) for value in (*steps, (Adapter("/models/terms.gguf", -3.0),))]


def test_a_chosen_file_is_taken(room: Room, tmp_path: Path) -> None:
    dialog = _open(room)
    editor = dialog.editor("remote.ca_file")
    assert isinstance(editor, FileEditor)
    editor.take(str(tmp_path / "ca.pem"))
    room.settle()
    assert room.desk.settings.load().remote.ca_file == str(tmp_path / "ca.pem")


def test_what_the_administrator_decided_cannot_be_changed_and_says_so(icons: Icons) -> None:
    policy = Policy(PolicyRules(remote_engine=False, lock_after_minutes=10), "/etc/octavo/policy.toml")
    settings = policy.applied(Settings())
    dialog = SettingsDialog(icons, settings, Known(policy=policy))
    row = dialog.row("remote.address")
    assert not row.field.isEnabled()
    assert held_sentence(meanings()["remote.address"], Held("")) in row.help.text()
    idle = dialog.row("lock.idle_minutes")
    assert idle.field.isEnabled()
    assert "at most 10 min" in idle.help.text()
    assert dialog.editor("lock.idle_minutes").value() == 10
    dialog.show_section(SectionKind.PRIVACY)
    assert any("/etc/octavo/policy.toml" in label.text() for label in dialog.findChildren(PlainLabel))


def test_another_server_is_used_set_up_and_removed(room: Room) -> None:
    oslo, tokyo = RemoteServer("Oslo", "https://oslo.example.org"), RemoteServer("Tokyo", "https://tokyo.example.org")
    remote = msgspec.structs.replace(RemoteSettings().with_server(oslo), others=(tokyo,))
    dialog = _open(room, Settings(remote=remote))
    dialog.show_section(SectionKind.SERVER)
    editor = dialog.editor("remote.others")
    assert isinstance(editor, ServersEditor)

    def press(words: str) -> None:
        next(
            button for button in editor.findChildren(TextButton) if words in (button.text(), button.accessibleName())
        ).click()
        room.settle()

    press("Use Tokyo")
    now = room.desk.settings.load().remote
    assert (now.server, now.others) == (tokyo, (oslo,))
    assert editor.value() == (oslo,)
    press("Set up another server")
    now = room.desk.settings.load().remote
    assert (now.address, set(now.others)) == ("", {oslo, tokyo})
    assert editor.isVisible(), "so that one of them can be used again"
    press("Remove Oslo")
    assert room.desk.settings.load().remote.others == (tokyo,)


def test_a_matter_chooses_its_server(qtbot: QtBot) -> None:
    known = msgspec.structs.replace(
        RemoteSettings("https://oslo.example.org", name="Oslo"),
        others=(RemoteServer("Tokyo", "https://tokyo.example.org"),),
    )
    given: list[RemoteSettings] = []
    for words in ("Tokyo", "No server: texts stay on this computer", "As in the library (Oslo)"):
        dialog = ServerDialog(known, RemoteSettings(name="Oslo"))
        dialog.given.connect(given.append)
        next(action for action in dialog.choice.menu_of_values.actions() if action.text() == words).trigger()
        dialog.action.click()
    assert given == [RemoteSettings(name="Tokyo"), RemoteSettings(enabled=False), RemoteSettings()]

"""The passphrase in the window: set with a hint and a repetition, changed and removed by who knows it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.core.machine.secret import KeyOrigin
from app.store.keys import obtain
from app.ui.settings.passphrase import PassphraseDialog
from app.ui.settings.rows import ButtonRow
from app.wording.i18n import use_language
from app.wording.passphrase import strength
from tests.ui.room import Room

FIRST, SECOND = "lantern quay otter violet", "harbour plum ladder nineteen"


@pytest.fixture
def opened(room: Room) -> Room:
    """Its key is in a file."""
    room.add_conversation("A")
    room.desk.paths.key_file.write_text(room.desk.shared.matters.home.key.secret, "ascii")
    room.open()
    return room


def _open(room: Room) -> PassphraseDialog:
    room.presenter.commands.actions["Set a passphrase…"].trigger()
    dialog = room.presenter.model_area.passphrase.dialog
    assert dialog is not None
    return dialog


def _set(room: Room, passphrase: str) -> None:
    dialog = _open(room)
    dialog.chosen.new.line.setText(passphrase)
    dialog.chosen.again.line.setText(passphrase)
    dialog.accept()
    room.settle()


def _key(room: Room, passphrase: str | None) -> str:
    return obtain(room.desk.paths, passphrase).secret


@pytest.mark.parametrize(
    ("passphrase", "score"),
    [
        *[("", 0), ("a", 0), ("aaaaaaaaaaaa", 0), ("harbour", 0), (FIRST, 4), ("x" * 5000, 0)],
        *[
            ("パスワードパスワード", 0),
            ("さくら1985", 1),
            ("東京タワーの赤い傘と秋の猫", 4),
            ("みどりのかばんと秋の月", 3),
        ],
        *[("Müller1985", 2), ("correct horse battery staple", 4)],
    ],
)
def test_how_hard_it_is_to_guess(passphrase: str, score: int) -> None:
    assert strength(passphrase).score == score
    assert strength(passphrase).enough == (score >= 3)
    english = strength(passphrase).words
    use_language("ja")
    try:
        assert strength(passphrase).words != english
    finally:
        use_language("en")


def test_it_is_set_once_it_was_typed_twice(qtbot: QtBot, opened: Room) -> None:
    dialog = _open(opened)
    assert "nobody can open your conversations and documents again" in dialog.accessibleDescription()
    assert not dialog.action.isEnabled()
    qtbot.keyClicks(dialog.chosen.new.line, "lantern quay otter violet")
    assert dialog.chosen.strength.words.text() == strength("lantern quay otter violet").words
    qtbot.keyClicks(dialog.chosen.again.line, "lantern quay")
    assert not dialog.chosen.problem.isVisible(), "it is still being typed"
    assert not dialog.action.isEnabled()
    qtbot.keyClicks(dialog.chosen.again.line, "s")
    assert dialog.chosen.problem.text() == "The two are different."
    assert dialog.chosen.problem.isVisible()
    dialog.chosen.again.line.setText("lantern quay otter violet")
    assert dialog.chosen.new.line.echoMode() is QLineEdit.EchoMode.Password
    dialog.reveal.click()
    assert dialog.chosen.new.line.echoMode() is QLineEdit.EchoMode.Normal
    qtbot.keyClick(dialog.chosen.again.line, Qt.Key.Key_Return)
    assert not dialog.action.isEnabled()
    opened.settle()
    assert opened.presenter.model_area.passphrase.dialog is None
    assert opened.desk.shared.matters.home.key.origin is KeyOrigin.PASSPHRASE
    assert _key(opened, "lantern quay otter violet") == opened.desk.shared.matters.home.key.secret
    assert "Octavo asks for it at each start" in opened.window.talk.notice.text()
    assert [each.title for each in opened.desk.conversations.all()] == ["A"], "all is there"


@pytest.mark.parametrize(
    ("passphrase", "words"),
    [
        ("harbour", "Common words and passphrases are tried first. 3 more unrelated words make it strong enough."),
        ("zxcvfr45tgb", "Sequences such as 1234 or qwerty are tried first. One more"),
        ("aaaaaaaaaaaaaaa", "Repeated words and letters add little."),
        ("14.02.1985", "Dates and years are tried first."),
        ("Margaret", "Names are tried first."),
        ("k8#q", "It is short. 2 more"),
        ("lantern quay", "One more unrelated word makes it strong enough."),
    ],
)
def test_a_weak_one_is_refused_and_the_window_says_what_would_make_it_stronger(
    opened: Room, passphrase: str, words: str
) -> None:
    dialog = _open(opened)
    dialog.chosen.new.line.setText(passphrase)
    dialog.chosen.again.line.setText(passphrase)
    assert words in dialog.chosen.strength.words.text()
    assert dialog.chosen.strength.words.text().startswith("Too weak. ")
    assert not dialog.action.isEnabled()


def test_it_is_changed_by_who_knows_it(opened: Room) -> None:
    _set(opened, FIRST)
    dialog = _open(opened)
    assert dialog.windowTitle() == "Change the passphrase"
    for line, text in ((dialog.present, "wrong"), (dialog.chosen.new, SECOND), (dialog.chosen.again, SECOND)):
        line.line.setText(text)
    dialog.accept()
    opened.settle()
    assert dialog.problem.text() == "The present passphrase is wrong. Nothing was changed."
    assert _key(opened, FIRST) == opened.desk.shared.matters.home.key.secret
    dialog.present.line.setText(FIRST)
    dialog.accept()
    opened.settle()
    assert opened.presenter.model_area.passphrase.dialog is None
    assert _key(opened, SECOND) == opened.desk.shared.matters.home.key.secret


def test_the_settings_say_how_the_data_is_locked_and_remove_it(opened: Room) -> None:
    opened.presenter.model_area.preferences.open_settings()
    opened.settle()
    settings = opened.presenter.model_area.preferences.dialog
    assert settings is not None
    row = settings.row("passphrase")
    assert isinstance(row, ButtonRow)
    assert "its key is stored next to it" in row.help.text()
    _set(opened, FIRST)
    assert row.help.text() == "Your data is locked. Octavo asks for the passphrase at each start."
    assert row.button("passphrase").text() == "Change…"
    row.button("no passphrase").click()
    dialog = opened.presenter.model_area.passphrase.dialog
    assert dialog is not None
    dialog.present.line.setText(FIRST)
    dialog.accept()
    opened.settle()
    assert opened.desk.shared.matters.home.key.origin is KeyOrigin.FILE
    assert _key(opened, None) == opened.desk.shared.matters.home.key.secret
    assert "its key is stored next to it" in row.help.text()

"""Saved prompts in the whole window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.features.prompts.data import SavedPrompt
from app.features.prompts.service import prompt_texts_of
from app.features.prompts.store import SavedPrompts
from app.features.prompts.window.dialogs import PromptDialog, PromptsDialog
from app.features.prompts.window.presenter import PromptsPresenter
from app.features.prompts.window.prompts import PromptsWindow
from app.ui.palette.palette_dialog import PaletteDialog
from tests.ui.room import LEASE, Room


def _open(room: Room) -> None:
    room.add_books()
    room.add_conversation("Older", days_ago=1)
    room.add_conversation("A", [room.books[LEASE]])
    room.open()


def _saved(room: Room) -> SavedPrompts:
    return prompt_texts_of(room.desk).prompts


def _presenter(room: Room) -> PromptsPresenter:
    return room.feature(PromptsWindow).prompts


def test_a_slash_offers_the_saved_prompts(qtbot: QtBot, room: Room) -> None:
    _saved(room).keep(SavedPrompt("", "Notice periods", "List all notice periods.", "np"))
    _saved(room).keep(SavedPrompt("", "Parties", "Who are the parties?"))
    _open(room)
    composer = room.window.talk.composer
    qtbot.keyClicks(composer.editor, "/")
    dialog = room.window.findChild(PaletteDialog)
    assert dialog is not None
    assert len(dialog.entries()) == 2
    qtbot.keyClicks(dialog.line, "/np")
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    assert composer.text() == "List all notice periods."
    qtbot.keyClicks(composer.editor, " /")
    assert composer.text() == "List all notice periods. /", "a slash elsewhere is a slash"
    composer.set_text("Now: ")
    second = _presenter(room).entries()[1]
    assert second.run is not None
    second.run()
    assert composer.text() == "Now: Who are the parties?"


def test_prompts_are_made_changed_and_deleted(room: Room) -> None:
    _open(room)
    _presenter(room).open_list()
    dialog = room.window.findChild(PromptsDialog)
    assert dialog is not None
    assert not dialog.edit.isEnabled()
    dialog.new.click()
    made = dialog.findChild(PromptDialog)
    assert made is not None
    assert not made.action.isEnabled()
    made.name.setText("Parties")
    made.shortcut.setText("/p")
    made.text.setPlainText("Who are the parties?")
    made.accept()
    room.settle()
    (kept,) = _saved(room).all()
    assert (kept.name, kept.shortcut, kept.text) == ("Parties", "p", "Who are the parties?")
    assert dialog.list.item(0).text() == "Parties   /p"
    dialog.edit.click()
    changed = dialog.findChildren(PromptDialog)[-1]
    changed.name.setText("People")
    changed.accept()
    room.settle()
    assert [prompt.name for prompt in _saved(room).all()] == ["People"]
    dialog.remove.click()
    room.settle()
    assert _saved(room).all() == ()
    assert dialog.list.count() == 0


def test_prompts_leave_and_come_as_text(room: Room, tmp_path: Path) -> None:
    _saved(room).keep(SavedPrompt("", "Parties", "Who are the parties?"))
    _open(room)
    _presenter(room).write(str(tmp_path / "out.txt"))
    room.settle()
    assert (tmp_path / "out.txt").read_text() == "# Parties\n\nWho are the parties?\n"
    (tmp_path / "in.txt").write_text("# Dates /d\n\nList all dates.\n")
    _presenter(room).take(str(tmp_path / "in.txt"))
    room.settle()
    assert [entry.title for entry in _presenter(room).entries()] == ["Dates", "Parties"]

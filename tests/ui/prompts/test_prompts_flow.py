"""How a person wants answers in a conversation, and what they ask often, in the whole window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.saved_prompt import SavedPrompt
from app.ui.palette_dialog import PaletteDialog
from app.ui.prompts.dialogs import InstructionsDialog, PromptDialog, PromptsDialog
from tests.ui.room import LEASE, Room


def _open(room: Room) -> None:
    room.add_books()
    room.add_conversation("Older", days_ago=1)
    room.add_conversation("A", [room.books[LEASE]])
    room.open()


def _instruct(room: Room, text: str) -> None:
    room.window.talk.composer.instructions_button.click()
    dialog = room.window.findChild(InstructionsDialog)
    assert dialog is not None
    dialog.text.setPlainText(text)
    dialog.accept()
    room.settle()


def test_a_conversation_has_instructions_of_its_own(room: Room) -> None:
    _open(room)
    composer, shown = room.window.talk.composer, room.presenter.shown
    assert composer.instructions_button.text() == "+ Instructions"
    _instruct(room, " Answer like a notary.\n")
    assert composer.instructions_button.text() == "Instructions ✓"
    kept = room.desk.conversations.get(shown.id)
    assert kept is not None
    assert kept.instructions == "Answer like a notary."
    composer.set_text("When does it end?")
    composer.send_button.click()
    room.settle()
    assert "Answer like a notary." in room.engine.prompts[-1].messages[-1].text
    assert shown.conversation is not None
    assert shown.conversation.instructions == "Answer like a notary."
    others = [each for each in room.desk.conversations.all() if each.id != shown.id]
    room.presenter.navigation.open_conversation(others[0].id)
    room.settle()
    assert composer.instructions_button.text() == "+ Instructions"


def test_a_conversation_that_goes_on_elsewhere_takes_its_instructions_along(room: Room) -> None:
    _open(room)
    _instruct(room, "Answer like a notary.")
    shown = room.presenter.shown.conversation
    assert shown is not None
    room.presenter.conversation.create(shown.books, shown.instructions)
    room.settle()
    fresh = room.presenter.shown.conversation
    assert fresh is not None
    assert (fresh.id != shown.id, fresh.instructions) == (True, "Answer like a notary.")
    _instruct(room, "")
    assert room.window.talk.composer.instructions_button.text() == "+ Instructions"


def test_a_slash_offers_the_saved_prompts(qtbot: QtBot, room: Room) -> None:
    room.desk.prompts.prompts.keep(SavedPrompt("", "Notice periods", "List all notice periods.", "np"))
    room.desk.prompts.prompts.keep(SavedPrompt("", "Parties", "Who are the parties?"))
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
    room.presenter.prompts.use(room.presenter.prompts.entries()[1])
    assert composer.text() == "Now: Who are the parties?"


def test_prompts_are_made_changed_and_deleted(room: Room) -> None:
    _open(room)
    room.presenter.prompts.open_list()
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
    (kept,) = room.desk.prompts.prompts.all()
    assert (kept.name, kept.shortcut, kept.text) == ("Parties", "p", "Who are the parties?")
    assert dialog.list.item(0).text() == "Parties   /p"
    dialog.edit.click()
    changed = dialog.findChildren(PromptDialog)[-1]
    changed.name.setText("People")
    changed.accept()
    room.settle()
    assert [prompt.name for prompt in room.desk.prompts.prompts.all()] == ["People"]
    dialog.remove.click()
    room.settle()
    assert room.desk.prompts.prompts.all() == ()
    assert dialog.list.count() == 0


def test_prompts_leave_and_come_as_text(room: Room, tmp_path: Path) -> None:
    room.desk.prompts.prompts.keep(SavedPrompt("", "Parties", "Who are the parties?"))
    _open(room)
    room.presenter.prompts.write(str(tmp_path / "out.txt"))
    room.settle()
    assert (tmp_path / "out.txt").read_text() == "# Parties\n\nWho are the parties?\n"
    (tmp_path / "in.txt").write_text("# Dates /d\n\nList all dates.\n")
    room.presenter.prompts.take(str(tmp_path / "in.txt"))
    room.settle()
    assert [entry.title for entry in room.presenter.prompts.entries()] == ["Dates", "Parties"]

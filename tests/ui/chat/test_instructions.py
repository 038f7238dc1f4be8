"""How a person wants answers in a conversation, in the whole window."""

from __future__ import annotations

import pytest

from app.core.errors import AppError, Code
from app.store.conversations import Conversations
from app.ui.kit.form import FormDialog, TextField
from app.wording.errors import sentence
from tests.ui.room import LEASE, Room


def _open(room: Room) -> None:
    room.add_books()
    room.add_conversation("Older", days_ago=1)
    room.add_conversation("A", [room.books[LEASE]])
    room.open()


def _instruct(room: Room, text: str) -> None:
    room.presenter.commands.actions["Instructions for this conversation…"].trigger()
    dialog = room.window.findChild(FormDialog)
    assert dialog is not None
    assert isinstance(dialog.field, TextField)
    dialog.field.lines.setPlainText(text)
    dialog.accept()
    room.settle()


def test_a_conversation_has_instructions_of_its_own(room: Room) -> None:
    _open(room)
    composer, shown = room.window.talk.composer, room.presenter.shown
    assert composer.instructions_button.isHidden()
    _instruct(room, " Answer like a notary.\n")
    assert composer.instructions_button.isVisible()
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
    room.presenter.places.navigation.open_conversation(others[0].id)
    room.settle()
    assert composer.instructions_button.isHidden()


def test_a_conversation_that_goes_on_elsewhere_takes_its_instructions_along(room: Room) -> None:
    _open(room)
    _instruct(room, "Answer like a notary.")
    shown = room.presenter.shown.conversation
    assert shown is not None
    room.presenter.talk_area.conversation.create(shown.books, shown.instructions)
    room.settle()
    fresh = room.presenter.shown.conversation
    assert fresh is not None
    assert (fresh.id != shown.id, fresh.instructions) == (True, "Answer like a notary.")
    _instruct(room, "")
    assert room.window.talk.composer.instructions_button.isHidden()


def test_instructions_that_cannot_be_kept_stay_in_their_dialog(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    _open(room)
    full = AppError(Code.DISK_FULL, path="/home/me/octavo.db")

    def refuse(store: Conversations, conversation_id: str, instructions: str) -> None:
        raise full

    monkeypatch.setattr(Conversations, "instruct", refuse)
    _instruct(room, "Answer like a notary.")
    dialog = room.window.findChild(FormDialog)
    assert dialog is not None
    assert dialog.isVisible()
    assert dialog.problem.text() == sentence(full.problem)
    assert dialog.problem.isVisible()
    assert dialog.field.text() == "Answer like a notary."
    assert not room.shown().instructions
    monkeypatch.undo()
    dialog.accept()
    room.settle()
    assert room.shown().instructions == "Answer like a notary."

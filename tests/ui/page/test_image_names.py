"""Ctrl+K finds a conversation by the name of an image in it, and shows the question that has it."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import Conversation, Ending, Question
from app.core.conversations.image import Image
from app.core.work import Cancel
from app.ui.kit.commands import EntryKind
from app.ui.kit.jobs import Done
from app.ui.palette.palette_dialog import PaletteDialog
from tests.endings import as_events
from tests.ui.direct_images import png_of
from tests.ui.room import Room


def _image(room: Room, name: str) -> Image:
    *_, ending = as_events(room.desk.documents.images.take(png_of(40, 30), name, Cancel()))
    assert isinstance(ending, Done)
    return ending.result


def _ask(room: Room, talk: Conversation, text: str, parent: str | None, images: tuple[Image, ...] = ()) -> str:
    """Ask and answer at length; the answer's id."""
    question = room.desk.conversations.add_question(Question(talk.id, text, (), parent, images))
    answer = room.desk.conversations.begin_answer(question.id, "Scout")
    words = "It is so, and it has always been so.\n\n" * 30
    room.desk.conversations.save_answer(msgspec.structs.replace(answer, text=words, ending=Ending.COMPLETE))
    return answer.id


def _find(room: Room, qtbot: QtBot, words: str) -> PaletteDialog:
    qtbot.keyClick(room.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    dialog = room.window.findChild(PaletteDialog)
    assert dialog is not None
    room.settle()
    qtbot.keyClicks(dialog.line, words)
    return dialog


def _rows(dialog: PaletteDialog) -> list[tuple[str, str]]:
    """Without the last one, which searches everything."""
    return [(entry.title, entry.detail) for entry in dialog.entries() if entry.kind is not EntryKind.EVERYWHERE]


def test_an_image_is_found_by_its_name(room: Room, qtbot: QtBot) -> None:
    talk = room.add_conversation("Harbour charts", days_ago=2)
    first = _ask(room, talk, "What does it show?", None, (_image(room, "tonnage 1908.png"),))
    _ask(room, talk, "And now?", _ask(room, talk, "Why?", first))
    _ask(room, room.add_conversation("Another"), "Else?", None)
    room.open()
    assert room.shown().title == "Another"
    dialog = _find(room, qtbot, "1908 tonn")
    assert _rows(dialog) == [("tonnage 1908.png", "image in “Harbour charts”")]
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    room.settle()
    assert room.shown().id == talk.id
    bar = room.window.talk.view.verticalScrollBar()
    assert bar.value() == 0 < bar.maximum(), "the question that has it, not the end"


def test_the_variant_that_has_the_image_is_shown(room: Room, qtbot: QtBot) -> None:
    talk = room.add_conversation("")
    _ask(room, talk, "With it?", None, (_image(room, "map\u202e.png"), _image(room, "plan.png")))
    _ask(room, talk, "Without it?", None)
    room.open()
    assert "Without it?" in room.words()
    dialog = _find(room, qtbot, "map")
    assert _rows(dialog) == [("map\ufffd.png", "image in “New conversation”")]
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    room.settle()
    assert "With it?" in room.words()


def test_names_are_offered_only_when_words_are_typed(room: Room, qtbot: QtBot) -> None:
    talk = room.add_conversation("A talk")
    _ask(room, talk, "What?", None, (_image(room, "tonnage.png"),))
    room.open()
    dialog = _find(room, qtbot, "")
    assert all(title != "tonnage.png" for title, _detail in _rows(dialog))
    qtbot.keyClick(dialog.line, Qt.Key.Key_Escape)
    room.settle()

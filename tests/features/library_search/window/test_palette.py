"""The palette finds what was said in conversations and what is on pages."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.core.conversations.conversation import Ending, Question
from app.features.library_search.window.library_search import LibrarySearchWindow
from app.ui.kit.bridge import Executor
from app.ui.kit.commands import EntryKind
from app.ui.palette.palette_dialog import PaletteDialog
from tests.ui.room import LEASE, LETTERS, Room, wait


def _open(room: Room) -> None:
    room.add_books()
    room.add_conversation("A", [room.books[LEASE]])
    room.open()
    room.window.activateWindow()


def _say(room: Room, title: str, question: str, answer: str) -> str:
    kept = room.desk.conversations
    asked = kept.add_question(Question(room.add_conversation(title, days_ago=2).id, question))
    begun = kept.begin_answer(asked.id, "Scout")
    kept.save_answer(msgspec.structs.replace(begun, text=answer, ending=Ending.COMPLETE))
    return asked.conversation_id


def _find(room: Room, qtbot: QtBot, words: str) -> PaletteDialog:
    """Typed, and looked for everywhere."""
    room.presenter.places.anything.find()
    dialog = room.window.findChildren(PaletteDialog)[-1]
    qtbot.keyClicks(dialog.line, words)
    with qtbot.waitSignal(dialog.search_wanted):
        pass
    room.settle()
    return dialog


def test_nothing_found_is_said(qtbot: QtBot, room: Room) -> None:
    _open(room)
    gate = room.hold(Executor.FINDING)
    room.presenter.places.anything.find()
    dialog = room.window.findChild(PaletteDialog)
    assert dialog is not None
    qtbot.keyClicks(dialog.line, "zeppelin")
    assert dialog.note.text() == "Looking through conversations and documents…"
    with qtbot.waitSignal(dialog.search_wanted):
        pass
    gate.open()
    room.settle()
    assert dialog.note.text() == dialog.nothing_words("zeppelin")
    assert [entry.kind for entry in dialog.entries()] == [EntryKind.EVERYWHERE], "it may be elsewhere"


def test_what_was_said_is_found_and_opened(qtbot: QtBot, room: Room) -> None:
    talk = _say(room, "Ships", "Which berth is in repair?", "Number 7.\n\nThe crane is out of order.")
    _open(room)
    dialog = _find(room, qtbot, "crane is OUT")
    entry, _everywhere = dialog.entries()
    assert (entry.kind, entry.detail) == (EntryKind.SAID, "Ships")
    assert [entry.title[slice(*match)] for match in entry.matches] == ["crane is out"]
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    room.settle()
    assert room.shown().id == talk


def test_words_on_pages_are_found_and_lit_there(qtbot: QtBot, room: Room) -> None:
    _open(room)
    dialog = _find(room, qtbot, "berths 4 to 7")
    found = [entry for entry in dialog.entries() if entry.kind is EntryKind.PASSAGE]
    entry = next(entry for entry in found if entry.key == room.books[LETTERS].id)
    dialog.chosen.emit(entry)
    room.settle()
    place = room.presenter.shown.place
    assert place is not None
    assert place[0] == room.books[LETTERS].id
    assert entry.detail == f"Side letters 2019–2024 · p. {room.books[LETTERS].page_names.of(place[1]).plain}"
    dialog.reject()


def test_other_words_end_the_search_for_those_before(qtbot: QtBot, room: Room) -> None:
    _say(room, "Ships", "Which crane?", "The red one.")
    _open(room)
    gate = room.hold(Executor.FINDING)
    room.presenter.places.anything.find()
    dialog = room.window.findChild(PaletteDialog)
    assert dialog is not None
    qtbot.keyClicks(dialog.line, "crane")
    with qtbot.waitSignal(dialog.search_wanted):
        pass
    dialog.line.setText("zeppelin")
    with qtbot.waitSignal(dialog.search_wanted):
        pass
    gate.open()
    room.settle()
    assert [entry.kind for entry in dialog.entries()] == [EntryKind.EVERYWHERE]
    dialog.reject()
    room.settle()


def test_the_palette_leads_to_it(room: Room, qtbot: QtBot) -> None:
    _open(room)
    room.presenter.places.anything.find()
    dialog = room.window.findChildren(PaletteDialog)[-1]
    qtbot.keyClicks(dialog.line, "zeppelin")
    assert [entry.title for entry in dialog.entries()] == ["Search everything for “zeppelin”"]
    qtbot.keyClick(dialog.line, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    panel = room.feature(LibrarySearchWindow).search.panel
    wait(panel.isVisible)
    room.settle()
    assert panel.line.text() == "zeppelin"


def test_the_menu_of_the_icon_leads_to_it(room: Room) -> None:
    _open(room)
    room.presenter.places.anything.search()
    wait(room.feature(LibrarySearchWindow).search.panel.isVisible)
    room.settle()

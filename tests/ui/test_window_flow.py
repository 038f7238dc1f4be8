"""Everything works from the keyboard, the window remembers itself, settings take effect."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.core.conversations.events import Loading
from app.core.errors import Code, Problem
from app.engine.protocol import ModelInfo
from app.models.local import starter
from app.ui.kit.commands import Entry, EntryKind
from app.ui.kit.frame_state import FrameState, OpenedBooks, OpenPage, WindowState
from app.ui.palette.palette_dialog import PaletteDialog
from app.ui.palette.palette_rows import rank, suggest
from app.ui.widgets.model_chip import ChipDot
from app.wording.errors import sentence
from tests.ui.fakes import SCOUT
from tests.ui.gate import Gate
from tests.ui.room import LEASE, LETTERS, Room, wait
from tests.ui.shelf_of_books import letters


def _open(room: Room) -> None:
    room.add_books()
    room.add_conversation("Older", days_ago=1)
    room.add_conversation("A", [room.books[LEASE]])
    room.open()
    room.window.activateWindow()


def test_every_command_has_a_shortcut_of_its_own(room: Room) -> None:
    given = [action.shortcut().toString() for action in room.window.actions() if not action.shortcut().isEmpty()]
    assert len(given) == len(set(given))
    wanted = {"Ctrl+O", "Ctrl+N", "Ctrl+K", "Ctrl+F", "F2", "Ctrl+,", "Ctrl+Shift+C", "Ctrl+R", "Ctrl+Q"}
    assert wanted | {"Ctrl+B", "Ctrl+J"} <= set(given)
    assert "Esc" not in given, "it belongs to what has the focus"
    assert {entry.title: entry.keys for entry in room.presenter.commands.entries()}["Stop"] == ("Esc",)


def test_ctrl_q_closes_the_window(qtbot: QtBot, room: Room) -> None:
    _open(room)
    qtbot.keyClick(room.window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    wait(lambda: not room.window.isVisible())


def test_panels_fold_and_the_way_back_is_in_sight(qtbot: QtBot, room: Room) -> None:
    _open(room)
    talk = room.window.talk
    qtbot.keyClick(room.window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(room.window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert (room.window.shelf.isVisible(), room.window.page.isVisible()) == (False, False)
    talk.unfold.shelf.click()
    talk.unfold.page.click()
    assert (room.window.shelf.isVisible(), room.window.page.isVisible()) == (True, True)
    assert (talk.unfold.shelf.isVisible(), talk.unfold.page.isVisible()) == (False, False)


def test_the_window_remembers_where_it_was(room: Room, tmp_path: Path) -> None:
    _open(room)
    room.window.resize(870, 640)
    room.presenter.places.pages.first.open_page(room.books[LETTERS].id, 7)
    room.window.toggle_shelf()
    room.settle()
    state = msgspec.msgpack.decode(msgspec.msgpack.encode(room.presenter.state()), type=WindowState)
    frame = msgspec.json.decode(msgspec.json.encode(room.window.state()), type=FrameState)
    assert (frame.shelf_folded, frame.page_folded) == (True, False)
    (opened,) = state.opened[state.conversation_id]
    assert (opened.shown, opened.pages[-1].page) == (room.books[LETTERS].id, 7)
    again = Room(tmp_path / "again")
    try:
        book = again.add_book(letters(), LETTERS)
        newer, shown = again.add_conversation("B"), again.add_conversation("A", days_ago=3)
        opened = OpenedBooks((OpenPage(book.id, 7),), book.id)
        assert state.conversation_id == room.shown().id
        again.window.restore(frame)
        size = again.window.width(), again.window.height()
        kept = msgspec.structs.replace(state, conversation_id=shown.id, opened={shown.id: (opened,)})
        again.open(size=size, state=kept)
        assert again.shown().id == shown.id != newer.id, "the one that was shown, not the newest"
        assert again.window.height() == room.window.height() == 640
        assert again.window.shelf.isHidden()
        assert again.presenter.shown.place == (book.id, 7)
    finally:
        again.close()


@pytest.mark.parametrize("size", [(720, 480), (1024, 700), (2560, 1440)])
def test_nothing_is_squeezed_out_at_any_size(room: Room, size: tuple[int, int]) -> None:
    _open(room)
    room.window.resize(*size)
    room.window.unfold_page()
    room.settle()
    window = room.window
    for panel in (window.shelf, window.talk, window.page):
        if panel.isVisible():
            assert panel.width() >= panel.minimumWidth()
            assert window.rect().contains(panel.geometry())
    header = window.page.header
    visible = [child for child in (header.outline, header.find_field) if child.isVisible()]
    assert visible
    assert all(header.rect().contains(child.geometry()) for child in visible)
    assert window.talk.title.width() >= window.talk.title.minimumSizeHint().width()


def test_tab_reaches_the_whole_window(qtbot: QtBot, room: Room) -> None:
    _open(room)
    room.ask("First?")
    seen = set()
    room.window.shelf.new_button.setFocus()
    for _ in range(60):
        focused = QApplication.focusWidget()
        if focused is None or focused in seen:
            break
        seen.add(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    window = room.window
    expected = {
        window.shelf.search_button,
        window.shelf.conversation_view,
        window.shelf.book_view,
        window.talk.chip,
        window.talk.spine.bar,
        window.page.header.find_field,
        window.page.pager.field,
    }
    assert expected <= seen, [widget.accessibleName() for widget in expected - seen]


def test_anything_is_found_by_words_of_its_name(qtbot: QtBot, room: Room) -> None:
    _open(room)
    for words, reached in (
        ("older", lambda: room.shown().title == "Older"),
        ("side let", lambda: room.presenter.shown.place == (room.books[LETTERS].id, 1)),
        ("hide shelf", lambda: room.window.shelf.isHidden()),
    ):
        room.presenter.places.anything.find()
        dialog = room.window.findChildren(PaletteDialog)[-1]
        qtbot.keyClicks(dialog.line, words)
        qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
        wait(reached)
        room.settle()


def test_the_palette_ranks_what_begins_with_the_words() -> None:
    entries = [
        Entry(EntryKind.BOOK, "1", "A note on settings"),
        Entry(EntryKind.COMMAND, "2", "Settings"),
        Entry(EntryKind.CONVERSATION, "3", "Resettings"),
        Entry(EntryKind.CONVERSATION, "4", "人物と場所の一覧"),
    ]
    assert [entry.key for entry in rank(entries, "setting")] == ["2", "1", "3"]
    assert [entry.key for entry in rank(entries, "note settings")] == ["1"]
    assert [entry.key for entry in rank(entries, "場所")] == ["4"]
    assert rank(entries, "absent") == []
    many = [Entry(EntryKind.CONVERSATION, str(n), str(n)) for n in range(50)] + entries[1:2]
    assert [entry.kind for entry in suggest(many)].count(EntryKind.CONVERSATION) == 3
    assert suggest(many)[-1].key == "2"


def test_the_model_is_loaded_at_the_start_with_its_progress(room: Room) -> None:
    gate = Gate()
    room.add_conversation("A")
    room.engine.loads = [(Loading(0.42), gate)]
    room.open(settle=False)
    wait(gate.reached.is_set)
    wait(lambda: room.window.talk.chip.state.fraction == 0.42)
    assert room.window.talk.chip.state.name == "Loading the model · 42 %"
    assert room.window.isVisible()
    gate.open()
    room.settle()
    state = room.window.talk.chip.state
    assert (state.mark, state.name, state.detail) == (ChipDot.READY, "Scout · Q4_K_M", "H100 · 61 + 9 GB")


def test_the_starter_is_called_what_it_is(room: Room) -> None:
    found = starter()
    assert found is not None
    room.engine.info = msgspec.structs.replace(SCOUT, path=found.path, name="Smollm2 135M")
    room.add_conversation("A")
    room.open()
    state = room.window.talk.chip.state
    assert (state.name, state.detail) == ("SmolLM2 135M", "starter model: for a first try, not for real work")


def test_a_model_that_cannot_be_loaded_is_told_and_another_can_be_chosen(room: Room) -> None:
    room.add_conversation("A")
    cut = Problem(Code.MODEL_TRUNCATED, {"path": "scout.gguf"})
    room.engine.loads = [(cut,)]
    room.open()
    assert room.dot() is ChipDot.DEAD
    assert room.window.talk.notice.text() == sentence(cut)
    room.window.talk.chip.model_chosen.emit("/models/other.gguf")
    room.settle()
    assert room.dot() is ChipDot.READY
    assert room.engine.specs[-1].model_path == "/models/other.gguf"
    assert room.desk.settings.load().engine.model_path == "/models/other.gguf"


def test_tokens_are_counted_anew_for_another_model(room: Room) -> None:
    _open(room)
    assert room.row(room.books[LEASE]).tokens == 231_480
    room.engine.tokens = {"Harbour Lease, consolidated": 200_000}
    room.engine.info = msgspec.structs.replace(SCOUT, vocabulary="other", context_tokens=8192)
    room.presenter.model_area.model.load_again()
    room.settle()
    assert room.row(room.books[LEASE]).tokens == 200_000
    assert room.window.talk.spine.text().startswith("Full · ")


def test_a_title_of_the_system_window_names_the_conversation(room: Room) -> None:
    _open(room)
    assert room.window.windowTitle() == "A – Octavo"


def test_the_find_key_reaches_the_field(qtbot: QtBot, room: Room) -> None:
    _open(room)
    qtbot.keySequence(room.window, QKeySequence("Ctrl+F"))
    assert room.window.page.header.find_field.hasFocus()


def test_an_unknown_model_info_is_never_shown_as_ready(room: Room) -> None:
    room.add_conversation("A")
    room.engine.loads = [(Problem(Code.NO_MODEL),)]
    room.open()
    room.presenter.model_area.model.look()
    assert isinstance(room.engine.info, ModelInfo)
    assert room.dot() is ChipDot.DEAD
    assert room.window.talk.spine.isHidden()


def test_what_features_have_to_tell_of_the_opened_desk_is_said_once(room: Room) -> None:
    room.add_books()
    room.desk.features.told.append("Something was put in order.")
    room.open()
    assert room.window.talk.notice.text() == "Something was put in order."
    assert room.desk.features.told == []

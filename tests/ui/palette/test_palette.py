"""The palette: what it finds and how it is arranged, over the dimmed window."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from app.ui.kit.commands import Entry, EntryKind
from app.ui.kit.rows import RowRole
from app.ui.look.icons import Icons
from app.ui.palette.palette_dialog import PaletteDialog
from app.ui.palette.palette_rows import EntryList, PaletteHeading, rank
from app.wording.i18n import use_language
from tests.ui.room import LEASE, Room, wait


@pytest.fixture
def japanese() -> Iterator[None]:
    use_language("ja")
    yield
    use_language("en")


def _open(room: Room) -> None:
    room.add_books()
    room.add_conversation("Older", days_ago=1)
    room.add_conversation("A", [room.books[LEASE]])
    room.open()
    room.window.activateWindow()


def _headings(model: EntryList) -> list[str]:
    rows = [model.index(row, 0).data(RowRole) for row in range(model.rowCount())]
    return [row.text for row in rows if isinstance(row, PaletteHeading)]


def _commands(room: Room, words: str) -> list[str]:
    return [entry.title for entry in rank(room.presenter.commands.entries(), words)]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("theme", "Switch between light and dark"),
        ("dark", "Switch between light and dark"),
        ("zoom", "Zoom in"),
        ("bigger", "Zoom in"),
        ("help", "Handbook"),
        ("preferences", "Settings"),
        ("save as", "Export the conversation…"),
        ("regenerate", "Ask again"),
        ("sidebar", "Show or hide the shelf"),
    ],
)
def test_commands_are_found_by_the_words_that_people_use(room: Room, words: str, first: str) -> None:
    _open(room)
    room.ask("Anything?")
    assert _commands(room, words)[0] == first


@pytest.mark.parametrize(
    ("words", "first"),
    [("テーマ", "ライトとダークの切り替え"), ("ズーム", "ページを拡大"), ("ヘルプ", "手引き"), ("help", "手引き")],
)
def test_so_they_are_in_japanese(japanese: None, room: Room, words: str, first: str) -> None:
    _open(room)
    assert first in _commands(room, words)


def test_entries_stand_under_headings_and_steps_pass_over_them(qtbot: QtBot, room: Room) -> None:
    _open(room)
    room.presenter.places.anything.find()
    dialog = room.window.findChild(PaletteDialog)
    assert dialog is not None
    model = dialog.view.model()
    assert isinstance(model, EntryList)
    groups = [group.name for group in room.presenter.commands.groups]
    assert _headings(model) == ["Conversations", "Documents", *groups]
    assert dialog.view.currentIndex().row() == 1
    assert not model.can_choose(model.rows[0])
    seen = []
    for _press in range(4):
        seen.append(dialog.view.currentIndex().data())
        qtbot.keyClick(dialog.line, Qt.Key.Key_Down)
    assert seen == [entry.title for entry in dialog.entries()[:4]]
    for _press in range(9):
        qtbot.keyClick(dialog.line, Qt.Key.Key_Up)
    assert dialog.view.currentIndex().row() == 1
    qtbot.keyClicks(dialog.line, "lease")
    assert _headings(model)[0] == "Documents", "the best is in the first section"


def test_it_lies_in_the_middle_and_is_as_high_as_its_rows(qtbot: QtBot, room: Room) -> None:
    _open(room)
    room.presenter.places.anything.find()
    dialog = room.window.findChild(PaletteDialog)
    assert dialog is not None
    card = dialog.line.parentWidget()
    assert card is not None
    whole = card.height()
    for size in ((1440, 900), (1024, 700)):
        room.window.resize(*size)
        assert dialog.size() == room.window.size()
        assert abs(card.geometry().center().x() - dialog.rect().center().x()) <= 1
        assert card.geometry().bottom() < dialog.height()
    qtbot.keyClicks(dialog.line, "quit")
    assert card.height() < whole
    assert dialog.view.verticalScrollBar().maximum() == 0


def test_nothing_found_is_said(qtbot: QtBot, room: Room) -> None:
    _open(room)
    dialog = PaletteDialog(Icons(room.theme), room.presenter.commands.entries(), room.window)
    dialog.open_over()
    qtbot.keyClicks(dialog.line, "zeppelin")
    assert dialog.note.text() == "Nothing found for “zeppelin”. Try fewer words, or a part of one."
    assert dialog.entries() == []
    dialog.reject()


def test_where_nobody_searches_through_texts_the_icon_opens_the_palette(room: Room) -> None:
    _open(room)
    room.presenter.places.anything.use(room.presenter.commands, ())
    room.presenter.places.anything.search()
    (dialog,) = room.window.findChildren(PaletteDialog)
    assert dialog.line.placeholderText() == "A command, a document or a conversation"
    dialog.reject()


def test_while_it_is_open_no_command_of_the_window_answers_to_its_keys(qtbot: QtBot, room: Room) -> None:
    _open(room)
    composer = room.window.talk.composer.editor
    composer.setFocus()
    for leave in (Qt.Key.Key_K, Qt.Key.Key_Escape):
        qtbot.keyClick(composer, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        dialog = room.window.findChildren(PaletteDialog)[-1]
        wait(dialog.line.hasFocus)
        qtbot.keyClick(dialog.line, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClick(dialog.line, Qt.Key.Key_Tab)
        assert room.window.shelf.isVisible()
        assert dialog.line.hasFocus()
        modifier = Qt.KeyboardModifier.ControlModifier if leave is Qt.Key.Key_K else Qt.KeyboardModifier.NoModifier
        qtbot.keyClick(dialog.line, leave, modifier)
        assert not dialog.isVisible()
        wait(composer.hasFocus)
    qtbot.keyClick(composer, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    dialog = room.window.findChildren(PaletteDialog)[-1]
    qtbot.mouseClick(dialog, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    wait(lambda: not dialog.isVisible())


def test_a_title_counts_more_than_other_words() -> None:
    entries = [
        Entry(EntryKind.COMMAND, "1", "Export", words="save, print"),
        Entry(EntryKind.COMMAND, "2", "A print", words=""),
        Entry(EntryKind.COMMAND, "3", "Blueprint"),
    ]
    assert [entry.key for entry in rank(entries, "Ｐrint")] == ["2", "3", "1"]
